import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import kafkajs, { type CompressionTypes as Compression } from 'kafkajs';
import { eventHeaders } from '../../src/events/envelope.js';
import { createKafka } from '../../src/kafka/create-kafka.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import { hashOf } from '../../src/partitioning.js';
import { lz4, xerialSnappy, zstd, type Encode } from '../kafka/encoders.js';
import { eventually } from '../support/await.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { scale, servers } from '../support/servers.js';
import { between, createRandom, report, type Random } from './random.js';
import { createWorld, type World } from './world.js';

/** Poison of every kind amid good events: each piece is a dead letter of each of its readers, and nothing else is one. */
const { CompressionCodecs, CompressionTypes, Kafka, Partitioners, logLevel } = kafkajs;
const goodOrders = scale(800, 20_000);

const group = 'notification-consumer-group';
const readers: Readonly<Record<string, readonly string[]>> = {
  'order.events.v1': ['order-stats', group],
  'user.events.v1': ['user-posts'],
  'post.events.v1': ['user-posts'],
  'notification.events.v1': [group],
};

interface Poison {
  readonly topic: string;
  readonly name: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
  readonly refusedBy: readonly string[];
  readonly compression?: Compression;
}

const time = '2026-01-31T09:30:00.000Z';

/** A valid event of each topic, but for what `change` puts over it. */
const dataOf = (topic: string, change: object = {}): Buffer => {
  const common = { id: randomUUID(), version: 1, createdAt: time, updatedAt: time };
  const data = {
    'order.events.v1': {
      ...{ customerId: 'customer', customerEmail: null, region: '서울', totalAmount: '1', currency: 'KRW' },
      ...{ status: 'PAID', placedAt: time, previousStatus: null },
    },
    'user.events.v1': {
      ...{
        name: 'A',
        email: 'a@example.com',
        department: 'Sales',
        status: 'ACTIVE',
        previousDepartment: null,
      },
    },
    'post.events.v1': { title: 'A', content: 'B', authorId: randomUUID(), department: null },
    'notification.events.v1': {
      ...{
        recipientId: 'r',
        kind: 'k',
        title: 't',
        body: 'b',
        data: null,
        orderId: null,
        sourceEventId: null,
      },
      ...{ deliveredAt: null, readAt: null },
    },
  }[topic];
  return Buffer.from(JSON.stringify({ ...common, ...data, ...change }));
};

const headersOf = (topic: string): Record<string, string> =>
  eventHeaders({ id: randomUUID(), type: topic.replace('.events.v1', '.created'), time });

const poisonOf = (topic: string, name: string, given: Partial<Poison>): Poison => ({
  topic,
  name,
  key: Buffer.from(randomUUID()),
  value: dataOf(topic),
  headers: headersOf(topic),
  refusedBy: readers[topic] ?? [],
  ...given,
});

const without = (headers: Record<string, string>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([own]) => own !== name));

/** What anybody could put on a topic: without a number of the relay. */
const strangers = (topic: string): Poison[] =>
  [
    ['a valid event', {}],
    ['not JSON', { value: Buffer.from('{"id":') }],
    ['no text', { value: Buffer.from([0xff, 0xfe, 0, 1]) }],
    ['NUL bytes', { value: Buffer.alloc(10) }],
    ['an empty value', { value: Buffer.alloc(0) }],
    ['a null value', { value: null }],
    ['a list', { value: Buffer.from('[]') }],
    ['no headers', { headers: {} }],
    ['a type with NUL', { headers: { ...headersOf(topic), ce_type: 'order\0created' } }],
    ['a binary key', { key: Buffer.from([0xff, 0, 0xfe]) }],
    ['no key', { key: null }],
    ['as much as Kafka takes', { value: Buffer.alloc(1_000_000, 'x') }],
    ['snappy', { compression: CompressionTypes.Snappy }],
    ['lz4', { compression: CompressionTypes.LZ4 }],
    ['zstd', { compression: CompressionTypes.ZSTD }],
    ['gzip of garbage', { compression: CompressionTypes.GZIP, value: Buffer.alloc(5_000, 'x') }],
  ].map(([name, given]) => poisonOf(topic, name as string, given as Partial<Poison>));

