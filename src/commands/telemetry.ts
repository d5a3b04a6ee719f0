import { badInput } from '../errors.js';
import type { ErrorLog, LogLevel, SystemMetric, UserActivity } from '../events/telemetry.js';
import { errorLogFacts, systemMetricFacts, userActivityFacts } from '../events/topics.js';
import type { BatchOutcome } from './batch.js';
import {
  parseFactId,
  parseFactObject,
  parseOccurredAt,
  type Fact,
  type FactInput,
  type RecordFacts,
} from './facts.js';
import { isGiven, parseId, parseText } from './inputs.js';
import type { JsonObject } from './json.js';

export interface UserActivityInput extends FactInput {
  readonly userId: string;
  readonly action: string;
  readonly metadata?: JsonObject | null;
}

export interface SystemMetricInput extends FactInput {
  readonly host: string;
  readonly name: string;
  readonly value: number;
  readonly unit?: string | null;
  readonly labels?: JsonObject | null;
}

export interface ErrorLogInput extends FactInput {
  readonly service: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly stack?: string | null;
  readonly metadata?: JsonObject | null;
}

/** All throw MillraceError as {@link RecordFacts} does. */
export interface TelemetryCommands {
  ingestUserActivities(inputs: readonly UserActivityInput[]): Promise<BatchOutcome>;
  ingestSystemMetrics(inputs: readonly SystemMetricInput[]): Promise<BatchOutcome>;
  ingestErrorLogs(inputs: readonly ErrorLogInput[]): Promise<BatchOutcome>;
}

export interface TelemetryOptions {
  readonly recordFacts: RecordFacts;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export const createTelemetryCommands = ({ recordFacts, now }: TelemetryOptions): TelemetryCommands => {
  /** Items of one call have the same now, so that one told twice is the same. */
  const ingest =
    <Input>(parse: (input: Input, nowMs: number) => Fact) =>
    (inputs: readonly Input[]): Promise<BatchOutcome> => {
      const nowMs = now();
      return recordFacts(inputs, (input) => parse(input, nowMs));
    };
  return {
    ingestUserActivities: ingest(parseUserActivity),
    ingestSystemMetrics: ingest(parseSystemMetric),
    ingestErrorLogs: ingest(parseErrorLog),
  };
};

/** The next three: @throws MillraceError BAD_USER_INPUT that names the field */
const parseUserActivity = (input: UserActivityInput, nowMs: number): Fact => {
  const data: UserActivity = {
    id: parseFactId(input),
    userId: parseId('userId', input.userId),
    action: parseText('action', input.action),
    metadata: parseFactObject('metadata', input.metadata),
    occurredAt: parseOccurredAt(input, nowMs),
  };
  return {
    topic: userActivityFacts,
    key: data.userId,
    event: { id: data.id, type: 'telemetry.user-activity', time: data.occurredAt, data },
  };
};

const parseSystemMetric = (input: SystemMetricInput, nowMs: number): Fact => {
  const data: SystemMetric = {
    id: parseFactId(input),
    host: parseText('host', input.host),
    name: parseText('name', input.name),
    value: parseValue(input.value),
    unit: isGiven(input.unit) ? parseText('unit', input.unit) : null,
    labels: parseFactObject('labels', input.labels),
    occurredAt: parseOccurredAt(input, nowMs),
  };
  return {
    topic: systemMetricFacts,
    key: data.host,
    event: { id: data.id, type: 'telemetry.system-metric', time: data.occurredAt, data },
  };
};

/** GraphQL's Float takes the literal 1e400, which is none that JSON could hold. */
const parseValue = (value: number): number => {
  if (!Number.isFinite(value)) throw badInput('value', 'must not be beyond 1.8e308');
  return value;
};

const longestMessage = 10_000;
const longestStack = 50_000;

const parseErrorLog = (input: ErrorLogInput, nowMs: number): Fact => {
  const data: ErrorLog = {
    id: parseFactId(input),
    service: parseText('service', input.service),
    level: input.level,
    message: parseText('message', input.message, { max: longestMessage }),
    stack: isGiven(input.stack) ? parseText('stack', input.stack, { min: 0, max: longestStack }) : null,
    metadata: parseFactObject('metadata', input.metadata),
    occurredAt: parseOccurredAt(input, nowMs),
  };
  return {
    topic: errorLogFacts,
    key: data.service,
    event: { id: data.id, type: 'telemetry.error-log', time: data.occurredAt, data },
  };
};
