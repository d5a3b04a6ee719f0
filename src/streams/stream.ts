import type { OutgoingEvent } from '../postgres/outbox.js';
import type { Transaction } from '../postgres/database.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { TopicSpec } from '../events/topics.js';

/**
 * A stream folds topics into a read model, exactly once. It is a value: what to read, how to parse, a pure fold, and a write
 * that adds the fold's result to the rows. `run-stream.ts` is the only loop that drives them.
 */
export interface Stream<E, Changes> {
  /** Also the name of its positions and of the consumer group that shows its lag. */
  readonly name: string;
  readonly topics: readonly TopicSpec[];
  /** How many transactions of different partitions run side by side in one process, where writing takes longest. Default 1. */
  readonly lanes?: number;
  /** @throws UnparseableEvent, which makes the record a dead letter */
  readonly parse: (record: LogRecord) => E;
  /** Pure: time comes from the events. */
  readonly fold: (events: readonly E[]) => Changes;
  /**
   * Adds to the rows, in the transaction that moves the positions.
   * @param read all that was read, also what is no event; nothing when a dead letter is redriven
   * @returns the change records of the states that changed
   */
  readonly write: (tx: Transaction, changes: Changes, read: readonly LogRecord[]) => Promise<OutgoingEvent[]>;
  /** What time alone changes. Runs about once a second in one process. */
  readonly settle?: (tx: Transaction) => Promise<OutgoingEvent[]>;
}
