import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Order, OrderEvent } from '../../src/events/orders.js';
import { orderEvents } from '../../src/events/topics.js';
import { createLogger } from '../../src/logger.js';
import { createDatabase, type Transaction } from '../../src/postgres/database.js';
import { insertOrders, lockOrder, updateOrderStatus } from '../../src/postgres/orders.js';
import { appendEvents } from '../../src/postgres/outbox.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { startMillrace } from '../support/process.js';
import { verifyDelivered, verifyOrders } from '../support/verify.js';
import { between, createRandom, report, type Random } from './random.js';
import { createWorld } from './world.js';
import { watchEvents } from './watch.js';

const pairs = 500;
const atOnce = 8;

test(`none of ${pairs} pairs of mutations that commit in the opposite order of their ids is skipped`, async () => {
  const random = createRandom('commit order');
  const world = await createWorld();
  const millrace = await startMillrace({ env: world.env });
  const events = await watchEvents(millrace.url);
  const logger = createLogger('silent');
  const database = createDatabase({
    url: world.database.url,
    logger,
    poolSize: 2 * atOnce,
    statementTimeoutMs: 15_000,
  });
  closeAtEnd(database.stop);

  const accepted: string[] = [];
  const refused: string[] = [];
  let inverted = 0;
  let highest = 0;

  /** `early` takes its id first and commits, or is rolled back, last. @returns whether it was committed */
  const invert = async (early: Mutation, late: Mutation, mayFail: boolean): Promise<boolean> => {
    const isRolledBack = mayFail && random() < 0.2;
    const pauseMs = random() < 0.1 ? between(random, 100, 400) : between(random, 0, 20);
    try {
      await database.transaction(async (tx) => {
        const [earlyId = 0] = await early(tx);
        const [lateId = 0] = await database.transaction(late);
        expect(lateId).toBeGreaterThan(earlyId);
        highest = Math.max(highest, lateId);
        inverted += 1;
        await sleep(pauseMs);
        if (isRolledBack) throw new RolledBack();
      });
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error;
    }
    return !isRolledBack;
  };

  /** Two orders are created, then shipped the other way round: the order of each one's events goes against that of the other's. */
  const twoPairs = async (): Promise<void> => {
    const [one, two] = [newOrder(random), newOrder(random)];
    const isThere = await invert(creation(one), creation(two), true);
    (isThere ? accepted : refused).push(one.id);
    accepted.push(two.id);
    const third = newOrder(random);
    await invert(shipping(two.id), isThere ? shipping(one.id) : creation(third), false);
    if (!isThere) accepted.push(third.id);
  };

  let left = pairs / 2;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await twoPairs();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  expect(inverted).toBe(pairs);

  const found = await verifyOrders({ ...world, accepted, refused, timeoutMs: 60_000 });
  await eventually(() => events.delivered.length >= found.events);
  await events.stop();
  await verifyDelivered(world.topicPrefix, events.delivered);
  // The ids of what was rolled back never come: the relay does not wait for them for ever.
  await eventually(async () => {
    const [row] = await world.database.query<{ frontier: number }>('select frontier::int from relay_lease');
    return (row?.frontier ?? 0) >= highest;
  });
  report('commit order', `${JSON.stringify(found)}, ${refused.length} rolled back`);
}, 120_000);

test('a transaction that stays open holds up nobody else, and its own event follows', async () => {
  const random = createRandom('open transaction');
  const world = await createWorld();
  const millrace = await startMillrace({ env: world.env });
  const events = await watchEvents(millrace.url);
  const logger = createLogger('silent');
  const database = createDatabase({
    url: world.database.url,
    logger,
    poolSize: 4,
    statementTimeoutMs: 15_000,
  });
  closeAtEnd(database.stop);
  const [slow, ...others] = Array.from({ length: 51 }, () => newOrder(random)) as [Order, ...Order[]];
  await database.transaction(async (tx) => {
    await creation(slow)(tx);
    for (const order of others) await database.transaction(creation(order));
    await eventually(() => events.delivered.length === others.length);
  });
  await eventually(() => events.delivered.at(-1)?.orderId === slow.id);
  await verifyOrders({ ...world, accepted: [slow, ...others].map(({ id }) => id) });
  await events.stop();
}, 60_000);

class RolledBack extends Error {}

/** @returns the outbox ids, as the commands do it: the row first, then its event */
type Mutation = (tx: Transaction) => Promise<number[]>;

const newOrder = (random: Random): Order => {
  const placedAt = new Date(Date.UTC(2026, 0, 31, 9, between(random, 0, 59))).toISOString();
  return {
    id: randomUUID(),
    customerId: 'customer-1',
    customerEmail: null,
    region: '서울',
    totalAmount: `${between(random, 1, 100_000)}`,
    currency: 'KRW',
    status: 'PAID',
    version: 1,
    placedAt,
    updatedAt: placedAt,
  };
};

const eventOf = (type: OrderEvent['type'], order: Order, previousStatus: Order['status'] | null) => ({
  topic: orderEvents.name,
  key: order.id,
  event: { id: uuidv7(), type, time: order.updatedAt, data: { ...order, previousStatus } },
});

const creation =
  (order: Order): Mutation =>
  async (tx) => [...(await insertOrders(tx, [order], [eventOf('order.created', order, null)])).values()];

const shipping =
  (id: string): Mutation =>
  async (tx) => {
    const order = await lockOrder(tx, id);
    if (!order) throw new Error(`there is no order ${id}`);
    const next: Order = { ...order, status: 'SHIPPED', version: order.version + 1 };
    await updateOrderStatus(tx, next);
    return appendEvents(tx, [eventOf('order.shipped', next, order.status)]);
  };
