import { expect, test } from '@jest/globals';
import { createRandom } from '../../src/games/random.js';
import { isNearMiss, longRunReturn, multipleOf, payTable, spin, symbols } from '../../src/games/slot.js';
import { asNormal, chiSquare } from './chi-square.js';

test.each([
  ['CHERRY CHERRY CHERRY', 6],
  ['LEMON LEMON LEMON', 12],
  ['BELL BELL BELL', 25],
  ['STAR STAR STAR', 50],
  ['SEVEN SEVEN SEVEN', 100],
  ['DIAMOND DIAMOND DIAMOND', 1_000],
  ['CHERRY CHERRY DIAMOND', 1],
  ['CHERRY LEMON CHERRY', 1],
  ['BELL CHERRY CHERRY', 1],
  ['CHERRY LEMON BELL', 0],
  ['DIAMOND DIAMOND SEVEN', 0],
  ['SEVEN DIAMOND SEVEN', 0],
])('%s pays %i bets', (reels, multiple) => {
  expect(multipleOf(reels.split(' ') as never)).toBe(multiple);
});

test('the long-run return is 7,761 of 8,192: the sum over three of a kind and two cherries', () => {
  const stops = symbols.reduce((sum, { weight }) => sum + weight, 0);
  expect(stops).toBe(32);
  const triples = symbols.reduce((sum, { name, weight }) => sum + weight ** 3 * payTable[name], 0);
  const twoCherries = 3 * 10 * 10 * 22;
  expect(longRunReturn()).toBe((triples + twoCherries) / stops ** 3);
  expect(longRunReturn()).toBe(7_761 / 8_192);
});

test('a million spins return what the pay table says, within the confidence interval of their variance', () => {
  const random = createRandom('a million spins');
  const spins = 1_000_000;
  let [sum, squares] = [0, 0];
  const shown = new Map<string, number>();
  for (let n = 0; n < spins; n += 1) {
    const reels = spin(random);
    const multiple = multipleOf(reels);
    sum += multiple;
    squares += multiple ** 2;
    for (const symbol of reels) shown.set(symbol, (shown.get(symbol) ?? 0) + 1);
  }
  const mean = sum / spins;
  const error = Math.sqrt((squares / spins - mean ** 2) / spins);
  // 95 %.
  expect(Math.abs(mean - longRunReturn())).toBeLessThan(1.96 * error);
  // Tight enough to notice a pay table that pays 2 % more or less.
  expect(error * 1.96).toBeLessThan(0.02);
  const statistic = chiSquare(
    symbols.map(({ name }) => shown.get(name) ?? 0),
    symbols.map(({ weight }) => (3 * spins * weight) / 32),
  );
  expect(Math.abs(asNormal(statistic, symbols.length - 1))).toBeLessThan(4);
});

test('the house has the advantage, and no payout of the highest bet is beyond an Int', () => {
  expect(longRunReturn()).toBeLessThan(1);
  expect(Math.max(...Object.values(payTable)) * 1_000_000).toBeLessThan(2 ** 31);
});

test('a near miss shows two of a kind', () => {
  expect(isNearMiss(['SEVEN', 'SEVEN', 'BELL'])).toBe(true);
  expect(isNearMiss(['SEVEN', 'BELL', 'SEVEN'])).toBe(true);
  expect(isNearMiss(['SEVEN', 'BELL', 'STAR'])).toBe(false);
});
