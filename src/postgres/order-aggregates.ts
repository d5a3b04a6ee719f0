/** What the statistics' tables have in common: a count and exact sums. */

/** Count and exact decimal sums in the currency's digits; `min` and `max` are null without orders. */
export interface AggregateRow {
  readonly count: number;
  readonly total: string;
  readonly min: string | null;
  readonly max: string | null;
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

/** Columns of an aggregate. */
export const sums = 'count, total, min, max';

/** The same, of one table of a join. */
export const qualified = (table: string): string =>
  `${table}.count, ${table}.total, ${table}.min, ${table}.max`;

/** Their values, an array each for `unnest`. */
export const amounts = (deltas: readonly AggregateDelta[]): unknown[] => [
  deltas.map(({ count }) => count),
  deltas.map(({ total }) => total),
  deltas.map(({ min }) => min),
  deltas.map(({ max }) => max),
];

/** Sets of the three tables' upserts: counts and totals add up, versions rise. */
export const merged = (table: string): string =>
  `count = ${table}.count + excluded.count, total = ${table}.total + excluded.total,
   min = least(${table}.min, excluded.min), max = greatest(${table}.max, excluded.max), version = excluded.version`;
