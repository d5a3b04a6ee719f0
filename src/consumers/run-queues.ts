import type { Logger } from 'pino';
import {
  claimQueues,
  lockQueues,
  readWaiting,
  removeWaiting,
  settleQueues,
  storeHistories,
  type Queue,
  type Wait,
  type Waiting,
} from '../postgres/consumer-queues.js';
import { CommitUnknown, isPoison, type Database } from '../postgres/database.js';
import { fileDeadLetters } from '../postgres/dead-letters.js';
import { appendEvents } from '../postgres/outbox.js';
import type { Signal } from '../signal.js';
import { attempt, parseItem, type Attempted, type FailedItem, type Item } from './attempt.js';
import { claims } from './claims.js';
import type { Consumer, Policy } from './consumer.js';
import { historyWith, logFailures, nextDelayMs, parks, toFailure, writeRows } from './settle.js';

/** Tries again what waits in the queues of keys, in the order of each key, wherever its partition is owned. */
export interface QueueRunner {
  start(): void;
  stop(): Promise<void>;
}

export interface QueueRunnerOptions<E> {
  readonly consumer: Consumer<E>;
  readonly database: Database;
  readonly owner: number;
  readonly logger: Logger;
  readonly onCommitted: () => void;
  /** Raised when something may be due before the next look. */
  readonly queued: Signal;
}

const pollMs = 200;
const longestPauseMs = 5_000;
/** Longer than a turn and one delivery: who holds a queue longer than this has lost it. */
const leaseMs = 60_000;
const longestTurnMs = 2_000;
const mostQueues = 64;
const mostOfEach = 100;

/** A queue that this process took, with what waits in it. */
interface Held<E> {
  readonly queue: Queue;
  readonly items: Map<Item<E>, Waiting>;
  /** Of code that has no business with them any more. */
  readonly idle: Waiting[];
}

interface Tried<E> extends Held<E>, Attempted<E> {}

/** How a queue goes on after a turn. */
interface End<E> {
  readonly queue: number;
  /** They become dead letters; the last of them is what the rest waits behind, if it does. */
  readonly filed: readonly FailedItem<E>[];
  readonly isParked: boolean;
  readonly retried: { readonly failed: FailedItem<E>; readonly place: Waiting } | undefined;
  readonly delayMs: number;
  /** They wait no more. */
  readonly over: readonly Waiting[];
}

const endOf = <E>(policy: Policy, { queue, items, idle, done, passed, failed }: Tried<E>): End<E> => {
  const place = (item: Item<E>): Waiting => items.get(item) as Waiting;
  const delayMs = failed && nextDelayMs(policy, failed);
  const isFiled = failed !== undefined && delayMs === undefined;
  const filed = isFiled ? [...passed, failed] : passed;
  return {
    queue: queue.id,
    filed,
    isParked: isFiled && parks(policy),
    retried: failed && !isFiled ? { failed, place: place(failed.item) } : undefined,
    delayMs: delayMs ?? 0,
    over: [...idle, ...done.map(place), ...filed.map(({ item }) => place(item))],
  };
};

export const createQueueRunner = <E>(options: QueueRunnerOptions<E>): QueueRunner => {
  const { consumer, database, owner, logger, onCommitted, queued } = options;
  const { name, policy } = consumer;
  let isStopping = false;
  let running: Promise<void> | undefined;

  const turn = async (): Promise<boolean> => {
    const queues = await claimQueues(database, name, owner, leaseMs, mostQueues);
    if (queues.length === 0) return false;
    const held = queues.map((queue): Held<E> => ({ queue, items: new Map(), idle: [] }));
    const byId = new Map(held.map((one) => [one.queue.id, one]));
    for (const waiting of await readWaiting(database, queues, mostOfEach)) {
      const { queue, items, idle } = byId.get(waiting.queue) as Held<E>;
      const item = parseItem(consumer, waiting.record, claims.queue + queue.epoch, waiting.history);
      if (item) items.set(item, waiting);
      else idle.push(waiting);
    }
    const until = performance.now() + longestTurnMs;
    const attempted = await attempt(
      consumer,
      held.map(({ items }) => [...items.keys()]),
      () => isStopping || performance.now() > until,
    );
    const tried = held.map((one, n): Tried<E> => ({ ...one, ...(attempted[n] as Attempted<E>) }));
    const settled = await settle(tried, false).catch((error: unknown) => {
      if (!isPoison(error)) throw error;
      return settle(tried, true);
    });
    onCommitted();
    logFailures(logger, policy, settled);
    return true;
  };

  /** Fenced by the queues' epochs: what another process took meanwhile is left to it. */
  const settle = (tried: readonly Tried<E>[], oneByOne: boolean): Promise<readonly Attempted<E>[]> =>
    database.transaction(async (tx) => {
      const locked = await lockQueues(
        tx,
        tried.map(({ queue }) => queue.id),
      );
      const own = tried.filter(({ queue }) => locked.get(queue.id)?.epoch === queue.epoch);
      if (own.length === 0) return [];
      const { lanes, events } = await writeRows(tx, consumer, own, oneByOne);
      const ends = lanes.map((lane) => endOf(policy, lane));
      const letters = await fileDeadLetters(
        tx,
        name,
        ends.flatMap(({ filed }) => filed.map((failed) => toFailure(name, failed))),
      );
      await removeWaiting(
        tx,
        ends.flatMap(({ over }) => over),
      );
      await storeHistories(
        tx,
        ends.flatMap(({ retried }) =>
          retried ? [{ ...retried.place, history: historyWith(name, retried.failed) }] : [],
        ),
      );
      let filed = 0;
      const waits = ends.map((end): { id: number; wait: Wait } => {
        filed += end.filed.length;
        const wait = end.isParked ? { letter: letters[filed - 1] as string } : { delayMs: end.delayMs };
        return { id: end.queue, wait };
      });
      await settleQueues(tx, waits);
      if (events.length > 0) await appendEvents(tx, events);
      return lanes;
    });

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!isStopping) {
      let pauseMs = pollMs;
      try {
        if (await turn()) pauseMs = 0;
        failures = 0;
      } catch (error) {
        failures += 1;
        // Of a commit whose outcome is not known, the queues tell when they are claimed again.
        if (!(error instanceof CommitUnknown)) pauseMs = Math.min(longestPauseMs, pollMs * 2 ** failures);
        logger.warn({ err: error }, 'queued events are tried again');
      }
      if (pauseMs > 0 && !isStopping) await queued.wait(pauseMs);
    }
  };

  return {
    start: () => {
      running = run();
    },
    stop: async () => {
      isStopping = true;
      queued.raise();
      await running;
    },
  };
};
