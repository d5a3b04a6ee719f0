import { setTimeout as sleep } from 'node:timers/promises';
import { userIds } from '../support/activities.mjs';
import { nowUs } from '../support/clock.mjs';
import { cpuSeconds } from '../support/process.mjs';

const beginMs = 60_000;
const lookEveryMs = 250;
const probeEveryMs = 3_000;

/** Keys of events that go to everyone: enough for each partition to have some. */
export const equalKeys = 8;

/**
 * Subscribes a swarm to a running system, and waits until every client gets events.
 * @param {{ swarm: any, producer: any, kafkaPid: number }} context
 * @param {{ system: any, running: any, clients: number, perSocket?: number, keys?: number, heartbeat?: number, onOpen?: () => Promise<void> }} options `keys`: filtered, each client by one of so many users
 */
export const openSession = async ({ swarm, producer, kafkaPid }, options) => {
  const { system, running, clients, perSocket = 1, heartbeat } = options;
  const filtered = options.keys !== undefined;
  const keys = options.keys ?? equalKeys;
  await swarm.open({ port: running.port, path: running.path, clients, perSocket, keys, filtered });
  await options.onOpen?.();
  await swarm.subscribe({ query: system.document({ filtered, heartbeat }), userIds, perSocket });
  await whenBegun(swarm, producer, keys);

  const cpu = () => ({ system: cpuSeconds(running.pid), kafka: cpuSeconds(kafkaPid) });

  /** What came of the events that `act` sends, until the last client had the last one. */
  const measure = async (act, deadlineMs) => {
    await swarm.begin();
    const before = cpu();
    const startUs = nowUs();
    await act();
    const result = await swarm.finish(producer.numbers, deadlineMs);
    const seconds = (nowUs() - startUs) / 1e6;
    const after = cpu();
    return {
      ...result,
      rate: result.deliveries / ((result.lastAtUs - startUs) / 1e6),
      usPerDelivery: ((after.system - before.system) * 1e6) / result.deliveries,
      cores: {
        system: (after.system - before.system) / seconds,
        swarm: result.cpuSeconds / seconds,
        kafka: (after.kafka - before.kafka) / seconds,
      },
    };
  };

  return { measure, keys, close: swarm.close };
};

/** A subscription is not acknowledged, so events are sent until everyone has had one. */
const whenBegun = async (swarm, producer, keys) => {
  const giveUpAt = performance.now() + beginMs;
  for (let probedAt = Number.NEGATIVE_INFINITY; ;) {
    await sleep(lookEveryMs);
    if (performance.now() - probedAt > probeEveryMs) {
      await producer.probe(keys);
      probedAt = performance.now();
    }
    const { waiting, troubles } = await swarm.hasBegun();
    if (troubles.length > 0) throw new Error(`the subscriptions failed: ${JSON.stringify(troubles)}`);
    if (waiting === 0) break;
    if (performance.now() > giveUpAt)
      throw new Error(`${waiting} subscriptions brought nothing within ${beginMs} ms`);
  }
  const { missing } = await swarm.finish(producer.numbers, beginMs);
  if (missing > 0) throw new Error(`${missing} of the first events did not come within ${beginMs} ms`);
};
