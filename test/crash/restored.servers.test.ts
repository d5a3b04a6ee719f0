import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import type { TestClient } from '../support/graphql.js';
import { readTopic, type StoredRecord } from '../support/log.js';
import { spawnMillrace, startMillrace, type MillraceOptions } from '../support/process.js';
import { scale, servers } from '../support/servers.js';
import { verifyDelivered, verifyOrders } from '../support/verify.js';
import { makeOrder } from './load.js';
import { createRandom, report, type Random } from './random.js';
import { createWorld, startTraffic, type Traffic, type World } from './world.js';

const orders = scale(600, 5_000);
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const changeStatus = `mutation ($id: ID!, $to: OrderStatus!) {
  changeOrderStatus(orderId: $id, to: $to) { order { status version } }
}`;

test(
  'a database restored from an earlier copy is refused, and goes on from the log or without it',
  async () => {
    const random = createRandom('restored');
    const world = await createWorld();
    let millrace = await startMillrace({ env: world.env });
    const { port } = millrace;
    const traffic = await startTraffic(millrace.url, random);
    const { load, client } = traffic;

    // Killed under load, so that the copies hold rows that were numbered and not sent, and rows without numbers.
    load.allow(orders);
    await load.answered(Math.floor(orders / 2));
    await millrace.kill9();
    const [first, second] = [await copyOf(world.database), await copyOf(world.database)];
    millrace = await startMillrace({ env: world.env, port });
    await load.answered(orders);
    const shipped = [...load.journal.accepted].filter((id) => !load.journal.shipped.has(id)).slice(0, 100);
    for (const id of shipped)
      expect(await change(client, id, 'SHIPPED')).toEqual({ status: 'SHIPPED', version: 2 });
    await change(client, shipped[0] ?? '', 'DELIVERED');
    await whenQuiet(traffic, shipped.length + 1);
    await millrace.stop();

    const restored = { ...world, database: first, env: { ...world.env, DATABASE_URL: first.url } };
    for (const roles of [undefined, ['relay'], ['streams'], ['gateway']] as MillraceOptions['roles'][])
      await expectRefused({ env: restored.env, roles });
    const recovered = await recover(restored.env, '--from-log');
    report('restored', recovered.trim().split('\n').join(', '));
    expect(await recover(restored.env, '--from-log')).toMatch(/nothing to recover/);

    // The same subscribers go on, with the cursors of the time before.
    millrace = await startMillrace({ env: restored.env, port });
    const [delivered = '', ...others] = shipped;
    for (const id of others)
      expect(await change(client, id, 'DELIVERED')).toEqual({ status: 'DELIVERED', version: 3 });
    const refused = await client.post(changeStatus, { id: delivered, to: 'DELIVERED' });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', reason: 'INVALID_TRANSITION' });
    load.allow(orders);
    await load.end();
    const { accepted } = load.journal;
    const found = await verifyOrders({ ...restored, accepted, client, timeoutMs: 60_000 });
    await eventually(() => traffic.events.delivered.length >= found.events);
    await verifyDelivered(world.topicPrefix, traffic.events.delivered);
    for (const { violations } of traffic.stats) expect(violations).toEqual([]);
    report('restored', JSON.stringify(found));
    await traffic.events.stop();
    for (const watcher of traffic.stats) await watcher.stop();
    expect(await millrace.stop()).toEqual({ code: 0, signal: null });

    await goesOnWithoutTheLog(
      { ...world, database: second, env: { ...world.env, DATABASE_URL: second.url } },
      traffic,
      random,
      port,
    );
  },
  scale(120_000, 600_000),
);

/** The log now has twice as many orders as the copy. They stay lost, but their numbers and versions are not used again. */
const goesOnWithoutTheLog = async (
  { database, env, topicPrefix }: World,
  { client, stats, events }: Traffic,
  random: Random,
  port: number,
): Promise<void> => {
  await expectRefused({ env });
  const [before] = await database.query<{ rows: number }>('select count(*)::int as rows from orders');
  await recover(env, '--accept-loss');
  const millrace = await startMillrace({ env, port });
  const order = { ...makeOrder(random), currency: 'KRW' as const, totalAmount: '1' };
  await client.data('mutation ($input: CreateOrderInput!) { createOrder(input: $input) { replayed } }', {
    input: order,
  });
  await eventually(async () => {
    const log = (await readTopic(`${topicPrefix}order.events.v1`)).flat();
    expect(new Set(log.map(({ headers }) => headers.ce_id)).size).toBe(events.delivered.length + 1);
    expect(new Set(log.map(placeOf)).size).toBe(events.delivered.length + 1);
    const { orderStats } = await client.data<{ orderStats: { version: number; total: { count: number } } }>(
      '{ orderStats(currency: "KRW") { version total { count } } }',
    );
    // Orders of the log's tail count as they did, and each once.
    expect(orderStats.total.count).toBe((stats[0]?.last()?.total.count ?? 0) + 1);
    expect(orderStats.version).toBeGreaterThan(stats[0]?.last()?.version ?? 0);
    return true;
  });
  const [after] = await database.query<{ rows: number }>('select count(*)::int as rows from orders');
  expect(after?.rows).toBe((before?.rows ?? 0) + 1);
  const audited = await database.query<{ action: string }>('select distinct action from audit');
  expect(audited).toEqual([{ action: 'recover --accept-loss' }]);
  expect(await millrace.stop()).toEqual({ code: 0, signal: null });
};

const placeOf = ({ partition, headers }: StoredRecord): string => `${partition}/${headers['millrace-seq']}`;

/** All that was accepted so far has been folded, published and delivered. */
const whenQuiet = async ({ events, load: { journal } }: Traffic, extra: number): Promise<void> => {
  await eventually(() => events.delivered.length >= journal.accepted.size + journal.shipped.size + extra, {
    timeoutMs: 60_000,
  });
};

const change = async (
  client: TestClient,
  id: string,
  to: string,
): Promise<{ status: string; version: number }> => {
  type Changed = { changeOrderStatus: { order: { status: string; version: number } } };
  return (await client.data<Changed>(changeStatus, { id, to })).changeOrderStatus.order;
};

/** Nobody may be connected to what is copied; the backends of a killed process take a moment to notice. */
const copyOf = (database: TestDatabase): Promise<TestDatabase> =>
  eventually(async () => {
    await database.disconnect();
    return createTestDatabase({ template: database.name });
  });

const expectRefused = async (options: MillraceOptions): Promise<void> => {
  const millrace = await spawnMillrace(options);
  const { code } = await millrace.exited;
  expect(code).toBeGreaterThan(0);
  expect(millrace.output()).toContain('millrace recover --from-log');
  expect(millrace.output()).toContain('millrace recover --accept-loss');
};

/** @returns what the command said. @throws when it fails */
const recover = async (env: World['env'], way: string): Promise<string> => {
  const { PATH, HOME } = process.env;
  const { kafkaBrokers, redisUrl, runDir } = servers();
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'recover', way], {
    cwd: runDir,
    timeout: 30_000,
    killSignal: 'SIGKILL',
    env: {
      PATH,
      HOME,
      KAFKA_BROKERS: kafkaBrokers.join(','),
      ...(redisUrl && { REDIS_URL: redisUrl }),
      ...env,
    },
  });
  return stdout;
};
