-- The newest login and logout of each player (src/games/sessions.ts).
create table casino_sessions (
  player_id text primary key references players,
  login_id uuid,
  login_at timestamptz(3),
  logout_at timestamptz(3),
  -- When the next reminder is due.
  remind_at timestamptz(3)
);
create index on casino_sessions (remind_at) where remind_at is not null;

-- What each player has played of all time, as the stream casino-analytics has read it.
create table casino_habits (
  player_id text primary key,
  spins bigint not null default 0,
  wagered bigint not null default 0,
  paid bigint not null default 0,
  -- Spins in a row that paid nothing.
  losing_streak bigint not null default 0,
  gacha_opens bigint not null default 0,
  gacha_spent bigint not null default 0
) with (fillfactor = 50);

create table casino_stats (
  one boolean primary key default true check (one),
  players bigint not null default 0,
  actions bigint not null default 0,
  tokens_in_circulation bigint not null default 0,
  -- Of each type its name and count, by name.
  by_type json not null default '[]',
  version bigint not null default 0
);
insert into casino_stats default values;

-- Ledger entries that headquarters were told of.
create table headquarters_links (
  ledger_entry_id uuid primary key references ledger_entries,
  linked_at timestamptz not null default now()
);
