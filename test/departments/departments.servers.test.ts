import { beforeAll, describe, expect, test } from '@jest/globals';
import { createPost, deletePost, updatePost, type PostAnswer } from '../posts/support.js';
import { createTestClient, type TestClient, type TestSubscription } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { badTexts, expectEnded, expectRefused, named } from '../support/refusals.js';
import { startUnderTest } from '../support/under-test.js';
import { createUser, deleteUser, updateUser } from '../users/support.js';

interface Stats {
  readonly department: string;
  readonly users: number;
  readonly activeUsers: number;
  readonly posts: number;
  readonly version: number;
}

const fields = '{ department users activeUsers posts version }';
const statsQuery = `query ($department: String, $position: Position, $waitMs: Int) {
  departmentStats(department: $department, consistentWith: $position, waitMs: $waitMs) ${fields}
}`;
const statsSubscription = `subscription ($department: String) { departmentStats(department: $department) ${fields} }`;
const postsQuery = `query ($department: String, $authorId: ID, $position: Position) {
  posts(department: $department, authorId: $authorId, consistentWith: $position, waitMs: 10000) {
    nodes { id title authorName department version }
    totalCount
  }
}`;

// Mutations go to one process, reads and subscriptions to another, and two more share the folding.
let client: TestClient;
let reader: TestClient;
beforeAll(async () => {
  const { env, client: first } = await startUnderTest({ roles: ['gateway', 'relay'] });
  const [second] = await Promise.all([
    startMillrace({ env, roles: ['gateway'] }),
    startMillrace({ env, roles: ['streams'] }),
    startMillrace({ env, roles: ['streams'] }),
  ]);
  client = first;
  reader = createTestClient(second.url);
}, 120_000);

const readStats = async (position: string, department?: string): Promise<Stats[]> =>
  (
    await reader.data<{ departmentStats: Stats[] }>(statsQuery, {
      ...{ department, position, waitMs: 10_000 },
    })
  ).departmentStats;

/** Users, active users and posts of each department. */
const countsAt = async (position: string, ...departments: string[]): Promise<number[][]> => {
  const found: number[][] = [];
  for (const department of departments)
    for (const { users, activeUsers, posts } of await readStats(position, department))
      found.push([users, activeUsers, posts]);
  return found;
};

type Shown = Pick<PostAnswer, 'id' | 'title' | 'authorName' | 'department' | 'version'>;

const readPosts = async (position: string, filter: object): Promise<Shown[]> => {
  const { posts } = await reader.data<{ posts: { nodes: Shown[]; totalCount: number } }>(postsQuery, {
    position,
    ...filter,
  });
  expect(posts.totalCount).toBe(posts.nodes.length);
  return posts.nodes;
};

describe('a reader who gives the position of a write sees', () => {
  test('each change of a user in its posts and in the departments', async () => {
    const { user, position } = await createUser(client, { name: 'Ada', department: 'one' });
    expect(await countsAt(position, 'one', 'two')).toEqual([[1, 1, 0], [0, 0, 0]]); // prettier-ignore
    const { post: first, position: begun } = await createPost(client, { authorId: user.id, title: 'First' });
    expect(await countsAt(begun, 'one')).toEqual([[1, 1, 1]]);
    const { post: second, position: posted } = await createPost(client, { authorId: user.id });
    expect(await countsAt(posted, 'one')).toEqual([[1, 1, 2]]);
    const authorId = user.id;

    const renamed = await updateUser(client, { id: authorId, input: { name: 'Grace' } });
    expect(await readPosts(renamed.position, { authorId })).toMatchObject([
      { id: second.id, authorName: 'Grace', department: 'one' },
      { id: first.id, authorName: 'Grace', department: 'one', title: 'First', version: 1 },
    ]);

    const moved = await updateUser(client, {
      id: authorId,
      input: { department: 'two', status: 'INACTIVE' },
    });
    expect(await readPosts(moved.position, { department: 'one' })).toEqual([]);
    expect(await readPosts(moved.position, { department: 'two' })).toHaveLength(2);
    expect(await countsAt(moved.position, 'one', 'two')).toEqual([[0, 0, 0], [1, 0, 2]]); // prettier-ignore

    const removed = await deletePost(client, second.id);
    expect(await readPosts(removed.position, { authorId })).toHaveLength(1);
    expect(await countsAt(removed.position, 'two')).toEqual([[1, 0, 1]]);

    const deleted = await deleteUser(client, authorId);
    expect(await readPosts(deleted.position, { authorId })).toMatchObject([
      { id: first.id, authorName: null, department: null },
    ]);
    expect(await readPosts(deleted.position, { department: 'two' })).toEqual([]);
    expect(await countsAt(deleted.position, 'one', 'two')).toEqual([[0, 0, 0], [0, 0, 0]]); // prettier-ignore

    const edited = await updatePost(client, { id: first.id, input: { title: 'Later' } });
    expect(await readPosts(edited.position, { authorId })).toMatchObject([
      { title: 'Later', authorName: null, department: null, version: 2 },
    ]);
    expect(await countsAt(edited.position, 'two')).toEqual([[0, 0, 0]]);
  });

  test('the departments by name, with those that were left', async () => {
    const { user } = await createUser(client, { department: 'empty' });
    await updateUser(client, { id: user.id, input: { department: 'Ärzte' } });
    const { position } = await createUser(client, { department: 'full' });
    const all = await readStats(position);
    const known = all.map(({ department }) => department);
    expect(known).toEqual(known.toSorted());
    expect(all).toEqual(
      expect.arrayContaining([
        { department: 'empty', users: 0, activeUsers: 0, posts: 0, version: expect.any(Number) },
        { department: 'full', users: 1, activeUsers: 1, posts: 0, version: 1 },
      ]),
    );
    // Given decomposed, stored composed.
    expect(await readStats(position, 'A\u0308rzte')).toMatchObject([{ department: 'Ärzte', users: 1 }]);
  });

  test('zeros and version 0 for a department that has never had a user', async () => {
    const { position } = await createUser(client);
    expect(await readStats(position, 'nobody')).toEqual([
      { department: 'nobody', users: 0, activeUsers: 0, posts: 0, version: 0 },
    ]);
  });
});

