import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { spawnMillrace, startMillrace } from '../support/process.js';
import { scale } from '../support/servers.js';
import { strikeDuring } from './faults.js';
import { createRandom, inMs, oneOf, report } from './random.js';
import { createWorld, foldedOffsets, startTraffic, verifyTraffic } from './world.js';

const [orders, kills] = [scale(1_200, 20_000), scale(3, 20)];
const restarts = scale(3, 20);

test(`one of two streams processes, killed ${kills} times during ${orders} orders, loses, repeats and miscounts nothing`, async () => {
  const random = createRandom('streams');
  const world = await createWorld();
  const start = () => startMillrace({ env: world.env, roles: ['streams'] });
  const gateway = await startMillrace({ env: world.env, roles: ['gateway', 'relay'] });
  const workers = [await start(), await start()];
  const traffic = await startTraffic(gateway.url, random);
  const ownerChanges: number[] = [];
  const strike = async (): Promise<void> => {
    const before = await epochs(world.database);
    const victim = oneOf(random, [0, 1]);
    await workers[victim]?.kill9();
    workers[victim] = await start();
    ownerChanges.push((await epochs(world.database)) - before);
  };
  await strikeDuring({ load: traffic.load, random, orders, faults: kills, strike });
  const found = await verifyTraffic(world, traffic);
  report(
    'streams',
    `${JSON.stringify(found)}; partitions that changed hands at each kill: ${ownerChanges.join(', ')}`,
  );
  // A victim that was just restarted may not hold a partition yet.
  expect(ownerChanges.filter((count) => count > 0).length).toBeGreaterThanOrEqual(kills / 2);
  for (const worker of workers) expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 600_000);

test('a streams process that was killed folds new events within seconds of its restart', async () => {
  const random = createRandom('resume');
  const world = await createWorld();
  const gateway = await startMillrace({ env: world.env, roles: ['gateway', 'relay'] });
  let worker = await startMillrace({ env: world.env, roles: ['streams'] });
  const traffic = await startTraffic(gateway.url, random);
  const times: number[] = [];
  for (let n = 0; n < restarts; n += 1) {
    const before = await foldedOffsets(world.database);
    traffic.load.allow(200);
    await eventually(async () => (await foldedOffsets(world.database)) > before, { everyMs: 5 });
    await sleep(random() * 100);
    await worker.kill9();
    const standing = await foldedOffsets(world.database);
    // Whatever the others answered before the kill is folded too, but these surely came after it.
    traffic.load.allow(50);
    const begun = performance.now();
    worker = await spawnMillrace({ env: world.env, roles: ['streams'] });
    await eventually(async () => (await foldedOffsets(world.database)) > standing, {
      everyMs: 5,
      timeoutMs: 10_000,
    });
    times.push(performance.now() - begun);
  }
  report('resume', `from a streams process's restart to the first event folded: ${inMs(times)}`);
  await verifyTraffic(world, traffic);
}, 300_000);

const epochs = async (database: Awaited<ReturnType<typeof createWorld>>['database']): Promise<number> => {
  const [row] = await database.query<{ sum: number }>(
    `select sum(epoch)::int as sum from positions where worker = 'order-stats'`,
  );
  return row?.sum ?? 0;
};
