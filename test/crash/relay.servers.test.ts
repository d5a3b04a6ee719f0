import { expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { scale } from '../support/servers.js';
import { strikeDuring } from './faults.js';
import { createRandom, inMs, report } from './random.js';
import { createWorld, startTraffic, verifyTraffic, type World } from './world.js';
import { verifyNumbers } from './numbers.js';

const [orders, kills] = [scale(1_200, 20_000), scale(3, 20)];
const pauses = scale(2, 30);

test(`a relay process with a standby, killed ${kills} times during ${orders} orders, loses and repeats nothing`, async () => {
  const random = createRandom('relay');
  const { world, relays, start } = await createRelays();
  const gateway = await startMillrace({ env: world.env, roles: ['gateway', 'streams'] });
  const traffic = await startTraffic(gateway.url, random);
  const takeovers: number[] = [];
  const strike = async (): Promise<void> => {
    const active = await findActive(relays);
    // Now and then the standby, which nobody should notice.
    const victim = takeovers.length === 0 || random() < 0.8 ? active : 1 - active;
    const before = await relayEpoch(world);
    await relays[victim]?.kill9();
    const killed = performance.now();
    if (victim === active) {
      await eventually(async () => (await relayEpoch(world)) > before, { everyMs: 5 });
      takeovers.push(performance.now() - killed);
    }
    relays[victim] = await start();
  };
  await strikeDuring({ load: traffic.load, random, orders, faults: kills, strike });
  const found = await verifyTraffic(world, traffic);
  await verifyNumbers(world);
  report(
    'relay',
    `${JSON.stringify(found)}; kill of the active relay to its standby's lease: ${inMs(takeovers)}`,
  );
  expect(takeovers.length).toBeGreaterThan(0);
  for (const relay of relays) expect(await relay.stop()).toEqual({ code: 0, signal: null });
}, 600_000);

test(`a relay that was paused ${pauses} times beside its successor repeats at most what was numbered before`, async () => {
  const random = createRandom('paused relay');
  const { world, relays } = await createRelays();
  const gateway = await startMillrace({ env: world.env, roles: ['gateway', 'streams'] });
  const traffic = await startTraffic(gateway.url, random, 2);
  let late = 0;
  const strike = async (): Promise<void> => {
    const before = await relayEpoch(world);
    const active = relays[await findActive(relays)] as MillraceProcess;
    active.pause();
    await eventually(async () => (await relayEpoch(world)) > before, { timeoutMs: 20_000 });
    // The successor is at work before the old one wakes.
    const { events } = traffic;
    const delivered = events.delivered.length;
    traffic.load.allow(200);
    await eventually(() => events.delivered.length > delivered, { timeoutMs: 20_000 });
    active.resume();
    await eventually(() => /another process is the active relay now/.test(active.output().slice(-20_000)));
    late += 1;
  };
  await strikeDuring({ load: traffic.load, random, orders: scale(600, 6_000), faults: pauses, strike });
  const found = await verifyTraffic(world, traffic);
  await verifyNumbers(world);
  report('paused relay', `${JSON.stringify(found)} after ${late} pauses`);
}, 900_000);

const createRelays = async () => {
  const world = await createWorld();
  const start = () => startMillrace({ env: world.env, roles: ['relay'] });
  const relays = [await start(), await start()];
  return { world, relays, start };
};

const relayEpoch = async ({ database }: World): Promise<number> => {
  const [row] = await database.query<{ epoch: number }>('select epoch::int from relay_lease');
  return row?.epoch ?? 0;
};

/** Index of the relay that took over last, by what they say. */
const findActive = (relays: readonly MillraceProcess[]): Promise<number> =>
  eventually(() => {
    const epochs = relays.map((relay) => {
      const said = [...relay.output().matchAll(/"epoch":(\d+)[^\n]*is the active relay/g)];
      return Number(said.at(-1)?.[1] ?? 0);
    });
    const highest = Math.max(...epochs);
    return highest > 0 && epochs.indexOf(highest);
  });
