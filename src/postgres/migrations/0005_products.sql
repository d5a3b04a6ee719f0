create table products (
  id uuid primary key,
  product_name text not null,
  price numeric not null check (price >= 0),
  currency text not null,
  stock_quantity int not null check (stock_quantity >= 0),
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- What it was created with, to tell a repeat by.
  created_as jsonb not null
);
create index on products (created_at desc, id desc);
create index on products (created_at desc, id desc) where stock_quantity > 0;
create index on products (created_at desc, id desc) where stock_quantity = 0;
