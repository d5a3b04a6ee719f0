import { beforeEach, describe, expect, it } from '@jest/globals';
import { createSourceEventStream, execute, graphql, parse, type ExecutionResult } from 'graphql';
import { MillraceError } from '../../src/errors.js';
import type { Order } from '../../src/events/orders.js';
import { createSchema } from '../../src/gateway/schema.js';
import type { EventsOptions } from '../../src/live/live.js';
import type { Database } from '../../src/postgres/database.js';
import { createContext, type Context, type Services } from '../../src/resolvers/context.js';
import { resolvers } from '../../src/resolvers/index.js';
import { scalars } from '../../src/resolvers/scalars.js';

const schema = createSchema(resolvers, scalars);

const id = '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10';
const order: Order = {
  id,
  customerId: 'customer-1',
  customerEmail: null,
  region: '서울',
  totalAmount: '34280',
  currency: 'KRW',
  status: 'SHIPPED',
  version: 2,
  placedAt: '2026-01-31T09:30:00.000Z',
  updatedAt: '2026-01-31T10:00:00.000Z',
};
const row = { count: 3, total: '75071', min: '10000', max: '40000' };
const place = { partition: 0, nextOffset: 7, sequence: 7 };

/** What was called, in order. */
let calls: unknown[][];
let context: Context;
let states: unknown[];

const iterable = (items: readonly unknown[]) => ({
  async *[Symbol.asyncIterator]() {
    yield* items;
  },
});

beforeEach(() => {
  calls = [];
  states = [];
  const outcome = async () => ({ order, position: 'position', replayed: false });
  const services = {
    database: {
      query: async (sql: string, values: unknown[]) => {
        calls.push(['query', sql.includes('count(*)') ? 'count' : 'rows', ...values]);
        return sql.includes('count(*)') ? [{ count: 1 }] : [];
      },
    } as unknown as Database,
    orders: {
      createOrder: (...args: unknown[]) => (calls.push(['createOrder', ...args]), outcome()),
      createOrders: async (...args: unknown[]) => {
        calls.push(['createOrders', ...args]);
        return { accepted: 0, replayed: 0, rejected: [], position: null };
      },
      changeOrderStatus: (...args: unknown[]) => (calls.push(['changeOrderStatus', ...args]), outcome()),
    },
    consistency: {
      waitFor: async (...args: unknown[]) => {
        calls.push(['waitFor', ...args]);
        if (args[1] === 'late') throw new MillraceError('POSITION_TIMEOUT', 'not yet');
      },
    },
    cursors: { encode: (topic: string) => `cursor of ${topic}` },
    live: {
      asOf: async (topic: string) => (calls.push(['asOf', topic]), 'as-of'),
      events: (options: EventsOptions<unknown>) => {
        calls.push(['events', options.after, options.heartbeatSeconds]);
        return iterable(states);
      },
    },
    orderWatches: {
      stats: (...args: unknown[]) => (calls.push(['stats', ...args]), iterable(states)),
      windows: () => iterable(states),
      order: () => iterable(states),
    },
  } as unknown as Services;
  context = createContext(services, { id: 'caller', admin: true, scope: 'admin' });
});

const run = (source: string, variableValues: Record<string, unknown> = {}): Promise<ExecutionResult> =>
  graphql({ schema, source, variableValues, contextValue: context });

const subscribe = async (source: string): Promise<unknown[]> => {
  const document = parse(source);
  const stream = await createSourceEventStream({ schema, document, contextValue: context });
  if (!(Symbol.asyncIterator in stream)) throw stream.errors?.[0]?.originalError ?? new Error('no stream');
  const results: unknown[] = [];
  for await (const item of stream) {
    const result = await execute({ schema, document, contextValue: context, rootValue: item });
    results.push(result.data ?? result.errors);
  }
  return results;
};

const refused = (result: ExecutionResult) => {
  const error = result.errors?.[0]?.originalError;
  return error instanceof MillraceError ? [error.code, error.details.field] : [error, undefined];
};

const nul = '\\u0000';
const windows = (from: string, to: string, size = 'MINUTE') =>
  `{ orderStatsWindows(currency: "KRW", size: ${size}, from: "${from}", to: "${to}") { start } }`;

