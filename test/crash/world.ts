import { expect } from '@jest/globals';
import { eventually } from '../support/await.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { uniquePrefix } from '../support/topics.js';
import { verifyDelivered, verifyOrders, type OrdersReport } from '../support/verify.js';
import { startLoad, type Load } from './load.js';
import type { Random } from './random.js';
import { watchEvents, watchStats, type EventWatcher, type StatsWatcher } from './watch.js';

/** A database and topics of its own, for the processes of one test. */
export interface World {
  readonly database: TestDatabase;
  readonly topicPrefix: string;
  readonly env: Readonly<Record<string, string>>;
}

export const createWorld = async (): Promise<World> => {
  const database = await createTestDatabase();
  const topicPrefix = uniquePrefix();
  return { database, topicPrefix, env: { DATABASE_URL: database.url, TOPIC_PREFIX: topicPrefix } };
};

/** Load on a gateway, watched by subscribers from before the first order on. */
export interface Traffic {
  readonly load: Load;
  readonly client: TestClient;
  readonly events: EventWatcher;
  readonly stats: readonly StatsWatcher[];
}

export const startTraffic = async (
  url: string,
  random: Random,
  mostPauseMs?: number,
  shipsAny?: boolean,
): Promise<Traffic> => {
  const client = createTestClient(url);
  const [events, ...stats] = await Promise.all([
    watchEvents(url),
    watchStats(url, 'KRW'),
    watchStats(url, 'GBP'),
  ]);
  return { client, events, stats, load: startLoad({ client, random, mostPauseMs, shipsAny }) };
};

/**
 * Ends the load, waits until all is folded and delivered, and holds everything against the log: rows, statistics, numbers,
 * what the subscribers have seen.
 */
export const verifyTraffic = async (
  { database, topicPrefix }: World,
  { load, client, events, stats }: Traffic,
): Promise<OrdersReport> => {
  await load.end();
  const { accepted, sent, unknown, shipped } = load.journal;
  expect(accepted.size + unknown.size).toBe(sent.size);
  const report = await verifyOrders({ database, topicPrefix, accepted, client, timeoutMs: 60_000 });

  const rows = await database.query<{ id: string; version: number }>('select id, version::int from orders');
  expect(rows.filter(({ id }) => !sent.has(id))).toEqual([]);
  expect(rows.filter(({ id, version }) => version > 1 !== shipped.has(id))).toEqual([]);

  await eventually(() => events.delivered.length >= report.events);
  for (const watcher of stats) {
    const [currency] = watcher === stats[0] ? ['KRW'] : ['GBP'];
    const { orderStats } = await client.data<{ orderStats: object }>(
      `query ($currency: Currency!) {
        orderStats(currency: $currency) { version total { count totalAmount } regions { region aggregate { count } } }
      }`,
      { currency },
    );
    await eventually(() => expect(watcher.last()).toEqual(orderStats) ?? true);
    expect([...watcher.violations, ...watcher.shrinkings]).toEqual([]);
    await watcher.stop();
  }
  await events.stop();
  await verifyDelivered(topicPrefix, events.delivered);
  expect(await deadLetters(database)).toBe(0);
  return report;
};

const deadLetters = async (database: TestDatabase): Promise<number> => {
  const [row] = await database.query<{ count: number }>('select count(*)::int as count from dead_letters');
  return row?.count ?? 0;
};

/** Every `order.created` of the entity topic has a copy with its id, and nothing else has. */
export const verifyCopies = async ({ topicPrefix }: World): Promise<void> => {
  const idsOf = async (topic: string, type: string): Promise<Set<string | undefined>> => {
    const records = (await readTopic(`${topicPrefix}${topic}`)).flat();
    return new Set(
      records
        .map(({ headers }) => headers)
        .filter(({ ce_type }) => ce_type === type)
        .map(({ ce_id }) => ce_id),
    );
  };
  const events = await idsOf('order.events.v1', 'order.created');
  await eventually(
    async () => expect(await idsOf('order.created.v1', 'order.created')).toEqual(events) ?? true,
    {
      everyMs: 500,
    },
  );
};

/** Sum of the stream's offsets: it rises with each batch that is folded. */
export const foldedOffsets = async (database: TestDatabase): Promise<number> => {
  const [row] = await database.query<{ sum: number }>(
    `select coalesce(sum(next_offset), 0)::int as sum from positions where worker = 'order-stats'`,
  );
  return row?.sum ?? 0;
};
