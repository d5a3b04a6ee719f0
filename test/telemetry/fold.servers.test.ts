import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { recoveries } from '../../src/commands/recoveries.js';
import { logLevels, seriesKey, type PipelineStats, type StoredMetric } from '../../src/events/telemetry.js';
import { telemetryChanges } from '../../src/events/topics.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import type { Database } from '../../src/postgres/database.js';
import { listLatestMetrics } from '../../src/postgres/metric-series.js';
import type { OutgoingEvent } from '../../src/postgres/outbox.js';
import { readPipelineStats } from '../../src/postgres/telemetry-stats.js';
import { listStoredMessages } from '../../src/postgres/telemetry-messages.js';
import { listActivities, listErrorLogs, listMetrics } from '../../src/postgres/telemetry.js';
import { telemetry, type TelemetryEvent } from '../../src/streams/telemetry.js';
import { activity, errorLog, metric, openDatabase, recordOf, topicOf } from './support.js';

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});

const tables = [
  ...['facts_seen', 'user_activities', 'system_metrics', 'error_logs', 'telemetry_batches'],
  ...['metric_series', 'telemetry_counts', 'telemetry_seconds'],
];
const clear = async (): Promise<void> => {
  for (const table of tables) await database.query(`delete from ${table}`);
  await database.query(
    'update telemetry_stats set activities = 0, metrics = 0, errors = 0, messages = 0, per_second = 0, version = 0',
  );
};
beforeEach(clear);

/** A turn, as the loop of the streams runs it. */
const turn = (
  events: readonly TelemetryEvent[],
  read: readonly LogRecord[] = events.map((event, n) => recordOf(event, n)),
): Promise<OutgoingEvent[]> =>
  database.transaction((tx) => telemetry.write(tx, telemetry.fold(events), read));

