import type { Queryable } from './database.js';

/** Statements of the relay. Each write is fenced: it holds only while the lease is still the caller's. */

export interface RelayLease {
  readonly owner: number;
  readonly epoch: number;
}

const abandoned = `(owner is null or owner = $1 or expires_at < now() or not exists (
  select from pg_locks where locktype = 'advisory' and classid = (owner >> 32)::int::oid and objid = (owner & 4294967295)::oid
    and database = (select oid from pg_database where datname = current_database())))`;

/** @returns the lease with its new epoch, or undefined while another relay holds it */
export const claimRelay = async (
  db: Queryable,
  owner: number,
  leaseMs: number,
): Promise<(RelayLease & { frontier: number }) | undefined> => {
  const [row] = await db.query<{ epoch: number; frontier: number }>(
    `update relay_lease set owner = $1, epoch = epoch + 1, expires_at = now() + $2 * interval '1 ms'
     where ${abandoned} returning epoch, frontier`,
    [owner, leaseMs],
  );
  return row && { owner, ...row };
};

export const releaseRelay = async (db: Queryable, { owner, epoch }: RelayLease): Promise<void> => {
  await db.query('update relay_lease set owner = null, expires_at = now() where owner = $1 and epoch = $2', [
    owner,
    epoch,
  ]);
};

export interface PartitionRun {
  readonly topic: string;
  readonly partition: number;
  readonly lastSeq: number;
  readonly ackedSeq: number;
}

export const ensureRuns = async (
  db: Queryable,
  topics: readonly { name: string; partitions: number }[],
): Promise<void> => {
  await db.query(
    `insert into outbox_partitions (topic, partition)
     select t.name, n from unnest($1::text[], $2::int[]) as t (name, partitions), generate_series(0, t.partitions - 1) as n
     on conflict do nothing`,
    [topics.map(({ name }) => name), topics.map(({ partitions }) => partitions)],
  );
};

export const readRuns = (db: Queryable): Promise<PartitionRun[]> =>
  db.query<PartitionRun>(
    `select topic, partition, last_seq as "lastSeq", acked_seq as "ackedSeq" from outbox_partitions order by topic, partition`,
  );

export interface OutboxRow {
  readonly id: number;
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

const rowColumns = 'id, topic, key, value, headers';

/** Committed rows behind `after`, and those of `gaps` that have been committed meanwhile, in the order of their ids. */
export const readUnnumbered = (
  db: Queryable,
  after: number,
  gaps: readonly number[],
  most: number,
): Promise<OutboxRow[]> =>
  db.query<OutboxRow>(
    `(select ${rowColumns} from outbox where id > $1 order by id limit $3)
     union all
     (select ${rowColumns} from outbox where id = any($2::bigint[]) and id <= $1)
     order by id`,
    [after, gaps, most],
  );

/**
 * The next transaction's number, and the oldest that still runs. A row's number in the outbox is taken after its transaction
 * has one, so every transaction that could fill a gap seen before this call is older than `next`.
 */
export const readTransactionBounds = async (db: Queryable): Promise<{ next: bigint; oldest: bigint }> => {
  const [row] = await db.query<{ next: string; oldest: string }>(
    `select pg_current_xact_id()::text as next, pg_snapshot_xmin(pg_current_snapshot())::text as oldest`,
  );
  return { next: BigInt(row?.next ?? 0), oldest: BigInt(row?.oldest ?? 0) };
};

export interface NumberedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly firstSeq: number;
  readonly ids: readonly number[];
}

/**
 * Persists numbers, acknowledgements and the frontier in one statement.
 * @returns false when the lease was lost and nothing was written
 */
