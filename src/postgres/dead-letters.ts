import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { DeadLetterChange } from '../events/dead-letters.js';
import { deadLetterChanges, deadLetterTopic, unknownType } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Queryable, Transaction } from './database.js';
import { appendBytes, appendEvents, type OutgoingEvent } from './outbox.js';
import { abandoned } from './presence.js';

/**
 * Dead letters. Whoever changes one tells of it on their topic, in the same transaction. Lock order: letters by id, then queues by id.
 */

/** One try of an event: by its consumer, or by whoever asked for the redrive. `error` is null when it succeeded. */
export interface Attempt {
  readonly at: string;
  readonly by: string;
  readonly error: string | null;
}

export interface Failure {
  readonly record: LogRecord;
  readonly error: Error;
  /** All attempts, the failed one as the last. Default: that one alone. */
  readonly history?: readonly Attempt[];
}

/** Class and message. */
export const describeError = (error: Error): string => `${error.name}: ${messageOf(error)}`;

const longestMessage = 2_000;

/** It may quote what was at fault, which may be long. */
const messageOf = ({ message }: Error): string =>
  message.length <= longestMessage ? message : `${message.slice(0, longestMessage).toWellFormed()}…`;

export const failedAttempt = (by: string, error: Error): Attempt => ({
  at: new Date().toISOString(),
  by,
  error: withoutNul(describeError(error)),
});

/**
 * Files records that `consumer` cannot use: a row with the original bytes, and a record on the type's dead-letter topic through the
 * outbox. In the transaction that moves the position past them, so each is filed once. One that was filed before is the same letter
 * again, pending, with a longer history.
 * @returns the ids of the letters, in the order of `failures`
 */
export const fileDeadLetters = async (
  tx: Transaction,
  consumer: string,
  failures: readonly Failure[],
): Promise<string[]> => {
  if (failures.length === 0) return [];
  const ids = failures.map(() => uuidv7());
  const letters = await insertLetters(tx, consumer, failures, ids);
  const isNew = (n: number): boolean => letters[n]?.id === ids[n];
  const published = failures.filter((_, n) => isNew(n)).map((failure) => toLetterRecord(consumer, failure));
  await Promise.all([
    published.length > 0 && appendBytes(tx, published),
    appendEvents(tx, letters.map(changeOf)),
  ]);
  return letters.map(({ id }) => id);
};

const typeOf = ({ headers }: LogRecord): string => headers.ce_type ?? unknownType;

const historyOf = (consumer: string, { error, history }: Failure): readonly Attempt[] =>
  history ?? [failedAttempt(consumer, error)];

const insertLetters = async (
  tx: Transaction,
  consumer: string,
  failures: readonly Failure[],
  ids: readonly string[],
): Promise<DeadLetterChange[]> => {
  const records = failures.map(({ record }) => record);
  const histories = failures.map((failure) => historyOf(consumer, failure));
  const rows = await tx.query<DeadLetterChange & { partition: number; offset: number }>(
    `insert into dead_letters (id, consumer, topic, partition, "offset", type, recorded_at, key, value, headers, error_class, error,
       attempts, history)
     select id, $2, topic, partition, "offset", type, to_timestamp(recorded_ms / 1000.0), key, value, headers::jsonb, error_class, error,
       attempts, history::jsonb
     from unnest($1::uuid[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::bigint[], $8::bytea[], $9::bytea[], $10::text[],
                 $11::text[], $12::text[], $13::int[], $14::text[])
       as l (id, topic, partition, "offset", type, recorded_ms, key, value, headers, error_class, error, attempts, history)
     on conflict (consumer, topic, partition, "offset") do update set state = 'PENDING', error_class = excluded.error_class,
       error = excluded.error, attempts = dead_letters.attempts + excluded.attempts, failed_at = now(),
       history = dead_letters.history || excluded.history, redrive_at = null, owner = null, epoch = dead_letters.epoch + 1
     returning id, topic, consumer, partition, "offset"`,
    [
      ids,
      consumer,
      records.map(({ topic }) => topic),
      records.map(({ partition }) => partition),
      records.map(({ offset }) => offset),
      records.map((record) => withoutNul(typeOf(record))),
      records.map(({ timestampMs }) => timestampMs),
      records.map(({ key }) => key),
      records.map(({ value }) => value),
      records.map(({ headers }) => headersText(headers)),
      failures.map(({ error }) => error.name),
      failures.map(({ error }) => withoutNul(messageOf(error))),
      histories.map((history) => history.length),
      histories.map((history) => JSON.stringify(history)),
    ],
  );
  const byPlace = new Map(
    rows.map(({ id, topic, consumer, ...place }) => [placeOf({ topic, ...place }), id]),
  );
  return records.map((record) => ({
    id: byPlace.get(placeOf(record)) ?? '',
    topic: record.topic,
    consumer,
  }));
};

const placeOf = ({ topic, partition, offset }: Pick<LogRecord, 'topic' | 'partition' | 'offset'>): string =>
  `${offset}/${partition}/${topic}`;

/** With its own headers a letter is larger than its event, which may have been as large as Kafka allows. */
const largestLetterBytes = 900_000;

