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
import type { EventKind, LiveEvent } from '../live/live.js';
import { countNotifications, listNotifications } from '../postgres/notifications.js';
import { eventOptions } from './arguments.js';
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

const kind: EventKind<NotificationEvent, 'recipientId'> = {
  topic,
  parse: eventParser(parseNotificationEvent),
  keys: { recipientId: ({ data }) => data.recipientId },
};

const watchNotifications = {
  delivery: 'lossless',
  subscribe: (_: unknown, args: SubscriptionNotificationsArgs, context: Context) =>
    context.services.live.events({
      kind,
      where: { recipientId: parseId('recipientId', args.recipientId) },
      ...eventOptions(args, context),
    }),
  resolve: ({ event, cursor }: LiveEvent<NotificationEvent>) => ({ ...event.data, cursor }),
};

export const notificationResolvers = {
  Query: { notifications },
  Mutation: { sendNotification, markNotificationRead },
  Subscription: { notifications: watchNotifications },
  Order: { notifications: notificationsOfOrder },
  NotificationConnection: connection(({ createdAt, id }: Notification) => ({ time: createdAt, id })),
};
