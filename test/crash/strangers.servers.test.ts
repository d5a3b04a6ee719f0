import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import kafkajs, { type Message } from 'kafkajs';
import { eventHeaders } from '../../src/events/envelope.js';
import { hashOf } from '../../src/partitioning.js';
import { eventually, type WaitOptions } from '../support/await.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { readTopic, writeRaw, type StoredRecord } from '../support/log.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { scale } from '../support/servers.js';
import { createWorld, type World } from './world.js';

/** Records that Millrace did not write, or would not write, and that are hard to put away. They hold up nothing that is real. */
const topic = 'order.events.v1';
const group = 'notification-consumer-group';
const partitions = 3;
const [bombs, batchOf] = [scale(3, 40), 50];
const { CompressionTypes } = kafkajs;

let world: World;
let millrace: MillraceProcess;
let client: TestClient;
let orders = 0;

const start = async (port?: number): Promise<void> => {
  millrace = await startMillrace({ env: world.env, ...(port !== undefined && { port }) });
  client = createTestClient(millrace.url);
};

beforeAll(async () => {
  world = await createWorld();
  await start();
});

const createOrders = async (count: number): Promise<void> => {
  const inputs = Array.from({ length: count }, () => ({
    customerId: 'customer',
    totalAmount: '10',
    currency: 'KRW',
  }));
  await client.data(
    'mutation ($inputs: [CreateOrderInput!]!) { createOrders(inputs: $inputs) { accepted } }',
    {
      inputs,
    },
  );
  orders += count;
};

/** Every order so far is counted and notified once, and no partition stands still. */
const whenAllIsThere = ({ timeoutMs = 30_000 }: WaitOptions = {}) =>
  eventually(
    async () => {
      const [found] = await world.database.query<Record<string, number>>(
        `select (select count(*)::int from notifications) as notified,
           (select count::int from order_stats where currency = 'KRW') as counted,
           (select count(*)::int from positions where fault is not null) as faults`,
      );
      expect(found).toEqual({ notified: orders, counted: orders, faults: 0 });
      return true;
    },
    { timeoutMs },
  );

interface Letter {
  readonly consumer: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly error_class: string;
}

const lettersSince = (id: string) =>
  world.database.query<Letter>('select * from dead_letters where id > $1 order by id', [id]);

const lastLetter = async (): Promise<string> => {
  const [row] = await world.database.query<{ id: string }>(
    'select id from dead_letters order by id desc limit 1',
  );
  return row?.id ?? '00000000-0000-0000-0000-000000000000';
};

const headers = () =>
  eventHeaders({ id: randomUUID(), type: 'order.created', time: new Date().toISOString() });

/** What Kafka has of these letters. */
const published = async (letters: readonly Letter[]): Promise<StoredRecord[]> => {
  const names = new Set(
    letters.map(({ consumer, partition, offset }) => `${consumer} ${partition}/${offset}`),
  );
  return eventually(
    async () => {
      const types = ['order.created', 'unknown'];
      const all = await Promise.all(types.map((type) => readTopic(`${world.topicPrefix}${type}.v1.dlq`)));
      const own = all
        .flat(2)
        .filter(({ headers: { 'millrace-dlq-consumer': consumer, ...rest } }) =>
          names.has(`${consumer} ${rest['millrace-dlq-partition']}/${rest['millrace-dlq-offset']}`),
        );
      return own.length === letters.length && own;
    },
    { timeoutMs: 30_000 },
  );
};

/** With little beside it as large as Kafka takes. */
const megabyte = 1_048_200;

test.each<[string, () => Partial<Message>]>([
  ['a ce_id with NUL', () => ({ headers: { ...headers(), ce_id: 'a\0b' } })],
  ['a ce_id that is no text', () => ({ headers: { ...headers(), ce_id: Buffer.from([0xff, 0, 0xfe]) } })],
  ['a ce_id of a megabyte', () => ({ headers: { ...headers(), ce_id: 'x'.repeat(megabyte) } })],
  ['a ce_type of a megabyte', () => ({ headers: { ...headers(), ce_type: 'x'.repeat(megabyte) } })],
  [
    'a ce_specversion of a megabyte',
    () => ({ headers: { ...headers(), ce_specversion: 'x'.repeat(megabyte) } }),
  ],
  ['a header whose name has NUL', () => ({ headers: { ...headers(), 'a\0b': 'c' } })],
  ['a key of a megabyte', () => ({ key: randomBytes(megabyte), headers: headers() })],
  ['a value of a megabyte', () => ({ value: randomBytes(megabyte), headers: headers() })],
  [
    'a third of a megabyte each of key, value and headers',
    () => ({
      key: randomBytes(350_000),
      value: randomBytes(350_000),
      headers: { ...headers(), more: 'x'.repeat(340_000) },
    }),
  ],
])(
  '%s is a dead letter of each reader, and what is behind it is not held up',
  async (_, given) => {
    const before = await lastLetter();
    const message: Message = { key: randomUUID(), value: 'no event', ...given() };
    for (let partition = 0; partition < partitions; partition += 1)
      await writeRaw(world.topicPrefix + topic, [message], partition);
    await createOrders(20);
    await whenAllIsThere();

    const letters = await lettersSince(before);
    expect(letters.map(({ consumer, partition }) => `${consumer} ${partition}`).sort()).toEqual(
      [group, 'order-stats'].flatMap((consumer) => [0, 1, 2].map((partition) => `${consumer} ${partition}`)),
    );
    for (const { key, value, error_class } of letters) {
      expect(key?.equals(Buffer.from(message.key ?? ''))).toBe(true);
      expect(value?.equals(Buffer.from(message.value ?? ''))).toBe(true);
      expect(error_class).toBe('UnparseableEvent');
    }
    await published(letters);
    expect(await lettersSince(before)).toHaveLength(letters.length);
  },
  60_000,
);

