import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createKafka } from '../../src/kafka/create-kafka.js';
import type { Kafka } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { createProxy, type Proxy } from '../support/proxy.js';
import { expectRefused, named, refusal, type Call } from '../support/refusals.js';
import { servers } from '../support/servers.js';
import { uniquePrefix } from '../support/topics.js';

/** One Millrace whose way to Kafka goes through a proxy. */
let kafka: Proxy;
let client: TestClient;
let log: Kafka;
const topicPrefix = uniquePrefix();
const topics = ['user-activity', 'system-metric', 'error-log'].map((name) => `telemetry.${name}.v1`);

beforeAll(async () => {
  const [broker = ''] = servers().kafkaBrokers;
  log = createKafka({
    address: { brokers: [broker], ssl: false, caFile: undefined, sasl: undefined },
    prefix: topicPrefix,
    logger: createLogger('silent'),
  });
  closeAtEnd(log.stop);
  const database = await createTestDatabase();
  kafka = await createProxy({ target: broker, kafka: true });
  const millrace = await startMillrace({
    roles: ['gateway', 'relay', 'streams'],
    env: { DATABASE_URL: database.url, KAFKA_BROKERS: kafka.address, TOPIC_PREFIX: topicPrefix },
  });
  client = createTestClient(millrace.url);
});

const payload = '{ accepted replayed rejected { index code field reason message } position }';
const activitiesMutation = `mutation ($inputs: [UserActivityInput!]!) { ingestUserActivities(inputs: $inputs) ${payload} }`;
const metricsMutation = `mutation ($inputs: [SystemMetricInput!]!) { ingestSystemMetrics(inputs: $inputs) ${payload} }`;
const errorsMutation = `mutation ($inputs: [ErrorLogInput!]!) { ingestErrorLogs(inputs: $inputs) ${payload} }`;

interface BatchAnswer {
  readonly accepted: number;
  readonly rejected: readonly { index: number; code: string }[];
  readonly position: string | null;
}

interface Activity {
  readonly id: string;
  readonly userId: string;
  readonly action: string;
}

const anActivity = (input: object = {}): Activity => ({
  id: randomUUID(),
  userId: 'user-1',
  action: 'click',
  ...input,
});
const aMetric = (input: object = {}) => ({ host: 'web-1', name: 'cpu', value: 1.5, ...input });
const anError = (input: object = {}) => ({ service: 'api', level: 'WARN', message: 'm', ...input });

const ingest = (inputs: readonly Activity[]) =>
  client.post<{ ingestUserActivities: BatchAnswer }>(activitiesMutation, { inputs });
const stored = async (topic = topics[0]!) => (await readTopic(topicPrefix + topic)).flat();
const storedIds = async () => (await stored()).map(({ headers }) => headers.ce_id);
const written = async () => {
  const marks = await Promise.all(topics.map((topic) => log.watermarks(topic)));
  return marks.map((partitions) => [...partitions.values()].reduce((sum, { latest }) => sum + latest, 0));
};

test('each kind is acknowledged by Kafka before the answer, and in a batch only the items at fault are rejected', async () => {
  const good = [anActivity(), anActivity({ userId: '부산', metadata: { nested: [1, { a: null }] } })];
  const { data } = await ingest([
    good[0]!,
    anActivity({ action: '\0' }),
    good[1]!,
    { ...good[0]!, action: 'other' },
    good[0]!,
  ]);
  expect(data?.ingestUserActivities).toEqual({
    accepted: 3,
    replayed: 0,
    rejected: [
      { index: 1, code: 'BAD_USER_INPUT', field: 'action', reason: null, message: expect.any(String) },
      { index: 3, code: 'CONFLICT', field: null, reason: 'ALREADY_EXISTS', message: expect.any(String) },
    ],
    position: expect.any(String),
  });
  const found = await stored();
  expect(found.map(({ headers }) => headers.ce_id).toSorted()).toEqual(good.map(({ id }) => id).toSorted());
  for (const { id, userId } of good)
    expect(found.find(({ headers }) => headers.ce_id === id)).toMatchObject({ key: userId });

  const metrics = await client.data<{ ingestSystemMetrics: BatchAnswer }>(metricsMutation, {
    inputs: [aMetric({ value: 5e-324, unit: 's', labels: {} }), aMetric({ value: -0 })],
  });
  expect(metrics.ingestSystemMetrics).toMatchObject({ accepted: 2, rejected: [] });
  const errors = await client.data<{ ingestErrorLogs: BatchAnswer }>(errorsMutation, {
    inputs: [anError({ stack: 'a\n\tb', level: 'FATAL' }), anError({ id: 'x' })],
  });
  expect(errors.ingestErrorLogs).toMatchObject({
    accepted: 1,
    rejected: [{ index: 1, code: 'BAD_USER_INPUT' }],
  });
  expect(await written()).toEqual([2, 2, 1]);
});

