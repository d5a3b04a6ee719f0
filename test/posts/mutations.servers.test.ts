import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { refusal } from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  countRows,
  createUser,
  deleteUser,
  eventsOf,
  updateUser,
  type UserAnswer,
} from '../users/support.js';
import {
  aPost,
  createPost,
  createPostMutation,
  deletePost,
  deletePostMutation,
  readPost,
  updatePost,
  updatePostMutation,
  type Payload,
  type PostInput,
  type Update,
} from './support.js';

let posts: UnderTest;
let client: TestClient;
let clients: readonly TestClient[];
/** Of the posts whose author does not matter. */
let author: UserAnswer;
beforeAll(async () => {
  posts = await startUnderTest();
  ({ client } = posts);
  clients = [client, createTestClient((await startMillrace({ env: posts.env })).url)];
  author = (await createUser(client, { name: 'Ada', department: 'Engineering' })).user;
});

const ofAuthor = (input: PostInput = {}): PostInput => ({ authorId: author.id, ...input });
const create = (input: PostInput, key?: string, from = client) =>
  from.post<{ createPost: Payload }>(createPostMutation, { input: aPost(ofAuthor(input)), key });
const update = (change: Update, from = client) =>
  from.post<{ updatePost: Payload }>(updatePostMutation, change);
const remove = (id: string, key?: string) => client.post(deletePostMutation, { id, key });
const rows = () => countRows(posts.database);
const events = (id: string) => eventsOf(posts.database, id);
const onBoth = <T>(count: number, call: (from: TestClient, n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => call(clients[n % 2]!, n)));

const conflict = (reason: string) => ({ code: 'CONFLICT', reason });

describe('createPost', () => {
  test('fills in id and times, and shows the author', async () => {
    const { post, replayed } = await createPost(client, ofAuthor());
    expect(post).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      authorId: author.id,
      authorName: 'Ada',
      department: 'Engineering',
      version: 1,
      updatedAt: post.createdAt,
    });
    expect(replayed).toBe(false);
    expect(await readPost(client, post.id)).toEqual(post);
    expect(await events(post.id)).toEqual([{ type: 'post.created', version: 1, department: 'Engineering' }]);
  });

  test('stores text in NFC and ids in lower case', async () => {
    const id = randomUUID();
    const { post } = await createPost(client, {
      id: id.toUpperCase(),
      title: 'Cafe\u0301',
      content: '부산\n'.normalize('NFD'),
      authorId: author.id.toUpperCase(),
    });
    expect(post).toMatchObject({ id, title: 'Caf\u00e9', content: '부산\n', authorId: author.id });
    expect(await readPost(client, id.toUpperCase())).toEqual(post);
  });

  test('accepts an id again with the same values, however they are written, and changes nothing', async () => {
    const first = ofAuthor({ id: randomUUID(), title: 'Caf\u00e9' });
    const { post } = await createPost(client, first);
    const before = await rows();
    const repeats = [
      first,
      { ...first, title: 'Cafe\u0301', id: first.id!.toUpperCase(), authorId: author.id.toUpperCase() },
    ];
    for (const repeat of repeats)
      expect(await createPost(client, repeat)).toMatchObject({ post, replayed: true });
    expect(await rows()).toEqual(before);
  });

  test.each<[string, PostInput]>([
    ['title', { title: 'Bye' }],
    ['content', { content: 'world' }],
    ['author', { authorId: randomUUID() }],
  ])('refuses an id that exists with another %s, and changes nothing', async (_, difference) => {
    const input = { id: randomUUID() };
    const { post } = await createPost(client, ofAuthor(input));
    const before = await rows();
    const { message, extensions } = refusal(await create({ ...input, ...difference }));
    expect(extensions).toMatchObject(conflict('ALREADY_EXISTS'));
    expect(message).toContain(input.id);
    expect(await rows()).toEqual(before);
    expect(await readPost(client, input.id)).toEqual(post);
  });

  test('compares a repeat with what the post was created with, and answers the post as it is now', async () => {
    const input = ofAuthor({ id: randomUUID() });
    const { post } = await createPost(client, input);
    const changed = await updatePost(client, { id: post.id, input: { title: 'Bye' } });
    expect(await createPost(client, input)).toMatchObject({ post: changed.post, replayed: true });
    expect(refusal(await create({ ...input, title: 'Bye' })).extensions).toMatchObject(
      conflict('ALREADY_EXISTS'),
    );
  });

  test('refuses the id of a deleted post', async () => {
    const input = ofAuthor({ id: randomUUID() });
    await createPost(client, input);
    await deletePost(client, input.id!);
    const before = await rows();
    expect(refusal(await create(input)).extensions).toMatchObject(conflict('ALREADY_EXISTS'));
    expect(await rows()).toEqual(before);
    expect(await readPost(client, input.id!)).toBeNull();
  });

  test('makes one post of 50 calls at once with the same id', async () => {
    const input = ofAuthor({ id: randomUUID() });
    const answers = await onBoth(50, (from) => createPost(from, input));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ post }) => JSON.stringify(post))).size).toBe(1);
    expect(await events(input.id!)).toHaveLength(1);
  });
});

