import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { badInput, MillraceError, notFound, unavailable } from '../errors.js';
import type { Growth } from '../events/growth.js';
import { mostPartitions, topicNamed, type TopicSpec } from '../events/topics.js';
import type { Kafka } from '../kafka/kafka.js';
import { recordAction } from '../postgres/audit.js';
import type { Database } from '../postgres/database.js';
import {
  addPlaces,
  claimGrowth,
  endGrowth,
  growthLost,
  holdBack,
  renewGrowth,
  takeIntoUse,
  type GrowthClaim,
} from '../postgres/growth.js';
import { readRuns } from '../postgres/relay.js';
import { createDrain, inWords, pause, type Drain } from './drain.js';

/**
 * Gives a topic of ours more partitions while everything runs.
 *
 * More partitions move keys. So that every event of a key comes behind those before it, the relay first leaves the topic's rows
 * as they are, sends what is numbered, and all who read the topic come to its end; then Kafka adds the partitions, and one transaction
 * takes them into use with a marker in each (`events/growth.ts`), from where the relay goes on. Until that transaction nothing has
 * changed for anybody: whatever fails before it, also this process, leaves the topic as it was.
 */
export interface GrowOptions {
  readonly database: Database;
  readonly kafka: Kafka;
  readonly topic: string;
  /** In all. */
  readonly partitions: number;
  /** How long relay and readers may take to come near the topic's end, which goes on meanwhile. */
  readonly waitMs: number;
  /** How long the topic is held back at most. Default 10 s. */
  readonly mostHeldMs?: number;
  /** Streams and consumers that are gone for good. */
  readonly without: readonly string[];
  readonly signal: AbortSignal;
  /** Told of each step and of what is waited for. */
  readonly report: (line: string) => void;
}

export interface Grown {
  readonly topic: string;
  readonly from: number;
  readonly to: number;
  /** How long nothing new was sent to the topic. */
  readonly heldMs: number;
}

const leaseMs = 3_000;
const renewEveryMs = 500;
/** Who was killed a moment ago has the growth for so long at most. */
const claimMs = leaseMs + 1_000;
const pollMs = 50;
/** Who comes to where the topic ended a moment ago within this time is near. */
const nearMs = 2_000;
const settledWithinMs = 15_000;

/** @throws MillraceError that says what is wrong and what to do; then the topic goes on as it was */
export const growTopic = async (options: GrowOptions): Promise<Grown> => {
  const { database, topic, partitions: to } = options;
  const spec = await check(options);
  const claim = { topic, by: randomInt(1, 2 ** 47) };
  await begin(database, claim, options.signal);
  const renewing = keepRenewing(database, claim);
  const running = { ...options, signal: AbortSignal.any([options.signal, renewing.lost]) };
  let done: InUse;
  let from: number;
  try {
    const counts = await count(running, spec);
    from = counts.used;
    done =
      spec.fedBy === 'outbox' ? await growInOrder(running, claim, counts) : await growAtOnce(running, counts);
  } finally {
    await renewing.stop();
    // If it fails, the time ends it.
    await endGrowth(database, claim).catch(() => {});
  }
  if (done.growth) await whenSettled(options, done.growth);
  return { topic, from, to, heldMs: done.heldMs };
};

interface InUse {
  readonly heldMs: number;
  /** Undefined without an order to keep. */
  readonly growth: Growth | undefined;
}

const check = async ({ kafka, topic, partitions }: GrowOptions): Promise<TopicSpec> => {
  if (!Number.isInteger(partitions) || partitions > mostPartitions)
    throw badInput('partitions', `must be a whole number of at most ${mostPartitions}`);
  const spec = topicNamed(topic);
  if (spec) return spec;
  const isThere = (await kafka.partitionCounts([topic]).catch(unreadable)).has(topic);
  throw isThere
    ? new MillraceError(
        'FORBIDDEN',
        `${topic} is not a topic of Millrace, which does not know who writes to it: use Kafka's own tools.`,
      )
    : notFound(`There is no topic ${topic}: millrace topics list shows all.`);
};

const unreadable = (error: unknown): never => {
  throw unavailable('Kafka does not answer now. Try again soon.', error);
};

const begin = async (database: Database, claim: GrowthClaim, signal: AbortSignal): Promise<void> => {
  for (const end = performance.now() + claimMs; ;) {
    const other = await claimGrowth(database, claim, leaseMs);
    if (other === undefined) return;
    if (performance.now() > end)
      throw new MillraceError('CONFLICT', `Another command grows ${other} now: wait until it is done.`);
    await pause(pollMs, signal);
  }
};

