-- What operators did that cannot be undone.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  action text not null,
  details jsonb not null
);

-- Statistics whose version is known from the log but whose orders are still to be folded.
alter table order_stats alter column min drop not null, alter column max drop not null;
