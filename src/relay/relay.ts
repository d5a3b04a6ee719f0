import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Kafka, Publisher } from '../kafka/kafka.js';
import type { Database } from '../postgres/database.js';
import { fileDeadLetters } from '../postgres/dead-letters.js';
import { deleteOldKeys } from '../postgres/idempotency.js';
import {
  claimRelay,
  deleteOldBatches,
  ensureRuns,
  numberRows,
  readNumbered,
  readNumberedIds,
  readRuns,
  releaseRelay,
  skipRow,
  truncateOldSlot,
  type Numbering,
  type NumberedRow,
  type RelayLease,
} from '../postgres/relay.js';
import { createSignal } from '../signal.js';
import { createFrontier, type Frontier } from './frontier.js';
import { createSender, type Sender } from './sender.js';
import { DatabaseRestored, logAhead, readTails, type Tail } from './tail.js';

/**
 * Outbox → Kafka. One relay of a database is active, by a lease; others stand by.
 *
 * The active one takes committed rows that have no number yet in the order of their ids, persists partition and number for
 * each, and only then sends. Because a row's id is taken under its entity's row lock, the numbers of a key follow its commit
 * order; because numbers are persisted first, whoever sends a row again, also a relay that was paused beside its successor,
 * sends it with the same number to the same partition.
 */
export interface Relay {
  start(): void;
  /** Something was committed: look now. Without it the poll finds it. */
  wake(): void;
  stats(): RelayStats;
  stop(): Promise<void>;
}

export interface RelayStats {
  readonly active: boolean;
  /** Numbered but not acknowledged, by topic and partition. */
  readonly unsent: readonly {
    topic: string;
    partition: number;
    records: number;
    trouble: string | undefined;
  }[];
}

export interface RelayOptions {
  readonly database: Database;
  readonly kafka: Kafka;
  /** Topics that the outbox feeds. */
  readonly topics: readonly string[];
  readonly owner: number;
  readonly logger: Logger;
  /** The log is ahead of the database: the process must not go on. */
  readonly onRestored: (error: DatabaseRestored) => void;
}

const leaseMs = 2_000;
const standbyPollMs = 400;
/** Also renews the lease. */
const pollMs = 250;
/** A gap is looked at again soon: until it is settled, positions may wait for it. */
const gapPollMs = 20;
const housekeepEveryMs = 60_000;
const most = { rows: 2_000, bytes: 16 * 1_048_576 };

/** What an active relay holds. */
interface Term {
  readonly lease: RelayLease;
  readonly frontier: Frontier;
  readonly senders: ReadonlyMap<string, Sender>;
  readonly publisher: Publisher;
}

/** Of a term: this process has the lease still, under another epoch, because a topic has grown. */
type End = 'lost' | 'grown' | 'stopped';

