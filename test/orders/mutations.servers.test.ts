import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { verifyOrders } from '../support/verify.js';
import { refusal } from '../support/refusals.js';
import {
  anOrder,
  changeStatus,
  changeStatusMutation,
  countRows,
  createOrder,
  createOrderMutation,
  createOrders,
  eventsSubscription,
  orderFields,
  orderStats,
  type EventsAnswer,
  type OrderAnswer,
  type OrderInput,
  type Payload,
} from './support.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

let orders: UnderTest;
let client: TestClient;
beforeAll(async () => {
  orders = await startUnderTest();
  ({ client } = orders);
});

const send = (input: OrderInput, key?: string) =>
  client.post<{ createOrder: Payload }>(createOrderMutation, { input: anOrder(input), key });
const move = (orderId: string, to: string, rest: { from?: string; key?: string } = {}) =>
  client.post<{ changeOrderStatus: Payload }>(changeStatusMutation, { orderId, to, ...rest });
const read = async (id: string): Promise<OrderAnswer | null> =>
  (
    await client.data<{ order: OrderAnswer | null }>(`query ($id: ID!) { order(id: $id) ${orderFields} }`, {
      id,
    })
  ).order;
const rows = () => countRows(orders.database);

describe('createOrder', () => {
  test('fills in id, region and time, and begins as PAID', async () => {
    const before = Date.now();
    const { order, replayed } = await createOrder(client, { totalAmount: 12, currency: 'GBP' });
    expect(order).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      customerEmail: null,
      region: 'unknown',
      totalAmount: '12.00',
      status: 'PAID',
      statusCode: 20,
      version: 1,
    });
    expect(replayed).toBe(false);
    expect(Date.parse(order.placedAt)).toBeGreaterThanOrEqual(before);
    expect(await read(order.id)).toEqual(order);
  });

  test("stores text in NFC, email and id in lower case, time in UTC, the amount with its currency's digits", async () => {
    const id = randomUUID();
    const { order } = await createOrder(client, {
      id: id.toUpperCase(),
      customerId: 'e\u0301lan',
      customerEmail: 'Jose\u0301@Example.COM',
      region: '부산'.normalize('NFD'),
      totalAmount: '12.500',
      currency: 'GBP',
      placedAt: '2026-01-31T18:30:00.123456+09:00',
    });
    expect(order).toMatchObject({
      id,
      customerId: '\u00e9lan',
      customerEmail: 'jos\u00e9@example.com',
      region: '부산'.normalize('NFC'),
      totalAmount: '12.50',
      placedAt: '2026-01-31T09:30:00.123Z',
    });
    expect(await read(id.toUpperCase())).toEqual(order);
  });

  test('accepts an id again with the same values, however they are written, and changes nothing', async () => {
    const id = randomUUID();
    const first = await createOrder(client, {
      id,
      customerEmail: 'a@example.com',
      region: '서울',
      totalAmount: '12.5',
      currency: 'GBP',
      placedAt: '2026-01-31T09:00:00Z',
    });
    const before = await rows();
    const repeats: OrderInput[] = [
      {
        totalAmount: '12.50',
        region: '서울',
        customerEmail: 'A@example.com',
        placedAt: '2026-01-31T10:00:00+01:00',
      },
      { totalAmount: '012.5', id: id.toUpperCase() },
      { totalAmount: '12.5', region: null, placedAt: null, customerEmail: null },
    ];
    for (const repeat of repeats) {
      const answer = await createOrder(client, { id, currency: 'GBP', ...repeat });
      expect(answer).toMatchObject({ order: first.order, replayed: true });
    }
    expect(await rows()).toEqual(before);
  });

  test.each<[string, OrderInput]>([
    ['amount', { totalAmount: '1001' }],
    ['currency', { currency: 'JPY' }],
    ['customer', { customerId: 'customer-2' }],
    ['region', { region: '대구' }],
    ['email', { customerEmail: 'b@example.com' }],
    ['time', { placedAt: '2026-01-31T09:00:00.001Z' }],
  ])('refuses an id that exists with another %s, and changes nothing', async (_, difference) => {
    const id = randomUUID();
    const { order } = await createOrder(client, { id, region: '서울', placedAt: '2026-01-31T09:00:00Z' });
    const before = await rows();
    const { message, extensions } = refusal(await send({ id, ...difference }));
    expect(extensions).toMatchObject({ code: 'CONFLICT', reason: 'ALREADY_EXISTS' });
    expect(message).toContain(id);
    expect(await rows()).toEqual(before);
    expect(await read(id)).toEqual(order);
  });

  test('answers the order as it is now when its id is repeated after it was shipped', async () => {
    const id = randomUUID();
    await createOrder(client, { id });
    await changeStatus(client, { orderId: id, to: 'SHIPPED' });
    expect(await createOrder(client, { id })).toMatchObject({
      order: { status: 'SHIPPED', version: 2 },
      replayed: true,
    });
  });

  test('makes one order of 50 calls at once with the same id', async () => {
    const input = { id: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => createOrder(client, input)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ order }) => JSON.stringify(order))).size).toBe(1);
    expect(await eventsOf(input.id)).toBe(1);
  });
});

