import type { GraphQLResolveInfo } from 'graphql';
import { asUuid, parseUuid } from '../commands/inputs.js';
import type { Order } from '../events/orders.js';
import { orderEvents, userEvents as userTopic } from '../events/topics.js';
import { parseUserEvent, type User, type UserEvent } from '../events/users.js';
import type {
  MutationCreateUserArgs,
  MutationDeleteUserArgs,
  MutationUpdateUserArgs,
  QueryUserArgs,
  QueryUsersArgs,
  SubscriptionUserEventsArgs,
  UserOrdersArgs,
} from '../generated/resolvers.js';
import type { EventKind, LiveEvent } from '../live/live.js';
import { countUsers, listUsers } from '../postgres/users.js';
import { checkConsistency, filterText, eventOptions } from './arguments.js';
import { connection, readPage } from './connection.js';
import type { Context } from './context.js';
import { eventParser } from './iterate.js';

const users = (_: unknown, args: QueryUsersArgs, context: Context, info: GraphQLResolveInfo) => {
  const { database } = context.services;
  const filter = {
    department: filterText('department', args.department),
    status: args.status ?? undefined,
  };
  return readPage(args, context, info, {
    topic: userTopic.name,
    list: (page) => listUsers(database, filter, page),
    count: () => countUsers(database, filter),
  });
};

const user = async (_: unknown, args: QueryUserArgs, { services, loaders }: Context) => {
  const id = parseUuid('id', args.id);
  await checkConsistency(services, args);
  return loaders.users.load(id);
};

const createUser = (
  _: unknown,
  { input, idempotencyKey }: MutationCreateUserArgs,
  { services, principal }: Context,
) => services.users.createUser(principal.id, input, idempotencyKey);

const updateUser = (
  _: unknown,
  { id, input, expectedVersion, idempotencyKey }: MutationUpdateUserArgs,
  { services, principal }: Context,
) => services.users.updateUser(principal.id, { id, input, expectedVersion }, idempotencyKey);

const deleteUser = (
  _: unknown,
  { id, idempotencyKey }: MutationDeleteUserArgs,
  { services, principal }: Context,
) => services.users.deleteUser(principal.id, id, idempotencyKey);

const ordersOfUser = ({ id }: User, args: UserOrdersArgs, context: Context, info: GraphQLResolveInfo) => {
  const { ordersOf } = context.loaders;
  return readPage(args, context, info, {
    topic: orderEvents.name,
    list: (page) => ordersOf.list(id, page),
    count: () => ordersOf.count(id),
  });
};

/** Orders are also of customers that are no users here, whatever their ids look like. */
const customerOfOrder = ({ customerId }: Order, _: unknown, { loaders }: Context) => {
  const id = asUuid(customerId);
  return id === undefined ? null : loaders.users.load(id);
};

const kind: EventKind<UserEvent, 'department'> = {
  topic: userTopic.name,
  parse: eventParser(parseUserEvent),
  keys: { department: ({ data }) => [data.department, data.previousDepartment] },
};

const userEvents = {
  delivery: 'lossless',
  subscribe: (_: unknown, args: SubscriptionUserEventsArgs, context: Context) =>
    context.services.live.events({
      kind,
      where: { department: filterText('department', args.department) },
      ...eventOptions(args, context),
    }),
  resolve: ({ event, cursor }: LiveEvent<UserEvent>) => ({
    id: event.id,
    type: event.type,
    userId: event.data.id,
    version: event.data.version,
    department: event.data.department,
    previousDepartment: event.data.previousDepartment,
    occurredAt: event.time,
    cursor,
  }),
};

export const userResolvers = {
  Query: { user, users },
  Mutation: { createUser, updateUser, deleteUser },
  Subscription: { userEvents },
  User: { orders: ordersOfUser },
  Order: { customer: customerOfOrder },
  UserConnection: connection(({ createdAt, id }: User) => ({ time: createdAt, id })),
  UserEvent: {
    user: ({ userId }: { userId: string }, _: unknown, { loaders }: Context) => loaders.users.load(userId),
  },
};
