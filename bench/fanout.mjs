import { parseArgs } from 'node:util';
import { scenarios } from './fanout/scenarios.mjs';
import { systems } from './fanout/systems.mjs';
import { amissIn, tablesOf } from './fanout/tables.mjs';
import { createProducer } from './support/activities.mjs';
import { report } from './support/report.mjs';
import { startServers } from './support/servers.mjs';
import { checkFileLimit, startSwarm } from './support/start-swarm.mjs';

/**
 * How many deliveries a second, how late, and at what CPU and memory, does one process make of one topic for many subscribers? Millrace
 * beside the usual way for Node and, where COSMO_ROUTER names its binary, a Cosmo router (peers/README.md), on the same Kafka.
 *
 * `npm run bench fanout -- [scenario …] [--quick] [--rounds N] [--only SYSTEM]`; a quick run only prints.
 */
const usage = `npm run bench fanout -- [${Object.keys(scenarios).join('] [')}] [--quick] [--rounds N] [--only SYSTEM]`;

const { values: given, positionals } = parseArgs({
  args: process.argv.slice(3),
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
  },
});
const chosen = positionals.length > 0 ? positionals : Object.keys(scenarios);
const unknown = chosen.filter((name) => !(name in scenarios));
const taking = systems.filter(({ name }) => name.includes(given.only ?? ''));
if (unknown.length > 0 || taking.length === 0) throw new Error(`${unknown.join(', ')}: ${usage}`);

const plan = given.quick
  ? { rounds: 1, seconds: 5, warmUpSeconds: 2, trickleSeconds: 10, bursts: [500, 2_000] }
  : { rounds: 3, seconds: 10, warmUpSeconds: 4, trickleSeconds: 20, bursts: [500, 5_000] };
if (given.rounds) plan.rounds = Number(given.rounds);

checkFileLimit(5_000);

const rows = new Map();
const rowOf = (scenario, what, system) => {
  const key = [scenario, what, system].join('/');
  if (!rows.has(key)) rows.set(key, { scenario, what, system, results: [], failures: [] });
  return rows.get(key);
};

const stops = [];
/** @returns what ends it before all the rest is ended */
const onStop = (end) => {
  stops.push(end);
  return () => {
    const at = stops.indexOf(end);
    if (at >= 0) stops.splice(at, 1);
    return end();
  };
};
let stopped;
const stop = () =>
  (stopped ??= (async () => {
    for (let end = stops.pop(); end; end = stops.pop()) await end().catch((error) => console.error(error));
  })());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => void stop().finally(() => process.exit(130)));

/** A scenario that fails is a row that says so; the others go on, with a swarm of their own. */
const attempt = async (context, scenario, system, run) => {
  const name = system?.name ?? '';
  const swarm = startSwarm();
  console.error(`${new Date().toISOString().slice(11, 19)} ${scenario}: ${name}`);
  const record = (what, figures) => {
    rowOf(scenario, what, name).results.push(figures);
    console.error(`  ${what}: ${JSON.stringify(figures)}`);
  };
  try {
    await run({ ...context, swarm, record }, system);
  } catch (error) {
    console.error(error);
    rowOf(scenario, scenario, name).failures.push(error.message);
  } finally {
    await swarm.stop();
  }
};

const runAll = async (context) => {
  for (let round = 0; round < plan.rounds; round += 1)
    for (const name of chosen) {
      const { before, run, of } = scenarios[name];
      if (before) await attempt(context, name, undefined, before);
      for (const system of taking.filter(of)) {
        if (stopped) return;
        await attempt(context, name, system, run);
      }
    }
};

try {
  const servers = await startServers();
  onStop(servers.stop);
  // It creates the topics as the table has them.
  await (await systems[0].start(servers)).stop();
  const producer = await createProducer(servers.brokers);
  onStop(producer.stop);
  await runAll({ plan, servers, producer, onStop, kafkaPid: servers.kafkaPid });
  if (rows.size > 0 && !stopped)
    report('fanout', {
      command: [
        'npm run bench fanout',
        ...(process.argv.length > 3 ? ['--', ...process.argv.slice(3)] : []),
      ].join(' '),
      notes: `Median of ${plan.rounds} ${plan.rounds === 1 ? 'round' : 'rounds'} of ${plan.seconds} s (least to most). Millrace with \`MILLRACE_ROLES=gateway\`. Latency from when an event was due (at a trickle: sent) until the swarm read it; every delivery counts. CPU is the system's process with all its threads, until the last client had the last event. Amiss: lost, missing at the end, repeated, swapped, of all clients.`,
      tables: tablesOf([...rows.values()]),
      isKept: !given.quick,
    });
} finally {
  await stop();
}
const wrong = [...rows.values()].filter(
  ({ failures, results }) => failures.length > 0 || amissIn(results) !== '0',
);
for (const { what, system, failures, results } of wrong)
  console.error(`AMISS: ${system}: ${what}: ${[...failures, amissIn(results)].join('; ')}`);
if (wrong.length > 0) process.exitCode = 1;
