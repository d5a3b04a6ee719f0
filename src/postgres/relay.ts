import { skipHeader } from '../events/envelope.js';
import type { Queryable, Transaction } from './database.js';
import { abandoned } from './presence.js';

/** Statements of the relay. Each write is fenced: it holds only while the lease is still the caller's. */

export interface RelayLease {
  readonly owner: number;
  readonly epoch: number;
}

/** @returns the lease with its new epoch, or undefined while another relay holds it */
export const claimRelay = async (
  db: Queryable,
  owner: number,
  leaseMs: number,
): Promise<(RelayLease & { frontier: number }) | undefined> => {
  const [row] = await db.query<{ epoch: number; frontier: number }>(
    `update relay_lease set owner = $1, epoch = epoch + 1, expires_at = now() + $2 * interval '1 ms'
     where owner = $1 or ${abandoned} returning epoch, frontier`,
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

/**
 * Takes all partitions of topics into use that have none yet. Those that Kafka gains later are used from `millrace topics grow` on:
 * another count moves keys, and then only an order of steps keeps their order.
 */
export const ensureRuns = async (
  db: Queryable,
  topics: readonly { name: string; partitions: number }[],
): Promise<void> => {
  await db.query(
    `insert into outbox_partitions (topic, partition)
     select t.name, n from unnest($1::text[], $2::int[]) as t (name, partitions), generate_series(0, t.partitions - 1) as n
     where not exists (select from outbox_partitions p where p.topic = t.name)
     on conflict do nothing`,
    [topics.map(({ name }) => name), topics.map(({ partitions }) => partitions)],
  );
};

export const readRuns = (db: Queryable): Promise<PartitionRun[]> =>
  db.query<PartitionRun>(
    `select topic, partition, last_seq as "lastSeq", acked_seq as "ackedSeq" from outbox_partitions order by topic, partition`,
  );

/** An outbox row with its number, for good. */
export interface NumberedRow {
  readonly seq: number;
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Null for a row that is not there any more. */
  readonly headers: Readonly<Record<string, string>> | null;
}

/** Whichever is reached first; at least one row, however large. */
export interface Most {
  readonly rows: number;
  readonly bytes: number;
}

/** A column with the bytes of all rows before it. */
const bytesBefore = (order: string): string =>
  `coalesce(sum(coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0) + octet_length(headers::text))
     over (order by ${order} rows between unbounded preceding and 1 preceding), 0) as bytes_before`;

export interface Numbering {
  readonly lease: RelayLease;
  readonly leaseMs: number;
  /** Every id up to it is settled. */
  readonly frontier: number;
  /** Takes rows behind this id. */
  readonly after: number;
  readonly most: Most;
  /** Takes those of these ids, none of them behind `after`, that are there: up to so many bytes, at least one. */
  readonly ids: readonly number[];
  readonly mostBytesOfIds: number;
  /** Topics whose rows are left as they are, beside the one that is held back. */
  readonly waiting: readonly string[];
  /** Numbers that Kafka acknowledged. */
  readonly acked: readonly { readonly topic: string; readonly partition: number; readonly seq: number }[];
}

export interface Numbered {
  /** False when the lease is not the caller's any more; nothing was written then. */
  readonly held: boolean;
  /** Who has it, also under another epoch. */
  readonly owner: number | null;
  /** By topic and partition, in the order of their numbers. */
  readonly rows: readonly NumberedRow[];
  /** Rows that are there and got no number. */
  readonly left: readonly { readonly id: number; readonly topic: string }[];
  /** The topic that is held back while it grows, if there is one. */
  readonly heldTopic: string | undefined;
  /** The number of this transaction, and the oldest that ran when it read. */
  readonly next: bigint;
  readonly oldest: bigint;
}

/**
 * Gives committed rows without a number the next ones of their partitions, in the order of their ids, and persists them with
 * the acknowledgements and the frontier: one statement, so that one snapshot and one commit. What the lease's row says of a topic
 * that is held back is as it is under the row's lock, and not as in the snapshot, which may be older.
 */
export const numberRows = async (db: Queryable, numbering: Numbering): Promise<Numbered> => {
  const { lease, acked } = numbering;
  const rows = await db.query<Answer & (NumberedRow | Left | { id: null })>(
    `with lease as (
       update relay_lease set frontier = greatest(frontier, $3), expires_at = now() + $4 * interval '1 ms'
       where owner = $1 and epoch = $2
       returning pg_current_xact_id() as xid, case when holds_back and growing_until > now() then growing end as held),
     found as (
       (select id, topic, key, value, headers, hash, true as fits from (
          select *, ${bytesBefore('id')} from (
            select id, topic, key, value, headers, hash from outbox where id > $5 order by id limit $7) as o) as o
        where bytes_before < $11)
       union all
       (select id, topic, key, value, headers, hash, bytes_before < $12 as fits from (
          select *, ${bytesBefore('id')} from (
            select id, topic, key, value, headers, hash from outbox where id = any($6::bigint[]) and id <= $5) as o) as o)),
     sizes as (select topic, count(*) as partitions from outbox_partitions group by topic),
     free as (
       select f.*, f.fits and f.topic is distinct from lease.held and f.topic <> all ($13::text[]) as is_free
       from lease cross join found f),
     numbered as (
       select f.id, f.topic, p.partition, f.key, f.value, f.headers,
         p.last_seq + row_number() over (partition by f.topic, p.partition order by f.id) as seq
       from free f
       left join sizes s on s.topic = f.topic
       left join outbox_partitions p on p.topic = f.topic and p.partition = f.hash % s.partitions
       where f.is_free),
     batches as (
       insert into outbox_batches (topic, partition, first_seq, ids, min_id, max_id)
       select topic, partition, min(seq), array_agg(id order by id), min(id), max(id) from numbered
       group by topic, partition),
     runs as (
       update outbox_partitions p
       set last_seq = greatest(p.last_seq, n.last_seq), acked_seq = greatest(p.acked_seq, n.acked_seq)
       from (
         select topic, partition, max(last_seq) as last_seq, max(acked_seq) as acked_seq
         from (
           select topic, partition, seq as last_seq, 0 as acked_seq from numbered
           union all
           select topic, partition, 0, seq from unnest($8::text[], $9::int[], $10::bigint[]) as a (topic, partition, seq), lease
         ) as moved
         group by topic, partition) as n
       where p.topic = n.topic and p.partition = n.partition)
     select lease.xid is not null as "isHeld", coalesce(lease.xid::text, '0') as next,
       pg_snapshot_xmin(pg_current_snapshot())::text as oldest, lease.held as "heldTopic",
       (select owner from relay_lease) as owner, n.*
     from (select) as one left join lease on true left join (
       select id, topic, partition, key, value, headers, seq from numbered
       union all
       select id, topic, null, null, null, null, null from free where not is_free) as n on true
     order by n.topic, n.partition, n.seq`,
    [
      lease.owner,
      lease.epoch,
      numbering.frontier,
      numbering.leaseMs,
      numbering.after,
      numbering.ids,
      numbering.most.rows,
      acked.map(({ topic }) => topic),
      acked.map(({ partition }) => partition),
      acked.map(({ seq }) => seq),
      numbering.most.bytes,
      numbering.mostBytesOfIds,
      numbering.waiting,
    ],
  );
  const [first] = rows;
  return {
    held: first?.isHeld ?? false,
    owner: first?.owner ?? null,
    rows: rows.filter((row): row is Answer & NumberedRow => row.id !== null && row.partition !== null),
    left: rows.filter((row): row is Answer & Left => row.id !== null && row.partition === null),
    heldTopic: first?.heldTopic ?? undefined,
    next: BigInt(first?.next ?? 0),
    oldest: BigInt(first?.oldest ?? 0),
  };
};

/** Of the statement, in each row. */
interface Answer {
  readonly isHeld: boolean;
  readonly heldTopic: string | null;
  readonly owner: number | null;
  readonly next: string;
  readonly oldest: string;
}

interface Left {
  readonly id: number;
  readonly topic: string;
  readonly partition: null;
}

/** Rows of a partition with numbers above `afterSeq`, in their order. */
export const readNumbered = (
  db: Queryable,
  topic: string,
  partition: number,
  afterSeq: number,
  most: Most,
): Promise<NumberedRow[]> =>
  db.query<NumberedRow>(
    `select seq, id, topic, partition, key, value, headers from (
       select *, ${bytesBefore('seq')} from (
         select b.first_seq + i.n - 1 as seq, i.id, b.topic, b.partition, o.key, o.value, o.headers
         from outbox_batches b
         cross join lateral unnest(b.ids) with ordinality as i (id, n)
         left join outbox o on o.id = i.id
         where b.topic = $1 and b.partition = $2 and b.first_seq + cardinality(b.ids) - 1 > $3 and b.first_seq <= $3 + $4
           and b.first_seq + i.n - 1 > $3
         order by seq limit $4) as n) as n
     where bytes_before < $5 order by seq`,
    [topic, partition, afterSeq, most.rows, most.bytes],
  );

/** Makes a row the skip marker of its number: with its dead letter, so that the event is never sent under both numbers. */
export const skipRow = async (tx: Transaction, id: number): Promise<void> => {
  await tx.query('update outbox set value = null, headers = headers || $2::jsonb where id = $1', [
    id,
    JSON.stringify({ [skipHeader]: '1' }),
  ]);
};

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

/**
 * Goes on from a number that the log has; what was numbered up to it counts as acknowledged. A partition that is not in use yet shows
 * that the topic had grown: all of them, of which the log has `partitions`, are taken into use.
 */
export const continueRun = async (
  db: Queryable,
  {
    topic,
    partition,
    seq,
    partitions,
  }: { topic: string; partition: number; seq: number; partitions: number },
): Promise<void> => {
  await db.query(
    `insert into outbox_partitions (topic, partition)
     select $1, n from generate_series(0, $3::int - 1) as n
     where not exists (select from outbox_partitions where topic = $1 and partition = $2)
     on conflict do nothing`,
    [topic, partition, partitions],
  );
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
