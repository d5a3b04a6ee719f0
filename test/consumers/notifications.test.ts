import { describe, expect, test } from '@jest/globals';
import { ChannelStopped, type Outgoing } from '../../src/channels/channel.js';
import { notTried, type Delivery } from '../../src/consumers/consumer.js';
import {
  createNotificationConsumer,
  type DueNotification,
  type NotificationConsumerOptions,
} from '../../src/consumers/notifications.js';
import type { Claimed } from '../../src/consumers/reservations.js';
import { eventHeaders, skipHeader, UnparseableEvent } from '../../src/events/envelope.js';
import { notificationEvents, orderEvents } from '../../src/events/topics.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';

const time = '2026-01-31T09:30:00.000Z';
const orderId = '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10';
const order = {
  id: orderId,
  customerId: 'customer-1',
  customerEmail: 'one@example.com',
  region: '서울',
  totalAmount: '12.50',
  currency: 'USD',
  status: 'SHIPPED',
  version: 2,
  placedAt: time,
  updatedAt: time,
  previousStatus: 'PAID',
};
const notification = {
  id: '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b11',
  recipientId: 'customer-1',
  kind: 'news',
  title: 'News',
  body: 'There is some.',
  data: null,
  orderId: null,
  sourceEventId: null,
  version: 1,
  createdAt: time,
  deliveredAt: null,
  readAt: null,
};

const record = (topic: string, type: string, data: object, id = 'event-1', offset = 7): LogRecord => ({
  topic,
  partition: 1,
  offset,
  timestampMs: 0,
  key: Buffer.from('key'),
  value: Buffer.from(JSON.stringify(data)),
  headers: eventHeaders({ id, type, time }),
});

/** A consumer whose collaborators are plain objects; `held` and `done` are event ids. */
const open = (given: { held?: string[]; done?: string[]; users?: { id: string; email: string }[] } = {}) => {
  const sent: Outgoing[] = [];
  const reserved: string[] = [];
  const released: string[] = [];
  const options: NotificationConsumerOptions = {
    database: {
      query: <Row extends object>(sql: string, values: readonly unknown[] = []) => {
        if (sql.includes('from users')) return Promise.resolve((given.users ?? []) as unknown as Row[]);
        const ids = (values[0] as string[]).filter((id) => given.done?.includes(id));
        return Promise.resolve(ids.map((id) => ({ id })) as unknown as Row[]);
      },
    },
    reservations: {
      reserve: (claimed: readonly Claimed[]) => {
        reserved.push(...claimed.map(({ eventId }) => eventId));
        return Promise.resolve(new Set(given.held));
      },
      release: (claimed: readonly Claimed[]) => {
        released.push(...claimed.map(({ eventId }) => eventId));
        return Promise.resolve();
      },
    },
    channel: {
      name: 'tested',
      send: (outgoing: Outgoing) => {
        if (outgoing.content.recipientId === 'away') return Promise.reject(new Error('no answer'));
        if (outgoing.content.recipientId === 'cut off') return Promise.reject(new ChannelStopped());
        sent.push(outgoing);
        return Promise.resolve();
      },
      stop: () => Promise.resolve(),
    },
    logger: createLogger('silent'),
    failPrefix: 'fail-',
    retries: 3,
    retryDelayMs: 2_000,
  };
  const consumer = createNotificationConsumer(options);
  const deliveryOf = (own: LogRecord): Delivery<DueNotification> => ({
    event: consumer.parse(own) as DueNotification,
    record: own,
    claim: 1,
  });
  const deliverUntil = (isOver: () => boolean, records: readonly LogRecord[]) =>
    consumer.effect.deliver?.(records.map(deliveryOf), isOver) ?? [];
  const deliver = (...records: LogRecord[]) => deliverUntil(() => false, records);
  return { consumer, deliver, deliverUntil, sent, reserved, released };
};

const shipped = (customerId = 'customer-1', id = 'event-1', customerEmail: string | null = null) =>
  record(orderEvents.name, 'order.shipped', { ...order, customerId, customerEmail }, id);

