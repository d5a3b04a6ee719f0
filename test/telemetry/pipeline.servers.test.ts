import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ErrorLog, PipelineStats, StoredMetric, UserActivity } from '../../src/events/telemetry.js';
import { eventually } from '../support/await.js';
import type { TestClient } from '../support/graphql.js';
import { writeRaw } from '../support/log.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { badTexts, expectRefused, named } from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { watch } from '../support/watch.js';
import { activity, errorLog, longAgo, metric, recordOf, topicOf } from './support.js';

// The gateway stays; the streams are killed and started again.
let underTest: UnderTest;
let client: TestClient;
let streams: MillraceProcess;
beforeAll(async () => {
  underTest = await startUnderTest({ roles: ['gateway', 'relay'] });
  ({ client } = underTest);
  streams = await startMillrace({ env: underTest.env, roles: ['streams'] });
}, 120_000);

const ingest = async (field: string, type: string, inputs: readonly object[]): Promise<string> => {
  const answer = await client.data<Record<string, { accepted: number; position: string }>>(
    `mutation ($inputs: [${type}!]!) { ${field}(inputs: $inputs) { accepted position } }`,
    { inputs },
  );
  expect(answer[field]?.accepted).toBe(inputs.length);
  return answer[field]?.position ?? '';
};
const ingestActivities = (inputs: readonly object[]) =>
  ingest('ingestUserActivities', 'UserActivityInput', inputs);
const ingestMetrics = (inputs: readonly object[]) =>
  ingest('ingestSystemMetrics', 'SystemMetricInput', inputs);
const ingestErrors = (inputs: readonly object[]) => ingest('ingestErrorLogs', 'ErrorLogInput', inputs);

const statsFields = `{ activities metrics errors messages perSecond version
  byAction { name count } byLevel { name count } }`;
const readStats = async (position?: string): Promise<PipelineStats> =>
  (
    await client.data<{ pipelineStats: PipelineStats }>(
      `query ($position: Position) { pipelineStats(consistentWith: $position, waitMs: 10000) ${statsFields} }`,
      { position },
    )
  ).pipelineStats;

interface Connection<Node> {
  readonly nodes: Node[];
  readonly totalCount: number;
  readonly asOf: string;
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
}

const page = 'totalCount asOf pageInfo { endCursor hasNextPage }';
const activityFields = '{ id userId action metadata occurredAt }';
const activitiesQuery = `query ($first: Int, $after: String, $userId: ID, $action: String, $from: DateTime, $to: DateTime,
  $consistentWith: Position, $waitMs: Int) {
  userActivities(first: $first, after: $after, userId: $userId, action: $action, from: $from, to: $to,
    consistentWith: $consistentWith, waitMs: $waitMs) { ${page} nodes ${activityFields} }
}`;
const metricsQuery = `query ($host: String, $name: String, $from: DateTime, $to: DateTime, $consistentWith: Position) {
  systemMetrics(host: $host, name: $name, from: $from, to: $to, consistentWith: $consistentWith, waitMs: 10000) {
    ${page} nodes { id host name value unit labels occurredAt version }
  }
}`;
const errorsQuery = `query ($service: String, $level: LogLevel, $from: DateTime, $to: DateTime, $consistentWith: Position) {
  errorLogs(service: $service, level: $level, from: $from, to: $to, consistentWith: $consistentWith, waitMs: 10000) {
    ${page} nodes { id service level message stack metadata occurredAt }
  }
}`;

const readActivities = async (variables: object): Promise<Connection<UserActivity>> =>
  (
    await client.data<{ userActivities: Connection<UserActivity> }>(activitiesQuery, {
      waitMs: 10_000,
      ...variables,
    })
  ).userActivities;
const readMetrics = async (variables: object): Promise<Connection<StoredMetric>> =>
  (await client.data<{ systemMetrics: Connection<StoredMetric> }>(metricsQuery, variables)).systemMetrics;
const readErrors = async (variables: object): Promise<Connection<ErrorLog>> =>
  (await client.data<{ errorLogs: Connection<ErrorLog> }>(errorsQuery, variables)).errorLogs;

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

