import { isSkip, sequenceOf } from '../events/envelope.js';
import type { Kafka, LogRecord } from '../kafka/kafka.js';
import { recordAction } from '../postgres/audit.js';
import type { Database, Transaction } from '../postgres/database.js';
import { continueRun, deletePublished } from '../postgres/relay.js';
import type { LogAhead } from './tail.js';

/**
 * The two ways on from a database that was restored from an earlier copy beside the newer log. Both end with the counters at
 * the log's; the positions of the streams are those of the copy, so the log's tail is folded as ever.
 */
export interface RecoverOptions {
  readonly database: Database;
  readonly kafka: Kafka;
  readonly ahead: readonly LogAhead[];
  /** How a topic's records come back into its tables. */
  readonly recoveries: ReadonlyMap<string, (tx: Transaction, records: readonly LogRecord[]) => Promise<void>>;
}

export interface Recovered {
  readonly topic: string;
  readonly partition: number;
  readonly events: number;
}

/** Takes the events that the database does not have from the log into the entity tables. */
export const recoverFromLog = async ({ database, kafka, ahead, recoveries }: RecoverOptions): Promise<Recovered[]> => {
  const recovered: Recovered[] = [];
  for (const place of ahead) {
    const records = await readBehind(kafka, place);
    await database.transaction(async (tx) => {
      // An event that the copy holds without a number was numbered and sent after the copy was made.
      await deletePublished(tx, records.map(({ headers }) => headers.ce_id ?? ''));
      const events = records.filter((record) => !isSkip(record));
      if (events.length > 0) await recoveries.get(place.topic)?.(tx, events);
      await continueRun(tx, place.topic, place.partition, place.found);
      await recordAction(tx, 'recover --from-log', { ...place, events: events.length });
    });
    recovered.push({ topic: place.topic, partition: place.partition, events: records.length });
  }
  return recovered;
};

/** Goes on behind the log's numbers without its events; entity tables stay as they were restored. */
export const acceptLoss = async ({ database, ahead }: Pick<RecoverOptions, 'database' | 'ahead'>): Promise<void> => {
  for (const place of ahead)
    await database.transaction(async (tx) => {
      await continueRun(tx, place.topic, place.partition, place.found);
      await recordAction(tx, 'recover --accept-loss', place);
    });
};

const pageBytes = 4_194_304;

/** Records with numbers above what the database knows, each once, in order. */
const readBehind = async (kafka: Kafka, { topic, partition, known, found }: LogAhead): Promise<LogRecord[]> => {
  const marks = (await kafka.watermarks(topic)).get(partition);
  if (!marks) throw new Error(`Kafka has no partition ${partition} of ${topic}`);
  // Each missing number has at least one record, so the tail is at least that long; repeats make it longer.
  for (let length = (found - known) * 2 + 1_500; ; length *= 2) {
    const from = Math.max(marks.earliest, marks.latest - length);
    const records = await readRange(kafka, topic, partition, from, marks.latest);
    const [first] = records;
    const isWhole = from === marks.earliest || (first && (sequenceOf(first) ?? Infinity) <= known + 1);
    if (isWhole) return onceEach(records, known);
  }
};

const readRange = async (kafka: Kafka, topic: string, partition: number, from: number, to: number): Promise<LogRecord[]> => {
  const all: LogRecord[] = [];
  for (let offset = from; offset < to; ) {
    const { records, nextOffset } = await kafka.fetch(topic, partition, offset, pageBytes);
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
