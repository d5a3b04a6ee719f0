import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { closeAtEnd } from './cleanup.js';
import { createTestDatabase } from './database.js';
import { readTopic, writeRaw } from './log.js';
import { createProxy } from './proxy.js';
import { servers } from './servers.js';
import { createTopic, uniquePrefix } from './topics.js';

const kafkaThrough = (address: string) =>
  new kafkajs.Kafka({
    brokers: [address],
    logLevel: kafkajs.logLevel.NOTHING,
    requestTimeout: 400,
    retry: { initialRetryTime: 20, maxRetryTime: 50, retries: 5 },
  });

const newTopic = async (): Promise<string> => {
  const topic = `${uniquePrefix()}faults`;
  await createTopic({ topic, numPartitions: 1 });
  return topic;
};

const keysIn = async (topic: string): Promise<(string | null)[]> =>
  (await readTopic(topic)).flat().map(({ key }) => key);

test('records written raw are read back with key, value and headers', async () => {
  const topic = await newTopic();
  await writeRaw(topic, [
    { key: 'k', value: Buffer.from([0, 255]), headers: { ce_id: '부산' } },
    { key: null, value: null },
  ]);
  expect(await readTopic(topic)).toEqual([
    [
      { topic, partition: 0, offset: 0, key: 'k', value: Buffer.from([0, 255]), headers: { ce_id: '부산' } },
      { topic, partition: 0, offset: 1, key: null, value: null, headers: {} },
    ],
  ]);
});

test("the idempotent producer of kafkajs loses a record that it said was stored, after another's replies were lost", async () => {
  const topic = await newTopic();
  const proxy = await createProxy({ target: servers().kafkaBrokers[0] ?? '', kafka: true });
  const producer = kafkaThrough(proxy.address).producer({ idempotent: true, maxInFlightRequests: 1 });
  closeAtEnd(() => producer.disconnect());
  await producer.connect();
  proxy.swallowProduceReplies(6);
  await expect(producer.send({ topic, messages: [{ key: 'A', value: 'a' }] })).rejects.toThrow();
  expect(proxy.swallowed).toBe(6);
  await producer.send({ topic, messages: [{ key: 'B', value: 'b' }] });
  expect(await keysIn(topic)).toEqual(['A']);
});

test('a client of the proxy never learns the address of the broker behind it', async () => {
  const topic = await newTopic();
  const proxy = await createProxy({ target: servers().kafkaBrokers[0] ?? '', kafka: true });
  const producer = kafkaThrough(proxy.address).producer({ allowAutoTopicCreation: false });
  closeAtEnd(() => producer.disconnect());
  await producer.connect();
  await producer.send({ topic, messages: [{ value: 'one' }] });
  proxy.cut();
  await expect(producer.send({ topic, messages: [{ value: 'two' }] })).rejects.toThrow();
  await proxy.heal();
  await producer.connect();
  await producer.send({ topic, messages: [{ value: 'three' }] });
  expect((await readTopic(topic)).flat().map(({ value }) => value?.toString())).toEqual(['one', 'three']);
});

test('the answer of COMMIT can be lost although Postgres committed', async () => {
  const database = await createTestDatabase();
  await database.query('create table t (n int)');
  const proxy = await createProxy({ target: new URL(database.url).host });
  const client = new pg.Client({ connectionString: proxy.through(database.url) });
  client.on('error', () => undefined);
  await client.connect();
  proxy.cutReplyTo('COMMIT');
  await client.query('begin');
  await client.query('insert into t values (1)');
  await expect(client.query('commit')).rejects.toThrow();
  expect(proxy.repliesCut).toBe(1);
  expect(await database.query('select n from t')).toEqual([{ n: 1 }]);
});

test('a black hole keeps sockets open and answers nothing, until it is healed', async () => {
  const database = await createTestDatabase();
  const proxy = await createProxy({ target: new URL(database.url).host });
  const client = new pg.Client({ connectionString: proxy.through(database.url), query_timeout: 300 });
  client.on('error', () => undefined);
  await client.connect();
  closeAtEnd(() => client.end().catch(() => undefined));
  proxy.blackHole();
  await expect(client.query('select 1')).rejects.toThrow(/timeout/);
  expect(proxy.connections).toBe(1);
  await proxy.heal();
  const again = new pg.Client({ connectionString: proxy.through(database.url) });
  await again.connect();
  proxy.delay(100);
  const begun = performance.now();
  await again.query('select 1');
  expect(performance.now() - begun).toBeGreaterThan(190);
  await again.end();
});
