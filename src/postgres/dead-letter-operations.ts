import type { DeadLetterChange } from '../events/dead-letters.js';
import type { LogRecord } from '../kafka/kafka.js';
import { readWaiting, releaseQueues } from './consumer-queues.js';
import type { Queryable, Transaction } from './database.js';
import { changeOf, type Attempt } from './dead-letters.js';
import { appendEvents } from './outbox.js';
import {
  countRows,
  equals,
  listPage,
  where,
  type Condition,
  type Listing,
  type PageRequest,
  type PageRows,
} from './pages.js';

/** What operators do with dead letters. */

export type LetterState = 'PENDING' | 'REDRIVEN' | 'DISCARDED';

export interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly consumer: string;
  /** Class and message. */
  readonly error: string;
  readonly attempts: number;
  readonly state: LetterState;
  readonly reason: string | null;
  readonly failedAt: string;
}

/** What may be large: of a list it is read only where it is asked for. */
export interface LetterContent {
  readonly id: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly history: readonly Attempt[];
}

/** All that is given must hold. */
export interface LetterFilter {
  readonly ids?: readonly string[] | undefined;
  readonly topic?: string | undefined;
  readonly consumer?: string | undefined;
  readonly key?: string | undefined;
  /** Anywhere in key, value or error, in the error in whatever case. */
  readonly text?: string | undefined;
  readonly state?: LetterState | undefined;
}

const listing: Listing = {
  table: 'dead_letters',
  columns: `id, topic, partition, "offset", consumer, error_class || ': ' || error as error, attempts, state, reason,
    failed_at as "failedAt"`,
  time: 'failed_at',
};

const holdsText = `exists (
  select from (values (?::text)) as given (text) where position(convert_to(text, 'UTF8') in key) > 0
    or position(convert_to(text, 'UTF8') in value) > 0 or strpos(lower(error_class || ': ' || error), lower(text)) > 0)`;

const conditionsOf = ({ ids, topic, consumer, key, text, state }: LetterFilter): Condition[] => [
  ...(ids ? [['id = any(?::uuid[])', ids] as const] : []),
  ...equals('topic', topic),
  ...equals('consumer', consumer),
  ...equals('key', key === undefined ? undefined : Buffer.from(key)),
  ...(text === undefined ? [] : [[holdsText, text] as const]),
  ...equals('state', state),
];

/** Newest first by `failedAt`, then by id. */
export const listLetters = (
  db: Queryable,
  filter: LetterFilter,
  page: PageRequest,
): Promise<PageRows<DeadLetter>> => listPage(db, listing, conditionsOf(filter), page);

export const countLetters = (db: Queryable, filter: LetterFilter): Promise<number> =>
  countRows(db, listing, conditionsOf(filter));

/** In no particular order; ids without a letter are left out. */
export const findLetters = (db: Queryable, ids: readonly string[]): Promise<DeadLetter[]> =>
  db.query<DeadLetter>(`select ${listing.columns} from dead_letters where id = any($1::uuid[])`, [ids]);

/** @returns as many of them as hold `mostBytes` together, in no particular order */
export const findContents = (
  db: Queryable,
  ids: readonly string[],
  mostBytes: number,
): Promise<LetterContent[]> =>
  db.query<LetterContent>(
    `select id, key, value, headers, history from (
       select *, sum(pg_column_size(headers) + pg_column_size(history) + octet_length(coalesce(key, '')) + octet_length(coalesce(value, '')))
         over (order by id) as bytes
       from dead_letters where id = any($1::uuid[])) as l
     where bytes <= $2`,
    [ids, mostBytes],
  );

/** How many wait behind each letter, in the order of the ids. */
export const countBehind = async (db: Queryable, ids: readonly string[]): Promise<number[]> => {
  const rows = await db.query<{ letter: string; count: number }>(
    `select q.letter, count(*) from consumer_queues q join consumer_waiting w on w.queue = q.id
     where q.letter = any($1::uuid[]) group by 1`,
    [ids],
  );
  const counts = new Map(rows.map(({ letter, count }) => [letter, count]));
  return ids.map((id) => counts.get(id) ?? 0);
};

