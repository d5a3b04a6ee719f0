import { beforeAll, describe, expect, test } from '@jest/globals';
import { partitionOf } from '../../src/partitioning.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createForeignKafka } from '../support/foreign-kafka.js';
import { writeRaw } from '../support/log.js';
import { expectEnded, expectRefused, refusal } from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { watch } from '../support/watch.js';
import { createOrder } from '../orders/support.js';
import {
  createMutation,
  createTopic,
  deleteMutation,
  deleteTopic,
  groupFields,
  messagesQuery,
  messagesSubscription,
  produce,
  produceMutation,
  readGroups,
  readMessages,
  readTopic,
  readTopics,
  statusQuery,
  topicQuery,
  valuesOf,
  type Group,
  type Message,
  type Topic,
} from './support.js';

let started: UnderTest;
let client: UnderTest['client'];
beforeAll(async () => {
  started = await startUnderTest();
  ({ client } = started);
});

/** Topics of this prefix, but not of Millrace. */
const foreign = async (): Promise<string[]> => {
  const names = (await readTopics(client)).map(({ name }) => name);
  return names.filter((name) => name.startsWith('their.'));
};
const full = (name: string): string => started.topicPrefix + name;

describe('topics', () => {
  test('a created topic is listed and described with its settings, and gone when it is deleted', async () => {
    const config = { 'retention.ms': 60_000, 'cleanup.policy': 'delete' };
    const created = await createTopic(client, 'their.first', { partitions: 2, config });
    expect(created).toMatchObject({
      name: 'their.first',
      messages: 0,
      partitions: [
        { id: 0, earliest: '0', latest: '0', inSync: created.partitions[0]?.replicas },
        { id: 1, earliest: '0', latest: '0' },
      ],
      config: {
        'retention.ms': '60000',
        'cleanup.policy': 'delete',
        'message.timestamp.type': 'LogAppendTime',
      },
    });
    expect(created.partitions).toHaveLength(2);
    await createTopic(client, 'their.second');
    expect((await readTopic(client, 'their.second'))?.partitions).toHaveLength(3);
    expect(await foreign()).toEqual(['their.first', 'their.second']);
    expect(await deleteTopic(client, 'their.second')).toBe(true);
    expect(await deleteTopic(client, 'their.second')).toBe(false);
    expect(await readTopic(client, 'their.second')).toBeNull();
    expect(await foreign()).toEqual(['their.first']);
    const actions = await started.database.query<{ action: string }>('select action from audit order by at');
    expect(actions.map(({ action }) => action)).toEqual(['createTopic', 'createTopic', 'deleteTopic']);
  });

  test('the topics of Millrace are among them', async () => {
    const names = (await readTopics(client)).map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    for (const name of ['order.events.v1', 'order.created.v1.dlq', 'telemetry.error-log.v1'])
      expect(names).toContain(name);
  });

  test.each(['order.events.v1', 'order.created.v1', 'order.created.v1.dlq', 'telemetry.error-log.v1'])(
    '%s is not deleted',
    async (name) => {
      const answer = await client.post(deleteMutation, { name });
      expect(refusal(answer).extensions.code).toBe('FORBIDDEN');
      expect(refusal(answer).message).toContain('Millrace');
      expect(await readTopic(client, name)).not.toBeNull();
    },
  );

  test('a topic that exists is a conflict, and a setting that Kafka refuses is named with its reason', async () => {
    const conflicting = refusal(await client.post(createMutation, { name: 'order.events.v1' }));
    expect(conflicting.extensions).toMatchObject({ code: 'CONFLICT', reason: 'ALREADY_EXISTS' });
    for (const [config, reason] of [
      [{ 'no.such.setting': '1' }, /no\.such\.setting/],
      [{ 'retention.ms': 'soon' }, /retention\.ms/],
    ] as const) {
      const refused = refusal(await client.post(createMutation, { name: 'their.bad', config }));
      expect(refused.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'config' });
      expect(refused.message).toMatch(reason);
    }
    expect(await readTopic(client, 'their.bad')).toBeNull();
  });

  const badNames = ['', '.', '..', 'a b', 'a/b', '주문', 'a\0', 'a\n', "' or 1=1 --", 'x'.repeat(250)];
  test.each(badNames.map((name) => [JSON.stringify(name).slice(0, 20), name]))(
    'no verb takes the name %s',
    async (_, name) => {
      for (const [query, variables, field] of [
        [createMutation, { name }, 'name'],
        [deleteMutation, { name }, 'name'],
        [topicQuery, { name }, 'name'],
        [statusQuery, { topic: name }, 'topic'],
        [messagesQuery, { topic: name }, 'topic'],
        [produceMutation, { topic: name, value: '' }, 'topic'],
      ] as const)
        await expectRefused(client, foreign, [query, variables], 'BAD_USER_INPUT', field);
      await expectEnded(client, [messagesSubscription, { topic: name }], 'BAD_USER_INPUT', 'topic');
    },
  );

  test.each([
    [{ partitions: 0 }, 'partitions'],
    [{ partitions: -1 }, 'partitions'],
    [{ partitions: 1_001 }, 'partitions'],
    [{ config: { 'retention.ms': null } }, 'config'],
    [{ config: { 'retention.ms': {} } }, 'config'],
    [{ config: { 'retention.ms': '\0' } }, 'config'],
    [{ config: { x: 'x'.repeat(70_000) } }, 'config'],
  ])('a topic is not created with %j', async (more, field) => {
    await expectRefused(
      client,
      foreign,
      [createMutation, { name: 'their.bad', ...more }],
      'BAD_USER_INPUT',
      field,
    );
  });
});

