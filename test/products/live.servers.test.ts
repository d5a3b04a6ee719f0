import { beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { watch, type Watched } from '../support/watch.js';
import { createProduct, eventsSubscription, updateProduct, type ProductEventAnswer } from './support.js';

let products: UnderTest;
let client: TestClient;
beforeAll(async () => {
  products = await startUnderTest();
  ({ client } = products);
});

const watchEvents = (variables: object = {}): Promise<Watched<ProductEventAnswer>> =>
  watch(client, 'productEvents', eventsSubscription, variables);

const createMany = (count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, () => createProduct(client)));

test('productEvents brings each event of a product once, in order, with the product as it is now', async () => {
  const events = await watchEvents();
  const { product } = await createProduct(client);
  const created = await events.next();
  expect(created).toMatchObject({
    type: 'product.created',
    productId: product.id,
    version: 1,
    product,
    occurredAt: product.createdAt,
  });
  const { product: changed } = await updateProduct(client, { id: product.id, input: { stockQuantity: 3 } });
  await updateProduct(client, { id: product.id, input: { stockQuantity: 3 } });
  expect(await events.next()).toMatchObject({
    type: 'product.changed',
    productId: product.id,
    version: 2,
    product: changed,
    occurredAt: changed.updatedAt,
  });
  await events.isQuiet();
  events.complete();

  const again = await watchEvents({ after: events.cursor });
  const [first] = await again.take(2);
  expect(first).toMatchObject({ id: created.id, version: 1, product: changed });
  again.complete();
});

test('what the list does not have comes behind its asOf', async () => {
  await createMany(5);
  const { products: page } = await client.data<{
    products: { nodes: { id: string; version: number }[]; asOf: string };
  }>('{ products(first: 500) { nodes { id version } asOf } }');
  await createMany(5);
  const events = await watchEvents({ after: page.asOf });
  const seen = new Set(page.nodes.map(({ id, version }) => `${id} ${version}`));
  const known = seen.size;
  while (seen.size < known + 5) {
    const { productId, version } = await events.next();
    seen.add(`${productId} ${version}`);
  }
  await events.isQuiet();
  events.complete();
});

test('product.created.v1 repeats each creation, and only creations, with their ids and bytes', async () => {
  const { product } = await createProduct(client, { productName: '주전자' });
  await updateProduct(client, { id: product.id, input: { price: '1' } });
  const created = async (topic: string) =>
    (await readTopic(`${products.topicPrefix}${topic}`))
      .flat()
      .filter(({ headers }) => headers.ce_type === 'product.created')
      .map(({ key, value, headers }) => [key, headers.ce_id, value?.toString()])
      .toSorted();
  await eventually(async () => {
    const origins = await created('product.events.v1');
    expect(origins.map(([key]) => key)).toContain(product.id);
    expect(await created('product.created.v1')).toEqual(origins);
    return true;
  });
  const copies = (await readTopic(`${products.topicPrefix}product.created.v1`)).flat();
  expect(new Set(copies.map(({ headers }) => headers.ce_type))).toEqual(new Set(['product.created']));
});

test('a subscriber that resumes with its cursor after a kill -9 has seen every event once', async () => {
  const events = await watchEvents();
  await createMany(20);
  const seen = await events.take(10);
  await createMany(20);
  await products.millrace.kill9();
  const again = await startMillrace({ env: products.env, port: products.millrace.port });
  client = createTestClient(again.url);
  const resumed = await watchEvents({ after: seen.at(-1)?.cursor });
  seen.push(...(await resumed.take(30)));
  await createMany(20);
  seen.push(...(await resumed.take(20)));
  await resumed.isQuiet();
  expect(new Set(seen.map(({ id }) => id)).size).toBe(60);
  resumed.complete();
});
