import { beforeAll, describe, expect, test } from '@jest/globals';
import type { TestClient } from '../support/graphql.js';
import { startUnderTest } from '../support/under-test.js';
import { watch, type Watched } from '../support/watch.js';
import { createUser, deleteUser, updateUser } from '../users/support.js';
import {
  createPost,
  deletePost,
  eventsSubscription,
  readPost,
  updatePost,
  type PostEventAnswer,
} from './support.js';

let client: TestClient;
beforeAll(async () => {
  ({ client } = await startUnderTest());
});

const watchEvents = (variables: object = {}): Promise<Watched<PostEventAnswer>> =>
  watch(client, 'postEvents', eventsSubscription, variables);

const createMany = (count: number, authorId: string): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, () => createPost(client, { authorId })));

describe('postEvents', () => {
  test('brings each event of a post once, in order, with the post and its author as they are now', async () => {
    const { user } = await createUser(client, { name: 'Ada', department: 'Sales' });
    const events = await watchEvents();
    const { post } = await createPost(client, { authorId: user.id });
    const created = await events.next();
    expect(created).toMatchObject({
      type: 'post.created',
      postId: post.id,
      version: 1,
      department: 'Sales',
      post,
      occurredAt: post.createdAt,
    });
    const { post: changed } = await updatePost(client, { id: post.id, input: { title: 'Bye' } });
    expect(await events.next()).toMatchObject({ type: 'post.updated', version: 2, post: changed });
    await updatePost(client, { id: post.id, input: { title: 'Bye' } });
    await updateUser(client, { id: user.id, input: { name: 'Grace' } });
    await deletePost(client, post.id);
    expect(await events.next()).toMatchObject({ type: 'post.deleted', version: 3, post: null });
    await events.isQuiet();
    events.complete();
  });

  test('with a department brings those of posts whose author was in it at the time', async () => {
    const { user } = await createUser(client, { department: '가구' });
    const { user: other } = await createUser(client, { department: 'Elsewhere' });
    const [before, after] = [
      await watchEvents({ department: '가구'.normalize('NFD') }),
      await watchEvents({ department: '나무' }),
    ];
    await createPost(client, { authorId: other.id });
    const { post } = await createPost(client, { authorId: user.id });
    await updatePost(client, { id: post.id, input: { title: 'One' } });
    await updateUser(client, { id: user.id, input: { department: '나무' } });
    await updatePost(client, { id: post.id, input: { title: 'Two' } });
    await deleteUser(client, user.id);
    await updatePost(client, { id: post.id, input: { title: 'Three' } });
    expect((await before.take(2)).map(({ version, department }) => [version, department])).toEqual([
      [1, '가구'],
      [2, '가구'],
    ]);
    expect(await after.next()).toMatchObject({ postId: post.id, version: 3, department: '나무' });
    const all = await watchEvents({ after: before.cursor });
    expect((await all.take(5)).at(-1)).toMatchObject({ version: 4, department: null });
    for (const events of [before, after, all]) {
      await events.isQuiet();
      events.complete();
    }
  });

  test('continues behind the cursor of any event, without gap or repeat', async () => {
    const { user } = await createUser(client);
    const events = await watchEvents();
    await createMany(30, user.id);
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

describe('posts', () => {
  interface Page {
    readonly nodes: { id: string; version: number; authorName: string | null; department: string | null }[];
    readonly asOf: string;
    readonly totalCount: number;
  }
  const list = async (variables: object): Promise<Page> =>
    (
      await client.data<{ posts: Page }>(
        `query ($authorId: ID, $department: String, $position: Position) {
          posts(first: 500, authorId: $authorId, department: $department, consistentWith: $position, waitMs: 10000) {
            nodes { id version authorName department } asOf totalCount
          }
        }`,
        variables,
      )
    ).posts;

  test('contain the write of a position: a post, its change, its author’s move, its author’s end, its own', async () => {
    const { user } = await createUser(client, { name: 'Ada', department: 'Left' });
    const asked = { authorId: user.id.toUpperCase() };
    const { post, position } = await createPost(client, { authorId: user.id });
    const shown = { id: post.id, version: 1, authorName: 'Ada', department: 'Left' };
    expect((await list({ ...asked, position })).nodes).toEqual([shown]);
    const changed = await updatePost(client, { id: post.id, input: { title: 'Bye' } });
    expect((await list({ ...asked, position: changed.position })).nodes).toMatchObject([{ version: 2 }]);
    const moved = await updateUser(client, { id: user.id, input: { name: 'Grace', department: 'Right' } });
    const now = { ...shown, version: 2, authorName: 'Grace', department: 'Right' };
    expect((await list({ ...asked, position: moved.position })).nodes).toEqual([now]);
    expect((await list({ department: 'Left' })).nodes).toEqual([]);
    expect(await list({ department: 'Right' })).toMatchObject({ nodes: [now], totalCount: 1 });
    const gone = await deleteUser(client, user.id);
    const orphan = { ...now, authorName: null, department: null };
    expect((await list({ ...asked, position: gone.position })).nodes).toEqual([orphan]);
    expect(await readPost(client, post.id)).toMatchObject(orphan);
    const ended = await deletePost(client, post.id);
    expect(await list({ ...asked, position: ended.position })).toMatchObject({ nodes: [], totalCount: 0 });
  });

  test('that a page does not have come behind its asOf, while posts come in', async () => {
    const { user } = await createUser(client, { department: 'As-of' });
    const sending = createMany(60, user.id);
    const pages: Page[] = [];
    for (let n = 0; n < 5; n += 1) pages.push(await list({ authorId: user.id }));
    await sending;
    for (const { nodes, asOf } of pages) {
      const events = await watchEvents({ after: asOf, department: 'As-of' });
      const seen = new Set(nodes.map(({ id }) => id));
      while (seen.size < 60) seen.add((await events.next()).postId);
      events.complete();
    }
  });
});