const eventsOf = async (orderId: string): Promise<number | undefined> => {
  const [row] = await orders.database.query<{ count: number }>(
    `select count(*)::int as count from outbox where topic = 'order.events.v1' and convert_from(key, 'UTF8') = $1`,
    [orderId],
  );
  return row?.count;
};

describe('createOrders', () => {
  test('accepts the good ones and names each bad one by index, code and field', async () => {
    const before = await rows();
    const taken = randomUUID();
    await createOrder(client, { id: taken });
    const batch = await createOrders(client, [
      {},
      { totalAmount: '0' },
      { currency: 'gbp' },
      { id: 'x' },
      { id: taken, totalAmount: '2' },
      { placedAt: '2026-02-30T00:00:00Z' },
      { customerId: '' },
      { region: 'a\0b' },
      { customerEmail: 'nobody' },
      {},
    ]);
    expect(batch).toMatchObject({ accepted: 2, replayed: 0, position: expect.any(String) });
    expect(batch.rejected.map(({ index, code, reason, field }) => [index, code, reason, field])).toEqual([
      [1, 'BAD_USER_INPUT', null, expect.stringContaining('totalAmount')],
      [2, 'BAD_USER_INPUT', null, expect.stringContaining('currency')],
      [3, 'BAD_USER_INPUT', null, expect.stringContaining('id')],
      [4, 'CONFLICT', 'ALREADY_EXISTS', null],
      [5, 'BAD_USER_INPUT', null, expect.stringContaining('placedAt')],
      [6, 'BAD_USER_INPUT', null, expect.stringContaining('customerId')],
      [7, 'BAD_USER_INPUT', null, expect.stringContaining('region')],
      [8, 'BAD_USER_INPUT', null, expect.stringContaining('customerEmail')],
    ]);
    const after = await rows();
    expect([after.orders! - before.orders!, after.outbox! - before.outbox!]).toEqual([3, 3]);
  });

  test('has no position when it accepted nothing', async () => {
    expect(await createOrders(client, [{ totalAmount: '-1' }])).toMatchObject({
      accepted: 0,
      position: null,
    });
    expect(await createOrders(client, [])).toEqual({
      accepted: 0,
      replayed: 0,
      rejected: [],
      position: null,
    });
  });

  test('counts orders that exist as replayed, and one that stands twice in the batch', async () => {
    const [old, twice] = [randomUUID(), randomUUID()];
    await createOrder(client, { id: old, totalAmount: '12.5', currency: 'GBP' });
    const batch = await createOrders(client, [
      { id: old, totalAmount: '12.50', currency: 'GBP' },
      { id: twice },
      { id: twice.toUpperCase(), totalAmount: 1000 },
      { id: twice, totalAmount: '7' },
    ]);
    expect(batch).toMatchObject({
      accepted: 3,
      replayed: 2,
      rejected: [{ index: 3, code: 'CONFLICT', reason: 'ALREADY_EXISTS' }],
    });
    expect(await eventsOf(twice)).toBe(1);
    expect(await read(twice)).toMatchObject({ totalAmount: '1000' });
  });

  test('accepts 1,000 orders and refuses 1,001', async () => {
    const inputs = Array.from({ length: 1_001 }, () => ({ id: randomUUID() }));
    expect(await createOrders(client, inputs.slice(1))).toMatchObject({ accepted: 1_000, rejected: [] });
    await expect(createOrders(client, inputs)).rejects.toThrow(/"field":"inputs","code":"BAD_USER_INPUT"/);
    expect(await read(inputs[0]!.id)).toBeNull();
  });

  test('keeps batches apart that hold the same orders in opposite order at the same time', async () => {
    const inputs = Array.from({ length: 100 }, () => ({ id: randomUUID() }));
    const batches = await Promise.all(
      Array.from({ length: 8 }, (_, n) => createOrders(client, n % 2 ? inputs : inputs.toReversed())),
    );
    expect(batches.map(({ accepted }) => accepted)).toEqual(batches.map(() => 100));
    expect(batches.reduce((sum, { replayed }) => sum + replayed, 0)).toBe(700);
  });
});

