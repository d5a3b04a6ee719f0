import { describe, expect, it } from '@jest/globals';
import { parseValue } from 'graphql';
import { scalars } from '../../src/resolvers/scalars.js';

const literal = (name: string, text: string) => scalars[name]?.parseLiteral(parseValue(text));
const value = (name: string, given: unknown) => scalars[name]?.parseValue(given);

describe('Decimal', () => {
  it('takes an int or any string, as text', () => {
    expect(value('Decimal', 12)).toBe('12');
    expect(value('Decimal', '12.50')).toBe('12.50');
    expect(literal('Decimal', '12')).toBe('12');
    expect(literal('Decimal', '"12.50"')).toBe('12.50');
  });
  it.each([1.5, NaN, Infinity, true, null, {}, 2 ** 53])('refuses %s', (given) => {
    expect(() => value('Decimal', given)).toThrow('cannot represent');
  });
  it('refuses a float literal', () => {
    expect(() => literal('Decimal', '1.5')).toThrow('cannot represent');
  });
});

describe('Long', () => {
  it('takes safe integers', () => {
    expect(value('Long', 2 ** 53 - 1)).toBe(2 ** 53 - 1);
    expect(literal('Long', '-9007199254740991')).toBe(-(2 ** 53 - 1));
  });
  it.each([2 ** 53, 1.5, '1', null])('refuses %s', (given) => {
    expect(() => value('Long', given)).toThrow('cannot represent');
  });
  it('refuses a literal beyond', () => {
    expect(() => literal('Long', '9007199254740992')).toThrow('cannot represent');
  });
});

describe('JSONObject', () => {
  it('takes objects only', () => {
    expect(literal('JSONObject', '{ a: [1, "x", true, null, { b: 1.5 }] }')).toEqual({
      a: [1, 'x', true, null, { b: 1.5 }],
    });
    expect(() => literal('JSONObject', '[1]')).toThrow('cannot represent');
    expect(() => value('JSONObject', [1])).toThrow('cannot represent');
  });
});

it.each(['DateTime', 'Currency', 'Cursor', 'Position'])('%s takes strings only', (name) => {
  expect(value(name, 'text')).toBe('text');
  expect(() => value(name, 5)).toThrow('cannot represent');
  expect(() => literal(name, '5')).toThrow('cannot represent');
});