test('the queries that wait for the position of an answer have what it accepted', async () => {
  const inputs = Array.from({ length: 60 }, (_, n) => anActivity({ userId: `waiting-${n}`, action: 'wait' }));
  const position = (await ingest(inputs)).data?.ingestUserActivities.position;
  const { userActivities } = await client.data<{ userActivities: { totalCount: number } }>(
    `query ($p: Position) { userActivities(action: "wait", consistentWith: $p, waitMs: 10000) { totalCount } }`,
    { p: position },
  );
  expect(userActivities.totalCount).toBe(60);
});

describe('a whole call is refused, and nothing is written,', () => {
  const refused = (call: Call, field: string) =>
    expectRefused(client, written, call, 'BAD_USER_INPUT', field);

  test('for 1,001 items', () =>
    refused([activitiesMutation, { inputs: Array.from({ length: 1_001 }, () => anActivity()) }], 'inputs'));
  test.each<[string, unknown, string]>([
    ['null', null, 'inputs'],
    ['a text', 'text', 'inputs'],
    ['a list with null', [anActivity(), null], 'inputs[1]'],
    ['a list of lists', [[]], 'inputs[0]'],
  ])('for inputs that are %s', (_, inputs, field) => refused([activitiesMutation, { inputs }], field));
  test.each(named([null, '1', true, [1], {}]))('for the value %s, which is no Float', (_, value) =>
    refused([metricsMutation, { inputs: [aMetric(), aMetric({ value })] }], 'inputs[1].value'),
  );
  test.each(named([null, 'error', 'TRACE', '', 5]))('for the level %s', (_, level) =>
    refused([errorsMutation, { inputs: [anError({ level })] }], 'inputs[0].level'),
  );
});

test('the literal 1e400, which is beyond all doubles, is rejected as an item', async () => {
  const before = await written();
  const { ingestSystemMetrics } = await client.data<{ ingestSystemMetrics: BatchAnswer }>(
    `mutation { ingestSystemMetrics(inputs: [{ host: "a", name: "b", value: -1e400 }]) ${payload} }`,
  );
  expect(ingestSystemMetrics).toMatchObject({ accepted: 0, rejected: [{ index: 0, field: 'value' }] });
  expect(await written()).toEqual(before);
});

describe('while Kafka is away', () => {
  const inputs = () => Array.from({ length: 30 }, (_, n) => anActivity({ userId: `away-${n}` }));
  /** Repeated as a client would, until it is accepted. */
  const repeated = (batch: readonly Activity[]) =>
    eventually(async () => (await ingest(batch)).data?.ingestUserActivities.accepted === batch.length);
  const countOf = async (batch: readonly Activity[]) => {
    const known = new Set(batch.map(({ id }) => id));
    return (await storedIds()).filter((id) => known.has(id ?? '')).length;
  };
  const answered = async (batch: readonly Activity[]): Promise<string> => {
    const started = performance.now();
    const { extensions } = refusal(await ingest(batch));
    expect(performance.now() - started).toBeLessThan(5_000);
    if (extensions.code === 'OUTCOME_UNKNOWN') expect(extensions.ids).toEqual(batch.map(({ id }) => id));
    return extensions.code;
  };

  test('what cannot be sent is UNAVAILABLE, is not sent later, and is accepted again when Kafka is back', async () => {
    kafka.cut();
    const batches = [inputs(), inputs()];
    expect(await Promise.all(batches.map(answered))).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    await kafka.heal();
    const later = inputs();
    await repeated(later);
    expect([await countOf(batches.flat()), await countOf(later)]).toEqual([0, later.length]);
    await repeated(batches[0]!);
    expect(await countOf(batches[0]!)).toBe(batches[0]!.length);
  });

  test('what may have been sent is OUTCOME_UNKNOWN with its ids; sent again, each is stored once', async () => {
    kafka.swallowProduceReplies(100);
    const batch = inputs();
    const given = batch.map((activity) => ({ ...activity, action: 'twice' }));
    expect(await answered(given)).toBe('OUTCOME_UNKNOWN');
    await kafka.heal();
    await repeated(given);
    expect(await countOf(given)).toBeGreaterThan(given.length);
    const { data } = await ingest(given);
    const { userActivities } = await client.data<{ userActivities: { totalCount: number } }>(
      `query ($p: Position) { userActivities(action: "twice", consistentWith: $p, waitMs: 10000) { totalCount } }`,
      { p: data?.ingestUserActivities.position },
    );
    expect(userActivities.totalCount).toBe(given.length);
  });
});
