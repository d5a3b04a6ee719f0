import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { conflict, notFound } from '../errors.js';
import type { Notification, NotificationEventType } from '../events/notifications.js';
import { notificationEvents } from '../events/topics.js';
import type { Transaction } from '../postgres/database.js';
import { findNotification, insertSent, lockNotification, markRead } from '../postgres/notifications.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import { keyUse } from './idempotency.js';
import { parseId, parseText, parseUuid } from './inputs.js';
import { canonicalJson, parseJsonObject, type JsonObject } from './json.js';
import { createMutate, type CommandOptions, type Outcome } from './mutation.js';

export interface SendNotificationInput {
  readonly id?: string | null;
  readonly recipientId: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly data?: JsonObject | null;
}

export interface NotificationOutcome {
  readonly notification: Notification;
  readonly position: string;
  readonly replayed: boolean;
}

/** All throw MillraceError; `caller` is the principal that keys are bound to. */
export interface NotificationCommands {
  sendNotification(
    caller: string,
    input: SendNotificationInput,
    idempotencyKey?: string | null,
  ): Promise<NotificationOutcome>;
  markNotificationRead(id: string): Promise<NotificationOutcome>;
}

const topic = notificationEvents.name;

export const createNotificationCommands = (options: CommandOptions): NotificationCommands => {
  const mutate = createMutate(options);
  const now = (): string => new Date(options.now()).toISOString();

  return {
    sendNotification: async (caller, input, idempotencyKey) => {
      const notification = parseNotification(input, now());
      // As text: a member that is null is not an absent one here.
      const data = input.data && canonicalJson(input.data);
      const use = keyUse(caller, idempotencyKey, 'sendNotification', { ...input, data });
      return answer(
        await mutate({ topic, ids: [notification.id], use }, async (tx) =>
          (await insertSent(tx, notification))
            ? {
                entity: notification,
                events: [eventOf('notification.created', notification, notification.createdAt)],
              }
            : { entity: await repeated(tx, notification, input), events: [], replayed: true },
        ),
      );
    },

    markNotificationRead: async (text) => {
      const id = parseUuid('id', text);
      return answer(
        await mutate({ topic, ids: [id], use: undefined }, async (tx) => {
          const notification = await lockNotification(tx, id);
          if (!notification) throw notFound(`There is no notification with the id ${id}.`);
          if (notification.readAt !== null) return { entity: notification, events: [], replayed: true };
          const readAt = now();
          const read: Notification = { ...notification, version: notification.version + 1, readAt };
          await markRead(tx, read);
          return { entity: read, events: [eventOf('notification.read', read, readAt)] };
        }),
      );
    },
  };
};

const answer = ({ entity, position, replayed }: Outcome<Notification>): NotificationOutcome => ({
  notification: entity,
  position,
  replayed,
});

/** The notification that was there already, when it was sent with the same input. */
const repeated = async (
  tx: Transaction,
  sent: Notification,
  { data }: SendNotificationInput,
): Promise<Notification> => {
  const stored = await findNotification(tx, sent.id);
  if (
    stored?.sourceEventId === null &&
    stored.recipientId === sent.recipientId &&
    stored.kind === sent.kind &&
    stored.title === sent.title &&
    stored.body === sent.body &&
    (data == null || canonicalJson(stored.data) === canonicalJson(data))
  )
    return stored;
  throw conflict(
    'ALREADY_EXISTS',
    `There is another notification with the id ${sent.id}. Take a new id for a new notification.`,
  );
};

/** @throws MillraceError BAD_USER_INPUT that names the field */
const parseNotification = (input: SendNotificationInput, createdAt: string): Notification => ({
  id: input.id == null ? uuidv7() : parseUuid('id', input.id),
  recipientId: parseId('recipientId', input.recipientId),
  kind: parseText('kind', input.kind),
  title: parseText('title', input.title),
  body: parseText('body', input.body, { max: 10_000 }),
  data: input.data == null ? null : parseJsonObject('data', input.data),
  orderId: null,
  sourceEventId: null,
  version: 1,
  createdAt,
  deliveredAt: null,
  readAt: null,
});

const eventOf = (type: NotificationEventType, notification: Notification, time: string): OutgoingEvent => ({
  topic,
  key: notification.recipientId,
  event: { id: randomUUID(), type, time, data: notification },
});
