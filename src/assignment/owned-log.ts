import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { growthOf } from '../events/growth.js';
import type { FetchedBatch, Kafka, LogReader, LogRecord, ReadFault } from '../kafka/kafka.js';
import type { Database } from '../postgres/database.js';
import {
  announceWorker,
  claimPositions,
  ensurePositions,
  releasePosition,
  renewPositions,
  stopPosition,
  withdrawWorker,
  type OwnedPosition,
  type PartitionPosition,
} from '../postgres/positions.js';
import { sizeOf } from '../record-size.js';
import { createSignal } from '../signal.js';
import { isBehindMarkers } from './markers.js';

/**
 * The partitions of some topics that this process owns for a worker, and their records from its positions on.
 *
 * Ownership is a lease in Postgres, not a consumer group: a restarted process need not wait until the broker has timed its
 * predecessor out. Each process takes its fair share of what nobody holds and gives up what is over it. A position's epoch
 * rises whenever its owner changes; every write carries the epoch, so a paused owner that wakes up writes nothing.
 */
export interface OwnedLog {
  start(): Promise<void>;
  /**
   * Waits for records of a lane's partitions. Answers a batch for each partition that has some; empty only when stopped. The same again
   * until `done`.
   */
  take(mostPerPartition: number, lane?: number): Promise<OwnedBatch[]>;
  /** The batches' positions are committed: their records are not answered again. */
  done(moved: readonly Moved[]): void;
  /** Another owner took partitions over: forgets them, unread records and all. */
  lost(partitions: readonly OwnedBatch[]): void;
  /** Stops a partition with a reason that operators see; nobody reads on until they resume it. */
  fault(batch: OwnedBatch, reason: string): Promise<void>;
  /** What is owned, for lag and health. */
  owned(): readonly OwnedState[];
  stop(): Promise<void>;
}

export interface OwnedBatch {
  readonly position: OwnedPosition;
  readonly records: readonly LogRecord[];
}

export interface Moved {
  readonly epoch: number;
  readonly to: PartitionPosition;
}

export interface OwnedState {
  readonly position: OwnedPosition;
  readonly logEnd: number;
}

export interface OwnedLogOptions {
  /** Also the name of the consumer group under which Kafka's tools show the lag. */
  readonly worker: string;
  readonly topics: readonly string[];
  readonly kafka: Kafka;
  readonly database: Database;
  readonly owner: number;
  readonly logger: Logger;
  /** How many partitions a topic has now, where it may gain some. Those have places then, and are taken like the others. */
  readonly partitionsOf?: ((topic: string) => number) | undefined;
  /** As of the log reader. */
  readonly lingerMs?: number;
  /** Into how many the partitions are divided that are worked on side by side. Default 1. */
  readonly lanes?: number | undefined;
}

interface Owned {
  position: OwnedPosition;
  readonly buffer: LogRecord[];
  /** Of the buffer. */
  bytes: number;
  logEnd: number;
  /** Set while the buffer is full; called when there is room again. */
  resume: (() => void) | undefined;
  /** Why nothing follows what is in the buffer. */
  fault: string | undefined;
}

const leaseMs = 2_000;
const renewEveryMs = 500;
const groupCommitEveryMs = 1_000;
const mostBuffered = { records: 8_000, bytes: 16 * 1_048_576 };
const roomAgainBelow = { records: 4_000, bytes: 8 * 1_048_576 };
/** Of one partition in one turn, but for a record that is larger. What is taken may all become dead letters of one transaction. */
const mostTakenBytes = 4 * 1_048_576;

