import type { Notification } from '../events/notifications.js';

/** One notification on its way out. */
export interface Outgoing {
  /** The same for every try: receivers tell a repeat by it. */
  readonly idempotencyKey: string;
  /** Of the row that is there already, when a client sent it. */
  readonly notificationId: string | null;
  readonly content: Pick<Notification, 'recipientId' | 'kind' | 'title' | 'body' | 'data' | 'orderId'>;
  /** Where mail goes; null where no address is known. */
  readonly email: string | null;
  /** For the log: topic, partition, offset and eventId. */
  readonly place: object;
}

export interface Channel {
  readonly name: string;
  /**
   * At least once: a try that failed may have arrived all the same. Lasts 20 s at most, so that the leases on what is delivered outlast it.
   * @throws an Error that says why
   */
  send(outgoing: Outgoing): Promise<void>;
  /** Ends what is being sent, too. */
  stop(): Promise<void>;
}

/** It was not sent, or cut off, because the channels stopped. */
export class ChannelStopped extends Error {
  override readonly name = 'ChannelStopped';
}

/** The notification is not known to have arrived; the message says why. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';
}
