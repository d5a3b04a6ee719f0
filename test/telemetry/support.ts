import { randomUUID } from 'node:crypto';
import { eventHeaders } from '../../src/events/envelope.js';
import type {
  ErrorLog,
  ErrorLogEvent,
  SystemMetric,
  SystemMetricEvent,
  UserActivity,
  UserActivityEvent,
} from '../../src/events/telemetry.js';
import { errorLogFacts, systemMetricFacts, userActivityFacts } from '../../src/events/topics.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import { createDatabase, type Database } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import type { TelemetryEvent } from '../../src/streams/telemetry.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';

export const openDatabase = async (): Promise<Database> => {
  const { url } = await createTestDatabase();
  const database = createDatabase({
    url,
    logger: createLogger('silent'),
    poolSize: 8,
    statementTimeoutMs: 15_000,
  });
  closeAtEnd(database.stop);
  await migrate(database);
  return database;
};

export const longAgo = '2015-05-17T10:05:03.000Z';

export const activity = (given: Partial<UserActivity> = {}): UserActivityEvent => {
  const data = {
    ...{ id: randomUUID(), userId: 'kim', action: 'CLICK', metadata: null, occurredAt: longAgo },
    ...given,
  };
  return { id: data.id, type: 'telemetry.user-activity', time: data.occurredAt, data };
};

export const metric = (given: Partial<SystemMetric> = {}): SystemMetricEvent => {
  const data = {
    ...{ id: randomUUID(), host: 'web-1', name: 'cpu', value: 0.5, unit: null, labels: null },
    ...{ occurredAt: longAgo, ...given },
  };
  return { id: data.id, type: 'telemetry.system-metric', time: data.occurredAt, data };
};

export const errorLog = (given: Partial<ErrorLog> = {}): ErrorLogEvent => {
  const data: ErrorLog = {
    ...{ id: randomUUID(), service: 'shop', level: 'ERROR', message: 'broken', stack: null, metadata: null },
    ...{ occurredAt: longAgo, ...given },
  };
  return { id: data.id, type: 'telemetry.error-log', time: data.occurredAt, data };
};

export const topicOf = ({ type }: TelemetryEvent): string =>
  ({
    'telemetry.user-activity': userActivityFacts,
    'telemetry.system-metric': systemMetricFacts,
    'telemetry.error-log': errorLogFacts,
  })[type].name;

export const recordOf = (event: TelemetryEvent, offset = 0): LogRecord => ({
  topic: topicOf(event),
  partition: 0,
  offset,
  timestampMs: 1_700_000_000_000 + offset,
  key: Buffer.from('key'),
  value: Buffer.from(JSON.stringify(event.data)),
  headers: eventHeaders(event),
});
