import { setTimeout as sleep } from 'node:timers/promises';
import { badInput, MillraceError } from '../errors.js';
import type { Tokens } from '../tokens.js';
import type { Queryable } from './database.js';

/** What a write appended to the outbox: the rows' ids or, for a repeat, only that they lie up to `upTo`. */
export interface Written {
  readonly ids: readonly number[];
  readonly upTo?: number | undefined;
}

export interface LogPlace {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
}

/** Read your writes: positions that mutations answer, and waiting until a read model contains them. */
export interface Consistency {
  /** @param topics of all that was written */
  positionOf(topics: string | readonly string[], written: Written): string;
  /** Of facts, which go to the log without the outbox: where it continues behind them. */
  positionInLog(places: readonly LogPlace[]): string;
  /**
   * Waits until `worker` has folded the write, at most `waitMs`. Positions of topics that it does not fold are satisfied at once.
   * @throws MillraceError BAD_USER_INPUT for what is no position, POSITION_TIMEOUT
   */
  waitFor(worker: string, position: string, waitMs: number): Promise<void>;
}

/** `r`: ranges of outbox ids, both ends included. `u`: everything up to this id. */
interface OutboxPayload {
  readonly t: string | readonly string[];
  readonly r: readonly (readonly [number, number])[];
  readonly u: number;
}

/** Topic, partition and next offset of each place. */
interface LogPayload {
  readonly l: readonly (readonly [string, number, number])[];
}

type Payload = OutboxPayload | LogPayload;

/** With more ranges the position is everything up to the last id: it then waits for rows of others, too. */
const mostRanges = 50;
const firstPauseMs = 3;
const longestPauseMs = 50;

export const createConsistency = (db: Queryable, tokens: Tokens): Consistency => ({
  positionOf: (topics, { ids, upTo = 0 }) => {
    const r = toRanges(ids);
    const payload: OutboxPayload =
      r.length > mostRanges ? { t: topics, r: [], u: Math.max(...ids, upTo) } : { t: topics, r, u: upTo };
    return tokens.seal('position', payload);
  },
  positionInLog: (places) =>
    tokens.seal('position', {
      l: places.map(({ topic, partition, nextOffset }) => [topic, partition, nextOffset]),
    } satisfies LogPayload),
  waitFor: async (worker, position, waitMs) => {
    const payload = tokens.open('position', position) as Payload | undefined;
    if (!payload)
      throw badInput('consistentWith', 'is no position of this installation: give what a mutation answered');
    const until = performance.now() + waitMs;
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
      if (await contains(db, worker, payload)) return;
      const left = until - performance.now();
      if (left <= 0)
        throw new MillraceError(
          'POSITION_TIMEOUT',
          `The read model does not contain the position after ${waitMs} ms: read again, or with a longer waitMs.`,
          { retryable: true },
        );
      await sleep(Math.min(pause, left));
    }
  },
});

const toRanges = (ids: readonly number[]): [number, number][] => {
  const ranges: [number, number][] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === id - 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
};

const contains = async (db: Queryable, worker: string, payload: Payload): Promise<boolean> =>
  'l' in payload
    ? hasRead(db, worker, payload)
    : (await hasFolded(db, worker, payload)) && (await hasFoldedUpTo(db, worker, payload));

const hasRead = async (db: Queryable, worker: string, { l }: LogPayload): Promise<boolean> => {
  const [row] = await db.query<{ done: boolean }>(
    // A partition that a topic gained may be written before the worker has a place in it.
    `select not exists (
       select from unnest($2::text[], $3::int[], $4::bigint[]) as asked (topic, partition, next_offset)
       where exists (select from positions p where p.worker = $1 and p.topic = asked.topic)
         and not exists (
           select from positions p where p.worker = $1 and p.topic = asked.topic and p.partition = asked.partition
             and p.next_offset >= asked.next_offset)) as done`,
    [worker, l.map(([topic]) => topic), l.map(([, partition]) => partition), l.map(([, , next]) => next)],
  );
  return row?.done ?? false;
};

/**
 * All ids are settled (numbered, or below the frontier and never committed) and the worker is past the highest number that
 * they have in each partition. Numbers that were cleaned up are older than any that a worker may still lack.
 */
const hasFolded = async (db: Queryable, worker: string, { t, r }: OutboxPayload): Promise<boolean> => {
  if (r.length === 0) return true;
  const [row] = await db.query<{ done: boolean }>(
    `with asked as (select lo, hi from unnest($3::bigint[], $4::bigint[]) as a (lo, hi)),
     numbered as (
       select b.topic, b.partition, max(b.first_seq + i.n - 1) as seq, count(*) as n
       from asked
       join outbox_batches b on b.max_id >= asked.lo and b.min_id <= asked.hi
       cross join lateral unnest(b.ids) with ordinality as i (id, n)
       where i.id between asked.lo and asked.hi
       group by b.topic, b.partition)
     select not exists (select from positions where worker = $1 and topic = any($2::text[])) or (
         ((select coalesce(sum(n), 0) from numbered) = (select sum(hi - lo + 1) from asked)
           or (select frontier from relay_lease) >= (select max(hi) from asked))
         and not exists (
           select from numbered join positions p using (topic, partition)
           where p.worker = $1 and p.last_seq < numbered.seq)) as done`,
    [worker, [t].flat(), r.map(([lo]) => lo), r.map(([, hi]) => hi)],
  );
  return row?.done ?? false;
};

/** Everything up to the id is settled, and the worker is past each partition's last batch that began by then. */
const hasFoldedUpTo = async (db: Queryable, worker: string, { t, u }: OutboxPayload): Promise<boolean> => {
  if (u === 0) return true;
  const [row] = await db.query<{ done: boolean }>(
    `select (select frontier from relay_lease) >= $3 and not exists (
       select from positions p
       cross join lateral (
         select first_seq + cardinality(ids) - 1 as seq from outbox_batches b
         where b.topic = p.topic and b.partition = p.partition and b.min_id <= $3
         order by first_seq desc limit 1) as last
       where p.worker = $1 and p.topic = any($2::text[]) and p.last_seq < last.seq) as done`,
    [worker, [t].flat(), u],
  );
  return row?.done ?? false;
};
