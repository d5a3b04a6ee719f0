import { v7 as uuidv7 } from 'uuid';
import { deadLetterTopic, unknownType } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Transaction } from './database.js';
import { appendBytes } from './outbox.js';

export interface Failure {
  readonly record: LogRecord;
  readonly error: Error;
}

/**
 * Files records that `consumer` cannot use: a row with the original bytes, and a record on the type's dead-letter topic through
 * the outbox. In the transaction that moves the position past them, so each is filed once; the
 * statements are sent at once and may be its last.
 */
export const fileDeadLetters = (
  tx: Transaction,
  consumer: string,
  failures: readonly Failure[],
): Promise<unknown> => {
  if (failures.length === 0) return Promise.resolve();
  const records = failures.map(({ record }) => record);
  const typeOf = ({ headers }: LogRecord): string => headers.ce_type ?? unknownType;
  const stored = tx.query(
    `insert into dead_letters (id, consumer, topic, partition, "offset", type, key, value, headers, error_class, error)
     select id, $2, topic, partition, "offset", type, key, value, headers::jsonb, error_class, error
     from unnest($1::uuid[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::bytea[], $8::bytea[], $9::text[],
                 $10::text[], $11::text[])
       as l (id, topic, partition, "offset", type, key, value, headers, error_class, error)
     on conflict (consumer, topic, partition, "offset") do nothing`,
    [
      records.map(() => uuidv7()),
      consumer,
      records.map(({ topic }) => topic),
      records.map(({ partition }) => partition),
      records.map(({ offset }) => offset),
      records.map((record) => withoutNul(typeOf(record))),
      records.map(({ key }) => key),
      records.map(({ value }) => value),
      records.map(({ headers }) => withoutNul(JSON.stringify(headers))),
      failures.map(({ error }) => error.name),
      failures.map(({ error }) => withoutNul(error.message)),
    ],
  );
  const published = appendBytes(
    tx,
    failures.map(({ record, error }) => ({
      topic: deadLetterTopic(typeOf(record)),
      key: record.key,
      value: record.value,
      headers: {
        ...withoutOurs(record.headers),
        'millrace-dlq-consumer': consumer,
        'millrace-dlq-topic': record.topic,
        'millrace-dlq-partition': String(record.partition),
        'millrace-dlq-offset': String(record.offset),
        'millrace-dlq-error': withoutNul(`${error.name}: ${error.message}`),
        'millrace-dlq-attempts': '1',
      },
    })),
  );
  return Promise.all([stored, published]);
};

/** The relay gives the letter a number of its own. */
const withoutOurs = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !name.startsWith('millrace-'))
      .map(([name, value]) => [withoutNul(name), withoutNul(value)]),
  );

/** Postgres stores no U+0000 in text; JSON text has it as an escape. */
const withoutNul = (text: string): string => text.replaceAll('\0', '\uFFFD').replaceAll('\\u0000', '\\ufffd');
