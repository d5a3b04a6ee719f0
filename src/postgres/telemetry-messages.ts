import { isUtf8 } from 'node:buffer';
import type { LogRecord } from '../kafka/kafka.js';
import type { Queryable, Transaction } from './database.js';
import { headersText } from './dead-letters.js';
import { lines } from './outbox.js';

/** Messages as they were read: one row for what a turn read of a partition. */

/** `records` are grouped by partition, in the order of their offsets. */
export const insertMessages = async (tx: Transaction, records: readonly LogRecord[]): Promise<void> => {
  const batches = toBatches(records);
  await tx.query(
    `insert into telemetry_batches (topic, partition, first_offset, last_offset, records)
     select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], ${lines('$5')})`,
    [
      batches.map(({ topic }) => topic),
      batches.map(({ partition }) => partition),
      batches.map(({ first }) => first),
      batches.map(({ last }) => last),
      batches.map(({ texts }) => `[${texts.join(',')}]`).join('\n'),
    ],
  );
};

interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
  last: number;
  readonly texts: string[];
}

const toBatches = (records: readonly LogRecord[]): Batch[] => {
  const batches: Batch[] = [];
  for (const record of records) {
    const { topic, partition, offset } = record;
    let batch = batches.at(-1);
    if (batch?.topic !== topic || batch.partition !== partition)
      batches.push((batch = { topic, partition, first: offset, last: offset, texts: [] }));
    batch.last = offset;
    batch.texts.push(toText(record));
  }
  return batches;
};

const toText = ({ offset, timestampMs, key, value, headers }: LogRecord): string => {
  const encoding = isText(key) && isText(value) ? undefined : 'base64';
  const rest = JSON.stringify({
    offset,
    timestamp_ms: timestampMs,
    key: key?.toString(encoding) ?? null,
    value: value?.toString(encoding) ?? null,
    encoding,
  });
  return `${rest.slice(0, -1)},"headers":${headersText(headers)}}`;
};

/** Text that Postgres can show, so without U+0000. */
const isText = (bytes: Buffer | null): boolean => bytes === null || (isUtf8(bytes) && !bytes.includes(0));

interface MessageRow extends Omit<LogRecord, 'key' | 'value'> {
  readonly key: string | null;
  readonly value: string | null;
  readonly encoding: BufferEncoding | null;
}

/** In the order of their offsets, at most `first`: from `offset` on or, without it, the newest. */
export const listStoredMessages = async (
  db: Queryable,
  topic: string,
  partition: number,
  offset: number | undefined,
  first: number,
): Promise<LogRecord[]> => {
  const columns = `topic, partition, "offset", timestamp_ms as "timestampMs", key, value, headers, encoding`;
  const rows =
    offset === undefined
      ? await db.query<MessageRow>(
          `select ${columns} from telemetry_messages where topic = $1 and partition = $2
           order by last_offset desc, "offset" desc limit $3`,
          [topic, partition, first],
        )
      : await db.query<MessageRow>(
          `select ${columns} from telemetry_messages
           where topic = $1 and partition = $2 and last_offset >= $3 and "offset" >= $3
           order by last_offset, "offset" limit $4`,
          [topic, partition, offset, first],
        );
  return rows
    .map(({ encoding, key, value, ...row }): LogRecord => ({
      ...row,
      key: toBytes(key, encoding),
      value: toBytes(value, encoding),
    }))
    .sort((a, b) => a.offset - b.offset);
};

const toBytes = (text: string | null, encoding: BufferEncoding | null): Buffer | null =>
  text === null ? null : Buffer.from(text, encoding ?? 'utf8');
