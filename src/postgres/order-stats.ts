import { currencyDigits } from '../events/currencies.js';
import { formatMinor } from '../events/money.js';
import type { Queryable, Transaction } from './database.js';
import {
  amounts,
  merged,
  qualified,
  sums,
  type AggregateRow,
  type CurrencyDelta,
} from './order-aggregates.js';
import type { WindowState } from './order-windows.js';

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

export interface RegionDelta extends CurrencyDelta {
  readonly region: string;
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

const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

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

/** The next version of a currency whose numbers stay; locks it as {@link addToCurrencies} does. */
export const raiseVersion = async (tx: Transaction, currency: string): Promise<CurrencyRow | undefined> => {
  const [row] = await tx.query<CurrencyRow>(
    `update order_stats set version = version + 1 where currency = $1
     returning currency, version, updated_at as "updatedAt", ${sums}`,
    [currency],
  );
  return row;
};

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
