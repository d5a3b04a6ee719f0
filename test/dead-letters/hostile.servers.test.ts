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
} from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  countRows,
  discard,
  discardMutation,
  insertLetters,
  letterQuery,
  lettersQuery,
  lettersSubscription,
  readLetter,
  redriveMutation,
} from './support.js';

/** Every refusal: its code, the field at fault, a message without internals, and nothing written. */
let letters: UnderTest;
let client: TestClient;
let existing: string;
beforeAll(async () => {
  letters = await startUnderTest({ roles: ['gateway'] });
  ({ client } = letters);
  [existing = ''] = await insertLetters(letters.database, [{}]);
});

const expectBad = (query: string, variables: Record<string, unknown>, field: string) =>
  expectCallRefused(client, () => countRows(letters.database), [query, variables], 'BAD_USER_INPUT', field);

const uuids = [
  'x',
  '',
  '0191d2a46f0c7cc18a532f2d9c1e7b10',
  "' or 1=1 --",
  '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10\0',
];
const noIds = [...uuids, 'x'.repeat(50_000)];
const badBytes = ['a\0b', '\0', 'x'.repeat(1_001), 'x'.repeat(50_000)];
/** Each with the field that is at fault. */
const badFilters: [string, object][] = [
  ...badTexts.map((topic): [string, object] => ['filter.topic', { topic }]),
  ...badTexts.map((consumer): [string, object] => ['filter.consumer', { consumer }]),
  ...badBytes.map((key): [string, object] => ['filter.key', { key }]),
  ...['', ...badBytes].map((text): [string, object] => ['filter.text', { text }]),
];

describe('the filter', () => {
  test.each(badFilters)('%s is refused wherever it is given', async (field, filter) => {
    await expectBad(lettersQuery, { filter }, field);
    await expectBad(redriveMutation, { filter }, field);
    await expectBad(redriveMutation, { ids: [existing], filter, dryRun: true }, field);
    await expectEnded(client, [lettersSubscription, { filter }], 'BAD_USER_INPUT', field);
  });
  test.each<[string, unknown]>([
    ['filter.state', { state: 'pending' }],
    ['filter.state', { state: 1 }],
    ['filter.topic', { topic: 7 }],
    ['filter.text', { text: ['a'] }],
    ['filter', { unknown: 'x' }],
    ['filter', 'x'],
  ])('of another kind is refused: %s %j', (field, filter) => expectBad(lettersQuery, { filter }, field));
});

describe('redriveDeadLetters refuses', () => {
  test.each([
    {},
    { ids: null },
    { filter: null },
    { ids: null, filter: null },
    { maxPerSecond: 1 },
    { dryRun: true },
  ])('to guess what is meant by %j', (variables) => expectBad(redriveMutation, variables, 'ids'));
  test.each(named(noIds))('the id %s', async (_, id) => {
    await expectBad(redriveMutation, { ids: [id] }, 'ids');
    await expectBad(redriveMutation, { ids: [existing, id], filter: {} }, 'ids');
  });
  test('more than 1000 ids', () =>
    expectBad(redriveMutation, { ids: Array.from({ length: 1_001 }, () => randomUUID()) }, 'ids'));
  test.each([0, -1, 10_001, 2_147_483_647, -2_147_483_648])('a pace of %i', (maxPerSecond) =>
    expectBad(redriveMutation, { ids: [existing], maxPerSecond }, 'maxPerSecond'),
  );
  test.each([1.5, '1', true, 2 ** 31, 1e300])('a pace of %j, which is no Int', (maxPerSecond) =>
    expectBad(redriveMutation, { ids: [existing], maxPerSecond }, 'maxPerSecond'),
  );
  test('ids that are null', () => expectBad(redriveMutation, { ids: [null] }, 'ids[0]'));
});

describe('discardDeadLetters refuses', () => {
  test.each(named(noIds))('the id %s', (_, id) =>
    expectBad(discardMutation, { ids: [existing, id], reason: 'tested' }, 'ids'),
  );
  test('more than 1000 ids', () =>
    expectBad(
      discardMutation,
      { ids: Array.from({ length: 1_001 }, () => existing), reason: 'tested' },
      'ids',
    ));
  test.each(named(['', '  ', 'a\0b', 'x'.repeat(501), '😀'.repeat(501), 'x'.repeat(50_000)]))(
    'the reason %s',
    (_, reason) => expectBad(discardMutation, { ids: [existing], reason }, 'reason'),
  );
  test('no reason, or no ids', async () => {
    await expectBad(discardMutation, { ids: [existing] }, 'reason');
    await expectBad(discardMutation, { ids: [existing], reason: null }, 'reason');
    await expectBad(discardMutation, { ids: null, reason: 'tested' }, 'ids');
  });
});

describe('queries refuse', () => {
  test.each([0, -1, 501])('a page of %i, also of what waits', async (first) => {
    await expectBad(lettersQuery, { first }, 'first');
    const waiting =
      'query ($id: ID!, $first: Int) { deadLetter(id: $id) { waiting(first: $first) { offset } } }';
    expectRefusal(refusal(await client.post(waiting, { id: existing, first })), 'BAD_USER_INPUT', 'first');
  });
  test.each(named(['', 'x', 'a\0', 'x'.repeat(50_000)]))('the page cursor %s', (_, after) =>
    expectBad(lettersQuery, { after }, 'after'),
  );
  test.each(named(noIds))('the letter %s', (_, id) => expectBad(letterQuery, { id }, 'id'));
});

test('half of a surrogate pair makes a request that nobody can answer', async () => {
  const answer = await client.post(discardMutation, { ids: [existing], reason: 'a\ud800b' });
  expectRefusal(refusal(answer), 'BAD_REQUEST', undefined);
  const query = await client.post(`{ deadLetters(filter: { text: "\\ud800" }) { totalCount } }`);
  expect(refusal(query).extensions.code).toMatch(/GRAPHQL_PARSE_FAILED|BAD_USER_INPUT/);
});

test('a reason that is SQL, or of 500 characters beyond the BMP, is kept as it is', async () => {
  for (const reason of ["'); drop table dead_letters; --", '😀'.repeat(500), '<b>"\\']) {
    const [id] = await insertLetters(letters.database, [{}]);
    expect(await discard(client, [id!], reason)).toBe(1);
    expect(await readLetter(client, id!)).toMatchObject({ state: 'DISCARDED', reason });
  }
});
