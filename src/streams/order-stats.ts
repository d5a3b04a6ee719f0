import { randomUUID } from 'node:crypto';
import { formatMinor, digitsOf } from '../events/money.js';
import { parseOrderEvent, type OrderEvent } from '../events/orders.js';
import { orderEvents, orderStatsChanges } from '../events/topics.js';
import type { Transaction } from '../postgres/database.js';
import type { AggregateDelta, CurrencyDelta } from '../postgres/order-aggregates.js';
import {
  addToCurrencies,
  addToRegions,
  raiseVersion,
  readStreamPlaces,
  type RegionDelta,
  type StatsChange,
} from '../postgres/order-stats.js';
import {
  addToWindows,
  finalizeWindows,
  findCurrenciesWithDueWindows,
  windowSizesMs,
  type WindowDelta,
  type WindowSize,
} from '../postgres/order-windows.js';
import { largestValueBytes, type OutgoingEvent } from '../postgres/outbox.js';
import type { Stream } from './stream.js';

/** Statistics of orders per currency: total, regions, and UTC windows of `placedAt`. Orders count when they are created. */
export interface OrderStatsDeltas {
  readonly currencies: readonly CurrencyDelta[];
  readonly regions: readonly RegionDelta[];
  readonly windows: readonly WindowDelta[];
}

/** Sums in minor units. */
interface Sum {
  count: number;
  total: bigint;
  min: bigint;
  max: bigint;
}

const sizes = Object.entries(windowSizesMs) as [WindowSize, number][];

/** Pure; the order of the events makes no difference. Groups come sorted, so that rows are locked in one order by all. */
export const foldOrderStats = (events: readonly OrderEvent[]): OrderStatsDeltas => {
  const currencies = new Groups<{ currency: string }>();
  const regions = new Groups<{ currency: string; region: string }>();
  const windows = new Groups<{ currency: string; size: WindowSize; start: string; region: string | null }>();
  for (const { type, data } of events) {
    if (type !== 'order.created') continue;
    const { currency, region } = data;
    const amount = BigInt(data.totalAmount.replace('.', ''));
    currencies.add(currency, () => ({ currency }), amount);
    regions.add(`${currency}/${region}`, () => ({ currency, region }), amount);
    const placedAt = Date.parse(data.placedAt);
    for (const [size, ms] of sizes) {
      const startMs = Math.floor(placedAt / ms) * ms;
      const start = (): string => new Date(startMs).toISOString();
      const key = `${currency}/${size}/${startMs}`;
      windows.add(key, () => ({ currency, size, start: start(), region: null }), amount);
      windows.add(`${key}/${region}`, () => ({ currency, size, start: start(), region }), amount);
    }
  }
  return { currencies: currencies.deltas(), regions: regions.deltas(), windows: windows.deltas() };
};

class Groups<Key extends { readonly currency: string }> {
  readonly #groups = new Map<string, { readonly key: Key; readonly sum: Sum }>();

  add(name: string, key: () => Key, amount: bigint): void {
    const sum = this.#groups.get(name)?.sum;
    if (!sum) {
      this.#groups.set(name, { key: key(), sum: { count: 1, total: amount, min: amount, max: amount } });
      return;
    }
    sum.count += 1;
    sum.total += amount;
    if (amount < sum.min) sum.min = amount;
    if (amount > sum.max) sum.max = amount;
  }

  deltas(): (Key & AggregateDelta)[] {
    return [...this.#groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { key, sum }]) => {
        const format = (minor: bigint): string => formatMinor(minor, digitsOf(key.currency));
        return {
          ...key,
          count: sum.count,
          total: format(sum.total),
          min: format(sum.min),
          max: format(sum.max),
        };
      });
  }
}

const writeOrderStats = async (tx: Transaction, deltas: OrderStatsDeltas): Promise<OutgoingEvent[]> => {
  if (deltas.currencies.length === 0) return [];
  // Sent in this order without waiting in between. The places are read under the currencies' locks: whatever others folded of
  // these currencies is committed, so they are exact.
  const [currencies, regions, windows, places] = await Promise.all([
    addToCurrencies(tx, deltas.currencies),
    addToRegions(tx, deltas.regions),
    addToWindows(tx, deltas.windows),
    readStreamPlaces(tx, orderStats.name, orderEvents.name),
  ]);
  return currencies.map(({ currency, version, updatedAt, ...total }) =>
    changeEvent({
      currency,
      version,
      updatedAt,
      total,
      regions: regions.filter((row) => row.currency === currency).map(({ currency: _, ...row }) => row),
      windows: windows.filter((row) => row.currency === currency).map(({ window }) => window),
      places,
    }),
  );
};

/** Windows become final by time alone. */
const settleOrderStats = async (tx: Transaction): Promise<OutgoingEvent[]> => {
  const events: OutgoingEvent[] = [];
  for (const due of await findCurrenciesWithDueWindows(tx)) {
    const raised = await raiseVersion(tx, due);
    if (!raised) continue;
    const { currency, version, updatedAt, ...total } = raised;
    const windows = await finalizeWindows(tx, currency, version);
    const places = await readStreamPlaces(tx, orderStats.name, orderEvents.name);
    events.push(changeEvent({ currency, version, updatedAt, total, regions: [], windows, places }));
  }
  return events;
};

/** Of a change too large for a record only the version is told: readers then read the rows. */
const changeEvent = (change: StatsChange): OutgoingEvent => {
  const event = (data: object) => ({
    topic: orderStatsChanges.name,
    key: change.currency,
    event: { id: randomUUID(), type: 'order.stats.changed', time: change.updatedAt, data },
  });
  const whole = event(change);
  if (Buffer.byteLength(JSON.stringify(change)) <= largestValueBytes) return whole;
  return event({ currency: change.currency, version: change.version, tooLarge: true });
};

export const orderStats: Stream<OrderEvent, OrderStatsDeltas> = {
  name: 'order-stats',
  topics: [orderEvents],
  parse: parseOrderEvent,
  fold: foldOrderStats,
  write: writeOrderStats,
  settle: settleOrderStats,
};
