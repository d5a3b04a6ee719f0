import type { User, UserStatus } from '../events/users.js';
import { violates, type Queryable, type Transaction } from './database.js';
import {
  countRows,
  equals,
  listPage,
  type Condition,
  type Listing,
  type PageRequest,
  type PageRows,
} from './pages.js';

/** What a user was created with, to tell a repeat by. */
export type UserCreation = Pick<User, 'name' | 'email' | 'department' | 'status'>;

export const creationOfUser = ({ name, email, department, status }: User): UserCreation => ({
  name,
  email,
  department,
  status,
});

/** A user as its row holds it, also when it is deleted. */
export interface StoredUser {
  readonly user: User;
  readonly deleted: boolean;
  readonly createdAs: UserCreation;
}

const names = 'id, name, email, department, status, version, created_at, updated_at, deleted, created_as';

const columns = `id, name, email, department, status, version, created_at as "createdAt", updated_at as "updatedAt"`;

/** Rows of {@link userArrays}. */
const given = `unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[], $8::timestamptz[],
  $9::boolean[], $10::jsonb[])`;

/** One array for each column, for `unnest`. */
const userArrays = (stored: readonly StoredUser[]): unknown[][] => [
  stored.map(({ user }) => user.id),
  stored.map(({ user }) => user.name),
  stored.map(({ user }) => user.email),
  stored.map(({ user }) => user.department),
  stored.map(({ user }) => user.status),
  stored.map(({ user }) => user.version),
  stored.map(({ user }) => user.createdAt),
  stored.map(({ user }) => user.updatedAt),
  stored.map(({ deleted }) => deleted),
  stored.map(({ createdAs }) => JSON.stringify(createdAs)),
];

/** Rivals for the id or the email are waited for. @returns whether both were free */
export const insertUser = async (tx: Transaction, user: User): Promise<boolean> => {
  const rows = await tx.query(
    `insert into users (${names}) select * from ${given} on conflict do nothing returning id`,
    userArrays([{ user, deleted: false, createdAs: creationOfUser(user) }]),
  );
  return rows.length > 0;
};

export const findStoredUser = async (db: Queryable, id: string): Promise<StoredUser | undefined> => {
  const [row] = await db.query<User & { deleted: boolean; createdAs: UserCreation }>(
    `select ${columns}, deleted, created_as as "createdAs" from users where id = $1`,
    [id],
  );
  if (!row) return undefined;
  const { deleted, createdAs, ...user } = row;
  return { user, deleted, createdAs };
};

/** In no particular order; ids without a user are left out. */
export const findUsers = (db: Queryable, ids: readonly string[]): Promise<User[]> =>
  db.query<User>(`select ${columns} from users where id = any($1::uuid[]) and not deleted`, [ids]);

/** The user, locked until the transaction ends. */
export const lockUser = async (tx: Transaction, id: string): Promise<User | undefined> => {
  const [user] = await tx.query<User>(
    `select ${columns} from users where id = $1 and not deleted for update`,
    [id],
  );
  return user;
};

/** The user, kept from changing until the transaction ends; others may hold it so at the same time. */
export const holdUser = async (tx: Transaction, id: string): Promise<User | undefined> => {
  const [user] = await tx.query<User>(
    `select ${columns} from users where id = $1 and not deleted for share`,
    [id],
  );
  return user;
};

/**
 * @returns false when another user has the email: then the transaction must end. Looked for before the row is written, or two
 * users that take each other's email would wait for each other.
 */
export const updateUser = async (tx: Transaction, user: User): Promise<boolean> => {
  try {
    const rows = await tx.query(
      `update users set name = $2, email = $3, department = $4, status = $5, version = $6, updated_at = $7
       where id = $1 and not exists (select from users where email = $3 and id <> $1 and not deleted)
       returning id`,
      [user.id, user.name, user.email, user.department, user.status, user.version, user.updatedAt],
    );
    return rows.length > 0;
  } catch (error) {
    if (violates(error, 'users_email')) return false;
    throw error;
  }
};

export const markUserDeleted = async (tx: Transaction, user: User): Promise<void> => {
  await tx.query('update users set deleted = true, version = $2, updated_at = $3 where id = $1', [
    user.id,
    user.version,
    user.updatedAt,
  ]);
};

export interface UserFilter {
  readonly department?: string | undefined;
  readonly status?: UserStatus | undefined;
}

const listing: Listing = { table: 'users', columns, time: 'created_at' };

const conditionsOf = ({ department, status }: UserFilter): Condition[] => [
  ['not deleted'],
  ...equals('department', department),
  ...equals('status', status),
];

/** Newest first by `createdAt`, then by id. */
export const listUsers = (db: Queryable, filter: UserFilter, page: PageRequest): Promise<PageRows<User>> =>
  listPage<User>(db, listing, conditionsOf(filter), page);

export const countUsers = (db: Queryable, filter: UserFilter): Promise<number> =>
  countRows(db, listing, conditionsOf(filter));

/**
 * Writes users as the log has them at last, where the row is missing or of an earlier version. Who is in the way of an email had
 * given it up by then, and so comes back from the log as well, perhaps from a later partition: until then its id stands in for it.
 */
export const restoreUsers = async (tx: Transaction, stored: readonly StoredUser[]): Promise<void> => {
  const present = stored.filter(({ deleted }) => !deleted).map(({ user }) => user);
  await tx.query(
    `update users set email = users.id::text
     from unnest($1::uuid[], $2::text[], $3::bigint[]) as g (id, email, version)
     where users.email = g.email and users.id <> g.id and not users.deleted
       and not exists (select from users as known where known.id = g.id and known.version >= g.version)`,
    [present.map(({ id }) => id), present.map(({ email }) => email), present.map(({ version }) => version)],
  );
  await tx.query(
    `insert into users (${names}) select * from ${given}
     on conflict (id) do update set name = excluded.name, email = excluded.email, department = excluded.department,
       status = excluded.status, version = excluded.version, updated_at = excluded.updated_at, deleted = excluded.deleted
     where users.version < excluded.version`,
    userArrays(stored),
  );
};
