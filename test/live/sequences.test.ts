import { describe, expect, test } from '@jest/globals';
import { checkSequence, type Told } from './sequences.js';

/** The judge of the tests under load is judged here. */
const told: Told[] = Array.from({ length: 60 }, (_, n) => ({
  id: `event-${n}`,
  key: `key-${n % 4}`,
  data: {},
}));
const ids = told.map(({ id }) => id);

test('a sequence that is right passes, also one that mixes keys otherwise than the log', () => {
  expect(checkSequence(told, ids)).toEqual([]);
  const byKey = told.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  expect(
    checkSequence(
      told,
      byKey.map(({ id }) => id),
    ),
  ).toEqual([]);
});

describe('a fault is found and named, wherever it is', () => {
  test.each([0, 1, 30, 58, 59])('at %i', (at) => {
    const id = `event-${at}`;
    expect(checkSequence(told, ids.toSpliced(at, 1))).toEqual([`${id} never came`]);
    expect(checkSequence(told, [...ids, id])).toEqual([`${id} came twice`]);
    expect(checkSequence(told, ids.toSpliced(at, 0, id))).toEqual([`${id} came twice`]);
    expect(checkSequence(told, ids.with(at, 'event-of-others'))).toEqual([
      'event-of-others came and was not asked for',
      `${id} never came`,
    ]);
  });

  test.each([4, 30, 59])('two of a key change places before %i', (at) => {
    const swapped = ids.with(at, `event-${at - 4}`).with(at - 4, `event-${at}`);
    expect(checkSequence(told, swapped)).toEqual([
      `event-${at - 4} of key-${at % 4} came behind a later one`,
    ]);
  });
});