describe('produceMessage', () => {
  test('a record is stored with key, value and headers, in the partition of its key', async () => {
    await createTopic(client, 'their.produced');
    const headers = { a: 'b', 'content-type': '텍스트', ['__proto__x']: '' };
    const produced = await produce(client, { topic: 'their.produced', key: 'k-1', value: '값', headers });
    expect(produced).toMatchObject({
      topic: 'their.produced',
      partition: partitionOf('k-1', 3),
      offset: '0',
    });
    const again = await produce(client, { topic: 'their.produced', key: 'k-1', value: '' });
    expect(again).toMatchObject({ partition: produced.partition, offset: '1' });
    await produce(client, { topic: 'their.produced', value: 'keyless' });
    const [first, second] = await readMessages(client, { topic: 'their.produced', key: 'k-1' });
    expect(first).toMatchObject({ key: 'k-1', value: '값', headers, encoding: 'UTF8', cursor: null });
    expect(second).toMatchObject({ value: '', headers: {} });
    expect(await readMessages(client, { topic: 'their.produced', text: 'keyless' })).toMatchObject([
      { key: null, value: 'keyless' },
    ]);
  });

  test('a topic of facts takes it', async () => {
    const topic = 'telemetry.error-log.v1';
    expect(await produce(client, { topic, key: 'svc', value: '{}' })).toMatchObject({ topic });
  });

  test.each(['order.events.v1', 'order.created.v1', 'order.created.v1.dlq', 'casino.feedback.v1'])(
    '%s is written by Millrace alone',
    async (topic) => {
      const before = await readTopic(client, topic);
      const refused = refusal(await client.post(produceMutation, { topic, key: 'k', value: '{}' }));
      expect(refused.extensions.code).toBe('FORBIDDEN');
      expect((await readTopic(client, topic))?.messages).toBe(before?.messages);
    },
  );

  test.each([
    [{ headers: { 'millrace-seq': '1' } }, 'headers'],
    [{ headers: { 'Millrace-Skip': '1' } }, 'headers'],
    [{ headers: { a: 1 } }, 'headers'],
    [{ headers: { a: null } }, 'headers'],
    [{ headers: { a: ['b'] } }, 'headers'],
    [{ headers: { 'a\0': 'b' } }, 'headers'],
    [{ headers: { a: 'x'.repeat(70_000) } }, 'headers'],
    [{ value: '\0' }, 'value'],
    [{ key: 'x'.repeat(1_001) }, 'key'],
    [{ key: '\0' }, 'key'],
  ])('%# is refused, and nothing is written', async (more, field) => {
    const topic = 'their.produced';
    const written = async () => (await readTopic(client, topic))?.messages;
    const call = [produceMutation, { topic, value: 'v', ...more }] as const;
    await expectRefused(client, written, call, 'BAD_USER_INPUT', field);
  });

  test('what is too large for the topic, or lacks the key that it needs, is named', async () => {
    await createTopic(client, 'their.small', { config: { 'max.message.bytes': 1_000 } });
    await createTopic(client, 'their.compacted', { config: { 'cleanup.policy': 'compact' } });
    for (const [message, field] of [
      [{ topic: 'their.produced', value: 'x'.repeat(262_145) }, 'value'],
      [{ topic: 'their.small', value: 'x'.repeat(2_000) }, 'value'],
      [{ topic: 'their.compacted', value: 'x' }, 'key'],
    ] as const) {
      const { extensions } = refusal(await client.post(produceMutation, message));
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    }
    const { extensions } = refusal(await client.post(produceMutation, { topic: 'their.never', value: '' }));
    expect(extensions.code).toBe('NOT_FOUND');
  });
});

