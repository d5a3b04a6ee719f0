import type { TopicSpec } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Transaction } from '../postgres/database.js';
import type { OutgoingEvent } from '../postgres/outbox.js';

/**
 * A consumer gives events of topics an effect. It is a value: what to read, how to parse, the effect, and what becomes of an event whose
 * effect fails. `run-consumer.ts` is the only loop that drives them.
 */
export interface Consumer<E> {
  /** Also the name of its positions and of the consumer group that shows its lag. */
  readonly name: string;
  readonly topics: readonly TopicSpec[];
  /**
   * Undefined: no business of this consumer.
   * @throws UnparseableEvent, which is a failure that no retry mends
   */
  readonly parse: (record: LogRecord) => E | undefined;
  readonly effect: Effect<E>;
  readonly policy: Policy;
}

/** One event on its way to its effect. */
export interface Delivery<E> {
  readonly event: E;
  readonly record: LogRecord;
  /** Rises with each owner and each way by which an event comes to its effect: of two that hold one event, the higher is in charge. */
  readonly claim: number;
}

/** The answer for an event that was not begun, because the time was over: it is due as before. */
export const notTried: unique symbol = Symbol('not tried');

/** Undefined: delivered. An Error: this one failed; {@link PermanentFailure} where no retry can mend it. */
export type Answer = Error | undefined | typeof notTried;

export interface Effect<E> {
  /**
   * What leaves the system: at least once, so let it carry a stable id. Never gets two events of one key at once, nor a later one before an
   * earlier one of its key was delivered.
   * @param isOver once it says so no event is begun any more, so that a call lasts little longer than one event does
   * @returns an answer for each delivery, in their order
   * @throws when nothing can be said of any of them, because a server is away: all are tried again, without end and without counting
   */
  readonly deliver?: (
    deliveries: readonly Delivery<E>[],
    isOver: () => boolean,
  ) => Promise<readonly Answer[]>;
  /**
   * The rows of what was delivered, each event's exactly once: in the transaction that moves the position past them.
   * @returns events to append
   */
  readonly write?: (tx: Transaction, deliveries: readonly Delivery<E>[]) => Promise<readonly OutgoingEvent[]>;
}

/**
 * What becomes of an event whose effect fails. Its key waits meanwhile, other keys of the partition go on.
 *
 * `retry`: tried again after each of the delays, each made longer by up to a tenth at random; then it is a dead letter. With `park` later
 * events of its key wait behind the letter, in their order, until it is redriven or discarded; with `skip` they go on.
 * `halt`: its partition stands still until an operator resumes it. What is no event at all is passed over; others file it.
 */
export type Policy =
  | { readonly kind: 'retry'; readonly delaysMs: readonly number[]; readonly exhausted: 'park' | 'skip' }
  | { readonly kind: 'halt' };

/** A failure that no retry can mend: the event becomes a dead letter at once. */
export class PermanentFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentFailure';
  }
}
