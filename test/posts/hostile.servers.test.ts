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
import { countRows, createUser } from '../users/support.js';
import {
  aPost,
  createPost,
  createPostMutation,
  deletePost,
  deletePostMutation,
  eventsSubscription,
  readPost,
  updatePostMutation,
} from './support.js';

/** Every refusal: its code, the field at fault, a message without internals, and nothing written. */
let posts: UnderTest;
let client: TestClient;
let authorId: string;
let existing: string;
let deleted: string;
beforeAll(async () => {
  posts = await startUnderTest();
  ({ client } = posts);
  authorId = (await createUser(client)).user.id;
  existing = (await createPost(client, { authorId })).post.id;
  deleted = (await createPost(client, { authorId })).post.id;
  await deletePost(client, deleted);
});

const written = () => countRows(posts.database);
const expectRefused = (call: Call, code: string, field?: string) =>
  expectCallRefused(client, written, call, code, field);

const creating = (input: object, key?: unknown): Call => [
  createPostMutation,
  { input: { ...aPost({ authorId }), ...input }, key },
];
const updating = (input: object, rest: object = {}): Call => [
  updatePostMutation,
  { id: existing, input, ...rest },
];
const deleting = (id: unknown, key?: unknown): Call => [deletePostMutation, { id, key }];

