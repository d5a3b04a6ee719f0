import type { GraphQLResolveInfo } from 'graphql';
import { parseUuid } from '../commands/inputs.js';
import { MillraceError, badInput } from '../errors.js';
import { UnparseableEvent, isSkip } from '../events/envelope.js';
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
import type { LogRecord } from '../kafka/kafka.js';
import type { LiveEvent } from '../live/live.js';
import { countOrders, listOrders, type OrderFilter } from '../postgres/orders.js';
import {
  decodePlace,
  encodePlace,
  filterText,
  heartbeatSeconds,
  pageLength,
  selects,
  waitLength,
} from './arguments.js';
import type { Context } from './context.js';

const longestBatch = 1_000;

/** A page of orders, before its fields are asked for. */
interface OrderPage {
  readonly orders: readonly Order[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly filter: OrderFilter;
  readonly asOf: string | undefined;
}

const orders = async (
  _: unknown,
  args: QueryOrdersArgs,
  { services }: Context,
  info: GraphQLResolveInfo,
): Promise<OrderPage> => {
  const filter = {
    customerId: filterText('customerId', args.customerId),
    region: filterText('region', args.region),
    status: args.status ?? undefined,
  };
  const page = { first: pageLength(args.first), after: decodePlace(args.after) };
  // Before the rows: what is written in between then comes from the subscription as well, and nothing is missed.
  const asOf = selects(info, 'asOf') ? await services.live.asOf(orderTopic.name) : undefined;
  const found = await listOrders(services.database, filter, page);
  return { ...found, hasPreviousPage: page.after !== undefined, filter, asOf };
};

const order = async (
  _: unknown,
  args: QueryOrderArgs,
  { services, loaders }: Context,
): Promise<Order | null> => {
  const id = parseUuid('id', args.id);
  waitLength(args.waitMs);
  if (args.consistentWith != null) await checkPosition(services, args.consistentWith);
  return loaders.orders.load(id);
};

/** An order is read where it was written, so there is nothing to wait for; a token that is none is refused all the same. */
const checkPosition = async ({ consistency }: Context['services'], position: string): Promise<void> => {
  try {
    await consistency.waitFor('order-stats', position, 0);
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'POSITION_TIMEOUT')) throw error;
  }
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

/** One function for all subscribers: the hub parses each record once for those who share it. Bytes that are no event are the streams' to dead-letter. */
const parse = (record: LogRecord): OrderEvent | undefined => {
  if (isSkip(record)) return undefined;
  try {
    return parseOrderEvent(record);
  } catch (error) {
    if (error instanceof UnparseableEvent) return undefined;
    throw error;
  }
};

const matching = (filter: OrderEventFilter | null | undefined): ((event: OrderEvent) => boolean) => {
  const orderId = filter?.orderId == null ? undefined : parseUuid('filter.orderId', filter.orderId);
  const customerId = filterText('filter.customerId', filter?.customerId);
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

const edge = (node: Order) => ({ node, cursor: encodePlace(node) });
const placeOf = (node: Order | undefined) => (node ? encodePlace(node) : null);

export const orderResolvers = {
  Query: { order, orders },
  Mutation: { createOrder, createOrders, changeOrderStatus },
  Subscription: { orderEvents, order: orderState },
  Order: { statusCode: ({ status }: Order) => statusCodes[status] },
  OrderConnection: {
    nodes: (page: OrderPage) => page.orders,
    edges: (page: OrderPage) => page.orders.map(edge),
    totalCount: (page: OrderPage, _: unknown, { services }: Context) =>
      countOrders(services.database, page.filter),
    pageInfo: ({ orders: nodes, hasNextPage, hasPreviousPage }: OrderPage) => ({
      hasNextPage,
      hasPreviousPage,
      startCursor: placeOf(nodes[0]),
      endCursor: placeOf(nodes.at(-1)),
    }),
  },
  OrderEvent: {
    order: ({ orderId }: { orderId: string }, _: unknown, { loaders }: Context) =>
      loaders.orders.load(orderId),
  },
};