const toLetterRecord = (consumer: string, failure: Failure) => {
  const { record, error } = failure;
  const { omitted, ...kept } = fitting(record);
  return {
    ...kept,
    topic: deadLetterTopic(typeOf(record)),
    headers: {
      ...kept.headers,
      'millrace-dlq-consumer': consumer,
      'millrace-dlq-topic': record.topic,
      'millrace-dlq-partition': String(record.partition),
      'millrace-dlq-offset': String(record.offset),
      'millrace-dlq-error': withoutNul(describeError(error)),
      'millrace-dlq-attempts': String(historyOf(consumer, failure).length),
      // The row has it.
      ...(omitted && { 'millrace-dlq-omitted': omitted }),
    },
  };
};

/** What of a record a letter has room for: without its value if need be, else nothing of it. */
const fitting = (record: LogRecord) => {
  const { key, value } = record;
  const headers = withoutOurs(record.headers);
  const room = largestLetterBytes - (key?.length ?? 0) - Buffer.byteLength(JSON.stringify(headers));
  if ((value?.length ?? 0) <= room) return { key, value, headers };
  if (room >= 0) return { key, value: null, headers, omitted: 'value' };
  return { key: null, value: null, headers: {}, omitted: 'key, value, headers' };
};

/** Tells that a letter changed. */
export const changeOf = ({ id, topic, consumer }: DeadLetterChange): OutgoingEvent => ({
  topic: deadLetterChanges.name,
  key: id,
  event: {
    id: randomUUID(),
    type: 'dead-letter.changed',
    time: new Date().toISOString(),
    data: { id, topic, consumer } satisfies DeadLetterChange,
  },
});

/** A letter that this process redrives. */
export interface ClaimedLetter extends DeadLetterChange {
  readonly record: LogRecord;
  readonly epoch: number;
  /** Who asked for it. */
  readonly by: string;
}

type RecordRow = Omit<LogRecord, 'timestampMs'> & { readonly recordedAt: string };

/** The columns of a stored record. */
export const recordColumns = `partition, "offset", recorded_at as "recordedAt", key, value, headers`;

/** Whoever stored it knew its topic. */
export const toRecord = ({
  recordedAt,
  partition,
  offset,
  key,
  value,
  headers,
  topic,
}: RecordRow): LogRecord => ({
  topic,
  partition,
  offset,
  timestampMs: Date.parse(recordedAt),
  key,
  value,
  headers,
});

/** Takes letters of a consumer whose redrive is due, each under a new epoch; also those that `owner` took and did not settle. */
export const claimLetters = async (
  db: Queryable,
  consumer: string,
  owner: number,
  leaseMs: number,
  most: number,
): Promise<ClaimedLetter[]> => {
  const rows = await db.query<RecordRow & { id: string; epoch: number; by: string }>(
    `update dead_letters set owner = $2, epoch = epoch + 1, expires_at = now() + $3 * interval '1 ms'
     where id in (
       select id from dead_letters where consumer = $1 and redrive_at <= now() and state = 'PENDING'
         and (owner = $2 or ${abandoned})
       order by redrive_at, id limit $4 for update skip locked)
     returning id, topic, epoch, redrive_by as by, ${recordColumns}`,
    [consumer, owner, leaseMs, most],
  );
  return rows.map((row) => ({
    id: row.id,
    topic: row.topic,
    consumer,
    epoch: row.epoch,
    by: row.by,
    record: toRecord(row),
  }));
};

/**
 * Ends a redrive, while the letter is still this claim's: REDRIVEN, or with `error` pending again.
 * @returns false when it is not any more: the transaction must then be rolled back
 */
export const settleLetter = async (
  tx: Transaction,
  { id, epoch, by }: ClaimedLetter,
  error: Error | undefined,
): Promise<boolean> => {
  const attempt: Attempt = error
    ? failedAttempt(by, error)
    : { at: new Date().toISOString(), by, error: null };
  const rows = await tx.query<{ xid: string }>(
    `update dead_letters set state = $3, attempts = attempts + 1, history = history || $4::jsonb, redrive_at = null, owner = null,
       error_class = coalesce($5, error_class), error = coalesce($6, error)
     where id = $1 and epoch = $2 and state = 'PENDING' returning pg_current_xact_id()::text as xid`,
    [
      id,
      epoch,
      error ? 'PENDING' : 'REDRIVEN',
      JSON.stringify(attempt),
      error?.name,
      error && withoutNul(messageOf(error)),
    ],
  );
  tx.id = rows[0]?.xid;
  return rows.length > 0;
};

/**
 * Gives what Kafka refused a new row in the outbox, and with it a new number. The letter goes by that row's id from now on, so that it is
 * the same one if it is refused again.
 */
export const publishAgain = async (tx: Transaction, { id, record }: ClaimedLetter): Promise<void> => {
  const [outboxId] = await appendBytes(tx, [record]);
  await tx.query('update dead_letters set "offset" = $2 where id = $1', [id, outboxId]);
};

/** The relay gives the letter a number of its own. */
const withoutOurs = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !name.startsWith('millrace-'))
      .map(([name, value]) => [withoutNul(name), withoutNul(value)]),
  );

/** Headers as JSON that Postgres can store. */
export const headersText = (headers: Readonly<Record<string, string>>): string =>
  withoutNul(JSON.stringify(headers));

/** Postgres stores no U+0000 in text; JSON text has it as an escape. */
const withoutNul = (text: string): string => text.replaceAll('\0', '\uFFFD').replaceAll('\\u0000', '\\ufffd');