const keepRenewing = (
  database: Database,
  claim: GrowthClaim,
): { lost: AbortSignal; stop: () => Promise<void> } => {
  const lost = new AbortController();
  const stopping = new AbortController();
  const renew = async (): Promise<void> => {
    for (;;) {
      await sleep(renewEveryMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      // Unknown when Postgres is away: what needs it fails for itself.
      const isHeld = await renewGrowth(database, claim, leaseMs).catch(() => true);
      if (!isHeld && !stopping.signal.aborted) return lost.abort(growthLost(claim.topic));
    }
  };
  const renewing = renew();
  return {
    lost: lost.signal,
    stop: async () => {
      stopping.abort();
      await renewing;
    },
  };
};

interface Counts {
  /** Partitions that are written to. */
  readonly used: number;
  readonly inKafka: number;
}

const count = async (
  { database, kafka, topic, partitions }: GrowOptions,
  { fedBy }: TopicSpec,
): Promise<Counts> => {
  const inKafka = (await kafka.partitionCounts([topic]).catch(unreadable)).get(topic);
  if (inKafka === undefined) throw notFound(`Kafka has no topic ${topic}: a start of Millrace makes it.`);
  const runs = fedBy === 'outbox' ? await readRuns(database) : [];
  const used = fedBy === 'outbox' ? runs.filter((run) => run.topic === topic).length : inKafka;
  if (used === 0) throw unavailable(`Millrace has never run on this database: start it first.`);
  if (partitions <= used)
    throw badInput('partitions', `${topic} has ${used} already, and none can be taken away: name more`);
  if (partitions < inKafka)
    throw badInput(
      'partitions',
      `Kafka has ${inKafka} of ${topic} already, added by something else, and none can be taken away: name ${inKafka} or more`,
    );
  return { used, inKafka };
};

/** Of facts and copies, whose senders choose the partition by the count that they know. */
const growAtOnce = async (options: GrowOptions, counts: Counts): Promise<InUse> => {
  const { database, topic, partitions, report } = options;
  await addToKafka(options, counts);
  await addPlaces(database, topic, partitions);
  report(
    `${topic} has ${partitions} partitions. Those who send to it take them into use within seconds, each for itself.`,
  );
  return { heldMs: 0, growth: undefined };
};

const growInOrder = async (options: GrowOptions, claim: GrowthClaim, counts: Counts): Promise<InUse> => {
  const { database, topic, partitions: to, mostHeldMs = 10_000, signal, report } = options;
  const { used: from } = counts;
  const drain = createDrain(options);
  report(
    `${topic} has ${from} partitions and gets ${to}. Waiting until its relay and readers are near its end.`,
  );
  await comeNear(options, drain);

  signal.throwIfAborted();
  report(`Holding back ${topic}: new events of it wait in the outbox.`);
  const heldAt = performance.now();
  if (!(await holdBack(database, claim))) throw growthLost(topic);
  const missing = await drain.until(await drain.ends(), mostHeldMs, signal);
  if (missing.length > 0) throw refusal(options, mostHeldMs, missing);
  report('All that was numbered is sent, and everybody is at the end.');

  await addToKafka(options, counts);
  signal.throwIfAborted();
  const growth = await database.transaction(async (tx) => {
    const done = await takeIntoUse(tx, claim, { from, to });
    await recordAction(tx, 'topics grow: in use', { topic, ...done });
    return done;
  });
  const heldMs = Math.round(performance.now() - heldAt);
  report(`${topic} goes on with ${to} partitions, after ${heldMs} ms.`);
  return { growth, heldMs };
};

/** For the operator to see that all is well: nothing depends on it. */
const whenSettled = async (options: GrowOptions, { to, numbers }: Growth): Promise<void> => {
  const { signal, report } = options;
  const markers = new Map(Array.from({ length: to }, (_, partition) => [partition, numbers[partition] ?? 1]));
  const late = await createDrain(options)
    .until(markers, settledWithinMs, signal)
    .catch(() => [{ what: 'nobody waited until they are written and read' }]);
  report(late.length > 0 ? `It is done, but ${inWords(late)}.` : 'They are written and read.');
};

/** So that the topic is held back for moments only. */
const comeNear = async (options: GrowOptions, drain: Drain): Promise<void> => {
  const { waitMs, signal, report } = options;
  const end = performance.now() + waitMs;
  for (;;) {
    const began = performance.now();
    const missing = await drain.until(await drain.ends(), end - began, signal, (waitingFor) =>
      report(`Waiting: ${inWords(waitingFor)}.`),
    );
    if (missing.length > 0) throw refusal(options, waitMs, missing);
    if (performance.now() - began <= nearMs) return;
    if (performance.now() > end)
      throw refusal(options, waitMs, [{ what: 'its readers do not catch up with what is written' }]);
  }
};

const refusal = (
  { topic, without }: GrowOptions,
  waitedMs: number,
  missing: Parameters<typeof inWords>[0],
): MillraceError => {
  const gone = missing.flatMap(({ worker }) =>
    worker === undefined || without.includes(worker) ? [] : worker,
  );
  const leaveOut = gone.length > 0 ? ` (--without ${gone[0]}, if that is gone for good)` : '';
  return unavailable(
    `${topic} stays as it was, and goes on: within ${waitedMs / 1_000} s ${inWords(missing)}. ` +
      `Start or repair what is named, and run the command again${leaveOut}.`,
  );
};

/** Partitions in Kafka are harmless: nobody writes to them before they are taken into use. */
const addToKafka = async (
  { database, kafka, topic, partitions, signal, report }: GrowOptions,
  { used, inKafka }: Counts,
): Promise<void> => {
  await recordAction(database, 'topics grow', { topic, from: used, to: partitions });
  if (inKafka < partitions) {
    report(`Adding ${partitions - inKafka} partitions.`);
    const refused = await kafka.admin.addPartitions(topic, partitions).catch((error: unknown) => {
      // Whether it was done shows below.
      if (error instanceof MillraceError && error.code === 'OUTCOME_UNKNOWN') return undefined;
      throw error;
    });
    if (refused)
      throw new MillraceError(
        'FORBIDDEN',
        `${topic} stays as it was: Kafka refuses it (${refused.type}: ${refused.reason}).`,
      );
  }
  for (const end = performance.now() + settledWithinMs; ;) {
    const marks = await kafka.watermarks(topic).catch(() => undefined);
    if (marks && marks.size >= partitions) return;
    if (performance.now() > end)
      throw unavailable(
        `${topic} goes on as it was: the new partitions have no leaders yet. Run the command again.`,
      );
    await pause(pollMs, signal);
  }
};
