import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { createMillrace, type Millrace, type Watch } from '../../sdk/src/index.js';
import { insertLetters } from '../dead-letters/support.js';
import { closeAtEnd } from '../support/cleanup.js';
import { startMillrace } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

/** The SDK's operations, beside those of orders, on a real gateway. */
let sdk: UnderTest;
let millrace: Millrace;
beforeAll(async () => {
  sdk = await startUnderTest();
  millrace = createMillrace({ url: sdk.millrace.url, webSocketImpl: WebSocket, retryForMs: 30_000 });
  closeAtEnd(millrace.dispose);
});

const take = async <T>(watch: Watch<T>, count: number): Promise<T[]> => {
  const items: T[] = [];
  while (items.length < count) {
    const { value, done } = await watch.next();
    if (done === true) throw new Error(`ended after ${items.length} of ${count}`);
    items.push(value);
  }
  return items;
};

test('users, their posts and their departments', async () => {
  const department = 'Research';
  const users = millrace.watchUserEvents({ department });
  const posts = millrace.watchPostEvents({ department });
  const departments = millrace.watchDepartmentStats({ department });
  await Promise.all([users.ready, posts.ready, departments.ready]);

  const { user } = await millrace.createUser({
    input: { name: 'Kim', email: 'kim@example.com', department },
  });
  const { post } = await millrace.createPost({ input: { title: 'a', content: 'b', authorId: user.id } });
  const changed = await millrace.updateUser({ id: user.id, input: { name: 'Lee' }, expectedVersion: 1 });
  const { position } = await millrace.updatePost({ id: post.id, input: { title: 'c' } });
  expect(await millrace.user({ id: user.id })).toEqual(changed.user);
  expect(await millrace.post({ id: post.id, consistentWith: position })).toMatchObject({ title: 'c' });
  const consistentWith = changed.position;
  expect(await millrace.posts({ authorId: user.id, consistentWith })).toMatchObject({
    totalCount: 1,
    nodes: [{ id: post.id, authorName: 'Lee', department }],
  });
  expect(await millrace.departmentStats({ department, consistentWith: position })).toMatchObject([
    { department, users: 1, activeUsers: 1, posts: 1 },
  ]);
  await millrace.deletePost({ id: post.id });
  await millrace.deleteUser({ id: user.id });
  expect(await millrace.users({ department })).toMatchObject({ totalCount: 0, nodes: [] });

  expect((await take(users, 3)).map(({ type, version }) => [type, version])).toEqual([
    ['user.created', 1],
    ['user.updated', 2],
    ['user.deleted', 3],
  ]);
  expect((await take(posts, 3)).map(({ type }) => type)).toEqual([
    'post.created',
    'post.updated',
    'post.deleted',
  ]);
  for await (const { version, ...stats } of departments) {
    if (version > 0 && stats.users === 0) break;
  }
});

test('products', async () => {
  const products = millrace.watchProductEvents();
  await products.ready;
  const input = { productName: 'Lamp', price: '19.90', currency: 'EUR', stockQuantity: 2 };
  const { product } = await millrace.createProduct({ input });
  await millrace.updateProduct({ id: product.id, input: { stockQuantity: 1 }, expectedVersion: 1 });
  expect(await millrace.product({ id: product.id })).toMatchObject({
    ...input,
    stockQuantity: 1,
    version: 2,
  });
  expect(await millrace.products({ inStock: true })).toMatchObject({ totalCount: 1 });
  expect(await take(products, 2)).toMatchObject([{ type: 'product.created' }, { type: 'product.changed' }]);
});

test('notifications come once when created and once when read, also across a kill -9 of the gateway', async () => {
  const recipientId = randomUUID();
  const notifications = millrace.watchNotifications({ recipientId });
  await notifications.ready;
  const send = async (title: string) =>
    (
      await millrace.sendNotification({
        input: { id: randomUUID(), recipientId, kind: 'k', title, body: 'b' },
      })
    ).notification.id;
  const first = await send('first');
  expect(await take(notifications, 1)).toMatchObject([{ id: first, readAt: null }]);
  await sdk.millrace.kill9();
  await startMillrace({ env: sdk.env, port: sdk.millrace.port });
  await millrace.markNotificationRead({ id: first });
  const second = await send('second');
  expect(await take(notifications, 2)).toMatchObject([
    { id: first, readAt: expect.any(String) },
    { id: second, readAt: null },
  ]);
  expect(await millrace.notifications({ recipientId, unreadOnly: true })).toMatchObject({
    nodes: [{ id: second }],
    totalCount: 1,
  });
});

test('dead letters, and each change of one', async () => {
  const ids = await insertLetters(
    sdk.database,
    Array.from({ length: 100 }, () => ({ consumer: 'nobody', value: '{}' })),
  );
  const filter = { consumer: 'nobody' };
  expect(await millrace.deadLetters({ filter, first: 10 })).toMatchObject({ totalCount: 100 });
  expect(await millrace.deadLetter({ id: ids[0]! })).toMatchObject({
    state: 'PENDING',
    value: '{}',
    waiting: [],
  });
  expect(await millrace.redriveDeadLetters({ filter, dryRun: true })).toEqual({
    matched: 100,
    redriven: 0,
    dryRun: true,
  });
  const letters = millrace.watchDeadLetters({ filter });
  // It is not told when it streams: letters change until one of them comes.
  let change: Awaited<ReturnType<typeof letters.next>> | undefined;
  const watched = letters.next().then((result) => (change = result));
  for (const id of ids) {
    if (change) break;
    expect(await millrace.discardDeadLetters({ ids: [id], reason: 'a test' })).toBe(1);
    await Promise.race([watched, millrace.deadLetter({ id })]);
  }
  expect((await watched).value).toMatchObject({ state: 'DISCARDED', reason: 'a test' });
});