describe('departmentStats refuses', () => {
  const nothingWritten = () => Promise.resolve(undefined);
  const bad: [string, object, string][] = [
    ...named(badTexts).map(([name, department]): [string, object, string] => [
      `the department ${name}`,
      { department },
      'department',
    ]),
    ['what is no position', { position: 'a' }, 'consistentWith'],
    ['a wait that is too long', { waitMs: 10_001 }, 'waitMs'],
    ['a wait below zero', { waitMs: -1 }, 'waitMs'],
  ];
  test.each(bad)('%s', async (_, variables, field) => {
    await expectRefused(reader, nothingWritten, [statsQuery, { ...variables }], 'BAD_USER_INPUT', field);
    if (field === 'department')
      await expectEnded(reader, [statsSubscription, { ...variables }], 'BAD_USER_INPUT', field);
  });

  test('SQL, by finding nothing', async () => {
    const department = `x'; drop table department_stats; --`;
    const { departmentStats } = await reader.data<{ departmentStats: Stats[] }>(statsQuery, { department });
    expect(departmentStats).toMatchObject([{ department, version: 0 }]);
  });
});

describe('a subscription to departmentStats', () => {
  const watch = (department?: string): TestSubscription<{ departmentStats: Stats }> =>
    reader.subscribe(statsSubscription, { department });
  const seenBy = (watched: TestSubscription<{ departmentStats: Stats }>): Stats[] =>
    watched.all.flatMap(({ data }) => data?.departmentStats ?? []);

  test('brings every department, then each that changes, in rising versions up to what it is', async () => {
    const departments = ['live 1', 'live 2', 'live 3'];
    const users = await Promise.all(
      Array.from({ length: 12 }, (_, n) => createUser(client, { department: departments[n % 3] })),
    );
    const positions: string[] = [];
    for (const { user } of users) positions.push((await createPost(client, { authorId: user.id })).position);
    const all = watch();
    const one = watch('live 2');
    const early = await Promise.all([all.next(), one.next()]);
    expect(early.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    const late: TestSubscription<{ departmentStats: Stats }>[] = [];
    for (let round = 0; round < 5; round += 1) {
      const moved = await Promise.all(
        users.map(({ user }, n) =>
          updateUser(client, { id: user.id, input: { department: departments[(n + round) % 3] } }),
        ),
      );
      positions.push(...moved.map(({ position }) => position));
      // Its first read may be ahead of the changes that those before it still wait for.
      late.push(watch());
    }
    const { position } = await deleteUser(client, users[0]!.user.id);
    for (const written of positions) await readStats(written, 'live 1');
    const now = new Map((await readStats(position)).map((stats) => [stats.department, stats]));
    expect(departments.map((department) => now.get(department)?.posts)).toEqual([4, 3, 4]);
    for (const watched of [all, ...late]) {
      for (const department of departments)
        if (!seenBy(watched).some((seen) => seen.version === now.get(department)?.version))
          await watched.until(({ data }) => {
            const seen = data?.departmentStats;
            return seen?.department === department && seen.version === now.get(department)?.version;
          });
    }
    const isLast = ({ version }: Stats) => version === now.get('live 2')?.version;
    if (!seenBy(one).some(isLast)) await one.until(({ data }) => !!data && isLast(data.departmentStats));
    expect(new Set(seenBy(one).map(({ department }) => department))).toEqual(new Set(['live 2']));
    for (const watched of [all, one, ...late])
      for (const department of watched === one ? ['live 2'] : departments) {
        const states = seenBy(watched).filter((seen) => seen.department === department);
        const versions = states.map(({ version }) => version);
        expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
        expect(states.at(-1)).toEqual(now.get(department));
      }
    for (const watched of [all, one, ...late]) watched.complete();
  });

  test('begins with zeros where nobody ever was, and brings the first user', async () => {
    const watched = watch('later');
    expect((await watched.next()).data?.departmentStats).toMatchObject({ users: 0, version: 0 });
    await createUser(client, { department: 'later', status: 'SUSPENDED' });
    expect((await watched.next()).data?.departmentStats).toEqual({
      ...{ department: 'later', users: 1, activeUsers: 0, posts: 0, version: 1 },
    });
    watched.complete();
  });
});
