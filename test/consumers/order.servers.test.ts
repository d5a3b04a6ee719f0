import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from '../../src/logger.js';
import { createDatabase } from '../../src/postgres/database.js';
import { discardLetters } from '../../src/postgres/dead-letter-operations.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { scale } from '../support/servers.js';
import { createWorld, factsOf, type Fact, type Trouble, type World } from './support.js';

interface Scenario {
  /** Of each key, its events' troubles. */
  readonly troubles: readonly (readonly Trouble[])[];
  /** How the keys are mixed into batches. */
  readonly seed: number;
  /** What an operator does with each letter, in turn: redrives it (in vain first), or discards it. */
  readonly answers: readonly ('redrive' | 'redrive in vain' | 'discard')[];
}

const trouble = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0 as const) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom<Trouble>('permanent', 'refused row') },
);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  troubles: fc.array(fc.array(trouble, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 }),
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  answers: fc.array(fc.constantFrom('redrive', 'redrive', 'redrive in vain', 'discard'), {
    minLength: 1,
    maxLength: 8,
  }),
});

/** Events of all keys mixed, each key's in order, cut into batches. */
const batchesOf = (keys: readonly (readonly Fact[])[], seed: number): Fact[][] => {
  let state = seed;
  const next = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  const left = keys.map((facts) => [...facts]);
  const batches: Fact[][] = [[]];
  while (left.some(({ length }) => length > 0)) {
    const own = left.filter(({ length }) => length > 0);
    batches.at(-1)?.push(own[next(own.length)]?.shift() as Fact);
    if (next(4) === 0) batches.push([]);
  }
  return batches;
};

/** Answers letters until none is pending and nothing waits. @returns the events that were discarded */
const operate = async (
  world: World,
  { answers }: Scenario,
  discard: (id: string) => Promise<unknown>,
  isOver: () => Promise<boolean>,
): Promise<Set<string>> => {
  const discarded = new Set<string>();
  let turn = 0;
  // A letter that is redriven in vain for ever ends nothing.
  const cycle = [...answers, 'redrive'] as const;
  await eventually(
    async () => {
      for (const { id, event, state } of await world.letters()) {
        if (state !== 'PENDING' || event === null) continue;
        const answer = cycle[turn++ % cycle.length];
        if (answer === 'discard') {
          if ((await discard(id)) === 1) discarded.add(event);
        } else {
          if (answer === 'redrive') world.troubles.delete(event);
          await world.redrive(id);
        }
      }
      return isOver();
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
  return discarded;
};

test(
  'whatever fails, is redriven or discarded, in two processes at once: each effect once, each key in its order',
  async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const world = await createWorld();
        const logger = createLogger('silent');
        const database = createDatabase({
          url: world.database.url,
          logger,
          poolSize: 2,
          statementTimeoutMs: 5_000,
        });
        closeAtEnd(database.stop);
        const keys = given.troubles.map((troubles, n) => factsOf(`key-${n}`, troubles.length));
        keys.forEach((facts, n) =>
          facts.forEach(({ id }, i) => world.troubles.set(id, given.troubles[n]?.[i] ?? 0)),
        );
        const all = keys.flat();
        const workers = [];
        for (let n = 0; n < 2; n += 1)
          workers.push(await world.start({ kind: 'retry', delaysMs: [5, 5], exhausted: 'park' }));
        for (const batch of batchesOf(keys, given.seed)) await world.publish(batch);

        const discarded = await operate(
          world,
          given,
          (id) => database.transaction((tx) => discardLetters(tx, [id], 'tested')),
          async () => {
            const settled = (await world.letters()).filter(({ state }) => state === 'DISCARDED').length;
            return (await world.effects()).length + settled === all.length;
          },
        );

        const effects = await world.effects();
        for (const facts of keys) {
          const expected = facts.filter(({ id }) => !discarded.has(id)).map(({ n }) => n);
          expect(effects.filter(({ key }) => key === facts[0]?.key).map(({ n }) => n)).toEqual(expected);
        }
        expect(await world.waiting()).toBe(0);
        await Promise.all(workers.map((worker) => worker.stop()));
      }),
      { numRuns: scale(8, 60), endOnFailure: true },
    );
  },
  scale(120_000, 900_000),
);
