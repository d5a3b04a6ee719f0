import type { EnrichedPost, Post } from '../events/posts.js';
import type { Queryable, Transaction } from './database.js';
import {
  countPages,
  listPages,
  type Condition,
  type Listing,
  type PageRequest,
  type PageRows,
} from './pages.js';

/** What a post was created with, to tell a repeat by. */
export type PostCreation = Pick<Post, 'title' | 'content' | 'authorId'>;

export const creationOfPost = ({ title, content, authorId }: Post): PostCreation => ({
  title,
  content,
  authorId,
});

/** A post as its row holds it, also when it is deleted. */
export interface StoredPost<P extends Post = Post> {
  readonly post: P;
  readonly deleted: boolean;
  readonly createdAs: PostCreation;
}

const names = 'id, title, content, author_id, version, created_at, updated_at, deleted, created_as';

const ofAuthor = (column: string): string =>
  `(select users.${column} from users where users.id = posts.author_id and not users.deleted)`;

const columns = `id, title, content, author_id as "authorId", version, created_at as "createdAt", updated_at as "updatedAt",
  ${ofAuthor('name')} as "authorName", ${ofAuthor('department')} as department`;

/** Rows of {@link postArrays}. */
const given = `unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::boolean[],
  $9::jsonb[])`;

/** One array for each column, for `unnest`. */
const postArrays = (stored: readonly StoredPost[]): unknown[][] => [
  stored.map(({ post }) => post.id),
  stored.map(({ post }) => post.title),
  stored.map(({ post }) => post.content),
  stored.map(({ post }) => post.authorId),
  stored.map(({ post }) => post.version),
  stored.map(({ post }) => post.createdAt),
  stored.map(({ post }) => post.updatedAt),
  stored.map(({ deleted }) => deleted),
  stored.map(({ createdAs }) => JSON.stringify(createdAs)),
];

/** After its author was held. @returns whether its id was new */
export const insertPost = async (tx: Transaction, post: Post): Promise<boolean> => {
  const rows = await tx.query(
    `insert into posts (${names}) select * from ${given} on conflict (id) do nothing returning id`,
    postArrays([{ post, deleted: false, createdAs: creationOfPost(post) }]),
  );
  return rows.length > 0;
};

export const findStoredPost = async (
  db: Queryable,
  id: string,
): Promise<StoredPost<EnrichedPost> | undefined> => {
  const [row] = await db.query<EnrichedPost & { deleted: boolean; createdAs: PostCreation }>(
    `select ${columns}, deleted, created_as as "createdAs" from posts where id = $1`,
    [id],
  );
  if (!row) return undefined;
  const { deleted, createdAs, ...post } = row;
  return { post, deleted, createdAs };
};

/** In no particular order; ids without a post are left out. */
export const findPosts = (db: Queryable, ids: readonly string[]): Promise<EnrichedPost[]> =>
  db.query<EnrichedPost>(`select ${columns} from posts where id = any($1::uuid[]) and not deleted`, [ids]);

/**
 * The post, locked until the transaction ends. It is read by a second statement: one that waited for the lock would show the
 * author as it was before.
 */
export const lockPost = async (tx: Transaction, id: string): Promise<EnrichedPost | undefined> => {
  const [, [post]] = await Promise.all([
    tx.query('select from posts where id = $1 for update', [id]),
    tx.query<EnrichedPost>(`select ${columns} from posts where id = $1 and not deleted`, [id]),
  ]);
  return post;
};

export const updatePost = async (tx: Transaction, post: Post): Promise<void> => {
  await tx.query('update posts set title = $2, content = $3, version = $4, updated_at = $5 where id = $1', [
    post.id,
    post.title,
    post.content,
    post.version,
    post.updatedAt,
  ]);
};

export const markPostDeleted = async (tx: Transaction, post: Post): Promise<void> => {
  await tx.query('update posts set deleted = true, version = $2, updated_at = $3 where id = $1', [
    post.id,
    post.version,
    post.updatedAt,
  ]);
};

const listing: Listing = { table: 'posts', columns, time: 'created_at' };
const byAuthor = { parent: 'author_id', type: 'uuid' } as const;
const present: readonly Condition[] = [['not deleted']];

/** A page of posts for each author, in their order; newest first by `createdAt`, then by id. */
export const listPostsOf = (
  db: Queryable,
  authorIds: readonly string[],
  page: PageRequest,
): Promise<PageRows<EnrichedPost>[]> =>
  listPages<EnrichedPost>(db, listing, byAuthor, authorIds, present, page);

export const countPostsOf = (db: Queryable, authorIds: readonly string[]): Promise<number[]> =>
  countPages(db, listing, byAuthor, authorIds, present);

/** Writes posts as the log has them at last, where the row is missing or of an earlier version. */
export const restorePosts = async (tx: Transaction, stored: readonly StoredPost[]): Promise<void> => {
  await tx.query(
    `insert into posts (${names}) select * from ${given}
     on conflict (id) do update set title = excluded.title, content = excluded.content, version = excluded.version,
       updated_at = excluded.updated_at, deleted = excluded.deleted
     where posts.version < excluded.version`,
    postArrays(stored),
  );
};
