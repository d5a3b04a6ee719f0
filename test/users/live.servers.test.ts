import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { watch, type Watched } from '../support/watch.js';
import { createUser, deleteUser, eventsSubscription, updateUser, type UserEventAnswer } from './support.js';

let users: UnderTest;
let client: TestClient;
beforeAll(async () => {
  users = await startUnderTest();
  ({ client } = users);
});

const watchEvents = (variables: object = {}): Promise<Watched<UserEventAnswer>> =>
  watch(client, 'userEvents', eventsSubscription, variables);

const createMany = (count: number, department = 'Many'): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, () => createUser(client, { department })));

describe('userEvents', () => {
  test('brings each event of a user once, in order, with the user as it is now', async () => {
    const events = await watchEvents();
    const { user } = await createUser(client, { department: 'Sales' });
    const created = await events.next();
    expect(created).toMatchObject({
      type: 'user.created',
      userId: user.id,
      version: 1,
      department: 'Sales',
      previousDepartment: null,
      user,
      occurredAt: user.createdAt,
    });
    const { user: moved } = await updateUser(client, { id: user.id, input: { department: 'Ops' } });
    expect(await events.next()).toMatchObject({
      type: 'user.updated',
      version: 2,
      department: 'Ops',
      previousDepartment: 'Sales',
      user: moved,
      occurredAt: moved.updatedAt,
    });
    const { user: renamed } = await updateUser(client, { id: user.id, input: { name: 'Bob' } });
    expect(await events.next()).toMatchObject({ version: 3, previousDepartment: null, user: renamed });
    await updateUser(client, { id: user.id, input: { name: 'Bob' } });
    await deleteUser(client, user.id);
    expect(await events.next()).toMatchObject({
      type: 'user.deleted',
      userId: user.id,
      version: 4,
      department: 'Ops',
      previousDepartment: null,
      user: null,
    });
    await events.isQuiet();
    events.complete();

    const again = await watchEvents({ after: events.cursor });
    const [first] = await again.take(4);
    expect(first).toMatchObject({ id: created.id, version: 1, user: null });
    again.complete();
  });

  test('with a department brings those of users that are in it, enter it or leave it', async () => {
    const [left, right] = ['가구'.normalize('NFD'), '나무'];
    const [fromLeft, fromRight] = [
      await watchEvents({ department: left }),
      await watchEvents({ department: right }),
    ];
    const { user } = await createUser(client, { department: left });
    await createUser(client, { department: 'Elsewhere' });
    await updateUser(client, { id: user.id, input: { name: 'Bob' } });
    await updateUser(client, { id: user.id, input: { department: right } });
    await updateUser(client, { id: user.id, input: { status: 'SUSPENDED' } });
    await updateUser(client, { id: user.id, input: { department: 'Elsewhere' } });
    await deleteUser(client, user.id);
    const versions = async (events: Watched<UserEventAnswer>, count: number) =>
      (await events.take(count)).map(({ userId, version }) => [userId, version]);
    expect(await versions(fromLeft, 3)).toEqual([1, 2, 3].map((version) => [user.id, version]));
    expect(await versions(fromRight, 3)).toEqual([3, 4, 5].map((version) => [user.id, version]));
    for (const events of [fromLeft, fromRight]) {
      await events.isQuiet();
      events.complete();
    }
    const late = await watchEvents({ department: right, after: fromRight.cursor });
    expect(await versions(late, 3)).toEqual([3, 4, 5].map((version) => [user.id, version]));
    late.complete();
  });

  test('continues behind the cursor of any event, without gap or repeat', async () => {
    const events = await watchEvents();
    await createMany(30);
    const all = await events.take(30);
    for (const seen of [0, 1, 15, 29, 30]) {
      const after = seen === 0 ? events.cursor : all[seen - 1]!.cursor;
      const resumed = await watchEvents({ after });
      const rest = await resumed.take(30 - seen);
      expect(new Set([...all.slice(0, seen), ...rest].map(({ id }) => id)).size).toBe(30);
      await resumed.isQuiet();
      resumed.complete();
    }
    events.complete();
  });
});

test('what the list of users does not have comes behind its asOf', async () => {
  await createMany(5, 'As-of');
  const { users: page } = await client.data<{
    users: { nodes: { id: string; version: number }[]; asOf: string };
  }>('{ users(first: 500, department: "As-of") { nodes { id version } asOf } }');
  await createMany(5, 'As-of');
  const events = await watchEvents({ after: page.asOf, department: 'As-of' });
  const seen = new Set(page.nodes.map(({ id, version }) => `${id} ${version}`));
  expect(seen.size).toBe(5);
  while (seen.size < 10) {
    const { userId, version } = await events.next();
    seen.add(`${userId} ${version}`);
  }
  await events.isQuiet();
  events.complete();
});

// It takes the process away from the tests before, so it stands last.
test('a subscriber that resumes with its cursor after a kill -9 has seen every event once', async () => {
  const department = 'Restarted';
  const events = await watchEvents({ department });
  await createMany(40, department);
  const seen = await events.take(20);
  await users.millrace.kill9();
  const again = await startMillrace({ env: users.env, port: users.millrace.port });
  client = createTestClient(again.url);
  const resumed = await watchEvents({ department, after: seen.at(-1)!.cursor });
  seen.push(...(await resumed.take(20)));
  await createMany(40, department);
  seen.push(...(await resumed.take(40)));
  await resumed.isQuiet();
  expect(new Set(seen.map(({ id }) => id)).size).toBe(80);
});