const time = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const few = (letter: string, n = 3) => fc.nat(n - 1).map((at) => `${letter}${at}`);
const id = fc.nat(11).map((n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const when = fc.nat(5).map(time);
const told: fc.Arbitrary<TelemetryEvent> = fc.oneof(
  fc.record({ id, userId: few('u'), action: few('a'), occurredAt: when }).map(activity),
  fc.record({ id, host: few('h', 2), name: few('n', 2), value: fc.integer(), occurredAt: when }).map(metric), // prettier-ignore
  fc.record({ id, service: few('s'), level: fc.constantFrom(...logLevels), occurredAt: when }).map(errorLog),
);

/** What has to be stored of events that came in this order: computed anew, one by one. */
const modelOf = (events: readonly TelemetryEvent[]) => {
  const seen = new Set<string>();
  const rows: Record<TelemetryEvent['type'], TelemetryEvent['data'][]> = {
    'telemetry.user-activity': [],
    'telemetry.system-metric': [],
    'telemetry.error-log': [],
  };
  const latest = new Map<string, StoredMetric>();
  const counts = new Map<string, number>();
  const names = new Map<string, number>();
  for (const event of events) {
    if (seen.has(`${event.type} ${event.id}`)) continue;
    seen.add(`${event.type} ${event.id}`);
    if (event.type === 'telemetry.system-metric') {
      const key = seriesKey(event.data);
      const version = (counts.get(key) ?? 0) + 1;
      counts.set(key, version);
      rows[event.type].push({ ...event.data, version } as StoredMetric);
      if (event.data.occurredAt >= (latest.get(key)?.occurredAt ?? ''))
        latest.set(key, { ...event.data, version });
    } else {
      rows[event.type].push(event.data);
      const name = 'action' in event.data ? `action ${event.data.action}` : `level ${event.data.level}`;
      names.set(name, (names.get(name) ?? 0) + 1);
    }
  }
  const named = (kind: string) =>
    [...names]
      .filter(([name]) => name.startsWith(kind))
      .map(([name, count]) => ({ name: name.slice(kind.length + 1), count }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const [activities, metrics, errors] = Object.values(rows).map((all) =>
    all.toSorted((a, b) => (a.occurredAt + a.id < b.occurredAt + b.id ? 1 : -1)),
  );
  return {
    ...{ activities, metrics, errors, latest: [...latest.values()].sort((a, b) => (seriesKey(a) < seriesKey(b) ? -1 : 1)) }, // prettier-ignore
    stats: {
      ...{ activities: activities?.length, metrics: metrics?.length, errors: errors?.length },
      ...{ messages: events.length, byAction: named('action'), byLevel: named('level') },
    },
  };
};

const stored = async () => {
  const page = { first: 500 };
  const [activities, metrics, errors, latest, stats] = await Promise.all([
    listActivities(database, {}, page),
    listMetrics(database, {}, page),
    listErrorLogs(database, {}, page),
    listLatestMetrics(database, {}, 500),
    readPipelineStats(database),
  ]);
  const { version: _, perSecond: __, ...counts } = stats;
  return {
    ...{ activities: activities.rows, metrics: metrics.rows, errors: errors.rows },
    ...{ latest, stats: counts },
  };
};

test('in whatever order, batches and repeats facts come, each id is stored once and the statistics are those of what is stored', async () => {
  const deliveries = fc.record({
    events: fc.array(told, { maxLength: 40 }),
    sizes: fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ events, sizes }) => {
      await clear();
      const changes: OutgoingEvent[] = [];
      for (let from = 0, n = 0; from < events.length; n += 1) {
        const to = from + (sizes[n % sizes.length] ?? 1);
        const turned = await turn(events.slice(from, to));
        expect(new Set(turned.map(({ key }) => key)).size).toBe(turned.length);
        changes.push(...turned);
        from = to;
      }
      expect(await stored()).toEqual(modelOf(events));
      await expectChanges(changes);
    }),
    { numRuns: 40 },
  );
});

/** The versions of each key rise, and its last change is what the rows say. */
const expectChanges = async (changes: readonly OutgoingEvent[]): Promise<void> => {
  const last = new Map<string, { version: number }>();
  for (const { key, topic, event } of changes) {
    const data = event.data as { version: number };
    expect(topic).toBe(telemetryChanges.name);
    expect(data.version).toBeGreaterThan(last.get(key)?.version ?? 0);
    last.set(key, data);
  }
  if (changes.length > 0) expect(last.get('all')).toEqual(await readPipelineStats(database));
  for (const latest of await listLatestMetrics(database, {}, 500))
    expect(last.get(seriesKey(latest))).toEqual(latest);
};

test('an id that two workers get at once is stored by one of them', async () => {
  const events = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? activity() : metric({ host: `h${n}` })));
  await Promise.all([turn(events), turn(events.toReversed()), turn(events.slice(10))]);
  expect(await readPipelineStats(database)).toMatchObject({ activities: 20, metrics: 20, messages: 110 });
  expect((await listActivities(database, {}, { first: 500 })).rows).toHaveLength(20);
});

test('the same id may be an activity and a line of a log', async () => {
  const one = activity();
  await turn([one, errorLog({ id: one.id })]);
  expect(await readPipelineStats(database)).toMatchObject({ activities: 1, errors: 1 });
});

test('values that are hard to store come back as they were', async () => {
  const text = `a\n"b" \\N {c} \t, '); drop table error_logs; -- \u0001 😀`;
  const metadata = JSON.parse(
    '{"__proto__": {"x": 1e308}, "\\u0000": "\\n\\ud800", "n": [null, -0.1]}',
  ) as object;
  const log = errorLog({ service: text, message: text, stack: text, metadata: { ...metadata, text } });
  const measured = metric({ host: text, name: text, unit: text, value: Number.MIN_VALUE, labels: {} });
  await turn([log, measured, activity({ userId: text, action: text, metadata: {} })]);
  const { activities, metrics, errors } = await stored();
  expect(errors).toEqual([log.data]);
  expect(metrics).toEqual([{ ...measured.data, version: 1 }]);
  expect(activities).toMatchObject([{ userId: text, action: text, metadata: {} }]);
  expect(await listLatestMetrics(database, { host: text, name: text }, 10)).toHaveLength(1);
});