describe('what is due', () => {
  const { consumer } = open();

  test.each([
    ['order.created', 'is paid'],
    ['order.shipped', 'was shipped'],
    ['order.delivered', 'was delivered'],
  ])('%s tells the customer that the order %s, with the exact amount', (type, said) => {
    const due = consumer.parse(record(orderEvents.name, type, order));
    expect(due).toMatchObject({
      eventId: 'event-1',
      sentId: null,
      email: 'one@example.com',
      content: { recipientId: 'customer-1', kind: type, orderId, data: { orderId, totalAmount: '12.50' } },
    });
    expect(due?.content.body).toBe(`Your order ${orderId} over 12.50 USD ${said}.`);
  });

  test('a notification that a client sent is delivered under the id of its event', () => {
    const due = consumer.parse(record(notificationEvents.name, 'notification.created', notification));
    expect(due).toMatchObject({ eventId: 'event-1', sentId: notification.id, content: { title: 'News' } });
  });

  test('one that another consumer wrote is delivered, too, as nobody has yet', () => {
    const linked = { ...notification, sourceEventId: 'x' };
    const due = consumer.parse(record(notificationEvents.name, 'notification.created', linked));
    expect(due).toMatchObject({ eventId: 'event-1', sentId: notification.id, content: { title: 'News' } });
  });

  test.each([
    ['was read', 'notification.read', { ...notification, readAt: time }],
    ['is delivered', 'notification.created', { ...notification, deliveredAt: time }],
    ['tells of an event', 'notification.created', { ...notification, sourceEventId: 'x', deliveredAt: time }],
  ])('a notification that %s is not', (_, type, data) => {
    expect(consumer.parse(record(notificationEvents.name, type, data))).toBeUndefined();
  });

  test('a skip marker is not, and what is malformed says so', () => {
    const own = shipped();
    expect(consumer.parse({ ...own, headers: { ...own.headers, [skipHeader]: '1' } })).toBeUndefined();
    expect(() => consumer.parse({ ...own, value: Buffer.from('{}') })).toThrow(UnparseableEvent);
  });

  test('is tried again three times, two seconds apart, and then parked', () => {
    expect(consumer.policy).toEqual({ kind: 'retry', delaysMs: [2_000, 2_000, 2_000], exhausted: 'park' });
  });
});

describe('delivery', () => {
  test('carries the event’s id, so that a receiver can tell a repeat', async () => {
    const { deliver, sent } = open();
    await deliver(shipped());
    await deliver(shipped());
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['event-1', 'event-1']);
    expect(sent[0]?.place).toEqual({ topic: orderEvents.name, partition: 1, offset: 7, eventId: 'event-1' });
  });

  test('fails for recipients that are meant to fail, and for them alone', async () => {
    const { deliver, sent, released } = open();
    const answers = await deliver(shipped('fail-1', 'event-1'), shipped('customer-2', 'event-2'));
    expect(answers).toEqual([expect.objectContaining({ name: 'DeliveryFailed' }), undefined]);
    expect(sent).toHaveLength(1);
    expect(released).toEqual(['event-1']);
  });

  test('that the channel refuses is answered with its error, and the reservation is released', async () => {
    const { deliver, reserved, released } = open();
    const [answer] = await deliver(shipped('away'));
    expect(answer).toEqual(new Error('no answer'));
    expect([reserved, released]).toEqual([['event-1'], ['event-1']]);
  });

  test('of an event whose notification is there is skipped without being reserved', async () => {
    const { deliver, sent, reserved } = open({ done: ['event-1'] });
    expect(await deliver(shipped('customer-1', 'event-1'), shipped('customer-1', 'event-2'))).toEqual([
      undefined,
      undefined,
    ]);
    expect(reserved).toEqual(['event-2']);
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['event-2']);
  });

  test('begins none any more once its time is over, and counts none of those as a try', async () => {
    const { deliverUntil, sent, released } = open();
    const all = Array.from({ length: 100 }, (_, n) => shipped(`customer-${n}`, `event-${n}`));
    const answers = await deliverUntil(() => sent.length >= 40, all);
    expect(sent).toHaveLength(40);
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(40);
    expect(answers.filter((answer) => answer === notTried)).toHaveLength(60);
    expect(released).toEqual([]);
  });

  test('that the end of the process cut off counts as not tried', async () => {
    const { deliver } = open();
    expect(await deliver(shipped('cut off', '1'), shipped('customer-2', '2'))).toEqual([notTried, undefined]);
  });

  test('stops as a whole while another process is in charge of one of them', async () => {
    const { deliver, sent } = open({ held: ['event-1'] });
    await expect(deliver(shipped())).rejects.toThrow('another process is in charge of event-1');
    expect(sent).toEqual([]);
  });

  test('goes to the order’s address, else the user’s, else the recipient where that is one', async () => {
    const user = '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b12';
    const { deliver, sent } = open({ users: [{ id: user, email: 'user@example.com' }] });
    await deliver(
      shipped(user, '1', 'order@example.com'),
      shipped(user, '2'),
      shipped('me@example.com', '3'),
      shipped('nobody', '4'),
      shipped('@home', '5'),
    );
    expect(sent.map(({ email }) => email)).toEqual([
      'order@example.com',
      'user@example.com',
      'me@example.com',
      null,
      null,
    ]);
  });
});
