import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { refusal } from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  aNotification,
  countRows,
  markRead,
  page,
  readMutation,
  send,
  sendMutation,
  type NotificationAnswer,
  type NotificationInput,
  type Payload,
} from './support.js';

/** Without the service that delivers: what it does is its own test's. */
let notifications: UnderTest;
let client: TestClient;
/** Of two gateways on one database. */
let clients: TestClient[];
beforeAll(async () => {
  notifications = await startUnderTest({ roles: ['gateway', 'relay'] });
  ({ client } = notifications);
  const other = await startMillrace({ env: notifications.env, roles: ['gateway'] });
  clients = [client, createTestClient(other.url)];
});

const post = (input: NotificationInput, key?: string) =>
  client.post<{ sendNotification: Payload }>(sendMutation, { input: aNotification(input), key });
const rows = () => countRows(notifications.database);
const onBoth = <T>(count: number, call: (from: TestClient, n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => call(clients[n % 2]!, n)));
/** The only notification of its recipient, as the list has it. */
const read = async (recipientId: string): Promise<NotificationAnswer | undefined> =>
  (await page(client, { recipientId })).nodes[0];

const eventsOf = (id: string): Promise<{ key: string; type: string; value: Record<string, unknown> }[]> =>
  notifications.database.query(
    `select convert_from(key, 'UTF8') as key, headers->>'ce_type' as type, convert_from(value, 'UTF8')::json as value
     from outbox where topic = 'notification.events.v1' and convert_from(value, 'UTF8')::json->>'id' = $1 order by id`,
    [id],
  );

describe('sendNotification', () => {
  test('stores it at once, undelivered and unread, with an event that has the whole of it', async () => {
    const recipientId = randomUUID();
    const before = Date.now();
    const { notification, replayed } = await send(client, { recipientId });
    expect(notification).toEqual({
      ...aNotification({ recipientId }),
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      data: null,
      sourceEventId: null,
      version: 1,
      createdAt: expect.any(String),
      deliveredAt: null,
      readAt: null,
      cursor: null,
    });
    expect(replayed).toBe(false);
    expect(Date.parse(notification.createdAt)).toBeGreaterThanOrEqual(before);
    expect(await read(recipientId)).toEqual(notification);
    const { cursor: _, ...value } = notification;
    expect(await eventsOf(notification.id)).toEqual([
      { key: recipientId, type: 'notification.created', value: { ...value, orderId: null } },
    ]);
  });

  test('stores text in NFC and of as many characters as allowed', async () => {
    const recipientId = `부산-${randomUUID()}`.normalize('NFD');
    const { notification } = await send(client, {
      recipientId,
      title: '😀'.repeat(200),
      body: `${'e\u0301'.repeat(9_999)}\u0001`,
    });
    expect(notification).toMatchObject({
      recipientId: recipientId.normalize('NFC'),
      title: '😀'.repeat(200),
      body: `${'\u00e9'.repeat(9_999)}\u0001`,
    });
    expect(await read(recipientId)).toEqual(notification);
  });

  const data = {
    numbers: [0, -1, 0.1, 1.5e-7, 2 ** 53 - 1, 1e21, 1.7976931348623157e308, 5e-324],
    nothing: null,
    text: 'e\u0301 \u0001 "\\ 😀 \\u0000',
    deep: { list: [[], {}, [{ a: [true, false, null] }]] },
    '': 'no name',
    '10': 'a',
    '9': 'b',
  };

  test('answers data as it was given, now and from the list, also members with odd names', async () => {
    const recipientId = randomUUID();
    const odd = JSON.parse('{ "__proto__": { "a": 1 }, "constructor": 2, "toString": null }') as object;
    const sent = { ...data, odd, text: 'x' };
    Object.defineProperty(sent, '__proto__', { value: { polluted: true }, enumerable: true });
    const { notification } = await send(client, { recipientId, data: sent });
    expect(JSON.stringify(notification.data)).toBe(JSON.stringify(sent));
    expect(JSON.stringify((await read(recipientId))?.data)).toBe(JSON.stringify(sent));
    expect((await send(client, { recipientId, data: {} })).notification.data).toEqual({});
  });

  test('takes data of 64 KB together with the longest body', async () => {
    const recipientId = randomUUID();
    const text = 'x'.repeat(65_536 - '{"a":""}'.length);
    const { notification } = await send(client, {
      recipientId,
      data: { a: text },
      body: '\u0001'.repeat(9_999) + '.',
    });
    expect(notification.data).toEqual({ a: text });
    expect(await read(recipientId)).toEqual(notification);
    expect((await markRead(client, notification.id)).notification.version).toBe(2);
  });

  test('accepts an id again with the same values, however they are written, and changes nothing', async () => {
    const id = randomUUID();
    const { notification } = await send(client, { id, title: 'Caf\u00e9', data });
    const before = await rows();
    const backwards = Object.fromEntries(Object.entries(data).toReversed());
    for (const repeat of [{ data }, { data: backwards }, { data: null }, { id: id.toUpperCase() }])
      expect(await send(client, { id, title: 'Cafe\u0301', ...repeat })).toMatchObject({
        notification: { id, version: 1, createdAt: notification.createdAt, data: notification.data },
        replayed: true,
      });
    expect(await rows()).toEqual(before);
    const { notification: now } = await markRead(client, id);
    expect(await send(client, { id, title: 'Caf\u00e9' })).toMatchObject({
      notification: now,
      replayed: true,
    });
  });

  test.each<[string, NotificationInput]>([
    ['recipient', { recipientId: 'recipient-2' }],
    ['kind', { kind: 'farewell' }],
    ['title', { title: 'hello' }],
    ['body', { body: 'Nice to see you!' }],
    ['member of data', { data: { a: 1, b: 2 } }],
    ['value in data', { data: { a: '1' } }],
    ['order within a list of data', { data: { a: 1, list: [2, 1] } }],
    ['null in data', { data: { a: 1, list: [1, 2], b: null } }],
  ])('refuses an id that exists with another %s, and changes nothing', async (_, difference) => {
    const id = randomUUID();
    await send(client, { id, data: { a: 1, list: [1, 2] } });
    const before = await rows();
    const { message, extensions } = refusal(await post({ id, ...difference }));
    expect(extensions).toMatchObject({ code: 'CONFLICT', reason: 'ALREADY_EXISTS' });
    expect(message).toContain(id);
    expect(await rows()).toEqual(before);
  });

  test('refuses data for an id that was sent without', async () => {
    const id = randomUUID();
    await send(client, { id });
    expect(refusal(await post({ id, data: {} })).extensions.reason).toBe('ALREADY_EXISTS');
  });

  test('makes one notification of 50 calls at once with one id', async () => {
    const id = randomUUID();
    const answers = await onBoth(50, (from) => send(from, { id, data }));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await eventsOf(id)).toHaveLength(1);
  });
});