describe('messages', () => {
  const topic = 'their.messages';
  beforeAll(async () => {
    await createTopic(client, topic, { partitions: 2 });
    for (const [partition, values] of [
      [0, ['a0', 'a1', 'a2']],
      [1, ['b0', 'b1']],
      [0, ['a3']],
    ] as const)
      for (const value of values) await writeRaw(full(topic), [{ key: `k-${value}`, value }], partition);
  });

  test('the newest come from all partitions, in the order of time', async () => {
    expect(valuesOf(await readMessages(client, { topic }))).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'a3']);
    expect(valuesOf(await readMessages(client, { topic, first: 3 }))).toEqual(['b0', 'b1', 'a3']);
    expect(valuesOf(await readMessages(client, { topic, partition: 0, first: 2 }))).toEqual(['a2', 'a3']);
  });

  test('a scan begins at an offset of a partition, or at a time', async () => {
    const from = async (offset: string) =>
      valuesOf(await readMessages(client, { topic, partition: 0, offset }));
    expect(await from('0')).toEqual(['a0', 'a1', 'a2', 'a3']);
    expect(await from('2')).toEqual(['a2', 'a3']);
    expect(await from('4')).toEqual([]);
    expect(valuesOf(await readMessages(client, { topic, partition: 0, offset: '1', first: 2 }))).toEqual([
      'a1',
      'a2',
    ]);
    const [b0] = await readMessages(client, { topic, key: 'k-b0' });
    expect(valuesOf(await readMessages(client, { topic, from: b0?.timestamp }))).toEqual(['b0', 'b1', 'a3']);
    expect(await readMessages(client, { topic, from: '9999-01-01T00:00:00Z' })).toEqual([]);
  });

  test('key and text are looked for', async () => {
    expect(valuesOf(await readMessages(client, { topic, key: 'k-b1' }))).toEqual(['b1']);
    expect(valuesOf(await readMessages(client, { topic, key: 'k-b' }))).toEqual([]);
    expect(valuesOf(await readMessages(client, { topic, text: 'b' }))).toEqual(['b0', 'b1']);
    expect(valuesOf(await readMessages(client, { topic, text: 'k-a', first: 1 }))).toEqual(['a3']);
    expect(
      valuesOf(await readMessages(client, { topic, partition: 0, offset: '0', text: 'a', first: 1 })),
    ).toEqual(['a0']);
  });

  test('the newest that match are found however far back they are', async () => {
    const deep = 'their.deep';
    await createTopic(client, deep, { partitions: 1 });
    const values = Array.from({ length: 300 }, (_, n) => ({
      value: n % 100 === 7 ? `hit ${n}` : `miss ${n}`,
    }));
    await writeRaw(full(deep), values, 0);
    const hits = (first: number) => readMessages(client, { topic: deep, text: 'hit', first });
    expect(valuesOf(await hits(2))).toEqual(['hit 107', 'hit 207']);
    expect(valuesOf(await hits(500))).toEqual(['hit 7', 'hit 107', 'hit 207']);
  });

  test('bytes that are no text are answered in base64, and a record without value as null', async () => {
    const bytes = 'their.bytes';
    await createTopic(client, bytes, { partitions: 1 });
    await writeRaw(
      full(bytes),
      [
        { key: 'k', value: Buffer.from([0xff, 0]) },
        { key: 'k', value: null },
      ],
      0,
    );
    expect(await readMessages(client, { topic: bytes })).toMatchObject([
      { key: 'aw==', value: '/wA=', encoding: 'BASE64' },
      { key: 'k', value: null, encoding: 'UTF8' },
    ]);
  });

  test('of a topic of ours a key is looked up where it must be', async () => {
    const { order } = await createOrder(client, {});
    const found = await eventually(async () => {
      const all = await readMessages(client, { topic: 'order.events.v1', key: order.id });
      return all.length > 0 && all;
    });
    expect(found).toMatchObject([
      { key: order.id, headers: { ce_type: 'order.created', 'millrace-seq': '1' } },
    ]);
  });

  test.each([
    [{ offset: '0' }, 'offset'],
    [{ partition: 0, offset: '-1' }, 'offset'],
    [{ partition: 0, offset: '1.5' }, 'offset'],
    [{ partition: 0, offset: '' }, 'offset'],
    [{ partition: 0, offset: '9007199254740993' }, 'offset'],
    [{ partition: 0, offset: '5' }, 'offset'],
    [{ partition: 0, offset: '0', from: '2026-01-01T00:00:00Z' }, 'from'],
    [{ partition: 2 }, 'partition'],
    [{ partition: -1 }, 'partition'],
    [{ from: 'yesterday' }, 'from'],
    [{ first: 0 }, 'first'],
    [{ first: 501 }, 'first'],
    [{ key: '\0' }, 'key'],
    [{ key: 'x'.repeat(1_001) }, 'key'],
    [{ text: '' }, 'text'],
  ])('%j is refused', async (more, field) => {
    const { extensions } = refusal(await client.post(messagesQuery, { topic, ...more }));
    expect([extensions.code, extensions.field]).toEqual(['BAD_USER_INPUT', field]);
  });

  test('an offset beyond the log is answered with its ends, and a topic that is not there is not found', async () => {
    const beyond = refusal(await client.post(messagesQuery, { topic, partition: 0, offset: '5' }));
    expect(beyond.message).toMatch(/between 0, the earliest, and 4, the latest/);
    const { extensions } = refusal(await client.post(messagesQuery, { topic: 'their.never' }));
    expect(extensions.code).toBe('NOT_FOUND');
  });
});

