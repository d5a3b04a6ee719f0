import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { recoveries } from '../../src/commands/recoveries.js';
import { MillraceError } from '../../src/errors.js';
import { eventHeaders } from '../../src/events/envelope.js';
import type { EnrichedPost, PostEvent } from '../../src/events/posts.js';
import type { UserEvent } from '../../src/events/users.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import {
  createDatabase,
  type Database,
  type Queryable,
  type Transaction,
} from '../../src/postgres/database.js';
import { listDepartmentStats, type DepartmentStats } from '../../src/postgres/department-stats.js';
import { migrate } from '../../src/postgres/migrate.js';
import type { OutgoingEvent } from '../../src/postgres/outbox.js';
import type { PagePlace } from '../../src/postgres/pages.js';
import { countPosts, listPosts, type PostFilter } from '../../src/postgres/post-view.js';
import { userPosts } from '../../src/streams/user-posts.js';
import { between, createRandom, oneOf, report } from '../crash/random.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';
import { scale } from '../support/servers.js';
import { histories, isUserEvent, modelOf, type HistoryEvent, type Model } from './history.js';

let database: Database;

beforeAll(async () => {
  const { url } = await createTestDatabase();
  database = createDatabase({
    url,
    logger: createLogger('silent'),
    poolSize: 8,
    statementTimeoutMs: 15_000,
  });
  closeAtEnd(database.stop);
  await migrate(database);
});

const clear = (): Promise<unknown> => database.query('truncate author_view, post_view, department_stats');
beforeEach(clear);

const fold = (tx: Transaction, events: readonly HistoryEvent[]): Promise<OutgoingEvent[]> =>
  userPosts.write(tx, userPosts.fold(events), []);

/** As the loop of a stream does it: what a lost connection kept from being written is begun again. Postgres's own refusals are not. */
const insist = async <T>(transaction: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      const isLost =
        error instanceof MillraceError &&
        error.code === 'UNAVAILABLE' &&
        error.cause instanceof Error &&
        !(error.cause instanceof pg.DatabaseError);
      if (!isLost || tries === 5) throw error;
    }
  }
};

const commit = (events: readonly HistoryEvent[]): Promise<OutgoingEvent[]> =>
  insist(() => database.transaction((tx) => fold(tx, events)));

const shown = async (): Promise<Model> => {
  const [posts, stats] = await Promise.all([
    listPosts(database, {}, { first: 500 }),
    listDepartmentStats(database),
  ]);
  const departments = stats.map(({ department, version: _, ...counts }) => [department, counts]);
  return { posts: posts.rows, departments: Object.fromEntries(departments) as Model['departments'] };
};

/** The records of each department are its versions from 1 on, and the last is what its row says. */
const expectChanges = async (changes: readonly OutgoingEvent[]): Promise<void> => {
  const states = changes.map(({ event }) => event.data as DepartmentStats);
  for (const stats of await listDepartmentStats(database)) {
    const own = states.filter(({ department }) => department === stats.department);
    expect(own.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: stats.version }, (_, n) => n + 1),
    );
    expect(own.find(({ version }) => version === stats.version)).toEqual(stats);
  }
  expect(changes.every(({ key, event }) => key === (event.data as DepartmentStats).department)).toBe(true);
};

const created = '2026-01-31T09:00:00.000Z';
const stamps = { createdAt: created, updatedAt: created };

const userEvent = (
  id: string,
  version: number,
  department: string,
  type: UserEvent['type'] = 'user.updated',
): UserEvent => ({
  id: randomUUID(),
  type,
  time: created,
  data: {
    ...{ id, version, department, ...stamps, previousDepartment: null },
    ...{
      name: `Kim ${version}`,
      email: 'kim@example.com',
      status: version % 2 === 1 ? 'ACTIVE' : 'INACTIVE',
    },
  },
});

const postEvent = (authorId: string, version = 1, id: string = randomUUID()): PostEvent => ({
  id: randomUUID(),
  type: version === 1 ? 'post.created' : 'post.updated',
  time: created,
  data: { id, authorId, version, ...stamps, title: `Title ${version}`, content: 'text', department: null },
});

/** Counts what Postgres had to undo, because two transactions waited for each other. */
const createCommits = () => {
  const commits = { transactions: 0, retried: 0 };
  const commitCounted = (events: readonly HistoryEvent[]): Promise<OutgoingEvent[]> => {
    return insist(() => {
      let tries = 0;
      return database.transaction((tx) => {
        commits.transactions += 1;
        commits.retried += Number((tries += 1) > 1);
        return fold(tx, events);
      });
    });
  };
  return { commits, commitCounted };
};

