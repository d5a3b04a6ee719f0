import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { TestClient } from '../support/graphql.js';
import {
  badTexts,
  expectEnded,
  expectRefusal,
  expectRefused as expectCallRefused,
  named,
  refusal,
  type Call,
} from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  aUser,
  countRows,
  createUser,
  createUserMutation,
  deleteUser,
  deleteUserMutation,
  eventsSubscription,
  readUser,
  updateUserMutation,
} from './support.js';

/** Every refusal: its code, the field at fault, a message without internals, and nothing written. */
let users: UnderTest;
let client: TestClient;
let existing: string;
let deleted: string;
beforeAll(async () => {
  users = await startUnderTest();
  ({ client } = users);
  existing = (await createUser(client, { email: 'taken@example.com' })).user.id;
  deleted = (await createUser(client)).user.id;
  await deleteUser(client, deleted);
});

const expectRefused = (call: Call, code: string, field?: string) =>
  expectCallRefused(client, () => countRows(users.database), call, code, field);

const creating = (input: object, key?: unknown): Call => [
  createUserMutation,
  { input: { ...aUser(), ...input }, key },
];
const updating = (input: object, rest: object = {}): Call => [
  updateUserMutation,
  { id: existing, input, ...rest },
];
const deleting = (id: unknown, key?: unknown): Call => [deleteUserMutation, { id, key }];