describe('live messages', () => {
  const watchTopic = (variables: object) =>
    watch<Message>(client, 'messages', messagesSubscription, variables);

  test('records of a topic that was made a moment ago arrive, and go on behind a cursor without gap or repeat', async () => {
    const topic = 'their.live';
    await createTopic(client, topic);
    await produce(client, { topic, key: 'before', value: 'before' });
    const live = await watchTopic({ topic });
    for (const key of ['a', 'b', 'c', 'd']) await produce(client, { topic, key, value: `v-${key}` });
    const arrived = await live.take(4);
    expect(arrived.map(({ key }) => key).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    live.complete();

    await produce(client, { topic, key: 'e', value: 'v-e' });
    const resumed = await watchTopic({ topic, after: arrived[1]?.cursor });
    const rest = await resumed.take(3);
    expect(rest.map(({ key }) => key).toSorted()).toEqual(
      [...arrived.slice(2).map(({ key }) => key), 'e'].toSorted(),
    );
    await resumed.isQuiet();
    resumed.complete();

    const all = await watchTopic({ topic, fromStart: true });
    expect((await all.take(6)).map(({ key }) => key).toSorted()).toEqual(['a', 'b', 'before', 'c', 'd', 'e']);
    all.complete();
    const some = await watchTopic({ topic, fromStart: true, key: 'c', text: 'v-' });
    expect(await some.next()).toMatchObject({ key: 'c', value: 'v-c' });
    await some.isQuiet();
    some.complete();
  });

  test('of a topic that Millrace feeds, strangers and skipped places are shown as they are', async () => {
    const topic = 'post.events.v1';
    const live = await watchTopic({ topic });
    await writeRaw(full(topic), [{ key: 'x', value: Buffer.from([0xff]) }], 1);
    await writeRaw(
      full(topic),
      [{ key: 'x', value: null, headers: { 'millrace-skip': '1', 'millrace-seq': '1' } }],
      2,
    );
    expect(await live.next()).toMatchObject({ partition: 1, offset: '0', value: '/w==', encoding: 'BASE64' });
    expect(await live.next()).toMatchObject({ partition: 2, value: null, headers: { 'millrace-skip': '1' } });
    live.complete();
  });

  test('a deleted topic ends those who watch it, and one made anew begins anew', async () => {
    const topic = 'their.doomed';
    await createTopic(client, topic);
    await produce(client, { topic, key: 'k', value: 'old' });
    const live = await watchTopic({ topic, fromStart: true });
    const old = await live.next();
    await deleteTopic(client, topic);
    await expect(live.next()).rejects.toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    await expectEnded(client, [messagesSubscription, { topic }], 'NOT_FOUND');

    await createTopic(client, topic);
    await expectEnded(
      client,
      [messagesSubscription, { topic, after: old.cursor }],
      'CURSOR_INVALID',
      'after',
    );
    await produce(client, { topic, key: 'k', value: 'new' });
    const anew = await watchTopic({ topic, fromStart: true });
    expect(await anew.next()).toMatchObject({ value: 'new', offset: '0' });
    anew.complete();
  });

  test('a cursor is good for its topic alone', async () => {
    await createTopic(client, 'their.one');
    await createTopic(client, 'their.other');
    const { cursor, complete } = await watchTopic({ topic: 'their.one' });
    complete();
    for (const after of [cursor, 'nonsense', ''])
      await expectEnded(
        client,
        [messagesSubscription, { topic: 'their.other', after }],
        'CURSOR_INVALID',
        'after',
      );
    const orders = client.subscribe(
      'subscription ($after: Cursor) { orderEvents(after: $after, heartbeat: 60) { id } }',
      {
        after: (await watchTopic({ topic: 'order.events.v1' })).cursor,
      },
    );
    await expect(orders.next()).rejects.toMatchObject({
      errors: [{ extensions: { code: 'CURSOR_INVALID' } }],
    });
  });
});

describe('states', () => {
  test('the topics come at once, and again when one of them changes', async () => {
    await createTopic(client, 'their.watched');
    const states = client.subscribe<{ topics: Topic[] }>('subscription { topics { name messages } }');
    const messages = ({ data }: { data?: { topics: Topic[] } | null }) =>
      data?.topics.find(({ name }) => name === 'their.watched')?.messages;
    expect(messages(await states.next())).toBe(0);
    await produce(client, { topic: 'their.watched', value: 'x' });
    await states.until((state) => messages(state) === 1);
    await deleteTopic(client, 'their.watched');
    await states.until((state) => messages(state) === undefined);
    states.complete();
  });

  test('a group of theirs is shown beside ours, with its lag', async () => {
    await createTopic(client, 'their.grouped', { partitions: 1 });
    for (const value of ['1', '2', '3']) await produce(client, { topic: 'their.grouped', value });
    const consumer = createForeignKafka().consumer({
      groupId: full('their-group'),
      maxWaitTimeInMs: 50,
    });
    closeAtEnd(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: full('their.grouped'), fromBeginning: true });
    await consumer.run({ autoCommitThreshold: 1, eachMessage: () => Promise.resolve() });

    const groups = client.subscribe<{ consumerGroups: Group[] }>(
      `subscription { consumerGroups { ${groupFields} } }`,
    );
    const theirs = ({ data }: { data?: { consumerGroups: Group[] } | null }) =>
      data?.consumerGroups.find(({ id }) => id === 'their-group');
    const stable = await groups.until((state) => theirs(state)?.topics[0]?.committed === '3');
    expect(theirs(stable)).toMatchObject({
      state: 'Stable',
      members: 1,
      lagSeconds: null,
      topics: [{ topic: 'their.grouped', partition: 0, committed: '3', latest: '3', lag: 0 }],
    });
    await consumer.disconnect();
    await produce(client, { topic: 'their.grouped', value: '4' });
    const behind = theirs(await groups.until((state) => theirs(state)?.lag === 1));
    expect(behind).toMatchObject({ state: 'Empty', members: 0, lagSeconds: expect.any(Number) });
    groups.complete();
  });

  test('a group of ours runs, and is stopped when a partition of it stands', async () => {
    const worker = async () => {
      const found = (await readGroups(client)).find(({ id }) => id === 'order-stats');
      return { state: found?.state, lag: found?.lag, topics: found?.topics.length };
    };
    await eventually(async () => {
      expect(await worker()).toEqual({ state: 'Running', lag: 0, topics: 3 });
      return true;
    });
    await started.database.query(
      `update positions set fault = 'tested', owner = null, epoch = epoch + 1 where worker = 'order-stats' and partition = 0`,
    );
    expect(await worker()).toMatchObject({ state: 'Stopped' });
  });

  test('each topic was observed, newest first', async () => {
    interface Status {
      readonly topic: string;
      readonly observedAt: string;
      readonly messages: number;
    }
    const status = async (asked: object) =>
      (await client.data<{ topicStatus: Status[] }>(statusQuery, asked)).topicStatus;
    await started.database.query(`update topic_observation set at = '-infinity'`);
    const topic = 'telemetry.error-log.v1';
    const [newest, older] = await eventually(async () => {
      const all = await status({ topic });
      return all.length === 2 && all;
    });
    expect(newest).toMatchObject({ topic, partitions: 3, messages: 1, ratePerSecond: expect.any(Number) });
    expect(older).toMatchObject({ messages: 0, ratePerSecond: null });
    expect(await status({ topic, to: newest?.observedAt })).toEqual([older]);
    expect(await status({ topic, from: newest?.observedAt })).toEqual([newest]);
    expect((await status({ first: 500 })).length).toBeGreaterThan(100);
  });
});
