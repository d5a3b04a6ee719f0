import { setTimeout as sleep } from 'node:timers/promises';
import { keys } from '../support/activities.mjs';
import { measureHops } from './hops.mjs';
import { openSession } from './session.mjs';

/*
 * Each scenario starts a system, measures, stops it, and tells `record(what, figures)`. `plan` has the lengths.
 */

const drainMs = 120_000;
const thousands = (count) => count.toLocaleString('en-GB');

const withSystem = async ({ servers, onStop }, system, use) => {
  const running = await system.start(servers);
  const stop = onStop(running.stop);
  try {
    return await use(running);
  } finally {
    await stop();
  }
};

const withSession = (context, options, use) =>
  withSystem(context, options.system, async (running) => {
    const session = await openSession(context, { ...options, running });
    try {
      return await use(session);
    } finally {
      await session.close();
    }
  });

/** Not everyone has everything, so what was measured next on these sockets would be about something else. */
const throwIfMissing = (what, { missing, troubles }) => {
  if (missing > 0)
    throw new Error(`${what}: ${thousands(missing)} deliveries did not come ${JSON.stringify(troubles)}`);
};

const keep = ({ record }, what, figures) => {
  record(what, figures);
  throwIfMissing(what, figures);
};

const paced = ({ producer }, session, rate, seconds, more = {}) =>
  session.measure(() => producer.pace({ rate, seconds, keyCount: session.keys, ...more }), drainMs);

const warmUp = async (context, session, rate) =>
  throwIfMissing('warm-up', await paced(context, session, rate, context.plan.warmUpSeconds));

const equalTo = async (context, system, { clients, perSocket, rates, warmUpRate }) => {
  await withSession(context, { system, clients, perSocket }, async (session) => {
    await warmUp(context, session, warmUpRate);
    const sockets = perSocket ? ` on ${clients / perSocket} sockets` : '';
    for (const rate of rates)
      keep(
        context,
        `${thousands(clients)} equal${sockets}, ${rate}/s`,
        await paced(context, session, rate, context.plan.seconds),
      );
  });
};

const equal = async (context, system) => {
  await equalTo(context, system, { clients: 1_000, rates: [10, 50, 100], warmUpRate: 50 });
  await equalTo(context, system, { clients: 1_000, perSocket: 50, rates: [100], warmUpRate: 50 });
  await equalTo(context, system, { clients: 5_000, rates: [10, 20], warmUpRate: 5 });
};

const burst = (context, system) =>
  withSession(context, { system, clients: 1_000 }, async (session) => {
    const { plan, producer } = context;
    await warmUp(context, session, 50);
    for (const count of system.isUsual ? plan.bursts.slice(0, 1) : plan.bursts)
      keep(
        context,
        `1,000 equal, ${thousands(count)} events at once`,
        await session.measure(() => producer.burst(count, session.keys), drainMs),
      );
  });

const filtered = (context, system) =>
  withSession(context, { system, clients: 1_000, keys }, async (session) => {
    await warmUp(context, session, 200);
    const figures = await paced(context, session, 2_000, context.plan.seconds);
    keep(context, `1,000 over ${keys} keys, 2,000/s`, figures);
  });

const trickleRate = 5;

const trickle = (context, system) =>
  withSession(context, { system, clients: 1 }, async (session) => {
    await warmUp(context, session, 200);
    const { trickleSeconds } = context.plan;
    keep(
      context,
      'one client, 5/s',
      await paced(context, session, trickleRate, trickleSeconds, { asSent: true }),
    );
  });

/** What the trickle consists of; of no system. */
const hops = async (context) => {
  const { plan, record, servers, producer } = context;
  const measured = await measureHops({
    brokers: servers.brokers,
    producer,
    rate: trickleRate,
    seconds: plan.trickleSeconds,
    warmUpSeconds: plan.warmUpSeconds,
  });
  for (const [what, figures] of Object.entries(measured)) record(what, figures);
};

const idleMs = 3_000;

const memoryOf = (context, system, { what, clients, ...options }) =>
  withSystem(context, system, async (running) => {
    const empty = await running.memory();
    let sockets;
    const onOpen = async () => {
      await sleep(idleMs);
      sockets = await running.memory();
    };
    const session = await openSession(context, { system, running, clients, onOpen, ...options });
    await sleep(idleMs);
    const subscribed = await running.memory();
    await session.close();
    const each = (before, after) => ({
      heap: (after.heapUsed + after.external - before.heapUsed - before.external) / clients / 1_024,
      resident: (after.rss - before.rss) / clients / 1_024,
    });
    context.record(`${thousands(clients)} ${what}`, {
      socket: each(empty, sockets),
      subscription: each(sockets, subscribed),
    });
  });

const memory = async (context, system) => {
  const clients = 5_000;
  await memoryOf(context, system, { what: 'equal', clients });
  await memoryOf(context, system, { what: `over ${keys} keys`, clients, keys });
  if (!system.isUsual)
    await memoryOf(context, system, { what: 'equal, with heartbeat', clients, heartbeat: 30 });
};

/** `of` tells which systems take part. */
export const scenarios = {
  equal: { run: equal, of: ({ onlyFiltered }) => !onlyFiltered },
  burst: { run: burst, of: ({ onlyFiltered }) => !onlyFiltered },
  filtered: { run: filtered, of: () => true },
  trickle: { run: trickle, before: hops, of: ({ onlyFiltered }) => !onlyFiltered },
  memory: { run: memory, of: ({ onlyFiltered, isRouter }) => !onlyFiltered && !isRouter },
};