const uuids = ['x', '', '0191d2a46f0c7cc18a532f2d9c1e7b10', '{0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10}', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10\0', "' or 1=1 --", 7]; // prettier-ignore
const emails = ['nobody', '@', 'a@b', 'a b@example.com', 'a@exa mple.com', 'a@@example.com', 'a@example.com\n', `${'x'.repeat(250)}@example.com`, 'a\0@example.com', ...badTexts]; // prettier-ignore
const departments = [...badTexts, 'x'.repeat(101), '😀'.repeat(101)];

describe('createUser refuses', () => {
  test.each(named(badTexts))('the name %s', (_, name) =>
    expectRefused(creating({ name }), 'BAD_USER_INPUT', 'name'),
  );
  test.each(named(departments))('the department %s', (_, department) =>
    expectRefused(creating({ department }), 'BAD_USER_INPUT', 'department'),
  );
  test.each(named(emails))('the email %s', (_, email) =>
    expectRefused(creating({ email }), 'BAD_USER_INPUT', 'email'),
  );
  test.each(named(uuids))('the id %s', (_, id) => expectRefused(creating({ id }), 'BAD_USER_INPUT', 'id'));
  test('the id of a deleted user', () => expectRefused(creating({ id: deleted }), 'CONFLICT'));
  test('the id of another user', () => expectRefused(creating({ id: existing }), 'CONFLICT'));
  test('the email of another user', () =>
    expectRefused(creating({ email: 'Taken@Example.com' }), 'CONFLICT'));
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(creating({}, key), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
  test.each<[string, object]>([
    ['name', { name: null }],
    ['name', { name: 5 }],
    ['email', { email: ['a@example.com'] }],
    ['department', { department: null }],
    ['status', { status: 'active' }],
    ['status', { status: 1 }],
  ])('another kind of JSON as %s: %j', (field, input) =>
    expectRefused(creating(input), 'BAD_USER_INPUT', `input.${field}`),
  );
  test('a field that the input does not have', () =>
    expectRefused(creating({ version: 7 }), 'BAD_USER_INPUT', 'input'));
});

describe('updateUser refuses', () => {
  test.each(named(badTexts))('the name %s', (_, name) =>
    expectRefused(updating({ name }), 'BAD_USER_INPUT', 'name'),
  );
  test.each(named(departments))('the department %s', (_, department) =>
    expectRefused(updating({ department }), 'BAD_USER_INPUT', 'department'),
  );
  test.each(named(emails))('the email %s', (_, email) =>
    expectRefused(updating({ email }), 'BAD_USER_INPUT', 'email'),
  );
  test.each(['name', 'email', 'department', 'status'])(
    'null as %s, also beside a good change',
    async (field) => {
      await expectRefused(updating({ [field]: null }), 'BAD_USER_INPUT', field);
      const good = { name: 'Bob', email: 'bob@example.com', department: 'Sales', status: 'INACTIVE' };
      await expectRefused(updating({ ...good, [field]: null }), 'BAD_USER_INPUT', field);
    },
  );
  test('an update of nothing', () => expectRefused(updating({}), 'BAD_USER_INPUT', 'input'));
  test('another id or version', async () => {
    await expectRefused(updating({ id: randomUUID() }), 'BAD_USER_INPUT', 'input');
    await expectRefused(updating({ version: 1 }), 'BAD_USER_INPUT', 'input');
  });
  test.each([0, -1, Number.MIN_SAFE_INTEGER])('the version %i', (expectedVersion) =>
    expectRefused(updating({ name: 'Bob' }, { expectedVersion }), 'BAD_USER_INPUT', 'expectedVersion'),
  );
  test.each(named([1.5, '1', 2 ** 53, true]))('the version %s, which is no Long', (_, expectedVersion) =>
    expectRefused(updating({ name: 'Bob' }, { expectedVersion }), 'BAD_USER_INPUT', 'expectedVersion'),
  );
  test('a version that is not the one now', () =>
    expectRefused(updating({ name: 'Bob' }, { expectedVersion: 2 }), 'CONFLICT'));
  test.each(named(uuids))('the id %s', (_, id) =>
    expectRefused(updating({ name: 'Bob' }, { id }), 'BAD_USER_INPUT', 'id'),
  );
  test('a user that does not exist, or is deleted', async () => {
    for (const id of [randomUUID(), deleted])
      await expectRefused(updating({ name: 'Bob' }, { id }), 'NOT_FOUND');
  });
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(updating({ name: 'Bob' }, { key }), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
});

describe('deleteUser refuses', () => {
  test.each(named(uuids))('the id %s', (_, id) => expectRefused(deleting(id), 'BAD_USER_INPUT', 'id'));
  test('a user that does not exist, or is deleted', async () => {
    for (const id of [randomUUID(), deleted]) await expectRefused(deleting(id), 'NOT_FOUND');
  });
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(deleting(existing, key), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
});

test('half of a surrogate pair makes a request that nobody can answer', async () => {
  const call = creating({ name: 'a\ud800b' });
  expectRefusal(refusal(await client.post(...call)), 'BAD_REQUEST', undefined);
});

test('text that is SQL, or as long as allowed beyond the BMP, is stored as it is', async () => {
  for (const name of ["Robert'); drop table users; --", '😀'.repeat(200), '__proto__', '<b>"\\']) {
    const department = [...name].slice(0, 100).join('');
    const { user } = await createUser(client, { name, department });
    expect(await readUser(client, user.id)).toMatchObject({ name, department });
    const { users: found } = await client.data<{ users: { totalCount: number } }>(
      'query ($department: String) { users(department: $department) { totalCount } }',
      { department },
    );
    expect(found.totalCount).toBe(1);
  }
});

describe('queries and subscriptions refuse', () => {
  const pages = `query ($first: Int, $after: String, $department: String) {
    users(first: $first, after: $after, department: $department) { nodes { id } }
  }`;
  const nested = 'query ($id: ID!, $first: Int, $after: String) { user(id: $id) { FIELD(first: $first, after: $after) { nodes { id } } } }'; // prettier-ignore
  test.each([0, -1, 501])('a page of %i', async (first) => {
    await expectRefused([pages, { first }], 'BAD_USER_INPUT', 'first');
    for (const field of ['posts', 'orders'])
      await expectRefused(
        [nested.replace('FIELD', field), { id: existing, first }],
        'BAD_USER_INPUT',
        'first',
      );
  });
  test.each(named(['', 'x', 'a\0', 'x'.repeat(50_000)]))('the page cursor %s', async (_, after) => {
    await expectRefused([pages, { after }], 'BAD_USER_INPUT', 'after');
    for (const field of ['posts', 'orders'])
      await expectRefused(
        [nested.replace('FIELD', field), { id: existing, after }],
        'BAD_USER_INPUT',
        'after',
      );
  });
  test.each(named(badTexts))('the department %s', async (_, department) => {
    await expectRefused([pages, { department }], 'BAD_USER_INPUT', 'department');
    await expectEnded(client, [eventsSubscription, { department }], 'BAD_USER_INPUT', 'department');
  });
  const one = 'query ($id: ID!, $position: Position, $waitMs: Int) { user(id: $id, consistentWith: $position, waitMs: $waitMs) { id } }'; // prettier-ignore
  test.each(named(['x', '', 'a\0']))('the user %s', (_, id) =>
    expectRefused([one, { id }], 'BAD_USER_INPUT', 'id'),
  );
  test.each(named(['x', '', 'a\0']))('the position %s', (_, position) =>
    expectRefused([one, { id: existing, position }], 'BAD_USER_INPUT', 'consistentWith'),
  );
  test.each([-1, 10_001])('a wait of %i', (waitMs) =>
    expectRefused([one, { id: existing, waitMs }], 'BAD_USER_INPUT', 'waitMs'),
  );
  test.each([0, -1, 61])('a heartbeat of %i', (heartbeat) =>
    expectEnded(client, [eventsSubscription, { heartbeat }], 'BAD_USER_INPUT', 'heartbeat'),
  );
  test.each(named(['', 'x', 'a\0']))('the cursor %s', (_, after) =>
    expectEnded(client, [eventsSubscription, { after }], 'CURSOR_INVALID', 'after'),
  );
  test('a cursor of the events of posts', async () => {
    const posts = client.subscribe('subscription { postEvents(heartbeat: 60) { id } }');
    const { extensions } = await posts.next();
    posts.complete();
    const after = String(extensions?.cursor);
    await expectEnded(client, [eventsSubscription, { after }], 'CURSOR_INVALID', 'after');
  });
});
