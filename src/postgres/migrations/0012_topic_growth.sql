-- The one `millrace topics grow` under way, while it lives. In the row of the lease, so that whoever numbers rows, under that row's
-- lock, sees what was asked before: a topic that is held back gets no numbers from the moment of the commit on.
alter table relay_lease
  add column growing text,
  add column growing_by bigint,
  add column growing_until timestamptz not null default '-infinity',
  add column holds_back boolean not null default false;
