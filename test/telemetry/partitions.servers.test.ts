import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/logger.js';
import type { Database, Queryable } from '../../src/postgres/database.js';
import { dropPartitions, makePartitions } from '../../src/postgres/telemetry-partitions.js';
import { listStoredMessages } from '../../src/postgres/telemetry-messages.js';
import { listActivities, listErrorLogs, listMetrics } from '../../src/postgres/telemetry.js';
import { createTelemetryUpkeep } from '../../src/streams/telemetry-upkeep.js';
import { telemetry, type TelemetryEvent } from '../../src/streams/telemetry.js';
import { activity, errorLog, longAgo, metric, openDatabase, recordOf } from './support.js';

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});

const tables = ['user_activities', 'system_metrics', 'error_logs', 'telemetry_batches'];

const partitionsOf = async (table: string): Promise<string[]> =>
  (
    await database.query<{ name: string }>(
      'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1',
      [table],
    )
  ).map(({ name }) => name);

/** Name of the partition of a day, so many days from today. */
const dayOf = async (table: string, days: number): Promise<string> => {
  const [row] = await database.query<{ name: string }>(
    `select $1 || '_' || to_char(current_date + $2::int, 'YYYYMMDD') as name`,
    [table, days],
  );
  return row?.name ?? '';
};

const daysOf = (table: string, ...days: readonly number[]): Promise<string[]> =>
  Promise.all(days.map((day) => dayOf(table, day)));

const makeDay = async (table: string, days: number): Promise<void> => {
  await database.query(
    `create table if not exists ${await dayOf(table, days)} partition of ${table}
     for values from (${await day(days)}) to (${await day(days + 1)})`,
  );
};

const day = async (days: number): Promise<string> => {
  const [row] = await database.query<{ text: string }>(`select (current_date + $1::int)::text as text`, [
    days,
  ]);
  return `'${row?.text}'`;
};

const store = (...events: readonly TelemetryEvent[]) =>
  database.transaction(
    (tx) =>
    telemetry.write(tx, telemetry.fold(events), events.map((event) => recordOf(event))), // prettier-ignore
  );