export const persistNumbers = async (
  db: Queryable,
  { owner, epoch }: RelayLease,
  leaseMs: number,
  frontier: number,
  batches: readonly NumberedBatch[],
  acked: readonly { topic: string; partition: number; seq: number }[],
): Promise<boolean> => {
  const [row] = await db.query<{ held: boolean }>(
    `with lease as (
       update relay_lease set frontier = greatest(frontier, $3), expires_at = now() + $4 * interval '1 ms'
       where owner = $1 and epoch = $2 returning 1),
     batches as (
       insert into outbox_batches (topic, partition, first_seq, ids, min_id, max_id)
       select topic, partition, first_seq, ids::bigint[], (ids::bigint[])[1], (ids::bigint[])[cardinality(ids::bigint[])]
       from unnest($5::text[], $6::int[], $7::bigint[], $8::text[]) as b (topic, partition, first_seq, ids), lease
       returning 1),
     runs as (
       update outbox_partitions p
       set last_seq = greatest(p.last_seq, n.last_seq), acked_seq = greatest(p.acked_seq, n.acked_seq)
       from (
         select topic, partition, max(last_seq) as last_seq, max(acked_seq) as acked_seq
         from unnest($9::text[], $10::int[], $11::bigint[], $12::bigint[]) as n (topic, partition, last_seq, acked_seq)
         group by 1, 2) as n, lease
       where p.topic = n.topic and p.partition = n.partition
       returning 1)
     select exists (select from lease) as held`,
    [
      owner,
      epoch,
      frontier,
      leaseMs,
      batches.map(({ topic }) => topic),
      batches.map(({ partition }) => partition),
      batches.map(({ firstSeq }) => firstSeq),
      batches.map(({ ids }) => `{${ids.join(',')}}`),
      [...batches, ...acked].map(({ topic }) => topic),
      [...batches, ...acked].map(({ partition }) => partition),
      [...batches.map(({ firstSeq, ids }) => firstSeq + ids.length - 1), ...acked.map(() => 0)],
      [...batches.map(() => 0), ...acked.map(({ seq }) => seq)],
    ],
  );
  return row?.held ?? false;
};

export interface NumberedRow extends Omit<OutboxRow, 'headers'> {
  readonly seq: number;
  /** Null for a row that is not there any more. */
  readonly headers: OutboxRow['headers'] | null;
}

/** Rows of a partition with numbers above `afterSeq`, in their order. */
export const readNumbered = (
  db: Queryable,
  topic: string,
  partition: number,
  afterSeq: number,
  most: number,
): Promise<NumberedRow[]> =>
  db.query<NumberedRow>(
    `select b.first_seq + i.n - 1 as seq, i.id, $1 as topic, o.key, o.value, o.headers
     from outbox_batches b
     cross join lateral unnest(b.ids) with ordinality as i (id, n)
     left join outbox o on o.id = i.id
     where b.topic = $1 and b.partition = $2 and b.first_seq + cardinality(b.ids) - 1 > $3 and b.first_seq <= $3 + $4
       and b.first_seq + i.n - 1 > $3
     order by seq limit $4`,
    [topic, partition, afterSeq, most],
  );

/** Ids above the frontier that are numbered already. */
export const readNumberedIds = async (db: Queryable, frontier: number): Promise<number[]> => {
  const rows = await db.query<{ id: number }>(
    `select i.id from outbox_batches b cross join lateral unnest(b.ids) as i (id)
     where b.max_id > $1 and i.id > $1 order by i.id`,
    [frontier],
  );
  return rows.map(({ id }) => id);
};

/** Empties the slot that is used next, once all its rows are numbered and acknowledged. */
export const truncateOldSlot = async (db: Queryable): Promise<boolean> => {
  const [row] = await db.query<{ slot: number; done: boolean }>(
    `with slot as (select ((extract(epoch from now())::bigint / 600 + 1) % 3)::smallint as n),
     last as (select max(id) as id from outbox where slot = (select n from slot))
     select (select n from slot) as slot, last.id is not null and (select frontier from relay_lease) >= last.id and not exists (
       select from outbox_partitions p join outbox_batches b using (topic, partition)
       where b.min_id <= last.id and b.first_seq + cardinality(b.ids) - 1 > p.acked_seq) as done
     from last`,
  );
  if (!row?.done) return false;
  await db.query(truncations[row.slot] ?? '');
  return true;
};

const truncations = ['truncate outbox_0', 'truncate outbox_1', 'truncate outbox_2'];

/** Where rows landed is kept one hour: a position can be asked for as long. */
export const deleteOldBatches = async (db: Queryable): Promise<void> => {
  await db.query(
    `delete from outbox_batches b using outbox_partitions p
     where b.created_at < now() - interval '1 hour' and p.topic = b.topic and p.partition = b.partition
       and b.first_seq + cardinality(b.ids) - 1 <= p.acked_seq`,
  );
};

/** Goes on from a number that the log has; what was numbered up to it counts as acknowledged. */
export const continueRun = async (
  db: Queryable,
  topic: string,
  partition: number,
  seq: number,
): Promise<void> => {
  await db.query(
    `update outbox_partitions set last_seq = greatest(last_seq, $3), acked_seq = greatest(acked_seq, $3)
     where topic = $1 and partition = $2`,
    [topic, partition, seq],
  );
};

/** Drops rows whose events the log has already, so that they do not get a second number. @returns how many */
export const deletePublished = async (db: Queryable, eventIds: readonly string[]): Promise<number> => {
  const rows = await db.query(`delete from outbox where headers->>'ce_id' = any($1::text[]) returning 1`, [
    eventIds,
  ]);
  return rows.length;
};
