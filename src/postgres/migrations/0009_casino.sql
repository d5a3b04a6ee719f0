-- A player's tokens are the balance of its wallet, and nowhere else. `stated_birth_date` is what it was registered with, to tell a repeat by.
create table players (
  id text primary key,
  spins bigint not null,
  gacha_opens bigint not null,
  gacha_pity int not null,
  battle_pass_xp bigint not null,
  battle_pass_level int not null,
  vip_points bigint not null,
  vip_tier int not null,
  -- What was spent on that day.
  spent_on date not null,
  spent bigint not null,
  spend_limit bigint,
  -- A raised limit, and the day from which it counts; null and a day: none from then on.
  next_spend_limit bigint,
  next_spend_limit_from date,
  birth_date date,
  verified_at timestamptz,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  stated_birth_date date
);

-- The wallet of each player, and the accounts of the house, in 64 stripes each so that players do not queue behind one row. Pages have room
-- for the next versions of their rows, which change with each spin.
create table ledger_accounts (
  account text not null check (account in ('player', 'issuance', 'slots', 'gacha')),
  -- The player, or the number of the stripe.
  holder text not null,
  balance bigint not null default 0,
  primary key (account, holder),
  -- The upper end is the last that JSON does not round.
  check (account <> 'player' or balance between 0 and 9007199254740991)
) with (fillfactor = 50);
insert into ledger_accounts (account, holder)
select account, stripe::text from unnest(array['issuance', 'slots', 'gacha']) as account, generate_series(0, 63) as stripe;

create table ledger_entries (
  id uuid primary key,
  player_id text not null references players,
  type text not null,
  reason text not null,
  -- The game event that moved the tokens.
  caused_by text,
  occurred_at timestamptz not null
);
create index on ledger_entries (player_id, occurred_at desc, id desc);

create table ledger_lines (
  entry_id uuid not null references ledger_entries,
  n smallint not null,
  account text not null,
  holder text not null,
  -- Above zero: the account receives.
  amount bigint not null check (amount <> 0),
  primary key (entry_id, n),
  foreign key (account, holder) references ledger_accounts
);

-- All lines of an entry come in one statement, and add up to zero.
create function check_ledger_lines() returns trigger language plpgsql as $$
begin
  if exists (select from added group by entry_id having sum(amount) <> 0 or count(*) < 2) then
    raise check_violation using message = 'the lines of a ledger entry must add up to zero';
  end if;
  return null;
end $$;
create trigger ledger_lines_balanced after insert on ledger_lines referencing new table as added
  for each statement execute function check_ledger_lines();

-- What was written stays as it is.
create function refuse_ledger_change() returns trigger language plpgsql as $$
begin
  raise check_violation using message = 'the ledger is only ever added to';
end $$;
create trigger ledger_entries_stay before update or delete or truncate on ledger_entries
  for each statement execute function refuse_ledger_change();
create trigger ledger_lines_stay before update or delete or truncate on ledger_lines
  for each statement execute function refuse_ledger_change();
