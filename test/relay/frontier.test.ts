import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFrontier } from '../../src/relay/frontier.js';

test('without gaps everything that was read is settled', () => {
  const frontier = createFrontier(10, []);
  frontier.read([11, 12, 13], 100n, 100n);
  expect({ high: frontier.high, gaps: frontier.gaps(), settled: frontier.settled() }).toEqual({
    high: 13,
    gaps: [],
    settled: 13,
  });
});

test('a gap holds the frontier until its row is read', () => {
  const frontier = createFrontier(0, []);
  frontier.read([1, 3], 100n, 90n);
  expect([frontier.gaps(), frontier.settled()]).toEqual([[2], 1]);
  frontier.read([2], 101n, 95n);
  expect([frontier.gaps(), frontier.settled()]).toEqual([[], 3]);
});

test('a gap is given up only by a read that began after every transaction that could fill it', () => {
  const frontier = createFrontier(0, []);
  frontier.read([2], 100n, 90n);
  // The first read after it was seen tells who is younger than all that could fill it: 101.
  frontier.read([], 101n, 101n);
  expect(frontier.gaps()).toEqual([1]);
  frontier.read([], 102n, 100n);
  expect(frontier.gaps()).toEqual([1]);
  frontier.read([], 103n, 101n);
  expect([frontier.gaps(), frontier.settled()]).toEqual([[], 2]);
});

test('a successor watches the gaps between the ids that were numbered above the frontier', () => {
  const frontier = createFrontier(5, [6, 8, 9]);
  expect([frontier.high, frontier.gaps(), frontier.settled()]).toEqual([9, [7], 6]);
});

test('whatever order transactions commit in, each committed row is read once and the frontier ends behind all', () => {
  const transaction = fc.record({ commits: fc.boolean(), after: fc.nat({ max: 5 }) });
  fc.assert(
    fc.property(fc.array(transaction, { minLength: 1, maxLength: 40 }), (transactions) => {
      const frontier = createFrontier(0, []);
      const read: number[] = [];
      // Transaction n has number n and outbox id n + 1; it begins at step n and ends some steps later.
      const endOf = (n: number) => n + (transactions[n]?.after ?? 0);
      for (let step = 0; step < transactions.length + 10; step += 1) {
        const begun = Math.min(step, transactions.length);
        const committed = (id: number) =>
          id <= begun && endOf(id - 1) < step && transactions[id - 1]?.commits === true;
        const running = Array.from({ length: begun }, (_, n) => n).filter((n) => endOf(n) >= step);
        const wanted = [
          ...frontier.gaps(),
          ...Array.from({ length: begun }, (_, n) => n + 1).filter((id) => id > frontier.high),
        ];
        const shown = wanted.filter(committed).toSorted((a, b) => a - b);
        frontier.read(shown, BigInt(begun), BigInt(Math.min(begun, ...running)));
        read.push(...shown);
      }
      const expected = transactions.flatMap(({ commits }, n) => (commits ? [n + 1] : []));
      expect(read.toSorted((a, b) => a - b)).toEqual(expected);
      expect(frontier.settled()).toBe(expected.at(-1) ?? 0);
    }),
    { numRuns: 500 },
  );
});
