import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestClient } from '../support/graphql.js';
import { readTopic, type StoredRecord } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { startRedis } from '../support/redis.js';
import { scale, servers } from '../support/servers.js';
import { strikeDuring } from './faults.js';
import { startLoad } from './load.js';
import { createRandom, oneOf, report } from './random.js';
import { createWorld, verifyCopies, type World } from './world.js';

const [orders, faults] = [scale(600, 20_000), scale(3, 30)];
const group = 'notification-consumer-group';
/** Of the customers 1 to 40 these never get what they are sent. */
const failPrefix = 'customer-3';

/** A webhook's server that remembers which events it was told of, in order. */
const startReceiver = async () => {
  const keys: string[] = [];
  const server = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key']));
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { keys, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
};

interface OrderRecord {
  readonly id: string;
  readonly orderId: string;
  readonly fails: boolean;
}

/** The events of the log in the order of their keys, each once. */
const readEvents = async ({ topicPrefix }: World): Promise<OrderRecord[]> => {
  const records = (await readTopic(`${topicPrefix}order.events.v1`)).flat();
  const events = new Map(records.map((record: StoredRecord) => [record.headers.ce_id ?? '', record]));
  return [...events].map(([id, { key, value }]) => {
    const { customerId } = JSON.parse(String(value)) as { customerId: string };
    return { id, orderId: String(key), fails: customerId.startsWith(failPrefix) };
  });
};

const verifyNotifications = async (world: World, keys: readonly string[]): Promise<object> => {
  const { database } = world;
  const events = await readEvents(world);
  const good = events.filter(({ fails }) => !fails);
  const bad = events.filter(({ fails }) => fails);
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).sort();

  await eventually(
    async () => {
      const [row] = await database.query<{ n: number }>('select count(*)::int as n from notifications');
      return row?.n === good.length;
    },
    { timeoutMs: 60_000 },
  );
  const rows = await database.query<{ id: string }>('select source_event_id as id from notifications');
  expect(ids(rows)).toEqual(ids(good));
  expect([...new Set(keys)].sort()).toEqual(ids(good));

  const firsts = new Map<string, string>();
  for (const { id, orderId } of bad) if (!firsts.has(orderId)) firsts.set(orderId, id);
  const letters = await eventually(
    async () => {
      const found = await database.query<{ id: string; attempts: number; state: string; consumer: string }>(
        `select headers->>'ce_id' as id, attempts, state, consumer from dead_letters`,
      );
      expect(ids(found)).toEqual([...firsts.values()].sort());
      return found;
    },
    { timeoutMs: 60_000 },
  );
  expect(
    letters.every((one) => one.attempts === 3 && one.state === 'PENDING' && one.consumer === group),
  ).toBe(true);
  const behind = await database.query<{ id: string }>(`select headers->>'ce_id' as id from consumer_waiting`);
  expect(ids(behind)).toEqual(ids(bad.filter(({ id, orderId }) => firsts.get(orderId) !== id)));
  expect(await database.query('select from positions where fault is not null')).toEqual([]);

  // Told of an order's events in their order, whatever was told again.
  const told = new Map<string, number>();
  keys.forEach((key, n) => told.has(key) || told.set(key, n));
  const last = new Map<string, number>();
  for (const { id, orderId } of good) {
    expect(told.get(id)).toBeGreaterThan(last.get(orderId) ?? -1);
    last.set(orderId, told.get(id) ?? 0);
  }
  return {
    events: events.length,
    notified: good.length,
    letters: letters.length,
    repeats: keys.length - good.length,
  };
};

test(`consumers that are killed, and whose Redis is flushed, killed and paused, ${faults} times during ${orders} orders, write each notification once`, async () => {
  const random = createRandom('consumers');
  const world = await createWorld();
  const redis = servers().redisUrl === undefined ? undefined : await startRedis();
  const receiver = await startReceiver();
  const env = {
    ...world.env,
    REDIS_URL: redis?.url,
    NOTIFICATION_CHANNELS: 'webhook',
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_WEBHOOK_ALLOW_PRIVATE: 'true',
    NOTIFICATION_FAIL_PREFIX: failPrefix,
    NOTIFICATION_RETRIES: '2',
    NOTIFICATION_RETRY_DELAY_MS: '50',
  };
  const start = () => startMillrace({ env, roles: ['consumers'] });
  const gateway = await startMillrace({ env, roles: ['gateway', 'relay'] });
  const workers = [await start(), await start()];
  const load = startLoad({ client: createTestClient(gateway.url), random });

  const kill = async (): Promise<void> => {
    const victim = oneOf(random, [0, 1]);
    await workers[victim]?.kill9();
    workers[victim] = await start();
  };
  const ways: (() => Promise<void>)[] = [kill];
  if (redis)
    ways.push(
      redis.flush,
      async () => {
        redis.pause();
        await sleep(1_000);
        redis.resume();
      },
      async () => {
        await redis.kill9();
        await kill();
        await redis.restart();
      },
    );
  // Each way in turn, kills in between.
  const strike = async (n: number): Promise<void> =>
    n % 2 === 0 ? kill() : ways[((n + 1) / 2) % ways.length]?.();
  await strikeDuring({ load, random, orders, faults, strike });
  await load.end();
  report('consumers', JSON.stringify(await verifyNotifications(world, receiver.keys)));
  await verifyCopies(world);
  for (const worker of workers) expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 600_000);
