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
  aProduct,
  countRows,
  createProduct,
  createProductMutation,
  eventsSubscription,
  readProduct,
  updateProductMutation,
} from './support.js';

/** Every refusal: its code, the field at fault, a message without internals, and nothing written. */
let products: UnderTest;
let client: TestClient;
let existing: string;
beforeAll(async () => {
  products = await startUnderTest();
  ({ client } = products);
  existing = (await createProduct(client)).product.id;
});

const expectRefused = (call: Call, code: string, field?: string) =>
  expectCallRefused(client, () => countRows(products.database), call, code, field);

const creating = (input: object, key?: unknown): Call => [
  createProductMutation,
  { input: { ...aProduct(), ...input }, key },
];
const updating = (input: object, rest: object = {}): Call => [
  updateProductMutation,
  { id: existing, input, ...rest },
];

const prices = [
  '-1', '-0.01', -1, '0.001', '12.345', '1'.repeat(16), '1'.repeat(10_000), `1.${'0'.repeat(10_000)}`, 'NaN', 'Infinity',
  '1e5', '+5', '', ' 5', '5\n', '.5', '5.', '1,000', '0x10', '٣', '1\0', '--1', "1'; drop table products; --",
]; // prettier-ignore
const uuids = ['x', '', '0191d2a46f0c7cc18a532f2d9c1e7b10', '{0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10}', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10\0', 7]; // prettier-ignore

describe('createProduct refuses', () => {
  test.each(named(prices))('the price %s', (_, price) =>
    expectRefused(creating({ price }), 'BAD_USER_INPUT', 'price'),
  );
  test.each(named(['gbp', 'XXX', '', ' GBP', 'G\0P', '__proto__', 'x'.repeat(10_000)]))(
    'the currency %s',
    (_, currency) => expectRefused(creating({ currency }), 'BAD_USER_INPUT', 'currency'),
  );
  test.each(named([-1, -2_147_483_648]))('a stock of %s', (_, stockQuantity) =>
    expectRefused(creating({ stockQuantity }), 'BAD_USER_INPUT', 'stockQuantity'),
  );
  test.each(named([2_147_483_648, -2_147_483_649, 1.5, '1', true, null, 1e300, [1]]))(
    'a stock of %s, which is no Int',
    (_, stockQuantity) => expectRefused(creating({ stockQuantity }), 'BAD_USER_INPUT', 'input.stockQuantity'),
  );
  test.each(named(badTexts))('the name %s', (_, productName) =>
    expectRefused(creating({ productName }), 'BAD_USER_INPUT', 'productName'),
  );
  test.each(named(uuids))('the id %s', (_, id) => expectRefused(creating({ id }), 'BAD_USER_INPUT', 'id'));
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(creating({}, key), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
  test.each<[string, object]>([
    ['price', { price: 1.5 }],
    ['price', { price: null }],
    ['productName', { productName: 5 }],
    ['productName', { productName: null }],
    ['currency', { currency: null }],
  ])('another kind of JSON as %s: %j', (field, input) =>
    expectRefused(creating(input), 'BAD_USER_INPUT', `input.${field}`),
  );
  test('a field that the input does not have', () =>
    expectRefused(creating({ version: 7 }), 'BAD_USER_INPUT', 'input'));
});

describe('updateProduct refuses', () => {
  test.each(named(prices))('the price %s', (_, price) =>
    expectRefused(updating({ price }), 'BAD_USER_INPUT', 'price'),
  );
  test('a stock below zero', () =>
    expectRefused(updating({ stockQuantity: -1 }), 'BAD_USER_INPUT', 'stockQuantity'));
  test('a stock that is no Int', () =>
    expectRefused(updating({ stockQuantity: 2_147_483_648 }), 'BAD_USER_INPUT', 'input.stockQuantity'));
  test.each(named(badTexts))('the name %s', (_, productName) =>
    expectRefused(updating({ productName }), 'BAD_USER_INPUT', 'productName'),
  );
  test.each(['productName', 'price', 'stockQuantity'])(
    'null as %s, also beside a good change',
    async (field) => {
      await expectRefused(updating({ [field]: null }), 'BAD_USER_INPUT', field);
      await expectRefused(
        updating({ productName: 'Pot', price: '1', stockQuantity: 1, [field]: null }),
        'BAD_USER_INPUT',
        field,
      );
    },
  );
  test('an update of nothing', () => expectRefused(updating({}), 'BAD_USER_INPUT', 'input'));
  test('another currency', () => expectRefused(updating({ currency: 'EUR' }), 'BAD_USER_INPUT', 'input'));
  test.each([0, -1, Number.MIN_SAFE_INTEGER])('the version %i', (expectedVersion) =>
    expectRefused(updating({ price: '1' }, { expectedVersion }), 'BAD_USER_INPUT', 'expectedVersion'),
  );
  test.each(named([1.5, '1', 2 ** 53, true]))('the version %s, which is no Long', (_, expectedVersion) =>
    expectRefused(updating({ price: '1' }, { expectedVersion }), 'BAD_USER_INPUT', 'expectedVersion'),
  );
  test('a version that is not the one now', () =>
    expectRefused(updating({ price: '1' }, { expectedVersion: 2 }), 'CONFLICT'));
  test.each(named(uuids))('the id %s', (_, id) =>
    expectRefused(updating({ price: '1' }, { id }), 'BAD_USER_INPUT', 'id'),
  );
  test('a product that does not exist', () =>
    expectRefused(updating({ price: '1' }, { id: randomUUID() }), 'NOT_FOUND'));
  test.each(named(badTexts))('the idempotency key %s', (_, key) =>
    expectRefused(updating({ price: '1' }, { key }), 'BAD_USER_INPUT', 'idempotencyKey'),
  );
});

test('half of a surrogate pair makes a request that nobody can answer', async () => {
  const call = creating({ productName: 'a\ud800b' });
  expectRefusal(refusal(await client.post(...call)), 'BAD_REQUEST', undefined);
});

test('a name that is SQL, or of 200 characters beyond the BMP, is stored as it is', async () => {
  for (const productName of ["Robert'); drop table products; --", '😀'.repeat(200), '__proto__', '<b>"\\']) {
    const { product } = await createProduct(client, { productName });
    expect((await readProduct(client, product.id))?.productName).toBe(productName);
  }
});

describe('queries and subscriptions refuse', () => {
  const pages =
    'query ($first: Int, $after: String) { products(first: $first, after: $after) { nodes { id } } }';
  test.each([0, -1, 501])('a page of %i', (first) =>
    expectRefused([pages, { first }], 'BAD_USER_INPUT', 'first'),
  );
  test.each(named(['', 'x', 'a\0', 'x'.repeat(50_000)]))('the page cursor %s', (_, after) =>
    expectRefused([pages, { after }], 'BAD_USER_INPUT', 'after'),
  );
  test.each(named(['x', '', 'a\0']))('the product %s', (_, id) =>
    expectRefused(['query ($id: ID!) { product(id: $id) { id } }', { id }], 'BAD_USER_INPUT', 'id'),
  );
  test.each([0, -1, 61])('a heartbeat of %i', (heartbeat) =>
    expectEnded(client, [eventsSubscription, { heartbeat }], 'BAD_USER_INPUT', 'heartbeat'),
  );
  test.each(named(['', 'x', 'a\0']))('the cursor %s', (_, after) =>
    expectEnded(client, [eventsSubscription, { after }], 'CURSOR_INVALID', 'after'),
  );
  test('a cursor of the events of orders', async () => {
    const orders = client.subscribe('subscription { orderEvents(heartbeat: 60) { id } }');
    const { extensions } = await orders.next();
    orders.complete();
    const after = String(extensions?.cursor);
    await expectEnded(client, [eventsSubscription, { after }], 'CURSOR_INVALID', 'after');
  });
});