const uuids = ['x', '', '0191d2a46f0c7cc18a532f2d9c1e7b10', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10\0', "' or 1=1 --", 7]; // prettier-ignore
const contents = ['', '  ', '\n\t', 'a\0b', '\0', 'x'.repeat(50_001)];

describe('createPost refuses', () => {
  test.each(named(badTexts))('the title %s', (_, title) =>
    expectRefused(creating({ title }), 'BAD_USER_INPUT', 'title'),
  );
  test.each(named(contents))('the content %s', (_, content) =>
    expectRefused(creating({ content }), 'BAD_USER_INPUT', 'content'),
  );
  test.each(named(uuids))('the id %s', (_, id) => expectRefused(creating({ id }), 'BAD_USER_INPUT', 'id'));
  test.each(named(uuids))('the author %s', (_, author) =>
    expectRefused(creating({ authorId: author }), 'BAD_USER_INPUT', 'authorId'),
  );
  test('an author that does not exist', () =>
    expectRefused(creating({ authorId: randomUUID() }), 'NOT_FOUND', 'authorId'));
  test('the id of a post as its author', () =>
    expectRefused(creating({ authorId: existing }), 'NOT_FOUND', 'authorId'));
  test('the id of a deleted post, or of another', async () => {
    await expectRefused(creating({ id: deleted }), 'CONFLICT');
    await expectRefused(creating({ id: existing, title: 'Bye' }), 'CONFLICT');
  });
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(creating({}, key), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
  test.each<[string, object]>([
    ['title', { title: null }],
    ['content', { content: 5 }],
    ['content', { content: null }],
    ['authorId', { authorId: null }],
    ['authorId', { authorId: { a: 1 } }],
  ])('another kind of JSON as %s: %j', (field, input) =>
    expectRefused(creating(input), 'BAD_USER_INPUT', `input.${field}`),
  );
});

describe('updatePost refuses', () => {
  test.each(named(badTexts))('the title %s', (_, title) =>
    expectRefused(updating({ title }), 'BAD_USER_INPUT', 'title'),
  );
  test.each(named(contents))('the content %s', (_, content) =>
    expectRefused(updating({ content }), 'BAD_USER_INPUT', 'content'),
  );
  test.each(['title', 'content'])('null as %s, also beside a good change', async (field) => {
    await expectRefused(updating({ [field]: null }), 'BAD_USER_INPUT', field);
    await expectRefused(updating({ title: 'Bye', content: 'Bye', [field]: null }), 'BAD_USER_INPUT', field);
  });
  test('an update of nothing', () => expectRefused(updating({}), 'BAD_USER_INPUT', 'input'));
  test('another author', () => expectRefused(updating({ authorId }), 'BAD_USER_INPUT', 'input'));
  test.each([0, -1, Number.MIN_SAFE_INTEGER])('the version %i', (expectedVersion) =>
    expectRefused(updating({ title: 'Bye' }, { expectedVersion }), 'BAD_USER_INPUT', 'expectedVersion'),
  );
  test('a version that is not the one now', () =>
    expectRefused(updating({ title: 'Bye' }, { expectedVersion: 2 }), 'CONFLICT'));
  test.each(named(uuids))('the id %s', (_, id) =>
    expectRefused(updating({ title: 'Bye' }, { id }), 'BAD_USER_INPUT', 'id'),
  );
  test('a post that does not exist, or is deleted', async () => {
    for (const id of [randomUUID(), deleted])
      await expectRefused(updating({ title: 'Bye' }, { id }), 'NOT_FOUND');
  });
});

describe('deletePost refuses', () => {
  test.each(named(uuids))('the id %s', (_, id) => expectRefused(deleting(id), 'BAD_USER_INPUT', 'id'));
  test('a post that does not exist, or is deleted', async () => {
    for (const id of [randomUUID(), deleted]) await expectRefused(deleting(id), 'NOT_FOUND');
  });
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(deleting(existing, key), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
});

// 50,000 characters, each of six bytes as JSON: allowed as text, and too large for a record. Too large for a WebSocket message as well.
const tooLarge = '\u0001'.repeat(50_000);

test.each([
  ['creation', () => creating({ content: tooLarge, id: randomUUID() }, randomUUID())],
  ['change', () => updating({ content: tooLarge }, { key: randomUUID() })],
])('a %s whose event no record could hold is refused whole', async (_, call) => {
  const before = await written();
  expectRefusal(refusal(await client.post(...call())), 'BAD_USER_INPUT', undefined);
  expect(await written()).toEqual(before);
});

test('text that is SQL, or as long as allowed beyond the BMP, is stored as it is', async () => {
  for (const [title, content] of [
    ["Robert'); drop table posts; --", "' or 1=1 --"],
    ['😀'.repeat(200), '😀'.repeat(50_000)],
    ['__proto__', '<script>alert("1")</script>\\'],
  ]) {
    const { post } = await createPost(client, { title, content, authorId });
    expect(await readPost(client, post.id)).toMatchObject({ title, content });
  }
});

describe('queries and subscriptions refuse', () => {
  const pages = `query ($first: Int, $after: String, $department: String, $authorId: ID, $position: Position, $waitMs: Int) {
    posts(first: $first, after: $after, department: $department, authorId: $authorId, consistentWith: $position, waitMs: $waitMs) {
      nodes { id }
    }
  }`;
  test.each([0, -1, 501])('a page of %i', (first) =>
    expectRefused([pages, { first }], 'BAD_USER_INPUT', 'first'),
  );
  test.each(named(['', 'x', 'a\0', 'x'.repeat(50_000)]))('the page cursor %s', (_, after) =>
    expectRefused([pages, { after }], 'BAD_USER_INPUT', 'after'),
  );
  test.each(named(badTexts))('the department %s', async (_, department) => {
    await expectRefused([pages, { department }], 'BAD_USER_INPUT', 'department');
    await expectEnded(client, [eventsSubscription, { department }], 'BAD_USER_INPUT', 'department');
  });
  test.each(named(['x', '', 'a\0', "' or 1=1 --"]))('the author %s', (_, author) =>
    expectRefused([pages, { authorId: author }], 'BAD_USER_INPUT', 'authorId'),
  );
  test.each(named(['x', '', 'a\0']))('the position %s', (_, position) =>
    expectRefused([pages, { position }], 'BAD_USER_INPUT', 'consistentWith'),
  );
  test.each([-1, 10_001])('a wait of %i', (waitMs) =>
    expectRefused([pages, { waitMs }], 'BAD_USER_INPUT', 'waitMs'),
  );
  test.each(named(['x', '', 'a\0']))('the post %s', (_, id) =>
    expectRefused(['query ($id: ID!) { post(id: $id) { id } }', { id }], 'BAD_USER_INPUT', 'id'),
  );
  test.each([0, -1, 61])('a heartbeat of %i', (heartbeat) =>
    expectEnded(client, [eventsSubscription, { heartbeat }], 'BAD_USER_INPUT', 'heartbeat'),
  );
  test.each(named(['', 'x', 'a\0']))('the cursor %s', (_, after) =>
    expectEnded(client, [eventsSubscription, { after }], 'CURSOR_INVALID', 'after'),
  );
  test('a cursor of the events of users', async () => {
    const users = client.subscribe('subscription { userEvents(heartbeat: 60) { id } }');
    const { extensions } = await users.next();
    users.complete();
    const after = String(extensions?.cursor);
    await expectEnded(client, [eventsSubscription, { after }], 'CURSOR_INVALID', 'after');
  });
});