const small = histories({ users: 4, posts: 6, least: 1, most: 24 });

test('in whatever order, batches and repeats the events come, each batch leaves exactly what its events and those before say', async () => {
  const deliveries = small.chain((events) =>
    fc
      .array(fc.constantFrom(...(events.length > 0 ? events : [undefined])), { maxLength: 8 })
      .chain((repeats) => {
        const all = [...events, ...repeats.flatMap((event) => event ?? [])];
        return fc.record({
          delivered: fc.shuffledSubarray(all, { minLength: all.length }),
          sizes: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 }),
        });
      }),
  );
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ delivered, sizes }) => {
      await clear();
      const changes: OutgoingEvent[] = [];
      for (let from = 0, n = 0; from < delivered.length; n += 1) {
        const to = from + (sizes[n % sizes.length] ?? 1);
        changes.push(...(await commit(delivered.slice(from, to))));
        expect(await shown()).toEqual(modelOf(delivered.slice(0, to)));
        from = to;
      }
      await expectChanges(changes);
    }),
    { numRuns: scale(120, 1_500) },
  );
}, 600_000);

test('in the order in which it happened, event by event, a history leaves what it leaves in any other', async () => {
  await fc.assert(
    fc.asyncProperty(small, async (events) => {
      await clear();
      for (const event of events) await commit([event]);
      expect(await shown()).toEqual(modelOf(events));
      const before = await listDepartmentStats(database);
      expect(await commit(events)).toEqual([]);
      expect(await listDepartmentStats(database)).toEqual(before);
    }),
    { numRuns: scale(60, 500) },
  );
}, 600_000);

const rounds = scale(300, 5_000);

test(`workers that own the partitions apart, and a redrive, fold at once: exact after each of ${rounds} rounds, without a deadlock`, async () => {
  const random = createRandom('user-posts');
  const tight = fc.sample(histories({ users: 3, posts: 8, least: 30, most: 60 }), {
    numRuns: rounds,
    seed: random.seed,
  });
  const { commits, commitCounted } = createCommits();
  for (const events of tight) {
    await clear();
    const workers = between(random, 2, 3);
    const owner = new Map<string, number>();
    const ownerOf = (event: HistoryEvent): number => {
      const partition = `${isUserEvent(event) ? 'user' : 'post'} ${event.data.id.charCodeAt(0) % 2}`;
      if (!owner.has(partition)) owner.set(partition, between(random, 0, workers - 1));
      return owner.get(partition) ?? 0;
    };
    const tasks = Array.from({ length: workers }, (_, n) => events.filter((event) => ownerOf(event) === n));
    tasks.push(Array.from({ length: 6 }, () => oneOf(random, events)).filter((event) => event !== undefined));
    const most = between(random, 1, 6);
    const changes = await Promise.all(
      tasks.map(async (task) => {
        const own: OutgoingEvent[] = [];
        for (let from = 0; from < task.length; from += most)
          own.push(...(await commitCounted(task.slice(from, from + most))));
        return own;
      }),
    );
    expect(await shown()).toEqual(modelOf(events));
    await expectChanges(changes.flat());
  }
  report('user-posts', JSON.stringify(commits));
  expect(commits.retried).toBe(0);
}, 600_000);

const isFirst = ({ data }: HistoryEvent): boolean => data.version === 1;

const hammered = scale(100, 2_000);

test(`four that fold the same authors, posts or departments, each in an order of its own, never wait in a circle, ${hammered} times`, async () => {
  const random = createRandom('user-posts, the same rows');
  const { commits, commitCounted } = createCommits();
  const makeEntities = () => {
    const authors = Array.from({ length: 25 }, (): string => randomUUID());
    const versions = [1, 2, 3];
    return {
      users: authors.flatMap((id, n) => versions.map((v) => userEvent(id, v, `department ${(n * v) % 20}`))),
      posts: authors.flatMap((author) => {
        const id = randomUUID();
        return versions.map((version) => postEvent(author, version, id));
      }),
    };
  };
  const some = <T>(items: readonly T[], count: number): T[] =>
    Array.from({ length: count }, () => oneOf(random, items));
  for (let round = 0; round < hammered; round += 1) {
    await clear();
    const shared = makeEntities();
    const [one, two, three, four] = Array.from({ length: 4 }, () =>
      round % 2 === 0 ? shared : makeEntities(),
    ) as [typeof shared, typeof shared, typeof shared, typeof shared];
    const known = round % 3 === 0 ? [...shared.users, ...shared.posts].filter(isFirst) : [];
    await commit(known);
    const tasks = [
      some(one.users, 30),
      some(two.posts, 40),
      some(three.posts, 40),
      [...some(four.users, 15), ...some(four.posts, 15)],
    ];
    await Promise.all(tasks.map(commitCounted));
    expect(await shown()).toEqual(modelOf([...known, ...tasks.flat()]));
  }
  report('user-posts, the same rows', JSON.stringify(commits));
  expect(commits.retried).toBe(0);
}, 600_000);