describe('an idempotency key', () => {
  test('gives 50 calls at once one effect and one answer, which one of them had first', async () => {
    const before = await rows();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => createOrder(client, {}, key)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ order, position }) => JSON.stringify([order, position]))).size).toBe(1);
    const after = await rows();
    expect([after.orders! - before.orders!, after.outbox! - before.outbox!]).toEqual([1, 1]);
  });

  test('gives the first answer also after the order has moved on', async () => {
    const key = randomUUID();
    const first = await createOrder(client, {}, key);
    await changeStatus(client, { orderId: first.order.id, to: 'SHIPPED' });
    expect(await createOrder(client, {}, key)).toEqual({ ...first, replayed: true });
  });

  test('takes an absent argument and null for the same, and members in any order', async () => {
    const key = randomUUID();
    const first = await createOrder(client, { totalAmount: 5 }, key);
    const input = { currency: 'KRW', region: null, totalAmount: '5', customerId: 'customer-1' };
    expect(await createOrder(client, input, key)).toEqual({ ...first, replayed: true });
  });

  test('refuses other arguments, also of 20 calls at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => send({ totalAmount: n + 1 }, key)),
    );
    expect(answers.filter(({ data }) => data?.createOrder)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions).toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
        field: 'idempotencyKey',
      });
  });

  test('is bound to the operation', async () => {
    const key = randomUUID();
    const { order } = await createOrder(client, {}, key);
    expect(refusal(await move(order.id, 'SHIPPED', { key })).extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await read(order.id)).toMatchObject({ status: 'PAID', version: 1 });
  });

  test('is not used up by a call that was refused', async () => {
    const [key, id] = [randomUUID(), randomUUID()];
    await createOrder(client, { id });
    expect(refusal(await send({ totalAmount: '0' }, key)).extensions.code).toBe('BAD_USER_INPUT');
    expect(refusal(await send({ id, totalAmount: '2' }, key)).extensions.code).toBe('CONFLICT');
    expect(refusal(await move(id, 'DELIVERED', { key })).extensions.code).toBe('CONFLICT');
    expect(refusal(await move(randomUUID(), 'SHIPPED', { key })).extensions.code).toBe('NOT_FOUND');
    expect(await createOrder(client, {}, key)).toMatchObject({ replayed: false });
  });

  test('together with an id that exists answers the order, and then always the same', async () => {
    const [key, id] = [randomUUID(), randomUUID()];
    await createOrder(client, { id });
    const second = await createOrder(client, { id }, key);
    expect(second.replayed).toBe(true);
    await changeStatus(client, { orderId: id, to: 'SHIPPED' });
    expect(await createOrder(client, { id }, key)).toEqual(second);
  });

  test('gives the first answer of a status change, and changes it once', async () => {
    const key = randomUUID();
    const { order } = await createOrder(client, {});
    const change = { orderId: order.id, from: 'PAID', to: 'SHIPPED', key };
    const answers = await Promise.all(Array.from({ length: 20 }, () => changeStatus(client, change)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ order: answered }) => JSON.stringify(answered))).size).toBe(1);
    await changeStatus(client, { orderId: order.id, to: 'DELIVERED' });
    expect(await changeStatus(client, change)).toMatchObject({
      order: { status: 'SHIPPED', version: 2 },
      replayed: true,
    });
    expect(refusal(await move(order.id, 'DELIVERED', { key })).extensions.code).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
    expect(await eventsOf(order.id)).toBe(3);
  });
});

