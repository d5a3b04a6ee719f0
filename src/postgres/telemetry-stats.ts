import type { PipelineStats } from '../events/telemetry.js';
import type { Queryable, Transaction } from './database.js';

/** What pipelineStats shows: one row, and counts by name beside it, which change under that row's lock only. */

const windowSeconds = 10;
const mostNames = 1_000;
const mostListed = 100;

/** What is counted together, because too many names came. */
const other = `'(other)'`;
const thisSecond = 'floor(extract(epoch from now()))::bigint';

/** Counts messages that were read now. */
export const countMessages = async (tx: Transaction, messages: number): Promise<void> => {
  await tx.query(
    `insert into telemetry_seconds as s (second, messages) values (${thisSecond}, $1)
     on conflict (second) do update set messages = s.messages + excluded.messages`,
    [messages],
  );
};

export type StatsDelta = Pick<PipelineStats, 'activities' | 'metrics' | 'errors' | 'messages'>;

/** After {@link countMessages}. */
export const addToStats = async (tx: Transaction, delta: StatsDelta): Promise<void> => {
  await tx.query(
    `update telemetry_stats set activities = activities + $1, metrics = metrics + $2, errors = errors + $3,
       messages = messages + $4, version = version + 1, per_second = (
         select coalesce(sum(s.messages), 0) / ${windowSeconds}.0 from telemetry_seconds s
         where second > ${thisSecond} - ${windowSeconds})`,
    [delta.activities, delta.metrics, delta.errors, delta.messages],
  );
};

export interface CountDelta {
  readonly kind: 'action' | 'level';
  readonly name: string;
  readonly count: number;
}

/** After {@link addToStats}. Once there are so many actions, others are counted together; the most frequent come in first. */
export const addToCounts = async (tx: Transaction, deltas: readonly CountDelta[]): Promise<void> => {
  await tx.query(
    `with given as (select * from unnest($1::text[], $2::text[], $3::bigint[]) as g (kind, name, count)),
     fresh as (
       select kind, name, row_number() over (order by count desc, name) as n from given
       where kind = 'action' and name <> ${other}
         and not exists (select from telemetry_counts t where t.kind = given.kind and t.name = given.name)),
     room as (
       select ${mostNames} - count(*) as n from telemetry_counts where kind = 'action' and name <> ${other})
     insert into telemetry_counts as t (kind, name, count)
     select kind, case when fresh.n > room.n then ${other} else name end as shown, sum(count)
     from given left join fresh using (kind, name) cross join room
     group by 1, 2 order by 1, 2
     on conflict (kind, name) do update set count = t.count + excluded.count`,
    [deltas.map(({ kind }) => kind), deltas.map(({ name }) => name), deltas.map(({ count }) => count)],
  );
};

export const readPipelineStats = async (db: Queryable): Promise<PipelineStats> => {
  // One statement, so that one snapshot.
  const [row] = await db.query<PipelineStats>(
    `with counted as (
       select kind, name, count,
         kind = 'action' and (name = ${other} or row_number() over (
           partition by kind order by name = ${other}, count desc, name) > ${mostListed}) as beyond
       from telemetry_counts),
     listed as (
       select kind, beyond, case when beyond then ${other} else name end as name, sum(count)::bigint as count
       from counted group by 1, 2, 3),
     texts as (
       select kind, json_agg(json_build_object('name', name, 'count', count) order by beyond, count desc, name) as counts
       from listed group by 1)
     select activities, metrics, errors, messages, per_second as "perSecond", version,
       coalesce((select counts from texts where kind = 'action'), '[]') as "byAction",
       coalesce((select counts from texts where kind = 'level'), '[]') as "byLevel"
     from telemetry_stats`,
  );
  if (!row) throw new Error('the row of telemetry_stats is missing');
  return row;
};

/** @returns whether it had to be brought to zero, because no message came for long enough */
export const quietStats = async (tx: Transaction): Promise<boolean> => {
  await tx.query(`delete from telemetry_seconds where second <= ${thisSecond} - ${windowSeconds}`);
  // Before the update, so that it sees the seconds of whom this waited for.
  await tx.query('select from telemetry_stats where per_second > 0 for update');
  const rows = await tx.query(
    `update telemetry_stats set per_second = 0, version = version + 1
     where per_second > 0 and not exists (select from telemetry_seconds) returning version`,
  );
  return rows.length > 0;
};

/** Clients may also have read versions that were lost before they were published; so many surely were not. */
const mostUnpublished = 1_000_000;

/** A version that was published, so that those to come are higher than any that a client has seen. */
export const raisePipelineVersion = async (tx: Transaction, version: number): Promise<void> => {
  await tx.query('update telemetry_stats set version = greatest(version, $1)', [version + mostUnpublished]);
};
