import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { uniquePrefix } from '../support/topics.js';
import { createTestDatabase } from '../support/database.js';
import { refusal } from '../support/refusals.js';
import {
  changeStatus,
  createOrder,
  createOrders,
  eventsSubscription,
  orderFields,
  orderStats,
  orderStatsWindows,
  type EventsAnswer,
  type OrderAnswer,
} from './support.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

let orders: UnderTest;
let client: TestClient;
beforeAll(async () => {
  orders = await startUnderTest();
  ({ client } = orders);
});

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: OrderAnswer }[];
  readonly nodes: readonly OrderAnswer[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
  readonly asOf: string;
}

const pageQuery = `query ($first: Int, $after: String, $customerId: ID, $region: String, $status: OrderStatus) {
  orders(first: $first, after: $after, customerId: $customerId, region: $region, status: $status) {
    edges { cursor node { id } } nodes ${orderFields}
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount asOf
  }
}`;
const page = async (variables: object): Promise<Page> =>
  (await client.data<{ orders: Page }>(pageQuery, variables)).orders;

const statsAt = `query ($currency: Currency!, $position: Position, $waitMs: Int) {
  orderStats(currency: $currency, consistentWith: $position, waitMs: $waitMs) { total { count } }
}`;

describe('a position', () => {
  test('makes the statistics contain the write, 100 times in a row', async () => {
    for (let count = 1; count <= 100; count += 1) {
      const { position } = await createOrder(client, { currency: 'JPY', totalAmount: count });
      expect((await orderStats(client, 'JPY', position)).total).toMatchObject({
        count,
        totalAmount: String((count * (count + 1)) / 2),
      });
    }
  });

  test('of 15 writers at once makes each see its own', async () => {
    await Promise.all(
      Array.from({ length: 15 }, async (_, n) => {
        const region = `writer-${n}`;
        for (let count = 1; count <= 5; count += 1) {
          const { position } = await createOrder(client, { currency: 'USD', region });
          const { regions } = await orderStats(client, 'USD', position);
          expect(regions.find((row) => row.region === region)?.aggregate.count).toBe(count);
        }
      }),
    );
  });

  test('of a replay, of a batch and of a status change can be waited for, too', async () => {
    const id = randomUUID();
    const input = { id, currency: 'CHF' };
    await createOrder(client, input);
    const replay = await createOrder(client, input);
    expect((await orderStats(client, 'CHF', replay.position)).total.count).toBe(1);
    const batch = await createOrders(client, [
      input,
      ...Array.from({ length: 300 }, () => ({ currency: 'CHF' })),
    ]);
    expect((await orderStats(client, 'CHF', batch.position)).total.count).toBe(301);
    const shipped = await changeStatus(client, { orderId: id, to: 'SHIPPED' });
    expect((await orderStats(client, 'CHF', shipped.position)).total.count).toBe(301);
  });

  test('of a replay whose predecessor was rolled back is not waited for in vain', async () => {
    const input = { id: randomUUID(), currency: 'SEK' };
    await createOrder(client, input);
    // Takes an outbox id that is never committed.
    await orders.database.query(`select nextval(pg_get_serial_sequence('outbox', 'id'))`);
    const { position } = await createOrder(client, input);
    expect((await orderStats(client, 'SEK', position)).total.count).toBe(1);
  });

  test('that was tampered with, or is none, is BAD_USER_INPUT', async () => {
    const { position } = await createOrder(client, {});
    const changed = position.slice(0, -1) + (position.endsWith('A') ? 'B' : 'A');
    for (const bad of [changed, '', 'x', `${position}.`, 'x'.repeat(100_000)]) {
      const answer = await client.post(statsAt, { currency: 'KRW', position: bad });
      expect(refusal(answer).extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'consistentWith' });
      const read =
        'query ($id: ID!, $position: Position) { order(id: $id, consistentWith: $position) { id } }';
      const order = await client.post(read, { id: randomUUID(), position: bad });
      expect(refusal(order).extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'consistentWith' });
    }
  });

  test.each([-1, 10_001])('with waitMs %i is refused', async (waitMs) => {
    const { position } = await createOrder(client, {});
    const answer = await client.post(statsAt, { currency: 'KRW', position, waitMs });
    expect(refusal(answer).extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'waitMs' });
  });

  test('that the read model does not reach is POSITION_TIMEOUT after waitMs, and the order itself is read at once', async () => {
    const database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, TOPIC_PREFIX: uniquePrefix() };
    const all = await startMillrace({ env });
    await all.stop();
    const alone = await startMillrace({ env, roles: ['gateway', 'relay'] });
    const other = createTestClient(alone.url);
    const { order, position } = await createOrder(other, {});
    const began = performance.now();
    const { extensions } = refusal(await other.post(statsAt, { currency: 'KRW', position, waitMs: 300 }));
    expect(extensions.code).toBe('POSITION_TIMEOUT');
    expect(performance.now() - began).toBeGreaterThan(290);
    expect(performance.now() - began).toBeLessThan(1_500);
    const watched = other.subscribe(
      'subscription ($position: Position) { orderStats(currency: "KRW", consistentWith: $position, waitMs: 100) { version } }',
      { position },
    );
    await expect(watched.next()).rejects.toThrow('POSITION_TIMEOUT');
    const read = await other.data(
      'query ($id: ID!, $position: Position) { order(id: $id, consistentWith: $position) { id } }',
      { id: order.id, position },
    );
    expect(read).toEqual({ order: { id: order.id } });
    await alone.stop();
  });
});

