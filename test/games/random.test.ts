import { expect, test } from '@jest/globals';
import { createRandom, entryAt } from '../../src/games/random.js';
import { asNormal, chiSquare } from './chi-square.js';

const draw = (seed: string | Buffer, n: number, count: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.below(n));
};

test('a seed gives the same numbers each time, and another seed others', () => {
  expect(draw('seed', 1_000, 5_000)).toEqual(draw(Buffer.from('seed'), 1_000, 5_000));
  expect(draw('seed', 2 ** 32, 10)).not.toEqual(draw('seeds', 2 ** 32, 10));
  // As AES-256 in counter mode has them: encrypting zeros with the SHA-256 of "seed", from counter 0.
  expect(draw('seed', 2 ** 32, 3)).toEqual([1_054_876_688, 2_468_440_049, 321_033_971]);
});

test.each([2, 3, 7, 32, 100, 1_000])('each number below %i comes as often as chance has it', (n) => {
  const count = 200_000;
  const counts = Array.from({ length: n }, () => 0);
  for (const value of draw(`below ${n}`, n, count)) counts[value]! += 1;
  const statistic = chiSquare(
    counts,
    counts.map(() => count / n),
  );
  expect(Math.abs(asNormal(statistic, n - 1))).toBeLessThan(4);
});

test('a number does not tell the next one', () => {
  const n = 16;
  const counts = Array.from({ length: n * n }, () => 0);
  const values = draw('pairs', n, 400_000);
  for (let at = 0; at < values.length; at += 2) counts[values[at]! * n + values[at + 1]!]! += 1;
  const statistic = chiSquare(
    counts,
    counts.map(() => 200_000 / n ** 2),
  );
  expect(Math.abs(asNormal(statistic, n * n - 1))).toBeLessThan(4);
});

test('numbers below three quarters of 2^32 are not twice as likely where the rest would fall', () => {
  const n = 3 * 2 ** 30;
  const count = 100_000;
  const counts = [0, 0, 0];
  for (const value of draw('unbiased', n, count)) counts[Math.floor(value / 2 ** 30)]! += 1;
  expect(Math.abs(asNormal(chiSquare(counts, [count / 3, count / 3, count / 3]), 2))).toBeLessThan(4);
});

test('an entry takes as many numbers as its weight', () => {
  const entries = [{ weight: 2 }, { weight: 1 }, { weight: 3 }];
  expect([0, 1, 2, 3, 4, 5].map((at) => entries.indexOf(entryAt(entries, at)))).toEqual([0, 0, 1, 2, 2, 2]);
  expect(() => entryAt(entries, 6)).toThrow(RangeError);
});
