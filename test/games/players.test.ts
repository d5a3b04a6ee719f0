import { describe, expect, test } from '@jest/globals';
import { ageOn, isAdultOn, isBirthDate } from '../../src/games/age.js';
import { levelOf, tierOf } from '../../src/games/progress.js';
import { asOf, maySpend, withLimit } from '../../src/games/spending.js';
import { newPlayer } from '../../src/commands/casino-turns.js';

describe('age', () => {
  test.each([
    ['2008-11-21', '2026-11-20', 17],
    ['2008-11-21', '2026-11-21', 18],
    ['2008-11-21', '2026-11-22', 18],
    ['2008-12-31', '2026-12-30', 17],
    ['2008-12-31', '2027-01-01', 18],
    ['2009-01-01', '2026-12-31', 17],
    ['2009-01-01', '2027-01-01', 18],
    ['2026-11-21', '2026-11-21', 0],
  ])('who was born on %s is on %s %i', (birthDate, day, age) => {
    expect(ageOn(birthDate, day)).toBe(age);
  });

  test.each([
    ['2026-02-28', 17],
    ['2026-03-01', 18],
    ['2028-02-28', 19],
    ['2028-02-29', 20],
  ])('who was born on 29 February 2008 is on %s %i', (day, age) => {
    expect(ageOn('2008-02-29', day)).toBe(age);
  });

  test('only a verified date makes an adult, from the birthday on', () => {
    const verified = { birthDate: '2008-11-21', verifiedAt: '2026-01-01T00:00:00.000Z' };
    expect(isAdultOn(verified, '2026-11-20', 18)).toBe(false);
    expect(isAdultOn(verified, '2026-11-21', 18)).toBe(true);
    expect(isAdultOn(verified, '2026-11-21', 19)).toBe(false);
    expect(isAdultOn({ ...verified, verifiedAt: null }, '2026-11-21', 18)).toBe(false);
    expect(isAdultOn({ ...verified, birthDate: null }, '2026-11-21', 18)).toBe(false);
  });

  test.each(['2026-11-21', '1900-01-01', '2008-02-29', '2000-02-29'])('%s is a birth date', (text) => {
    expect(isBirthDate(text, '2026-11-21')).toBe(true);
  });

  test.each([
    '2026-11-22', '1899-12-31', '2007-02-29', '1900-02-29', '2008-02-30', '2008-13-01', '2008-00-10', '2008-01-00', '2008-04-31',
    '', '2008', '2008-1-1', '20080101', ' 2008-01-01', '2008-01-01\n', '2008-01-01T00:00:00Z', '01.01.2008', '+002008-01-01',
    '-200-01-01', '٢٠٠٨-٠١-٠١', '2008-01-01\0', "2008-01-01'; --",
  ])('%j is none', (text) => {
    expect(isBirthDate(text, '2026-11-21')).toBe(false);
  }); // prettier-ignore
});

describe('a daily limit', () => {
  const player = { ...newPlayer('p', null, '2026-11-21T10:00:00.000Z'), spent: 60, spendLimit: 100 };

  test('counts what is spent on the day, and from nothing on the next', () => {
    expect(maySpend(player, 40)).toBe(true);
    expect(maySpend(player, 41)).toBe(false);
    expect(asOf(player, '2026-11-21')).toBe(player);
    expect(asOf(player, '2026-11-22')).toMatchObject({ spentOn: '2026-11-22', spent: 0, spendLimit: 100 });
    expect(maySpend(asOf(player, '2026-11-22'), 100)).toBe(true);
  });

  test('is not begun anew by a clock that is behind', () => {
    expect(asOf(player, '2026-11-20')).toBe(player);
  });

  test('that is lowered counts at once, also below what is spent', () => {
    const lowered = withLimit(player, 50);
    expect(lowered).toMatchObject({ spendLimit: 50, nextSpendLimit: null });
    expect(maySpend(lowered, 1)).toBe(false);
    expect(withLimit({ ...player, spendLimit: null }, 0)).toMatchObject({ spendLimit: 0 });
  });

  test.each([200, null])('that is raised to %p counts from the next day', (limit) => {
    const raised = withLimit(player, limit);
    expect(raised).toMatchObject({ spendLimit: 100, nextSpendLimit: { limit, from: '2026-11-22' } });
    expect(maySpend(raised, 41)).toBe(false);
    expect(asOf(raised, '2026-11-21')).toBe(raised);
    for (const day of ['2026-11-22', '2027-01-01'])
      expect(asOf(raised, day)).toMatchObject({ spentOn: day, spendLimit: limit, nextSpendLimit: null });
  });

  test('that waits is taken back by a lower one, and replaced by another raised one', () => {
    const raised = withLimit(player, null);
    expect(withLimit(raised, 100)).toMatchObject({ spendLimit: 100, nextSpendLimit: null });
    expect(withLimit(raised, 10)).toMatchObject({ spendLimit: 10, nextSpendLimit: null });
    expect(withLimit(raised, 150)).toMatchObject({ spendLimit: 100, nextSpendLimit: { limit: 150 } });
    // Lower, then as it was: that is a raise.
    expect(withLimit(withLimit(player, 10), 100)).toMatchObject({
      spendLimit: 10,
      nextSpendLimit: { limit: 100 },
    });
  });

  test('that is set to what it is changes nothing', () => {
    expect(withLimit(player, 100)).toBe(player);
    const raised = withLimit(player, 200);
    expect(withLimit(raised, 200)).toBe(raised);
    const free = { ...player, spendLimit: null };
    expect(withLimit(free, null)).toBe(free);
  });

  test('raised at the end of a year counts from the first of the next', () => {
    const last = { ...player, spentOn: '2027-12-31' };
    expect(withLimit(last, 200).nextSpendLimit?.from).toBe('2028-01-01');
    expect(withLimit({ ...player, spentOn: '2028-02-28' }, 200).nextSpendLimit?.from).toBe('2028-02-29');
  });
});

test('levels rise each 1,000 points, tiers to five', () => {
  expect([0, 999, 1_000, 1_999, 2_000, 10_500].map(levelOf)).toEqual([1, 1, 2, 2, 3, 11]);
  expect([0, 999, 1_000, 5_000, 20_000, 99_999, 100_000, 500_000, 1e12].map(tierOf)).toEqual([
    0, 0, 1, 2, 3, 3, 4, 5, 5,
  ]);
});
