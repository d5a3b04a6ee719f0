import { currencyDigits } from '../events/currencies.js';
import { formatMinor } from '../events/money.js';
import type { Queryable, Transaction } from './database.js';

/** Count and exact decimal sums in the currency's digits; `min` and `max` are null without orders. */
export interface AggregateRow {
  readonly count: number;
  readonly total: string;
  readonly min: string | null;
  readonly max: string | null;
}

/** Where the numbers stand in a partition of the events that they contain. */
export interface Place {
  readonly partition: number;
  readonly nextOffset: number;
  readonly sequence: number;
}

/** `version` of a region is that of the currency when the region last changed. */
export interface RegionRow extends AggregateRow {
  readonly region: string;
  readonly version: number;
}

export interface OrderStatsState {
  readonly currency: string;
  readonly version: number;
  readonly updatedAt: string | null;
  readonly total: AggregateRow;
  /** By region, in the order of their names. */
  readonly regions: ReadonlyMap<string, RegionRow>;
  readonly places: readonly Place[];
}

export const windowSizesMs = {
  MINUTE: 60_000,
  FIVE_MINUTES: 300_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
} as const;
export type WindowSize = keyof typeof windowSizesMs;

/** Time after a window's end until it counts as final. */
export const graceMs = 300_000;

export interface WindowState {
  readonly size: WindowSize;
  readonly start: string;
  readonly end: string;
  /** Null: the total. */
  readonly region: string | null;
  readonly aggregate: AggregateRow;
  readonly final: boolean;
  readonly version: number;
}

/** What a batch of events adds to one aggregate; amounts as exact decimals. */
export interface AggregateDelta {
  readonly count: number;
  readonly total: string;
  readonly min: string;
  readonly max: string;
}

export interface CurrencyDelta extends AggregateDelta {
  readonly currency: string;
}

export interface RegionDelta extends CurrencyDelta {
  readonly region: string;
}

export interface WindowDelta extends CurrencyDelta {
  readonly size: WindowSize;
  /** ISO 8601. */
  readonly start: string;
  /** Null: the total. */
  readonly region: string | null;
}

/** What changed: the new rows, per currency. */
export interface StatsChange {
  readonly currency: string;
  readonly version: number;
  readonly updatedAt: string;
  readonly total: AggregateRow;
  readonly regions: RegionRow[];
  readonly windows: WindowState[];
  readonly places: readonly Place[];
}

const sums = 'count, total, min, max';
const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const qualified = (table: string): string => `${table}.count, ${table}.total, ${table}.min, ${table}.max`;

const amounts = (deltas: readonly AggregateDelta[]): unknown[] => [
  deltas.map(({ count }) => count),
  deltas.map(({ total }) => total),
  deltas.map(({ min }) => min),
  deltas.map(({ max }) => max),
];

/** Sets of the three tables' upserts: counts and totals add up, versions rise. */
const merged = (table: string): string =>
  `count = ${table}.count + excluded.count, total = ${table}.total + excluded.total,
   min = least(${table}.min, excluded.min), max = greatest(${table}.max, excluded.max), version = excluded.version`;

interface CurrencyRow extends AggregateRow {
  readonly currency: string;
  readonly version: number;
  readonly updatedAt: string;
}

/**
 * Adds to the totals in the order of the currencies' names, and thereby locks each currency: whoever holds the lock alone
 * changes its regions and windows.
 */
export const addToCurrencies = (tx: Transaction, deltas: readonly CurrencyDelta[]): Promise<CurrencyRow[]> =>
  tx.query<CurrencyRow>(
    `insert into order_stats (currency, version, updated_at, ${sums})
     select currency, 1, clock_timestamp(), ${sums}
     from unnest($1::text[], $2::bigint[], $3::numeric[], $4::numeric[], $5::numeric[]) as d (currency, ${sums})
     order by currency
     on conflict (currency) do update set count = order_stats.count + excluded.count,
       total = order_stats.total + excluded.total, min = least(order_stats.min, excluded.min),
       max = greatest(order_stats.max, excluded.max), version = order_stats.version + 1,
       updated_at = greatest(order_stats.updated_at, excluded.updated_at)
     returning currency, version, updated_at as "updatedAt", ${sums}`,
    [deltas.map(({ currency }) => currency), ...amounts(deltas)],
  );

/** Under the version that {@link addToCurrencies} gave in this transaction; it may be sent before that is answered. */
export const addToRegions = (
  tx: Transaction,
  deltas: readonly RegionDelta[],
): Promise<(RegionRow & { currency: string })[]> =>
  tx.query<RegionRow & { currency: string }>(
    `insert into order_region_stats (currency, region, version, ${sums})
     select currency, region, s.version, ${qualified('d')}
     from unnest($1::text[], $2::text[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[])
       as d (currency, region, ${sums})
     join order_stats s using (currency)
     on conflict (currency, region) do update set ${merged('order_region_stats')}
     returning currency, region, version, ${sums}`,
    [deltas.map(({ currency }) => currency), deltas.map(({ region }) => region), ...amounts(deltas)],
  );

