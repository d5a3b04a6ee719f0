import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import type { TestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

/** The notification service of a whole Millrace, whose webhook is a server of this test. */
interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly recipientId: string; readonly kind: string };
}

const posted: Posted[] = [];
/** Answers of the webhook's server, by recipient; 200 for others. */
const answers = new Map<string, number>();

let tested: UnderTest;
let client: TestClient;

const startReceiver = async (): Promise<string> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Posted['body'];
      posted.push({ headers: request.headers, body });
      response.writeHead(answers.get(body.recipientId) ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
};

beforeAll(async () => {
  tested = await startUnderTest({
    env: {
      NOTIFICATION_CHANNELS: 'log,webhook',
      NOTIFICATION_WEBHOOK_URL: await startReceiver(),
      NOTIFICATION_WEBHOOK_ALLOW_PRIVATE: 'true',
      NOTIFICATION_RETRY_DELAY_MS: '100',
    },
  });
  ({ client } = tested);
});

const createOrder = async (customerId: string): Promise<string> => {
  const { createOrder: created } = await client.data<{ createOrder: { order: { id: string } } }>(
    `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { order { id } } }`,
    { input: { customerId, totalAmount: '12.50', currency: 'USD' } },
  );
  return created.order.id;
};

const move = (orderId: string, to: string) =>
  client.data(
    `mutation ($id: ID!, $to: OrderStatus!) { changeOrderStatus(orderId: $id, to: $to) { replayed } }`,
    {
      id: orderId,
      to,
    },
  );

interface Notified {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly sourceEventId: string | null;
  readonly deliveredAt: string | null;
}

const notificationsOf = async (recipientId: string): Promise<Notified[]> => {
  const { notifications } = await client.data<{ notifications: { nodes: Notified[] } }>(
    `query ($id: ID!) { notifications(recipientId: $id) { nodes { id kind title sourceEventId deliveredAt } } }`,
    { id: recipientId },
  );
  return notifications.nodes;
};

const whenNotified = (recipientId: string, count: number) =>
  eventually(async () => {
    const nodes = await notificationsOf(recipientId);
    expect(nodes).toHaveLength(count);
    return nodes;
  });

const whenDelivered = (recipientId: string) =>
  eventually(async () => (await notificationsOf(recipientId))[0]?.deliveredAt != null);

interface Letter {
  readonly id: string;
  readonly topic: string;
  readonly consumer: string;
  readonly error_class: string;
  readonly attempts: number;
  readonly key: Buffer;
}

const lettersOf = (key: string) =>
  tested.database.query<Letter>('select * from dead_letters where key = $1', [Buffer.from(key)]);

const customer = () => `customer-${randomUUID()}`;

