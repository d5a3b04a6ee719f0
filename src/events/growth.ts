import { randomUUID } from 'node:crypto';
import type { LogRecord } from '../kafka/kafka.js';
import { eventHeaders, isSkip, sequenceOf, skipHeader } from './envelope.js';

/**
 * A topic that the outbox feeds got more partitions, and with them keys moved. Where that happened stands in the log itself: a
 * marker in each partition, the first record of the new ones, between what was numbered before and what was numbered after.
 *
 * Whoever meets a marker goes behind it only when it has come to the markers of all old partitions. Then every event of a key comes
 * behind the ones before it, wherever the key was, for live readers and for those that read the log years later.
 */
export interface Growth {
  /** Number of partitions before and after. */
  readonly from: number;
  readonly to: number;
  /** By old partition: the marker's number. */
  readonly numbers: readonly number[];
}

export const growthHeader = 'millrace-grown';

/** Headers of the markers, which hold a place in the run and are no event. Each is an own record with an own id. */
export const growthHeaders = (growth: Growth, time: string): Record<string, string> => ({
  ...eventHeaders({ id: randomUUID(), type: 'millrace.topic.grown', time }),
  [skipHeader]: '1',
  [growthHeader]: JSON.stringify(growth),
});

/** The growth that a record marks, if it marks one. Only the relay numbers records. */
export const growthOf = (record: LogRecord): Growth | undefined => {
  const text = record.headers[growthHeader];
  if (text === undefined || !isSkip(record) || sequenceOf(record) === undefined) return undefined;
  try {
    const { from, to, numbers } = JSON.parse(text) as Growth;
    const isWhole = [from, to, ...numbers].every((number) => Number.isSafeInteger(number) && number > 0);
    return isWhole && to > from && numbers.length === from ? { from, to, numbers } : undefined;
  } catch {
    return undefined;
  }
};

/** By partition, or undefined where nothing is known of it: the last number that a reader went through. */
type Sequences = (partition: number) => number | undefined;

/** Old partitions whose markers a reader has not come to yet. It stands at a marker when all before it has been gone through. */
export const partitionsBefore = ({ numbers }: Growth, lastOf: Sequences): number[] =>
  numbers.flatMap((number, partition) => ((lastOf(partition) ?? 0) >= number - 1 ? [] : [partition]));
