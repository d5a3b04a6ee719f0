-- Ids of facts that streams have seen, in two halves (src/postgres/facts.ts). `scope` is the hash of stream and topic.
create table facts_half (
  one boolean primary key default true check (one),
  current smallint not null default 0,
  since timestamptz not null default now()
);
insert into facts_half default values;
create table facts_seen (
  half smallint not null,
  scope int not null,
  id uuid not null,
  primary key (half, scope, id)
) partition by list (half);
create table facts_seen_0 partition of facts_seen for values in (0);
create table facts_seen_1 partition of facts_seen for values in (1);

-- Facts, once per id, in a partition for each day of arrival (src/postgres/telemetry-partitions.ts): what happened long ago and
-- arrives now is kept as long as what happens now. The default partition takes what no day was made for.
create table user_activities (
  arrived_at timestamptz not null default now(),
  id uuid not null,
  user_id text collate "C" not null,
  action text collate "C" not null,
  -- Not jsonb, as in notifications.
  metadata json,
  occurred_at timestamptz(3) not null
) partition by range (arrived_at);
create table user_activities_default partition of user_activities default;
create index on user_activities (occurred_at desc, id desc);
create index on user_activities (user_id, occurred_at desc, id desc);
create index on user_activities (action, occurred_at desc, id desc);

create table system_metrics (
  arrived_at timestamptz not null default now(),
  id uuid not null,
  host text collate "C" not null,
  name text collate "C" not null,
  value float8 not null,
  unit text,
  labels json,
  occurred_at timestamptz(3) not null,
  -- Its number among those of its host and name.
  version bigint not null
) partition by range (arrived_at);
create table system_metrics_default partition of system_metrics default;
create index on system_metrics (occurred_at desc, id desc);
-- A host has few names, so this serves both together.
create index on system_metrics (host, occurred_at desc, id desc);
create index on system_metrics (name, occurred_at desc, id desc);

create table error_logs (
  arrived_at timestamptz not null default now(),
  id uuid not null,
  service text collate "C" not null,
  level text collate "C" not null,
  message text not null,
  stack text,
  metadata json,
  occurred_at timestamptz(3) not null
) partition by range (arrived_at);
create table error_logs_default partition of error_logs default;
create index on error_logs (occurred_at desc, id desc);
create index on error_logs (service, occurred_at desc, id desc);
create index on error_logs (level, occurred_at desc, id desc);

-- Messages as they were read, one row for what a turn read of a partition.
create table telemetry_batches (
  arrived_at timestamptz not null default now(),
  topic text collate "C" not null,
  partition int not null,
  first_offset bigint not null,
  last_offset bigint not null,
  -- JSON, as the view shows it.
  records text not null
) partition by range (arrived_at);
create table telemetry_batches_default partition of telemetry_batches default;
create index on telemetry_batches (topic, partition, last_offset);
-- Much faster than the default, where Postgres was built with it.
do $$ begin
  alter table telemetry_batches alter column records set compression lz4;
exception when feature_not_supported then null;
end $$;

create view telemetry_messages as
  select b.topic, b.partition, r."offset", r.timestamp_ms, r.key, r.value, r.headers, r.encoding, b.last_offset
  from telemetry_batches b
  cross join lateral json_to_recordset(b.records::json)
    as r ("offset" bigint, timestamp_ms bigint, key text, value text, headers json, encoding text);

-- The latest measurement of each host and name, and how many there were.
create table metric_series (
  host text collate "C" not null,
  name text collate "C" not null,
  count bigint not null,
  id uuid not null,
  value float8 not null,
  unit text,
  labels json,
  occurred_at timestamptz(3) not null,
  version bigint not null,
  primary key (host, name)
);
create index on metric_series (name, host);

-- One row; who changes what pipelineStats shows locks it.
create table telemetry_stats (
  one boolean primary key default true check (one),
  activities bigint not null default 0,
  metrics bigint not null default 0,
  errors bigint not null default 0,
  messages bigint not null default 0,
  per_second float8 not null default 0,
  version bigint not null default 0
);
insert into telemetry_stats default values;

-- Activities by action, log lines by level.
create table telemetry_counts (
  kind text not null check (kind in ('action', 'level')),
  name text collate "C" not null,
  count bigint not null,
  primary key (kind, name)
);

-- Messages of the last seconds, counted since 1970.
create table telemetry_seconds (
  second bigint primary key,
  messages bigint not null
);
