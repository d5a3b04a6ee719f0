import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createOwnedLog, type OwnedBatch, type OwnedState } from '../assignment/owned-log.js';
import type { CopySpec } from '../events/topics.js';
import { isSkip, sequenceHeader, sequenceOf } from '../events/envelope.js';
import type { Kafka, LogRecord, OutgoingRecord } from '../kafka/kafka.js';
import { CommitUnknown, type Database } from '../postgres/database.js';
import { partitionOf } from '../partitioning.js';
import { advancePositions } from '../postgres/positions.js';

/** Repeats some types of an entity topic on topics of their own, at least once, with the same key, bytes and `ce_id`. */
export interface Copies {
  readonly name: string;
  start(): Promise<void>;
  owned(): readonly OwnedState[];
  stop(): Promise<void>;
}

export interface CopiesOptions {
  readonly copies: readonly CopySpec[];
  readonly kafka: Kafka;
  readonly database: Database;
  readonly owner: number;
  readonly logger: Logger;
}

const mostPerPartition = 500;
const longestPauseMs = 5_000;
/** Copies may be a little late, so that under load many share a send and a commit. */
const lingerMs = 20;

export const createCopies = (options: CopiesOptions): Copies => {
  const { copies, kafka, database, owner } = options;
  const name = 'copies';
  const logger = options.logger.child({ consumer: name });
  const topics = [...new Set(copies.map(({ from }) => from.name))];
  const log = createOwnedLog({ worker: name, topics, kafka, database, owner, logger, lingerMs });
  const publisher = kafka.publisher();
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  /** First the copies, acknowledged; then the position. A crash in between copies again: at least once. */
  const copy = async (batch: OwnedBatch): Promise<void> => {
    for (const { name: target, types, from } of copies) {
      const own = batch.records.filter(
        (record) =>
          record.topic === from.name &&
          types.includes(record.headers.ce_type ?? '') &&
          // What the relay did not send is no event: the streams make a dead letter of it.
          sequenceOf(record) !== undefined &&
          !isSkip(record),
      );
      if (own.length > 0) await publish(target, own);
    }
  };

  const publish = async (target: string, records: readonly LogRecord[]): Promise<void> => {
    const partitions = await kafka.partitionCount(target);
    for (let partition = 0; partition < partitions; partition += 1) {
      const own = records.filter(({ key }) => partitionOf(key ?? '', partitions) === partition);
      if (own.length > 0) await publisher.send(target, partition, own.map(withoutNumber));
    }
  };

  const advance = async (batches: readonly OwnedBatch[]): Promise<void> => {
    const moves = batches.map(({ position, records }) => {
      const last = records.at(-1);
      return {
        ...position,
        fromOffset: position.nextOffset,
        nextOffset: last ? last.offset + 1 : position.nextOffset,
        lastId: last?.headers.ce_id ?? null,
      };
    });
    const moved = await database.transaction((tx) => advancePositions(tx, name, moves));
    if (moved < batches.length) log.lost(batches);
    else log.done(moves.map(({ fromOffset: _, epoch, ...to }) => ({ epoch, to })));
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const batches = await log.take(mostPerPartition);
      if (batches.length === 0) continue;
      try {
        for (const batch of batches) await copy(batch);
        await advance(batches);
        failures = 0;
      } catch (error) {
        if (error instanceof CommitUnknown) log.lost(batches);
        failures += 1;
        logger.warn({ err: error }, 'copying is tried again');
        await pause(Math.min(longestPauseMs, 50 * 2 ** failures));
      }
    }
  };

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

  return {
    name,
    start: async () => {
      await log.start();
      running = run();
    },
    owned: log.owned,
    stop: async () => {
      stopping.abort();
      await Promise.all([log.stop(), running]);
      await publisher.stop();
    },
  };
};

/** A copy has no place in the numbered run of its origin's partition. */
const withoutNumber = ({ key, value, headers }: LogRecord): OutgoingRecord => {
  const { [sequenceHeader]: _, ...rest } = headers;
  return { key, value, headers: rest };
};
