import { expect, test } from '@jest/globals';
import { MillraceError } from '../../src/errors.js';
import { createCursors } from '../../src/live/cursor.js';
import { createTokens } from '../../src/tokens.js';

const tokens = createTokens('a secret');
const cursors = createCursors(tokens);
const places = [
  { partition: 0, nextOffset: 12, sequence: 11 },
  { partition: 2, nextOffset: 9_007_199_254_740_991, sequence: 0 },
];

test('a cursor opens to the places that it was made of', () => {
  expect([...cursors.decode('orders', cursors.encode('orders', places)).values()]).toEqual(places);
  expect(cursors.decode('orders', cursors.encode('orders', [])).size).toBe(0);
});

test('a cursor of three partitions fits into a hundred characters', () => {
  const busy = [0, 1, 2].map((partition) => ({ partition, nextOffset: 1_234_567, sequence: 1_234_000 }));
  expect(cursors.encode('order.events.v1', busy).length).toBeLessThan(100);
});

const good = cursors.encode('orders', places);
test.each([
  ['empty', ''],
  ['no token', 'hello'],
  ['tampered', `A${good.slice(1)}`],
  ['cut short', good.slice(0, -1)],
  ['over-long', 'x'.repeat(100_000)],
  ['of another topic', cursors.encode('users', places)],
  ['of another secret', createCursors(createTokens('another')).encode('orders', places)],
  ['of another kind', tokens.seal('position', [0, 12, 11])],
  ['sealed but no list', tokens.seal('cursor orders', { partition: 0 })],
  ['sealed but of a wrong length', tokens.seal('cursor orders', [0, 12])],
  ['sealed but with a negative offset', tokens.seal('cursor orders', [0, -12, 11])],
])('a cursor that is %s is CURSOR_INVALID and the message says what to do', (_, text) => {
  const decode = (): unknown => cursors.decode('orders', text);
  expect(decode).toThrow(MillraceError);
  expect(decode).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID', details: { field: 'after' } }));
  expect(decode).toThrow(/leave `after` out/);
});
