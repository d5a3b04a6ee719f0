import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { ChannelStopped, type Channel } from '../channels/channel.js';
import { isSkip } from '../events/envelope.js';
import { parseNotificationEvent, type Notification } from '../events/notifications.js';
import { parseOrderEvent, type OrderEvent } from '../events/orders.js';
import { notificationEvents, orderEvents } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Queryable, Transaction } from '../postgres/database.js';
import {
  findDeliveredIds,
  findSourceEvents,
  insertOfEvents,
  markDelivered,
} from '../postgres/notifications.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import { findUsers } from '../postgres/users.js';
import { notTried, type Answer, type Consumer, type Delivery } from './consumer.js';
import { mapLimited } from '../limited.js';
import type { Claimed, Reservations } from './reservations.js';

/** A notification that is due: of an order's event, or one that has its row already, from a client or another consumer. */
export interface DueNotification {
  /** `ce_id`; receivers tell a repeated delivery by it. */
  readonly eventId: string;
  readonly content: Pick<Notification, 'recipientId' | 'kind' | 'title' | 'body' | 'data' | 'orderId'>;
  /** Of the row that is there; null for an order's. */
  readonly sentId: string | null;
  readonly email: string | null;
}

export const notificationGroup = 'notification-consumer-group';

export interface NotificationConsumerOptions {
  readonly database: Queryable;
  readonly reservations: Reservations;
  readonly channel: Channel;
  readonly logger: Logger;
  /** Delivery to recipients that begin with it fails, to show what then happens. */
  readonly failPrefix: string;
  readonly retries: number;
  readonly retryDelayMs: number;
}

const mostAtOnce = 32;

/** Notifies customers of their orders, and delivers what others wrote. The row is written once, the delivery happens at least once. */
export const createNotificationConsumer = (
  options: NotificationConsumerOptions,
): Consumer<DueNotification> => {
  const { retries, retryDelayMs } = options;
  return {
    name: notificationGroup,
    topics: [orderEvents, notificationEvents],
    parse: parseDue,
    effect: { deliver: (deliveries, isOver) => deliver(options, deliveries, isOver), write },
    policy: {
      kind: 'retry',
      delaysMs: Array.from({ length: retries }, () => retryDelayMs),
      exhausted: 'park',
    },
  };
};

const parseDue = (record: LogRecord): DueNotification | undefined => {
  if (isSkip(record)) return undefined;
  return record.topic === orderEvents.name ? ofOrder(parseOrderEvent(record)) : undelivered(record);
};

/** Those of orders are delivered before they are written, and their events say so. */
const undelivered = (record: LogRecord): DueNotification | undefined => {
  const { id: eventId, type, data: notification } = parseNotificationEvent(record);
  if (type !== 'notification.created' || notification.deliveredAt !== null) return undefined;
  return { eventId, content: notification, sentId: notification.id, email: null };
};

const ofOrder = ({ id: eventId, type, data: order }: OrderEvent): DueNotification => {
  const { id: orderId, customerId, customerEmail, status, totalAmount, currency } = order;
  const amount = `${totalAmount} ${currency}`;
  const { title, said } = {
    'order.created': { title: 'We have your order', said: 'is paid' },
    'order.shipped': { title: 'Your order is on its way', said: 'was shipped' },
    'order.delivered': { title: 'Your order has arrived', said: 'was delivered' },
  }[type];
  return {
    eventId,
    content: {
      recipientId: customerId,
      kind: type,
      title,
      body: `Your order ${orderId} over ${amount} ${said}.`,
      data: { orderId, status, totalAmount, currency },
      orderId,
    },
    sentId: null,
    email: customerEmail,
  };
};

type Due = Delivery<DueNotification>;