describe('who gives the position of what was told reads', () => {
  test('activities by user, action and time, page by page, newest first', async () => {
    const inputs = Array.from({ length: 12 }, (_, n) => ({
      ...{ id: randomUUID(), userId: `reader ${n % 2}`, action: `read ${n % 3}`, occurredAt: at(n) },
      metadata: n === 0 ? { a: [1, { b: null }] } : null,
    }));
    const consistentWith = await ingestActivities(inputs);
    const newest = inputs.toReversed();
    const [userId, action] = ['reader 1', 'read 1'];
    const all = await readActivities({ userId, consistentWith });
    expect(all.nodes).toEqual(newest.filter((input) => input.userId === userId));
    expect(all.totalCount).toBe(6);
    expect((await readActivities({ action })).nodes).toEqual(
      newest.filter((input) => input.action === action),
    );
    expect((await readActivities({ userId, action })).nodes).toEqual([inputs[7], inputs[1]]);
    const range = { action, from: at(4), to: at(10) };
    expect((await readActivities(range)).nodes).toEqual([inputs[7], inputs[4]]);
    const first = await readActivities({ userId, first: 4 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    const rest = await readActivities({ userId, first: 4, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes]).toEqual(all.nodes);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  test('measurements by host, name and time, numbered in their series', async () => {
    const measured = (host: string, name: string, value: number) => ({
      ...{ id: randomUUID(), host, name, value, unit: '%', labels: { value }, occurredAt: at(value) },
    });
    const [a, b, c, d] = [measured('r1', 'cpu', 1), measured('r1', 'mem', 2), measured('r1', 'cpu', 3), measured('r2', 'cpu', 4)]; // prettier-ignore
    const consistentWith = await ingestMetrics([a, b, c, d]);
    const { nodes } = await readMetrics({ host: 'r1', consistentWith });
    expect(nodes).toEqual([{ ...c, version: 2 }, { ...b, version: 1 }, { ...a, version: 1 }]); // prettier-ignore
    expect((await readMetrics({ host: 'r1', name: 'cpu', to: at(3) })).nodes).toEqual([{ ...a, version: 1 }]);
    expect((await readMetrics({ name: 'cpu', from: at(3), to: at(5) })).totalCount).toBe(2);
  });

  test('log lines by service, level and time', async () => {
    const line = (level: string, second: number) => ({
      ...{ id: randomUUID(), service: 'reader', level, message: 'm', stack: null, metadata: null },
      occurredAt: at(second),
    });
    const lines = [line('FATAL', 1), line('WARN', 2), line('FATAL', 3)];
    const consistentWith = await ingestErrors(lines);
    expect((await readErrors({ service: 'reader', consistentWith })).nodes).toEqual(lines.toReversed());
    expect((await readErrors({ service: 'reader', level: 'FATAL', from: at(2) })).nodes).toEqual([lines[2]]);
    expect((await readErrors({ level: 'FATAL' })).totalCount).toBe(2);
  });
});

test('what a list does not contain yet comes behind its asOf', async () => {
  const query = `subscription ($after: Cursor, $heartbeat: Int) {
    userActivities(userId: "lagging", after: $after, heartbeat: $heartbeat) { activity ${activityFields} cursor }
  }`;
  await ingestActivities([{ userId: 'lagging', action: 'before' }]);
  await streams.kill9();
  const inputs = Array.from({ length: 3 }, (_, n) => ({ userId: 'lagging', action: `lagging ${n}` }));
  await ingestActivities(inputs);
  const { nodes, asOf } = await readActivities({ userId: 'lagging' });
  const { take, isQuiet } = await watch<{ activity: UserActivity }>(client, 'userActivities', query, {
    after: asOf,
  });
  const behind = await take(4 - nodes.length);
  await isQuiet();
  expect([...nodes, ...behind.map(({ activity: { action } }) => ({ action }))]).toMatchObject(
    [{ action: 'before' }, ...inputs].map(({ action }) => ({ action })),
  );
  streams = await startMillrace({ env: underTest.env, roles: ['streams'] });
});

describe('a subscription', () => {
  const query = (field: string, args: string, fields: string) =>
    `subscription ($after: Cursor, $heartbeat: Int) { ${field}(${args}, after: $after, heartbeat: $heartbeat) { ${fields} cursor } }`;

  test('to userActivities brings those of its user and action, and resumes behind its cursor', async () => {
    const field = 'userActivities';
    const watched = query(field, 'userId: "live", action: "seen"', `activity ${activityFields}`);
    const live = await watch<{ activity: UserActivity; cursor: string }>(client, field, watched);
    const told = (n: number, given: object = {}) => ({
      ...{ id: randomUUID(), userId: 'live', action: 'seen', metadata: { n }, occurredAt: longAgo, ...given },
    });
    const inputs = [told(1), told(2, { action: 'unseen' }), told(3, { userId: 'other' }), told(4), told(5)];
    await ingestActivities(inputs);
    const [first, ...rest] = await live.take(3);
    await live.isQuiet();
    expect([first, ...rest].map((event) => event?.activity)).toEqual([inputs[0], inputs[3], inputs[4]]);
    const resumed = await watch<{ activity: UserActivity }>(client, field, watched, { after: first?.cursor });
    expect((await resumed.take(2)).map((event) => event.activity)).toEqual([inputs[3], inputs[4]]);
    await resumed.isQuiet();
  });

  test('to errorLogs brings those of its service and level, in order', async () => {
    const watched = query('errorLogs', 'service: "live", level: FATAL', 'log { level message }');
    const live = await watch<{ log: ErrorLog }>(client, 'errorLogs', watched);
    const line = (n: number) => ({
      ...{ service: n < 6 ? 'live' : 'other', level: n % 2 === 0 ? 'FATAL' : 'INFO', message: String(n) },
    });
    await ingestErrors(Array.from({ length: 9 }, (_, n) => line(n)));
    expect((await live.take(3)).map(({ log }) => log.message)).toEqual(['0', '2', '4']);
    await live.isQuiet();
  });

  test('to systemMetrics brings the latest of each series, then newer ones only', async () => {
    const series = (args: string) =>
      client.subscribe<{ systemMetrics: StoredMetric }>(
        `subscription { systemMetrics${args} { host name value version } }`,
      );
    const measured = (host: string, name: string, value: number, second: number) => ({
      ...{ host, name, value, occurredAt: at(second) },
    });
    const before = [measured('m1', 'cpu', 1, 10), measured('m1', 'mem', 2, 10), measured('m2', 'cpu', 3, 10)];
    await readStats(await ingestMetrics(before));
    const watched = {
      all: series(''),
      host: series('(host: "m1")'),
      name: series('(name: "cpu")'),
      one: series('(host: "m1", name: "cpu")'),
    };
    const latest = async (subscription: keyof typeof watched, count: number): Promise<object> => {
      const own = new Map<string, StoredMetric>();
      await watched[subscription].until(({ data }) => {
        const found = data?.systemMetrics;
        if (found && /^m\d$/.test(found.host)) own.set(`${found.host} ${found.name}`, found);
        return own.size === count;
      });
      return Object.fromEntries([...own].map(([key, { value }]) => [key, value]));
    };
    expect(await latest('all', 3)).toEqual({ 'm1 cpu': 1, 'm1 mem': 2, 'm2 cpu': 3 });
    expect(await latest('host', 2)).toEqual({ 'm1 cpu': 1, 'm1 mem': 2 });
    expect(await latest('name', 2)).toEqual({ 'm1 cpu': 1, 'm2 cpu': 3 });
    expect(await latest('one', 1)).toEqual({ 'm1 cpu': 1 });
    // The second is late: it counts, and is not shown.
    await ingestMetrics([measured('m1', 'cpu', 4, 11), measured('m1', 'cpu', 5, 9), measured('m1', 'cpu', 6, 11)]); // prettier-ignore
    for (const subscription of Object.values(watched)) {
      const { data } = await subscription.until(({ data }) => data?.systemMetrics.value === 6);
      expect(data?.systemMetrics).toEqual({ host: 'm1', name: 'cpu', value: 6, version: 4 });
      expect(subscription.all.map((answer) => answer.data?.systemMetrics.value)).not.toContain(5);
      subscription.complete();
    }
  });

  test('to pipelineStats brings what the query answers, in rising versions', async () => {
    const watched = client.subscribe<{ pipelineStats: PipelineStats }>(
      `subscription { pipelineStats ${statsFields} }`,
    );
    await watched.next();
    const positions = await Promise.all([
      ingestActivities([{ userId: 'counted', action: 'counted' }]),
      ingestErrors([{ service: 'counted', level: 'DEBUG', message: 'm' }]),
      ingestMetrics([{ host: 'counted', name: 'm', value: 1 }]),
    ]);
    for (const position of positions) await readStats(position);
    const now = await readStats();
    expect(now.byAction).toContainEqual({ name: 'counted', count: 1 });
    expect(now.byLevel).toContainEqual({ name: 'DEBUG', count: 1 });
    expect(now.perSecond).toBeGreaterThan(0);
    if (!watched.all.some(({ data }) => data?.pipelineStats.version === now.version))
      await watched.until(({ data }) => data?.pipelineStats.version === now.version);
    const seen = watched.all.flatMap(({ data }) => data?.pipelineStats ?? []);
    expect(seen).toContainEqual(now);
    const versions = seen.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    watched.complete();
  });
});

test('what strangers put on the topics becomes one dead letter each, and its neighbours are stored', async () => {
  const before = await readStats();
  const good = Array.from({ length: 4 }, () => activity({ userId: 'stranger' }));
  const messageOf = (event: (typeof good)[number], given: object = {}) => {
    const { key, value, headers } = recordOf(event);
    return { key, value, headers, ...given };
  };
  const one = activity();
  const bad: [string, object][] = [
    ['not JSON', { value: '{' }],
    ['no object', { value: '[]' }],
    ['null', { value: null }],
    ['another id than ce_id', { value: JSON.stringify({ ...one.data, id: randomUUID() }) }],
    ['an unknown type', { headers: { ...recordOf(one).headers, ce_type: 'telemetry.else' } }],
    ['no headers', { headers: {} }],
    ['no field', { value: JSON.stringify({ ...one.data, action: undefined }) }],
    ['U+0000', { value: JSON.stringify({ ...one.data, action: '\0' }) }],
    ['too long for an index', { value: JSON.stringify({ ...one.data, userId: randomText(8_000) }) }],
    ['a time that Postgres does not have', { value: JSON.stringify({ ...one.data, occurredAt: '0000-01-01T00:00:00Z' }) }], // prettier-ignore
    ['a metric', recordOf(metric())],
  ];
  const messages = good.map((event) => messageOf(event));
  const [first, second, ...rest] = messages;
  const sent = [first!, ...bad.slice(0, 5).map(([, given]) => messageOf(one, given)), second!];
  sent.push(...bad.slice(5).map(([, given]) => messageOf(one, given)), ...rest);
  await writeRaw(underTest.topicPrefix + topicOf(one), sent, 0);
  const errors = await eventually(async () => {
    const letters = await underTest.database.query<{ error: string }>(
      `select error from dead_letters where consumer = 'telemetry' order by "offset"`,
    );
    expect(letters).toHaveLength(bad.length);
    return letters.map(({ error }) => error);
  });
  expect(new Set(errors).size).toBe(bad.length);
  const now = await eventually(async () => {
    const stats = await readStats();
    return stats.messages === before.messages + sent.length && stats;
  });
  expect(now.activities).toBe(before.activities + good.length);
  expect((await readActivities({ userId: 'stranger' })).totalCount).toBe(good.length);
  const [row] = await underTest.database.query<{ faults: number }>(
    'select count(*)::int as faults from positions where fault is not null',
  );
  expect(row?.faults).toBe(0);

  const { storedMessages } = await client.data<{ storedMessages: { value: string; encoding: string }[] }>(
    `query ($topic: String!) { storedMessages(topic: $topic, partition: 0, first: ${sent.length}) { value encoding } }`,
    { topic: topicOf(one) },
  );
  const valueOf = ({ value }: { value: Buffer | string | null }) => value?.toString() ?? null;
  expect(storedMessages.map(({ value }) => value)).toEqual(sent.map(valueOf));
});

/** Text that does not become shorter when it is compressed. */
const randomText = (length: number): string =>
  Array.from({ length: length / 36 }, () => randomUUID()).join('');

test('while the streams are killed again and again each id is stored once and the statistics are exact', async () => {
  const before = await readStats();
  const ids = Array.from({ length: 600 }, () => randomUUID());
  const send = (from: number): Promise<string[]> => {
    const batch = ids.slice(from, from + 100);
    return Promise.all([
      ingestActivities(batch.map((id, n) => ({ id, userId: `u${n}`, action: 'crash' }))),
      ingestMetrics(batch.map((id, n) => ({ id, host: `h${n % 7}`, name: 'crash', value: n }))),
      ingestErrors(batch.map((id, n) => ({ id, service: `s${n % 7}`, level: 'INFO', message: 'crash' }))),
    ]);
  };
  let positions: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    // With repeats of the round before.
    const sending = [0, 1, 2, 3].map((n) => send(Math.max(0, round * 300 - 100 + n * 100)));
    await streams.kill9();
    streams = await startMillrace({ env: underTest.env, roles: ['streams'] });
    positions = (await Promise.all(sending)).flat();
  }
  for (const position of positions) await readStats(position);
  const now = await readStats();
  expect([now.activities - before.activities, now.metrics - before.metrics, now.errors - before.errors]).toEqual([600, 600, 600]); // prettier-ignore
  expect(now.byAction).toContainEqual({ name: 'crash', count: 600 });
  const rows = await underTest.database.query<object>(
    `select (select count(*)::int from system_metrics where name = 'crash') as n,
       (select count(distinct id)::int from user_activities where action = 'crash') as ids,
       (select sum(count)::int from metric_series where name = 'crash') as counted,
       (select count(*)::int from (select distinct host, version from system_metrics where name = 'crash') as v) as versions`,
  );
  expect(rows).toEqual([{ n: 600, ids: 600, counted: 600, versions: 600 }]);
  const [kept] = await underTest.database.query<{ messages: number }>(
    'select count(*)::int as messages from telemetry_messages',
  );
  expect(kept?.messages).toBe(now.messages);
});

describe('is refused:', () => {
  const nothing = () => Promise.resolve(undefined);
  const bad: [string, string, object, string][] = [
    ...named(badTexts).map(([name, action]): [string, string, object, string] => [
      `the action ${name}`,
      activitiesQuery,
      { action },
      'action',
    ]),
    ['what is no position', activitiesQuery, { consistentWith: 'a' }, 'consistentWith'],
    ['a wait that is too long', activitiesQuery, { waitMs: 10_001 }, 'waitMs'],
    ['a page of none', activitiesQuery, { first: 0 }, 'first'],
    ['a cursor of ours that is none', activitiesQuery, { after: 'x' }, 'after'],
    ['an empty host', metricsQuery, { host: '' }, 'host'],
    ['an empty service', errorsQuery, { service: ' ' }, 'service'],
    ['a stored message of another topic', stored('order.events.v1', 0), {}, 'topic'],
    ['an offset below zero', stored(topicOf(errorLog()), 0, '"-1"'), {}, 'offset'],
    ['an offset beyond all', stored(topicOf(errorLog()), 0, '"9007199254740993"'), {}, 'offset'],
  ];
  test.each(bad)('%s', async (_, query, variables, field) => {
    await expectRefused(client, nothing, [query, { ...variables }], 'BAD_USER_INPUT', field);
  });

  test('SQL, by finding nothing', async () => {
    const userId = `x'; drop table user_activities; --`;
    expect(await readActivities({ userId })).toMatchObject({ nodes: [], totalCount: 0 });
  });
});

function stored(topic: string, partition: number, offset = 'null'): string {
  return `{ storedMessages(topic: "${topic}", partition: ${partition}, offset: ${offset}) { offset } }`;
}
