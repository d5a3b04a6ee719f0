import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createCursors } from '../../src/live/cursor.js';
import { createTokens } from '../../src/tokens.js';
import type { TestClient } from '../support/graphql.js';
import {
  badTexts,
  expectEnded,
  expectRefusal,
  expectRefused as expectCallRefused,
  internals,
  named,
  overSocket,
  refusal,
  type Call,
} from '../support/refusals.js';
import {
  anOrder,
  changeStatusMutation,
  countRows,
  createOrder,
  createOrderMutation,
  createOrders,
  eventsSubscription,
} from './support.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

/** Every refusal: its code, the field at fault, a message without internals, and nothing written. */
let orders: UnderTest;
let client: TestClient;
let cursor: string;
let existing: string;
beforeAll(async () => {
  orders = await startUnderTest();
  ({ client } = orders);
  existing = (await createOrder(client, {})).order.id;
  const start = await client.subscribe(eventsSubscription, { heartbeat: 60 }).next();
  cursor = String(start.extensions?.cursor);
});

const written = () => countRows(orders.database);
const expectRefused = (call: Call, code: string, field?: string) =>
  expectCallRefused(client, written, call, code, field);

const creating = (input: object, key?: string): Call => [
  createOrderMutation,
  { input: { ...anOrder(), ...input }, key },
];

describe('createOrder refuses', () => {
  const amounts = [
    '0', '-1', '-0', '0.000', 0, -1, '1.5', '0.1', '1'.repeat(10_000), `1.${'0'.repeat(10_000)}`, '1'.repeat(16), 'NaN',
    'Infinity', '1e5', '1E5', '+5', '', ' 5', '5 ', '5\n', '.5', '5.', '1,000', '0x10', '٣', '５', '1\0', '1_000', '--1',
  ]; // prettier-ignore
  test.each(named(amounts))('the amount %s', (_, totalAmount) =>
    expectRefused(creating({ totalAmount }), 'BAD_USER_INPUT', 'totalAmount'),
  );

  test.each([
    ['GBP', '0.001'],
    ['GBP', '12.345'],
    ['BHD', '0.0001'],
    ['KRW', '0.5'],
  ])('in %s the amount %s, which is too fine', (currency, totalAmount) =>
    expectRefused(creating({ currency, totalAmount }), 'BAD_USER_INPUT', 'totalAmount'),
  );

  const currencies = [
    'gbp',
    'XXX',
    'ZZZ',
    '',
    'GBPP',
    ' GBP',
    'G\0P',
    'constructor',
    '__proto__',
    'XAU',
    'x'.repeat(10_000),
  ];
  test.each(named(currencies))('the currency %s', (_, currency) =>
    expectRefused(creating({ currency }), 'BAD_USER_INPUT', 'currency'),
  );

  const uuids = ['x', '', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b1', '0191d2a46f0c7cc18a532f2d9c1e7b10', '{0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10}', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b1g', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10\0', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10\n', 7]; // prettier-ignore
  test.each(named(uuids))('the id %s', (_, id) => expectRefused(creating({ id }), 'BAD_USER_INPUT', 'id'));

  const times = [
    '', 'now', '2026-01-31', '2026-01-31T09:00:00', '2026-02-30T00:00:00Z', '2025-02-29T00:00:00Z', '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-31T24:00:00Z', '2026-01-31T09:60:00Z', '2016-12-31T23:59:60Z',
    '0000-01-01T00:00:00Z', '0099-01-01T00:00:00Z', '1899-12-31T23:59:59Z', '1900-01-01T00:00:00+01:00', '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z', '+275761-01-01T00:00:00Z', '9999-12-31T23:59:59-01:00', '2026-01-31T09:00:00+24:00',
    '2026-01-31T09:00:00+0900', '2026-01-31T09:00:00 Z', '2026-01-31T09:00:00Z\0', '1769850000000', 'infinity',
  ]; // prettier-ignore
  test.each(named(times))('the time %s', (_, placedAt) =>
    expectRefused(creating({ placedAt }), 'BAD_USER_INPUT', 'placedAt'),
  );

  test.each(
    ['customerId', 'region', 'customerEmail'].flatMap((field) =>
      named(badTexts).map(([name, text]): [string, string, unknown] => [field, name, text]),
    ),
  )('the %s %s', (field, _, text) => expectRefused(creating({ [field]: text }), 'BAD_USER_INPUT', field));

  const emails = [
    'nobody',
    '@',
    'a@b',
    'a b@example.com',
    'a@exa mple.com',
    'a@@example.com',
    `${'x'.repeat(250)}@example.com`,
    'a\0@example.com',
  ];
  test.each(named(emails))('the email %s', (_, customerEmail) =>
    expectRefused(creating({ customerEmail }), 'BAD_USER_INPUT', 'customerEmail'),
  );

  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(creating({}, key as string), 'BAD_USER_INPUT', 'idempotencyKey'),
  );

  test.each<[string, object]>([
    ['totalAmount', { totalAmount: 1.5 }],
    ['totalAmount', { totalAmount: true }],
    ['totalAmount', { totalAmount: null }],
    ['totalAmount', { totalAmount: ['1'] }],
    ['totalAmount', { totalAmount: 2 ** 53 }],
    ['customerId', { customerId: { a: 1 } }],
    ['currency', { currency: 5 }],
    ['placedAt', { placedAt: 0 }],
  ])('another kind of JSON as %s: %j', (field, input) =>
    expectRefused(creating(input), 'BAD_USER_INPUT', `input.${field}`),
  );

  test('a field that the input does not have', () =>
    expectRefused(creating({ status: 'PAID' }), 'BAD_USER_INPUT', 'input'));
});

