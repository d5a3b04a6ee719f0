-- A deleted user keeps its row: ids are never used twice. `created_as` is what it was created with, to tell a repeat by.
create table users (
  id uuid primary key,
  name text not null,
  email text not null,
  department text not null,
  status text not null check (status in ('ACTIVE', 'INACTIVE', 'SUSPENDED')),
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted boolean not null default false,
  created_as jsonb not null
);
create unique index users_email on users (email) where not deleted;
create index on users (created_at desc, id desc) where not deleted;
create index on users (department, created_at desc, id desc) where not deleted;
create index on users (status, created_at desc, id desc) where not deleted;

-- Without a foreign key: a post is inserted while its author is held, and a recovery may bring posts back before their authors.
create table posts (
  id uuid primary key,
  title text not null,
  content text not null,
  author_id uuid not null,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted boolean not null default false,
  created_as jsonb not null
);
create index on posts (author_id, created_at desc, id desc) where not deleted;

-- The read model of posts with their authors, folded by the stream `user-posts` from two topics. An author that is not there, because
-- its first post came before it or because it was deleted, has no name and no department; its row stays, with its version.
create table author_view (
  id uuid primary key,
  name text,
  department text,
  active boolean not null default false,
  version bigint not null default 0
);

-- A deleted post keeps its row. `department` is where the post counts: its author's, null when it is deleted. Version 0 is never committed:
-- a new post's row is locked before it is filled.
create table post_view (
  id uuid primary key,
  author_id uuid not null,
  department text,
  title text not null default '',
  content text not null default '',
  created_at timestamptz not null default 'epoch',
  updated_at timestamptz not null default 'epoch',
  deleted boolean not null default true,
  version bigint not null default 0
);
create index on post_view (created_at desc, id desc) where not deleted;
create index on post_view (department, created_at desc, id desc) where not deleted;
create index on post_view (author_id, created_at desc, id desc) where not deleted;

-- The rows of author_view and post_view that have the department, counted.
create table department_stats (
  department text primary key,
  users bigint not null,
  active_users bigint not null,
  posts bigint not null,
  version bigint not null
);