/** What a faulty or newer sender of ours could commit: it has its number. */
const numbered = (topic: string): Poison[] =>
  [
    ['not JSON', { value: Buffer.from('{"id":') }],
    ['wrong kinds', { value: dataOf(topic, { version: 'one', id: 5 }) }],
    ['a missing field', { value: Buffer.from(JSON.stringify({ id: randomUUID() })) }],
    ['a null value', { value: null }],
    ['a newer envelope', { headers: { ...headersOf(topic), ce_specversion: '2.0' } }],
    ['a type of elsewhere', { headers: { ...headersOf(topic), ce_type: 'order.stats.changed' } }],
    ['no id', { headers: without(headersOf(topic), 'ce_id') }],
    ['no time', { headers: { ...headersOf(topic), ce_time: 'yesterday' } }],
    ...((
      {
        'order.events.v1': [
          [
            'a region that Postgres refuses',
            { value: dataOf(topic, { region: '\0' }), refusedBy: ['order-stats'] },
          ],
          [
            'a customer that Postgres refuses',
            { value: dataOf(topic, { customerId: '\0' }), refusedBy: [group] },
          ],
          ['a currency that there is not', { value: dataOf(topic, { currency: 'XXX' }) }],
        ],
        'user.events.v1': [['a name that Postgres refuses', { value: dataOf(topic, { name: '\0' }) }]],
        'post.events.v1': [['text that Postgres refuses', { value: dataOf(topic, { content: '\0' }) }]],
      } as Record<string, [string, Partial<Poison>][]>
    )[topic] ?? []),
  ].map(([name, given]) => poisonOf(topic, name as string, given as Partial<Poison>));

const codecs: readonly [2 | 3 | 4, Encode][] = [
  [CompressionTypes.Snappy, xerialSnappy],
  [CompressionTypes.LZ4, lz4],
  [CompressionTypes.ZSTD, zstd],
];
for (const [type, encode] of codecs)
  CompressionCodecs[type] = () => ({
    compress: (encoder: { buffer: Buffer }) => Promise.resolve(encode(encoder.buffer)),
    decompress: () => Promise.reject(new Error('these tests only compress')),
  });

/** Every piece has a mark, by which it is found in the log. */
const mark = 'poison';

