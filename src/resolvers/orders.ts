import type { GraphQLResolveInfo } from 'graphql';
import { parseUuid } from '../commands/inputs.js';
import { badInput } from '../errors.js';
import { parseOrderEvent, statusCodes, type Order, type OrderEvent } from '../events/orders.js';
import { orderEvents as orderTopic } from '../events/topics.js';
import type {
  MutationChangeOrderStatusArgs,
  MutationCreateOrderArgs,
  MutationCreateOrdersArgs,
  OrderEventFilter,
  QueryOrderArgs,
  QueryOrdersArgs,
  SubscriptionOrderArgs,
  SubscriptionOrderEventsArgs,
} from '../generated/resolvers.js';
import type { EventKind, LiveEvent, Only } from '../live/live.js';
import { countOrders, listOrders } from '../postgres/orders.js';
import { checkConsistency, filterId, filterText, eventOptions } from './arguments.js';
import { connection, readPage } from './connection.js';
import type { Context } from './context.js';
import { eventParser } from './iterate.js';

const longestBatch = 1_000;

const orders = (_: unknown, args: QueryOrdersArgs, context: Context, info: GraphQLResolveInfo) => {
  const { database } = context.services;
  const filter = {
    customerId: filterId('customerId', args.customerId),
    region: filterText('region', args.region),
    status: args.status ?? undefined,
  };
  return readPage(args, context, info, {
    topic: orderTopic.name,
    list: (page) => listOrders(database, filter, page),
    count: () => countOrders(database, filter),
  });
};

const order = async (
  _: unknown,
  args: QueryOrderArgs,
  { services, loaders }: Context,
): Promise<Order | null> => {
  const id = parseUuid('id', args.id);
  await checkConsistency(services, args);
  return loaders.orders.load(id);
};

const createOrder = (
  _: unknown,
  { input, idempotencyKey }: MutationCreateOrderArgs,
  { services, principal }: Context,
) => services.orders.createOrder(principal.id, input, idempotencyKey);

const createOrders = (_: unknown, { inputs }: MutationCreateOrdersArgs, { services, principal }: Context) => {
  if (inputs.length > longestBatch) throw badInput('inputs', `must hold at most ${longestBatch} orders`);
  return services.orders.createOrders(principal.id, inputs);
};

const changeOrderStatus = (
  _: unknown,
  { orderId, from, to, idempotencyKey }: MutationChangeOrderStatusArgs,
  { services, principal }: Context,
) => services.orders.changeOrderStatus(principal.id, { orderId, from, to }, idempotencyKey);

const kind: EventKind<OrderEvent, 'orderId' | 'customerId' | 'region'> = {
  topic: orderTopic.name,
  parse: eventParser(parseOrderEvent),
  keys: {
    orderId: ({ data }) => data.id,
    customerId: ({ data }) => data.customerId,
    region: ({ data }) => data.region,
  },
};

const ofTypes = (types: readonly string[] | null | undefined): Only<OrderEvent> | undefined => {
  if (!types) return undefined;
  if (types.some((type) => !orderTopic.types.includes(type)))
    throw badInput('filter.types', `must be of ${orderTopic.types.join(', ')}`);
  return { name: types.toSorted().join(), test: ({ type }) => types.includes(type) };
};

const matching = (filter: OrderEventFilter | null | undefined) => ({
  where: {
    orderId: filter?.orderId == null ? undefined : parseUuid('filter.orderId', filter.orderId),
    customerId: filterId('filter.customerId', filter?.customerId),
    region: filterText('filter.region', filter?.region),
  },
  only: ofTypes(filter?.types),
});

const orderEvents = {
  delivery: 'lossless',
  subscribe: (_: unknown, args: SubscriptionOrderEventsArgs, context: Context) =>
    context.services.live.events({ kind, ...matching(args.filter), ...eventOptions(args, context) }),
  resolve: ({ event, cursor }: LiveEvent<OrderEvent>) => ({
    ...event.data,
    id: event.id,
    type: event.type,
    orderId: event.data.id,
    occurredAt: event.time,
    cursor,
  }),
};

const orderState = {
  delivery: 'latest',
  subscribe: (_: unknown, args: SubscriptionOrderArgs, { services }: Context) =>
    services.orderWatches.order(parseUuid('id', args.id)),
  resolve: (state: { order: Order | null }) => state.order,
};

export const orderResolvers = {
  Query: { order, orders },
  Mutation: { createOrder, createOrders, changeOrderStatus },
  Subscription: { orderEvents, order: orderState },
  Order: { statusCode: ({ status }: Order) => statusCodes[status] },
  OrderConnection: connection(({ placedAt, id }: Order) => ({ time: placedAt, id })),
  OrderEvent: {
    order: ({ orderId }: { orderId: string }, _: unknown, { loaders }: Context) =>
      loaders.orders.load(orderId),
  },
};
