import { randomUUID } from 'node:crypto';
import {
  parseErrorLog,
  parseSystemMetric,
  parseUserActivity,
  seriesKey,
  statsKey,
  telemetryTopics,
  type ErrorLog,
  type ErrorLogEvent,
  type PipelineStats,
  type StoredMetric,
  type SystemMetric,
  type SystemMetricEvent,
  type UserActivity,
  type UserActivityEvent,
} from '../events/telemetry.js';
import {
  errorLogFacts,
  systemMetricFacts,
  telemetryChanges,
  userActivityFacts,
  type TopicSpec,
} from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Transaction } from '../postgres/database.js';
import { claimFacts } from '../postgres/facts.js';
import { addToSeries, type SeriesDelta } from '../postgres/metric-series.js';
import { largestValueBytes, type OutgoingEvent } from '../postgres/outbox.js';
import { insertMessages } from '../postgres/telemetry-messages.js';
import {
  addToCounts,
  addToStats,
  countMessages,
  quietStats,
  readPipelineStats,
  type CountDelta,
} from '../postgres/telemetry-stats.js';
import { insertActivities, insertErrorLogs, insertMetrics } from '../postgres/telemetry.js';
import type { Stream } from './stream.js';

export type TelemetryEvent = UserActivityEvent | SystemMetricEvent | ErrorLogEvent;

/** What was told, each id once per topic. */
export interface TelemetryFacts {
  readonly activities: readonly UserActivity[];
  readonly metrics: readonly SystemMetric[];
  readonly errors: readonly ErrorLog[];
}

/** Pure; the first of an id counts. */
export const foldTelemetry = (events: readonly TelemetryEvent[]): TelemetryFacts => {
  const activities = new Map<string, UserActivity>();
  const metrics = new Map<string, SystemMetric>();
  const errors = new Map<string, ErrorLog>();
  for (const event of events) {
    if (event.type === 'telemetry.user-activity') keepFirst(activities, event.data);
    else if (event.type === 'telemetry.system-metric') keepFirst(metrics, event.data);
    else keepFirst(errors, event.data);
  }
  return {
    activities: [...activities.values()],
    metrics: [...metrics.values()],
    errors: [...errors.values()],
  };
};

const keepFirst = <Fact extends { readonly id: string }>(facts: Map<string, Fact>, fact: Fact): void => {
  if (!facts.has(fact.id)) facts.set(fact.id, fact);
};

/** Characters (code points), as the API takes them; a longer one comes from a stranger. */
const longestAction = 200;

const isLong = (action: string): boolean =>
  action.length > longestAction && [...action].length > longestAction;

/** Pure: activities by action, log lines by level. */
export const countByName = ({ activities, errors }: TelemetryFacts): CountDelta[] => {
  const actions = new Map<string, number>();
  for (const { action } of activities) add(actions, isLong(action) ? '(other)' : action);
  const levels = new Map<string, number>();
  for (const { level } of errors) add(levels, level);
  return [
    ...[...actions].map(([name, count]) => ({ kind: 'action' as const, name, count })),
    ...[...levels].map(([name, count]) => ({ kind: 'level' as const, name, count })),
  ];
};

const add = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

/** Pure: measurements by series. Of equally new ones the last is the latest. */
export const foldSeries = (metrics: readonly SystemMetric[]): Map<string, SeriesDelta> => {
  const series = new Map<string, SeriesDelta>();
  for (const metric of metrics) {
    const key = seriesKey(metric);
    const known = series.get(key);
    const place = (known?.count ?? 0) + 1;
    const isLatest = !known || Date.parse(metric.occurredAt) >= Date.parse(known.latest.occurredAt);
    series.set(key, isLatest ? { count: place, latest: metric, place } : { ...known, count: place });
  }
  return series;
};

