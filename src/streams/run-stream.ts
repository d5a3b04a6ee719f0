import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createOwnedLog, type OwnedBatch, type OwnedLog, type OwnedState } from '../assignment/owned-log.js';
import { createRedrive } from '../assignment/redrive.js';
import { checkNumber, sift, type Sifted } from '../assignment/sift.js';
import type { Kafka, LogRecord } from '../kafka/kafka.js';
import { CommitUnknown, isPoison, Last, type Database, type Transaction } from '../postgres/database.js';
import { fileDeadLetters, type Failure } from '../postgres/dead-letters.js';
import { appendEvents, type OutgoingEvent } from '../postgres/outbox.js';
import { advancePositions } from '../postgres/positions.js';
import type { Stream } from './stream.js';

/** The loop that drives every stream. */
export interface RunningStream {
  readonly name: string;
  start(): Promise<void>;
  /** What this process owns of it. */
  owned(): readonly OwnedState[];
  stop(): Promise<void>;
}

export interface RunStreamOptions {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly owner: number;
  readonly logger: Logger;
  /** Called after each commit that appended to the outbox. */
  readonly onCommitted: () => void;
  /** As of the owned log. */
  readonly partitionsOf?: (topic: string) => number;
}

/** Records of one partition in one transaction: enough to spread the commit's cost, few enough to be done in well under 2 s. */
const mostPerPartition = 1_000;
const settleEveryMs = 1_000;
const longestPauseMs = 5_000;

/** Another owner moved the position: everything of this transaction is void. */
class Fenced extends Error {
  constructor() {
    super('another process took them over');
  }
}

