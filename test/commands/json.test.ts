import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, parseJsonObject, type JsonObject } from '../../src/commands/json.js';

const refused = expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: 'data' } });
const failure = (value: JsonObject): unknown => {
  try {
    parseJsonObject('data', value);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('a JSON object', () => {
  test.each<[string, JsonObject]>([
    ['U+0000 in a value', { a: 'x\0' }],
    ['U+0000 in a name', { 'x\0': 1 }],
    ['half of a surrogate pair in a value', { a: '\ud800' }],
    ['half of a surrogate pair in a name', { '\udfff': 1 }],
    ['any of these deep inside', { a: [{ b: [[{ c: ['ok', '\0'] }]] }] }],
    ['a name of these deep inside', { a: [{ b: [[{ '\ud800': null }]] }] }],
    ['a number that no double holds', { a: [Number('1e400')] }],
    ['a number that is none', { a: Number.NaN }],
  ])('with %s is refused', (_, value) => expect(failure(value)).toEqual(refused));

  test('has at most 100 levels', () => {
    const nested = (levels: number) =>
      JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)) as JsonObject;
    expect(failure(nested(100))).toBeUndefined();
    expect(failure(nested(101))).toEqual(refused);
  });

  test('has at most 64 KB, counted in bytes of its JSON', () => {
    const room = 65_536 - '{"a":""}'.length;
    expect(failure({ a: 'x'.repeat(room) })).toBeUndefined();
    expect(failure({ a: 'x'.repeat(room + 1) })).toEqual(refused);
    expect(failure({ a: '부'.repeat(Math.floor(room / 3)) })).toBeUndefined();
    expect(failure({ a: '부'.repeat(Math.floor(room / 3) + 1) })).toEqual(refused);
    expect(failure({ a: '\n'.repeat(room / 2 + 1) })).toEqual(refused);
  });

  test('of any other JSON is taken as it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (value) => {
        expect(parseJsonObject('data', value)).toBe(value);
      }),
    );
  });
});

describe('canonical JSON', () => {
  const backwards = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(backwards);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([name, member]) => [name, backwards(member)]),
    );
  };

  test('is the same in whatever order members were given, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(canonicalJson(backwards(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    [{ a: null }, {}],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: 1 }, { a: '1' }],
    [{ a: {} }, { a: [] }],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [JSON.parse('{ "__proto__": 1 }'), {}],
  ])('tells %j from %j', (one, other) => expect(canonicalJson(one)).not.toBe(canonicalJson(other)));
});
