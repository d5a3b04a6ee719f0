import { sequenceOf } from '../events/envelope.js';
import type { Kafka } from '../kafka/kafka.js';
import type { PartitionRun } from '../postgres/relay.js';

/**
 * More than twice what a relay sends at once: behind the highest number there may be a repeat of what the last send had, and of
 * what a paused predecessor had under way.
 */
const tailRecords = 1_500;
const pageBytes = 1_048_576;

/** The highest number in a partition's tail, or undefined when it holds none (empty, or expired). */
export const readTail = async (kafka: Kafka, topic: string, partition: number): Promise<number | undefined> => {
  const marks = (await kafka.watermarks(topic)).get(partition);
  if (!marks) throw new Error(`Kafka has no partition ${partition} of ${topic}`);
  let highest: number | undefined;
  for (let offset = Math.max(marks.earliest, marks.latest - tailRecords); offset < marks.latest; ) {
    const { records, nextOffset } = await kafka.fetch(topic, partition, offset, pageBytes);
    for (const record of records) highest = Math.max(highest ?? 0, sequenceOf(record) ?? 0);
    if (nextOffset <= offset) break;
    offset = nextOffset;
  }
  return highest;
};

export interface LogAhead {
  readonly topic: string;
  readonly partition: number;
  /** The last number that the database gave out. */
  readonly known: number;
  /** The highest number in the log. */
  readonly found: number;
}

/**
 * Partitions whose log holds numbers that the database never gave out: numbers are persisted before they are sent, so the
 * database is an earlier copy. `runs` must be read from the database after the tails.
 */
export const findLogAhead = async (
  kafka: Kafka,
  topics: readonly { readonly name: string; readonly partitions: number }[],
  readRuns: () => Promise<readonly PartitionRun[]>,
): Promise<LogAhead[]> => {
  const tails = await Promise.all(
    topics.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, async (_, partition) => ({
        topic: name,
        partition,
        found: (await readTail(kafka, name, partition)) ?? 0,
      })),
    ),
  );
  const known = new Map((await readRuns()).map((run) => [`${run.partition}/${run.topic}`, run.lastSeq]));
  return tails
    .map((tail) => ({ ...tail, known: known.get(`${tail.partition}/${tail.topic}`) ?? 0 }))
    .filter((tail) => tail.found > tail.known);
};

/** Thrown at start instead of sending numbers twice. */
export class DatabaseRestored extends Error {
  constructor(ahead: readonly LogAhead[]) {
    const places = ahead.map(({ topic, partition, known, found }) => `${topic}/${partition} (${found} > ${known})`).join(', ');
    super(
      `The log is ahead of the database, which seems restored from an earlier copy: ${places}. ` +
        'Run "millrace recover --from-log" to take the missing events from the log into the database, ' +
        'or "millrace recover --accept-loss" to go on without them.',
    );
    this.name = 'DatabaseRestored';
  }
}