test('half of a surrogate pair makes a request that nobody can answer, whatever it asks', async () => {
  const before = await countRows(orders.database);
  const call = creating({ region: 'a\ud800b' });
  expectRefusal(refusal(await client.post(...call)), 'BAD_REQUEST', undefined);
  await expect(overSocket(client, call)).rejects.toThrow('4400');
  expect(await countRows(orders.database)).toEqual(before);
});

test('text of as many characters as allowed, beyond the BMP, and amounts of 15 digits, are stored as they are', async () => {
  const region = '😀'.repeat(100);
  const { order } = await createOrder(client, { region, totalAmount: '999999999999999.99', currency: 'GBP' });
  expect(order).toMatchObject({ region, totalAmount: '999999999999999.99' });
});

describe('changeOrderStatus refuses', () => {
  const moving = (variables: object): Call => [
    changeStatusMutation,
    { orderId: existing, to: 'SHIPPED', ...variables },
  ];
  test('an order that does not exist', () => expectRefused(moving({ orderId: randomUUID() }), 'NOT_FOUND'));
  test('an id that is none', () => expectRefused(moving({ orderId: 'x\0' }), 'BAD_USER_INPUT', 'orderId'));
  test('a forbidden move', () => expectRefused(moving({ to: 'DELIVERED' }), 'CONFLICT'));
  test('a stale `from`', () => expectRefused(moving({ from: 'SHIPPED', to: 'DELIVERED' }), 'CONFLICT'));
  test('a status that is none', () => expectRefused(moving({ to: 'LOST' }), 'BAD_USER_INPUT', 'to'));
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(moving({ key }), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
});

test('createOrders refuses a batch whose item has another kind of JSON, whole', () =>
  expectRefused(
    [
      'mutation ($inputs: [CreateOrderInput!]!) { createOrders(inputs: $inputs) { accepted } }',
      { inputs: [anOrder(), { ...anOrder(), totalAmount: 1.5 }] },
    ],
    'BAD_USER_INPUT',
    'inputs[1].totalAmount',
  ));

test('createOrders names every kind of bad text in an item, and takes the rest', async () => {
  const before = await countRows(orders.database);
  const batch = await createOrders(client, [...badTexts.map((customerId) => ({ customerId })), {}]);
  expect(batch.rejected.map(({ index, code, field }) => [index, code, field])).toEqual(
    badTexts.map((_, index) => [index, 'BAD_USER_INPUT', 'customerId']),
  );
  for (const { message } of batch.rejected) expect(message).not.toMatch(internals);
  expect((await countRows(orders.database)).orders).toBe(before.orders! + 1);
});

describe('queries refuse', () => {
  const ordersQuery = `query ($first: Int, $after: String, $customerId: ID, $region: String) {
    orders(first: $first, after: $after, customerId: $customerId, region: $region) { nodes { id } }
  }`;
  test.each([0, -1, 501, 2_147_483_647])('a page of %i', (first) =>
    expectRefused([ordersQuery, { first }], 'BAD_USER_INPUT', 'first'),
  );
  test.each(named([2 ** 31, 1.5, '1', 1e300]))('a page of %s, which is no Int', (_, first) =>
    expectRefused([ordersQuery, { first }], 'BAD_USER_INPUT', 'first'),
  );

  const places = ['', 'x', 'x'.repeat(50_000), Buffer.from('[]').toString('base64url'), Buffer.from(`["2026-01-31T00:00:00.000Z","' or 1=1"]`).toString('base64url'), 'a\0']; // prettier-ignore
  test.each(named(places))('the page cursor %s', (_, after) =>
    expectRefused([ordersQuery, { after }], 'BAD_USER_INPUT', 'after'),
  );

  test.each(
    ['customerId', 'region'].flatMap((field) =>
      named(badTexts).map(([name, text]): [string, string, unknown] => [field, name, text]),
    ),
  )('orders by the %s %s', (field, _, text) =>
    expectRefused([ordersQuery, { [field]: text }], 'BAD_USER_INPUT', field),
  );

  test.each(named(['x', '', 'a\0']))('the order %s', (_, id) =>
    expectRefused(['query ($id: ID!) { order(id: $id) { id } }', { id }], 'BAD_USER_INPUT', 'id'),
  );

  const windows =
    'query ($c: Currency!, $from: DateTime!, $to: DateTime!, $region: String) { orderStatsWindows(currency: $c, size: DAY, from: $from, to: $to, region: $region) { start } }';
  const range = { c: 'KRW', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  test.each<[string, object, string]>([
    ['an unknown currency', { c: 'ZZZ' }, 'currency'],
    ['a bad beginning', { from: '2026-02-30T00:00:00Z' }, 'from'],
    ['a bad end', { to: '2026-01-02' }, 'to'],
    ['a range of none', { to: range.from }, 'to'],
    ['a range too long', { to: '2030-01-01T00:00:00Z' }, 'to'],
    ['a bad region', { region: 'a\0' }, 'region'],
  ])('windows with %s', (_, variables, field) =>
    expectRefused([windows, { ...range, ...variables }], 'BAD_USER_INPUT', field),
  );

  test('statistics of an unknown currency', () =>
    expectRefused(['{ orderStats(currency: "ZZZ") { version } }', {}], 'BAD_USER_INPUT', 'currency'));
});

describe('subscriptions refuse', () => {
  const expectEnd = (query: string, variables: Record<string, unknown>, code: string, field?: string) =>
    expectEnded(client, [query, variables], code, field);

  test.each(
    ['customerId', 'region'].flatMap((field) =>
      named(badTexts).map(([name, text]): [string, string, unknown] => [field, name, text]),
    ),
  )('events by the %s %s', (field, _, text) =>
    expectEnd(eventsSubscription, { filter: { [field]: text } }, 'BAD_USER_INPUT', `filter.${field}`),
  );
  test('events by an id that is none', () =>
    expectEnd(eventsSubscription, { filter: { orderId: 'a\0' } }, 'BAD_USER_INPUT', 'filter.orderId'));
  test('events of a type that is none', () =>
    expectEnd(eventsSubscription, { filter: { types: ['order.lost'] } }, 'BAD_USER_INPUT', 'filter.types'));
  test.each([0, -1, 61])('a heartbeat of %i', (heartbeat) =>
    expectEnd(eventsSubscription, { heartbeat }, 'BAD_USER_INPUT', 'heartbeat'),
  );
  test('statistics of an unknown currency', () =>
    expectEnd('subscription { orderStats(currency: "ZZZ") { version } }', {}, 'BAD_USER_INPUT', 'currency'));
  test('statistics of a bad region', () =>
    expectEnd(
      'subscription ($r: String) { orderStats(currency: "KRW", region: $r) { version } }',
      { r: 'a\0' },
      'BAD_USER_INPUT',
      'region',
    ));
  test('windows of a bad region', () =>
    expectEnd(
      'subscription ($r: String) { orderStatsWindows(currency: "KRW", size: DAY, region: $r) { version } }',
      { r: 'a\0' },
      'BAD_USER_INPUT',
      'region',
    ));
  test('an order whose id is none', () =>
    expectEnd('subscription { order(id: "x") { id } }', {}, 'BAD_USER_INPUT', 'id'));

  const topic = 'order.events.v1';
  const place = { partition: 0, nextOffset: 0, sequence: 0 };
  const cursors: [string, (secret: string) => string][] = [
    ['tampered with', () => cursor.slice(0, -1) + (cursor.endsWith('A') ? 'B' : 'A')],
    [
      'whose content was changed',
      () => cursor.slice(0, 4) + (cursor[4] === 'A' ? 'B' : 'A') + cursor.slice(5),
    ],
    ['that is empty', () => ''],
    ['that is text', () => 'the beginning'],
    ['with U+0000', () => `${cursor}\0`],
    ['of 100 KB', () => 'x'.repeat(100_000)],
    ['signed elsewhere', () => createCursors(createTokens('another installation')).encode(topic, [place])],
    ['of another topic', (secret) => createCursors(createTokens(secret)).encode('order.stats.v1', [place])],
    ['that is a position', (secret) => createTokens(secret).seal('position', { t: topic, r: [], u: 0 })],
    [
      'beyond the end',
      (secret) => createCursors(createTokens(secret)).encode(topic, [{ ...place, nextOffset: 1_000_000 }]),
    ],
    [
      'of a partition that is not there',
      (secret) => createCursors(createTokens(secret)).encode(topic, [{ ...place, partition: 7 }]),
    ],
  ];
  test.each(cursors)('a cursor %s', async (_, make) => {
    const [row] = await orders.database.query<{ value: string }>(
      `select value from settings where name = 'cursor-secret'`,
    );
    await expectEnd(eventsSubscription, { after: make(row!.value) }, 'CURSOR_INVALID', 'after');
  });

  test('nothing else: a good cursor continues', async () => {
    const watched = client.subscribe(eventsSubscription, { after: cursor, heartbeat: 60 });
    expect((await watched.next()).extensions).toMatchObject({ cursor: expect.any(String) });
    watched.complete();
  });
});
