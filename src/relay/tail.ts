import { sequenceOf } from '../events/envelope.js';
import { fetchOrPass } from '../kafka/fetch-or-pass.js';
import type { Kafka } from '../kafka/kafka.js';
import type { PartitionRun } from '../postgres/relay.js';

/**
 * More than twice what a relay sends at once: behind the highest number there may be a repeat of what the last send had, and of
 * what a paused predecessor had under way.
 */
const tailRecords = 1_500;
const pageBytes = 1_048_576;

/**
 * The highest number in a partition's tail, or undefined when it holds none (empty, or expired). Records of strangers have none, however
 * many they are, nor has what cannot be read: the tail reaches back until it holds enough that do.
 */
const readTail = async (kafka: Kafka, topic: string, partition: number): Promise<number | undefined> => {
  const marks = (await kafka.watermarks(topic)).get(partition);
  if (!marks) throw new Error(`Kafka has no partition ${partition} of ${topic}`);
  const numbers: number[] = [];
  for (let end = marks.latest; end > marks.earliest && numbers.length < tailRecords;) {
    const start = Math.max(marks.earliest, end - tailRecords);
    for (let offset = start; offset < end;) {
      const { records, nextOffset } = await fetchOrPass(kafka, topic, partition, offset, pageBytes);
      for (const record of records) {
        const number = record.offset < end ? sequenceOf(record) : undefined;
        if (number !== undefined) numbers.push(number);
      }
      if (nextOffset <= offset) break;
      offset = nextOffset;
    }
    end = start;
  }
  return numbers.length > 0 ? Math.max(...numbers) : undefined;
};

export interface LogAhead {
  readonly topic: string;
  readonly partition: number;
  /** The last number that the database gave out. */
  readonly known: number;
  /** The highest number in the log. */
  readonly found: number;
}

/** How far a partition is in the log and in the database. `found` is undefined where the tail holds no number. */
export interface Tail {
  readonly run: PartitionRun;
  readonly found: number | undefined;
}

/**
 * The tails of these topics. The runs are read after them: numbers are persisted before they are sent. A partition without a run is one
 * that is not in use, or, where it has numbers, one that the database does not know of yet.
 */
export const readTails = async (
  kafka: Kafka,
  topics: readonly { readonly name: string; readonly partitions: number }[],
  readRuns: () => Promise<readonly PartitionRun[]>,
): Promise<Tail[]> => {
  const found = new Map<string, number | undefined>();
  await Promise.all(
    topics.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, async (_, partition) => {
        found.set(keyOf({ topic: name, partition }), await readTail(kafka, name, partition));
      }),
    ),
  );
  const runs = await readRuns();
  const names = new Set(topics.map(({ name }) => name));
  const known = new Set(runs.map(keyOf));
  const unknown = topics.flatMap(({ name: topic, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({
      topic,
      partition,
      lastSeq: 0,
      ackedSeq: 0,
    })).filter((run) => !known.has(keyOf(run)) && found.get(keyOf(run)) !== undefined),
  );
  return [...runs.filter(({ topic }) => names.has(topic)), ...unknown].map((run) => ({
    run,
    found: found.get(keyOf(run)),
  }));
};

const keyOf = ({ topic, partition }: { topic: string; partition: number }): string => `${partition}/${topic}`;

/** Partitions whose log holds numbers that the database never gave out: the database is an earlier copy. */
export const logAhead = (tails: readonly Tail[]): LogAhead[] =>
  tails.flatMap(({ run: { topic, partition, lastSeq }, found }) =>
    found !== undefined && found > lastSeq ? [{ topic, partition, known: lastSeq, found }] : [],
  );

/** Thrown at start instead of sending numbers twice. */
export class DatabaseRestored extends Error {
  constructor(ahead: readonly LogAhead[]) {
    const places = ahead
      .map(({ topic, partition, known, found }) => `${topic}/${partition} (${found} > ${known})`)
      .join(', ');
    super(
      `The log is ahead of the database, which seems restored from an earlier copy: ${places}. ` +
        'Run "millrace recover --from-log" to take the missing events from the log into the database, ' +
        'or "millrace recover --accept-loss" to go on without them.',
    );
    this.name = 'DatabaseRestored';
  }
}
