import type { Logger } from 'pino';
import {
  appendWaiting,
  insertQueues,
  lockQueues,
  type Queue,
  type QueueName,
  type Wait,
} from '../postgres/consumer-queues.js';
import { inSavepoint, isPoison, type Transaction } from '../postgres/database.js';
import {
  changeOf,
  failedAttempt,
  fileDeadLetters,
  type Attempt,
  type Failure,
} from '../postgres/dead-letters.js';
import { appendEvents, type OutgoingEvent } from '../postgres/outbox.js';
import { toDelivery, type Attempted, type FailedItem, type Item } from './attempt.js';
import type { Consumer, Policy } from './consumer.js';

/** What became of a key's events. */
export interface Lane<E> extends Attempted<E>, QueueName {
  /** Where the key's events wait already; then none of these was tried. */
  readonly queue: Queue | undefined;
}

export interface Written<L> {
  readonly lanes: readonly L[];
  readonly events: readonly OutgoingEvent[];
}

/** The rows of what was delivered. `oneByOne` after a row was refused: an event whose row is refused then fails for good, and no other does. */
export const writeRows = async <E, L extends Attempted<E>>(
  tx: Transaction,
  { effect: { write }, policy }: Consumer<E>,
  lanes: readonly L[],
  oneByOne: boolean,
): Promise<Written<L>> => {
  const deliveries = lanes.flatMap(({ done }) => done.flatMap((item) => toDelivery(item) ?? []));
  if (!write || deliveries.length === 0) return { lanes, events: [] };
  if (!oneByOne) return { lanes, events: await write(tx, deliveries) };

  const events: OutgoingEvent[] = [];
  const written: L[] = [];
  for (const lane of lanes) {
    const refused: FailedItem<E>[] = [];
    for (const item of lane.done) {
      if (refused.length > 0 && parks(policy)) break;
      try {
        const delivery = toDelivery(item);
        if (delivery) events.push(...(await inSavepoint(tx, () => write(tx, [delivery]))));
      } catch (error) {
        if (!isPoison(error)) throw error;
        refused.push({ item, error, isPermanent: true });
      }
    }
    written.push({ ...lane, ...withoutRefused(policy, lane, refused) });
  }
  return { lanes: written, events };
};

/** Whether a key's events wait behind its dead letter. */
export const parks = (policy: Policy): boolean => policy.kind === 'retry' && policy.exhausted === 'park';

/** Behind a refused row the key's events wait as behind any failure, where the policy is to park: they are then delivered once more. */
const withoutRefused = <E>(
  policy: Policy,
  { done, passed, failed, rest }: Attempted<E>,
  refused: readonly FailedItem<E>[],
): Attempted<E> => {
  const [first] = refused;
  if (!first) return { done, passed, failed, rest };
  if (!parks(policy)) {
    const items = new Set(refused.map(({ item }) => item));
    return { done: done.filter((item) => !items.has(item)), passed: [...passed, ...refused], failed, rest };
  }
  const place = done.indexOf(first.item);
  const behind = [...done.slice(place + 1), ...(failed ? [failed.item] : []), ...rest];
  return { done: done.slice(0, place), passed, failed: first, rest: behind };
};

/** The next try after a failure, undefined when it becomes a dead letter. */
export const nextDelayMs = (
  policy: Policy,
  { isPermanent, item }: FailedItem<unknown>,
  random: () => number = Math.random,
): number | undefined => {
  if (isPermanent || policy.kind === 'halt') return undefined;
  const delay = policy.delaysMs[item.history.length];
  // A little longer at random, so that what failed together does not come again together.
  return delay === undefined ? undefined : delay * (1 + random() / 10);
};

export const historyWith = (consumer: string, { item, error }: FailedItem<unknown>): readonly Attempt[] => [
  ...item.history,
  failedAttempt(consumer, error),
];

export const toFailure = (consumer: string, failed: FailedItem<unknown>): Failure => ({
  record: failed.item.record,
  error: failed.error,
  history: historyWith(consumer, failed),
});

/**
 * In the transaction that moves the position: what failed for good becomes dead letters, and what is not done takes its place in the
 * queue of its key.
 * @param refused records that are no events of the topic's keys: they are filed, and nothing waits for them
 * @returns how many events were appended and queues begun
 */