describe('partitions', () => {
  beforeEach(async () => {
    for (const table of tables)
      for (const name of await partitionsOf(table))
        await database.query(name.endsWith('_default') ? `delete from ${name}` : `drop table ${name}`);
  });

  test('are made for today and tomorrow, whoever else makes them', async () => {
    const upkeeps = Array.from({ length: 3 }, () =>
      createTelemetryUpkeep({ database, retentionDays: 30, logger: createLogger('silent') }),
    );
    await Promise.all(upkeeps.map((upkeep) => upkeep.start()));
    await Promise.all(upkeeps.map((upkeep) => upkeep.stop()));
    await makePartitions(database);
    for (const table of tables)
      expect(await partitionsOf(table)).toEqual([...(await daysOf(table, 0, 1)), `${table}_default`]);
  });

  test('take what arrives today, however long ago it happened', async () => {
    await makePartitions(database);
    await store(activity({ occurredAt: longAgo }), metric(), errorLog());
    for (const table of tables) {
      const rows = await database.query(`select from only ${await dayOf(table, 0)}`);
      expect([table, rows.length]).toEqual([table, table === 'telemetry_batches' ? 3 : 1]);
    }
  });

  test('are no condition of an insert, and what fell beside them stays readable until it is old', async () => {
    await store(activity());
    expect(await database.query('select from user_activities_default')).toHaveLength(1);
    await makePartitions(database);
    expect(await partitionsOf('user_activities')).toEqual([
      ...(await daysOf('user_activities', 1)),
      'user_activities_default',
    ]);
    expect((await listActivities(database, {}, { first: 9 })).rows).toHaveLength(1);
    await dropPartitions(database, 30);
    expect((await listActivities(database, {}, { first: 9 })).rows).toHaveLength(1);
    await database.query(`update user_activities set arrived_at = now() - interval '31 days'`);
    await dropPartitions(database, 30);
    expect((await listActivities(database, {}, { first: 9 })).rows).toEqual([]);
  });

  test('are dropped once their whole day is older than what is retained', async () => {
    for (const table of tables) for (const days of [-40, -31, -30, -1, 0]) await makeDay(table, days);
    await dropPartitions(database, 30);
    for (const table of tables)
      expect(await partitionsOf(table)).toEqual([...(await daysOf(table, -30, -1, 0)), `${table}_default`]);
  });
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

describe('with rows in many partitions', () => {
  const days = [-3, -2, -1, 0];
  const perDay = 2_000;

  beforeAll(async () => {
    for (const at of days) {
      for (const table of tables) await makeDay(table, at);
      const values = (columns: string) =>
        `select current_date + ${at} + interval '1 hour', gen_random_uuid(), ${columns}, now() - random() * interval '9 days'
         from generate_series(1, ${perDay}) as n`;
      await database.query(
        `insert into user_activities (arrived_at, id, user_id, action, occurred_at) ${values(`'u' || n % 5, 'a' || n % 7`)}`,
      );
      await database.query(
        `insert into system_metrics (arrived_at, id, host, name, value, version, occurred_at) ${values(`'h' || n % 5, 'n' || n % 7, n, n`)}`,
      );
      await database.query(
        `insert into error_logs (arrived_at, id, service, level, message, occurred_at) ${values(`'s' || n % 5, (array['INFO', 'WARN', 'ERROR', 'FATAL'])[1 + n % 4], 'm'`)}`,
      );
      await database.query(
        `insert into telemetry_batches (arrived_at, topic, partition, first_offset, last_offset, records)
         select current_date + ${at} + interval '1 hour', 'a topic', n % 3, (${at} + 3) * ${perDay} + n, (${at} + 3) * ${perDay} + n,
           json_build_array(json_build_object('offset', (${at} + 3) * ${perDay} + n, 'value', 'v', 'headers', json_build_object()))::text
         from generate_series(1, ${perDay}) as n`,
      );
    }
    await database.query(`analyze ${tables.join(', ')}`);
  });

  /** How often each kind of node met how many rows. */
  const explain = async (list: (db: Queryable) => Promise<unknown>) => {
    const met = { answered: 0, scanned: 0, sorted: 0, passed: 0 };
    const visit = (plan: Plan, loops: readonly Plan[] = plan.Plans ?? []): void => {
      const rows = plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0);
      if (plan['Node Type'] === 'Seq Scan') met.scanned += rows;
      if (plan['Node Type'].endsWith('Scan')) met.passed += rows;
      if (plan['Node Type'] === 'Sort') for (const input of loops) met.sorted += input['Actual Rows'];
      for (const input of loops) visit(input);
    };
    await list({
      query: async <Row extends object>(sql: string, values?: readonly unknown[]) => {
        const [row] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
          `explain (analyze, format json) ${sql}`,
          values,
        );
        const plan = row?.['QUERY PLAN'][0]?.Plan;
        if (plan) visit(plan);
        met.answered = plan?.['Actual Rows'] ?? 0;
        return [] as Row[];
      },
    });
    return met;
  };

  const ago = (count: number): string => new Date(Date.now() - count * 86_400_000).toISOString();
  const ranges = [{}, { from: ago(6) }, { to: ago(3) }, { from: ago(6), to: ago(3) }];
  const places = [undefined, { time: ago(4), id: '88888888-8888-4888-8888-888888888888' }];
  const pages = ranges.flatMap((range) => places.map((after) => ({ range, page: { first: 50, after } })));
  const either = <First extends object, Second extends object>(first: First, second: Second) => [
    {},
    first,
    second,
    { ...first, ...second },
  ];
  const asked: [string, (db: Queryable, at: (typeof pages)[number]) => Promise<unknown>][] = [
    ...either({ userId: 'u3' }, { action: 'a3' }).map((filter): (typeof asked)[number] => [
      `activities ${JSON.stringify(filter)}`,
      (db, { range, page }) => listActivities(db, { ...filter, ...range }, page),
    ]),
    ...either({ host: 'h3' }, { name: 'n3' }).map((filter): (typeof asked)[number] => [
      `measurements ${JSON.stringify(filter)}`,
      (db, { range, page }) => listMetrics(db, { ...filter, ...range }, page),
    ]),
    ...either({ service: 's3' }, { level: 'FATAL' as const }).map((filter): (typeof asked)[number] => [
      `log lines ${JSON.stringify(filter)}`,
      (db, { range, page }) => listErrorLogs(db, { ...filter, ...range }, page),
    ]),
  ];

  test.each(asked)('a page of %s is found by indexes and sorts little', async (_, list) => {
    for (const page of pages) {
      const met = await explain((db) => list(db, page));
      expect(met.scanned).toBe(0);
      expect(met.answered).toBeGreaterThan(10);
      // Where few rows match, sorting those is cheaper than reading on in order.
      expect(met.sorted).toBeLessThan(400);
      // A filter on two columns passes over what only the first one finds.
      expect(met.passed).toBeLessThan(1_500);
    }
  });

  test.each([undefined, 3_000])('stored messages from offset %s on are found by indexes', async (offset) => {
    const met = await explain((db) => listStoredMessages(db, 'a topic', 1, offset, 20));
    expect(met).toMatchObject({ answered: 20, scanned: 0 });
    expect(met.passed).toBeLessThan(1_000);
  });
});
