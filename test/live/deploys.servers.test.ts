import { expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { createMillrace } from '../../sdk/src/index.js';
import { startLoad } from '../crash/load.js';
import { createRandom, report } from '../crash/random.js';
import { createWorld, type World } from '../crash/world.js';
import { eventually } from '../support/await.js';
import { createBalancer } from '../support/balancer.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { scale } from '../support/servers.js';
import { orders, ordersBy, everything, type Want } from './flow.js';
import { checkSequence, type Told } from './sequences.js';
import { transportsOf } from './streams.js';
import { startSwarm, type Member } from './swarm.js';

/** Two gateways behind a balancer, one rolled after the other while orders come in. Relay and streams are elsewhere. */
const [clients, sdkClients] = [scale(150, 1_000), 5];
const ordersPerStep = scale(300, 3_000);
const spreadMs = 2_000;
const exitMs = 15_000;

/** What the load's orders are of. */
const want = (n: number): Want =>
  n % 30 === 0 ? everything : ordersBy({ customerId: `customer-${1 + (n % 40)}` });

test(`${clients} clients of two gateways that are rolled under load are told over ${spreadMs} ms to come back, and lose nothing`, async () => {
  const random = createRandom('deploys');
  const world = await createWorld();
  const env = { ...world.env, RECONNECT_SPREAD_MS: String(spreadMs) };
  await startMillrace({ env, roles: ['relay', 'streams'] });
  const start = (port?: number) =>
    startMillrace({ env, roles: ['gateway'], ...(port !== undefined && { port }) });
  const gateways = [await start(), await start()];
  const { url } = await createBalancer(gateways.map(({ port }) => port));
  const transports = await transportsOf(url);
  const swarm = await startSwarm({ count: clients, kinds: [orders], want, urls: [url], transports, random });
  const sdk = watchWithSdk(url);
  await sdk.ready;

  const load = startLoad({ client: createTestClient(url), random });
  const moreOrders = async (): Promise<void> => {
    const { sent, accepted, unknown } = load.journal;
    load.allow(ordersPerStep);
    await load.answered(accepted.size + unknown.size + ordersPerStep / 2);
    expect(sent.size).toBeGreaterThan(0);
  };
  const rolls: Roll[] = [];
  for (const [at, gateway] of gateways.entries()) {
    await moreOrders();
    const begun = performance.now();
    const exit = await gateway.stop();
    rolls.push({ exit, tookMs: performance.now() - begun, ...told(swarm.members, begun) });
    gateways[at] = await start(gateway.port);
    await moreOrders();
  }
  await load.end();

  const log = await readOrders(world);
  await swarm.verify(new Map([[orders, log]]), scale(60_000, 300_000));
  await eventually(() => sdk.seen.every((ids) => ids.length >= log.length));
  for (const ids of sdk.seen) expect(checkSequence(log, ids)).toEqual([]);
  const { retries } = load.journal;
  report('deploys', JSON.stringify({ transports, clients, events: log.length, retries: retries(), rolls }));

  for (const { exit, tookMs, hows, overMs } of rolls) {
    expect(exit).toEqual({ code: 0, signal: null });
    expect(tookMs).toBeLessThan(exitMs);
    expect(Object.keys(hows).filter((how) => !/^closed( 1001| 1012)?$/.test(how))).toEqual([]);
    expect(overMs).toBeGreaterThan(spreadMs * 0.4);
  }
}, 600_000);

interface Roll extends Departures {
  readonly exit: object;
  readonly tookMs: number;
}

/** How the clients learnt that their gateway goes away, and over how long: from the first tenth of them to the last. */
interface Departures {
  readonly hows: Readonly<Record<string, number>>;
  readonly overMs: number;
}

const told = (members: readonly Member[], since: number): Departures => {
  const first = members.flatMap(({ watcher }) => watcher.endings.find(({ at }) => at >= since) ?? []);
  const hows: Record<string, number> = {};
  for (const { how } of first) hows[how] = (hows[how] ?? 0) + 1;
  const times = Float64Array.from(first, ({ at }) => at).sort();
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  return { hows, overMs: Math.round(at(0.9) - at(0.1)) };
};

const watchWithSdk = (url: string) => {
  const millrace = createMillrace({ url, webSocketImpl: WebSocket, backoff: { maxMs: 1_000 } });
  closeAtEnd(millrace.dispose);
  const seen: string[][] = [];
  const watches = Array.from({ length: sdkClients }, (_, n) => {
    const watch = millrace.watchOrderEvents({});
    const ids: string[] = (seen[n] = []);
    const collect = async (): Promise<void> => {
      for await (const { id } of watch) ids.push(id);
    };
    // What ends it is seen by what is missing.
    collect().catch(() => undefined);
    return watch;
  });
  return { seen, ready: Promise.all(watches.map(({ ready }) => ready)) };
};

/** The events of the log, each once, those of an order in order; as soon as the relay has sent one for each version. */
const readOrders = ({ database, topicPrefix }: World): Promise<Told[]> =>
  eventually(
    async () => {
      const told = new Map<string, Told>();
      for (const { key, value, headers } of (await readTopic(`${topicPrefix}${orders.topic}`)).flat()) {
        const id = String(headers.ce_id);
        if (!told.has(id))
          told.set(id, { id, key: String(key), data: JSON.parse(String(value)) as Told['data'] });
      }
      const [row] = await database.query<{ events: number }>(
        'select sum(version)::int as events from orders',
      );
      expect(told.size).toBe(row?.events);
      return [...told.values()];
    },
    { everyMs: 500 },
  );