describe('the author', () => {
  test('must be there, or the post is NOT_FOUND with the field authorId', async () => {
    const { user: gone } = await createUser(client);
    await deleteUser(client, gone.id);
    const [key, before] = [randomUUID(), await rows()];
    for (const authorId of [randomUUID(), gone.id]) {
      const { message, extensions } = refusal(await create({ authorId }, key));
      expect(extensions).toMatchObject({ code: 'NOT_FOUND', field: 'authorId' });
      expect(message).toContain(authorId);
    }
    expect(await rows()).toEqual(before);
    expect(await createPost(client, ofAuthor(), key)).toMatchObject({ replayed: false });
  });

  test('that is deleted leaves its posts, without name and department, and they can still be changed', async () => {
    const { user } = await createUser(client, { name: 'Bob', department: 'Sales' });
    const input = { id: randomUUID(), authorId: user.id };
    const first = await createPost(client, input);
    expect(first.post).toMatchObject({ authorName: 'Bob', department: 'Sales' });
    await deleteUser(client, user.id);
    const orphan = { ...first.post, authorName: null, department: null };
    expect(await readPost(client, input.id)).toEqual(orphan);
    expect(await createPost(client, input)).toMatchObject({ post: orphan, replayed: true });
    const { post } = await updatePost(client, { id: input.id, input: { title: 'Bye' } });
    expect(post).toMatchObject({ ...orphan, title: 'Bye', version: 2, updatedAt: post.updatedAt });
    await deletePost(client, input.id);
    expect(await events(input.id)).toEqual([
      { type: 'post.created', version: 1, department: 'Sales' },
      { type: 'post.updated', version: 2, department: null },
      { type: 'post.deleted', version: 3, department: null },
    ]);
  });

  test('that moves takes its posts along; each event has the department of its time', async () => {
    const { user } = await createUser(client, { name: 'Bob', department: 'Sales' });
    const { post } = await createPost(client, { authorId: user.id });
    await updateUser(client, { id: user.id, input: { name: 'Robert', department: 'Ops' } });
    const moved = { ...post, authorName: 'Robert', department: 'Ops' };
    expect(await readPost(client, post.id)).toEqual(moved);
    const { post: changed } = await updatePost(client, { id: post.id, input: { content: 'Moved' } });
    expect(changed).toMatchObject({ authorName: 'Robert', department: 'Ops', version: 2 });
    await deletePost(client, post.id);
    expect((await events(post.id)).map(({ department }) => department)).toEqual(['Sales', 'Ops', 'Ops']);
  });

  test('is never gone before a post of it is created, whoever is faster', async () => {
    let created = 0;
    let refused = 0;
    for (let round = 0; round < 10; round += 1) {
      const { user } = await createUser(client);
      const answers = await onBoth(12, async (from, n) => {
        if (n === 6) return void (await deleteUser(from, user.id));
        // From then on each round has some on either side.
        if (n > 6) await readPost(from, randomUUID());
        return create({ authorId: user.id }, undefined, from);
      });
      const [last] = await posts.database.query<{ id: string }>(
        `select id from outbox where convert_from(key, 'UTF8') = $1 and headers ->> 'ce_type' = 'user.deleted'`,
        [user.id],
      );
      const stored = await posts.database.query<{ id: string; event: string }>(
        `select p.id, o.id as event from posts p left join outbox o on convert_from(o.key, 'UTF8') = p.id::text where author_id = $1`,
        [user.id],
      );
      for (const { event } of stored) expect(Number(event)).toBeLessThan(Number(last?.id));
      const accepted = answers.flatMap((answer) => answer?.data?.createPost.post.id ?? []);
      expect(stored.map(({ id }) => id).toSorted()).toEqual(accepted.toSorted());
      for (const answer of answers)
        if (answer?.errors)
          expect(refusal(answer).extensions).toMatchObject({ code: 'NOT_FOUND', field: 'authorId' });
      created += accepted.length;
      refused += 11 - accepted.length;
    }
    expect(created).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });
});

