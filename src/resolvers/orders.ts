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
import type { LiveEvent } from '../live/live.js';
import { countOrders, listOrders } from '../postgres/orders.js';
import { checkConsistency, filterId, filterText, heartbeatSeconds } from './arguments.js';
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

const parse = eventParser(parseOrderEvent);

const matching = (filter: OrderEventFilter | null | undefined): ((event: OrderEvent) => boolean) => {
  const orderId = filter?.orderId == null ? undefined : parseUuid('filter.orderId', filter.orderId);
  const customerId = filterId('filter.customerId', filter?.customerId);
  const region = filterText('filter.region', filter?.region);
  const types = filter?.types ?? undefined;
  if (types?.some((type) => !orderTopic.types.includes(type)))
    throw badInput('filter.types', `must be of ${orderTopic.types.join(', ')}`);
  return ({ type, data }) =>
    (orderId === undefined || data.id === orderId) &&
    (customerId === undefined || data.customerId === customerId) &&
    (region === undefined || data.region === region) &&
    (types === undefined || types.includes(type));
};

const orderEvents = {
  subscribe: (_: unknown, args: SubscriptionOrderEventsArgs, { services }: Context) =>
    services.live.events({
      topic: orderTopic.name,
      parse,
      matches: matching(args.filter),
      after: args.after,
      heartbeatSeconds: heartbeatSeconds(args.heartbeat),
    }),
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
