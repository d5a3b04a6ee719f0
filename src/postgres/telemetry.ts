import type { ErrorLog, LogLevel, StoredMetric, UserActivity } from '../events/telemetry.js';
import type { Queryable, Transaction } from './database.js';
import { lines } from './outbox.js';
import {
  countRows,
  equals,
  listPage,
  type Condition,
  type Listing,
  type PageRequest,
  type PageRows,
} from './pages.js';

/** Facts as they are stored. Who inserts has claimed their ids (facts.ts). */

export const insertActivities = async (
  tx: Transaction,
  activities: readonly UserActivity[],
): Promise<void> => {
  await tx.query(
    `insert into user_activities (id, user_id, action, metadata, occurred_at)
     select id, user_id, action, nullif(metadata, '')::json, occurred_at
     from unnest($1::uuid[], $2::text[], $3::text[], ${lines('$4')}, $5::timestamptz[])
       as a (id, user_id, action, metadata, occurred_at)`,
    [
      activities.map(({ id }) => id),
      activities.map(({ userId }) => userId),
      activities.map(({ action }) => action),
      jsonLines(activities.map(({ metadata }) => metadata)),
      activities.map(({ occurredAt }) => occurredAt),
    ],
  );
};

export const insertMetrics = async (tx: Transaction, metrics: readonly StoredMetric[]): Promise<void> => {
  await tx.query(
    `insert into system_metrics (id, host, name, value, unit, labels, occurred_at, version)
     select id, host, name, value, unit, nullif(labels, '')::json, occurred_at, version
     from unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::text[], ${lines('$6')}, $7::timestamptz[], $8::bigint[])
       as m (id, host, name, value, unit, labels, occurred_at, version)`,
    [
      metrics.map(({ id }) => id),
      metrics.map(({ host }) => host),
      metrics.map(({ name }) => name),
      metrics.map(({ value }) => value),
      metrics.map(({ unit }) => unit),
      jsonLines(metrics.map(({ labels }) => labels)),
      metrics.map(({ occurredAt }) => occurredAt),
      metrics.map(({ version }) => version),
    ],
  );
};

export const insertErrorLogs = async (tx: Transaction, logs: readonly ErrorLog[]): Promise<void> => {
  await tx.query(
    `insert into error_logs (id, service, level, message, stack, metadata, occurred_at)
     select id, service, level, message, stack, nullif(metadata, '')::json, occurred_at
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], ${lines('$6')}, $7::timestamptz[])
       as e (id, service, level, message, stack, metadata, occurred_at)`,
    [
      logs.map(({ id }) => id),
      logs.map(({ service }) => service),
      logs.map(({ level }) => level),
      logs.map(({ message }) => message),
      logs.map(({ stack }) => stack),
      jsonLines(logs.map(({ metadata }) => metadata)),
      logs.map(({ occurredAt }) => occurredAt),
    ],
  );
};

/** An empty line for null. */
export const jsonLines = (objects: readonly (object | null)[]): string =>
  objects.map((object) => (object === null ? '' : JSON.stringify(object))).join('\n');

const activityListing: Listing = {
  table: 'user_activities',
  columns: 'id, user_id as "userId", action, metadata, occurred_at as "occurredAt"',
  time: 'occurred_at',
};
const metricListing: Listing = {
  table: 'system_metrics',
  columns: 'id, host, name, value, unit, labels, occurred_at as "occurredAt", version',
  time: 'occurred_at',
};
const errorListing: Listing = {
  table: 'error_logs',
  columns: 'id, service, level, message, stack, metadata, occurred_at as "occurredAt"',
  time: 'occurred_at',
};

/** `from` is included, `to` is not. */
interface Range {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ActivityFilter extends Range {
  readonly userId?: string | undefined;
  readonly action?: string | undefined;
}

export interface MetricFilter extends Range {
  readonly host?: string | undefined;
  readonly name?: string | undefined;
}

export interface ErrorFilter extends Range {
  readonly service?: string | undefined;
  readonly level?: LogLevel | undefined;
}

const within = ({ from, to }: Range): Condition[] => [
  ...(from === undefined ? [] : [['occurred_at >= ?::timestamptz', from] as const]),
  ...(to === undefined ? [] : [['occurred_at < ?::timestamptz', to] as const]),
];

const ofActivities = (filter: ActivityFilter): Condition[] => [
  ...equals('user_id', filter.userId),
  ...equals('action', filter.action),
  ...within(filter),
];

const ofMetrics = (filter: MetricFilter): Condition[] => [
  ...equals('host', filter.host),
  ...equals('name', filter.name),
  ...within(filter),
];

const ofErrors = (filter: ErrorFilter): Condition[] => [
  ...equals('service', filter.service),
  ...equals('level', filter.level),
  ...within(filter),
];

/** The lists are newest first by `occurredAt`, then by id. */
export const listActivities = (
  db: Queryable,
  filter: ActivityFilter,
  page: PageRequest,
): Promise<PageRows<UserActivity>> => listPage(db, activityListing, ofActivities(filter), page);

export const countActivities = (db: Queryable, filter: ActivityFilter): Promise<number> =>
  countRows(db, activityListing, ofActivities(filter));

export const listMetrics = (
  db: Queryable,
  filter: MetricFilter,
  page: PageRequest,
): Promise<PageRows<StoredMetric>> => listPage(db, metricListing, ofMetrics(filter), page);

export const countMetrics = (db: Queryable, filter: MetricFilter): Promise<number> =>
  countRows(db, metricListing, ofMetrics(filter));

export const listErrorLogs = (
  db: Queryable,
  filter: ErrorFilter,
  page: PageRequest,
): Promise<PageRows<ErrorLog>> => listPage(db, errorListing, ofErrors(filter), page);

export const countErrorLogs = (db: Queryable, filter: ErrorFilter): Promise<number> =>
  countRows(db, errorListing, ofErrors(filter));
