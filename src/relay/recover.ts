import { isSkip, sequenceOf } from '../events/envelope.js';
import { fetchOrPass } from '../kafka/fetch-or-pass.js';
import type { Kafka, LogRecord, Watermarks } from '../kafka/kafka.js';
import { recordAction } from '../postgres/audit.js';
import type { Database, Transaction } from '../postgres/database.js';
import { continueRun, deletePublished } from '../postgres/relay.js';
import type { LogAhead } from './tail.js';

/**
 * The way on from a database that was restored from an earlier copy beside the newer log, with or without the log's entities.
 * It ends with the counters at the log's; the positions of the streams are those of the copy, so the log's tail is folded as ever.
 */
export interface RecoverOptions {
  readonly database: Database;
  readonly kafka: Kafka;
  readonly ahead: readonly LogAhead[];
  /** How a topic's records come back into its tables. */
  readonly recoveries: ReadonlyMap<string, (tx: Transaction, records: readonly LogRecord[]) => Promise<void>>;
  readonly action: string;
}

export interface Recovered {
  readonly topic: string;
  readonly partition: number;
  readonly events: number;
}

/**
 * Takes what the database does not have from the log into the tables that `recoveries` name, and goes on behind the log's
 * numbers. Topics without a recovery go on without their events: `action` is what the audit calls it.
 */
export const recoverFromLog = async (options: RecoverOptions): Promise<Recovered[]> => {
  const { database, kafka, ahead, recoveries, action } = options;
  const recovered: Recovered[] = [];
  for (const place of ahead) {
    const marks = await kafka.watermarks(place.topic);
    const records = await readBehind(kafka, place, marks.get(place.partition));
    const recover = recoveries.get(place.topic);
    const events = recover ? records.filter((record) => !isSkip(record)) : [];
    await database.transaction(async (tx) => {
      // An event that the copy holds without a number was numbered and sent after the copy was made; again it would count twice.
      await deletePublished(
        tx,
        records.map(({ headers }) => headers.ce_id ?? ''),
      );
      if (events.length > 0) await recover?.(tx, events);
      await continueRun(tx, { ...place, seq: place.found, partitions: marks.size });
      await recordAction(tx, action, { ...place, events: events.length });
    });
    recovered.push({ topic: place.topic, partition: place.partition, events: events.length });
  }
  return recovered;
};

const pageBytes = 4_194_304;

/** Records with numbers above what the database knows, each once, in order. */
const readBehind = async (
  kafka: Kafka,
  { topic, partition, known, found }: LogAhead,
  marks: Watermarks | undefined,
): Promise<LogRecord[]> => {
  if (!marks) throw new Error(`Kafka has no partition ${partition} of ${topic}`);
  // Each missing number has at least one record, so the tail is at least that long; repeats make it longer.
  for (let length = (found - known) * 2 + 1_500; ; length *= 2) {
    const from = Math.max(marks.earliest, marks.latest - length);
    const records = await readRange(kafka, topic, partition, from, marks.latest);
    const missing = onceEach(records, known);
    // Fewer: the range began too late, perhaps in the middle of repeats.
    if (from === marks.earliest || missing.length === found - known) return missing;
  }
};

const readRange = async (
  kafka: Kafka,
  topic: string,
  partition: number,
  from: number,
  to: number,
): Promise<LogRecord[]> => {
  const all: LogRecord[] = [];
  for (let offset = from; offset < to;) {
    const { records, nextOffset } = await fetchOrPass(kafka, topic, partition, offset, pageBytes);
    all.push(...records.filter((record) => record.offset < to && sequenceOf(record) !== undefined));
    if (nextOffset <= offset) break;
    offset = nextOffset;
  }
  return all;
};

const onceEach = (records: readonly LogRecord[], known: number): LogRecord[] => {
  let last = known;
  return records.filter((record) => {
    const sequence = sequenceOf(record) ?? 0;
    if (sequence <= last) return false;
    last = sequence;
    return true;
  });
};