describe('an order', () => {
  test('is notified once for each of its events, in their order, through every channel', async () => {
    const id = customer();
    const orderId = await createOrder(id);
    await move(orderId, 'SHIPPED');
    await move(orderId, 'DELIVERED');
    const nodes = await whenNotified(id, 3);
    const kinds = ['order.created', 'order.shipped', 'order.delivered'];
    expect(nodes.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    expect(nodes.every(({ deliveredAt }) => deliveredAt !== null)).toBe(true);
    const own = posted.filter(({ body }) => body.recipientId === id);
    expect(own.map(({ body }) => body.kind)).toEqual(kinds);
    const keys = own.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys)).toEqual(new Set(nodes.map(({ sourceEventId }) => sourceEventId)));
    const { order } = await client.data<{ order: { notifications: { totalCount: number } } }>(
      `query ($id: ID!) { order(id: $id) { notifications { totalCount } } }`,
      { id: orderId },
    );
    expect(order.notifications.totalCount).toBe(3);
  });

  test('of a customer whose delivery fails: three more tries, then a dead letter, while others are notified', async () => {
    const failing = `fail-${randomUUID()}`;
    const orderId = await createOrder(failing);
    const other = customer();
    await createOrder(other);
    await whenNotified(other, 1);
    const [letter] = await eventually(async () => {
      const letters = await lettersOf(orderId);
      return letters.length > 0 && letters;
    });
    expect(letter).toMatchObject({
      topic: 'order.events.v1',
      consumer: 'notification-consumer-group',
      error_class: 'DeliveryFailed',
      attempts: 4,
    });
    const record = await eventually(async () => {
      const records = (await readTopic(`${tested.topicPrefix}order.created.v1.dlq`)).flat();
      return records.find(({ key }) => key === orderId);
    });
    const [event] = (await readTopic(`${tested.topicPrefix}order.events.v1`))
      .flat()
      .filter(({ key }) => key === orderId);
    expect(record.value).toEqual(event?.value);
    expect(record.headers).toMatchObject({
      ce_type: 'order.created',
      'millrace-dlq-topic': 'order.events.v1',
      'millrace-dlq-offset': String(event?.offset),
      'millrace-dlq-attempts': '4',
    });
    expect(record.headers['millrace-dlq-error']).toMatch(/^DeliveryFailed: /);
    expect(await notificationsOf(failing)).toEqual([]);
    const lines = tested.millrace
      .output()
      .split('\n')
      .filter((line) => line.includes(event?.headers.ce_id ?? 'none') && line.includes('"attempt"'));
    expect(lines).toHaveLength(4);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({
        topic: 'order.events.v1',
        partition: event?.partition,
        offset: event?.offset,
        eventId: event?.headers.ce_id,
      });
  });

  test('whose webhook fails for a while is notified in the end, under one id', async () => {
    const id = customer();
    answers.set(id, 503);
    await createOrder(id);
    await eventually(() => posted.filter(({ body }) => body.recipientId === id).length >= 2);
    answers.delete(id);
    const [notified] = await whenNotified(id, 1);
    const keys = posted
      .filter(({ body }) => body.recipientId === id)
      .map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys)).toEqual(new Set([notified?.sourceEventId]));
    expect(await tested.database.query('select from dead_letters where error like $1', [`%${id}%`])).toEqual(
      [],
    );
  });
});

describe('what a client sends', () => {
  const send = async (recipientId: string): Promise<Notified> => {
    const { sendNotification } = await client.data<{ sendNotification: { notification: Notified } }>(
      `mutation ($input: SendNotificationInput!) {
         sendNotification(input: $input) { notification { id kind title sourceEventId deliveredAt } } }`,
      { input: { recipientId, kind: 'news', title: 'News', body: 'There is some.' } },
    );
    return sendNotification.notification;
  };

  test('shows at once, and is delivered by the service', async () => {
    const id = customer();
    expect(await send(id)).toMatchObject({ deliveredAt: null });
    expect(await notificationsOf(id)).toHaveLength(1);
    await whenDelivered(id);
    expect(posted.filter(({ body }) => body.recipientId === id)).toHaveLength(1);
  });

  test('that cannot be delivered stays without delivery, and is a letter of its topic', async () => {
    const id = `fail-${randomUUID()}`;
    await send(id);
    const [letter] = await eventually(async () => {
      const letters = await lettersOf(id);
      return letters.length > 0 && letters;
    });
    expect(letter).toMatchObject({ topic: 'notification.events.v1', attempts: 4 });
    expect(await notificationsOf(id)).toEqual([expect.objectContaining({ deliveredAt: null })]);
    await eventually(async () =>
      (await readTopic(`${tested.topicPrefix}notification.created.v1.dlq`))
        .flat()
        .some(({ key }) => key === id),
    );
  });

  test('was read meanwhile is delivered all the same', async () => {
    const id = customer();
    const { id: notificationId } = await send(id);
    await client.data(`mutation ($id: ID!) { markNotificationRead(id: $id) { replayed } }`, {
      id: notificationId,
    });
    await whenDelivered(id);
  });
});

test('an event that is read again is a DUPLICATE, skipped and logged', async () => {
  const id = customer();
  await createOrder(id);
  const [notified] = await whenNotified(id, 1);
  await tested.millrace.stop();
  await tested.database.query(
    `update positions set next_offset = 0, last_seq = 0, last_id = null where worker = 'notification-consumer-group'`,
  );
  const before = posted.length;
  const again = await startUnderTest({ env: { ...tested.env, NOTIFICATION_CHANNELS: 'log' } });
  await eventually(() =>
    again.millrace
      .output()
      .split('\n')
      .some((line) => line.includes('DUPLICATE') && line.includes(notified?.sourceEventId ?? 'none')),
  );
  expect(posted).toHaveLength(before);
  const rows = await tested.database.query('select from notifications where recipient_id = $1', [id]);
  expect(rows).toHaveLength(1);
});