export const createRelay = (options: RelayOptions): Relay => {
  const { database, kafka, topics, owner, logger, onRestored } = options;
  const woken = createSignal();
  const stopping = new AbortController();
  let term: Term | undefined;
  let running: Promise<void> | undefined;
  /** Beside the loop: nobody waits for it but the end. */
  let housekeeping: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    let previous: Term | undefined;
    while (!stopping.signal.aborted) {
      let how: End | undefined;
      try {
        term = await takeOver(previous);
        if (term) how = await serve(term);
      } catch (error) {
        if (error instanceof DatabaseRestored) return onRestored(error);
        logger.warn({ err: error }, 'the relay starts over');
      } finally {
        previous = how === 'grown' ? term : undefined;
        await end();
      }
      if (how !== 'grown') await pause(standbyPollMs);
    }
  };

  /** @param previous term of this process: when nobody had one in between, its senders tell how far the log is */
  const takeOver = async (previous: Term | undefined): Promise<Term | undefined> => {
    const lease = await claimRelay(database, owner, leaseMs);
    if (!lease) return undefined;
    const isNext = previous && lease.epoch === previous.lease.epoch + 2;
    const tails = isNext ? await tailsBehind(previous) : await findTails();
    const publisher = kafka.publisher();
    const senders = new Map<string, Sender>();
    for (const { run, found } of tails) {
      const { topic, partition, lastSeq, ackedSeq } = run;
      const sender = createSender({
        topic,
        partition,
        publisher,
        lastSeq,
        ackedSeq: found ?? ackedSeq,
        readNumbered: (after, atOnce) => readNumbered(database, topic, partition, after, atOnce),
        park,
        logger,
      });
      senders.set(keyOf(topic, partition), sender);
    }
    const frontier = createFrontier(lease.frontier, await readNumberedIds(database, lease.frontier));
    for (const sender of senders.values()) sender.start();
    logger.info({ epoch: lease.epoch }, 'this process is the active relay');
    return { lease, frontier, senders, publisher };
  };

  /** Rows numbered beyond the tails are sent again. */
  const findTails = async (): Promise<Tail[]> => {
    const counted = await countPartitions(kafka, topics);
    await ensureRuns(database, counted);
    const tails = await readTails(kafka, counted, () => readRuns(database));
    const ahead = logAhead(tails);
    if (ahead.length > 0) throw new DatabaseRestored(ahead);
    return tails;
  };

  const tailsBehind = async ({ senders }: Term): Promise<Tail[]> =>
    (await readRuns(database))
      .filter(({ topic }) => topics.includes(topic))
      .map((run) => ({ run, found: senders.get(keyOf(run.topic, run.partition))?.acked() }));

  const serve = async ({ lease, frontier, senders }: Term): Promise<End> => {
    let housekeptAt = Date.now();
    let heldTopic: string | undefined;
    const reported = new Map<Sender, number>();
    for (;;) {
      const asked = frontier.ask(heldTopic, most.rows);
      const hasBacklog = asked.backlog > 0;
      const answer = await numberRows(database, {
        lease,
        leaseMs,
        frontier: frontier.settled(),
        after: frontier.high,
        most: hasBacklog ? { ...most, rows: 0 } : most,
        ids: asked.ids,
        mostBytesOfIds: hasBacklog ? most.bytes : Number.MAX_SAFE_INTEGER,
        waiting: asked.waiting,
        acked: newlyAcked(senders.values(), reported),
      });
      if (!answer.held) return tellEnd(answer.owner);
      const { rows, left, next, oldest } = answer;
      frontier.read(asked, { numbered: rows.map(({ id }) => id), left }, next, oldest);
      hand(rows, senders);
      if (heldTopic !== answer.heldTopic) tellHeld(heldTopic, answer.heldTopic);
      heldTopic = answer.heldTopic;
      if (Date.now() - housekeptAt >= housekeepEveryMs) {
        housekeptAt = Date.now();
        housekeeping = housekeep();
      }
      if (stopping.signal.aborted) return 'stopped';
      if (!hasBacklog && rows.length + left.length < most.rows)
        await woken.wait(frontier.gaps().length > 0 ? gapPollMs : pollMs);
    }
  };

  const tellEnd = (holder: number | null): End => {
    if (holder !== owner) {
      logger.warn('another process is the active relay now');
      return 'lost';
    }
    logger.info('a topic has grown: the relay begins a new term');
    return 'grown';
  };

  const tellHeld = (before: string | undefined, now: string | undefined): void => {
    if (now !== undefined) logger.info({ topic: now }, 'a topic is held back while it grows');
    else logger.info({ topic: before }, 'a topic is not held back any more');
  };

  const newlyAcked = (senders: Iterable<Sender>, reported: Map<Sender, number>): Numbering['acked'] =>
    [...senders].flatMap((sender) => {
      const seq = sender.acked();
      if (reported.get(sender) === seq) return [];
      reported.set(sender, seq);
      return [{ topic: sender.topic, partition: sender.partition, seq }];
    });

  /** Rows come by partition. */
  const hand = (rows: readonly NumberedRow[], senders: ReadonlyMap<string, Sender>): void => {
    for (let from = 0; from < rows.length;) {
      const { topic, partition } = rows[from] as NumberedRow;
      const behind = rows.findIndex(
        (row, n) => n > from && (row.topic !== topic || row.partition !== partition),
      );
      const to = behind < 0 ? rows.length : behind;
      const sender = senders.get(keyOf(topic, partition));
      if (!sender) throw new Error(`the outbox holds an event for ${topic}, which is not in the topic table`);
      sender.numbered(rows.slice(from, to));
      from = to;
    }
  };

  const park = async (row: NumberedRow, error: Error): Promise<void> => {
    const record = {
      ...row,
      headers: row.headers ?? {},
      partition: 0,
      offset: row.id,
      timestampMs: Date.now(),
    };
    await database.transaction(async (tx) => {
      await fileDeadLetters(tx, 'relay', [{ record, error }]);
      await skipRow(tx, row.id);
    });
  };

  const housekeep = async (): Promise<void> => {
    try {
      await truncateOldSlot(database);
      await deleteOldBatches(database);
      await deleteOldKeys(database);
    } catch (error) {
      logger.debug({ err: error }, 'housekeeping is done next time');
    }
  };

  const end = async (): Promise<void> => {
    const last = term;
    term = undefined;
    if (!last) return;
    await Promise.all([...last.senders.values()].map((sender) => sender.stop()));
    await last.publisher.stop();
    await housekeeping;
    await releaseRelay(database, last.lease).catch(() => {});
  };

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

  return {
    start: () => {
      running = run();
    },
    wake: woken.raise,
    stats: () => ({
      active: term !== undefined,
      unsent: [...(term?.senders.values() ?? [])].map((sender) => ({
        topic: sender.topic,
        partition: sender.partition,
        records: sender.last() - sender.acked(),
        trouble: sender.trouble(),
      })),
    }),
    stop: async () => {
      stopping.abort();
      woken.raise();
      await running;
    },
  };
};

/** Those of Kafka, in use or not. */
export const countPartitions = async (
  kafka: Pick<Kafka, 'partitionCounts'>,
  topics: readonly string[],
): Promise<{ name: string; partitions: number }[]> => {
  const counts = await kafka.partitionCounts(topics);
  return topics.map((name) => ({ name, partitions: counts.get(name) ?? 0 }));
};

const keyOf = (topic: string, partition: number): string => `${partition}/${topic}`;
