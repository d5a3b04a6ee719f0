import type { StoredMetric, SystemMetric } from '../events/telemetry.js';
import type { Queryable, Transaction } from './database.js';
import { lines } from './outbox.js';
import { equals, where } from './pages.js';
import { jsonLines } from './telemetry.js';

/** The measurements of one host and name: how many there were, and the latest. */

/** What is added to a series. */
export interface SeriesDelta {
  readonly count: number;
  /** Of those that are added. */
  readonly latest: SystemMetric;
  /** The place of `latest` among them, from 1. */
  readonly place: number;
}

const columns = 'host, name, value, id, unit, labels, occurred_at as "occurredAt", version';

/** What became the latest stays it until one comes that is as new or newer. `taken` is SQL of ours: the version that a newer one gets. */
const keepNewest = (taken: string): string =>
  `(id, value, unit, labels, occurred_at, version) = (
     select excluded.id, excluded.value, excluded.unit, excluded.labels, excluded.occurred_at, ${taken}
     where excluded.occurred_at >= s.occurred_at
     union all
     select s.id, s.value, s.unit, s.labels, s.occurred_at, s.version where excluded.occurred_at < s.occurred_at)`;

/** Rows of {@link seriesArrays}, in the one order in which all lock them. */
const given = `select host, name, count, id, value, unit, nullif(labels, '')::json, occurred_at, version
  from unnest($1::text[], $2::text[], $3::bigint[], $4::uuid[], $5::float8[], $6::text[], ${lines('$7')}, $8::timestamptz[], $9::bigint[])
    as d (host, name, count, id, value, unit, labels, occurred_at, version)
  order by host, name`;

const seriesArrays = (
  rows: readonly { readonly count: number; readonly latest: StoredMetric }[],
): unknown[] => [
  rows.map(({ latest }) => latest.host),
  rows.map(({ latest }) => latest.name),
  rows.map(({ count }) => count),
  rows.map(({ latest }) => latest.id),
  rows.map(({ latest }) => latest.value),
  rows.map(({ latest }) => latest.unit),
  jsonLines(rows.map(({ latest }) => latest.labels)),
  rows.map(({ latest }) => latest.occurredAt),
  rows.map(({ latest }) => latest.version),
];

const into =
  'insert into metric_series as s (host, name, count, id, value, unit, labels, occurred_at, version)';

/** @returns of each series how many it has now, and the version of its latest */
export const addToSeries = (
  tx: Transaction,
  deltas: readonly SeriesDelta[],
): Promise<{ host: string; name: string; count: number; version: number }[]> =>
  tx.query(
    `${into} ${given}
     on conflict (host, name) do update set count = s.count + excluded.count, ${keepNewest('s.count + excluded.version')}
     returning host, name, count, version`,
    seriesArrays(
      deltas.map(({ count, latest, place }) => ({ count, latest: { ...latest, version: place } })),
    ),
  );

/** Of one host, one name or both. */
export interface SeriesFilter {
  readonly host?: string | undefined;
  readonly name?: string | undefined;
}

/** The latest of at most `most` series, by host and name. */
export const listLatestMetrics = (
  db: Queryable,
  { host, name }: SeriesFilter,
  most: number,
): Promise<StoredMetric[]> => {
  const values: unknown[] = [];
  const conditions = where([...equals('host', host), ...equals('name', name)], values);
  return db.query<StoredMetric>(
    `select ${columns} from metric_series ${conditions} order by host, name limit $${values.push(most)}`,
    values,
  );
};

/** Clients may also have read versions that were lost before they were published; so many surely were not. */
const mostUnpublished = 1_000_000;

/** Measurements that were published, so that those to come have higher numbers than any that a client has seen. */
export const restoreSeries = async (tx: Transaction, latest: readonly StoredMetric[]): Promise<void> => {
  await tx.query(
    `${into} ${given}
     on conflict (host, name) do update set count = greatest(s.count, excluded.count), ${keepNewest('greatest(s.version, excluded.version)')}`,
    seriesArrays(latest.map((metric) => ({ count: metric.version + mostUnpublished, latest: metric }))),
  );
};