describe('an argument that is out of bounds is BAD_USER_INPUT and nothing is read', () => {
  it.each([
    ['first', '{ orders(first: 501) { totalCount } }'],
    ['first', '{ orders(first: 0) { totalCount } }'],
    ['first', '{ orders(first: -1) { totalCount } }'],
    ['after', '{ orders(after: "nonsense") { totalCount } }'],
    [
      'after',
      `{ orders(after: "${Buffer.from('["2026-13-01T00:00:00Z","x"]').toString('base64url')}") { totalCount } }`,
    ],
    ['after', `{ orders(after: "${'a'.repeat(20_000)}") { totalCount } }`],
    ['customerId', `{ orders(customerId: "${nul}") { totalCount } }`],
    ['region', `{ orders(region: "a${nul}b") { totalCount } }`],
    ['id', '{ order(id: "7") { id } }'],
    ['id', `{ order(id: "${nul}") { id } }`],
    ['waitMs', `{ order(id: "${id}", waitMs: 10001) { id } }`],
    ['waitMs', '{ orderStats(currency: "KRW", waitMs: -1) { version } }'],
    ['currency', '{ orderStats(currency: "XXQ") { version } }'],
    ['currency', '{ orderStats(currency: "krw") { version } }'],
    ['from', windows('yesterday', '2026-01-01T00:00:00Z')],
    ['to', windows('2026-01-01T00:00:00Z', '2026-02-30T00:00:00Z')],
    ['to', windows('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')],
    ['to', windows('2026-01-01T00:00:30Z', '2026-01-01T16:40:01Z')],
    [
      'inputs',
      `mutation { createOrders(inputs: [${Array(1_001).fill('{ customerId: "a", totalAmount: 1, currency: "KRW" }').join(' ')}]) { accepted } }`,
    ],
  ])('%s: %.60s', async (field, query) => {
    expect(refused(await run(query))).toEqual(['BAD_USER_INPUT', field]);
    expect(calls).toEqual([]);
  });

  it.each([
    ['heartbeat', 'orderEvents(heartbeat: 0) { id }'],
    ['heartbeat', 'orderEvents(heartbeat: 61) { id }'],
    ['filter.orderId', 'orderEvents(filter: { orderId: "7" }) { id }'],
    ['filter.region', `orderEvents(filter: { region: "${nul}" }) { id }`],
    ['filter.types', 'orderEvents(filter: { types: ["order.lost"] }) { id }'],
    ['id', 'order(id: "7") { id }'],
    ['currency', 'orderStats(currency: "nope") { version }'],
    ['region', `orderStatsWindows(currency: "KRW", size: DAY, region: "${nul}") { version }`],
  ])('%s of a subscription: %s', async (field, selection) => {
    await expect(subscribe(`subscription { ${selection} }`)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field },
    });
    expect(calls).toEqual([]);
  });
});

describe('orders', () => {
  it('takes asOf before the rows are read, and only when asked', async () => {
    expect(
      (await run('{ orders { ...page } } fragment page on OrderConnection { nodes { id } asOf }')).data,
    ).toEqual({
      orders: { nodes: [], asOf: 'as-of' },
    });
    expect(calls.map(([what]) => what)).toEqual(['asOf', 'query']);
    calls = [];
    await run('{ orders { nodes { id } } }');
    expect(calls.map(([what]) => what)).toEqual(['query']);
  });

  it('counts only when asked', async () => {
    expect((await run('{ orders(status: PAID) { totalCount } }')).data).toEqual({
      orders: { totalCount: 1 },
    });
    expect(calls.map(([, what]) => what)).toEqual(['rows', 'count']);
  });

  it('a position of an order is checked and not waited for', async () => {
    expect(await run(`{ order(id: "${id.toUpperCase()}", consistentWith: "late") { id } }`)).toEqual({
      data: { order: null },
    });
    expect(calls[0]).toEqual(['waitFor', '', 'late', 0]);
  });
});

describe('mutations', () => {
  it('pass what was given, for the caller', async () => {
    const result = await run(
      'mutation { createOrder(input: { customerId: "a", totalAmount: 12, currency: "KRW" }, idempotencyKey: "k") { order { status statusCode } position replayed } }',
    );
    expect(result.data).toEqual({
      createOrder: { order: { status: 'SHIPPED', statusCode: 25 }, position: 'position', replayed: false },
    });
    expect(calls).toMatchObject([
      ['createOrder', 'caller', { customerId: 'a', totalAmount: '12', currency: 'KRW' }, 'k'],
    ]);
  });
});

describe('subscriptions', () => {
  it('order events carry their own id and the order as it was', async () => {
    states = [
      {
        kind: 'event',
        cursor: 'c1',
        event: {
          id: 'e1',
          type: 'order.shipped',
          time: order.updatedAt,
          data: { ...order, previousStatus: 'PAID' },
        },
      },
    ];
    expect(
      await subscribe(
        'subscription { orderEvents(after: "c0", heartbeat: 5) { id type orderId version previousStatus occurredAt cursor order { id } } }',
      ),
    ).toEqual([
      {
        orderEvents: {
          id: 'e1',
          type: 'order.shipped',
          orderId: id,
          version: 2,
          previousStatus: 'PAID',
          occurredAt: order.updatedAt,
          cursor: 'c1',
          order: null,
        },
      },
    ]);
    expect(calls[0]).toEqual(['events', 'c0', 5]);
  });

  it('an order that does not exist yet is null', async () => {
    states = [{ order: null }, { order }];
    expect(await subscribe(`subscription { order(id: "${id}") { version } }`)).toEqual([
      { order: null },
      { order: { version: 2 } },
    ]);
  });

  it('statistics of a region hold it alone', async () => {
    const state = (version: number) => ({
      currency: 'KRW',
      version,
      updatedAt: null,
      total: row,
      regions: new Map([
        ['부산', { ...row, region: '부산', version }],
        ['서울', { ...row, region: '서울', version }],
      ]),
      places: [place],
    });
    states = [state(1), state(3)];
    const results = await subscribe(
      'subscription { orderStats(currency: "KRW", region: "서울") { version asOf total { averageAmount minAmount } regions { region aggregate { count } } } }',
    );
    const expected = (version: number) => ({
      orderStats: {
        version,
        asOf: 'cursor of order.events.v1',
        total: { averageAmount: '25024', minAmount: '10000' },
        regions: [{ region: '서울', aggregate: { count: 3 } }],
      },
    });
    expect(results).toEqual([expected(1), expected(3)]);
    expect(calls).toEqual([['stats', 'KRW', '서울']]);
  });
});
