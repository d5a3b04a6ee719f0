import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { readTopic, writeRaw, type StoredRecord } from '../support/log.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { createProxy, type Proxy } from '../support/proxy.js';
import { servers } from '../support/servers.js';
import { uniquePrefix } from '../support/topics.js';
import { verifyDelivered, verifyOrders } from '../support/verify.js';
import { refusal } from '../support/refusals.js';
import {
  anOrder,
  changeStatus,
  createOrder,
  createOrderMutation,
  createOrders,
  eventsSubscription,
  orderStats,
  type EventsAnswer,
  type OrderEventAnswer,
  type Payload,
} from './support.js';

/** One Millrace whose ways to Kafka and to Postgres go through proxies. A subscriber watches from the first test to the last. */
let database: TestDatabase;
let kafka: Proxy;
let postgres: Proxy;
let millrace: MillraceProcess;
let client: TestClient;
let watched: ReturnType<typeof watch>;
const topicPrefix = uniquePrefix();
const eventsTopic = `${topicPrefix}order.events.v1`;

beforeAll(async () => {
  database = await createTestDatabase();
  kafka = await createProxy({ target: servers().kafkaBrokers[0] ?? '', kafka: true });
  postgres = await createProxy({ target: new URL(database.url).host });
  millrace = await startMillrace({
    env: {
      DATABASE_URL: postgres.through(database.url),
      KAFKA_BROKERS: kafka.address,
      TOPIC_PREFIX: topicPrefix,
    },
  });
  client = createTestClient(millrace.url);
  watched = watch();
  await watched.next();
});

const watch = () => client.subscribe<EventsAnswer>(eventsSubscription, { heartbeat: 60 });
const delivered = (): OrderEventAnswer[] => watched.all.flatMap(({ data }) => data?.orderEvents ?? []);
const whenDelivered = (orderId: string) =>
  eventually(() => delivered().some((event) => event.orderId === orderId), { timeoutMs: 20_000 });
const readiness = async () => {
  const response = await fetch(`${millrace.url}/health/ready`);
  return {
    status: response.status,
    body: (await response.json()) as Record<string, { status: string } | undefined>,
  };
};
const send = (id: string) =>
  client.post<{ createOrder: Payload }>(createOrderMutation, { input: anOrder({ id }) });

/** The log is whole, everything is counted once, and the subscriber has seen every event once. */
const verify = async (accepted: readonly string[], refused: readonly string[] = []) => {
  await verifyOrders({ database, topicPrefix, accepted, refused, client });
  await eventually(async () => {
    await verifyDelivered(topicPrefix, delivered());
    return true;
  });
};

test('copies by type have the key, id and bytes of their event, and no number', async () => {
  const { order } = await createOrder(client, { region: '부산' });
  for (const to of ['SHIPPED', 'DELIVERED']) await changeStatus(client, { orderId: order.id, to });
  const [created, shipped] = await eventually(async () => {
    const found = await Promise.all(
      [`order.created.v1`, `order.shipped.v1`].map((name) => readOf(name, order.id)),
    );
    return found[0]?.length === 1 && found[1]?.length === 2 ? found : undefined;
  });
  const origin = await readOf('order.events.v1', order.id);
  expect(origin.map(({ headers }) => headers.ce_type)).toEqual([
    'order.created',
    'order.shipped',
    'order.delivered',
  ]);
  for (const [n, copy] of [...created!, ...shipped!].entries()) {
    const { 'millrace-seq': sequence, ...headers } = origin[n]!.headers;
    expect(sequence).toMatch(/^\d+$/);
    expect(copy.headers).toEqual(headers);
    expect([copy.key, copy.partition]).toEqual([order.id, origin[n]!.partition]);
    expect(copy.value!.equals(origin[n]!.value!)).toBe(true);
  }
});

const readOf = async (name: string, key: string): Promise<StoredRecord[]> =>
  (await readTopic(topicPrefix + name)).flat().filter((record) => record.key === key);

