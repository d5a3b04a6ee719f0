import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';
import { jsonObject, parseFact, type Event } from './envelope.js';
import type { TopicSpec } from './topics.js';
import { errorLogFacts, systemMetricFacts, userActivityFacts } from './topics.js';

/** What is told of systems and of the people who use them. Facts: no version, never changed. Times are ISO 8601 in UTC with milliseconds. */
interface Fact {
  /** A UUID; also the record's `ce_id`. */
  readonly id: string;
  readonly occurredAt: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

export interface UserActivity extends Fact {
  readonly userId: string;
  readonly action: string;
  readonly metadata: JsonObject | null;
}

export interface SystemMetric extends Fact {
  readonly host: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string | null;
  readonly labels: JsonObject | null;
}

export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface ErrorLog extends Fact {
  readonly service: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly stack: string | null;
  readonly metadata: JsonObject | null;
}

/** With its number among those of its host and name. */
export interface StoredMetric extends SystemMetric {
  readonly version: number;
}

export interface NamedCount {
  readonly name: string;
  readonly count: number;
}

export interface PipelineStats {
  readonly activities: number;
  readonly metrics: number;
  readonly errors: number;
  readonly messages: number;
  readonly perSecond: number;
  readonly byAction: readonly NamedCount[];
  readonly byLevel: readonly NamedCount[];
  readonly version: number;
}

export type UserActivityEvent = Event<'telemetry.user-activity', UserActivity>;
export type SystemMetricEvent = Event<'telemetry.system-metric', SystemMetric>;
export type ErrorLogEvent = Event<'telemetry.error-log', ErrorLog>;

const fact = { id: z.guid(), occurredAt: z.iso.datetime() };
const userActivity = z.object({
  ...fact,
  userId: z.string(),
  action: z.string(),
  metadata: jsonObject.nullable(),
});
const systemMetric = z.object({
  ...fact,
  host: z.string(),
  name: z.string(),
  value: z.number(),
  unit: z.string().nullable(),
  labels: jsonObject.nullable(),
});
const errorLog = z.object({
  ...fact,
  service: z.string(),
  level: z.enum(logLevels),
  message: z.string(),
  stack: z.string().nullable(),
  metadata: jsonObject.nullable(),
});

/** The next three: @throws UnparseableEvent that names the first field at fault */
export const parseUserActivity = (record: LogRecord): UserActivityEvent =>
  parseFact('user activity', record, ['telemetry.user-activity'], userActivity);

export const parseSystemMetric = (record: LogRecord): SystemMetricEvent =>
  parseFact('system metric', record, ['telemetry.system-metric'], systemMetric);

export const parseErrorLog = (record: LogRecord): ErrorLogEvent =>
  parseFact('error log', record, ['telemetry.error-log'], errorLog);

export const telemetryTopics: readonly TopicSpec[] = [userActivityFacts, systemMetricFacts, errorLogFacts];

/** Key of the records of `telemetry.stats.v1` that carry {@link PipelineStats}. */
export const statsKey = 'all';

/** Key of those that carry the latest {@link StoredMetric} of a host and name. */
export const seriesKey = ({ host, name }: Pick<SystemMetric, 'host' | 'name'>): string =>
  JSON.stringify([host, name]);
