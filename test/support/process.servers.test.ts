import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from './database.js';
import { createTestClient, openRawSocket } from './graphql.js';
import { topicNames } from './log.js';
import { spawnMillrace, startMillrace } from './process.js';
import { uniquePrefix } from './topics.js';
import { verifyDelivered, verifyOrders, type DeliveredEvent } from './verify.js';

/** The helpers of this folder on the whole process: each of its parts works together with the others. */
const createOrders = `mutation ($inputs: [CreateOrderInput!]!) {
  createOrders(inputs: $inputs) { accepted replayed rejected { index code field } }
}`;
const watch = `subscription ($after: Cursor) { orderEvents(after: $after) { id orderId version cursor } }`;

interface Watched {
  readonly orderEvents: DeliveredEvent & { readonly cursor: string };
}

const makeOrders = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    customerId: `customer-${index % 7}`,
    region: ['서울', '부산', '대구'][index % 3],
    totalAmount: `${index + 1}`,
    currency: 'KRW',
    placedAt: new Date(Date.UTC(2026, 0, 31, 9, index)).toISOString(),
  }));

let database: TestDatabase;
let env: Record<string, string>;
const topicPrefix = uniquePrefix();
beforeAll(async () => {
  database = await createTestDatabase();
  env = { DATABASE_URL: database.url, TOPIC_PREFIX: topicPrefix };
});

test('orders sent before and after a kill -9 are all there, counted once, and seen once by a subscriber', async () => {
  const [first, second] = [makeOrders(40), makeOrders(60)];
  const millrace = await startMillrace({ env });
  const client = createTestClient(millrace.url);
  const socket = await openRawSocket(millrace.url);
  socket.send({ type: 'connection_init' });
  expect(await socket.received.next()).toMatchObject({ type: 'connection_ack' });
  const start = await client
    .subscribe<{ orderEvents: null }>(`subscription { orderEvents(heartbeat: 60) { id } }`)
    .next();
  expect(start.extensions).toMatchObject({ cursor: expect.any(String), upToDate: true });
  const after = start.extensions?.cursor;

  const delivered: DeliveredEvent[] = [];
  const watched = client.subscribe<Watched>(watch, { after });
  await client.data(createOrders, { inputs: first });
  let cursor: unknown = after;
  while (delivered.length < first.length) {
    const { data } = await watched.next();
    delivered.push(data!.orderEvents);
    cursor = data!.orderEvents.cursor;
  }
  await client.data(createOrders, { inputs: second });
  await millrace.kill9();
  await expect(watched.until(() => false)).rejects.toThrow(/socket closed/i);

  const again = await startMillrace({ env, port: millrace.port });
  const resumed = createTestClient(again.url).subscribe<Watched>(watch, { after: cursor as string });
  const seen = new Set(delivered.map(({ id }) => id));
  for (let left = second.length; left > 0; left -= 1) {
    const { data } = await resumed.next();
    expect(seen.has(data!.orderEvents.id)).toBe(false);
    delivered.push(data!.orderEvents);
  }
  const accepted = [...first, ...second].map(({ id }) => id);
  const report = await verifyOrders({ database, topicPrefix, accepted, client: createTestClient(again.url) });
  expect(report).toMatchObject({ orders: 100, events: 100 });
  await verifyDelivered(topicPrefix, delivered);
  expect(await topicNames(topicPrefix)).toContain(`${topicPrefix}order.events.v1`);
  expect(await again.stop()).toEqual({ code: 0, signal: null });
});

test('a process that is paused answers again once it is resumed', async () => {
  const millrace = await startMillrace({ env });
  millrace.pause();
  const asked = createTestClient(millrace.url).data('{ __typename }');
  millrace.resume();
  expect(await asked).toEqual({ __typename: 'Query' });
  await millrace.stop();
});

test('a process that cannot start says why and ends by itself', async () => {
  const millrace = await spawnMillrace({ env: { ...env, LOG_LEVEL: 'loud' } });
  expect(await millrace.exited).toMatchObject({ signal: null });
  expect(millrace.output()).toContain('LOG_LEVEL');
  await expect(startMillrace({ env: { ...env, PORT: '-1' } })).rejects.toThrow(
    /did not get ready[\s\S]*PORT/,
  );
});
