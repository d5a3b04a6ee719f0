import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { refusal } from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  aProduct,
  countRows,
  createProduct,
  createProductMutation,
  readProduct,
  updateProduct,
  updateProductMutation,
  type Payload,
  type ProductInput,
  type Update,
} from './support.js';

let products: UnderTest;
let client: TestClient;
/** Of two gateways on one database. */
let clients: TestClient[];
beforeAll(async () => {
  products = await startUnderTest();
  ({ client } = products);
  const other = await startMillrace({ env: products.env, roles: ['gateway'] });
  clients = [client, createTestClient(other.url)];
});

const create = (input: ProductInput, key?: string) =>
  client.post<{ createProduct: Payload }>(createProductMutation, { input: aProduct(input), key });
const update = (variables: Update, from = client) =>
  from.post<{ updateProduct: Payload }>(updateProductMutation, variables);
const rows = () => countRows(products.database);
const onBoth = <T>(count: number, call: (from: TestClient, n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => call(clients[n % 2]!, n)));

const eventsOf = async (productId: string): Promise<{ type: string; version: number }[]> => {
  const events = await products.database.query<{ type: string; version: number }>(
    `select headers->>'ce_type' as type, (convert_from(value, 'UTF8')::jsonb->>'version')::int as version
     from outbox where topic = 'product.events.v1' and convert_from(key, 'UTF8') = $1 order by id`,
    [productId],
  );
  return events;
};

describe('createProduct', () => {
  test('fills in id and times, and begins at version 1', async () => {
    const before = Date.now();
    const { product, replayed } = await createProduct(client, { price: 12 });
    expect(product).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      price: '12.00',
      version: 1,
      updatedAt: product.createdAt,
    });
    expect(replayed).toBe(false);
    expect(Date.parse(product.createdAt)).toBeGreaterThanOrEqual(before);
    expect(await readProduct(client, product.id)).toEqual(product);
  });

  test('stores the name in NFC, the id in lower case, and amounts as exact as their currency', async () => {
    const id = randomUUID();
    const productName = '주전자'.normalize('NFD');
    const { product } = await createProduct(client, { id: id.toUpperCase(), productName, price: '0012.5' });
    expect(product).toMatchObject({ id, productName: '주전자'.normalize('NFC'), price: '12.50' });
    expect(await readProduct(client, id.toUpperCase())).toEqual(product);
  });

  test.each([
    [{ price: '0', currency: 'KRW' }, '0'],
    [{ price: 0, currency: 'GBP' }, '0.00'],
    [{ price: '0.0000', currency: 'BHD' }, '0.000'],
    [{ price: '999999999999999.99', currency: 'GBP' }, '999999999999999.99'],
    [{ price: '0.001', currency: 'KWD' }, '0.001'],
  ])('takes the price %j', async (input, price) => {
    const { product } = await createProduct(client, input);
    expect(product.price).toBe(price);
    expect((await readProduct(client, product.id))?.price).toBe(price);
  });

  test.each([0, 1, 2_147_483_647])('takes a stock of %i', async (stockQuantity) => {
    const { product } = await createProduct(client, { stockQuantity });
    expect((await readProduct(client, product.id))?.stockQuantity).toBe(stockQuantity);
  });

  test('accepts an id again with the same values, however they are written, and changes nothing', async () => {
    const id = randomUUID();
    const { product } = await createProduct(client, { id, productName: 'Caf\u00e9', price: '12.5' });
    const before = await rows();
    for (const repeat of [{ price: '12.50' }, { id: id.toUpperCase(), price: '012.500' }])
      expect(await createProduct(client, { id, productName: 'Cafe\u0301', ...repeat })).toMatchObject({
        product,
        replayed: true,
      });
    expect(await rows()).toEqual(before);
  });

  test('compares a repeat with what the product was created with, and answers it as it is now', async () => {
    const id = randomUUID();
    await createProduct(client, { id });
    const change = { productName: 'Pot', price: '9', stockQuantity: 3 };
    const { product } = await updateProduct(client, { id, input: change });
    expect(await createProduct(client, { id })).toMatchObject({ product, replayed: true });
    expect(refusal(await create({ id, ...change })).extensions).toMatchObject({
      code: 'CONFLICT',
      reason: 'ALREADY_EXISTS',
    });
  });

  test.each<[string, ProductInput]>([
    ['name', { productName: 'kettle' }],
    ['price', { price: '12.51' }],
    ['currency', { currency: 'EUR' }],
    ['stock', { stockQuantity: 11 }],
  ])('refuses an id that exists with another %s, and changes nothing', async (_, difference) => {
    const id = randomUUID();
    const { product } = await createProduct(client, { id });
    const before = await rows();
    const { message, extensions } = refusal(await create({ id, ...difference }));
    expect(extensions).toMatchObject({ code: 'CONFLICT', reason: 'ALREADY_EXISTS' });
    expect(message).toContain(id);
    expect(await rows()).toEqual(before);
    expect(await readProduct(client, id)).toEqual(product);
  });

  test('makes one product of 50 calls at once with one id, and of two inputs one wins', async () => {
    const id = randomUUID();
    const answers = await onBoth(50, (from, n) =>
      from.post<{ createProduct: Payload }>(createProductMutation, {
        input: aProduct({ id, stockQuantity: n % 2 }),
      }),
    );
    const accepted = answers.flatMap(({ data }) => data?.createProduct ?? []);
    expect(accepted).toHaveLength(25);
    expect(accepted.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(accepted.map(({ product }) => product.stockQuantity)).size).toBe(1);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions).toMatchObject({ code: 'CONFLICT', reason: 'ALREADY_EXISTS' });
    expect(await eventsOf(id)).toEqual([{ type: 'product.created', version: 1 }]);
  });
});