export const runStream = <E, Changes>(
  stream: Stream<E, Changes>,
  options: RunStreamOptions,
): RunningStream => {
  const { kafka, database, owner, onCommitted } = options;
  const logger = options.logger.child({ stream: stream.name });
  const log: OwnedLog = createOwnedLog({
    worker: stream.name,
    topics: stream.topics.map(({ name }) => name),
    kafka,
    database,
    owner,
    logger,
    lanes: stream.lanes,
    partitionsOf: options.partitionsOf,
  });
  const redrive = createRedrive({
    worker: stream.name,
    database,
    owner,
    logger,
    onCommitted,
    apply: async (tx, { record }) => {
      checkNumber(stream.topics, record);
      return stream.write(tx, stream.fold([stream.parse(record)]), []);
    },
  });
  const stopping = new AbortController();
  let running: Promise<unknown> | undefined;

  /**
   * Exactly once: the positions move, the rows change, the change records and the dead letters are appended in ONE transaction,
   * and the positions move only from where this owner read, under its epoch. What is committed is not read again; what is not
   * committed never was.
   *
   * All partitions of a lane share the transaction (see docs/decisions/0004-one-transaction-per-turn.md).
   */
  const commit = async (parts: readonly Part[], parsed: Parsed<E>): Promise<void> => {
    const changes = stream.fold(parsed.events);
    const read = parts.flatMap(({ sifted }) => sifted.fresh);
    const appended = await database.transaction(async (tx) => {
      const advances = parts.map(({ batch: { position }, sifted: { to } }) => ({
        ...to,
        epoch: position.epoch,
        fromOffset: position.nextOffset,
      }));
      // The positions first; the writes follow without waiting, and are void when the positions did not move.
      const [moved, outgoing] = await Promise.all([
        advancePositions(tx, stream.name, advances),
        read.length > 0 ? stream.write(tx, changes, read) : [],
      ]);
      if (moved < parts.length) throw new Fenced();
      await fileDeadLetters(tx, stream.name, parsed.failures);
      return new Last(append(tx, outgoing).then(() => outgoing.length + parsed.failures.length));
    });
    if (appended > 0) onCommitted();
    log.done(parts.map(({ batch, sifted }) => ({ epoch: batch.position.epoch, to: sifted.to })));
  };

  const turn = async (batches: readonly OwnedBatch[]): Promise<void> => {
    const parts = batches.map((batch): Part => ({
      batch,
      sifted: sift(stream.topics, batch.position, batch.records),
    }));
    const moving = parts.filter(({ batch, sifted }) => sifted.to.nextOffset > batch.position.nextOffset);
    if (moving.length > 0) await commitOrIsolate(moving);
    for (const { batch, sifted } of parts) if (sifted.hole !== undefined) await log.fault(batch, sifted.hole);
  };

  const commitOrIsolate = async (parts: readonly Part[]): Promise<void> => {
    const parsed = parseAll(stream.parse, parts);
    try {
      await commit(parts, parsed);
    } catch (error) {
      if (error instanceof Fenced || error instanceof CommitUnknown) {
        logger.warn({ reason: error.message }, 'partitions are given up: only their lease gives them back');
        return log.lost(parts.map(({ batch }) => batch));
      }
      if (!isPoison(error)) throw error;
      await isolate(parts, error);
    }
  };

  /** Some event cannot be folded or written: halves the records until it is alone, and files it. */
  const isolate = async (parts: readonly Part[], error: Error): Promise<void> => {
    const [first] = parts;
    if (!first) return;
    const { position, records } = first.batch;
    const unread = records.filter(
      ({ offset }) => offset >= position.nextOffset && offset < first.sifted.to.nextOffset,
    );
    if (parts.length > 1 || unread.length > 1) {
      // The rest of the records is taken again in the next turn.
      const half = unread.slice(0, Math.ceil(unread.length / 2));
      await commitOrIsolate([
        { batch: { position, records: half }, sifted: sift(stream.topics, position, half) },
      ]);
    } else {
      logger.warn({ err: error, ...position }, 'an event cannot be folded: it becomes a dead letter');
      await commit([first], { events: [], failures: unread.map((record) => ({ record, error })) });
    }
  };

  const fold = async (lane: number): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const batches = await log.take(mostPerPartition, lane);
      if (batches.length === 0) continue;
      try {
        await turn(batches);
        failures = 0;
      } catch (error) {
        failures += 1;
        logger.warn({ err: error }, 'the database did not take a batch: it is tried again');
        await pause(Math.min(longestPauseMs, 50 * 2 ** failures));
      }
    }
  };

  /** By the owner of the first partition, so that one process does it. */
  const settleOn = async (settle: NonNullable<typeof stream.settle>): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(settleEveryMs);
      if (!log.owned().some(({ position }) => position.partition === 0)) continue;
      try {
        const outgoing = await database.transaction(async (tx) => {
          const events = await settle(tx);
          await append(tx, events);
          return events;
        });
        if (outgoing.length > 0) onCommitted();
      } catch (error) {
        logger.debug({ err: error }, 'settling is tried again');
      }
    }
  };

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

  return {
    name: stream.name,
    start: async () => {
      await log.start();
      redrive.start();
      const folding = Array.from({ length: stream.lanes ?? 1 }, (_, lane) => fold(lane));
      running = Promise.all([...folding, stream.settle && settleOn(stream.settle)]);
    },
    owned: log.owned,
    stop: async () => {
      stopping.abort();
      await Promise.all([log.stop(), redrive.stop(), running]);
    },
  };
};

interface Part {
  readonly batch: OwnedBatch;
  readonly sifted: Sifted;
}

interface Parsed<E> {
  readonly events: E[];
  readonly failures: Failure[];
}

const parseAll = <E>(parse: (record: LogRecord) => E, parts: readonly Part[]): Parsed<E> => {
  const events: E[] = [];
  const failures: Failure[] = parts.flatMap(({ sifted }) => sifted.refused);
  for (const record of parts.flatMap(({ sifted }) => sifted.fresh)) {
    try {
      events.push(parse(record));
    } catch (error) {
      failures.push({ record, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return { events, failures };
};

const append = (tx: Transaction, events: readonly OutgoingEvent[]): Promise<unknown> =>
  events.length > 0 ? appendEvents(tx, events) : Promise.resolve();
