import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createOwnedLog, type OwnedBatch, type OwnedState } from '../assignment/owned-log.js';
import { createRedrive } from '../assignment/redrive.js';
import { checkNumber, sift, type Sifted } from '../assignment/sift.js';
import type { Kafka, LogRecord } from '../kafka/kafka.js';
import { findQueues, queueKey, type Queue } from '../postgres/consumer-queues.js';
import { CommitUnknown, isPoison, type Database } from '../postgres/database.js';
import type { ClaimedLetter } from '../postgres/dead-letters.js';
import { advancePositions } from '../postgres/positions.js';
import { createSignal } from '../signal.js';
import { attempt, deliverAll, parseItem, toDelivery, type Item } from './attempt.js';
import { claims } from './claims.js';
import { notTried, type Consumer } from './consumer.js';
import { createQueueRunner } from './run-queues.js';
import { effectFailed, halt, lanesOf } from './halt.js';
import { fileAndPostpone, logFailures, writeRows, type Lane } from './settle.js';

/** The loop that drives every consumer. */
export interface RunningConsumer {
  readonly name: string;
  start(): Promise<void>;
  /** What this process owns of it. */
  owned(): readonly OwnedState[];
  stop(): Promise<void>;
}

export interface RunConsumerOptions {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly owner: number;
  readonly logger: Logger;
  /** Called after each commit that appended to the outbox. */
  readonly onCommitted: () => void;
  /** As of the owned log. */
  readonly partitionsOf?: (topic: string) => number;
  /** As of the log reader. */
  readonly lingerMs?: number;
}

const mostPerPartition = 500;
/** After this no new event is begun in a turn: what is left waits in the queues of its keys, and the log goes on. */
const longestTurnMs = 2_000;
const longestPauseMs = 5_000;
/** Another owner moved the position: everything of this transaction is void. */
class Fenced extends Error {
  constructor() {
    super('another process took them over');
  }
}

interface Part {
  readonly batch: OwnedBatch;
  readonly sifted: Sifted;
}

