import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { departmentStatsChanges } from '../../src/events/topics.js';
import { createLive, type LiveService } from '../../src/live/create-live.js';
import { createCursors } from '../../src/live/cursor.js';
import { createDepartmentWatches, type DepartmentWatches } from '../../src/live/department-stats.js';
import type { DepartmentStats } from '../../src/postgres/department-stats.js';
import { createTokens } from '../../src/tokens.js';
import { eventually } from '../support/await.js';
import { createFakeLog, settle, silent, type FakeLog } from './fake-log.js';

const names = ['design', 'research', 'sales'];

const statsOf = (department: string, version: number): DepartmentStats => ({
  department,
  users: version,
  activeUsers: version,
  posts: 0,
  version,
});

/** Rows of department_stats, whose reads can be held: they answer what was there when they began. */
const createTable = () => {
  const versions = new Map<string, number>();
  const waiting: (() => void)[] = [];
  const unused = () => Promise.reject(new Error('the test does not need it'));
  const table = {
    versions,
    isHeld: false,
    release: () => {
      table.isHeld = false;
      for (const go of waiting.splice(0)) go();
    },
  };
  const query = async <Row extends object>(_: string, values?: readonly unknown[]): Promise<Row[]> => {
    const rows = names
      .filter((name) => versions.has(name) && (!values || values[0] === name))
      .map((name) => statsOf(name, versions.get(name) ?? 0));
    await settle();
    if (table.isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
    return rows as object[] as Row[];
  };
  return { table, database: { query, transaction: unused, connect: unused, stop: unused } };
};

const lives: LiveService[] = [];
afterEach(async () => {
  for (const live of lives.splice(0)) {
    await live.stop();
    expect(live.stats()).toMatchObject({ cells: 0, feeds: [{ listeners: 0 }] });
  }
});

const start = async () => {
  const log = createFakeLog(names.length, departmentStatsChanges);
  const live = createLive({
    kafka: log.connect(),
    cursors: createCursors(createTokens('a secret')),
    topics: [departmentStatsChanges],
    logger: silent,
  });
  lives.push(live);
  await live.start();
  const { table, database } = createTable();
  return { log, table, watches: createDepartmentWatches(live, database) };
};

/** Each department has a partition of its own, and its versions are published in order. */
const createPublisher = (log: FakeLog) => {
  const published = new Map<string, number>();
  return (department: string, version: number): void => {
    const number = (published.get(department) ?? 0) + 1;
    published.set(department, number);
    const data = statsOf(department, version);
    const event = { id: randomUUID(), type: 'department.stats.changed', time: '2026-01-31T09:00:00Z', data };
    log.append(names.indexOf(department), number, { key: department, event });
  };
};

type Watch = ReturnType<DepartmentWatches['all']>;

const next = async (watch: Watch): Promise<string> => {
  const { value } = await watch.next();
  return `${value?.department} ${value?.version}`;
};

test('every department comes first, by name, then the newest of each that changed', async () => {
  const { log, table, watches } = await start();
  const publish = createPublisher(log);
  table.versions.set('sales', 2).set('design', 7);
  const all = watches.all();
  expect([await next(all), await next(all)]).toEqual(['design 7', 'sales 2']);
  for (const version of [3, 4, 5]) publish('sales', version);
  publish('research', 1);
  publish('design', 7);
  expect(new Set([await next(all), await next(all)])).toEqual(new Set(['sales 5', 'research 1']));
  await all.return?.();
});

test('one department begins with zeros where nobody ever was in it, and no other is delivered', async () => {
  const { log, watches } = await start();
  const publish = createPublisher(log);
  const one = watches.one('research');
  expect((await one.next()).value).toEqual({
    department: 'research',
    users: 0,
    activeUsers: 0,
    posts: 0,
    version: 0,
  });
  publish('sales', 1);
  publish('research', 1);
  expect(await next(one)).toBe('research 1');
  await one.return?.();
});

test('a read that is newer in one department and older in another takes nothing back', async () => {
  const { log, table, watches } = await start();
  const publish = createPublisher(log);
  table.versions.set('design', 4).set('sales', 1);
  const early = watches.all();
  expect([await next(early), await next(early)]).toEqual(['design 4', 'sales 1']);
  table.versions.set('sales', 3);
  table.isHeld = true;
  const late = watches.all();
  const first = next(late);
  await settle();
  await settle();
  publish('design', 5);
  table.release();
  expect([await first, await next(late)]).toEqual(['design 5', 'sales 3']);
  expect(new Set([await next(early), await next(early)])).toEqual(new Set(['design 5', 'sales 3']));
  await Promise.all([early.return?.(), late.return?.()]);
});

test('however commits, changes and reads mix, each subscriber sees versions rise and ends with the newest of each', async () => {
  const department = fc.constantFrom(...names);
  const actions = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('commit' as const), department }),
      fc.record({ do: fc.constant('publish' as const), department }),
      fc.record({ do: fc.constantFrom('subscribe' as const, 'hold' as const, 'release' as const) }),
    ),
    { maxLength: 40, size: 'max' },
  );
  await fc.assert(
    fc.asyncProperty(actions, async (given) => {
      const { log, table, watches } = await start();
      const publish = createPublisher(log);
      const behind = new Map<string, number>();
      const publishNext = (name: string): boolean => {
        const due = (behind.get(name) ?? 0) + 1;
        if (due > (table.versions.get(name) ?? 0)) return false;
        behind.set(name, due);
        publish(name, due);
        return true;
      };
      const watching: { watch: Watch; seen: DepartmentStats[]; ended: Promise<void> }[] = [];
      const subscribe = (): void => {
        const watch = watches.all();
        const seen: DepartmentStats[] = [];
        const follow = async () => {
          for await (const stats of watch) seen.push(stats);
        };
        const ended = follow();
        // When the property does not hold, `afterEach` ends it.
        ended.catch(() => undefined);
        watching.push({ watch, seen, ended });
      };
      for (const action of given) {
        if (action.do === 'commit')
          table.versions.set(action.department, (table.versions.get(action.department) ?? 0) + 1);
        else if (action.do === 'publish') publishNext(action.department);
        else if (action.do === 'subscribe') subscribe();
        else if (action.do === 'hold') table.isHeld = true;
        else table.release();
        await settle();
      }
      table.release();
      for (const name of names) while (publishNext(name));
      for (const { seen } of watching) {
        await eventually(() => {
          const last = new Map(seen.map((stats) => [stats.department, stats.version]));
          return expect(Object.fromEntries(last)).toEqual(Object.fromEntries(table.versions)) ?? true;
        });
        for (const name of names) {
          const versions = seen.filter((stats) => stats.department === name).map(({ version }) => version);
          expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
        }
      }
      for (const { watch, ended } of watching) {
        await watch.return?.();
        await ended;
      }
      await lives.pop()?.stop();
    }),
    { numRuns: 150 },
  );
}, 60_000);