export const createOwnedLog = (options: OwnedLogOptions): OwnedLog => {
  const { worker, topics, kafka, database, owner, logger, lanes = 1 } = options;
  const owned = new Map<string, Owned>();
  const stopping = new AbortController();
  let reader: LogReader | undefined;
  const arrived = Array.from({ length: lanes }, createSignal);
  let keeping: Promise<void> | undefined;
  let moved = false;
  /** By topic: partitions that have places. */
  const placed = new Map<string, number>();

  /** @param passed the first record is a marker that may be passed */
  const onBatch = (batch: FetchedBatch, passed = false): void | Promise<void> => {
    const state = owned.get(keyOf(batch));
    if (!state) return;
    state.logEnd = batch.logEnd;
    if (batch.records.length === 0) return;
    const at = batch.records.findIndex((record, n) => (n > 0 || !passed) && growthOf(record) !== undefined);
    for (const record of at < 0 ? batch.records : batch.records.slice(0, at)) {
      state.buffer.push(record);
      state.bytes += sizeOf(record);
    }
    arrived[batch.partition % lanes]?.raise();
    if (at >= 0) return waitAtMarker(state, { ...batch, records: batch.records.slice(at) });
    if (!isBelow(state, mostBuffered)) return new Promise((resume) => (state.resume = resume));
  };

  /** Where a topic grew, all old partitions are folded up to there before anything behind is, whoever owns them. */
  const waitAtMarker = async (state: Owned, behind: FetchedBatch): Promise<void> => {
    while (owned.get(keyOf(behind)) === state && !stopping.signal.aborted) {
      const isOpen = await isBehindMarkers({ kafka, database, worker }, behind.records[0]).catch(() => false);
      if (isOpen && owned.get(keyOf(behind)) === state) return onBatch(behind, true);
      await sleep(renewEveryMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  const onFault = ({ topic, partition, kind, error }: ReadFault): void => {
    const state = owned.get(keyOf({ topic, partition }));
    if (!state) return;
    if (kind === 'UNKNOWN_TOPIC' && state.position.nextOffset === 0) {
      forget(state);
      return void giveBack(state.position).catch(logFailure);
    }
    state.fault = `${kind}: ${error.message}`;
    stopAtFault(state);
  };

  const stopAtFault = (state: Owned): void => {
    if (state.fault !== undefined && state.buffer.length === 0)
      void stopReading(state, state.fault).catch(logFailure);
  };

  const logFailure = (error: unknown): void =>
    logger.warn({ err: error, worker }, 'ownership could not be written');

  const forget = (state: Owned): void => {
    if (owned.get(keyOf(state.position)) !== state) return;
    owned.delete(keyOf(state.position));
    reader?.unassign(state.position.topic, state.position.partition);
    state.resume?.();
  };

  const stopReading = async (state: Owned, reason: string): Promise<void> => {
    const { topic, partition } = state.position;
    logger.error(
      { worker, topic, partition, reason },
      'a partition stands still until an operator resumes it',
    );
    forget(state);
    await stopPosition(database, worker, state.position, reason);
  };

  const giveBack = async (position: OwnedPosition): Promise<void> => {
    const { topic, partition } = position;
    logger.warn({ worker, topic, partition }, 'Kafka does not have this partition yet');
    await releasePosition(database, worker, position);
  };

  const begin = async (position: OwnedPosition): Promise<void> => {
    const misfit = await findMisfit(kafka, position);
    // A partition that its topic gained a moment ago: not all brokers need to know it yet.
    if ('isMissing' in misfit && position.nextOffset === 0) return giveBack(position);
    const state: Owned = { position, buffer: [], bytes: 0, logEnd: 0, resume: undefined, fault: undefined };
    owned.set(keyOf(position), state);
    if ('reason' in misfit) return stopReading(state, misfit.reason);
    state.logEnd = misfit.logEnd;
    reader?.assign(position.topic, position.partition, misfit.from);
  };

  const place = async (topic: string, count: number): Promise<void> => {
    if (count <= (placed.get(topic) ?? 0)) return;
    await ensurePositions(database, worker, topic, count);
    placed.set(topic, count);
  };

  /** One round of ownership: say that we live, renew, give up what is over our share, take what is free. */
  const keep = async (): Promise<void> => {
    for (const topic of topics) await place(topic, options.partitionsOf?.(topic) ?? 0);
    const { workers, partitions } = await announceWorker(database, worker, owner, leaseMs);
    const held = await renewPositions(database, worker, owner, leaseMs);
    const epochs = new Map(held.map((position) => [keyOf(position), position.epoch]));
    for (const state of owned.values())
      if (epochs.get(keyOf(state.position)) !== state.position.epoch) forget(state);
    // Claimed in a round that Kafka then did not let begin.
    for (const position of held) if (!owned.has(keyOf(position))) await begin(position);
    const share = Math.ceil(partitions / Math.max(workers, 1));
    for (const state of [...owned.values()].slice(share)) {
      forget(state);
      await releasePosition(database, worker, state.position);
    }
    const room = share - owned.size;
    if (room <= 0) return;
    for (const position of await claimPositions(database, worker, owner, leaseMs, room))
      await begin(position);
  };

  const commitGroup = async (): Promise<void> => {
    if (!moved) return;
    moved = false;
    const offsets = [...owned.values()].map(({ position }) => ({ ...position, offset: position.nextOffset }));
    await kafka.commitOffsets(worker, offsets);
  };

  const keepOn = async (): Promise<void> => {
    let committedAt = 0;
    while (!stopping.signal.aborted) {
      await keep().catch(logFailure);
      if (Date.now() - committedAt >= groupCommitEveryMs) {
        committedAt = Date.now();
        await commitGroup().catch((error: unknown) =>
          logger.debug({ err: error }, 'the group offset was not committed'),
        );
      }
      await sleep(renewEveryMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  return {
    start: async () => {
      for (const topic of topics) await place(topic, await kafka.partitionCount(topic));
      reader = kafka.reader({ onBatch: (batch) => onBatch(batch), onFault, lingerMs: options.lingerMs });
      await keep();
      keeping = keepOn();
    },
    take: async (most, lane = 0) => {
      for (;;) {
        if (stopping.signal.aborted) return [];
        const ready = [...owned.values()].filter(
          ({ position: { partition }, buffer }) => partition % lanes === lane && buffer.length > 0,
        );
        if (ready.length > 0)
          return ready.map(({ position, buffer }) => ({ position, records: firstOf(buffer, most) }));
        await arrived[lane]?.wait();
      }
    },
    done: (advances) => {
      for (const { epoch, to } of advances) {
        const state = owned.get(keyOf(to));
        if (state?.position.epoch !== epoch) continue;
        state.position = { ...to, epoch };
        const read = state.buffer.findIndex(({ offset }) => offset >= to.nextOffset);
        for (const record of state.buffer.splice(0, read < 0 ? state.buffer.length : read))
          state.bytes -= sizeOf(record);
        moved = true;
        if (state.resume && isBelow(state, roomAgainBelow)) {
          state.resume();
          state.resume = undefined;
        }
        stopAtFault(state);
      }
    },
    lost: (batches) => {
      for (const { position } of batches) {
        const state = owned.get(keyOf(position));
        if (state?.position.epoch === position.epoch) forget(state);
      }
    },
    fault: async ({ position }, reason) => {
      const state = owned.get(keyOf(position));
      if (state?.position.epoch === position.epoch) await stopReading(state, reason);
    },
    owned: () => [...owned.values()],
    stop: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      for (const signal of arrived) signal.raise();
      await keeping;
      await commitGroup().catch(() => {});
      for (const state of owned.values()) forget(state);
      await reader?.stop();
      await withdrawWorker(database, worker, owner).catch(logFailure);
    },
  };
};

const keyOf = ({ topic, partition }: { topic: string; partition: number }): string => `${partition}/${topic}`;

const isBelow = ({ buffer, bytes }: Owned, bound: typeof mostBuffered): boolean =>
  buffer.length < bound.records && bytes < bound.bytes;

const firstOf = (buffer: readonly LogRecord[], most: number): LogRecord[] => {
  let bytes = 0;
  const end = buffer.findIndex((record, n) => {
    bytes += sizeOf(record);
    return n > 0 && (n >= most || bytes > mostTakenBytes);
  });
  return buffer.slice(0, end < 0 ? buffer.length : end);
};

/**
 * Whether a position fits the log that is there: its offset lies within, and the record before it is the one that was read
 * last, or has expired. A position that was never moved begins at the log's start.
 */
export const findMisfit = async (
  kafka: Kafka,
  { topic, partition, nextOffset, lastId }: PartitionPosition,
): Promise<{ from: number; logEnd: number } | { reason: string; isMissing?: true }> => {
  const marks = (await kafka.watermarks(topic)).get(partition);
  if (!marks)
    return { reason: 'UNKNOWN_TOPIC: Kafka does not have this partition any more', isMissing: true };
  const { earliest, latest } = marks;
  if (nextOffset === 0) return { from: earliest, logEnd: latest };
  if (nextOffset < earliest)
    return { reason: `OFFSET_LOST: records ${nextOffset} to ${earliest - 1} expired before they were read` };
  if (nextOffset > latest)
    return { reason: `RECREATED: the log ends at ${latest}, before the position ${nextOffset}` };
  // No id is known before the first record, and after an operator chose the place.
  if (nextOffset > earliest && lastId !== null) {
    const { records } = await kafka.fetch(topic, partition, nextOffset - 1, 1);
    const before = records.find(({ offset }) => offset === nextOffset - 1);
    if (before && before.headers.ce_id !== lastId)
      return { reason: `RECREATED: record ${nextOffset - 1} is not the one that was read` };
  }
  return { from: nextOffset, logEnd: latest };
};
