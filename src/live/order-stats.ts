import { isSkip, parseEnvelope } from '../events/envelope.js';
import { parseOrderEvent, type Order } from '../events/orders.js';
import { orderEvents, orderStatsChanges } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Database } from '../postgres/database.js';
import { findOrders } from '../postgres/orders.js';
import {
  readCurrencyVersion,
  readOrderStats,
  sortRegions,
  type OrderStatsState,
  type StatsChange,
} from '../postgres/order-stats.js';
import { readChangedWindows, type WindowSize, type WindowState } from '../postgres/order-windows.js';
import type { Live, StateSource } from './live.js';
import { ended, iterate, flatPull, type Items, type Pull } from './pull.js';

/** States that order subscriptions watch: statistics of a currency, its windows, one order. */
export interface OrderWatches {
  /** With `region`, only those states in which it changed. */
  stats(currency: string, region: string | undefined): Items<OrderStatsState>;
  /** The windows that are not final, then each that changes. `region` null: the totals. */
  windows(query: { currency: string; size: WindowSize; region: string | null }): Items<WindowState>;
  /** Null while there is no such order. */
  order(id: string): Items<{ readonly order: Order | null }>;
}

/** The stream whose read model this is. */
const stream = { worker: 'order-stats', topic: orderEvents.name };

/** What the statistics' stream writes; a change too large for a record tells only its version. */
type Change = StatsChange | { readonly currency: string; readonly version: number; readonly tooLarge: true };

const parseChange = (record: LogRecord): { key: string; change: Change } | undefined => {
  if (isSkip(record)) return undefined;
  const change = parseEnvelope(record, orderStatsChanges.types).data as unknown as Change;
  return { key: change.currency, change };
};

export const createOrderWatches = (live: Live, database: Database): OrderWatches => {
  const statsSource: StateSource<OrderStatsState, Change> = {
    topic: orderStatsChanges.name,
    parse: parseChange,
    read: (currency) => readOrderStats(database, currency, stream),
    apply: applyToStats,
  };
  const windowsSource: StateSource<WindowChanges, Change> = {
    topic: orderStatsChanges.name,
    parse: parseChange,
    read: async (currency) => {
      const version = await readCurrencyVersion(database, currency);
      return { version, since: version, changes: [] };
    },
    apply: applyToWindows,
  };
  const orderSource: StateSource<OrderState, OrderState> = {
    topic: orderEvents.name,
    parse: (record) => {
      if (isSkip(record)) return undefined;
      const { previousStatus: _, ...order } = parseOrderEvent(record).data;
      return { key: order.id, change: { version: order.version, order } };
    },
    read: async (id) => {
      const [order] = await findOrders(database, [id]);
      return { version: order?.version ?? 0, order: order ?? null };
    },
    // Each event carries the whole order, so there are no holes.
    apply: (state, change) => (change.version > state.version ? change : state),
  };

  return {
    stats: (currency, region) => {
      const states = live.states(statsSource, currency);
      if (region === undefined) return states;
      return iterate(
        flatPull(states.pull, (state, before) => {
          const isNew = !before || (state.regions.get(region)?.version ?? 0) > before.version;
          return isNew ? [state] : [];
        }),
      );
    },
    windows: (query) =>
      iterate(watchWindows(live.states(windowsSource, query.currency).pull, database, query)),
    order: (id) => live.states(orderSource, id),
  };
};

const applyToStats = (state: OrderStatsState, change: Change): OrderStatsState | undefined => {
  if (change.version <= state.version) return state;
  if (change.version > state.version + 1 || 'tooLarge' in change) return undefined;
  const { currency, version, updatedAt, total, places } = change;
  const isNew = change.regions.some(({ region }) => !state.regions.has(region));
  const regions = new Map(state.regions);
  for (const row of change.regions) regions.set(row.region, row);
  return {
    currency,
    version,
    updatedAt,
    total,
    places,
    regions: isNew ? sortRegions(regions.values()) : regions,
  };
};

interface OrderState {
  readonly version: number;
  readonly order: Order | null;
}

/** The changes behind version `since`, complete up to `version`. */
interface WindowChanges {
  readonly version: number;
  readonly since: number;
  readonly changes: readonly StatsChange[];
}

/** A subscriber that is further behind reads the rows. */
const mostChanges = 100;

const applyToWindows = (state: WindowChanges, change: Change): WindowChanges | undefined => {
  if (change.version <= state.version) return state;
  if (change.version > state.version + 1 || 'tooLarge' in change) return undefined;
  const changes = [...state.changes, change].slice(-mostChanges);
  return { version: change.version, since: (changes[0]?.version ?? change.version) - 1, changes };
};

const watchWindows = (
  states: Pull<WindowChanges>,
  database: Database,
  { currency, size, region }: { currency: string; size: WindowSize; region: string | null },
): Pull<WindowState> => {
  let wake = (): void => {};
  /** The version up to which windows were taken. */
  let taken: number | undefined;
  let due: readonly WindowState[] = [];
  let isReading = false;
  let failure: { readonly error: unknown } | undefined;

  const take = (version: number, windows: readonly WindowState[]): void => {
    taken = version;
    const own = windows.filter((window) => window.size === size && window.region === region);
    // The newest of each.
    due = [...new Map(own.map((window) => [window.start, window])).values()];
  };

  const read = (): void => {
    isReading = true;
    readChangedWindows(database, { currency, size, version: taken })
      .then(({ version, windows }) => take(version, windows))
      .catch((error: unknown) => (failure = { error }))
      .finally(() => {
        isReading = false;
        wake();
      });
  };

  /** What changed behind `taken`; read where the state does not tell all of it. */
  const follow = (state: WindowChanges): void => {
    const from = taken;
    if (from === undefined || state.since > from) read();
    else if (state.version > from)
      take(
        state.version,
        state.changes.filter(({ version }) => version > from).flatMap(({ windows }) => windows),
      );
  };

  return {
    take: () => {
      for (;;) {
        if (failure) throw failure.error;
        if (isReading) return undefined;
        const [window, ...rest] = due;
        due = rest;
        if (window) return window;
        const state = states.take();
        if (state === undefined || state === ended) return state;
        follow(state);
      }
    },
    onReady: (ready) => {
      wake = ready;
      states.onReady(ready);
    },
    close: states.close,
  };
};
