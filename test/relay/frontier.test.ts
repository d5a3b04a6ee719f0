import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFrontier, type Frontier } from '../../src/relay/frontier.js';

/** Asks and takes in an answer that shows these ids. */
const read = (frontier: Frontier, ids: readonly number[], next: bigint, oldest: bigint): void =>
  frontier.read(frontier.ask(undefined, 100), { numbered: ids, left: [] }, next, oldest);

test('without gaps everything that was read is settled', () => {
  const frontier = createFrontier(10, []);
  read(frontier, [11, 12, 13], 100n, 100n);
  expect({ high: frontier.high, gaps: frontier.gaps(), settled: frontier.settled() }).toEqual({
    high: 13,
    gaps: [],
    settled: 13,
  });
});

test('a gap holds the frontier until its row is read', () => {
  const frontier = createFrontier(0, []);
  read(frontier, [1, 3], 100n, 90n);
  expect([frontier.gaps(), frontier.settled()]).toEqual([[2], 1]);
  read(frontier, [2], 101n, 95n);
  expect([frontier.gaps(), frontier.settled()]).toEqual([[], 3]);
});

test('a gap is given up only by a read that began after every transaction that could fill it', () => {
  const frontier = createFrontier(0, []);
  read(frontier, [2], 100n, 90n);
  // The first read after it was seen tells who is younger than all that could fill it: 101.
  read(frontier, [], 101n, 101n);
  expect(frontier.gaps()).toEqual([1]);
  read(frontier, [], 102n, 100n);
  expect(frontier.gaps()).toEqual([1]);
  read(frontier, [], 103n, 101n);
  expect([frontier.gaps(), frontier.settled()]).toEqual([[], 2]);
});

test('a successor asks for what lies between the ids that were numbered, some at a time, before it reads on', () => {
  const frontier = createFrontier(5, [6, 8, 11]);
  expect([frontier.high, frontier.settled()]).toEqual([11, 6]);
  const first = frontier.ask(undefined, 2);
  expect(first).toEqual({ ids: [7, 9], backlog: 2, waiting: [] });
  frontier.read(first, { numbered: [9], left: [] }, 100n, 90n);
  expect([frontier.gaps(), frontier.settled()]).toEqual([[7], 6]);
  const second = frontier.ask(undefined, 2);
  expect(second).toEqual({ ids: [7, 10], backlog: 1, waiting: [] });
  frontier.read(second, { numbered: [10], left: [] }, 101n, 100n);
  expect([frontier.gaps(), frontier.settled()]).toEqual([[], 11]);
  expect(frontier.ask(undefined, 2)).toEqual({ ids: [], backlog: 0, waiting: [] });
});

test('rows of a topic that is held back are no gaps, and when it is let go they come before anything new', () => {
  const frontier = createFrontier(0, []);
  const left = [1, 3, 5].map((id) => ({ id, topic: 'growing' }));
  frontier.read(frontier.ask(undefined, 10), { numbered: [2, 4], left }, 100n, 100n);
  expect([frontier.high, frontier.gaps(), frontier.settled()]).toEqual([5, [], 0]);
  // As long as it is held back, however old those transactions are, and what comes new of it waits with them.
  const held = frontier.ask('growing', 10);
  expect(held).toEqual({ ids: [], backlog: 0, waiting: ['growing'] });
  frontier.read(held, { numbered: [], left: [{ id: 6, topic: 'growing' }] }, 900n, 900n);
  expect(frontier.settled()).toBe(0);

  const first = frontier.ask(undefined, 3);
  expect(first).toEqual({ ids: [1, 3, 5], backlog: 3, waiting: [] });
  // One did not fit, and the topic is held back no more.
  frontier.read(first, { numbered: [1, 3], left: [{ id: 5, topic: 'growing' }] }, 901n, 901n);
  const second = frontier.ask(undefined, 3);
  expect(second).toEqual({ ids: [5, 6], backlog: 2, waiting: [] });
  frontier.read(second, { numbered: [5, 6], left: [] }, 902n, 902n);
  expect([frontier.ask(undefined, 3).backlog, frontier.settled()]).toEqual([0, 6]);
});

test('whatever order transactions commit in, and whenever topics are held back, each committed row is read once, in order', () => {
  const transaction = fc.record({ commits: fc.boolean(), after: fc.nat({ max: 5 }), grows: fc.boolean() });
  const holds = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(fc.array(transaction, { minLength: 1, maxLength: 40 }), holds, (transactions, held) => {
      const frontier = createFrontier(0, []);
      const numbered: number[] = [];
      const topicOf = (id: number) => (transactions[id - 1]?.grows ? 'growing' : 'other');
      let heldTopic: string | undefined;
      // Transaction n has number n and outbox id n + 1; it begins at step n and ends some steps later.
      const endOf = (n: number) => n + (transactions[n]?.after ?? 0);
      for (let step = 0; step < transactions.length + 40; step += 1) {
        const begun = Math.min(step, transactions.length);
        const committed = (id: number) =>
          id <= begun && endOf(id - 1) < step && transactions[id - 1]?.commits === true;
        const running = Array.from({ length: begun }, (_, n) => n).filter((n) => endOf(n) >= step);
        const asked = frontier.ask(heldTopic, 3);
        const behind = Array.from({ length: begun }, (_, n) => n + 1).filter((id) => id > frontier.high);
        const shown = [...asked.ids, ...(asked.backlog > 0 ? [] : behind)].filter(committed);
        // It may have changed since the last answer.
        heldTopic = step < transactions.length && held[step] ? 'growing' : undefined;
        const isLeft = (id: number) => topicOf(id) === heldTopic || asked.waiting.includes(topicOf(id));
        const left = shown.filter(isLeft).map((id) => ({ id, topic: topicOf(id) }));
        const taken = shown.filter((id) => !isLeft(id)).toSorted((a, b) => a - b);
        frontier.read(asked, { numbered: taken, left }, BigInt(begun), BigInt(Math.min(begun, ...running)));
        // What was there before a row of its topic was numbered, under its id, was numbered before it.
        for (const id of taken) {
          const earlier = transactions.flatMap((_, n) =>
            n + 1 < id && topicOf(n + 1) === topicOf(id) && committed(n + 1) ? [n + 1] : [],
          );
          const soFar = new Set([...numbered, ...taken.filter((other) => other < id)]);
          expect(earlier.filter((other) => !soFar.has(other))).toEqual([]);
        }
        numbered.push(...taken);
      }
      const expected = transactions.flatMap(({ commits }, n) => (commits ? [n + 1] : []));
      expect(numbered.toSorted((a, b) => a - b)).toEqual(expected);
      expect(frontier.settled()).toBe(expected.at(-1) ?? 0);
    }),
    { numRuns: 2_000 },
  );
});
