import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createPostMutation, deletePostMutation, updatePostMutation } from '../posts/support.js';
import { eventually } from '../support/await.js';
import type { TestDatabase } from '../support/database.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { scale } from '../support/servers.js';
import { aUser, createUserMutation, deleteUserMutation, updateUserMutation } from '../users/support.js';
import { strikeDuring } from './faults.js';
import { between, createRandom, oneOf, report, type Random } from './random.js';
import { createWorld, type World } from './world.js';

const [mutations, kills] = [scale(600, 15_000), scale(3, 30)];
const clients = 6;
const departments = ['design', 'research', 'sales', 'support', '인사'];

test(`one of two streams processes, killed ${kills} times during ${mutations} changes of users and posts, leaves posts and departments exact`, async () => {
  const random = createRandom('user-posts');
  const world = await createWorld();
  const start = () => startMillrace({ env: world.env, roles: ['streams'] });
  const gateway = await startMillrace({ env: world.env, roles: ['gateway', 'relay'] });
  const workers = [await start(), await start()];
  const client = createTestClient(gateway.url);
  const watched = client.subscribe<{ departmentStats: Stats }>(
    'subscription { departmentStats { department users activeUsers posts version } }',
  );
  const load = startLoad(client, random);
  const ownerChanges: number[] = [];
  const strike = async (): Promise<void> => {
    const before = await epochs(world.database);
    const victim = oneOf(random, [0, 1]);
    await workers[victim]?.kill9();
    workers[victim] = await start();
    ownerChanges.push((await epochs(world.database)) - before);
  };
  await strikeDuring({ load, random, orders: mutations, faults: kills, strike });
  await load.end();

  await eventually(() => expectExact(world, client), { timeoutMs: 60_000, everyMs: 500 });
  const shown = new Map((await readStats(client)).map((stats) => [stats.department, stats]));
  const seen = (): Stats[] => watched.all.flatMap(({ data }) => data?.departmentStats ?? []);
  await eventually(() => {
    const last = new Map(seen().map((stats) => [stats.department, stats]));
    return expect(last).toEqual(shown) ?? true;
  });
  for (const department of shown.keys()) {
    const versions = seen().flatMap((stats) => (stats.department === department ? stats.version : []));
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
  }
  watched.complete();
  report('user-posts', `${load.applied()} changes applied, ${seen().length} states of departments delivered`);
  // A victim that was just restarted may not hold a partition yet.
  expect(ownerChanges.filter((count) => count > 0).length).toBeGreaterThanOrEqual(kills / 2);
  for (const worker of workers) expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 600_000);

const epochs = async (database: TestDatabase): Promise<number> => {
  const [row] = await database.query<{ sum: number }>(
    `select sum(epoch)::int as sum from positions where worker = 'user-posts'`,
  );
  return row?.sum ?? 0;
};

interface Stats {
  readonly department: string;
  readonly users: number;
  readonly activeUsers: number;
  readonly posts: number;
  readonly version: number;
}

/** Clients that change a few users and posts at once, some of which others have deleted meanwhile. */
const startLoad = (client: TestClient, random: Random) => {
  const [users, posts]: [string[], string[]] = [[], []];
  let [allowed, sent, done, applied] = [0, 0, 0, 0];
  let isEnding = false;
  let failure: unknown;

  const call = async (query: string, variables: object): Promise<string | undefined> => {
    const { data, errors } = await client.post<Record<string, { user?: Id; post?: Id }>>(query, variables);
    if (errors?.some(({ extensions }) => extensions.code !== 'NOT_FOUND'))
      throw new Error(JSON.stringify(errors));
    if (!errors) applied += 1;
    const [answer] = Object.values(data ?? {});
    return (answer?.user ?? answer?.post)?.id;
  };
  const create = async (ids: string[], query: string, input: object): Promise<void> => {
    const id = await call(query, { input });
    if (id !== undefined) ids.push(id);
  };
  const anyDepartment = () => ({
    department: oneOf(random, departments),
    status: oneOf(random, ['ACTIVE', 'ACTIVE', 'INACTIVE', 'SUSPENDED']),
  });
  const change = (): Promise<unknown> => {
    const dice = random();
    const [user, post] = [oneOf(random, users), oneOf(random, posts)];
    if (user === undefined || dice < 0.12) return create(users, createUserMutation, aUser(anyDepartment()));
    if (post === undefined || dice < 0.45)
      return create(posts, createPostMutation, { title: 'A title', content: 'text', authorId: user });
    if (dice < 0.75) return call(updateUserMutation, { id: user, input: anyDepartment() });
    if (dice < 0.8)
      return call(updateUserMutation, { id: user, input: { name: `name ${between(random, 1, 1e6)}` } });
    if (dice < 0.9)
      return call(updatePostMutation, { id: post, input: { title: `title ${between(random, 1, 1e6)}` } });
    if (dice < 0.97) return call(deletePostMutation, { id: post });
    return call(deleteUserMutation, { id: user });
  };
  const work = async (): Promise<void> => {
    while (failure === undefined && (sent < allowed || !isEnding)) {
      if (sent >= allowed) {
        await sleep(5);
        continue;
      }
      sent += 1;
      await change();
      done += 1;
    }
  };
  const working = Promise.all(
    Array.from({ length: clients }, () => work().catch((error: unknown) => (failure ??= error))),
  );
  const rethrow = (): void => {
    if (failure !== undefined) throw failure as Error;
  };
  return {
    applied: () => applied,
    allow: (count: number) => void (allowed += count),
    answered: async (count: number): Promise<void> => {
      while (done < count && failure === undefined) await sleep(5);
      rethrow();
    },
    end: async (): Promise<void> => {
      isEnding = true;
      await working;
      rethrow();
    },
  };
};

interface Id {
  readonly id: string;
}

const readStats = async (client: TestClient): Promise<Stats[]> =>
  (
    await client.data<{ departmentStats: Stats[] }>(
      '{ departmentStats { department users activeUsers posts version } }',
    )
  ).departmentStats;

/** What is shown is what the tables of users and posts say, and each version of a department is one record of the log. */
const expectExact = async ({ database, topicPrefix }: World, client: TestClient): Promise<true> => {
  expect(await shownPosts(client)).toEqual(await truePosts(database));
  const stats = await readStats(client);
  const counts = stats.map(({ version: _, ...rest }) => rest);
  expect(counts.filter(({ users, posts }) => users + posts > 0)).toEqual(await trueCounts(database));

  const records = (await readTopic(`${topicPrefix}department.stats.v1`)).flat();
  const byEvent = new Map(records.map((record) => [record.headers.ce_id, record]));
  const states = [...byEvent.values()].map(({ value }) => JSON.parse(String(value)) as Stats);
  for (const { department, version } of stats) {
    const versions = states.flatMap((state) => (state.department === department ? state.version : []));
    expect(versions).toEqual(Array.from({ length: version }, (_, n) => n + 1));
  }
  return true;
};

interface ShownPost {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly authorName: string | null;
  readonly department: string | null;
}

const shownPosts = async (client: TestClient): Promise<ShownPost[]> => {
  const found: ShownPost[] = [];
  for (let after: string | null = null, isMore = true; isMore;) {
    const {
      posts,
    }: { posts: { nodes: ShownPost[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } =
      await client.data(
        `query ($after: String) {
          posts(first: 500, after: $after) { nodes { id version title authorName department } pageInfo { hasNextPage endCursor } }
        }`,
        { after },
      );
    found.push(...posts.nodes);
    isMore = posts.pageInfo.hasNextPage;
    after = posts.pageInfo.endCursor;
  }
  return found;
};

const truePosts = (database: TestDatabase): Promise<ShownPost[]> =>
  database.query<ShownPost>(
    `select p.id, p.version::int, p.title, u.name as "authorName", u.department
     from posts p left join users u on u.id = p.author_id and not u.deleted
     where not p.deleted order by p.created_at desc, p.id desc`,
  );

const trueCounts = (database: TestDatabase): Promise<Omit<Stats, 'version'>[]> =>
  database.query<Omit<Stats, 'version'>>(
    `select department, count(distinct u.id)::int as users,
       (count(distinct u.id) filter (where u.status = 'ACTIVE'))::int as "activeUsers", count(p.id)::int as posts
     from users u left join posts p on p.author_id = u.id and not p.deleted
     where not u.deleted group by department order by department collate "C"`,
  );
