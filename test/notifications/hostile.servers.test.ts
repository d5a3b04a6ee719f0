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
import { aNotification, countRows, page, readMutation, send, sendMutation, subscription } from './support.js';

/** Every refusal: its code, the field at fault, a message without internals, and nothing written. */
let notifications: UnderTest;
let client: TestClient;
beforeAll(async () => {
  notifications = await startUnderTest({ roles: ['gateway', 'relay'] });
  ({ client } = notifications);
});

const expectRefused = (call: Call, code: string, field?: string) =>
  expectCallRefused(client, () => countRows(notifications.database), call, code, field);

const sending = (input: object, key?: unknown): Call => [
  sendMutation,
  { input: { ...aNotification(), ...input }, key },
];

const uuids = ['x', '', '0191d2a46f0c7cc18a532f2d9c1e7b10', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10\0', "' or 1=1"]; // prettier-ignore

describe('sendNotification refuses', () => {
  test.each(
    ['recipientId', 'kind', 'title'].flatMap((field) =>
      named(badTexts).map(([name, text]): [string, string, unknown] => [field, name, text]),
    ),
  )('the %s %s', (field, _, text) => expectRefused(sending({ [field]: text }), 'BAD_USER_INPUT', field));

  test.each(named(['', '  ', 'a\0b', 'x'.repeat(10_001), '😀'.repeat(10_001)]))('the body %s', (_, body) =>
    expectRefused(sending({ body }), 'BAD_USER_INPUT', 'body'),
  );

  const large = 'x'.repeat(65_536);
  test.each(
    named([
      { a: '\0' },
      { 'a\0': 1 },
      { deep: [{ list: [[{ b: 'x\0y' }]] }] },
      { deep: [{ list: [{ 'b\0': null }] }] },
      { a: large },
      { [large]: 1 },
      { a: Array(40_000).fill(1) },
      { a: '\u0001'.repeat(11_000) },
      { a: '부'.repeat(22_000) },
    ]),
  )('data %s', (_, data) => expectRefused(sending({ data }), 'BAD_USER_INPUT', 'data'));

  test.each(named([[], [1], 'text', 5, true]))('data that is no object: %s', (_, data) =>
    expectRefused(sending({ data }), 'BAD_USER_INPUT', 'input.data'),
  );

  test.each(['{ a: 1e400 }', '{ a: [{ b: -1e999 }] }'])(
    'the literal %s, whose number no double holds',
    (literal) =>
      expectRefused(
        [
          `mutation { sendNotification(input: { recipientId: "a", kind: "a", title: "a", body: "a", data: ${literal} }) { replayed } }`,
          {},
        ],
        'BAD_USER_INPUT',
        'data',
      ),
  );

  test.each(named(uuids))('the id %s', (_, id) => expectRefused(sending({ id }), 'BAD_USER_INPUT', 'id'));
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(sending({}, key), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
  test.each(['recipientId', 'kind', 'title', 'body'])('null as %s', (field) =>
    expectRefused(sending({ [field]: null }), 'BAD_USER_INPUT', `input.${field}`),
  );
  test.each(['sourceEventId', 'deliveredAt', 'readAt', 'orderId'])('%s, which is not for clients', (field) =>
    expectRefused(sending({ [field]: randomUUID() }), 'BAD_USER_INPUT', 'input'),
  );
});

test('half of a surrogate pair in data makes a request that nobody can answer', async () => {
  for (const data of [{ a: '\ud800' }, { '\udc00': 1 }])
    expectRefusal(refusal(await client.post(...sending({ data }))), 'BAD_REQUEST', undefined);
});

test('text that is SQL or markup is stored as it is', async () => {
  const text = `Robert'); drop table notifications; -- <b>"\\ \${x} %s`;
  const recipientId = `${text} ${randomUUID()}`;
  const { notification } = await send(client, {
    recipientId,
    title: text,
    body: text,
    data: { [text]: text },
  });
  expect((await page(client, { recipientId })).nodes).toEqual([notification]);
});

describe('markNotificationRead refuses', () => {
  test.each(named(uuids))('the id %s', (_, id) =>
    expectRefused([readMutation, { id }], 'BAD_USER_INPUT', 'id'),
  );
  test('one that does not exist', () => expectRefused([readMutation, { id: randomUUID() }], 'NOT_FOUND'));
});

describe('queries and subscriptions refuse', () => {
  const pages = `query ($recipientId: ID!, $first: Int, $after: String) {
    notifications(recipientId: $recipientId, first: $first, after: $after) { nodes { id } }
  }`;
  const asked = { recipientId: 'recipient-1' };
  test.each(named(badTexts))('notifications of the recipient %s', async (_, recipientId) => {
    await expectRefused([pages, { recipientId }], 'BAD_USER_INPUT', 'recipientId');
    await expectEnded(client, [subscription, { recipientId }], 'BAD_USER_INPUT', 'recipientId');
  });
  test.each([0, -1, 501])('a page of %i', (first) =>
    expectRefused([pages, { ...asked, first }], 'BAD_USER_INPUT', 'first'),
  );
  test.each(named(['', 'x', 'a\0', 'x'.repeat(50_000)]))('the page cursor %s', (_, after) =>
    expectRefused([pages, { ...asked, after }], 'BAD_USER_INPUT', 'after'),
  );
  test.each([0, -1, 61])('a heartbeat of %i', (heartbeat) =>
    expectEnded(client, [subscription, { ...asked, heartbeat }], 'BAD_USER_INPUT', 'heartbeat'),
  );
  test.each(named(['', 'x', 'a\0']))('the cursor %s', (_, after) =>
    expectEnded(client, [subscription, { ...asked, after }], 'CURSOR_INVALID', 'after'),
  );
});