interface WindowRow extends AggregateRow {
  readonly currency: string;
  readonly size: WindowSize;
  readonly start: string;
  readonly region: string;
  readonly final: boolean;
  readonly version: number;
}

const windowColumns = `currency, size, start, region, final, version, ${sums}`;

const toWindow = ({
  size,
  start,
  region,
  final,
  version,
  count,
  total,
  min,
  max,
}: WindowRow): WindowState => ({
  size,
  start,
  end: new Date(Date.parse(start) + windowSizesMs[size]).toISOString(),
  region: region === '' ? null : region,
  aggregate: { count, total, min, max },
  final,
  version,
});

export interface CurrencyWindow {
  readonly currency: string;
  readonly window: WindowState;
}

const toCurrencyWindow = (row: WindowRow): CurrencyWindow => ({
  currency: row.currency,
  window: toWindow(row),
});

/** As {@link addToRegions}. */
export const addToWindows = async (
  tx: Transaction,
  deltas: readonly WindowDelta[],
): Promise<CurrencyWindow[]> => {
  const rows = await tx.query<WindowRow>(
    `insert into order_window_stats (currency, size, start, region, final, version, ${sums})
     select currency, size, start, region, start + (size_ms + ${graceMs}) * interval '1 ms' <= clock_timestamp(), s.version,
       ${qualified('d')}
     from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::bigint[], $7::numeric[], $8::numeric[],
                 $9::numeric[])
       as d (currency, size, size_ms, start, region, ${sums})
     join order_stats s using (currency)
     on conflict (currency, size, start, region) do update set ${merged('order_window_stats')},
       final = order_window_stats.final or excluded.final
     returning ${windowColumns}`,
    [
      deltas.map(({ currency }) => currency),
      deltas.map(({ size }) => size),
      deltas.map(({ size }) => windowSizesMs[size]),
      deltas.map(({ start }) => start),
      deltas.map(({ region }) => region ?? ''),
      ...amounts(deltas),
    ],
  );
  return rows.map(toCurrencyWindow);
};

const isDue = `not final and start + (case size ${Object.entries(windowSizesMs)
  .map(([size, ms]) => `when '${size}' then ${ms}`)
  .join(' ')} end + ${graceMs}) * interval '1 ms' <= clock_timestamp()`;

/** Currencies that have windows which became final by the clock but are not marked so yet. */
export const findCurrenciesWithDueWindows = async (db: Queryable): Promise<string[]> => {
  const rows = await db.query<{ currency: string }>(
    `select distinct currency from order_window_stats where ${isDue} order by currency`,
  );
  return rows.map(({ currency }) => currency);
};

/** Raises a currency's version and marks its due windows final under it. @returns undefined when another did */
export const finalizeWindows = async (
  tx: Transaction,
  currency: string,
): Promise<StatsChange | undefined> => {
  const [row] = await tx.query<CurrencyRow>(
    `update order_stats set version = version + 1 where currency = $1
     returning currency, version, updated_at as "updatedAt", ${sums}`,
    [currency],
  );
  if (!row) return undefined;
  const windows = await tx.query<WindowRow>(
    `update order_window_stats set final = true, version = $2 where currency = $1 and ${isDue} returning ${windowColumns}`,
    [currency, row.version],
  );
  const { version, updatedAt, count, total, min, max } = row;
  const changed = windows.map((window) => toWindow(window));
  return {
    currency,
    version,
    updatedAt,
    total: { count, total, min, max },
    regions: [],
    windows: changed,
    places: [],
  };
};

const emptyAggregate = (currency: string): AggregateRow => ({
  count: 0,
  total: formatMinor(0n, currencyDigits(currency) ?? 0),
  min: null,
  max: null,
});

interface StatsRow extends AggregateRow {
  readonly version: number;
  readonly updatedAt: string;
  readonly regions: RegionRow[] | null;
}

/**
 * The statistics of a currency and the place of the stream `worker` on `topic`, as of one moment.
 * A currency without orders: zeros, no regions, version 0.
 */
