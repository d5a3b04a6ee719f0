import { sequenceOf } from '../events/envelope.js';
import { growthOf, partitionsBefore } from '../events/growth.js';
import type { Kafka, LogRecord } from '../kafka/kafka.js';
import type { Database } from '../postgres/database.js';
import { readPositions, type PartitionPosition } from '../postgres/positions.js';

export interface MarkersOptions {
  readonly kafka: Pick<Kafka, 'watermarks' | 'fetch'>;
  readonly database: Database;
  readonly worker: string;
}

/**
 * Whether a worker may go behind a marker: it has come, in all old partitions of the topic that grew, to the markers of the growth. By
 * its positions, as other processes may own those.
 */
export const isBehindMarkers = async (
  { kafka, database, worker }: MarkersOptions,
  marker: LogRecord | undefined,
): Promise<boolean> => {
  const growth = marker && growthOf(marker);
  if (!growth) return true;
  const { topic } = marker;
  const own = (await readPositions(database, worker)).filter((position) => position.topic === topic);
  const positions = new Map(own.map((position) => [position.partition, position]));
  for (const partition of partitionsBefore(growth, (of) => positions.get(of)?.sequence)) {
    const position = positions.get(partition);
    if (!position || position.sequence > 0) return false;
    const next = await nextNumber(kafka, position);
    if (next < (growth.numbers[partition] ?? 0)) return false;
  }
  return true;
};

/** Of a position that has no number yet, perhaps because all records before it had expired; Infinity at the log's end. */
const nextNumber = async (
  kafka: Pick<Kafka, 'watermarks' | 'fetch'>,
  { topic, partition, nextOffset }: PartitionPosition,
): Promise<number> => {
  const marks = (await kafka.watermarks(topic)).get(partition);
  if (!marks) return 0;
  let offset = Math.max(nextOffset, marks.earliest);
  while (offset < marks.latest) {
    const { records, nextOffset: behind } = await kafka.fetch(topic, partition, offset, 1);
    const numbers = records.map((record) => sequenceOf(record)).filter((number) => number !== undefined);
    if (numbers[0] !== undefined) return numbers[0];
    if (behind <= offset) return 0;
    offset = behind;
  }
  return Number.POSITIVE_INFINITY;
};
