import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';
import { jsonObject, parseData, type Event } from './envelope.js';

/** A notification as its events and its row carry it. Times are ISO 8601 in UTC with milliseconds. */
export interface Notification {
  readonly id: string;
  readonly recipientId: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  /** The order that it tells of, if it tells of one. */
  readonly orderId: string | null;
  /** `ce_id` of the event that it tells of; null for one that a client sent. */
  readonly sourceEventId: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly deliveredAt: string | null;
  readonly readAt: string | null;
}

export type NotificationEventType = 'notification.created' | 'notification.read';

/** Value of a record of `notification.events.v1`: the whole notification after the event. */
export type NotificationEvent = Event<NotificationEventType, Notification>;

const types = ['notification.created', 'notification.read'] as const;
const time = z.iso.datetime();
const data = z.object({
  id: z.guid(),
  recipientId: z.string(),
  kind: z.string(),
  title: z.string(),
  body: z.string(),
  data: jsonObject.nullable(),
  orderId: z.guid().nullable(),
  sourceEventId: z.string().nullable(),
  version: z.int().positive(),
  createdAt: time,
  deliveredAt: time.nullable(),
  readAt: time.nullable(),
});

/** @throws UnparseableEvent that names the first field at fault */
export const parseNotificationEvent = (record: LogRecord): NotificationEvent =>
  parseData('notification', record, types, data);
