import { createHash } from 'node:crypto';
import type { LogRecord } from '../kafka/kafka.js';
import type { Queryable, Transaction } from './database.js';
import { headersText, recordColumns, toRecord, type Attempt } from './dead-letters.js';
import { abandoned } from './presence.js';

/**
 * Queues of keys: events that a consumer's position has passed and whose effect is not there yet. Who appends to a queue or takes from it
 * locks its row first, so that a queue that is found empty is empty. Only the owner of a key's partition makes its queue.
 */

export interface Queue {
  readonly id: number;
  /** The dead letter that its events wait behind. */
  readonly letter: string | null;
  readonly epoch: number;
}

export interface QueueName {
  readonly topic: string;
  readonly key: Buffer;
}

/** Events of one key wait for each other; those without a key for nothing. A long one goes by its hash: an index takes 2,700 bytes. */
export const queueKey = ({ key, partition, offset }: LogRecord): Buffer => {
  if (key === null) return Buffer.from(`\0${partition}/${offset}`);
  if (key.length <= longestQueueKey) return Buffer.concat([Buffer.from([1]), key]);
  return Buffer.concat([Buffer.from([2]), createHash('sha256').update(key).digest()]);
};

const longestQueueKey = 1_000;

/** @returns the queues that are there, in the order of `names`, undefined where there is none */
export const findQueues = async (
  db: Queryable,
  consumer: string,
  names: readonly QueueName[],
): Promise<(Queue | undefined)[]> => {
  const found = names.map((): Queue | undefined => undefined);
  const rows = await db.query<Queue & { n: number }>(
    `select n, id, letter, epoch from unnest($2::text[], $3::bytea[]) with ordinality as a (topic, key, n)
     join consumer_queues q using (topic, key) where q.consumer = $1`,
    [consumer, names.map(({ topic }) => topic), names.map(({ key }) => key)],
  );
  for (const { n, ...queue } of rows) found[n - 1] = queue;
  return found;
};

/** Locks queues in the order of their ids. @returns those that are still there, by id */
export const lockQueues = async (tx: Transaction, ids: readonly number[]): Promise<Map<number, Queue>> => {
  const rows = await tx.query<Queue>(
    'select id, letter, epoch from consumer_queues where id = any($1::bigint[]) order by id for update',
    [ids],
  );
  return new Map(rows.map((queue) => [queue.id, queue]));
};

/** What the first event of a queue waits for: some time, or its dead letter. */
export type Wait = { readonly delayMs: number } | { readonly letter: string };

const delayOf = (wait: Wait): number | null => ('delayMs' in wait ? wait.delayMs : null);
const letterOf = (wait: Wait): string | null => ('letter' in wait ? wait.letter : null);

/** @returns the ids, in the order of `queues` */
export const insertQueues = async (
  tx: Transaction,
  consumer: string,
  queues: readonly (QueueName & { readonly wait: Wait })[],
): Promise<number[]> => {
  const rows = await tx.query<{ id: number }>(
    `with made as (
       insert into consumer_queues (consumer, topic, key, due_at, letter)
       select $1, topic, key, now() + delay * interval '1 ms', letter
       from unnest($2::text[], $3::bytea[], $4::float8[], $5::uuid[]) as q (topic, key, delay, letter)
       returning id, topic, key)
     select id from unnest($2::text[], $3::bytea[]) with ordinality as a (topic, key, n) join made using (topic, key) order by n`,
    [
      consumer,
      queues.map(({ topic }) => topic),
      queues.map(({ key }) => key),
      queues.map(({ wait }) => delayOf(wait)),
      queues.map(({ wait }) => letterOf(wait)),
    ],
  );
  return rows.map(({ id }) => id);
};

export interface WaitingRecord {
  readonly queue: number;
  readonly record: LogRecord;
  /** What was tried; empty for all but the first of a queue. */
  readonly history: readonly Attempt[];
}

/** Appends behind what waits, in this order; the queues are locked or new. */
export const appendWaiting = async (tx: Transaction, waiting: readonly WaitingRecord[]): Promise<void> => {
  if (waiting.length === 0) return;
  const records = waiting.map(({ record }) => record);
  await tx.query(
    `insert into consumer_waiting (queue, partition, "offset", recorded_at, key, value, headers, history)
     select queue, partition, "offset", to_timestamp(recorded_ms / 1000.0), key, value, headers::jsonb, history::jsonb
     from unnest($1::bigint[], $2::int[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::text[], $8::text[]) with ordinality
       as w (queue, partition, "offset", recorded_ms, key, value, headers, history, n)
     order by n`,
    [
      waiting.map(({ queue }) => queue),
      records.map(({ partition }) => partition),
      records.map(({ offset }) => offset),
      records.map(({ timestampMs }) => timestampMs),
      records.map(({ key }) => key),
      records.map(({ value }) => value),
      records.map(({ headers }) => headersText(headers)),
      waiting.map(({ history }) => JSON.stringify(history)),
    ],
  );
};

