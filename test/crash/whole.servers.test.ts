import { expect, test } from '@jest/globals';
import { startMillrace } from '../support/process.js';
import { scale } from '../support/servers.js';
import { strikeDuring } from './faults.js';
import { createRandom, inMs, report } from './random.js';
import { createWorld, startTraffic, verifyCopies, verifyTraffic } from './world.js';

const [orders, kills] = [scale(1_200, 20_000), scale(3, 20)];

test(`a process that is killed at ${kills} random moments during ${orders} orders loses, repeats and miscounts nothing`, async () => {
  const random = createRandom('whole process');
  const world = await createWorld();
  let millrace = await startMillrace({ env: world.env });
  const { port } = millrace;
  const traffic = await startTraffic(millrace.url, random);
  const restarts: number[] = [];
  const strike = async (): Promise<void> => {
    await millrace.kill9();
    const begun = performance.now();
    millrace = await startMillrace({ env: world.env, port });
    restarts.push(performance.now() - begun);
  };
  await strikeDuring({ load: traffic.load, random, orders, faults: kills, strike });
  const found = await verifyTraffic(world, traffic);
  await verifyCopies(world);

  expect(restarts).toHaveLength(kills);
  expect(traffic.events.connections()).toBeGreaterThan(kills / 2);
  const { accepted, unknown, retries } = traffic.load.journal;
  report(
    'whole process',
    `${accepted.size} accepted, ${unknown.size} unknown, ${retries()} requests repeated`,
  );
  report('whole process', `${JSON.stringify(found)}; kill to ready: ${inMs(restarts)}`);
  expect(await millrace.stop()).toEqual({ code: 0, signal: null });
}, 600_000);