/** The first that wait behind each letter, in the order of the ids. */
export const listBehind = async (
  db: Queryable,
  ids: readonly string[],
  { first }: PageRequest,
): Promise<PageRows<LogRecord>[]> => {
  const queues = await db.query<{ id: number; topic: string; letter: string }>(
    'select id, topic, letter from consumer_queues where letter = any($1::uuid[])',
    [ids],
  );
  const behind = new Map(queues.map(({ letter }): [string, LogRecord[]] => [letter, []]));
  const letterOf = new Map(queues.map(({ id, letter }) => [id, letter]));
  for (const { queue, record } of await readWaiting(db, queues, first + 1))
    behind.get(letterOf.get(queue) ?? '')?.push(record);
  return ids.map((id) => {
    const records = behind.get(id) ?? [];
    return { rows: records.slice(0, first), hasNextPage: records.length > first };
  });
};

/** The ids of those that match and are pending, the oldest first. */
export const findPending = async (db: Queryable, filter: LetterFilter): Promise<string[]> => {
  const values: unknown[] = [];
  const rows = await db.query<{ id: string }>(
    `select id from dead_letters ${where([...conditionsOf(filter), [`state = 'PENDING'`]], values)} order by failed_at, id`,
    values,
  );
  return rows.map(({ id }) => id);
};

/** How redrives are spread: the first of these is the number `from` of all. */
export interface Pace {
  readonly perSecond: number;
  readonly from: number;
}

/**
 * Asks the workers for the redrive of pending letters for which nobody has asked yet, the oldest first: at once, or at a pace.
 * @returns how many
 */
export const requestRedrives = async (
  tx: Transaction,
  ids: readonly string[],
  by: string,
  pace?: Pace,
): Promise<number> => {
  const letters = await tx.query<DeadLetterChange>(
    `with pending as (
       select id, failed_at from dead_letters
       where id = any($1::uuid[]) and state = 'PENDING' and redrive_at is null order by id for update),
     due as (select id, ($3 + row_number() over (order by failed_at, id) - 1) / $4::float8 as seconds from pending)
     update dead_letters l set redrive_at = now() + seconds * interval '1 s', redrive_by = $2
     from due where l.id = due.id
     returning l.id, l.topic, l.consumer`,
    // Without a pace all are within the same nothing of a second.
    [ids, by, pace?.from ?? 0, pace?.perSecond ?? Number.POSITIVE_INFINITY],
  );
  if (letters.length > 0) await appendEvents(tx, letters.map(changeOf));
  return letters.length;
};

/** What became of redrives: how many letters are redriven, and how many are still on their way. */
export const countRedriven = async (
  db: Queryable,
  ids: readonly string[],
): Promise<{ redriven: number; underWay: number }> => {
  const [row] = await db.query<{ redriven: number; underWay: number }>(
    `select count(*) filter (where state = 'REDRIVEN') as redriven,
       count(*) filter (where state = 'PENDING' and redrive_at is not null) as "underWay"
     from dead_letters where id = any($1::uuid[])`,
    [ids],
  );
  return row ?? { redriven: 0, underWay: 0 };
};

/** Gives up the pending ones, also those whose redrive is under way, and lets go on what waits behind them. @returns how many */
export const discardLetters = async (
  tx: Transaction,
  ids: readonly string[],
  reason: string,
): Promise<number> => {
  const letters = await tx.query<DeadLetterChange>(
    `with pending as (
       select id from dead_letters where id = any($1::uuid[]) and state = 'PENDING' order by id for update)
     update dead_letters l set state = 'DISCARDED', reason = $2, redrive_at = null, owner = null, epoch = epoch + 1
     from pending where l.id = pending.id
     returning l.id, l.topic, l.consumer`,
    [ids, reason],
  );
  if (letters.length === 0) return 0;
  await releaseQueues(
    tx,
    letters.map(({ id }) => id),
  );
  await appendEvents(tx, letters.map(changeOf));
  return letters.length;
};
