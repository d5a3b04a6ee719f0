import { parseCurrency, parseTime } from '../commands/inputs.js';
import { badInput } from '../errors.js';
import { averageAmount } from '../events/money.js';
import { orderEvents as orderTopic } from '../events/topics.js';
import type {
  QueryOrderStatsArgs,
  QueryOrderStatsWindowsArgs,
  SubscriptionOrderStatsArgs,
  SubscriptionOrderStatsWindowsArgs,
} from '../generated/resolvers.js';
import type { AggregateRow } from '../postgres/order-aggregates.js';
import { readOrderStats, type OrderStatsState } from '../postgres/order-stats.js';
import {
  listOrderStatsWindows,
  windowSizesMs,
  type WindowSize,
  type WindowState,
} from '../postgres/order-windows.js';
import { filterText, waitForPosition } from './arguments.js';
import type { Context } from './context.js';

/** A row with what its average needs. */
interface AggregateView extends AggregateRow {
  readonly currency: string;
}

/** Statistics as they are answered; with `region`, its row alone. */
interface StatsView extends OrderStatsState {
  readonly region: string | undefined;
}

interface WindowView extends WindowState {
  readonly currency: string;
}

const stream = 'order-stats';

const orderStats = async (
  _: unknown,
  args: QueryOrderStatsArgs,
  { services }: Context,
): Promise<StatsView> => {
  const currency = parseCurrency('currency', args.currency);
  await waitForPosition(services, stream, args);
  const state = await readOrderStats(services.database, currency, { worker: stream, topic: orderTopic.name });
  return { ...state, region: undefined };
};

const mostWindows = 1_000;

/** Windows of a day and less begin at multiples of their length since 1970, in UTC. */
const checkRange = (size: WindowSize, from: string, to: string): void => {
  const [start, end, length] = [Date.parse(from), Date.parse(to), windowSizesMs[size]];
  if (start >= end) throw badInput('to', 'must be later than `from`');
  const windows = Math.ceil(end / length) - Math.floor(start / length);
  if (windows > mostWindows)
    throw badInput(
      'to',
      `the range spans ${windows} windows, at most ${mostWindows} are answered: narrow it`,
    );
};

const orderStatsWindows = async (
  _: unknown,
  args: QueryOrderStatsWindowsArgs,
  { services }: Context,
): Promise<WindowView[]> => {
  const currency = parseCurrency('currency', args.currency);
  const [from, to] = [parseTime('from', args.from), parseTime('to', args.to)];
  checkRange(args.size, from, to);
  const region = filterText('region', args.region) ?? null;
  await waitForPosition(services, stream, args);
  const query = { currency, size: args.size, from, to, region };
  const windows = await listOrderStatsWindows(services.database, query);
  return windows.map((window) => ({ ...window, currency }));
};

const watchStats = async (_: unknown, args: SubscriptionOrderStatsArgs, { services }: Context) => {
  const currency = parseCurrency('currency', args.currency);
  const region = filterText('region', args.region);
  await waitForPosition(services, stream, args);
  return services.orderWatches.stats(currency, region);
};

const viewStats = (state: OrderStatsState, { region }: SubscriptionOrderStatsArgs): StatsView => ({
  ...state,
  region: filterText('region', region),
});

const watchWindows = (_: unknown, args: SubscriptionOrderStatsWindowsArgs, { services }: Context) => {
  const currency = parseCurrency('currency', args.currency);
  const query = { currency, size: args.size, region: filterText('region', args.region) ?? null };
  return services.orderWatches.windows(query);
};

const viewWindow = (window: WindowState, { currency }: SubscriptionOrderStatsWindowsArgs): WindowView => ({
  ...window,
  currency: parseCurrency('currency', currency),
});

const regionsOf = ({ regions, region, currency }: StatsView) =>
  [...regions]
    .filter(([name]) => region === undefined || name === region)
    .map(([name, row]) => ({ region: name, aggregate: { ...row, currency } }));

export const orderStatsResolvers = {
  Query: { orderStats, orderStatsWindows },
  Subscription: {
    orderStats: { delivery: 'latest', subscribe: watchStats, resolve: viewStats },
    orderStatsWindows: { delivery: 'latest', subscribe: watchWindows, resolve: viewWindow },
  },
  OrderStats: {
    total: ({ total, currency }: StatsView): AggregateView => ({ ...total, currency }),
    regions: regionsOf,
    asOf: ({ places }: StatsView, _: unknown, { services }: Context) =>
      services.cursors.encode(orderTopic.name, places),
  },
  OrderStatsWindow: {
    aggregate: ({ aggregate, currency }: WindowView): AggregateView => ({ ...aggregate, currency }),
  },
  Aggregate: {
    totalAmount: ({ total }: AggregateView) => total,
    averageAmount: ({ total, count, currency }: AggregateView) => averageAmount(total, count, currency),
    minAmount: ({ min }: AggregateView) => min,
    maxAmount: ({ max }: AggregateView) => max,
  },
};
