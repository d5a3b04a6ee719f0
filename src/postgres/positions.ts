import type { Queryable, Transaction } from './database.js';
import { abandoned } from './presence.js';

/** Where a worker is in one partition. `sequence` is 0 and `lastId` null before the first record. */
export interface PartitionPosition {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly sequence: number;
  readonly lastId: string | null;
}

export interface OwnedPosition extends PartitionPosition {
  readonly epoch: number;
}

const columns = `topic, partition, next_offset as "nextOffset", last_seq as "sequence", last_id as "lastId"`;

export const ensurePositions = async (
  db: Queryable,
  worker: string,
  topic: string,
  partitions: number,
): Promise<void> => {
  await db.query(
    `insert into positions (worker, topic, partition)
     select $1, $2, n from generate_series(0, $3 - 1) as n on conflict do nothing`,
    [worker, topic, partitions],
  );
};

/** Says that `owner` works for `worker`, forgets the dead. @returns how many share how many partitions */
export const announceWorker = async (
  db: Queryable,
  worker: string,
  owner: number,
  leaseMs: number,
): Promise<{ workers: number; partitions: number }> => {
  await db.query(
    `insert into worker_presence (worker, owner, expires_at) values ($1, $2, now() + $3 * interval '1 ms')
     on conflict (worker, owner) do update set expires_at = excluded.expires_at`,
    [worker, owner, leaseMs],
  );
  const [row] = await db.query<{ workers: number; partitions: number }>(
    `select (select count(*) from worker_presence where worker = $1 and not ${abandoned}) as workers,
       (select count(*) from positions where worker = $1) as partitions`,
    [worker],
  );
  return row ?? { workers: 1, partitions: 0 };
};

export const withdrawWorker = async (db: Queryable, worker: string, owner: number): Promise<void> => {
  await db.query('delete from worker_presence where worker = $1 and (owner = $2 or expires_at < now())', [
    worker,
    owner,
  ]);
  await db.query('update positions set owner = null, epoch = epoch + 1 where worker = $1 and owner = $2', [
    worker,
    owner,
  ]);
};

/** Takes up to `most` partitions that nobody holds, each under a new epoch. */
export const claimPositions = async (
  db: Queryable,
  worker: string,
  owner: number,
  leaseMs: number,
  most: number,
): Promise<OwnedPosition[]> =>
  db.query<OwnedPosition>(
    `update positions set owner = $2, epoch = epoch + 1, expires_at = now() + $3 * interval '1 ms'
     where (worker, topic, partition) in (
       select worker, topic, partition from positions where worker = $1 and ${abandoned} and fault is null
       order by topic, partition limit $4 for update skip locked)
     returning ${columns}, epoch`,
    [worker, owner, leaseMs, most],
  );

/** Renews the lease of what `owner` still holds, and answers it. */
export const renewPositions = async (
  db: Queryable,
  worker: string,
  owner: number,
  leaseMs: number,
): Promise<OwnedPosition[]> =>
  db.query<OwnedPosition>(
    `update positions set expires_at = now() + $3 * interval '1 ms' where worker = $1 and owner = $2
     returning ${columns}, epoch`,
    [worker, owner, leaseMs],
  );

export const releasePosition = async (
  db: Queryable,
  worker: string,
  { topic, partition, epoch }: { topic: string; partition: number; epoch: number },
): Promise<void> => {
  await db.query(
    `update positions set owner = null, epoch = epoch + 1
     where worker = $1 and topic = $2 and partition = $3 and epoch = $4`,
    [worker, topic, partition, epoch],
  );
};

/** Stops a partition with a reason; nobody claims it until the reason is cleared. */
export const stopPosition = async (
  db: Queryable,
  worker: string,
  { topic, partition, epoch }: { topic: string; partition: number; epoch: number },
  fault: string,
): Promise<void> => {
  await db.query(
    `update positions set fault = $5, owner = null, epoch = epoch + 1
     where worker = $1 and topic = $2 and partition = $3 and epoch = $4`,
    [worker, topic, partition, epoch, fault],
  );
};

export interface Advance extends PartitionPosition {
  readonly epoch: number;
  readonly fromOffset: number;
}

/**
 * Moves positions forward, each only from where its owner read and only under the owner's epoch; the rows stay locked until
 * the transaction ends.
 * @returns how many moved; fewer than asked means that another owner took over, and the transaction must be rolled back
 */
export const advancePositions = async (
  tx: Transaction,
  worker: string,
  advances: readonly Advance[],
): Promise<number> => {
  const rows = await tx.query(
    `update positions p set next_offset = a.next_offset, last_seq = a.last_seq, last_id = a.last_id
     from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[])
       as a (topic, partition, epoch, from_offset, next_offset, last_seq, last_id)
     where p.worker = $1 and p.topic = a.topic and p.partition = a.partition
       and p.epoch = a.epoch and p.next_offset = a.from_offset
     returning 1, pg_current_xact_id()::text as xid`,
    [
      worker,
      advances.map(({ topic }) => topic),
      advances.map(({ partition }) => partition),
      advances.map(({ epoch }) => epoch),
      advances.map(({ fromOffset }) => fromOffset),
      advances.map(({ nextOffset }) => nextOffset),
      advances.map(({ sequence }) => sequence),
      advances.map(({ lastId }) => lastId),
    ],
  );
  tx.id = (rows[0] as { xid?: string } | undefined)?.xid;
  return rows.length;
};

export const readPositions = async (
  db: Queryable,
  worker: string,
): Promise<(OwnedPosition & { fault: string | null })[]> =>
  db.query(`select ${columns}, epoch, fault from positions where worker = $1 order by topic, partition`, [
    worker,
  ]);

/** Clears the reason why a partition stands, and goes on from there. */
export const resumePosition = async (
  tx: Transaction,
  worker: string,
  { topic, partition, nextOffset, sequence, lastId }: PartitionPosition,
): Promise<void> => {
  await tx.query(
    `update positions set fault = null, next_offset = $4, last_seq = $5, last_id = $6, epoch = epoch + 1, owner = null
     where worker = $1 and topic = $2 and partition = $3`,
    [worker, topic, partition, nextOffset, sequence, lastId],
  );
};

/** A place of a stream or consumer, and whether somebody moves it. */
export interface WorkerPlace {
  readonly worker: string;
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly isRunning: boolean;
}

/** Of every stream and consumer. */
export const listPlaces = (db: Queryable): Promise<WorkerPlace[]> =>
  db.query<WorkerPlace>(
    `select worker, topic, partition, next_offset as "nextOffset", fault is null and not ${abandoned} as "isRunning"
     from positions order by worker, topic, partition`,
  );
