import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { anOrder } from '../orders/support.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { createQueue, type Queue } from '../support/queue.js';
import { startUnderTest } from '../support/under-test.js';
import { apollo } from './apollo.js';
import type { ClientKind, Result, StandardClient } from './client.js';
import { graphqlSse } from './graphql-sse.js';
import { graphqlWs } from './graphql-ws.js';
import { relay } from './relay.js';
import { urql } from './urql.js';

/* The clients that people have, set up as their documentation says, against the real gateway. */

// TODO: without the condition once the gateway has /graphql/stream.
const hasStreams = existsSync(new URL('../../src/gateway/sse.ts', import.meta.url));
const kinds: readonly ClientKind[] = [apollo, urql, graphqlWs, relay, ...(hasStreams ? [graphqlSse] : [])];

let millrace: MillraceProcess;
let restart: () => Promise<void>;
beforeAll(async () => {
  const underTest = await startUnderTest();
  ({ millrace } = underTest);
  restart = async () => {
    await millrace.stop();
    millrace = await startMillrace({ env: underTest.env, port: millrace.port });
  };
});

const start = ({ create }: ClientKind, retryAttempts = 1_000): StandardClient => {
  const client = create({ url: millrace.url, retryAttempts });
  closeAtEnd(async () => {
    try {
      await client.stop();
    } catch {
      // The gateway is gone already, and it was connecting again.
    }
  });
  return client;
};

const orderQuery = 'query GetOrder($id: ID!) { order(id: $id) { id region totalAmount status version } }';
const createOrder =
  'mutation CreateOrder($input: CreateOrderInput!) { createOrder(input: $input) { order { id } replayed } }';
const orderEvents = `subscription OrderEvents($filter: OrderEventFilter, $heartbeat: Int) {
  orderEvents(filter: $filter, heartbeat: $heartbeat) { id type orderId region cursor }
}`;
const orderStats =
  'subscription OrderStats($currency: Currency!) { orderStats(currency: $currency) { currency version total { count } } }';

interface Following extends Queue<Result> {
  /** Rejects with what the client gave to `error`. */
  readonly ended: Promise<void>;
  unsubscribe(): void;
}

const followed: Following[] = [];
afterEach(() => followed.splice(0).forEach(({ unsubscribe }) => unsubscribe()));

const follow = (client: StandardClient, query: string, variables: Record<string, unknown>): Following => {
  const queue = createQueue<Result>(query.slice(0, 60));
  let unsubscribe = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    unsubscribe = client.subscribe(query, variables, {
      next: queue.push,
      error: (error) => {
        queue.end(new Error(`It failed: ${String(error)} ${JSON.stringify(error)}`, { cause: error }));
        reject(error);
      },
      complete: resolve,
    });
  });
  ended.catch(() => undefined);
  const following = { ...queue, ended, unsubscribe };
  followed.push(following);
  return following;
};

/** Events of a customer, from when the greeting came. */
const followEvents = async (
  client: StandardClient,
  customerId: string,
  heartbeat = 60,
): Promise<Following> => {
  const events = follow(client, orderEvents, { filter: { customerId }, heartbeat });
  expect(await greeting(events)).toEqual({ cursor: expect.any(String), upToDate: expect.any(Boolean) });
  return events;
};

const greeting = async (events: Following) => {
  const { data, extensions } = await events.next();
  expect(data).toEqual({ orderEvents: null });
  return extensions;
};

const order = (client: StandardClient, input: Parameters<typeof anOrder>[0]) =>
  client.mutate(createOrder, { input: anOrder(input) });

const active = async (transport: ClientKind['transport']): Promise<number> => {
  const metrics = await (await fetch(`${millrace.url}/metrics`, { headers: { connection: 'close' } })).text();
  const line = new RegExp(`^millrace_subscriptions{transport="${transport}"} (\\d+)$`, 'm').exec(metrics);
  return Number(line?.[1] ?? 0);
};

