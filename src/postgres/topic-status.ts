import type { Queryable } from './database.js';
import { equals, where } from './pages.js';

/** A topic as it was at one time. */
export interface TopicStatus {
  readonly topic: string;
  readonly observedAt: string;
  readonly partitions: number;
  /** Records kept. */
  readonly messages: number;
  readonly sizeBytes: number | null;
  readonly ratePerSecond: number | null;
}

export interface Observation {
  readonly topic: string;
  readonly partitions: number;
  readonly messages: number;
  /** All records that there ever were. */
  readonly written: number;
  readonly sizeBytes: number | null;
}

/** Whether it is the caller who is to observe the topics now: once in each `everySeconds`, of all processes. */
export const claimObservation = async (db: Queryable, everySeconds: number): Promise<boolean> => {
  const rows = await db.query(
    `update topic_observation set at = now() where at <= now() - $1 * interval '1 s' returning 1`,
    [everySeconds],
  );
  return rows.length > 0;
};

/** The rate is that since the observation before, where there is one not long ago. */
export const insertTopicStatus = async (
  db: Queryable,
  observations: readonly Observation[],
): Promise<void> => {
  await db.query(
    `insert into topic_status (topic, observed_at, partitions, messages, written, size_bytes, rate_per_second)
     select o.topic, now(), o.partitions, o.messages, o.written, o.size_bytes,
       case when o.written >= before.written
         then (o.written - before.written) / extract(epoch from now() - before.observed_at)::float8 end
     from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[])
       as o (topic, partitions, messages, written, size_bytes)
     left join lateral (
       select written, observed_at from topic_status s
       where s.topic = o.topic and observed_at < now() and observed_at > now() - interval '5 min'
       order by observed_at desc limit 1) as before on true
     on conflict do nothing`,
    [
      observations.map(({ topic }) => topic),
      observations.map(({ partitions }) => partitions),
      observations.map(({ messages }) => messages),
      observations.map(({ written }) => written),
      observations.map(({ sizeBytes }) => sizeBytes),
    ],
  );
};

export const dropTopicStatus = async (db: Queryable, olderThanDays: number): Promise<void> => {
  await db.query(`delete from topic_status where observed_at < now() - $1 * interval '1 day'`, [
    olderThanDays,
  ]);
};

export interface StatusFilter {
  readonly topic?: string | undefined;
  readonly from?: string | undefined;
  /** Not included. */
  readonly to?: string | undefined;
}

/** Newest first. */
export const listTopicStatus = (
  db: Queryable,
  { topic, from, to }: StatusFilter,
  first: number,
): Promise<TopicStatus[]> => {
  const values: unknown[] = [];
  const conditions = [
    ...equals('topic', topic),
    ...(from === undefined ? [] : [['observed_at >= ?::timestamptz', from] as const]),
    ...(to === undefined ? [] : [['observed_at < ?::timestamptz', to] as const]),
  ];
  return db.query<TopicStatus>(
    `select topic, observed_at as "observedAt", partitions, messages, size_bytes as "sizeBytes",
       rate_per_second as "ratePerSecond"
     from topic_status ${where(conditions, values)}
     order by observed_at desc, topic limit $${values.push(first)}`,
    values,
  );
};