const writeTelemetry = async (
  tx: Transaction,
  told: TelemetryFacts,
  read: readonly LogRecord[],
): Promise<OutgoingEvent[]> => {
  const fresh = await claimAll(tx, told);
  const series = foldSeries(fresh.metrics);
  const counts = countByName(fresh);
  // Sent in this order without waiting in between.
  const [grown] = await Promise.all([
    series.size > 0 ? addToSeries(tx, [...series.values()]) : [],
    fresh.activities.length > 0 && insertActivities(tx, fresh.activities),
    fresh.errors.length > 0 && insertErrorLogs(tx, fresh.errors),
    read.length > 0 && insertMessages(tx, read),
  ]);
  const numbered = numberMetrics(fresh.metrics, series, grown);
  const delta = {
    activities: fresh.activities.length,
    metrics: fresh.metrics.length,
    errors: fresh.errors.length,
    messages: read.length,
  };
  // Last, because all workers change this row.
  const [, , , , stats] = await Promise.all([
    numbered.all.length > 0 && insertMetrics(tx, numbered.all),
    read.length > 0 && countMessages(tx, read.length),
    addToStats(tx, delta),
    counts.length > 0 && addToCounts(tx, counts),
    readPipelineStats(tx),
  ]);
  return [statsChange(stats), ...numbered.latest.map(metricChange)];
};

/** Those that were not seen before. */
const claimAll = async (tx: Transaction, told: TelemetryFacts): Promise<TelemetryFacts> => {
  const claim = async <Fact extends { readonly id: string }>(
    { name }: TopicSpec,
    facts: readonly Fact[],
  ): Promise<Fact[]> => {
    if (facts.length === 0) return [];
    const ids = await claimFacts(tx, telemetry.name, name, facts.map(({ id }) => id)); // prettier-ignore
    return facts.filter(({ id }) => ids.has(id));
  };
  // In the order of the topics' names, as claimFacts asks for.
  const [errors, metrics, activities] = await Promise.all([
    claim(errorLogFacts, told.errors),
    claim(systemMetricFacts, told.metrics),
    claim(userActivityFacts, told.activities),
  ]);
  return { errors, metrics, activities };
};

/** Numbers behind those that each series had; `latest` became it. */
const numberMetrics = (
  metrics: readonly SystemMetric[],
  series: ReadonlyMap<string, SeriesDelta>,
  grown: readonly { host: string; name: string; count: number; version: number }[],
): { all: StoredMetric[]; latest: StoredMetric[] } => {
  const versions = new Map(grown.map((row) => [seriesKey(row), row.version]));
  const last = new Map(
    grown.map((row) => [seriesKey(row), row.count - (series.get(seriesKey(row))?.count ?? 0)]),
  );
  const all = metrics.map((metric) => {
    const version = (last.get(seriesKey(metric)) ?? 0) + 1;
    last.set(seriesKey(metric), version);
    return { ...metric, version };
  });
  return { all, latest: all.filter((metric) => versions.get(seriesKey(metric)) === metric.version) };
};

const statsChange = (stats: PipelineStats): OutgoingEvent => ({
  topic: telemetryChanges.name,
  key: statsKey,
  event: {
    id: randomUUID(),
    type: 'telemetry.stats.changed',
    time: new Date().toISOString(),
    data: stats,
  },
});

/** Of one too large for a record only the version is told: readers then read the row. */
const metricChange = (metric: StoredMetric): OutgoingEvent => {
  const { host, name, version } = metric;
  const isTooLarge = Buffer.byteLength(JSON.stringify(metric)) > largestValueBytes;
  return {
    topic: telemetryChanges.name,
    key: seriesKey(metric),
    event: {
      id: randomUUID(),
      type: 'telemetry.metric.changed',
      time: metric.occurredAt,
      data: isTooLarge ? { host, name, version, tooLarge: true } : metric,
    },
  };
};

/** Messages a second become zero by time alone. */
const settleTelemetry = async (tx: Transaction): Promise<OutgoingEvent[]> =>
  (await quietStats(tx)) ? [statsChange(await readPipelineStats(tx))] : [];

const parseTelemetry = (record: LogRecord): TelemetryEvent => {
  if (record.topic === userActivityFacts.name) return parseUserActivity(record);
  if (record.topic === systemMetricFacts.name) return parseSystemMetric(record);
  return parseErrorLog(record);
};

export const telemetry: Stream<TelemetryEvent, TelemetryFacts> = {
  name: 'telemetry',
  topics: telemetryTopics,
  lanes: 3,
  parse: parseTelemetry,
  fold: foldTelemetry,
  write: writeTelemetry,
  settle: settleTelemetry,
};