describe('of two transactions at once', () => {
  /** Folds `first`, then `second` in a transaction beside it, which must wait; then lets both commit. */
  const inTurn = async (first: readonly HistoryEvent[], second: readonly HistoryEvent[]): Promise<void> => {
    let waiting: Promise<unknown> = Promise.resolve();
    await database.transaction(async (tx) => {
      await fold(tx, first);
      waiting = commit(second);
      await eventually(async () => (await lockWaits()) > 0);
    });
    await waiting;
  };
  const lockWaits = async (): Promise<number> => {
    const [row] = await database.query<{ count: number }>(
      `select count(*) from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()`,
    );
    return row?.count ?? 0;
  };

  let author: string;
  beforeEach(() => {
    author = randomUUID();
  });

  test('a post that is folded while its author moves counts where the author is', async () => {
    const post = postEvent(author);
    const [before, move] = [userEvent(author, 1, 'sales', 'user.created'), userEvent(author, 2, 'design')];
    await commit([before]);
    await inTurn([move], [post]);
    expect(await shown()).toEqual(modelOf([before, move, post]));
  });

  test('an author that moves while a post of it is folded takes the post along', async () => {
    const post = postEvent(author);
    const [before, move] = [userEvent(author, 1, 'sales', 'user.created'), userEvent(author, 2, 'design')];
    await commit([before]);
    await inTurn([post], [move]);
    expect(await shown()).toEqual(modelOf([before, move, post]));
  });

  test('an author and its first post that nobody knew before find each other', async () => {
    for (const user of [userEvent(author, 1, 'sales'), userEvent(author, 2, 'sales', 'user.deleted')]) {
      await clear();
      const post = postEvent(author);
      await inTurn([post], [user]);
      expect(await shown()).toEqual(modelOf([user, post]));
      await clear();
      await inTurn([user], [post]);
      expect(await shown()).toEqual(modelOf([user, post]));
    }
  });

  test('two versions of a post that nobody knew before count once', async () => {
    const user = userEvent(author, 1, 'sales', 'user.created');
    await commit([user]);
    const first = postEvent(author);
    const second = postEvent(author, 2, first.data.id);
    await inTurn([first], [second]);
    expect(await shown()).toEqual(modelOf([user, second]));
    await clear();
    await commit([user]);
    await inTurn([second], [first]);
    expect(await shown()).toEqual(modelOf([user, second]));
  });

  test('a newer version of a post counts from what the one before it left', async () => {
    const [user, post] = [userEvent(author, 1, 'sales', 'user.created'), postEvent(author)];
    await commit([user, post]);
    const deleted: PostEvent = { ...postEvent(author, 2, post.data.id), type: 'post.deleted' };
    const revived = postEvent(author, 3, post.data.id);
    await inTurn([deleted], [revived]);
    expect(await shown()).toEqual(modelOf([user, revived]));
  });

  test('those that change posts of one author, and no numbers, do not wait for each other', async () => {
    const posts = [postEvent(author), postEvent(author)];
    await commit([userEvent(author, 1, 'sales'), ...posts]);
    const [one, other] = posts.map((post) => postEvent(author, 2, post.data.id));
    await database.transaction(async (tx) => {
      await fold(tx, [one!]);
      await commit([other!]);
    });
    expect((await shown()).posts.map(({ version }) => version)).toEqual([2, 2]);
  });
});

