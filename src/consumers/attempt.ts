import { UnparseableEvent } from '../events/envelope.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Attempt } from '../postgres/dead-letters.js';
import { notTried, PermanentFailure, type Answer, type Consumer, type Delivery } from './consumer.js';

/** An event that is due, or what cannot be parsed as one. */
export interface Item<E> {
  readonly record: LogRecord;
  readonly parsed: { readonly event: E } | { readonly error: Error };
  readonly claim: number;
  /** What was tried before. */
  readonly history: readonly Attempt[];
}

export interface FailedItem<E> {
  readonly item: Item<E>;
  readonly error: Error;
  /** No retry can mend it. */
  readonly isPermanent: boolean;
}

/** What became of the events of one key, in their order: each item is in one of these. */
export interface Attempted<E> {
  readonly done: readonly Item<E>[];
  /** Failed for good and passed over, where the policy is to skip. */
  readonly passed: readonly FailedItem<E>[];
  readonly failed: FailedItem<E> | undefined;
  /** Not tried: behind `failed`, or the time was over. */
  readonly rest: readonly Item<E>[];
}

export const parseItem = <E>(
  { parse }: Consumer<E>,
  record: LogRecord,
  claim: number,
  history: readonly Attempt[] = [],
): Item<E> | undefined => {
  try {
    const event = parse(record);
    return event === undefined ? undefined : { record, parsed: { event }, claim, history };
  } catch (error) {
    return {
      record,
      parsed: { error: error instanceof Error ? error : new Error(String(error)) },
      claim,
      history,
    };
  }
};

interface Progress<E> {
  readonly items: readonly Item<E>[];
  next: number;
  readonly done: Item<E>[];
  readonly passed: FailedItem<E>[];
  failed: FailedItem<E> | undefined;
}

/**
 * Gives the events of many keys their effect outside: in rounds, each with the next event of every key that has not failed. So no event
 * meets a later one of its key, and a key that fails holds up no other. Once it `isOver` no event is begun.
 * @param lanes the items of one key each, in their order
 * @throws what `deliver` threw, because a server is away
 */
export const attempt = async <E>(
  consumer: Consumer<E>,
  lanes: readonly (readonly Item<E>[])[],
  isOver: () => boolean,
): Promise<Attempted<E>[]> => {
  const all = lanes.map((items): Progress<E> => ({
    items,
    next: 0,
    done: [],
    passed: [],
    failed: undefined,
  }));
  for (let due = all; due.length > 0 && !isOver();) {
    const heads = due.map((lane) => lane.items[lane.next] as Item<E>);
    const answers = await deliverAll(consumer, heads, isOver);
    due = due.filter((lane, n) => {
      const answer = answers[n];
      if (answer === notTried) return false;
      settle(consumer, lane, heads[n] as Item<E>, answer);
      return !lane.failed && lane.next < lane.items.length;
    });
  }
  return all.map(({ items, next, ...lane }) => ({ ...lane, rest: items.slice(next) }));
};

const settle = <E>(
  { policy }: Consumer<E>,
  lane: Progress<E>,
  item: Item<E>,
  error: Error | undefined,
): void => {
  lane.next += 1;
  if (error === undefined) return void lane.done.push(item);
  const failed = { item, error, isPermanent: 'error' in item.parsed || isPermanent(error) };
  if (failed.isPermanent && policy.kind === 'retry' && policy.exhausted === 'skip') lane.passed.push(failed);
  else lane.failed = failed;
};

const isPermanent = (error: Error): boolean =>
  error instanceof UnparseableEvent || error instanceof PermanentFailure;

/** @returns an answer for each item; for what could not be parsed its error */
export const deliverAll = async <E>(
  { effect }: Consumer<E>,
  items: readonly Item<E>[],
  isOver: () => boolean,
): Promise<Answer[]> => {
  const answers = items.map(({ parsed }): Answer => ('error' in parsed ? parsed.error : undefined));
  const sound = items.flatMap((item, n) => {
    const delivery = toDelivery(item);
    return delivery ? [{ n, delivery }] : [];
  });
  if (!effect.deliver || sound.length === 0) return answers;
  const given = await effect.deliver(
    sound.map(({ delivery }) => delivery),
    isOver,
  );
  sound.forEach(({ n }, i) => (answers[n] = given[i]));
  return answers;
};

export const toDelivery = <E>({ record, parsed, claim }: Item<E>): Delivery<E> | undefined =>
  'event' in parsed ? { event: parsed.event, record, claim } : undefined;