test('while Kafka is away orders are accepted, and their events follow when it is back', async () => {
  kafka.cut();
  await eventually(async () => (await readiness()).status === 503, { timeoutMs: 10_000 });
  expect((await readiness()).body).toMatchObject({
    ready: false,
    kafka: { status: 'down' },
    postgres: { status: 'up' },
  });
  const ids = Array.from({ length: 20 }, () => randomUUID());
  const answers = await Promise.all(ids.map((id) => createOrder(client, { id })));
  expect(answers.every(({ replayed }) => !replayed)).toBe(true);
  const shipped = await changeStatus(client, { orderId: ids[0]!, to: 'SHIPPED' });
  expect(delivered().some(({ orderId }) => ids.some((id) => id === orderId))).toBe(false);
  const late = await client.post(
    `query ($p: Position) { orderStats(currency: "KRW", consistentWith: $p, waitMs: 100) { version } }`,
    { p: shipped.position },
  );
  expect(refusal(late).extensions.code).toBe('POSITION_TIMEOUT');
  // What lies in Postgres is read and watched as ever, and a quiet stream shows that it is not up to date.
  const { orders } = await client.data<{ orders: { totalCount: number; asOf: string } }>(
    '{ orders(first: 1) { totalCount asOf } }',
  );
  const state = client.subscribe(`subscription { order(id: "${ids[0]}") { status } }`);
  expect((await state.next()).data).toEqual({ order: { status: 'SHIPPED' } });
  const quiet = client.subscribe<EventsAnswer>(eventsSubscription, {
    heartbeat: 1,
    filter: { orderId: ids[0] },
  });
  expect((await quiet.next()).extensions).toMatchObject({ cursor: expect.any(String), upToDate: false });
  await kafka.heal();
  await changeStatus(client, { orderId: ids[0]!, to: 'DELIVERED' });
  expect((await state.next()).data).toEqual({ order: { status: 'DELIVERED' } });
  const resumed = client.subscribe<EventsAnswer>(eventsSubscription, {
    after: orders.asOf,
    filter: { orderId: ids[0] },
  });
  for (const status of ['PAID', 'SHIPPED', 'DELIVERED'])
    expect((await resumed.next()).data?.orderEvents).toMatchObject({ status });
  for (const subscription of [state, quiet, resumed]) subscription.complete();
  for (const id of ids) await whenDelivered(id);
  await eventually(async () => (await readiness()).status === 200, { timeoutMs: 10_000 });
  await verify(ids);
});

test('while Kafka is silent orders are accepted, and their events follow when it answers again', async () => {
  kafka.blackHole();
  const ids = Array.from({ length: 20 }, () => randomUUID());
  await Promise.all(ids.map((id) => createOrder(client, { id })));
  await eventually(async () => (await readiness()).status === 503, { timeoutMs: 10_000 });
  await kafka.heal();
  for (const id of ids) await whenDelivered(id);
  await eventually(async () => (await readiness()).status === 200, { timeoutMs: 10_000 });
  await verify(ids);
});

test('replies of Kafka that are lost lead to repeats in the log at most, which nobody counts or sees twice', async () => {
  const ids = Array.from({ length: 60 }, () => randomUUID());
  kafka.swallowProduceReplies(4);
  await Promise.all(ids.map((id) => createOrder(client, { id })));
  for (const id of ids) await whenDelivered(id);
  await eventually(() => kafka.swallowed === 4, { timeoutMs: 20_000 });
  await verify(ids);
});

test('while Postgres does not answer, mutations are UNAVAILABLE within 5 s, queries later, and readiness is red; then all recovers by itself', async () => {
  const before = randomUUID();
  await createOrder(client, { id: before });
  postgres.blackHole();
  const ids = Array.from({ length: 30 }, () => randomUUID());
  const began = performance.now();
  const querying = client.post('{ orders(first: 1) { totalCount } }');
  const answers = await Promise.all(ids.map(send));
  expect(performance.now() - began).toBeLessThan(5_000);
  const query = await querying;
  for (const answer of [...answers, query]) expect(refusal(answer).extensions.code).toBe('UNAVAILABLE');
  expect(refusal(query).message).not.toMatch(/postgres|127\.0\.0\.1|timeout|connection/i);
  expect((await readiness()).status).toBe(503);
  await postgres.heal();
  const after = await eventually(async () => (await send(randomUUID())).data?.createOrder.order.id, {
    timeoutMs: 10_000,
  });
  await eventually(async () => (await readiness()).status === 200, { timeoutMs: 10_000 });
  await whenDelivered(after);
  await verify([before, after], ids);
});

test('while Postgres refuses connections, mutations are UNAVAILABLE at once; then all recovers by itself', async () => {
  postgres.cut();
  const [id, kept] = [randomUUID(), randomUUID()];
  const began = performance.now();
  expect(refusal(await send(id)).extensions.code).toBe('UNAVAILABLE');
  expect(performance.now() - began).toBeLessThan(5_000);
  await eventually(async () => (await readiness()).body.postgres?.status === 'down', { timeoutMs: 5_000 });
  await postgres.heal();
  await eventually(async () => (await send(kept)).data?.createOrder, { timeoutMs: 10_000 });
  await whenDelivered(kept);
  await verify([kept], [id]);
});

test('when the answer of COMMIT is lost, the outcome is found out, and a repeat counts once', async () => {
  const ids = Array.from({ length: 5 }, () => randomUUID());
  for (const id of ids) {
    const cut = postgres.repliesCut;
    postgres.cutReplyTo('commit');
    await eventually(async () => (await createOrder(client, { id })) && postgres.repliesCut > cut);
    await createOrder(client, { id });
  }
  await verify(ids);
});