const spread = async (
  { database, topicPrefix }: World,
  poison: readonly (Poison & { readonly isNumbered: boolean })[],
  random: Random,
): Promise<void> => {
  const kafka = new Kafka({ brokers: [...servers().kafkaBrokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    for (const [n, one] of poison.entries()) {
      const { topic, key, value, compression } = one;
      const headers = { ...one.headers, [mark]: String(n) };
      if (one.isNumbered)
        await database.query(
          'insert into outbox (topic, key, hash, value, headers) values ($1, $2, $3, $4, $5::jsonb)',
          [topic, key, hashOf(key ?? ''), value, JSON.stringify(headers)],
        );
      else
        await producer.send({
          topic: topicPrefix + topic,
          ...(compression !== undefined && { compression }),
          messages: [{ key, value, headers, partition: between(random, 0, 2) }],
        });
    }
  } finally {
    await producer.disconnect();
  }
};

const createGood = async (client: TestClient): Promise<{ users: number; posts: number; sent: number }> => {
  const size = 100;
  for (let made = 0; made < goodOrders; made += size) {
    const inputs = Array.from({ length: size }, (_, n) => ({
      customerId: `customer-${made + n}`,
      totalAmount: '10',
      currency: 'KRW',
    }));
    await client.data(
      'mutation ($inputs: [CreateOrderInput!]!) { createOrders(inputs: $inputs) { accepted } }',
      { inputs },
    );
  }
  const users = 40;
  for (let n = 0; n < users; n += 1) {
    const input = {
      id: randomUUID(),
      name: `User ${n}`,
      email: `user-${n}@example.com`,
      department: 'Sales',
    };
    await client.data('mutation ($input: CreateUserInput!) { createUser(input: $input) { position } }', {
      input,
    });
    await client.data('mutation ($input: CreatePostInput!) { createPost(input: $input) { position } }', {
      input: { title: 'Hello', content: 'World', authorId: input.id },
    });
    await client.data(
      'mutation ($input: SendNotificationInput!) { sendNotification(input: $input) { position } }',
      { input: { recipientId: input.id, kind: 'news', title: 'News', body: 'Some' } },
    );
  }
  return { users, posts: users, sent: users };
};

/** By our own reader: kafkajs knows no codec but gzip. */
const readCompressed = async (prefix: string, topic: string): Promise<LogRecord[]> => {
  const address = { brokers: servers().kafkaBrokers, ssl: false, caFile: undefined, sasl: undefined };
  const kafka = createKafka({ address, prefix, logger: createLogger('silent') });
  const all: LogRecord[] = [];
  try {
    for (const [partition, { latest }] of await kafka.watermarks(topic))
      for (let offset = 0; offset < latest;) {
        const { records, nextOffset } = await kafka.fetch(topic, partition, offset, 4_194_304);
        all.push(...records);
        offset = nextOffset;
      }
  } finally {
    await kafka.stop();
  }
  return all;
};

interface Letter {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly attempts: number;
  readonly state: string;
  readonly error_class: string;
}

const placeOf = ({ consumer, topic, partition, offset }: Omit<Letter, 'key' | 'value'> | Letter): string =>
  `${consumer} ${topic}/${partition}/${offset}`;

test(`poison of every kind amid ${goodOrders} orders becomes dead letters, and nothing else does`, async () => {
  const random = createRandom('poison');
  const world = await createWorld();
  const millrace = await startMillrace({ env: { ...world.env, NOTIFICATION_RETRY_DELAY_MS: '50' } });
  const client = createTestClient(millrace.url);
  const topics = Object.keys(readers);
  const poison = topics.flatMap((topic) => [
    ...strangers(topic).map((one) => ({ ...one, isNumbered: false })),
    ...numbered(topic).map((one) => ({ ...one, isNumbered: true })),
  ]);
  const [good] = await Promise.all([createGood(client), spread(world, poison, random)]);

  const found = new Map<string, LogRecord>();
  await eventually(async () => {
    for (const topic of topics)
      for (const record of await readCompressed(world.topicPrefix, topic))
        if (record.headers[mark] !== undefined) found.set(record.headers[mark], record);
    return found.size === poison.length;
  });
  for (const [n, { value, key }] of poison.entries())
    expect(found.get(String(n))).toMatchObject({ value, key });
  const expected = poison.flatMap(({ topic, refusedBy }, n) => {
    const { partition, offset } = found.get(String(n)) as LogRecord;
    return refusedBy.map((consumer) => `${consumer} ${topic}/${partition}/${offset}`);
  });
  const letters = await eventually(
    async () => {
      const rows = await world.database.query<Letter>('select * from dead_letters');
      expect(rows.map(placeOf).sort()).toEqual([...expected].sort());
      return rows;
    },
    { timeoutMs: 60_000 },
  );
  for (const letter of letters) {
    const record = [...found.values()].find(
      ({ topic, partition, offset }) =>
        topic === letter.topic && partition === letter.partition && String(offset) === letter.offset,
    );
    expect(letter.value).toEqual(record?.value ?? null);
    expect(letter).toMatchObject({ attempts: 1, state: 'PENDING' });
    expect(letter.error_class).not.toBe('Error');
  }

  await eventually(
    async () => {
      const [counts] = await world.database.query<Record<string, number>>(
        `select (select count(*)::int from notifications where kind = 'order.created') as orders,
           (select count(*)::int from notifications where delivered_at is not null and kind = 'news') as sent,
           (select count::int from order_stats where currency = 'KRW') as folded,
           (select users::int from department_stats where department = 'Sales') as users,
           (select posts::int from department_stats where department = 'Sales') as posts`,
      );
      // What one reader refuses is a good event of the other.
      expect(counts).toEqual({ orders: goodOrders + 1, folded: goodOrders + 1, ...good });
      return true;
    },
    { timeoutMs: 60_000 },
  );
  expect(await world.database.query('select from positions where fault is not null')).toEqual([]);

  const published = await eventually(async () => {
    const types = ['order.created', 'user.created', 'post.created', 'notification.created', 'unknown'];
    const all = await Promise.all(types.map((type) => readTopic(`${world.topicPrefix}${type}.v1.dlq`)));
    const records = all.flat(2);
    expect(records.length).toBeGreaterThanOrEqual(letters.length);
    return records;
  });
  const told = published.map(
    ({ headers }) =>
      `${headers['millrace-dlq-consumer']} ${headers['millrace-dlq-topic']}/${headers['millrace-dlq-partition']}/${headers['millrace-dlq-offset']}`,
  );
  expect(told.sort()).toEqual([...expected].sort());
  report('poison', `${poison.length} pieces, ${letters.length} letters`);
}, 300_000);
