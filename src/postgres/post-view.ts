import type { EnrichedPost } from '../events/posts.js';
import type { Queryable, Transaction } from './database.js';
import type { DepartmentDelta } from './department-stats.js';
import {
  countRows,
  equals,
  listPage,
  type Condition,
  type Listing,
  type PageRequest,
  type PageRows,
} from './pages.js';

/*
 * Who writes locks first and reads in a later statement, because a statement that waited for a lock reads everything else as it was
 * before it waited. An author is locked by all who fold it or a post of it; so whoever holds the row reads where its posts count.
 */

/** Placeholders for authors that are not known yet. */
export const insertAuthors = async (tx: Transaction, ids: readonly string[]): Promise<void> => {
  await tx.query(
    `insert into author_view (id) select id from unnest($1::uuid[]) as a (id) order by id on conflict do nothing`,
    [ids],
  );
};

/** In the order of their ids, all of one strength, so that no two transactions wait for each other. */
export const lockAuthors = async (
  tx: Transaction,
  ids: readonly string[],
  strength: 'update' | 'share',
): Promise<void> => {
  await tx.query(`select from author_view where id = any($1::uuid[]) order by id for ${strength}`, [ids]);
};

export interface AuthorRow {
  readonly id: string;
  readonly version: number;
  /** Null when the user is deleted. */
  readonly name: string | null;
  readonly department: string | null;
  readonly active: boolean;
}

/**
 * Writes authors that are newer than their rows, which are locked for update, and moves their posts with them.
 * @returns what it means for the departments
 */
export const writeAuthors = (tx: Transaction, authors: readonly AuthorRow[]): Promise<DepartmentDelta[]> =>
  tx.query<DepartmentDelta>(
    `with changed as (
       update author_view a set name = n.name, department = n.department, active = n.active, version = n.version
       from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::boolean[]) as n (id, version, name, department, active)
       join author_view before using (id)
       where a.id = n.id and a.version < n.version
       returning a.id, before.department as left_department, before.active as was_active, a.department, a.active),
     moved as (
       update post_view p set department = c.department from changed c
       where p.author_id = c.id and not p.deleted and c.department is distinct from c.left_department
       returning c.left_department, c.department)
     select d.department, sum(d.users) as users, sum(d.active_users) as "activeUsers", sum(d.posts) as posts
     from (
       select left_department, -1, -was_active::int, 0 from changed
       union all select department, 1, active::int, 0 from changed
       union all select left_department, 0, 0, -1 from moved
       union all select department, 0, 0, 1 from moved) as d (department, users, active_users, posts)
     where d.department is not null group by 1`,
    [
      authors.map(({ id }) => id),
      authors.map(({ version }) => version),
      authors.map(({ name }) => name),
      authors.map(({ department }) => department),
      authors.map(({ active }) => active),
    ],
  );

export interface PostRow extends Omit<EnrichedPost, 'authorName' | 'department'> {
  readonly deleted: boolean;
}

/** Locks the posts, in the order of their ids; one that is not known yet gets a row to lock. */
export const lockPosts = async (
  tx: Transaction,
  posts: readonly Pick<PostRow, 'id' | 'authorId'>[],
): Promise<void> => {
  // A conflict locks the row, also where it then updates nothing.
  await tx.query(
    `insert into post_view (id, author_id)
     select id, author_id from unnest($1::uuid[], $2::uuid[]) as p (id, author_id) order by id
     on conflict (id) do update set version = 0 where false`,
    [posts.map(({ id }) => id), posts.map(({ authorId }) => authorId)],
  );
};

/**
 * Writes posts that are newer than their rows, which are locked as their authors are.
 * @returns what it means for the departments
 */
export const writePosts = (tx: Transaction, posts: readonly PostRow[]): Promise<DepartmentDelta[]> =>
  tx.query<DepartmentDelta>(
    `with changed as (
       update post_view p set title = n.title, content = n.content, created_at = n.created_at, updated_at = n.updated_at,
         deleted = n.deleted, version = n.version, department = case when not n.deleted then a.department end
       from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::boolean[])
         as n (id, version, title, content, created_at, updated_at, deleted)
       join post_view before using (id)
       join author_view a on a.id = before.author_id
       where p.id = n.id and p.version < n.version
       returning before.department as left_department, p.department)
     select d.department, 0 as users, 0 as "activeUsers", sum(d.posts) as posts
     from changed cross join lateral (values (left_department, -1), (department, 1)) as d (department, posts)
     where d.department is not null group by 1`,
    [
      posts.map(({ id }) => id),
      posts.map(({ version }) => version),
      posts.map(({ title }) => title),
      posts.map(({ content }) => content),
      posts.map(({ createdAt }) => createdAt),
      posts.map(({ updatedAt }) => updatedAt),
      posts.map(({ deleted }) => deleted),
    ],
  );

export interface PostFilter {
  readonly department?: string | undefined;
  readonly authorId?: string | undefined;
}

const listing: Listing = {
  table: `(select p.*, a.name as author_name from post_view p left join author_view a on a.id = p.author_id
           where not p.deleted) as post`,
  columns: `id, title, content, author_id as "authorId", author_name as "authorName", department, version,
    created_at as "createdAt", updated_at as "updatedAt"`,
  time: 'created_at',
};

const conditionsOf = ({ department, authorId }: PostFilter): Condition[] => [
  ...equals('department', department),
  ...equals('author_id', authorId),
];

/** Newest first by `createdAt`, then by id. */
export const listPosts = (
  db: Queryable,
  filter: PostFilter,
  page: PageRequest,
): Promise<PageRows<EnrichedPost>> => listPage<EnrichedPost>(db, listing, conditionsOf(filter), page);

export const countPosts = (db: Queryable, filter: PostFilter): Promise<number> =>
  countRows(db, listing, conditionsOf(filter));
