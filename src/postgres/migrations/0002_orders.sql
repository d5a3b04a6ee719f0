create table orders (
  id uuid primary key,
  customer_id text not null,
  customer_email text,
  region text not null,
  total_amount numeric not null check (total_amount > 0),
  currency text not null,
  status smallint not null check (status in (20, 25, 80)),
  version bigint not null,
  placed_at timestamptz not null,
  updated_at timestamptz not null
);
create index on orders (placed_at desc, id desc);
create index on orders (customer_id, placed_at desc, id desc);
create index on orders (region, placed_at desc, id desc);
-- Orders begin as PAID (20), and the newest mostly are: those are found by placed_at, and an insert need not touch this index.
create index on orders (status, placed_at desc, id desc) where status <> 20;

-- Every change of a currency's statistics takes this row's lock first and raises its version.
create table order_stats (
  currency text primary key,
  version bigint not null,
  updated_at timestamptz not null,
  count bigint not null,
  total numeric not null,
  min numeric not null,
  max numeric not null
);

create table order_region_stats (
  currency text not null,
  region text not null,
  count bigint not null,
  total numeric not null,
  min numeric not null,
  max numeric not null,
  version bigint not null,
  primary key (currency, region)
);

-- `region` '' is the total of the window. `version` is that of the currency when the window last changed.
create table order_window_stats (
  currency text not null,
  size text not null,
  start timestamptz not null,
  region text not null,
  count bigint not null,
  total numeric not null,
  min numeric not null,
  max numeric not null,
  final boolean not null,
  version bigint not null,
  primary key (currency, size, start, region)
);
create index on order_window_stats (currency, size, version);
create index on order_window_stats (start) where not final;
