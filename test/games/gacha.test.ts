import { expect, test } from '@jest/globals';
import { drawCapsule, guaranteedAt, openCapsule, rarities, type Prize } from '../../src/games/gacha.js';
import { createRandom } from '../../src/games/random.js';
import { asNormal, chiSquare } from './chi-square.js';

const openMany = (seed: string, count: number): Prize[] => {
  const random = createRandom(seed);
  const prizes: Prize[] = [];
  for (let since = 0, n = 0; n < count; n += 1) {
    const prize = openCapsule(drawCapsule(random), since);
    since = prize.sinceHighest;
    prizes.push(prize);
  }
  return prizes;
};

const legendary = rarities[3];
const chance = legendary.weight / 1_000;

test('without pity each rarity and each of its items comes at its rate', () => {
  const random = createRandom('rates');
  const count = 300_000;
  const shown = new Map<string, number>();
  for (let n = 0; n < count; n += 1) {
    const { rarity, item } = openCapsule(drawCapsule(random), 0);
    for (const name of [rarity, item]) shown.set(name, (shown.get(name) ?? 0) + 1);
  }
  const asExpected = (names: readonly string[], expected: readonly number[]): void =>
    expect(
      Math.abs(
        asNormal(
          chiSquare(
            names.map((name) => shown.get(name) ?? 0),
            expected,
          ),
          names.length - 1,
        ),
      ),
    ).toBeLessThan(4);
  asExpected(
    rarities.map(({ name }) => name),
    rarities.map(({ weight }) => (count * weight) / 1_000),
  );
  asExpected(
    rarities.flatMap(({ items }) => items),
    rarities.flatMap(({ items, weight }) => items.map(() => (count * weight) / 3_000)),
  );
});

test('the 90th open without a LEGENDARY is one, whatever is drawn, and the count begins anew', () => {
  const common = { capsule: 0, item: 0 } as const;
  expect(openCapsule(common, guaranteedAt - 2)).toMatchObject({ rarity: 'COMMON', sinceHighest: 89 });
  expect(openCapsule(common, guaranteedAt - 1)).toMatchObject({ rarity: 'LEGENDARY', sinceHighest: 0 });
  expect(openCapsule({ capsule: 999, item: 2 }, 5)).toEqual({
    rarity: 'LEGENDARY',
    item: 'Phoenix Fan',
    sinceHighest: 0,
  });
});

test('nobody waits longer than pity allows, and LEGENDARY comes as often as rate and pity together say', () => {
  const count = 600_000;
  const prizes = openMany('pity', count);
  const waits: number[] = [];
  let wait = 0;
  for (const { rarity } of prizes) {
    wait += 1;
    if (rarity !== 'LEGENDARY') continue;
    waits.push(wait);
    wait = 0;
  }
  expect(Math.max(...waits)).toBe(guaranteedAt);
  // The mean of a geometric wait that ends at the 90th at the latest: (1 − (1 − p)^90) / p = 69.7 opens, 1.43 % of them.
  const expected = (1 - (1 - chance) ** guaranteedAt) / chance;
  const mean = waits.reduce((sum, one) => sum + one, 0) / waits.length;
  const variance = waits.reduce((sum, one) => sum + (one - mean) ** 2, 0) / waits.length;
  expect(Math.abs(mean - expected)).toBeLessThan(1.96 * Math.sqrt(variance / waits.length));
  // So many are given for patience alone.
  const given = waits.filter((one) => one === guaranteedAt).length / waits.length;
  const share = (1 - chance) ** (guaranteedAt - 1);
  expect(Math.abs(given - share)).toBeLessThan(1.96 * Math.sqrt((share * (1 - share)) / waits.length));
});
