import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createRandom, inMs, report, type Random } from '../crash/random.js';
import { createWorld, type World } from '../crash/world.js';
import { startMillrace } from '../support/process.js';
import { createProxy } from '../support/proxy.js';
import { scale, servers } from '../support/servers.js';
import { activities, createFlow, orders, reserveNumbers, type Flow } from './flow.js';
import { transportsOf } from './streams.js';
import { startSwarm, type Swarm } from './swarm.js';

/**
 * Subscribers that are cut again and again, and gateways that are killed, while events flow. The secret of the cursors is in
 * Postgres, so a cursor of a gateway that is gone is good at the next.
 */
const clients = scale(80, 1_000);
const [cuts, perSecond] = [scale(3, 20), scale(500, 2_000)];
const kills = 2;

/** A gateway alone: what flows is written past it. */
const startGateway = async (world: World, env: Record<string, string> = {}, port?: number) =>
  startMillrace({ env: { ...world.env, ...env }, roles: ['gateway'], ...(port !== undefined && { port }) });

const startFlows = async (world: World, random: Random): Promise<Flow[]> => {
  await reserveNumbers(world.database);
  const { topicPrefix } = world;
  return Promise.all([orders, activities].map((kind) => createFlow({ kind, topicPrefix, random })));
};

const finish = async (name: string, swarm: Swarm, flows: readonly Flow[], made: object): Promise<void> => {
  await Promise.all(flows.map((flow) => flow.stop()));
  const begun = performance.now();
  await swarm.verify(new Map(flows.map(({ kind, told }) => [kind, told])), scale(60_000, 300_000));
  const caughtUpMs = Math.round(performance.now() - begun);
  swarm.stop();
  const events = flows.reduce((sum, { told }) => sum + told.length, 0);
  const repeats = flows.reduce((sum, flow) => sum + flow.repeats(), 0);
  const gaps = swarm.members.flatMap(({ watcher }) => watcher.gapsMs);
  report(name, JSON.stringify({ events, repeats, deliveries: swarm.deliveries(), caughtUpMs, ...made }));
  report(name, `from the end of a connection to what came over the next: ${inMs(gaps)}`);
};

test(`${clients} clients that are cut ${cuts} times, of a gateway that is killed ${kills} times, see each event once and in order`, async () => {
  const random = createRandom('resume');
  const world = await createWorld();
  let gateway = await startGateway(world);
  const { url, port } = gateway;
  const transports = await transportsOf(url);
  const flows = await startFlows(world, random);
  const kinds = flows.map(({ kind }) => kind);
  const swarm = await startSwarm({ count: clients, kinds, urls: [url], transports, random });
  for (const flow of flows) flow.start(perSecond / flows.length);
  const cutting = swarm.cutEach(cuts, scale(3_000, 4_000));
  for (let n = 0; n < kills; n += 1) {
    await sleep(scale(2_000, 15_000) * (0.5 + random()));
    await gateway.kill9();
    gateway = await startGateway(world, {}, port);
  }
  await finish('resume', swarm, flows, { transports, clients, cuts: await cutting, kills });
  expect(swarm.members.every(({ watcher }) => watcher.connections > cuts)).toBe(true);
}, 900_000);

test('clients that go from a gateway to one that lags, and back, see each event once and in order', async () => {
  const random = createRandom('slower gateway');
  const world = await createWorld();
  const proxy = await createProxy({ target: servers().kafkaBrokers[0] ?? '', kafka: true });
  const [gateway, slower] = [
    await startGateway(world),
    await startGateway(world, { KAFKA_BROKERS: proxy.address }),
  ];
  const transports = await transportsOf(gateway.url);
  const flows = await startFlows(world, random);
  const kinds = flows.map(({ kind }) => kind);
  proxy.delay(150);
  const urls = [gateway.url, slower.url];
  const swarm = await startSwarm({ count: scale(40, 300), kinds, urls, transports, random });
  for (const flow of flows) flow.start(scale(150, 500));
  const made = { clients: swarm.members.length, cuts: await swarm.cutEach(scale(4, 20), 2_000) };
  await finish('slower gateway', swarm, flows, { transports, ...made });
}, 600_000);