describe('orders', () => {
  const customerId = 'pages';
  let ids: string[];
  beforeAll(async () => {
    const inputs = Array.from({ length: 25 }, (_, n) => ({
      id: randomUUID(),
      customerId,
      region: n % 2 ? '서울' : '부산',
      // Some share a time, so that the id decides.
      placedAt: new Date(Date.UTC(2026, 1, 1, 0, Math.floor(n / 4))).toISOString(),
    }));
    await createOrders(client, inputs);
    for (const { id } of inputs.slice(0, 5)) await changeStatus(client, { orderId: id, to: 'SHIPPED' });
    ids = inputs
      .toSorted((a, b) => (a.placedAt === b.placedAt ? compare(b.id, a.id) : compare(b.placedAt, a.placedAt)))
      .map(({ id }) => id);
  });

  test('come newest first by placedAt, then id, in pages without gap or repeat', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 1; ; pages += 1) {
      const found: Page = await page({ first: 10, after, customerId });
      expect(found.totalCount).toBe(25);
      expect(found.edges.map(({ node }) => node.id)).toEqual(found.nodes.map(({ id }) => id));
      expect(found.pageInfo).toMatchObject({
        hasPreviousPage: pages > 1,
        startCursor: found.edges[0]?.cursor,
        endCursor: found.edges.at(-1)?.cursor,
      });
      seen.push(...found.nodes.map(({ id }) => id));
      if (!found.pageInfo.hasNextPage) break;
      after = found.pageInfo.endCursor;
    }
    expect(seen).toEqual(ids);
  });

  test('are 50 unless `first` says otherwise, and at most 500', async () => {
    await createOrders(
      client,
      Array.from({ length: 510 }, () => ({ customerId: 'many' })),
    );
    expect((await page({ customerId: 'many' })).nodes).toHaveLength(50);
    const most = await page({ customerId: 'many', first: 500 });
    expect(most.nodes).toHaveLength(500);
    expect(most.pageInfo.hasNextPage).toBe(true);
  });

  test('are narrowed by customer, region and status together', async () => {
    expect(await page({ customerId, region: '서울' })).toMatchObject({ totalCount: 12 });
    expect(await page({ customerId, region: '부산'.normalize('NFD') })).toMatchObject({ totalCount: 13 });
    const shipped = await page({ customerId, status: 'SHIPPED', region: '부산' });
    expect(shipped.totalCount).toBe(3);
    expect(shipped.nodes.every(({ status, region }) => status === 'SHIPPED' && region === '부산')).toBe(true);
    expect(await page({ customerId: "' or 1=1 --" })).toMatchObject({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('say with asOf where the events continue, without gap or repeat', async () => {
    const asked = { customerId: 'as-of' };
    const before = await createOrders(
      client,
      Array.from({ length: 20 }, () => asked),
    );
    await orderStats(client, 'KRW', before.position);
    const { asOf, nodes } = await page(asked);
    expect(nodes).toHaveLength(20);
    await createOrders(
      client,
      Array.from({ length: 30 }, () => asked),
    );
    const watched = client.subscribe<EventsAnswer>(eventsSubscription, {
      after: asOf,
      filter: asked,
      heartbeat: 1,
    });
    await watched.until(
      ({ extensions, data }) =>
        data?.orderEvents === null && extensions?.upToDate === true && watched.all.length > 30,
    );
    const ids = watched.all.flatMap(({ data }) => data?.orderEvents?.orderId ?? []);
    expect(new Set([...ids, ...nodes.map(({ id }) => id)]).size).toBe(50);
    expect(ids).toHaveLength(30);
    watched.complete();
  });

  test('and statistics say with asOf exactly which events they contain, while orders come in', async () => {
    const inputs = Array.from({ length: 200 }, (_, n) => ({
      currency: 'NOK',
      totalAmount: n + 1,
      customerId: 'folded',
    }));
    const sending = Promise.all(inputs.map((input) => createOrder(client, input)));
    const moments = [];
    for (let n = 0; n < 8; n += 1) moments.push(await orderStats(client, 'NOK'));
    await sending;
    for (const { asOf, total } of moments) {
      const watched = client.subscribe<EventsAnswer>(eventsSubscription, {
        after: asOf,
        filter: { customerId: 'folded' },
      });
      for (let left = inputs.length - total.count; left > 0; left -= 1) await watched.next();
      watched.complete();
    }
  });
});

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

describe('orderStatsWindows', () => {
  const late = { currency: 'DKK', size: 'HOUR', from: '2015-06-01T00:00:00Z', to: '2015-06-02T00:00:00Z' };

  test('count an order that came years late in its window, which is final', async () => {
    const { position } = await createOrder(client, {
      currency: 'DKK',
      totalAmount: '1.10',
      region: '서울',
      placedAt: '2015-06-01T10:15:00Z',
    });
    const [window, ...others] = await orderStatsWindows(client, { ...late, position });
    expect(others).toEqual([]);
    expect(window).toMatchObject({
      start: '2015-06-01T10:00:00.000Z',
      end: '2015-06-01T11:00:00.000Z',
      region: null,
      final: true,
      aggregate: {
        count: 1,
        totalAmount: '1.10',
        averageAmount: '1.10',
        minAmount: '1.10',
        maxAmount: '1.10',
      },
    });
    const again = await createOrder(client, {
      currency: 'DKK',
      totalAmount: '2.21',
      region: '부산',
      placedAt: '2015-06-01T10:59:59.999Z',
    });
    const [corrected] = await orderStatsWindows(client, { ...late, position: again.position });
    expect(corrected).toMatchObject({
      final: true,
      // 3.31 / 2 = 1.655, half-even.
      aggregate: {
        count: 2,
        totalAmount: '3.31',
        averageAmount: '1.66',
        minAmount: '1.10',
        maxAmount: '2.21',
      },
    });
    expect(corrected!.version).toBeGreaterThan(window!.version);
    const [region] = await orderStatsWindows(client, { ...late, region: '부산' });
    expect(region).toMatchObject({ region: '부산', aggregate: { count: 1, totalAmount: '2.21' } });
  });

  test('and statistics are exact beyond what an amount may have', async () => {
    const amount = { currency: 'EUR', totalAmount: '999999999999999.99', placedAt: '2026-01-01T00:00:00Z' };
    const { position } = await createOrders(
      client,
      Array.from({ length: 101 }, () => amount),
    );
    const total = { count: 101, totalAmount: '100999999999999998.99', averageAmount: '999999999999999.99' };
    expect((await orderStats(client, 'EUR', position)).total).toMatchObject(total);
    const asked = { currency: 'EUR', size: 'DAY', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    expect((await orderStatsWindows(client, asked)).map(({ aggregate }) => aggregate)).toMatchObject([total]);
  });

  test('begin at their start and end before their end, also before 1970', async () => {
    const times = [
      '1969-12-31T23:59:59.999Z',
      '1970-01-01T00:00:00.000Z',
      '1970-01-01T00:04:59.999Z',
      '1970-01-01T00:05:00Z',
    ];
    let position: string | null = null;
    for (const placedAt of times) ({ position } = await createOrder(client, { currency: 'PLN', placedAt }));
    const asked = {
      currency: 'PLN',
      size: 'FIVE_MINUTES',
      from: '1969-12-31T23:00:00Z',
      to: '1970-01-01T01:00:00Z',
    };
    const windows = await orderStatsWindows(client, { ...asked, position });
    expect(windows.map(({ start, aggregate }) => [start, aggregate.count])).toEqual([
      ['1969-12-31T23:55:00.000Z', 1],
      ['1970-01-01T00:00:00.000Z', 2],
      ['1970-01-01T00:05:00.000Z', 1],
    ]);
    // A range takes in each window that it overlaps; its end is excluded.
    const overlap = { ...asked, from: '1970-01-01T00:04:00Z', to: '1970-01-01T00:05:00Z' };
    expect((await orderStatsWindows(client, overlap)).map(({ start }) => start)).toEqual([
      '1970-01-01T00:00:00.000Z',
    ]);
  });

  test('span at most 1,000 windows, and a range that is none is refused', async () => {
    const asked = {
      currency: 'KRW',
      size: 'MINUTE',
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-01T16:40:00Z',
    };
    expect(await orderStatsWindows(client, asked)).toEqual([]);
    await expect(orderStatsWindows(client, { ...asked, to: '2026-01-01T16:40:00.001Z' })).rejects.toThrow(
      /BAD_USER_INPUT/,
    );
    await expect(orderStatsWindows(client, { ...asked, to: asked.from })).rejects.toThrow(/BAD_USER_INPUT/);
    await expect(orderStatsWindows(client, { ...asked, from: '2026-02-30T00:00:00Z' })).rejects.toThrow(
      /"field":"from"/,
    );
  });
});