describe.each(kinds)('$name', (kind) => {
  let client: StandardClient;
  beforeAll(() => {
    client = start(kind);
  });

  test('asks and changes', async () => {
    const id = randomUUID();
    const { data } = await order(client, { id, region: '서울', totalAmount: '12000' });
    expect(data).toMatchObject({ createOrder: { order: { id }, replayed: false } });
    expect((await client.query(orderQuery, { id })).data).toMatchObject({
      order: { id, region: '서울', totalAmount: '12000', status: 'PAID', version: 1 },
    });
    expect((await client.query(orderQuery, { id: randomUUID() })).data).toEqual({ order: null });
  });

  test('follows events, of which the heartbeat brings none', async () => {
    const customerId = randomUUID();
    const events = await followEvents(client, customerId);
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of ids) await order(client, { id, customerId, region: 'a "quoted"\n지역 🎉' });
    const seen = [await events.next(), await events.next(), await events.next()];
    // Of three orders, so in any order.
    for (const orderId of ids)
      expect(seen.map(({ data }) => data)).toContainEqual({
        orderEvents: expect.objectContaining({
          orderId,
          type: 'order.created',
          region: 'a "quoted"\n지역 🎉',
        }),
      });
  });

  test('shows progress while it is quiet', async () => {
    const events = follow(client, orderEvents, { filter: { customerId: randomUUID() }, heartbeat: 1 });
    for (let n = 0; n < 3; n += 1) expect(await greeting(events)).toHaveProperty('upToDate');
  });

  test('follows a state', async () => {
    const currency = 'ISK';
    const stats = follow(client, orderStats, { currency });
    const { orderStats: before } = (await stats.next()).data as { orderStats: { total: { count: number } } };
    await order(client, { currency });
    const { data } = await stats.until(
      (result) => (result.data as { orderStats: typeof before }).orderStats.total.count > before.total.count,
    );
    expect(data).toMatchObject({ orderStats: { currency, total: { count: before.total.count + 1 } } });
  });

  test('unsubscribes, and the gateway ends what it had asked for', async () => {
    // What earlier tests had asked for.
    await eventually(async () => (await active(kind.transport)) === 0);
    const customerId = randomUUID();
    const events = await followEvents(client, customerId);
    // Some clients ask but once for what is the same.
    const others = await followEvents(client, customerId, 59);
    expect(await active(kind.transport)).toBe(2);
    events.unsubscribe();
    await eventually(async () => (await active(kind.transport)) === 1);
    await order(client, { customerId });
    expect((await others.next()).data).toHaveProperty('orderEvents.type', 'order.created');
    expect(events.all).toHaveLength(1);
    others.unsubscribe();
    await eventually(async () => (await active(kind.transport)) === 0);
  });

  test('shows our errors in its own form', async () => {
    const failed = await client.query(orderQuery, { id: 'no UUID' }).catch((error: unknown) => error);
    const code = 'BAD_USER_INPUT';
    expect(await client.errorsIn(failed)).toMatchObject([
      { message: expect.stringContaining('UUID'), extensions: { code, field: 'id' } },
    ]);
    const asking = start(kind, 0);
    const refused = follow(asking, orderEvents, { heartbeat: 61 });
    const error: unknown = await refused.ended.catch((reason: unknown) => reason);
    expect(await client.errorsIn(error)).toMatchObject([
      { message: expect.stringContaining('between 1 and 60'), extensions: { code, field: 'heartbeat' } },
    ]);
    // Its connection is as good as before.
    expect((await asking.query(orderQuery, { id: randomUUID() })).data).toEqual({ order: null });
  });
});

test('all go on by themselves after the gateway was restarted on its port', async () => {
  const customerId = randomUUID();
  const following = await Promise.all(
    kinds.map(async (kind) => {
      const client = start(kind);
      const stats = follow(client, orderStats, { currency: 'NOK' });
      await stats.next();
      return { client, stats, events: await followEvents(client, customerId) };
    }),
  );
  await restart();
  for (const { events, stats } of following) {
    expect(await greeting(events)).toHaveProperty('upToDate');
    expect((await stats.next()).data).toMatchObject({ orderStats: { total: { count: 0 } } });
  }
  const id = randomUUID();
  await order(following[0]!.client, { id, customerId, currency: 'NOK' });
  for (const { events, stats } of following) {
    expect((await events.next()).data).toMatchObject({ orderEvents: { orderId: id } });
    expect((await stats.next()).data).toMatchObject({ orderStats: { total: { count: 1 } } });
  }
});
