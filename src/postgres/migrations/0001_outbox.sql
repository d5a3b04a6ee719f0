-- Secrets and facts of this installation, such as the key that signs cursors.
create table settings (
  name text primary key,
  value text not null
);

-- First answers of mutations that carried an idempotency key, kept 24 hours.
create table idempotency_keys (
  caller text not null,
  key text not null,
  fingerprint text not null,
  answer jsonb,
  created_at timestamptz not null default now(),
  primary key (caller, key)
);
create index on idempotency_keys (created_at);

-- Events in the order in which the relay numbers them. A row is inserted after its entity's row was locked, in the same
-- transaction, so the ids of one key follow its commit order. Three slots of ten minutes, truncated in turn once all
-- their rows are acknowledged.
create table outbox (
  slot smallint not null default (extract(epoch from now())::bigint / 600) % 3,
  id bigint generated always as identity,
  topic text not null,
  key bytea,
  -- Kafka's murmur2 of the key: modulo the topic's partitions it says which one.
  hash int not null,
  value bytea,
  headers jsonb not null
) partition by list (slot);
create table outbox_0 partition of outbox for values in (0);
create table outbox_1 partition of outbox for values in (1);
create table outbox_2 partition of outbox for values in (2);
create index on outbox (id);

-- The one active relay. `frontier`: every id up to it is numbered, or was never committed.
create table relay_lease (
  one boolean primary key default true check (one),
  owner bigint,
  epoch bigint not null default 0,
  expires_at timestamptz not null default now(),
  frontier bigint not null default 0
);
insert into relay_lease default values;

-- The run of numbers of each partition that the outbox feeds.
create table outbox_partitions (
  topic text not null,
  partition int not null,
  -- The last number given out.
  last_seq bigint not null default 0,
  -- The last number that Kafka acknowledged.
  acked_seq bigint not null default 0,
  primary key (topic, partition)
);

-- Numbers, persisted before the first send: the row ids[n] has the number first_seq + n - 1, for good.
create table outbox_batches (
  id bigint generated always as identity primary key,
  topic text not null,
  partition int not null,
  first_seq bigint not null,
  ids bigint[] not null,
  min_id bigint not null,
  max_id bigint not null,
  created_at timestamptz not null default now()
);
create index on outbox_batches (max_id);
create index on outbox_batches (topic, partition, first_seq);

-- How far each stream and consumer is, who may move it, and under which epoch.
create table positions (
  worker text not null,
  topic text not null,
  partition int not null,
  next_offset bigint not null default 0,
  -- The last number, or for topics without numbers the last event id, that was folded.
  last_seq bigint not null default 0,
  last_id text,
  epoch bigint not null default 0,
  owner bigint,
  expires_at timestamptz not null default now(),
  -- Why the partition stands still, when it does.
  fault text,
  primary key (worker, topic, partition)
);

-- Processes that may own partitions; the share of each follows from their number.
create table worker_presence (
  worker text not null,
  owner bigint not null,
  expires_at timestamptz not null,
  primary key (worker, owner)
);

-- Events that could not be parsed, folded, delivered or published, with their original bytes.
create table dead_letters (
  id uuid primary key,
  consumer text not null,
  topic text not null,
  partition int not null,
  "offset" bigint not null,
  type text not null,
  key bytea,
  value bytea,
  headers jsonb not null,
  error_class text not null,
  error text not null,
  attempts int not null default 1,
  state text not null default 'PENDING' check (state in ('PENDING', 'REDRIVEN', 'DISCARDED')),
  reason text,
  failed_at timestamptz not null default now(),
  unique (consumer, topic, partition, "offset")
);
create index on dead_letters (failed_at desc, id desc);