export const readOrderStats = async (
  db: Queryable,
  currency: string,
  { worker, topic }: { worker: string; topic: string },
): Promise<OrderStatsState> => {
  // One statement, so that one snapshot: the numbers are those at the places.
  const [row] = await db.query<{ stats: StatsRow | null; places: Place[] | null }>(
    `select
       (select json_build_object('version', s.version, 'updatedAt', s.updated_at, 'count', s.count, 'total', s.total::text,
          'min', s.min::text, 'max', s.max::text, 'regions', (
            select json_agg(json_build_object('region', region, 'version', version, 'count', count, 'total', total::text,
              'min', min::text, 'max', max::text)) from order_region_stats where currency = $1))
        from order_stats s where currency = $1) as stats,
       (select json_agg(json_build_object('partition', partition, 'nextOffset', next_offset, 'sequence', last_seq)
          order by partition) from positions where worker = $2 and topic = $3) as places`,
    [currency, worker, topic],
  );
  const places = row?.places ?? [];
  if (!row?.stats)
    return {
      currency,
      version: 0,
      updatedAt: null,
      total: emptyAggregate(currency),
      regions: new Map(),
      places,
    };
  const { version, updatedAt, count, total, min, max, regions } = row.stats;
  return {
    currency,
    version,
    updatedAt: new Date(updatedAt).toISOString(),
    total: { count, total, min, max },
    regions: sortRegions(regions ?? []),
    places,
  };
};

/** By name. */
export const sortRegions = (regions: Iterable<RegionRow>): ReadonlyMap<string, RegionRow> =>
  new Map([...regions].sort((a, b) => byName(a.region, b.region)).map((row) => [row.region, row]));

export const readStreamPlaces = (db: Queryable, worker: string, topic: string): Promise<Place[]> =>
  db.query<Place>(
    `select partition, next_offset as "nextOffset", last_seq as "sequence" from positions
     where worker = $1 and topic = $2 order by partition`,
    [worker, topic],
  );

export interface WindowRange {
  readonly currency: string;
  readonly size: WindowSize;
  /** ISO 8601: windows that overlap `from` (included) to `to` (excluded). */
  readonly from: string;
  readonly to: string;
  readonly region: string | null;
}

const clockFinal = (sizeMs: string): string =>
  `final or start + (${sizeMs} + ${graceMs}) * interval '1 ms' <= clock_timestamp() as final`;

const readColumns = (sizeMs: string): string =>
  `currency, size, start, region, ${clockFinal(sizeMs)}, version, ${sums}`;

/** Oldest first. */
export const listOrderStatsWindows = async (db: Queryable, range: WindowRange): Promise<WindowState[]> => {
  const rows = await db.query<WindowRow>(
    `select ${readColumns('$6::bigint')} from order_window_stats
     where currency = $1 and size = $2 and start > $3::timestamptz - $6::bigint * interval '1 ms' and start < $4::timestamptz
       and region = $5
     order by start`,
    [range.currency, range.size, range.from, range.to, range.region ?? '', windowSizesMs[range.size]],
  );
  return rows.map(toWindow);
};

/** Windows of a size as of one version of their currency. */
export interface ChangedWindows {
  readonly version: number;
  readonly windows: readonly WindowState[];
}

/** Windows of a size that changed after `version`; without one those that are not final. Oldest change first. */
export const readChangedWindows = async (
  db: Queryable,
  { currency, size, version }: { currency: string; size: WindowSize; version: number | undefined },
): Promise<ChangedWindows> => {
  // One statement, so that one snapshot: the windows are those of the version.
  const rows = await db.query<WindowRow & { now: number }>(
    `select n.now, w.* from (select coalesce(max(version), 0) as now from order_stats where currency = $1) as n
     left join lateral (
       select ${readColumns('$4::bigint')} from order_window_stats
       where currency = $1 and size = $2 and ($3::bigint is null and not final or version > $3)) as w on true
     order by w.version, w.start, w.region`,
    [currency, size, version ?? null, windowSizesMs[size]],
  );
  return { version: rows[0]?.now ?? 0, windows: rows.filter(({ start }) => start !== null).map(toWindow) };
};

export const readCurrencyVersion = async (db: Queryable, currency: string): Promise<number> => {
  const [row] = await db.query<{ version: number }>('select version from order_stats where currency = $1', [
    currency,
  ]);
  return row?.version ?? 0;
};

/** Clients may also have read versions that were lost before they were published; so many surely were not. */
const mostUnpublished = 1_000_000;

/** Versions that were published, so that those to come are higher than any that a client has seen. Currencies without a row get an empty one. */
export const raiseStatsVersions = async (
  tx: Transaction,
  versions: ReadonlyMap<string, number>,
): Promise<void> => {
  await tx.query(
    `insert into order_stats (currency, version, updated_at, count, total)
     select currency, version, clock_timestamp(), 0, total
     from unnest($1::text[], $2::bigint[], $3::numeric[]) as v (currency, version, total) order by currency
     on conflict (currency) do update set version = greatest(order_stats.version, excluded.version)`,
    [
      [...versions.keys()],
      [...versions.values()].map((version) => version + mostUnpublished),
      [...versions.keys()].map((currency) => emptyAggregate(currency).total),
    ],
  );
};