describe('the statistics', () => {
  const named = (names: readonly string[]) => names.map((action) => activity({ action }));
  const all = (letter: string, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `${letter}${String(n).padStart(4, '0')}`);

  test('count a thousand actions by themselves and the later ones together', async () => {
    await turn(named([...all('a', 998), 'a0000']));
    await turn(named(['rare', 'often', 'often', 'more', 'more', 'more', '(other)', 'x'.repeat(201)]));
    await turn(named(['rare', 'often']));
    const rows = await database.query<{ name: string; count: number }>(
      `select name, count from telemetry_counts where name !~ '^a0'`,
    );
    expect(new Map(rows.map(({ name, count }) => [name, count]))).toEqual(
      new Map([['more', 3], ['often', 3], ['(other)', 4]]), // prettier-ignore
    );
  });

  test('answer the hundred most frequent actions and the rest together', async () => {
    await turn(named([...all('a', 150), 'a0140', 'a0140', 'a0149']));
    const { byAction } = await readPipelineStats(database);
    expect(byAction).toHaveLength(101);
    expect(byAction.slice(0, 3)).toEqual([
      { name: 'a0140', count: 3 },
      { name: 'a0149', count: 2 },
      { name: 'a0000', count: 1 },
    ]);
    expect(byAction.at(-1)).toEqual({ name: '(other)', count: 50 });
  });

  test('count messages that are no events, and repeats', async () => {
    const one = activity();
    await turn([one]);
    await turn([], [recordOf(one, 1)]);
    await turn([one]);
    expect(await readPipelineStats(database)).toMatchObject({ activities: 1, messages: 3, version: 3 });
  });

  test('a redriven letter is stored and not counted as a message again', async () => {
    await turn([activity()], []);
    expect(await readPipelineStats(database)).toMatchObject({ activities: 1, messages: 0, version: 1 });
  });

  test('show messages a second over ten seconds, and after ten quiet ones zero, once', async () => {
    const settle = () => database.transaction((tx) => telemetry.settle!(tx));
    await turn(Array.from({ length: 20 }, () => activity()));
    expect(await readPipelineStats(database)).toMatchObject({ perSecond: 2, version: 1 });
    expect(await settle()).toEqual([]);
    await database.query('update telemetry_seconds set second = second - 9');
    await turn([activity()]);
    expect(await readPipelineStats(database)).toMatchObject({ perSecond: 2.1, version: 2 });
    await database.query('update telemetry_seconds set second = second - 10');
    const [change] = await settle();
    expect(change).toMatchObject({ key: 'all', event: { data: { perSecond: 0, version: 3, messages: 21 } } });
    expect(change?.event.data).toEqual(await readPipelineStats(database));
    expect(await settle()).toEqual([]);
  });

  test('are not brought to zero by who waited for a message to be stored', async () => {
    await turn([activity()]);
    await database.query('update telemetry_seconds set second = second - 10');
    let settling: Promise<OutgoingEvent[]> | undefined;
    await database.transaction(async (tx) => {
      const one = activity();
      await telemetry.write(tx, telemetry.fold([one]), [recordOf(one, 1)]);
      settling = database.transaction((other) => telemetry.settle!(other));
      await sleep(200);
    });
    expect(await settling).toEqual([]);
    expect(await readPipelineStats(database)).toMatchObject({ perSecond: 0.1, messages: 2 });
  });
});

test('of a measurement that is too large for a record only the version is told', async () => {
  const labels = { all: 'x'.repeat(262_144) };
  const changes = await turn([metric({ labels })]);
  expect(changes[1]?.event.data).toEqual({ host: 'web-1', name: 'cpu', version: 1, tooLarge: true });
  expect(await listLatestMetrics(database, {}, 10)).toMatchObject([{ labels }]);
});