test('lists by department and by author come page after page from the index that fits', async () => {
  await database.query(
    `insert into author_view (id, name, department, version)
     select md5(n::text)::uuid, 'name ' || n, 'department ' || n % 20, 1 from generate_series(1, 500) as n`,
  );
  await database.query(
    `insert into post_view (id, author_id, department, created_at, deleted, version)
     select gen_random_uuid(), a.id, a.department, '2026-01-31T09:00Z'::timestamptz + (n / 5) * interval '1 s', n % 7 = 0, 1
     from generate_series(1, 70) as n cross join author_view a`,
  );
  await database.query('analyze author_view, post_view');
  const [author] = await database.query<{ id: string }>(
    `select id from author_view where department = 'department 3' limit 1`,
  );
  const authorId = author?.id;
  const department = 'department 3';
  const fitting: [PostFilter, total: number, index: string][] = [
    [{}, 30_000, 'post_view_created_at'],
    [{ department }, 1_500, 'post_view_department'],
    [{ authorId }, 60, 'post_view_author'],
    [{ department, authorId }, 60, 'post_view_author'],
    [{ department: 'nowhere' }, 0, 'post_view_department'],
  ];
  for (const [filter, total, index] of fitting) {
    expect(await countPosts(database, filter)).toBe(total);
    const plans: string[] = [];
    const explained: Queryable = {
      query: async <Row extends object>(sql: string, values?: readonly unknown[]) => {
        const rows = await database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, values);
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
        return database.query<Row>(sql, values);
      },
    };
    const seen: EnrichedPost[] = [];
    for (let isMore = total > 0, after: PagePlace | undefined; isMore && seen.length < 200;) {
      const { rows, hasNextPage } = await listPosts(explained, filter, { first: 25, after });
      seen.push(...rows);
      const last = rows.at(-1);
      after = last && { time: last.createdAt, id: last.id };
      isMore = hasNextPage;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(Math.min(total, 200));
    expect(seen.map(({ createdAt, id }) => createdAt + id)).toEqual(
      seen
        .map(({ createdAt, id }) => createdAt + id)
        .toSorted()
        .toReversed(),
    );
    for (const plan of plans) {
      expect(plan).toContain(index);
      expect(plan).not.toContain('Seq Scan');
    }
  }
});

test('after a restore, versions go on above those that the log has, also of departments that the copy does not know', async () => {
  const sales = userEvent(randomUUID(), 1, 'sales', 'user.created');
  await commit([sales]);
  const published = (department: string, version: number): LogRecord => ({
    ...{ topic: 'department.stats.v1', partition: 0, offset: 0, timestampMs: 0 },
    key: Buffer.from(department),
    value: Buffer.from(JSON.stringify({ department, users: 9, activeUsers: 9, posts: 9, version })),
    headers: eventHeaders({ id: randomUUID(), type: 'department.stats.changed', time: created }),
  });
  const recover = recoveries.get('department.stats.v1');
  await database.transaction(async (tx) =>
    recover?.(tx, [published('sales', 40), published('sales', 41), published('연구', 7)]),
  );
  const raised = await listDepartmentStats(database);
  expect(raised.map(({ users, activeUsers, posts }) => [users, activeUsers, posts])).toEqual([
    [1, 1, 0],
    [0, 0, 0],
  ]);
  expect(raised.map(({ department }) => department)).toEqual(['sales', '연구']);
  expect(raised[0]?.version).toBeGreaterThan(41);
  expect(raised[1]?.version).toBeGreaterThan(7);
  await commit([userEvent(randomUUID(), 1, '연구', 'user.created')]);
  const [, research] = await listDepartmentStats(database);
  expect(research).toMatchObject({ users: 1, version: (raised[1]?.version ?? 0) + 1 });
  await database.transaction(async (tx) => recover?.(tx, [published('연구', 8)]));
  expect((await listDepartmentStats(database))[1]).toEqual(research);
});

test('a record is parsed as what its topic holds', () => {
  const record = (topic: string, type: string): LogRecord => ({
    topic,
    partition: 0,
    offset: 0,
    key: Buffer.from('a'),
    value: Buffer.from('{}'),
    headers: { ce_id: 'a', ce_type: type, ce_time: '2026-01-31T09:00:00Z', ce_specversion: '1.0' },
    timestampMs: 0,
  });
  expect(() => userPosts.parse(record('user.events.v1', 'user.created'))).toThrow('the user is malformed');
  expect(() => userPosts.parse(record('post.events.v1', 'post.created'))).toThrow('the post is malformed');
  expect(() => userPosts.parse(record('post.events.v1', 'user.created'))).toThrow('does not belong');
});
