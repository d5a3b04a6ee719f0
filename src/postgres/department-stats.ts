import type { Queryable, Transaction } from './database.js';

interface DepartmentCounts {
  readonly department: string;
  readonly users: number;
  readonly activeUsers: number;
  readonly posts: number;
}

/** What is added to a department. */
export type DepartmentDelta = DepartmentCounts;

export interface DepartmentStats extends DepartmentCounts {
  readonly version: number;
}

const columns = 'department, users, active_users as "activeUsers", posts, version';

/**
 * Adds in the order of the departments' names; with nothing but zeros it only makes sure that there is a row.
 * @returns those that changed
 */
export const addToDepartments = (
  tx: Transaction,
  deltas: readonly DepartmentDelta[],
): Promise<(DepartmentStats & { readonly changedAt: string })[]> =>
  tx.query(
    `insert into department_stats as s (department, users, active_users, posts, version)
     select department, users, active_users, posts, 1
     from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as d (department, users, active_users, posts)
     where (users, active_users, posts) <> (0, 0, 0)
       or not exists (select from department_stats where department = d.department)
     order by department
     on conflict (department) do update set users = s.users + excluded.users, posts = s.posts + excluded.posts,
       active_users = s.active_users + excluded.active_users, version = s.version + 1
     where (excluded.users, excluded.active_users, excluded.posts) <> (0, 0, 0)
     returning ${columns}, clock_timestamp() as "changedAt"`,
    [
      deltas.map(({ department }) => department),
      deltas.map(({ users }) => users),
      deltas.map(({ activeUsers }) => activeUsers),
      deltas.map(({ posts }) => posts),
    ],
  );

/** Of the departments that have had a user, by name. */
export const listDepartmentStats = (db: Queryable): Promise<DepartmentStats[]> =>
  db.query<DepartmentStats>(`select ${columns} from department_stats order by department collate "C"`);

/** Zeros and version 0 where nobody was ever in it. */
export const readDepartmentStats = async (db: Queryable, department: string): Promise<DepartmentStats> => {
  const [row] = await db.query<DepartmentStats>(
    `select ${columns} from department_stats where department = $1`,
    [department],
  );
  return row ?? { department, users: 0, activeUsers: 0, posts: 0, version: 0 };
};

/** Clients may also have read versions that were lost before they were published; so many surely were not. */
const mostUnpublished = 1_000_000;

/** Versions that were published, so that those to come are higher than any that a client has seen. Departments without a row get an empty one. */
export const raiseDepartmentVersions = async (
  tx: Transaction,
  versions: ReadonlyMap<string, number>,
): Promise<void> => {
  await tx.query(
    `insert into department_stats as s (department, users, active_users, posts, version)
     select department, 0, 0, 0, version
     from unnest($1::text[], $2::bigint[]) as v (department, version) order by department
     on conflict (department) do update set version = greatest(s.version, excluded.version)`,
    [[...versions.keys()], [...versions.values()].map((version) => version + mostUnpublished)],
  );
};
