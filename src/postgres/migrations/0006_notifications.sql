create table notifications (
  id uuid primary key,
  recipient_id text not null,
  kind text not null,
  title text not null,
  body text not null,
  -- Not jsonb, whose text may be fifty times as long as what was given: it writes 1e308 with all its digits.
  data json,
  order_id uuid,
  -- The effect of an event is this row, so its id is here once. Null for what a client sent.
  source_event_id text unique,
  version bigint not null,
  created_at timestamptz not null,
  delivered_at timestamptz,
  read_at timestamptz
);
create index on notifications (recipient_id, created_at desc, id desc);
create index on notifications (recipient_id, created_at desc, id desc) where read_at is null;
create index on notifications (order_id, created_at desc, id desc) where order_id is not null;

-- Who is delivering what, where there is no Redis. A hint that saves double work, so a crash may empty it; what counts is the
-- effect's row.
create unlogged table reservations (
  consumer text not null,
  event_id text not null,
  claim bigint not null,
  expires_at timestamptz not null,
  primary key (consumer, event_id)
);
create index on reservations (expires_at);
