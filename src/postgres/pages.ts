import type { Queryable } from './database.js';

/** Lists, newest first: by a time, then by id. */

/** Where a page continues: behind the entity of this time and id. */
export interface PagePlace {
  readonly time: string;
  readonly id: string;
}

export interface PageRequest {
  readonly first: number;
  readonly after?: PagePlace | undefined;
}

export interface PageRows<Row> {
  readonly rows: Row[];
  readonly hasNextPage: boolean;
}

/** A table as a list. All members are constants of ours, so they are SQL. */
export interface Listing {
  readonly table: string;
  readonly columns: string;
  readonly time: string;
}

/** SQL of ours, in which `?` stands for the value. */
export type Condition = readonly [sql: string, value?: unknown];

/** The condition that a column has a value; none where none is asked for. */
export const equals = (column: string, value: unknown): Condition[] =>
  value === undefined ? [] : [[`${column} = ?`, value]];

/** Text of the conditions; their values go behind those that are there. */
export const where = (conditions: readonly Condition[], values: unknown[]): string => {
  const texts = conditions.map(([sql, value]) =>
    value === undefined ? sql : sql.replace('?', `$${values.push(value)}`),
  );
  return texts.length > 0 ? `where ${texts.join(' and ')}` : '';
};

const behind = ({ time }: Listing, after: PagePlace | undefined, values: unknown[]): string =>
  after
    ? `(${time}, id) < ($${values.push(after.time)}::timestamptz, $${values.push(after.id)}::uuid)`
    : 'true';

export const listPage = async <Row extends object>(
  db: Queryable,
  listing: Listing,
  conditions: readonly Condition[],
  { first, after }: PageRequest,
): Promise<PageRows<Row>> => {
  const { table, columns, time } = listing;
  const values: unknown[] = [];
  // Conditions that are not asked for are left out, so that the planner sees which index fits.
  const rows = await db.query<Row>(
    `select ${columns} from ${table} ${where([...conditions, [behind(listing, after, values)]], values)}
     order by ${time} desc, id desc limit $${values.push(first + 1)}`,
    values,
  );
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
};

export const countRows = async (
  db: Queryable,
  { table }: Listing,
  conditions: readonly Condition[],
): Promise<number> => {
  const values: unknown[] = [];
  const [row] = await db.query<{ count: number }>(
    `select count(*) from ${table} ${where(conditions, values)}`,
    values,
  );
  return row?.count ?? 0;
};

/** One page for each parent, in their order and in one statement. `parent` is the column that names it, `type` its SQL type. */
export const listPages = async <Row extends object>(
  db: Queryable,
  listing: Listing,
  { parent, type }: { readonly parent: string; readonly type: 'uuid' | 'text' },
  parents: readonly string[],
  conditions: readonly Condition[],
  { first, after }: PageRequest,
): Promise<PageRows<Row>[]> => {
  const { table, columns, time } = listing;
  const values: unknown[] = [parents];
  const all = [[`${parent} = p.id`] as const, ...conditions, [behind(listing, after, values)] as const];
  const rows = await db.query<Row & { n: number }>(
    `select p.n, found.* from unnest($1::${type}[]) with ordinality as p (id, n)
     cross join lateral (
       select ${columns} from ${table} ${where(all, values)}
       order by ${time} desc, ${table}.id desc limit $${values.push(first + 1)}) as found`,
    values,
  );
  const pages = parents.map((): Row[] => []);
  for (const { n, ...row } of rows) pages[n - 1]?.push(row as unknown as Row);
  return pages.map((found) => ({ rows: found.slice(0, first), hasNextPage: found.length > first }));
};

/** How many each parent has, in their order and in one statement. */
export const countPages = async (
  db: Queryable,
  { table }: Listing,
  { parent, type }: { readonly parent: string; readonly type: 'uuid' | 'text' },
  parents: readonly string[],
  conditions: readonly Condition[],
): Promise<number[]> => {
  const values: unknown[] = [parents];
  const all = [[`${parent} = any($1::${type}[])`] as const, ...conditions];
  const rows = await db.query<{ parent: string; count: number }>(
    `select ${parent} as parent, count(*) from ${table} ${where(all, values)} group by 1`,
    values,
  );
  const counts = new Map(rows.map((row) => [row.parent, row.count]));
  return parents.map((id) => counts.get(id) ?? 0);
};
