import { MillraceError } from '../errors.js';
import { eventHeaders, type Event } from '../events/envelope.js';
import { hashOf } from '../partitioning.js';
import type { Queryable, Transaction } from './database.js';

/** An event on its way: `key` decides its partition, and with it what it stays in order with. */
export interface OutgoingEvent {
  readonly topic: string;
  readonly key: string;
  readonly event: Event;
}

/** The largest JSON value that we put into a record, in bytes. */
export const largestValueBytes = 262_144;

/**
 * Appends events in the caller's transaction, after it has locked the rows of their entities. The statement is sent at once: it
 * may be the transaction's last.
 * @returns the outbox ids, in the order of `events`
 * @throws MillraceError at once, before anything is sent, when an event is too large
 */
export const appendEvents = (tx: Transaction, events: readonly OutgoingEvent[]): Promise<number[]> => {
  const columns = outboxColumns(events);
  return tx
    .query<{ id: number; xid: string }>(
      `insert into outbox (topic, key, hash, value, headers)
       select topic, convert_to(key, 'UTF8'), hash, convert_to(value, 'UTF8'), headers::jsonb
       from unnest($1::text[], $2::text[], $3::int[], ${lines('$4')}, ${lines('$5')}) with ordinality
         as e (topic, key, hash, value, headers, n)
       order by n
       returning id, pg_current_xact_id()::text as xid`,
      columns,
    )
    .then((rows) => {
      tx.id = rows[0]?.xid;
      return rows.map(({ id }) => id);
    });
};

/**
 * Topics, keys and hashes as arrays, values and headers as {@link lines}.
 * @throws MillraceError when an event is too large
 */
export const outboxColumns = (events: readonly OutgoingEvent[]): unknown[] => [
  events.map(({ topic }) => topic),
  events.map(({ key }) => key),
  events.map(({ key }) => hashOf(key)),
  events.map(({ event }) => toValue(event)).join('\n'),
  events.map(({ event }) => JSON.stringify(eventHeaders(event))).join('\n'),
];

/** A parameter of one JSON text a line as an array: its quotes need no escaping, which costs most of an array's time. */
export const lines = (parameter: string): string => `string_to_array(${parameter}::text, E'\\n')`;

/**
 * What Kafka would refuse must not be committed first: it would be the head of its partition for ever.
 * @throws MillraceError BAD_USER_INPUT
 */
export const toValue = ({ data }: Event): string => {
  const value = JSON.stringify(data);
  if (Buffer.byteLength(value) > largestValueBytes)
    throw new MillraceError(
      'BAD_USER_INPUT',
      `The event would exceed ${largestValueBytes} bytes: send less data.`,
    );
  return value;
};

/** Bytes as they are, with their headers: for dead letters. */
export interface OutgoingBytes {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** @returns the outbox ids, in the order of `records` */
export const appendBytes = async (tx: Transaction, records: readonly OutgoingBytes[]): Promise<number[]> => {
  const rows = await tx.query<{ id: number }>(
    `insert into outbox (topic, key, hash, value, headers)
     select topic, key, hash, value, headers::jsonb
     from unnest($1::text[], $2::bytea[], $3::int[], $4::bytea[], $5::text[]) with ordinality
       as e (topic, key, hash, value, headers, n)
     order by n
     returning id`,
    [
      records.map(({ topic }) => topic),
      records.map(({ key }) => key),
      records.map(({ key }) => hashOf(key ?? '')),
      records.map(({ value }) => value),
      records.map(({ headers }) => JSON.stringify(headers)),
    ],
  );
  return rows.map(({ id }) => id);
};

/** The id of the last row that is committed, or of this transaction, 0 when there is none. */
export const latestOutboxId = async (db: Queryable): Promise<number> => {
  const [row] = await db.query<{ id: number | null }>(
    'select greatest((select max(id) from outbox), (select max(max_id) from outbox_batches)) as id',
  );
  return row?.id ?? 0;
};

export const outboxChannel = 'millrace_outbox';

/**
 * Wakes the relay, wherever it runs, after a commit. Not within the transaction: NOTIFY would make its commits queue behind one
 * lock. Calls during a call share the next one; losing one costs latency only.
 */
export const createOutboxNotifier = (db: Queryable): (() => void) => {
  let isBusy = false;
  let isDue = false;
  const notify = (): void => {
    isDue = true;
    if (isBusy) return;
    isBusy = true;
    isDue = false;
    void db
      .query(`notify ${outboxChannel}`)
      .catch(() => {})
      .finally(() => {
        isBusy = false;
        if (isDue) notify();
      });
  };
  return notify;
};
