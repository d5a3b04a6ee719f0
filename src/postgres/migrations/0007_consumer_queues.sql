-- A letter's redrive: asked for by `redrive_by` at `redrive_at`, under way at `owner`, fenced by `epoch`.
alter table dead_letters
  add column recorded_at timestamptz not null default now(),
  add column history jsonb not null default '[]',
  add column redrive_at timestamptz,
  add column redrive_by text,
  add column owner bigint,
  add column expires_at timestamptz not null default now(),
  add column epoch bigint not null default 0;
create index on dead_letters (consumer, redrive_at) where redrive_at is not null;
create index on dead_letters (state, failed_at desc, id desc);
-- As it is answered: a page continues behind it.
alter table dead_letters alter column failed_at type timestamptz(3);

-- Keys of which a consumer has events that its position has passed and whose effect is not there yet. Who appends to a queue
-- or takes from it locks its row.
create table consumer_queues (
  id bigint generated always as identity primary key,
  consumer text not null,
  topic text not null,
  key bytea not null,
  -- When the first of those that wait is tried; null while they wait behind `letter`.
  due_at timestamptz,
  letter uuid unique references dead_letters,
  owner bigint,
  expires_at timestamptz not null default now(),
  epoch bigint not null default 0,
  unique (consumer, topic, key)
);
create index on consumer_queues (consumer, due_at) where due_at is not null;

-- The events of a queue, in their order. Only the first has been tried.
create table consumer_waiting (
  queue bigint not null references consumer_queues,
  n bigint generated always as identity,
  partition int not null,
  "offset" bigint not null,
  recorded_at timestamptz not null,
  key bytea,
  value bytea,
  headers jsonb not null,
  history jsonb not null default '[]',
  primary key (queue, n)
);
