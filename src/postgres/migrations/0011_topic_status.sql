-- What each topic was like, once a minute.
create table topic_status (
  topic text not null,
  observed_at timestamptz not null,
  partitions int not null,
  -- Records kept, and all that there ever were.
  messages bigint not null,
  written bigint not null,
  size_bytes bigint,
  rate_per_second float8,
  primary key (topic, observed_at)
);
create index on topic_status (observed_at desc, topic);

-- When somebody last set out to observe the topics: whoever moves it does it, and nobody else in that minute.
create table topic_observation (
  one boolean primary key default true check (one),
  at timestamptz not null default '-infinity'
);
insert into topic_observation default values;