const deliver = async (
  { database, reservations, channel, logger, failPrefix }: NotificationConsumerOptions,
  deliveries: readonly Due[],
  isOver: () => boolean,
): Promise<Answer[]> => {
  const isDone = await findDone(database, deliveries);
  const due = deliveries.filter((delivery) => !isDone(delivery));
  for (const delivery of deliveries.filter(isDone))
    logger.info(placeOf(delivery), 'DUPLICATE: the notification is there already, the event is skipped');

  const held = await reservations.reserve(due.map(claimOf));
  if (held.size > 0) throw new Error(`another process is in charge of ${[...held].join(', ')}`);
  const emails = await findEmails(database, due);
  const answers = new Map<Due, Answer>();
  const failed: Due[] = [];
  await mapLimited(due, mostAtOnce, async (delivery) => {
    const { eventId, sentId, content } = delivery.event;
    if (isOver()) return void answers.set(delivery, notTried);
    try {
      if (content.recipientId.startsWith(failPrefix))
        throw new MeantToFail(`recipients that begin with ${failPrefix} fail (NOTIFICATION_FAIL_PREFIX)`);
      const email = emails(delivery.event);
      const outgoing = { idempotencyKey: eventId, notificationId: sentId, content, email };
      await channel.send({ ...outgoing, place: placeOf(delivery) });
    } catch (error) {
      if (error instanceof ChannelStopped) return void answers.set(delivery, notTried);
      answers.set(delivery, error instanceof Error ? error : new Error(String(error)));
      failed.push(delivery);
    }
  });
  await reservations.release(failed.map(claimOf));
  return deliveries.map((delivery) => answers.get(delivery));
};

/** Looks like the failure of a channel. */
class MeantToFail extends Error {
  override readonly name = 'DeliveryFailed';
}

const claimOf = ({ event: { eventId }, claim }: Due): Claimed => ({ eventId, claim });

const placeOf = ({ event: { eventId }, record: { topic, partition, offset } }: Due) => ({
  topic,
  partition,
  offset,
  eventId,
});

/** Which of them have their effect already. */
const findDone = async (
  database: Queryable,
  deliveries: readonly Due[],
): Promise<(delivery: Due) => boolean> => {
  const events = deliveries.flatMap(({ event }) => (event.sentId === null ? [event.eventId] : []));
  const sent = deliveries.flatMap(({ event }) => event.sentId ?? []);
  const none = new Set<string>();
  const [written, delivered] = await Promise.all([
    events.length > 0 ? findSourceEvents(database, events) : none,
    sent.length > 0 ? findDeliveredIds(database, sent) : none,
  ]);
  return ({ event: { eventId, sentId } }) => (sentId === null ? written.has(eventId) : delivered.has(sentId));
};

/** As of the addresses that mutations take. */
const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/u;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The order's address, else that of the user whose id the recipient's is, else the recipient's id where it is an address. */
const findEmails = async (
  database: Queryable,
  due: readonly Due[],
): Promise<(due: DueNotification) => string | null> => {
  const ids = due.flatMap(({ event: { email, content } }) =>
    email === null && uuid.test(content.recipientId) ? [content.recipientId] : [],
  );
  const users = ids.length > 0 ? await findUsers(database, [...new Set(ids)]) : [];
  const known = new Map(users.map(({ id, email }) => [id, email]));
  return ({ email, content: { recipientId } }) =>
    email ?? known.get(recipientId) ?? (address.test(recipientId) ? recipientId : null);
};

const write = async (tx: Transaction, deliveries: readonly Due[]): Promise<OutgoingEvent[]> => {
  const now = new Date().toISOString();
  const sent = deliveries.flatMap(({ event }) => event.sentId ?? []);
  const notifications = deliveries.flatMap(({ event }): Notification[] =>
    event.sentId === null
      ? [
          {
            ...event.content,
            id: uuidv7(),
            sourceEventId: event.eventId,
            version: 1,
            createdAt: now,
            deliveredAt: now,
            readAt: null,
          },
        ]
      : [],
  );
  const [, fresh] = await Promise.all([
    sent.length > 0 && markDelivered(tx, sent, now),
    notifications.length > 0 ? insertOfEvents(tx, notifications) : new Set<string>(),
  ]);
  return notifications
    .filter(({ id }) => fresh.has(id))
    .map((notification) => ({
      topic: notificationEvents.name,
      key: notification.recipientId,
      event: { id: randomUUID(), type: 'notification.created', time: now, data: notification },
    }));
};