describe('an idempotency key', () => {
  test('gives 50 calls at once one product and one answer, which one of them had first', async () => {
    const before = await rows();
    const key = randomUUID();
    const answers = await onBoth(50, (from) => createProduct(from, {}, key));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ product, position }) => JSON.stringify([product, position]))).size).toBe(1);
    const after = await rows();
    expect([after.products! - before.products!, after.outbox! - before.outbox!]).toEqual([1, 1]);
  });

  test('gives 50 calls at once one change, also of those that name the version before it', async () => {
    const { product } = await createProduct(client);
    const change = { id: product.id, input: { stockQuantity: 4 }, expectedVersion: 1, key: randomUUID() };
    const answers = await onBoth(50, (from) => updateProduct(from, change));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const { product: answered } of answers)
      expect(answered).toMatchObject({ stockQuantity: 4, version: 2 });
    await updateProduct(client, { id: product.id, input: { stockQuantity: 5 } });
    expect(await updateProduct(client, change)).toMatchObject({
      product: { stockQuantity: 4, version: 2 },
      replayed: true,
    });
    expect((await readProduct(client, product.id))?.stockQuantity).toBe(5);
  });

  test.each<[string, Partial<Update>]>([
    ['another input', { input: { stockQuantity: 6 } }],
    ['another version', { expectedVersion: 2 }],
    ['another product', { id: randomUUID() }],
  ])('is bound to its arguments: %s', async (_, difference) => {
    const { product } = await createProduct(client);
    const change = { id: product.id, input: { stockQuantity: 4 }, expectedVersion: 1, key: randomUUID() };
    await updateProduct(client, change);
    expect(refusal(await update({ ...change, ...difference })).extensions).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      field: 'idempotencyKey',
    });
  });

  test('is bound to the operation, and not used up by a call that was refused', async () => {
    const [key, id] = [randomUUID(), randomUUID()];
    await createProduct(client, { id });
    expect(refusal(await create({ id, stockQuantity: 1 }, key)).extensions.code).toBe('CONFLICT');
    expect(
      refusal(await update({ id, input: { stockQuantity: 1 }, expectedVersion: 9, key })).extensions.code,
    ).toBe('CONFLICT');
    expect(refusal(await update({ id: randomUUID(), input: { price: '1' }, key })).extensions.code).toBe(
      'NOT_FOUND',
    );
    expect(refusal(await update({ id, input: { price: '0.001' }, key })).extensions.field).toBe('price');
    expect(await createProduct(client, {}, key)).toMatchObject({ replayed: false });
    expect(refusal(await update({ id, input: { price: '1' }, key })).extensions.code).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
  });
});

