import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createNotificationCommands } from '../../src/commands/notifications.js';
import { createProductCommands } from '../../src/commands/products.js';
import { recoveries } from '../../src/commands/recoveries.js';
import { eventHeaders } from '../../src/events/envelope.js';
import type { Notification, NotificationEventType } from '../../src/events/notifications.js';
import type { Product, ProductEventType } from '../../src/events/products.js';
import { notificationEvents, productEvents } from '../../src/events/topics.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import { createDatabase, type Database } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import { findNotification, insertOfEvents } from '../../src/postgres/notifications.js';
import { findProducts } from '../../src/postgres/products.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';

let database: Database;
let commands: Parameters<typeof createProductCommands>[0];
beforeAll(async () => {
  const { url } = await createTestDatabase();
  database = createDatabase({
    url,
    logger: createLogger('silent'),
    poolSize: 2,
    statementTimeoutMs: 15_000,
  });
  closeAtEnd(database.stop);
  await migrate(database);
  commands = {
    database,
    consistency: {
      positionOf: () => 'position',
      positionInLog: () => 'position',
      waitFor: () => Promise.resolve(),
    },
    onCommitted: () => undefined,
    now: Date.now,
  };
});

const recordOf = (topic: string, type: string, data: object, offset: number): LogRecord => ({
  topic,
  partition: 0,
  offset,
  timestampMs: 0,
  key: Buffer.from('key'),
  value: Buffer.from(JSON.stringify(data)),
  headers: eventHeaders({ id: randomUUID(), type, time: '2026-01-31T09:30:00.000Z' }),
});

const recover = (topic: string, events: readonly (readonly [type: string, data: object])[]): Promise<void> =>
  database.transaction(async (tx) => {
    await recoveries.get(topic)?.(
      tx,
      events.map(([type, data], offset) => recordOf(topic, type, data, offset)),
    );
  });

describe('products', () => {
  const input = { productName: 'Kettle', price: '12.50', currency: 'GBP', stockQuantity: 10 };
  const time = '2026-01-31T09:30:00.000Z';
  const aProduct = (change: Partial<Product> = {}): Product => ({
    ...input,
    id: randomUUID(),
    version: 1,
    createdAt: time,
    updatedAt: time,
    ...change,
  });
  const recoverProducts = (...events: [ProductEventType, Product][]) => recover(productEvents.name, events);

  test('that the database never saw come back as they last were, and know what they were created with', async () => {
    const product = aProduct();
    const last = { ...product, stockQuantity: 3, price: '9.00', version: 3 };
    await recoverProducts(
      ['product.created', product],
      ['product.changed', { ...product, stockQuantity: 3, version: 2 }],
      ['product.changed', last],
    );
    expect(await findProducts(database, [product.id])).toEqual([last]);
    const { createProduct } = createProductCommands(commands);
    expect(await createProduct('caller', { ...input, id: product.id })).toMatchObject({
      product: last,
      replayed: true,
    });
    await expect(
      createProduct('caller', { ...input, id: product.id, stockQuantity: 3 }),
    ).rejects.toMatchObject({
      details: { reason: 'ALREADY_EXISTS' },
    });
  });

  test('that the database has in an earlier version are brought up to date, and in a later one are left alone', async () => {
    const { createProduct, updateProduct } = createProductCommands(commands);
    const { product } = await createProduct('caller', input);
    const changed = { ...product, productName: 'Pot', stockQuantity: 0, version: 2 };
    await recoverProducts(['product.changed', changed]);
    expect(await findProducts(database, [product.id])).toEqual([changed]);
    expect(await createProduct('caller', { ...input, id: product.id })).toMatchObject({ replayed: true });
    const { product: newest } = await updateProduct('caller', {
      id: product.id,
      input: { stockQuantity: 7 },
    });
    expect(newest.version).toBe(3);
    await recoverProducts(['product.created', product], ['product.changed', changed]);
    expect(await findProducts(database, [product.id])).toEqual([newest]);
  });
});

describe('notifications', () => {
  const aNotification = (change: Partial<Notification> = {}): Notification => ({
    id: randomUUID(),
    recipientId: 'recipient-1',
    kind: 'order.created',
    title: 'Hello',
    body: 'Nice to see you.',
    data: JSON.parse('{ "a": [0.1, 1e300, null], "__proto__": { "b": 1 } }') as Record<string, unknown>,
    orderId: randomUUID(),
    sourceEventId: randomUUID(),
    version: 1,
    createdAt: '2026-01-31T09:30:00.000Z',
    deliveredAt: '2026-01-31T09:30:00.000Z',
    readAt: null,
    ...change,
  });
  const recoverNotifications = (...events: [NotificationEventType, Notification][]) =>
    recover(notificationEvents.name, events);

  test('that the database never saw come back as they last were', async () => {
    const notification = aNotification();
    const read = { ...notification, readAt: '2026-01-31T10:00:00.000Z', version: 2 };
    const sent = aNotification({ orderId: null, sourceEventId: null, deliveredAt: null, data: null });
    await recoverNotifications(
      ['notification.created', notification],
      ['notification.read', read],
      ['notification.created', sent],
    );
    for (const one of [read, sent]) {
      const found = await findNotification(database, one.id);
      expect(found).toEqual(one);
      expect(JSON.stringify(found?.data)).toBe(JSON.stringify(one.data));
    }
  });

  test('that the database has in an earlier version are brought up to date, and in a later one are left alone', async () => {
    const { sendNotification, markNotificationRead } = createNotificationCommands(commands);
    const { notification } = await sendNotification('caller', {
      recipientId: 'recipient-1',
      kind: 'greeting',
      title: 'Hello',
      body: 'Nice to see you.',
    });
    const read = { ...notification, readAt: '2026-01-31T10:00:00.000Z', version: 3 };
    await recoverNotifications(['notification.read', read]);
    expect(await findNotification(database, notification.id)).toEqual(read);
    expect(await markNotificationRead(notification.id)).toMatchObject({ notification: read, replayed: true });
    await recoverNotifications(['notification.created', notification]);
    expect(await findNotification(database, notification.id)).toEqual(read);
  });

  test('of an event that has another one already stay away', async () => {
    const [first, second] = [aNotification(), aNotification()];
    const again = { ...second, sourceEventId: first.sourceEventId };
    await database.transaction((tx) => insertOfEvents(tx, [first]));
    await recoverNotifications(['notification.created', again]);
    expect(await findNotification(database, again.id)).toBeUndefined();
    expect(await findNotification(database, first.id)).toEqual(first);
  });
});