export const runConsumer = <E>(consumer: Consumer<E>, options: RunConsumerOptions): RunningConsumer => {
  const { kafka, database, owner, onCommitted } = options;
  const { name, topics, policy } = consumer;
  const logger = options.logger.child({ consumer: name });
  const log = createOwnedLog({
    worker: name,
    topics: topics.map((topic) => topic.name),
    kafka,
    database,
    owner,
    logger,
    partitionsOf: options.partitionsOf,
    ...(options.lingerMs !== undefined && { lingerMs: options.lingerMs }),
  });
  const queued = createSignal();
  const queues = createQueueRunner({ consumer, database, owner, logger, onCommitted, queued });
  const redrive = createRedrive({
    worker: name,
    database,
    owner,
    logger,
    onCommitted,
    ...redriving(consumer),
  });
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  /**
   * The positions pass an event only in the transaction that stores its effect's row, its place in its key's queue, or its dead letter,
   * and only from where this owner read, under its epoch. So a crash loses nothing: what left the system before it leaves once more,
   * under the same id.
   */
  const commit = async (
    parts: readonly Part[],
    lanes: readonly Lane<E>[],
    oneByOne: boolean,
  ): Promise<void> => {
    const appended = await database.transaction(async (tx) => {
      const advances = parts.map(({ batch: { position }, sifted: { to } }) => ({
        ...to,
        epoch: position.epoch,
        fromOffset: position.nextOffset,
      }));
      if ((await advancePositions(tx, name, advances)) < parts.length) throw new Fenced();
      const written = await writeRows(tx, consumer, lanes, oneByOne);
      const refused = parts.flatMap(({ sifted }) => sifted.refused);
      return fileAndPostpone(tx, consumer, written, policy.kind === 'halt' ? [] : refused);
    });
    if (appended > 0) {
      onCommitted();
      queued.raise();
    }
    log.done(parts.map(({ batch, sifted }) => ({ epoch: batch.position.epoch, to: sifted.to })));
    logFailures(logger, policy, lanes);
  };

  const turn = async (batches: readonly OwnedBatch[]): Promise<void> => {
    const parts = batches.map((batch): Part => ({
      batch,
      sifted: sift(consumer.topics, batch.position, batch.records),
    }));
    const moving = parts.filter(({ batch, sifted }) => sifted.to.nextOffset > batch.position.nextOffset);
    if (moving.length > 0) await settle(moving);
    for (const { batch, sifted } of parts) if (sifted.hole !== undefined) await log.fault(batch, sifted.hole);
  };

  const settle = async (parts: readonly Part[]): Promise<void> => {
    const found = await findLanes(parts);
    // What waits in a queue goes behind it; the rest is tried now.
    const free = found.filter(({ queue }) => !queue);
    const until = performance.now() + longestTurnMs;
    const attempted = await attempt(
      consumer,
      free.map(({ items }) => items),
      () => stopping.signal.aborted || performance.now() > until,
    );
    const lanes = found.map((lane): Lane<E> => ({
      ...lane,
      ...(attempted[free.indexOf(lane)] ?? { done: [], passed: [], failed: undefined, rest: lane.items }),
    }));
    const halted = policy.kind === 'halt' ? halt(consumer.topics, parts, lanes) : undefined;
    await commitOrIsolate(halted?.parts ?? parts, halted?.lanes ?? lanes);
    for (const [batch, reason] of halted?.faults ?? []) await log.fault(batch, reason);
  };

  const findLanes = async (
    parts: readonly Part[],
  ): Promise<(Pick<Lane<E>, 'topic' | 'key' | 'queue'> & { items: Item<E>[] })[]> => {
    const lanes = new Map<string, { topic: string; key: Buffer; items: Item<E>[] }>();
    for (const { batch, sifted } of parts)
      for (const record of sifted.fresh) {
        const item = parseItem(consumer, record, batch.position.epoch);
        if (!item || (policy.kind === 'halt' && 'error' in item.parsed)) continue;
        const key = queueKey(record);
        const id = `${record.topic}/${key.toString('base64')}`;
        const lane = lanes.get(id);
        if (lane) lane.items.push(item);
        else lanes.set(id, { topic: record.topic, key, items: [item] });
      }
    const found = [...lanes.values()];
    const there: readonly (Queue | undefined)[] =
      found.length > 0 && policy.kind !== 'halt' ? await findQueues(database, name, found) : [];
    return found.map((lane, n) => ({ ...lane, queue: there[n] }));
  };

  const commitOrIsolate = async (parts: readonly Part[], lanes: readonly Lane<E>[]): Promise<void> => {
    try {
      await commit(parts, lanes, false);
    } catch (error) {
      if (!isPoison(error)) throw error;
      // The row of some event is refused: each by itself, so that only that one fails.
      if (policy.kind === 'retry') await commit(parts, lanes, true);
      else await haltAlone(parts, lanes, error);
    }
  };

  /** Under the policy to halt the partition whose row is refused stands still before this batch. */
  const haltAlone = async (
    parts: readonly Part[],
    lanes: readonly Lane<E>[],
    error: Error,
  ): Promise<void> => {
    const [first] = parts;
    if (parts.length === 1 && first) return log.fault(first.batch, `${effectFailed}: ${error.message}`);
    for (const part of parts) await commitOrIsolate([part], lanesOf(part, lanes));
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const batches = await log.take(mostPerPartition);
      if (batches.length === 0) continue;
      try {
        await turn(batches);
        failures = 0;
      } catch (error) {
        if (error instanceof Fenced || error instanceof CommitUnknown) log.lost(batches);
        failures += 1;
        logger.warn({ err: error }, 'a batch is tried again');
        await sleep(Math.min(longestPauseMs, 50 * 2 ** failures), undefined, {
          signal: stopping.signal,
        }).catch(() => {});
      }
    }
  };

  return {
    name,
    start: async () => {
      await log.start();
      queues.start();
      redrive.start();
      running = run();
    },
    owned: log.owned,
    stop: async () => {
      stopping.abort();
      await Promise.all([log.stop(), queues.stop(), redrive.stop(), running]);
    },
  };
};

/** A letter is run as its event was: parsed anew, since the code may be newer, delivered, and its rows written. */
const redriving = <E>(consumer: Consumer<E>) => {
  const toItem = ({ record, epoch }: ClaimedLetter): Item<E> | undefined =>
    parseItem(
      {
        ...consumer,
        parse: (own: LogRecord) => {
          checkNumber(consumer.topics, own);
          return consumer.parse(own);
        },
      },
      record,
      claims.letter + epoch,
    );
  return {
    /** All are begun at once: their lease is no longer than the longest of them. */
    deliver: async (letters: readonly ClaimedLetter[]) => {
      const found = letters.flatMap((letter, n) => {
        const item = toItem(letter);
        return item ? [{ n, item }] : [];
      });
      const answers = await deliverAll(
        consumer,
        found.map(({ item }) => item),
        () => false,
      );
      const errors = letters.map((): Error | undefined => undefined);
      found.forEach(({ n }, i) => {
        const answer = answers[i];
        if (answer === notTried) throw new Error('not all were tried');
        errors[n] = answer;
      });
      return errors;
    },
    apply: async (tx: Parameters<NonNullable<Consumer<E>['effect']['write']>>[0], letter: ClaimedLetter) => {
      const item = toItem(letter);
      const delivery = item && toDelivery(item);
      return delivery ? ((await consumer.effect.write?.(tx, [delivery])) ?? []) : [];
    },
  };
};
