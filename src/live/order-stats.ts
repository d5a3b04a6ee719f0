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
import { iterate } from './waiting.js';

/** States that order subscriptions watch: statistics of a currency, its windows, one order. */
export interface OrderWatches {
  /** `changedRegions`: those that changed since the state delivered before; all of them in the first. */
  stats(currency: string): AsyncIterableIterator<WatchedStats>;
  /** The windows that are not final, then each that changes. `region` null: the totals. */
  windows(query: {
    currency: string;
    size: WindowSize;
    region: string | null;
  }): AsyncIterableIterator<WindowState>;
  /** Null while there is no such order. */
  order(id: string): AsyncIterableIterator<{ readonly order: Order | null }>;
}

export interface WatchedStats extends OrderStatsState {
  readonly changedRegions: ReadonlySet<string> | 'all';
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
    stats: (currency) => {
      let before: number | undefined;
      return mapEach(live.states(statsSource, currency), (state): WatchedStats => {
        const since = before;
        before = state.version;
        if (since === undefined) return { ...state, changedRegions: 'all' };
        const changed = [...state.regions.values()].filter(({ version }) => version > since);
        return { ...state, changedRegions: new Set(changed.map(({ region }) => region)) };
      });
    },
    windows: (query) => watchWindows(live.states(windowsSource, query.currency), database, query),
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
  states: AsyncIterableIterator<WindowChanges>,
  database: Database,
  { currency, size, region }: { currency: string; size: WindowSize; region: string | null },
): AsyncIterableIterator<WindowState> => {
  /** The version up to which windows were taken. */
  let taken: number | undefined;
  let due: WindowState[] = [];

  /** The newest of each window that changed behind `taken`. */
  const take = async (state: WindowChanges): Promise<WindowState[]> => {
    const from = taken ?? 0;
    if (taken !== undefined && state.version <= taken) return [];
    const isCovered = taken !== undefined && state.since <= taken;
    const changed = isCovered
      ? {
          version: state.version,
          windows: state.changes.filter(({ version }) => version > from).flatMap(({ windows }) => windows),
        }
      : await readChangedWindows(database, { currency, size, version: taken });
    taken = changed.version;
    const own = changed.windows.filter((window) => window.size === size && window.region === region);
    return [...new Map(own.map((window) => [window.start, window])).values()];
  };

  return iterate({
    next: async () => {
      for (;;) {
        const window = due.shift();
        if (window) return window;
        const item = await states.next();
        if (item.done) return undefined;
        due = await take(item.value);
      }
    },
    close: () => void states.return?.(),
  });
};

const mapEach = <A, B>(items: AsyncIterableIterator<A>, map: (item: A) => B): AsyncIterableIterator<B> =>
  iterate({
    next: async () => {
      const item = await items.next();
      return item.done ? undefined : map(item.value);
    },
    close: () => void items.return?.(),
  });