describe('updateProduct', () => {
  test('changes what is given and keeps the rest', async () => {
    const { product } = await createProduct(client);
    const steps: [object, object][] = [
      [{ productName: 'Pot' }, { productName: 'Pot', price: '12.50', stockQuantity: 10, version: 2 }],
      [{ price: '0' }, { productName: 'Pot', price: '0.00', stockQuantity: 10, version: 3 }],
      [{ stockQuantity: 0 }, { productName: 'Pot', price: '0.00', stockQuantity: 0, version: 4 }],
      [
        { price: 7, stockQuantity: 1 },
        { productName: 'Pot', price: '7.00', stockQuantity: 1, version: 5 },
      ],
    ];
    for (const [input, expected] of steps) {
      const { product: changed } = await updateProduct(client, { id: product.id.toUpperCase(), input });
      expect(changed).toMatchObject({ ...expected, id: product.id, createdAt: product.createdAt });
      expect(await readProduct(client, product.id)).toEqual(changed);
    }
    expect(await eventsOf(product.id)).toEqual([
      { type: 'product.created', version: 1 },
      ...[2, 3, 4, 5].map((version) => ({ type: 'product.changed', version })),
    ]);
  });

  test('that changes nothing writes nothing', async () => {
    const { product } = await createProduct(client, { productName: 'Caf\u00e9' });
    const before = await rows();
    for (const input of [
      { productName: 'Cafe\u0301' },
      { price: '12.500' },
      { stockQuantity: 10 },
      { productName: 'Caf\u00e9', price: '12.5', stockQuantity: 10 },
    ])
      expect(await updateProduct(client, { id: product.id, input, expectedVersion: 1 })).toMatchObject({
        product,
        position: expect.any(String),
        replayed: false,
      });
    expect(await rows()).toEqual(before);
  });

  test('with another version than the one now is VERSION_MISMATCH, also when it would change nothing', async () => {
    const { product } = await createProduct(client);
    await updateProduct(client, { id: product.id, input: { stockQuantity: 9 }, expectedVersion: 1 });
    const before = await rows();
    for (const expectedVersion of [1, 3, Number.MAX_SAFE_INTEGER])
      for (const stockQuantity of [8, 9])
        expect(
          refusal(await update({ id: product.id, input: { stockQuantity }, expectedVersion })).extensions,
        ).toMatchObject({ code: 'CONFLICT', reason: 'VERSION_MISMATCH' });
    expect(await rows()).toEqual(before);
    await updateProduct(client, { id: product.id, input: { stockQuantity: 8 }, expectedVersion: null });
  });

  test('by 40 at once without a version leaves one of their stocks, and a version and an event for each change', async () => {
    const { product } = await createProduct(client, { stockQuantity: 1_000 });
    const answers = await onBoth(40, (from, n) =>
      updateProduct(from, { id: product.id, input: { stockQuantity: n } }),
    );
    const versions = answers.map(({ product: changed }) => changed.version).toSorted((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 40 }, (_, n) => n + 2));
    const last = answers.find(({ product: changed }) => changed.version === 41);
    expect(await readProduct(client, product.id)).toEqual(last?.product);
    expect((await eventsOf(product.id)).map(({ version }) => version)).toEqual([1, ...versions]);
  });

  test('lets buyers who name the version that they read sell a stock to its last piece, and never more', async () => {
    const stock = 20;
    const { product } = await createProduct(client, { stockQuantity: stock });
    const { id } = product;
    /** Takes one piece if there is one, however often another one was faster. */
    const buy = async (from: TestClient): Promise<boolean> => {
      for (;;) {
        const now = await readProduct(from, id);
        if (!now || now.stockQuantity === 0) return false;
        const input = { stockQuantity: now.stockQuantity - 1 };
        const answer = await update({ id, input, expectedVersion: now.version }, from);
        if (answer.data?.updateProduct) return true;
        expect(refusal(answer).extensions).toMatchObject({ reason: 'VERSION_MISMATCH' });
      }
    };
    const bought = await onBoth(stock + 5, buy);
    expect(bought.filter(Boolean)).toHaveLength(stock);
    expect(await readProduct(client, id)).toMatchObject({ stockQuantity: 0, version: stock + 1 });
    expect((await eventsOf(id)).map(({ version }) => version)).toEqual(
      Array.from({ length: stock + 1 }, (_, n) => n + 1),
    );
  });

  test('cannot make a stock negative, not even past the command', async () => {
    const { product } = await createProduct(client);
    await expect(
      products.database.query('update products set stock_quantity = -1 where id = $1', [product.id]),
    ).rejects.toThrow(/check constraint/);
  });
});

describe('products', () => {
  interface Page {
    readonly nodes: readonly {
      readonly id: string;
      readonly createdAt: string;
      readonly stockQuantity: number;
    }[];
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly totalCount: number;
  }
  const page = async (variables: object): Promise<Page> =>
    (
      await client.data<{ products: Page }>(
        `query ($first: Int, $after: String, $inStock: Boolean) {
          products(first: $first, after: $after, inStock: $inStock) {
            nodes { id createdAt stockQuantity } edges { cursor node { id } }
            pageInfo { hasNextPage endCursor } totalCount
          }
        }`,
        variables,
      )
    ).products;
  const allPages = async (inStock: boolean | null): Promise<Page['nodes'][number][]> => {
    const seen: Page['nodes'][number][] = [];
    for (let after: string | null = null; ;) {
      const found: Page = await page({ first: 7, after, inStock });
      expect(found.edges.map(({ node }) => node.id)).toEqual(found.nodes.map(({ id }) => id));
      seen.push(...found.nodes);
      expect(found.totalCount).toBeGreaterThanOrEqual(seen.length);
      if (!found.pageInfo.hasNextPage) {
        expect(seen).toHaveLength(found.totalCount);
        return seen;
      }
      after = found.pageInfo.endCursor;
    }
  };

  test('come newest first in pages without gap or repeat, all, with stock, or without', async () => {
    await onBoth(30, (from, n) => createProduct(from, { stockQuantity: n % 3 }));
    const all = await allPages(null);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.length).toBe((await rows()).products);
    const keys = all.map(({ createdAt, id }) => `${createdAt} ${id}`);
    expect(keys).toEqual(keys.toSorted().reverse());
    const [inStock, soldOut] = [await allPages(true), await allPages(false)];
    expect(inStock.every(({ stockQuantity }) => stockQuantity > 0)).toBe(true);
    expect(soldOut.every(({ stockQuantity }) => stockQuantity === 0)).toBe(true);
    expect(soldOut.length).toBeGreaterThanOrEqual(10);
    expect(inStock.length + soldOut.length).toBe(all.length);
  });

  test('one that does not exist is null', async () => {
    expect(await readProduct(client, randomUUID())).toBeNull();
  });
});
