import { isSkip, sequenceOf, UnparseableEvent } from '../events/envelope.js';
import type { TopicSpec } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { PartitionPosition } from '../postgres/positions.js';

/** What is new in a run of records, and where the position stands behind them. */
export interface Sifted {
  readonly fresh: readonly LogRecord[];
  readonly refused: readonly { readonly record: LogRecord; readonly error: Error }[];
  readonly to: PartitionPosition;
  /** Set when the numbers have a hole: `to` stands before it. */
  readonly hole: string | undefined;
}

/** Of a topic that the outbox feeds, what has no number did not come from the relay, and is no event whatever it says. */
export const checkNumber = (topics: readonly TopicSpec[], record: LogRecord): void => {
  if (isNumbered(topics, record.topic) && sequenceOf(record) === undefined)
    throw new UnparseableEvent('the header millrace-seq is missing');
};

/** Whether the outbox feeds the topic: then its records are numbered. */
const isNumbered = (topics: readonly TopicSpec[], name: string): boolean =>
  topics.some((topic) => topic.name === name && topic.fedBy === 'outbox');

/**
 * What a worker that reads `topics` has to take of a partition's records. A partition of facts has no numbers: every record is new, and
 * who writes tells repeats by their ids.
 */
export const sift = (
  topics: readonly TopicSpec[],
  from: PartitionPosition,
  records: readonly LogRecord[],
): Sifted => {
  if (isNumbered(topics, from.topic)) return siftNumbered(from, records);
  const fresh = records.filter(({ offset }) => offset >= from.nextOffset);
  const last = fresh.at(-1);
  const to = last ? { ...from, nextOffset: last.offset + 1, lastId: idOf(last) } : from;
  return { fresh, refused: [], to, hole: undefined };
};

/**
 * Of a partition that the outbox feeds: the numbers are a gap-free run in which repeats may follow, so what is not above the
 * last number was seen, and one number of memory is exact. A record without number did not come from the relay.
 */
const siftNumbered = (from: PartitionPosition, records: readonly LogRecord[]): Sifted => {
  const fresh: LogRecord[] = [];
  const refused: { record: LogRecord; error: Error }[] = [];
  let to = from;
  for (const record of records) {
    const { offset } = record;
    if (offset < to.nextOffset) continue;
    const found = sequenceOf(record);
    // A stream that begins at the start of a log whose first records expired begins with any number.
    if (found !== undefined && found > to.sequence + 1 && to.sequence > 0)
      return {
        fresh,
        refused,
        to,
        hole: `SEQUENCE_HOLE: number ${found} at offset ${offset} follows ${to.sequence}`,
      };
    if (found === undefined)
      refused.push({ record, error: new UnparseableEvent('the header millrace-seq is missing') });
    else if (found > to.sequence && !isSkip(record)) fresh.push(record);
    to = {
      ...to,
      nextOffset: offset + 1,
      sequence: Math.max(to.sequence, found ?? 0),
      lastId: idOf(record),
    };
  }
  return { fresh, refused, to, hole: undefined };
};

/** Null also for one that Postgres does not store: U+0000, or longer than any of ours. */
const idOf = ({ headers: { ce_id: id } }: LogRecord): string | null =>
  id === undefined || id.length > longestId || id.includes('\0') ? null : id;

const longestId = 1_000;
