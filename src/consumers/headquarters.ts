import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { ChannelStopped, type Channel } from '../channels/channel.js';
import { parseTokenEvent, type TokenEvent } from '../events/casino.js';
import { isSkip } from '../events/envelope.js';
import type { Notification } from '../events/notifications.js';
import { casinoCyberTokens, notificationEvents } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import { mapLimited } from '../limited.js';
import { findLinked, insertLinks } from '../postgres/casino-headquarters.js';
import type { Queryable, Transaction } from '../postgres/database.js';
import { findEntries } from '../postgres/ledger.js';
import { insertOfEvents } from '../postgres/notifications.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import { notTried, type Answer, type Consumer, type Delivery } from './consumer.js';

export const headquartersGroup = 'headquarters';

export interface HeadquartersOptions {
  readonly database: Queryable;
  readonly channel: Channel;
  readonly logger: Logger;
}

const mostAtOnce = 32;
/** From half a second on, each twice as long as the one before: about 17 minutes in all. */
const delaysMs = Array.from({ length: 11 }, (_, n) => 500 * 2 ** n);

/** Tells headquarters of earned tokens, at least once under the id of the ledger entry, and notifies the player once it is known to them. */
export const createHeadquartersConsumer = (options: HeadquartersOptions): Consumer<TokenEvent> => ({
  name: headquartersGroup,
  topics: [casinoCyberTokens],
  parse: parseEarned,
  effect: { deliver: (deliveries, isOver) => deliver(options, deliveries, isOver), write },
  policy: { kind: 'retry', delaysMs, exhausted: 'park' },
});

const parseEarned = (record: LogRecord): TokenEvent | undefined => {
  if (isSkip(record)) return undefined;
  const event = parseTokenEvent(record);
  return event.data.type === 'TOKENS_EARNED' ? event : undefined;
};

const deliver = async (
  { database, channel, logger }: HeadquartersOptions,
  deliveries: readonly Delivery<TokenEvent>[],
  isOver: () => boolean,
): Promise<Answer[]> => {
  const ids = deliveries.map(({ event }) => event.data.id);
  const [linked, entries] = await Promise.all([findLinked(database, ids), findEntries(database, ids)]);
  const answers = new Map<Delivery<TokenEvent>, Answer>();
  await mapLimited(deliveries, mostAtOnce, async (delivery) => {
    const { event, record } = delivery;
    const { topic, partition, offset } = record;
    const place = { topic, partition, offset, eventId: event.id };
    if (linked.has(event.data.id))
      return logger.info(place, 'DUPLICATE: headquarters know of the entry already, it is skipped');
    // Of a restored database that went on without the log's entries: they are in nobody's books.
    if (!entries.has(event.data.id))
      return logger.warn(place, 'the ledger does not have the entry, headquarters are not told of it');
    if (isOver()) return void answers.set(delivery, notTried);
    try {
      await channel.send({ ...toHeadquarters(event), place });
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      answers.set(delivery, failure instanceof ChannelStopped ? notTried : failure);
    }
  });
  return deliveries.map((delivery) => answers.get(delivery));
};

const toHeadquarters = ({ data: entry }: TokenEvent) => ({
  idempotencyKey: entry.id,
  notificationId: null,
  content: {
    recipientId: entry.playerId,
    kind: 'tokens.earned',
    title: 'Tokens earned',
    body: `${entry.playerId} earned ${entry.amount} tokens: ${entry.reason}`,
    data: { ...entry },
    orderId: null,
  },
  email: null,
});

const write = async (
  tx: Transaction,
  deliveries: readonly Delivery<TokenEvent>[],
): Promise<OutgoingEvent[]> => {
  const events = deliveries.map(({ event }) => event);
  const linked = await insertLinks(
    tx,
    events.map(({ data }) => data.id),
  );
  const time = new Date().toISOString();
  const notifications = events
    .filter(({ data }) => linked.has(data.id))
    .map((event) => toNotification(event, time));
  const fresh = await insertOfEvents(tx, notifications);
  return notifications
    .filter(({ id }) => fresh.has(id))
    .map((notification) => ({
      topic: notificationEvents.name,
      key: notification.recipientId,
      event: { id: randomUUID(), type: 'notification.created', time, data: notification },
    }));
};

/** The notification service delivers it. */
const toNotification = ({ id: sourceEventId, data }: TokenEvent, createdAt: string): Notification => {
  const { id: ledgerEntryId, playerId, amount, balance, reason } = data;
  return {
    id: uuidv7(),
    recipientId: playerId,
    kind: 'tokens.linked',
    title: 'Your tokens are confirmed',
    body: `Headquarters have recorded the ${amount} tokens that you earned.`,
    data: { ledgerEntryId, amount, balance, reason },
    orderId: null,
    sourceEventId,
    version: 1,
    createdAt,
    deliveredAt: null,
    readAt: null,
  };
};
