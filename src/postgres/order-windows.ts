import type { Queryable, Transaction } from './database.js';
import {
  amounts,
  merged,
  qualified,
  sums,
  type AggregateRow,
  type CurrencyDelta,
} from './order-aggregates.js';

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

export interface WindowDelta extends CurrencyDelta {
  readonly size: WindowSize;
  /** ISO 8601. */
  readonly start: string;
  /** Null: the total. */
  readonly region: string | null;
}

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

/** Under the version that `addToCurrencies` gave in this transaction; it may be sent before that is answered. */
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

/** Marks a currency's due windows final under the version that was just raised, and answers them. */
export const finalizeWindows = async (
  tx: Transaction,
  currency: string,
  version: number,
): Promise<WindowState[]> => {
  const rows = await tx.query<WindowRow>(
    `update order_window_stats set final = true, version = $2 where currency = $1 and ${isDue} returning ${windowColumns}`,
    [currency, version],
  );
  return rows.map(toWindow);
};

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
