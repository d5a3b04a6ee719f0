import { unavailable, type MillraceError } from '../errors.js';
import { growthHeaders, type Growth } from '../events/growth.js';
import type { Queryable, Transaction } from './database.js';
import { outboxChannel } from './outbox.js';
import { abandoned } from './presence.js';

/**
 * Statements of `millrace topics grow`. One command at a time has the growth, for as long as it renews it, by the clock and under the
 * lock of the lease's row: once the relay has found it over, it cannot be renewed.
 */
export interface GrowthClaim {
  readonly topic: string;
  /** Any number that no other command has. */
  readonly by: number;
}

const valid = 'growing_by = $1 and growing_until > clock_timestamp()';

/** @returns undefined when it is the caller's, else the topic for which another command has it */
export const claimGrowth = async (
  db: Queryable,
  { topic, by }: GrowthClaim,
  leaseMs: number,
): Promise<string | undefined> => {
  const rows = await db.query(
    `update relay_lease set growing_by = $1, growing = $2, holds_back = false,
       growing_until = clock_timestamp() + $3 * interval '1 ms'
     where growing_until <= clock_timestamp() returning 1`,
    [by, topic, leaseMs],
  );
  if (rows.length > 0) return undefined;
  const [row] = await db.query<{ growing: string | null }>('select growing from relay_lease');
  return row?.growing ?? 'another topic';
};

/** @returns whether it is the caller's still */
export const renewGrowth = async (db: Queryable, { by }: GrowthClaim, leaseMs: number): Promise<boolean> => {
  const rows = await db.query(
    `update relay_lease set growing_until = clock_timestamp() + $2 * interval '1 ms' where ${valid} returning 1`,
    [by, leaseMs],
  );
  return rows.length > 0;
};

/** From now on the topic's rows get no numbers. @returns whether it is the caller's still */
export const holdBack = async (db: Queryable, { by }: GrowthClaim): Promise<boolean> => {
  const rows = await db.query(`update relay_lease set holds_back = true where ${valid} returning 1`, [by]);
  return rows.length > 0;
};

/** Lets the topic go on as it was, if it is the caller's still. */
export const endGrowth = async (db: Queryable, { by }: GrowthClaim): Promise<void> => {
  await db.query(
    `update relay_lease set growing = null, growing_by = null, holds_back = false, growing_until = '-infinity'
     where growing_by = $1`,
    [by],
  );
  await db.query(`notify ${outboxChannel}`);
};

/** The topic that some command grows now. */
export const findGrowing = async (db: Queryable): Promise<string | undefined> => {
  const [row] = await db.query<{ growing: string | null }>(
    'select growing from relay_lease where growing_until > clock_timestamp()',
  );
  return row?.growing ?? undefined;
};

/** Whether some relay is active. */
export const isRelayRunning = async (db: Queryable): Promise<boolean> => {
  const rows = await db.query(`select from relay_lease where not ${abandoned}`);
  return rows.length > 0;
};

/** Where a stream or consumer is in a partition. */
export interface ReaderPlace {
  readonly worker: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly sequence: number;
  readonly fault: string | null;
  readonly isRunning: boolean;
}

export const readReaders = (db: Queryable, topic: string): Promise<ReaderPlace[]> =>
  db.query<ReaderPlace>(
    `select worker, partition, next_offset as "nextOffset", last_seq as sequence, fault, not ${abandoned} as "isRunning"
     from positions where topic = $1 order by worker, partition`,
    [topic],
  );

/** Every worker that reads the topic gets a place in its new partitions, at their start. */
export const addPlaces = async (db: Queryable, topic: string, partitions: number): Promise<void> => {
  await db.query(
    `insert into positions (worker, topic, partition)
     select worker, $1, n from (select distinct worker from positions where topic = $1) as w, generate_series(0, $2::int - 1) as n
     on conflict do nothing`,
    [topic, partitions],
  );
};

/**
 * Takes the new partitions of a topic that is held back into use, and numbers a marker in each partition, old and new, as its next. The
 * relay's lease gets another epoch, so whoever numbers rows begins anew with all of this.
 * @throws MillraceError UNAVAILABLE when the growth is not the caller's any more, or something was numbered all the same
 */
export const takeIntoUse = async (
  tx: Transaction,
  { topic, by }: GrowthClaim,
  { from, to }: { from: number; to: number },
): Promise<Growth> => {
  const [held] = await tx.query<{ xid: string }>(
    `update relay_lease set epoch = epoch + 1, growing = null, growing_by = null, holds_back = false, growing_until = '-infinity'
     where ${valid} and holds_back returning pg_current_xact_id()::text as xid`,
    [by],
  );
  if (!held) throw growthLost(topic);
  tx.id = held.xid;
  const runs = await tx.query<{ lastSeq: number; ackedSeq: number }>(
    `select last_seq as "lastSeq", acked_seq as "ackedSeq" from outbox_partitions where topic = $1 order by partition for update`,
    [topic],
  );
  if (runs.length !== from || runs.some(({ lastSeq, ackedSeq }) => lastSeq !== ackedSeq))
    throw unavailable(
      `${topic} was numbered on although it was held back: a relay of an earlier version runs. Stop it, and run the command again.`,
    );
  await addPlaces(tx, topic, to);
  const growth: Growth = { from, to, numbers: runs.map(({ lastSeq }) => lastSeq + 1) };
  await numberMarkers(tx, topic, growth);
  return growth;
};

export const growthLost = (topic: string): MillraceError =>
  unavailable(
    `This command stood still for too long, and ${topic} went on as it was meanwhile. Run it again.`,
  );

const numberMarkers = async (tx: Transaction, topic: string, growth: Growth): Promise<void> => {
  const time = new Date().toISOString();
  const partitions = Array.from({ length: growth.to }, (_, partition) => partition);
  await tx.query(
    `with given as (select * from unnest($2::int[], $3::bigint[], $4::text[]) as g (partition, seq, headers)),
     rows as (
       insert into outbox (topic, key, hash, value, headers)
       select $1, null, partition, null, headers::jsonb from given order by partition
       returning id, hash as partition),
     runs as (
       insert into outbox_partitions (topic, partition, last_seq) select $1, partition, seq from given
       on conflict (topic, partition) do update set last_seq = excluded.last_seq)
     insert into outbox_batches (topic, partition, first_seq, ids, min_id, max_id)
     select $1, partition, seq, array[id], id, id from rows join given using (partition)`,
    [
      topic,
      partitions,
      partitions.map((partition) => growth.numbers[partition] ?? 1),
      partitions.map(() => JSON.stringify(growthHeaders(growth, time))),
    ],
  );
};
