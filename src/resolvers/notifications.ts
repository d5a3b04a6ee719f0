import type { GraphQLResolveInfo } from 'graphql';
import { parseId } from '../commands/inputs.js';
import {
  parseNotificationEvent,
  type Notification,
  type NotificationEvent,
} from '../events/notifications.js';
import type { Order } from '../events/orders.js';
import { notificationEvents } from '../events/topics.js';
import type {
  MutationMarkNotificationReadArgs,
  MutationSendNotificationArgs,
  OrderNotificationsArgs,
  QueryNotificationsArgs,
  SubscriptionNotificationsArgs,
} from '../generated/resolvers.js';
import type { LiveEvent } from '../live/live.js';
import { countNotifications, listNotifications } from '../postgres/notifications.js';
import { heartbeatSeconds } from './arguments.js';
import { connection, readPage } from './connection.js';
import type { Context } from './context.js';
import { eventParser } from './iterate.js';

const topic = notificationEvents.name;

const notifications = (
  _: unknown,
  args: QueryNotificationsArgs,
  context: Context,
  info: GraphQLResolveInfo,
) => {
  const { database } = context.services;
  const filter = {
    recipientId: parseId('recipientId', args.recipientId),
    unreadOnly: args.unreadOnly ?? false,
  };
  return readPage(args, context, info, {
    topic,
    list: (page) => listNotifications(database, filter, page),
    count: () => countNotifications(database, filter),
  });
};

const notificationsOfOrder = (
  { id }: Order,
  args: OrderNotificationsArgs,
  context: Context,
  info: GraphQLResolveInfo,
) => {
  const { orderNotifications } = context.loaders;
  return readPage(args, context, info, {
    topic,
    list: (page) => orderNotifications.list(id, page),
    count: () => orderNotifications.count(id),
  });
};

const sendNotification = (
  _: unknown,
  { input, idempotencyKey }: MutationSendNotificationArgs,
  { services, principal }: Context,
) => services.notifications.sendNotification(principal.id, input, idempotencyKey);

const markNotificationRead = (_: unknown, { id }: MutationMarkNotificationReadArgs, { services }: Context) =>
  services.notifications.markNotificationRead(id);

const parse = eventParser(parseNotificationEvent);

const watchNotifications = {
  subscribe: (_: unknown, args: SubscriptionNotificationsArgs, { services }: Context) => {
    const recipientId = parseId('recipientId', args.recipientId);
    return services.live.events({
      topic,
      parse,
      matches: ({ data }) => data.recipientId === recipientId,
      after: args.after,
      heartbeatSeconds: heartbeatSeconds(args.heartbeat),
    });
  },
  resolve: ({ event, cursor }: LiveEvent<NotificationEvent>) => ({ ...event.data, cursor }),
};

export const notificationResolvers = {
  Query: { notifications },
  Mutation: { sendNotification, markNotificationRead },
  Subscription: { notifications: watchNotifications },
  Order: { notifications: notificationsOfOrder },
  NotificationConnection: connection(({ createdAt, id }: Notification) => ({ time: createdAt, id })),
};
