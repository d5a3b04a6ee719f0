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
  persistNumbers,
  readNumbered,
  readNumberedIds,
  readRuns,
  readTransactionBounds,
  readUnnumbered,
  releaseRelay,
  truncateOldSlot,
  type NumberedBatch,
  type NumberedRow,
  type OutboxRow,
  type RelayLease,
} from '../postgres/relay.js';
import { createSignal } from '../signal.js';
import { createFrontier, type Frontier } from './frontier.js';
import { createSender, type Sender } from './sender.js';
import { DatabaseRestored, logAhead, readTails } from './tail.js';

/**
 * Outbox → Kafka. One relay of a database is active, by a lease; others stand by.
 *
 * The active one takes committed rows that have no number yet in the order of their ids, persists partition and number for
 * each, and only then sends. Because a row's id is taken under its entity's row lock, the numbers of a key follow its commit
 * order; because numbers are persisted first, whoever sends a row again, also a relay that was paused beside its successor,
 * sends it with the same number to the same partition.
 */
export interface Relay {
  start(): Promise<void>;
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
  /** Topics that the outbox feeds, with their partitions. */
  readonly topics: readonly { readonly name: string; readonly partitions: number }[];
  /** The partition of a key among so many, the same for all who send. */
  readonly partitionOf: (key: Buffer | string, partitions: number) => number;
  readonly owner: number;
  readonly logger: Logger;
  /** The log is ahead of the database: the process must not go on. */
  readonly onRestored: (error: DatabaseRestored) => void;
}

const leaseMs = 2_000;
const standbyPollMs = 400;
const pollMs = 200;
/** A gap is looked at again soon: until it is settled, positions may wait for it. */
const gapPollMs = 5;
const renewEveryMs = 500;
const housekeepEveryMs = 60_000;
const mostRows = 2_000;

/** What an active relay holds. */
interface Term {
  readonly lease: RelayLease;
  readonly frontier: Frontier;
  readonly senders: ReadonlyMap<string, Sender>;
  readonly publisher: Publisher;
}

export const createRelay = (options: RelayOptions): Relay => {
  const { database, kafka, topics, partitionOf, owner, logger, onRestored } = options;
  const woken = createSignal();
  const stopping = new AbortController();
  const partitionsOf = new Map(topics.map(({ name, partitions }) => [name, partitions]));
  let term: Term | undefined;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        term = await takeOver();
        if (term) await serve(term);
      } catch (error) {
        if (error instanceof DatabaseRestored) return onRestored(error);
        logger.warn({ err: error }, 'the relay starts over');
      } finally {
        await end();
      }
      await pause(standbyPollMs);
    }
  };

  /** Reads how far the log is: rows numbered beyond its tail are sent again. */
  const takeOver = async (): Promise<Term | undefined> => {
    const lease = await claimRelay(database, owner, leaseMs);
    if (!lease) return undefined;
    const tails = await readTails(kafka, topics, () => readRuns(database));
    const ahead = logAhead(tails);
    if (ahead.length > 0) throw new DatabaseRestored(ahead);
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
        readNumbered: (after, most) => readNumbered(database, topic, partition, after, most),
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

  const serve = async ({ lease, frontier, senders }: Term): Promise<void> => {
    let persistedAt = 0;
    let housekeptAt = Date.now();
    let reportedAcks = '';
    for (;;) {
      const rows = await readUnnumbered(database, frontier.high, frontier.gaps(), mostRows);
      frontier.read(rows.map(({ id }) => id));
      const acked = [...senders.values()].map((sender) => ({ ...sender, seq: sender.acked() }));
      const acks = acked.map(({ seq }) => seq).join();
      const due = Date.now() - persistedAt >= (acks === reportedAcks ? renewEveryMs : 100);
      if (rows.length > 0 || due) {
        const numbered = number(rows, senders);
        const batches = numbered.map(({ batch }) => batch);
        if (!(await persistNumbers(database, lease, leaseMs, frontier.settled(), batches, acked)))
          return logger.warn('another process is the active relay now');
        for (const { sender, rows: own } of numbered) sender.numbered(own);
        persistedAt = Date.now();
        reportedAcks = acks;
      }
      if (frontier.gaps().length > 0) frontier.bounds(await readTransactionBounds(database));
      if (Date.now() - housekeptAt >= housekeepEveryMs) {
        housekeptAt = Date.now();
        await housekeep();
      }
      if (stopping.signal.aborted) return;
      if (rows.length < mostRows) await woken.wait(frontier.gaps().length > 0 ? gapPollMs : pollMs);
    }
  };

  /** Gives each row the next number of its key's partition. */
  const number = (rows: readonly OutboxRow[], senders: ReadonlyMap<string, Sender>): Numbered[] => {
    const numbered = new Map<Sender, NumberedRow[]>();
    for (const row of rows) {
      const partition = partitionOf(row.key ?? '', partitionsOf.get(row.topic) ?? 1);
      const sender = senders.get(keyOf(row.topic, partition));
      if (!sender)
        throw new Error(`the outbox holds an event for ${row.topic}, which is not in the topic table`);
      const own = numbered.get(sender) ?? [];
      own.push({ ...row, seq: sender.last() + own.length + 1 });
      numbered.set(sender, own);
    }
    return [...numbered].map(([sender, own]) => ({
      sender,
      rows: own,
      batch: {
        topic: sender.topic,
        partition: sender.partition,
        firstSeq: sender.last() + 1,
        ids: own.map(({ id }) => id),
      },
    }));
  };

  const park = async (row: NumberedRow, error: Error): Promise<void> => {
    const record = {
      ...row,
      headers: row.headers ?? {},
      partition: 0,
      offset: row.id,
      timestampMs: Date.now(),
    };
    await database.transaction((tx) => fileDeadLetters(tx, 'relay', [{ record, error }]));
  };

  const housekeep = async (): Promise<void> => {
    await truncateOldSlot(database).catch((error: unknown) =>
      logger.debug({ err: error }, 'the old slot is in use'),
    );
    await deleteOldBatches(database);
    await deleteOldKeys(database);
  };

  const end = async (): Promise<void> => {
    const last = term;
    term = undefined;
    if (!last) return;
    await Promise.all([...last.senders.values()].map((sender) => sender.stop()));
    await last.publisher.stop();
    await releaseRelay(database, last.lease).catch(() => {});
  };

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

  return {
    start: async () => {
      await ensureRuns(database, topics);
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

interface Numbered {
  readonly sender: Sender;
  readonly rows: readonly NumberedRow[];
  readonly batch: NumberedBatch;
}

const keyOf = (topic: string, partition: number): string => `${partition}/${topic}`;
