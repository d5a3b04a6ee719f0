import { isUtf8 } from 'node:buffer';
import type { LogRecord } from '../kafka/kafka.js';

type Bytes = Pick<LogRecord, 'key' | 'value'>;

const isText = ({ key, value }: Bytes): boolean =>
  [key, value].every((bytes) => bytes === null || isUtf8(bytes));

const encode = (bytes: Buffer | null, record: Bytes): string | null =>
  bytes && bytes.toString(isText(record) ? 'utf8' : 'base64');

/** Key and value of a record: as text where both are, else both in base64. */
export const textOfBytes = {
  key: (record: Bytes) => encode(record.key, record),
  value: (record: Bytes) => encode(record.value, record),
  encoding: (record: Bytes) => (isText(record) ? 'UTF8' : 'BASE64'),
};

export const messageResolvers = {
  Message: {
    ...textOfBytes,
    timestamp: ({ timestampMs }: LogRecord) => new Date(timestampMs).toISOString(),
  },
};
