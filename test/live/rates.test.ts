import { beforeEach, expect, test } from '@jest/globals';
import { createRates, type Rates } from '../../src/live/rates.js';

let nowMs: number;
let rates: Rates;
beforeEach(() => {
  nowMs = 1_000_000;
  rates = createRates(() => nowMs);
});

const observeAt = (seconds: number, count: number): number | null => {
  nowMs = 1_000_000 + seconds * 1_000;
  return rates.observe('a', count);
};

test('is not known at first, then counts since the first reading', () => {
  expect(observeAt(0, 100)).toBeNull();
  expect(observeAt(1, 150)).toBeNull();
  expect(observeAt(4, 300)).toBe(50);
  expect(observeAt(6, 300)).toBe(33.33);
});

test('forgets what is older than a minute', () => {
  for (let seconds = 0; seconds <= 60; seconds += 5) observeAt(seconds, seconds * 10);
  expect(observeAt(90, 600)).toBe(5);
  expect(observeAt(120, 600)).toBe(0);
});

test('begins anew when there is less than before, or when the name is not kept', () => {
  observeAt(0, 100);
  expect(observeAt(5, 200)).toBe(20);
  expect(observeAt(10, 3)).toBeNull();
  expect(observeAt(15, 8)).toBe(1);
  rates.keep(new Set(['b']));
  expect(observeAt(20, 9)).toBeNull();
});