/** Takes queues whose time has come, each under a new epoch, the longest due first; also those that `owner` took and did not settle. */
export const claimQueues = (
  db: Queryable,
  consumer: string,
  owner: number,
  leaseMs: number,
  most: number,
): Promise<(Queue & { topic: string })[]> =>
  db.query(
    `update consumer_queues set owner = $2, epoch = epoch + 1, expires_at = now() + $3 * interval '1 ms'
     where id in (
       select id from consumer_queues where consumer = $1 and due_at <= now() and (owner = $2 or ${abandoned})
       order by due_at, id limit $4 for update skip locked)
     returning id, topic, letter, epoch`,
    [consumer, owner, leaseMs, most],
  );

export interface Waiting extends WaitingRecord {
  readonly n: number;
}

/** The first events of each queue, in their order. */
export const readWaiting = async (
  db: Queryable,
  queues: readonly { readonly id: number; readonly topic: string }[],
  mostOfEach: number,
): Promise<Waiting[]> => {
  type Row = Parameters<typeof toRecord>[0] & { queue: number; n: number; history: Attempt[] };
  const rows = await db.query<Row>(
    `select q.id as queue, q.topic, w.* from unnest($1::bigint[], $2::text[]) as q (id, topic)
     cross join lateral (
       select n, history, ${recordColumns} from consumer_waiting where queue = q.id order by n limit $3) as w
     order by q.id, w.n`,
    [queues.map(({ id }) => id), queues.map(({ topic }) => topic), mostOfEach],
  );
  return rows.map(({ queue, n, history, ...row }) => ({ queue, n, history, record: toRecord(row) }));
};

export const removeWaiting = async (tx: Transaction, waiting: readonly Waiting[]): Promise<void> => {
  await tx.query(
    'delete from consumer_waiting where (queue, n) in (select * from unnest($1::bigint[], $2::bigint[]))',
    [waiting.map(({ queue }) => queue), waiting.map(({ n }) => n)],
  );
};

/** Keeps what was tried of the first of a queue. */
export const storeHistories = async (
  tx: Transaction,
  waiting: readonly Pick<Waiting, 'queue' | 'n' | 'history'>[],
): Promise<void> => {
  await tx.query(
    `update consumer_waiting w set history = h.history::jsonb
     from unnest($1::bigint[], $2::bigint[], $3::text[]) as h (queue, n, history) where w.queue = h.queue and w.n = h.n`,
    [
      waiting.map(({ queue }) => queue),
      waiting.map(({ n }) => n),
      waiting.map(({ history }) => JSON.stringify(history)),
    ],
  );
};

/** Says what the first event of each locked queue waits for; queues without events end. */
export const settleQueues = async (
  tx: Transaction,
  queues: readonly { readonly id: number; readonly wait: Wait }[],
): Promise<void> => {
  const ids = queues.map(({ id }) => id);
  await tx.query(
    `update consumer_queues q set due_at = now() + s.delay * interval '1 ms', letter = s.letter, owner = null
     from unnest($1::bigint[], $2::float8[], $3::uuid[]) as s (id, delay, letter) where q.id = s.id`,
    [ids, queues.map(({ wait }) => delayOf(wait)), queues.map(({ wait }) => letterOf(wait))],
  );
  // Also when the letter is not settled, nothing behind it means that nothing waits: but then its queue keeps its place for what comes.
  await tx.query(
    `delete from consumer_queues q where id = any($1::bigint[]) and letter is null
       and not exists (select from consumer_waiting where queue = q.id)`,
    [ids],
  );
};

/** Lets go on what waits behind letters that are settled in this transaction. */
export const releaseQueues = async (tx: Transaction, letters: readonly string[]): Promise<void> => {
  const rows = await tx.query<{ id: number }>(
    'select id from consumer_queues where letter = any($1::uuid[]) order by id for update',
    [letters],
  );
  if (rows.length > 0)
    await settleQueues(
      tx,
      rows.map(({ id }) => ({ id, wait: { delayMs: 0 } })),
    );
};
