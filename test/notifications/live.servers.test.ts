import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { watch, type Watched } from '../support/watch.js';
import { markRead, page, send, subscription, type NotificationAnswer } from './support.js';

/** Without the service that delivers: what it does is its own test's. */
const roles = ['gateway', 'relay'] as const;
let notifications: UnderTest;
let client: TestClient;
beforeAll(async () => {
  notifications = await startUnderTest({ roles });
  ({ client } = notifications);
});

const watchThose = (recipientId: string, after?: string): Promise<Watched<NotificationAnswer>> =>
  watch(client, 'notifications', subscription, { recipientId, after });

const sendMany = (recipientId: string, count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, () => send(client, { recipientId })));

test('notifications brings those of the recipient alone, when created and when read, with a cursor', async () => {
  const [mine, other] = [`나-${randomUUID()}`, randomUUID()];
  const [own, others] = [await watchThose(mine.normalize('NFD')), await watchThose(other)];
  const data = JSON.parse('{ "a": [0.1, 1e300, null], "__proto__": { "b": 1 } }') as Record<string, unknown>;
  const { notification } = await send(client, { recipientId: mine, data });
  await send(client, { recipientId: other });
  const created = await own.next();
  expect(created).toEqual({ ...notification, cursor: expect.any(String) });
  expect(JSON.stringify(created.data)).toBe(JSON.stringify(data));
  const { notification: readOne } = await markRead(client, notification.id);
  await markRead(client, notification.id);
  expect(await own.next()).toEqual({ ...readOne, cursor: expect.any(String) });
  expect(await others.next()).toMatchObject({ recipientId: other, version: 1 });
  for (const watched of [own, others]) {
    await watched.isQuiet();
    watched.complete();
  }
});

test('what the list does not have comes behind its asOf', async () => {
  const recipientId = randomUUID();
  await sendMany(recipientId, 5);
  const { nodes, asOf } = await page(client, { recipientId });
  await sendMany(recipientId, 5);
  const watched = await watchThose(recipientId, asOf);
  const seen = new Set(nodes.map(({ id }) => id));
  expect(seen.size).toBe(5);
  while (seen.size < 10) seen.add((await watched.next()).id);
  await watched.isQuiet();
  watched.complete();
});

test('a subscriber that resumes with its cursor after a kill -9 has seen every notification once', async () => {
  const recipientId = randomUUID();
  const watched = await watchThose(recipientId);
  await sendMany(recipientId, 20);
  const seen = await watched.take(10);
  await sendMany(recipientId, 20);
  await notifications.millrace.kill9();
  const again = await startMillrace({ env: notifications.env, port: notifications.millrace.port, roles });
  client = createTestClient(again.url);
  const resumed = await watchThose(recipientId, String(seen.at(-1)?.cursor));
  seen.push(...(await resumed.take(30)));
  await sendMany(recipientId, 20);
  seen.push(...(await resumed.take(20)));
  await resumed.isQuiet();
  expect(new Set(seen.map(({ id }) => id)).size).toBe(60);
  expect(new Set(seen.map(({ id }) => id))).toEqual(
    new Set((await page(client, { recipientId, first: 100 })).nodes.map(({ id }) => id)),
  );
  resumed.complete();
});