export const fileAndPostpone = async <E>(
  tx: Transaction,
  { name, policy }: Consumer<E>,
  { lanes, events }: Written<Lane<E>>,
  refused: readonly Failure[],
): Promise<number> => {
  const filed = lanes.flatMap(({ passed, failed }) => [
    ...passed,
    ...(failed && nextDelayMs(policy, failed) === undefined ? [failed] : []),
  ]);
  const letters = await fileDeadLetters(tx, name, [
    ...refused,
    ...filed.map((failed) => toFailure(name, failed)),
  ]);
  const letterOf = new Map(filed.map((failed, n) => [failed, letters[refused.length + n] ?? '']));

  const queued = lanes.filter(({ queue }) => queue);
  const locked = await lockQueues(
    tx,
    queued.map(({ queue }) => queue?.id as number),
  );
  const isThere = ({ queue }: Lane<E>): boolean => queue !== undefined && locked.has(queue.id);
  const changed = await appendBehind(tx, queued.filter(isThere), locked);
  // A queue that ended since it was looked at begins anew.
  const starting = lanes.flatMap((lane): Started<E>[] => {
    const first = isThere(lane) ? undefined : firstOf(policy, lane, letterOf);
    return first ? [{ lane, ...first }] : [];
  });
  await startQueues(tx, name, starting);

  const appended = [
    ...events,
    ...changed.map(({ letter, topic }) => changeOf({ id: letter, topic, consumer: name })),
  ];
  if (appended.length > 0) await appendEvents(tx, appended);
  return appended.length + letters.length + starting.length;
};

interface Started<E> {
  readonly lane: Lane<E>;
  readonly wait: Wait;
  /** Failed, and will be tried again. */
  readonly retried: FailedItem<E> | undefined;
}

/** What the events of a key that is not queued yet wait for; undefined when none does. */
const firstOf = <E>(
  policy: Policy,
  { failed, rest }: Lane<E>,
  letterOf: ReadonlyMap<FailedItem<E>, string>,
): Omit<Started<E>, 'lane'> | undefined => {
  const letter = failed && letterOf.get(failed);
  if (letter !== undefined && parks(policy)) return { wait: { letter }, retried: undefined };
  if (failed && letter === undefined)
    return { wait: { delayMs: nextDelayMs(policy, failed) ?? 0 }, retried: failed };
  return rest.length > 0 ? { wait: { delayMs: 0 }, retried: undefined } : undefined;
};

const startQueues = async <E>(
  tx: Transaction,
  consumer: string,
  started: readonly Started<E>[],
): Promise<void> => {
  if (started.length === 0) return;
  const ids = await insertQueues(
    tx,
    consumer,
    started.map(({ lane: { topic, key }, wait }) => ({ topic, key, wait })),
  );
  await appendWaiting(
    tx,
    started.flatMap(({ lane, retried }, n) => {
      const queue = ids[n] as number;
      const waiting = lane.rest.map(({ record, history }) => ({ queue, record, history }));
      if (!retried) return waiting;
      return [{ queue, record: retried.item.record, history: historyWith(consumer, retried) }, ...waiting];
    }),
  );
};

/** @returns the letters behind which more waits now */
const appendBehind = async <E>(
  tx: Transaction,
  lanes: readonly Lane<E>[],
  locked: ReadonlyMap<number, Queue>,
): Promise<{ letter: string; topic: string }[]> => {
  await appendWaiting(
    tx,
    lanes.flatMap(({ queue, rest }) =>
      rest.map(({ record, history }) => ({ queue: queue?.id as number, record, history })),
    ),
  );
  return lanes.flatMap(({ queue, topic }) => {
    const letter = locked.get(queue?.id as number)?.letter ?? null;
    return letter === null ? [] : [{ letter, topic }];
  });
};

/** Where an event is in the log, for every line about it. */
export const placeOf = ({ record: { topic, partition, offset, headers } }: Item<unknown>) => ({
  topic,
  partition,
  offset,
  eventId: headers.ce_id,
});

export const logFailures = (logger: Logger, policy: Policy, lanes: readonly Attempted<unknown>[]): void => {
  for (const { passed, failed } of lanes)
    for (const failure of failed ? [...passed, failed] : passed) {
      const { item, error } = failure;
      const delayMs = nextDelayMs(policy, failure);
      const attempt = item.history.length + 1;
      if (delayMs === undefined)
        logger.error({ ...placeOf(item), attempt, err: error }, 'an event becomes a dead letter');
      else logger.warn({ ...placeOf(item), attempt, err: error }, 'an event failed and is tried again');
    }
};