/** As if a transaction of ours had appended it. */
const append = async (key: Buffer, value: object | string): Promise<void> => {
  await world.database.query(
    'insert into outbox (topic, key, hash, value, headers) values ($1, $2, $3, $4, $5::jsonb)',
    [
      topic,
      key,
      hashOf(key),
      Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
      JSON.stringify(headers()),
    ],
  );
};

const anOrder = () => {
  const at = '2026-01-31T09:30:00.000Z';
  return {
    id: randomUUID(),
    ...{ customerId: 'customer', customerEmail: null, region: '서울', totalAmount: '10', currency: 'GBP' },
    ...{ status: 'PAID', version: 1, placedAt: at, updatedAt: at, previousStatus: null },
  };
};

/** Too long for an index of Postgres, also when compressed. */
const long = randomBytes(6_000).toString('hex');

test.each<[string, readonly string[], () => [Buffer, object | string]]>([
  ['a key that is too long for an index', ['order-stats', group], () => [Buffer.from(long), 'no event']],
  [
    'a region that is too long for an index',
    ['order-stats'],
    () => [Buffer.from(randomUUID()), { ...anOrder(), customerId: 'fail-1', region: long }],
  ],
  [
    'a time that Postgres does not have',
    ['order-stats'],
    () => [
      Buffer.from(randomUUID()),
      { ...anOrder(), customerId: 'fail-1', placedAt: '0000-01-01T00:00:00.000Z' },
    ],
  ],
  [
    'a customer that is too long for an index',
    [group],
    () => [Buffer.from(randomUUID()), { ...anOrder(), customerId: long }],
  ],
])(
  'a numbered event with %s is a dead letter of who cannot take it',
  async (_, refusedBy, given) => {
    const before = await lastLetter();
    await append(...given());
    await createOrders(20);
    await whenAllIsThere();
    await eventually(async () => {
      const letters = await lettersSince(before);
      const refused = letters.filter(({ error_class }) => error_class !== 'DeliveryFailed');
      expect(refused.map(({ consumer }) => consumer).sort()).toEqual([...refusedBy].sort());
      return true;
    });
  },
  60_000,
);

/** Most memory that the process has had. */
const peakMegabytes = (): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${millrace.pid}/status`, 'utf8'))?.[1]) / 1_024;

test(`${bombs} batches that are ${batchOf} times as large once decompressed are dead letters, in bounded memory`, async () => {
  const before = await lastLetter();
  const message = { key: 'k', value: Buffer.alloc(1_000_000, 'x') };
  for (let n = 0; n < bombs; n += 1)
    await writeRaw(
      world.topicPrefix + topic,
      Array.from({ length: batchOf }, () => message),
      0,
      CompressionTypes.GZIP,
    );
  await createOrders(30);
  await whenAllIsThere({ timeoutMs: 240_000 });
  const [row] = await world.database.query<{ count: number }>(
    'select count(*)::int as count from dead_letters where id > $1 and value = $2',
    [before, message.value],
  );
  expect(row?.count).toBe(2 * bombs * batchOf);
  if (process.platform === 'linux') expect(peakMegabytes()).toBeLessThan(1_500);
}, 300_000);

test('strangers at the end of every partition make a restarted relay neither send again nor stand still', async () => {
  const flood = Array.from({ length: 1_600 }, () => ({ key: 'k', value: 'no event' }));
  for (let partition = 0; partition < partitions; partition += 1)
    await writeRaw(world.topicPrefix + topic, flood, partition);
  const before = await numbersOf();
  // As an hour later.
  await world.database.query('delete from outbox_batches');
  expect(await millrace.stop()).toEqual({ code: 0, signal: null });
  await start(millrace.port);
  await createOrders(30);
  await whenAllIsThere();
  const after = await numbersOf();
  expect(after).toHaveLength(before.length + 30);
  expect(new Set(after).size).toBe(after.length);
}, 60_000);

/** Of all records of the topic that have one. */
const numbersOf = async (): Promise<string[]> =>
  (await readTopic(world.topicPrefix + topic))
    .flat()
    .filter(({ headers: own }) => own['millrace-seq'] !== undefined)
    .map(({ partition, headers: own }) => `${partition}/${own['millrace-seq']}`);