test('bytes that are no event become dead letters with their reason, and everything else goes on', async () => {
  const poison = [
    { key: 'p1', value: 'not JSON' },
    { key: 'p2', value: null },
    { key: 'p3', value: '{"broken"', headers: ceHeaders('order.created') },
    { key: 'p4', value: '{}', headers: { ...ceHeaders('order.shipped'), 'millrace-seq': 'x' } },
    { key: null, value: Buffer.from([0xff, 0x00, 0xfe]), headers: { ce_type: 'a\0b' } },
    { key: 'p6', value: '[]', headers: ceHeaders('casino.unknown') },
    { key: 'p7', value: JSON.stringify(forged), headers: ceHeaders('order.created') },
  ];
  const good: string[] = [];
  const sendGood = async () => {
    const inputs = Array.from({ length: 15 }, () => ({ id: randomUUID(), currency: 'CZK' }));
    good.push(...inputs.map(({ id }) => id));
    return createOrders(client, inputs);
  };
  for (const message of poison) {
    await sendGood();
    await writeRaw(eventsTopic, [message], 1);
  }
  const { position } = await sendGood();
  expect((await orderStats(client, 'CZK', position)).total.count).toBe(good.length);
  for (const id of good) await whenDelivered(id);

  const letters = await eventually(async () => {
    const rows = await database.query<Letter>(
      `select "offset"::int, topic, partition, consumer, state, error, error_class, type, convert_from(key, 'UTF8') as key, value
       from dead_letters where consumer = 'order-stats' order by "offset"`,
    );
    return rows.length >= poison.length && rows;
  });
  expect(letters).toHaveLength(poison.length);
  const log = (await readTopic(eventsTopic))[1]!;
  for (const [n, letter] of letters.entries()) {
    const { key, value } = poison[n]!;
    expect(letter).toMatchObject({
      topic: 'order.events.v1',
      partition: 1,
      state: 'PENDING',
      key,
      error_class: 'UnparseableEvent',
    });
    expect(letter.error.length).toBeGreaterThan(10);
    expect(letter.value).toEqual(value === null ? null : Buffer.from(value));
    expect(log[letter.offset]?.value).toEqual(letter.value);
  }
  const records = await eventually(async () => {
    const names = ['unknown', 'order.created', 'order.shipped'];
    const found = await Promise.all(names.map((name) => readTopic(`${topicPrefix}${name}.v1.dlq`)));
    // Each reader files its own.
    const own = found.map((topic) =>
      topic.flat().filter(({ headers }) => headers['millrace-dlq-consumer'] === 'order-stats'),
    );
    return own.flat().length >= poison.length && own;
  });
  expect(records.map((topic) => topic.map(({ key }) => key).toSorted())).toEqual([
    [null, 'p1', 'p2', 'p6'].toSorted(),
    ['p3', 'p7'],
    ['p4'],
  ]);
  expect(records[1]!.find(({ key }) => key === 'p3')).toMatchObject({
    value: Buffer.from('{"broken"'),
    headers: {
      ...ceHeaders('order.created'),
      'millrace-dlq-topic': 'order.events.v1',
      'millrace-dlq-partition': '1',
      'millrace-dlq-offset': String(letters[2]?.offset),
      'millrace-dlq-consumer': 'order-stats',
      'millrace-dlq-error': expect.stringContaining('millrace-seq'),
    },
  });
});

test('an event that did not come from the outbox reaches neither subscribers nor the copies', async () => {
  expect(delivered().some(({ orderId }) => orderId === forged.id)).toBe(false);
  const { order } = await createOrder(client, {});
  await eventually(async () => (await readOf('order.created.v1', order.id)).length === 1);
  const copied = (await readTopic(`${topicPrefix}order.created.v1`)).flat().map(({ key }) => key);
  expect(copied.filter((key) => key?.startsWith('p'))).toEqual([]);
});

interface Letter {
  readonly offset: number;
  readonly topic: string;
  readonly partition: number;
  readonly consumer: string;
  readonly state: string;
  readonly error: string;
  readonly error_class: string;
  readonly type: string;
  readonly key: string | null;
  readonly value: Buffer | null;
}

const ceHeaders = (type: string) => ({
  ce_id: 'f3b1c1de-0000-4000-8000-000000000001',
  ce_type: type,
  ce_source: '/elsewhere',
  ce_specversion: '1.0',
  ce_time: '2026-01-31T09:00:00.000Z',
});

/** Right in every field, and yet nobody's: no row of the outbox stands behind it. */
const forged = {
  id: 'f3b1c1de-0000-4000-8000-000000000002',
  customerId: 'customer-1',
  customerEmail: null,
  region: 'nowhere',
  totalAmount: '1000',
  currency: 'CZK',
  status: 'PAID',
  version: 1,
  placedAt: '2026-01-31T09:00:00.000Z',
  updatedAt: '2026-01-31T09:00:00.000Z',
  previousStatus: null,
};