describe('an idempotency key', () => {
  test('gives 50 calls at once one notification and one answer, which one of them had first', async () => {
    const before = await rows();
    const [key, recipientId] = [randomUUID(), randomUUID()];
    const answers = await onBoth(50, (from) => send(from, { recipientId, data: { a: 1e300 } }, key));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(
      new Set(answers.map(({ notification, position }) => JSON.stringify([notification, position]))).size,
    ).toBe(1);
    const after = await rows();
    expect([after.notifications! - before.notifications!, after.outbox! - before.outbox!]).toEqual([1, 1]);
    expect((await page(client, { recipientId })).totalCount).toBe(1);
  });

  test('takes members of data in any order for the same, and no others', async () => {
    const key = randomUUID();
    const first = await send(client, { data: { a: 1, b: { c: null } } }, key);
    expect(await send(client, { data: { b: { c: null }, a: 1 } }, key)).toEqual({ ...first, replayed: true });
    for (const data of [{ a: 1, b: {} }, { a: 1, b: { c: 0 } }, { a: 1 }, {}, null])
      expect(refusal(await post({ data }, key)).extensions).toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
        field: 'idempotencyKey',
      });
  });

  test('gives the first answer also after the notification was read, and is not used up by a refused call', async () => {
    const [key, id] = [randomUUID(), randomUUID()];
    await send(client, { id });
    expect(refusal(await post({ id, title: 'Another' }, key)).extensions.code).toBe('CONFLICT');
    const first = await send(client, {}, key);
    await markRead(client, first.notification.id);
    expect(await send(client, {}, key)).toEqual({ ...first, replayed: true });
  });
});

describe('markNotificationRead', () => {
  test('says when it was read, with a new version and an event that has the whole of it', async () => {
    const recipientId = randomUUID();
    const { notification } = await send(client, { recipientId, data: { a: 1e300, list: [0.1] } });
    const { notification: readOne, replayed } = await markRead(client, notification.id.toUpperCase());
    expect(readOne).toEqual({ ...notification, version: 2, readAt: expect.any(String) });
    expect(replayed).toBe(false);
    expect(await read(recipientId)).toEqual(readOne);
    const { cursor: _, ...value } = readOne;
    expect((await eventsOf(notification.id))[1]).toEqual({
      key: recipientId,
      type: 'notification.read',
      value: { ...value, orderId: null },
    });
  });

  test('of one that is read changes nothing, also by 50 at once', async () => {
    const { notification } = await send(client);
    const answers = await onBoth(50, (from) => markRead(from, notification.id));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer.notification))).size).toBe(1);
    const before = await rows();
    expect(await markRead(client, notification.id)).toMatchObject({
      notification: { version: 2 },
      position: expect.any(String),
      replayed: true,
    });
    expect(await rows()).toEqual(before);
  });

  test('of one that does not exist is NOT_FOUND', async () => {
    const id = randomUUID();
    const { message, extensions } = refusal(await client.post(readMutation, { id }));
    expect(extensions.code).toBe('NOT_FOUND');
    expect(message).toContain(id);
  });
});
