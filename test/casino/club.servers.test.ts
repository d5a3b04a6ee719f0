import { beforeAll, describe, expect, test } from '@jest/globals';
import { closeAtEnd } from '../support/cleanup.js';
import { createForeignKafka } from '../support/foreign-kafka.js';
import { freePort, spawnMillrace } from '../support/process.js';
import { createProxy } from '../support/proxy.js';
import { createQueue, type Queue } from '../support/queue.js';
import { refusal } from '../support/refusals.js';
import { servers } from '../support/servers.js';
import { uniquePrefix } from '../support/topics.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  createTopic,
  deleteTopic,
  produce,
  produceMutation,
  readTopic,
  readTopics,
} from '../topics/support.js';

/** The tests of the casino that Millrace replaces, on our interface. Its two scenarios are in `chains.servers.test.ts`. */

let club: UnderTest;
let client: UnderTest['client'];
beforeAll(async () => {
  club = await startUnderTest({ roles: ['gateway'] });
  ({ client } = club);
});

interface Consumed {
  readonly member: string;
  readonly key: string | null;
  readonly value: string;
}

/** A member of a consumer group that shares no code with Millrace, from the topic's start. It has joined. */
const join = async (group: string, topic: string, into: Queue<Consumed>, member = group): Promise<void> => {
  const consumer = createForeignKafka().consumer({
    groupId: club.topicPrefix + group,
    maxWaitTimeInMs: 50,
    heartbeatInterval: 200,
  });
  closeAtEnd(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topic: club.topicPrefix + topic, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    eachMessage: ({ message }) => {
      into.push({ member, key: message.key?.toString() ?? null, value: String(message.value) });
      return Promise.resolve();
    },
  });
  await joined;
};

const take = async (queue: Queue<Consumed>, count: number): Promise<Consumed[]> => {
  const taken: Consumed[] = [];
  while (taken.length < count) taken.push(await queue.next(30_000));
  return taken;
};

describe('connectivity', () => {
  test('a Millrace that is ready has reached Kafka, and says so within five seconds', async () => {
    const response = await fetch(`${club.millrace.url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    expect(await response.json()).toMatchObject({ kafka: { status: 'up', brokers: servers().kafkaBrokers } });
  });

  test('a wrong broker is named, with what to set', async () => {
    const port = await freePort();
    const env = { ...club.env, TOPIC_PREFIX: uniquePrefix(), KAFKA_BROKERS: `127.0.0.1:${port}` };
    const lost = await spawnMillrace({ env });
    const said = createQueue<string>('the wrong broker');
    const looking = setInterval(() => {
      if (/Waiting for Kafka \(.+\)/.test(lost.output())) said.push(lost.output());
    }, 50);
    closeAtEnd(() => Promise.resolve(clearInterval(looking)));
    expect(await said.next(30_000)).toContain('Kafka');
    await lost.stop();
  });
});

describe('topics', () => {
  test('a topic is created, listed, described and deleted', async () => {
    await createTopic(client, 'club.lobby', { partitions: 2 });
    expect((await readTopics(client)).map(({ name }) => name)).toContain('club.lobby');
    expect((await readTopic(client, 'club.lobby'))?.partitions).toHaveLength(2);
    expect(await deleteTopic(client, 'club.lobby')).toBe(true);
    expect(await readTopic(client, 'club.lobby')).toBeNull();
  });

  test('the configuration of a topic of the casino is shown', async () => {
    const topic = await readTopic(client, 'casino.feedback.v1');
    expect(topic?.partitions).toHaveLength(3);
    expect(topic?.config).toMatchObject({
      'retention.ms': '3600000',
      'message.timestamp.type': 'LogAppendTime',
    });
  });
});

describe('produce and consume', () => {
  test('what is produced arrives at a consumer as it was', async () => {
    await createTopic(client, 'club.arrives');
    const arrived = createQueue<Consumed>('the consumer');
    await join('arrives', 'club.arrives', arrived);
    await produce(client, { topic: 'club.arrives', key: 'player-1', value: '{"bet": "슬롯"}' });
    expect(await arrived.next(30_000)).toMatchObject({ key: 'player-1', value: '{"bet": "슬롯"}' });
  });

  test('consumers of one group share the messages', async () => {
    await createTopic(client, 'club.shared', { partitions: 2 });
    const shared = createQueue<Consumed>('the group');
    await Promise.all([
      join('shared', 'club.shared', shared, 'one'),
      join('shared', 'club.shared', shared, 'two'),
    ]);
    const keys = Array.from({ length: 20 }, (_, n) => `player-${n}`);
    for (const key of keys) await produce(client, { topic: 'club.shared', key, value: key });
    const taken = await take(shared, keys.length);
    expect(taken.map(({ value }) => value).toSorted()).toEqual(keys.toSorted());
    await expect(shared.next(200)).rejects.toThrow(/brought nothing more/);
  });

  test('each of two groups gets all messages', async () => {
    await createTopic(client, 'club.each');
    const values = Array.from({ length: 5 }, (_, n) => `v-${n}`);
    for (const value of values) await produce(client, { topic: 'club.each', key: value, value });
    for (const group of ['each-one', 'each-two']) {
      const own = createQueue<Consumed>(group);
      await join(group, 'club.each', own);
      expect((await take(own, values.length)).map(({ value }) => value).toSorted()).toEqual(values);
    }
  });
});

describe('errors', () => {
  test('a bad name of a topic is refused with what is wrong', async () => {
    const { extensions, message } = refusal(
      await client.post(produceMutation, { topic: 'no topic!', value: '' }),
    );
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'topic' });
    expect(message).toMatch(/ASCII letters/);
  });

  test('a Kafka that does not answer is an error with a code, not a call that hangs', async () => {
    const [broker = ''] = servers().kafkaBrokers;
    const proxy = await createProxy({ target: broker, kafka: true });
    const far = await startUnderTest({ roles: ['gateway'], env: { KAFKA_BROKERS: proxy.address } });
    await createTopic(far.client, 'club.far');
    await produce(far.client, { topic: 'club.far', value: 'near' });
    proxy.blackHole();
    const answer = await far.client.post(produceMutation, { topic: 'club.far', value: 'far' });
    expect(['UNAVAILABLE', 'OUTCOME_UNKNOWN']).toContain(refusal(answer).extensions.code);
    await proxy.heal();
    expect(await produce(far.client, { topic: 'club.far', value: 'again' })).toMatchObject({
      topic: 'club.far',
    });
  });
});

test('a batch arrives whole, at ten messages a second or more', async () => {
  await createTopic(client, 'club.batch');
  const keys = Array.from({ length: 100 }, (_, n) => `player-${n}`);
  const begun = performance.now();
  await Promise.all(keys.map((key) => produce(client, { topic: 'club.batch', key, value: key })));
  const arrived = createQueue<Consumed>('the batch');
  await join('batch', 'club.batch', arrived);
  const taken = await take(arrived, keys.length);
  expect(taken.map(({ value }) => value).toSorted()).toEqual(keys.toSorted());
  expect(performance.now() - begun).toBeLessThan((keys.length / 10) * 1_000);
});
