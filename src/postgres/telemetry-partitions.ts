import type { Queryable } from './database.js';

/** Each day (UTC) of arrival has a partition of its own, made before it begins and dropped when it is old. */

const tables = ['user_activities', 'system_metrics', 'error_logs', 'telemetry_batches'];
const daysAhead = 1;

/** Name of a day's partition, in SQL: `day` is a date. */
const nameOf = `t || '_' || to_char(day, 'YYYYMMDD')`;

/** Each table is altered by itself, so that none waits locked for another. */
export const makePartitions = async (db: Queryable): Promise<void> => {
  for (const table of tables) {
    const missing = await db.query<{ name: string; from: string; to: string }>(
      `select name, day::text as "from", (day + 1)::text as "to"
       from (select current_date + n as day, $1::text as t from generate_series(0, ${daysAhead}) as n) as days
       cross join lateral (select ${nameOf} as name) as named
       where to_regclass(name) is null
         and not exists (select from ${table}_default where arrived_at >= day and arrived_at < day + 1)`,
      [table],
    );
    const statements = missing.map(
      ({ name, from, to }) =>
        `create table if not exists ${name} partition of ${table} for values from ('${from}') to ('${to}')`,
    );
    if (statements.length > 0) await db.query(statements.join(';'));
  }
};

/** Drops the days that ended more than `days` ago. */
export const dropPartitions = async (db: Queryable, days: number): Promise<void> => {
  for (const table of tables) {
    const old = await db.query<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = $1::regclass and c.relname ~ '_[0-9]{8}$'
         and to_date(right(c.relname, 8), 'YYYYMMDD') + 1 + $2::int <= now()`,
      [table, days],
    );
    for (const { name } of old) await db.query(`drop table if exists ${name}`);
    await db.query(`delete from ${table}_default where arrived_at < now() - $1 * interval '1 day'`, [days]);
  }
};
