import { expect, test } from '@jest/globals';
import { createKafka } from '../../src/kafka/create-kafka.js';
import { createLogger } from '../../src/logger.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createForeignKafka } from '../support/foreign-kafka.js';
import { readTopic, writeRaw } from '../support/log.js';
import { createProxy } from '../support/proxy.js';
import { servers } from '../support/servers.js';
import { uniquePrefix } from '../support/topics.js';

const prefix = uniquePrefix();
const broker = () => servers().kafkaBrokers[0] ?? '';

const open = (address = broker()) => {
  const kafka = createKafka({
    address: { brokers: [address], ssl: false, caFile: undefined, sasl: undefined },
    prefix,
    logger: createLogger('silent'),
  });
  closeAtEnd(kafka.stop);
  return kafka;
};

const record = (value: string) => ({ key: 'k', value, headers: { a: 'b' } });

test('topics are created, described with places, settings and sizes, and deleted', async () => {
  const { admin } = open();
  const created = { name: 'made', partitions: 2, config: { 'retention.ms': '60000' } };
  expect(await admin.createTopic(created)).toBeUndefined();
  expect(await admin.createTopic({ ...created, name: 'other' })).toBeUndefined();
  expect(await admin.createTopic(created)).toMatchObject({ type: 'TOPIC_ALREADY_EXISTS' });
  expect(await admin.produce('made', 1, record('one'))).toBe(0);
  expect(await admin.produce('made', 1, record('two'))).toBe(1);

  const [made, ...none] = await admin.describeTopics(['made', 'never']);
  expect(none).toEqual([]);
  const node = made?.partitions[0]?.leader;
  expect(made).toEqual({
    name: 'made',
    isInternal: false,
    sizeBytes: expect.any(Number),
    partitions: [
      { id: 0, leader: node, replicas: [node], inSync: [node], earliest: 0, latest: 0 },
      { id: 1, leader: node, replicas: [node], inSync: [node], earliest: 0, latest: 2 },
    ],
  });
  expect(made?.sizeBytes).toBeGreaterThan(100);
  expect((await admin.describeTopics()).map(({ name }) => name)).toEqual(['made', 'other']);
  const configs = await admin.configs(['made', 'never']);
  expect([...configs.keys()]).toEqual(['made']);
  expect(configs.get('made')).toMatchObject({ 'retention.ms': '60000', 'cleanup.policy': 'delete' });

  expect(await admin.deleteTopic('other')).toBeUndefined();
  expect(await admin.deleteTopic('other')).toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
  expect((await admin.describeTopics()).map(({ name }) => name)).toEqual(['made']);
  expect(await admin.createTopic({ ...created, name: 'other' })).toBeUndefined();
});

test('a topic that is made again shows all of its partitions at once', async () => {
  const { admin, watermarks, fetch } = open();
  // Until each partition has a leader.
  const partitions = async () =>
    [...(await eventually(() => watermarks('again').catch(() => undefined))).keys()].toSorted();
  await admin.createTopic({ name: 'again', partitions: 1, config: {} });
  expect(await partitions()).toEqual([0]);
  await admin.deleteTopic('again');
  await admin.createTopic({ name: 'again', partitions: 3, config: {} });
  await admin.produce('again', 2, record('third'));
  expect(await partitions()).toEqual([0, 1, 2]);
  expect((await fetch('again', 2, 0, 1)).records).toHaveLength(1);
});

test('a refusal has the words of Kafka, without the prefix', async () => {
  const { admin } = open();
  const create = (name: string, config = {}, partitions = 1) =>
    admin.createTopic({ name, partitions, config });
  expect(await create('bad', { 'no.such': '1' })).toMatchObject({ type: 'INVALID_CONFIG' });
  expect(await create('bad', { 'retention.ms': 'soon' })).toMatchObject({
    type: 'INVALID_CONFIG',
    reason: expect.stringContaining('retention.ms'),
  });
  expect(await create('x'.repeat(admin.longestName + 1))).toMatchObject({ type: 'INVALID_TOPIC_EXCEPTION' });
  expect(await create('x'.repeat(admin.longestName))).toBeUndefined();
  expect(await create('a_b')).toBeUndefined();
  const collision = await create('a.b');
  expect(collision).toMatchObject({
    type: 'INVALID_TOPIC_EXCEPTION',
    reason: expect.stringContaining('a_b'),
  });
  expect(collision?.reason).not.toContain(prefix);
  expect(await create('bad', { 'max.message.bytes': '100' })).toBeUndefined();
  expect(await admin.produce('bad', 0, record('x'.repeat(200)))).toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
});

test('the place of a time is that of the first record at or behind it', async () => {
  const { admin } = open();
  await admin.createTopic({
    name: 'timed',
    partitions: 2,
    config: { 'message.timestamp.type': 'CreateTime' },
  });
  const begun = Date.now() - 10_000;
  for (const after of [0, 1_000, 2_000])
    await writeRaw(`${prefix}timed`, [{ value: 'x', timestamp: String(begun + after) }], 0);
  expect(await admin.offsetsAt('timed', begun + 1_000)).toEqual(new Map([[0, 1]]));
  expect(await admin.offsetsAt('timed', begun + 1_001)).toEqual(new Map([[0, 2]]));
  expect(await admin.offsetsAt('timed', begun + 2_001)).toEqual(new Map());
});

test('groups have their state, members and committed offsets', async () => {
  const { admin } = open();
  await admin.createTopic({ name: 'grouped', partitions: 2, config: {} });
  await writeRaw(`${prefix}grouped`, [{ value: '1' }, { value: '2' }], 1);
  const consumer = createForeignKafka().consumer({
    groupId: `${prefix}readers`,
    maxWaitTimeInMs: 50,
  });
  closeAtEnd(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topic: `${prefix}grouped`, fromBeginning: true });
  await consumer.run({ autoCommitThreshold: 1, eachMessage: () => Promise.resolve() });
  await eventually(async () => {
    expect(await admin.groups()).toEqual([
      {
        id: 'readers',
        state: 'Stable',
        members: 1,
        offsets: [{ topic: 'grouped', partition: 1, offset: 2 }],
      },
    ]);
    return true;
  });
  await consumer.disconnect();
  expect(await admin.groups()).toMatchObject([{ id: 'readers', state: 'Empty', members: 0 }]);
});

test('when Kafka is away nothing was sent, and when its answer is lost that is not said', async () => {
  const { admin } = open();
  await admin.createTopic({ name: 'lost', partitions: 1, config: {} });
  const proxy = await createProxy({ target: broker(), kafka: true });
  const far = open(proxy.address).admin;
  await far.produce('lost', 0, record('first'));
  proxy.cut();
  await expect(far.produce('lost', 0, record('never'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(far.createTopic({ name: 'never', partitions: 1, config: {} })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  await expect(far.describeTopics()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await proxy.heal();
  proxy.swallowProduceReplies(1);
  const second = far.produce('lost', 0, record('second'));
  const answer = second.catch((error: unknown) => error);
  await eventually(() => proxy.swallowed === 1);
  proxy.cut();
  expect(await answer).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  await proxy.heal();
  await far.produce('lost', 0, record('third'));
  const values = (await readTopic(`${prefix}lost`)).flat().map(({ value }) => String(value));
  expect(values).toEqual(['first', 'second', 'third']);
});