describe('changeOrderStatus', () => {
  test('moves PAID to SHIPPED to DELIVERED, each with a new version', async () => {
    const { order } = await createOrder(client, {});
    const shipped = await changeStatus(client, {
      orderId: order.id.toUpperCase(),
      from: 'PAID',
      to: 'SHIPPED',
    });
    expect(shipped).toMatchObject({
      order: { id: order.id, status: 'SHIPPED', statusCode: 25, version: 2 },
      replayed: false,
    });
    const delivered = await changeStatus(client, { orderId: order.id, to: 'DELIVERED' });
    expect(delivered.order).toMatchObject({
      status: 'DELIVERED',
      statusCode: 80,
      version: 3,
      placedAt: order.placedAt,
    });
    expect(await read(order.id)).toEqual(delivered.order);
  });

  test.each([
    [0, ['PAID', 'DELIVERED']],
    [1, ['PAID', 'SHIPPED']],
    [2, ['PAID', 'SHIPPED', 'DELIVERED']],
  ])('refuses every other move after %i moves, and writes nothing', async (moves, forbidden) => {
    const { order } = await createOrder(client, {});
    for (const to of ['SHIPPED', 'DELIVERED'].slice(0, moves))
      await changeStatus(client, { orderId: order.id, to });
    const before = await rows();
    for (const to of forbidden)
      expect(refusal(await move(order.id, to)).extensions).toMatchObject({
        code: 'CONFLICT',
        reason: 'INVALID_TRANSITION',
      });
    expect(await rows()).toEqual(before);
  });

  test('refuses a stale `from` as VERSION_MISMATCH, also for a move that would be allowed', async () => {
    const { order } = await createOrder(client, {});
    await changeStatus(client, { orderId: order.id, to: 'SHIPPED' });
    const { message, extensions } = refusal(await move(order.id, 'DELIVERED', { from: 'PAID' }));
    expect(extensions).toMatchObject({ code: 'CONFLICT', reason: 'VERSION_MISMATCH' });
    expect(message).toMatch(/SHIPPED/);
    expect(await read(order.id)).toMatchObject({ status: 'SHIPPED', version: 2 });
  });

  test('lets one of 20 rivals ship an order', async () => {
    const { order } = await createOrder(client, {});
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => move(order.id, 'SHIPPED', { from: 'PAID' })),
    );
    expect(answers.filter(({ data }) => data?.changeOrderStatus)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions).toMatchObject({ code: 'CONFLICT', reason: 'VERSION_MISMATCH' });
    expect(await eventsOf(order.id)).toBe(2);
  });
});

describe('behind two gateways', () => {
  let clients: TestClient[];
  beforeAll(async () => {
    const other = await startMillrace({ env: orders.env });
    clients = [client, createTestClient(other.url)];
  });
  const onBoth = <T>(count: number, call: (from: TestClient, n: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => call(clients[n % 2]!, n)));

  test('50 calls at once with one key have one effect and one answer', async () => {
    const key = randomUUID();
    const answers = await onBoth(50, (from) => createOrder(from, {}, key));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ order, position }) => JSON.stringify([order, position]))).size).toBe(1);
  });

  test('50 calls at once with one id make one order, and of two inputs one wins', async () => {
    const id = randomUUID();
    const answers = await onBoth(50, (from, n) =>
      from.post<{ createOrder: Payload }>(createOrderMutation, {
        input: anOrder({ id, totalAmount: 1 + (n % 2) }),
      }),
    );
    const accepted = answers.flatMap(({ data }) => data?.createOrder ?? []);
    expect(new Set(accepted.map(({ order }) => order.totalAmount)).size).toBe(1);
    expect(accepted).toHaveLength(25);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions).toMatchObject({ code: 'CONFLICT', reason: 'ALREADY_EXISTS' });
    expect(await eventsOf(id)).toBe(1);
  });

  test('batches with the same orders, forwards and backwards, all succeed', async () => {
    const inputs = Array.from({ length: 200 }, () => ({ id: randomUUID() }));
    const batches = await onBoth(10, (from, n) =>
      createOrders(from, n % 4 < 2 ? inputs : inputs.toReversed()),
    );
    expect(batches.map(({ accepted, rejected }) => [accepted, rejected.length])).toEqual(
      batches.map(() => [200, 0]),
    );
    expect(batches.reduce((sum, { replayed }) => sum + replayed, 0)).toBe(1_800);
  });

  test('a write through one is read through the other with its position', async () => {
    for (let count = 1; count <= 30; count += 1) {
      const { position } = await createOrder(clients[count % 2]!, { currency: 'ZAR' });
      const { total } = await orderStats(clients[(count + 1) % 2]!, 'ZAR', position);
      expect(total.count).toBe(count);
    }
  });

  test('subscribers of both see each event once, and end with the same statistics', async () => {
    const watched = await Promise.all(
      clients.map(async (from) => {
        const events = from.subscribe<EventsAnswer>(eventsSubscription, {
          heartbeat: 60,
          filter: { customerId: 'both' },
        });
        await events.next();
        return events;
      }),
    );
    const created = await onBoth(200, (from) => createOrder(from, { customerId: 'both', currency: 'TRY' }));
    for (const events of watched) {
      const ids = new Set<string>();
      while (ids.size < created.length) {
        const { orderId } = (await events.next()).data!.orderEvents!;
        expect(ids.has(orderId)).toBe(false);
        ids.add(orderId);
      }
      await expect(events.next(200)).rejects.toThrow(/nothing more/);
      events.complete();
    }
    await verifyOrders({ database: orders.database, topicPrefix: orders.topicPrefix, client: clients[1] });
  });
});