describe('an idempotency key', () => {
  test('gives 50 calls at once one post and one answer, also after the author has another name', async () => {
    const { user } = await createUser(client, { name: 'Bob' });
    const before = await rows();
    const key = randomUUID();
    const answers = await onBoth(50, (from) => createPost(from, { authorId: user.id }, key));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ post, position }) => JSON.stringify([post, position]))).size).toBe(1);
    const after = await rows();
    expect([after.posts! - before.posts!, after.outbox! - before.outbox!]).toEqual([1, 1]);
    await updateUser(client, { id: user.id, input: { name: 'Robert' } });
    expect(await createPost(client, { authorId: user.id }, key)).toEqual({ ...answers[0], replayed: true });
  });

  test('gives 50 changes, and 50 deletions, at once one effect and one answer', async () => {
    const { post } = await createPost(client, ofAuthor());
    const change = { id: post.id, input: { title: 'Bye' }, expectedVersion: 1, key: randomUUID() };
    const changes = await onBoth(50, (from) => updatePost(from, change));
    expect(changes.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const answer of changes) expect(answer.post).toMatchObject({ title: 'Bye', version: 2 });
    const key = randomUUID();
    const deletions = await onBoth(50, (from) => deletePost(from, post.id, key));
    expect(deletions.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await deletePost(client, post.id, key)).toEqual({ ...deletions[0], replayed: true });
    expect(await updatePost(client, change)).toEqual({ ...changes[0], replayed: true });
    expect(await events(post.id)).toHaveLength(3);
  });

  test('is bound to operation and arguments, and not used up by a call that was refused', async () => {
    const key = randomUUID();
    const { post } = await createPost(client, ofAuthor());
    const refused = [
      await create({ id: post.id, title: 'Bye' }, key),
      await create({ title: '' }, key),
      await update({ id: post.id, input: { title: 'Bye' }, expectedVersion: 9, key }),
      await update({ id: randomUUID(), input: { title: 'Bye' }, key }),
      await remove(randomUUID(), key),
    ];
    expect(refused.map((answer) => refusal(answer).extensions.code)).toEqual([
      ...['CONFLICT', 'BAD_USER_INPUT', 'CONFLICT', 'NOT_FOUND', 'NOT_FOUND'],
    ]);
    await updatePost(client, { id: post.id, input: { title: 'Bye' }, key });
    const reused = [
      await update({ id: post.id, input: { title: 'Bye!' }, key }),
      await update({ id: post.id, input: { content: 'Bye' }, key }),
      await remove(post.id, key),
      await create({}, key),
    ];
    for (const answer of reused)
      expect(refusal(answer).extensions).toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
        field: 'idempotencyKey',
      });
  });
});

describe('updatePost', () => {
  test('changes what is given and keeps the rest', async () => {
    const { post } = await createPost(client, ofAuthor());
    const steps: [object, object][] = [
      [{ title: 'Bye' }, { title: 'Bye', content: 'World', version: 2 }],
      [{ content: 'All' }, { title: 'Bye', content: 'All', version: 3 }],
      [
        { title: 'Hello', content: 'again' },
        { title: 'Hello', content: 'again', version: 4 },
      ],
    ];
    for (const [input, expected] of steps) {
      const { post: changed } = await updatePost(client, { id: post.id.toUpperCase(), input });
      expect(changed).toMatchObject({ ...expected, id: post.id, createdAt: post.createdAt });
      expect(await readPost(client, post.id)).toEqual(changed);
    }
    expect((await events(post.id)).map(({ type, version }) => [type, version])).toEqual([
      ['post.created', 1],
      ...[2, 3, 4].map((version) => ['post.updated', version]),
    ]);
  });

  test('that changes nothing writes nothing', async () => {
    const { post } = await createPost(client, ofAuthor({ title: 'Caf\u00e9' }));
    const before = await rows();
    for (const input of [
      { title: 'Cafe\u0301' },
      { content: 'World' },
      { title: 'Caf\u00e9', content: 'World' },
    ])
      expect(await updatePost(client, { id: post.id, input, expectedVersion: 1 })).toMatchObject({
        post,
        position: expect.any(String),
        replayed: false,
      });
    expect(await rows()).toEqual(before);
  });

  test('by 40 at once that expect the same version succeeds once, the others are VERSION_MISMATCH', async () => {
    const { post } = await createPost(client, ofAuthor());
    const answers = await onBoth(40, (from, n) =>
      update({ id: post.id, input: { title: `n${n}` }, expectedVersion: 1 }, from),
    );
    expect(answers.filter(({ data }) => data?.updatePost)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions).toMatchObject(conflict('VERSION_MISMATCH'));
    expect(await events(post.id)).toHaveLength(2);
  });
});

test('deletePost takes the post out of every read, once', async () => {
  const { post } = await createPost(client, ofAuthor());
  expect(await deletePost(client, post.id.toUpperCase())).toMatchObject({ id: post.id, replayed: false });
  expect(await readPost(client, post.id)).toBeNull();
  const before = await rows();
  expect(refusal(await remove(post.id)).extensions.code).toBe('NOT_FOUND');
  expect(refusal(await update({ id: post.id, input: { title: 'Bye' } })).extensions.code).toBe('NOT_FOUND');
  expect(await rows()).toEqual(before);
});
