import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTokens } from '../src/tokens.js';

const tokens = createTokens('a secret of some length');

test('what was sealed opens as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(tokens.open('cursor', tokens.seal('cursor', value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a token of one kind does not open as another', () => {
  expect(tokens.open('position', tokens.seal('cursor', { a: 1 }))).toBeUndefined();
});

test('a token of another secret does not open', () => {
  expect(tokens.open('cursor', createTokens('another secret of a length').seal('cursor', 1))).toBeUndefined();
});

test('a token with any one character changed, added or taken away does not open', () => {
  const token = tokens.seal('cursor', { topic: 'order.events.v1', next: [1, 2, 3] });
  for (let at = 0; at < token.length; at += 1) {
    const [before, after] = [token.slice(0, at), token.slice(at + 1)];
    for (const wrong of [
      `${before}${token[at] === 'A' ? 'B' : 'A'}${after}`,
      before + after,
      `${before}A${token.slice(at)}`,
    ])
      expect(tokens.open('cursor', wrong)).toBeUndefined();
  }
});

test('two spellings of one token do not both open', () => {
  const token = tokens.seal('cursor', 1);
  for (const spelling of [`${token}=`, `${token} `, ` ${token}`, token.replaceAll('-', '+'), `${token}.`])
    if (spelling !== token) expect(tokens.open('cursor', spelling)).toBeUndefined();
});

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => tokens.open('cursor', text) === undefined));
  expect(tokens.open('cursor', '')).toBeUndefined();
  expect(tokens.open('cursor', '.')).toBeUndefined();
  expect(tokens.open('cursor', 'A'.repeat(1_000_000))).toBeUndefined();
});