describe('messages are kept as they were read', () => {
  const topic = topicOf(activity());
  const raw = (offset: number, value: Buffer | null, key: Buffer | null = null): LogRecord => ({
    ...{ topic, partition: 1, offset, timestampMs: 1_700_000_000_000 + offset, key, value },
    headers: { ce_id: `${offset} "x"\n` },
  });
  const odd = [
    raw(3, Buffer.from('not JSON\n"\\ 😀')),
    raw(4, Buffer.from([0xff, 0xfe, 0]), Buffer.from('key')),
    raw(6, null),
    raw(7, Buffer.from('a\0b'), Buffer.from([0x80])),
    raw(8, Buffer.alloc(0), Buffer.alloc(0)),
  ];
  const list = (offset: number | undefined, first: number, partition = 1) =>
    listStoredMessages(database, topic, partition, offset, first);

  test('and are read in the order of their offsets, or the newest', async () => {
    const others = [recordOf(activity(), 0), recordOf(metric(), 5)];
    await turn([], [...odd.slice(0, 2), ...others]);
    await turn([], odd.slice(2));
    expect(await list(0, 500)).toEqual(odd);
    expect(await list(4, 2)).toEqual(odd.slice(1, 3));
    expect(await list(5, 1)).toEqual(odd.slice(2, 3));
    expect(await list(undefined, 4)).toEqual(odd.slice(1));
    expect(await list(9, 500)).toEqual([]);
    expect(await list(undefined, 500, 0)).toEqual([others[0]]);
    expect(await list(0, 500, 2)).toEqual([]);
  });

  test('but for U+0000 in a header, which Postgres does not show', async () => {
    await turn([], [{ ...raw(0, null), headers: { a: 'b\0\\' } }]);
    expect(await list(0, 1)).toMatchObject([{ headers: { a: 'b\uFFFD\\' } }]);
  });

  test('also for psql', async () => {
    await turn([], odd);
    expect(
      await database.query(
        `select "offset", key, value, encoding from telemetry_messages where topic = $1 and value like 'not%'`,
        [topic],
      ),
    ).toEqual([{ offset: 3, key: null, value: 'not JSON\n"\\ 😀', encoding: null }]);
  });
});

test('a restored database takes up what was published and goes on above every version that was seen', async () => {
  await turn([metric({ occurredAt: time(1) })]);
  const published: [string, object][] = [
    ['all', { version: 7 }],
    ['["web-1","cpu"]', { ...metric({ value: 9, occurredAt: time(5) }).data, version: 40 }],
    ['["web-1","cpu"]', { ...metric({ value: 8, occurredAt: time(4) }).data, version: 39 }],
    ['["db-1","cpu"]', { ...metric({ host: 'db-1', occurredAt: time(2) }).data, version: 3 }],
    ['["db-2","cpu"]', { host: 'db-2', name: 'cpu', version: 3, tooLarge: true }],
  ];
  const records = published.map(([key, data], offset): LogRecord => ({
    ...recordOf(metric(), offset),
    topic: telemetryChanges.name,
    key: Buffer.from(key),
    value: Buffer.from(JSON.stringify(data)),
    headers: {
      ...recordOf(metric()).headers,
      ce_type: key === 'all' ? 'telemetry.stats.changed' : 'telemetry.metric.changed',
    },
  }));
  await database.transaction((tx) => recoveries.get(telemetryChanges.name)!(tx, records));
  expect(await listLatestMetrics(database, {}, 10)).toMatchObject([
    { host: 'db-1', version: 3 },
    { host: 'web-1', value: 9, version: 40 },
  ]);
  const [stats, ...changed] = await turn([
    metric({ occurredAt: time(6) }),
    metric({ host: 'db-1', occurredAt: time(1) }),
  ]);
  expect((stats!.event.data as PipelineStats).version).toBeGreaterThan(7);
  expect(changed.map(({ event }) => event.data)).toMatchObject([{ host: 'web-1', version: 1_000_041 }]);
});
