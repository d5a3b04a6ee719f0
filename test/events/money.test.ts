import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { currencyDigits } from '../../src/events/currencies.js';
import { averageAmount, digitsOf, formatMinor, parseMinor } from '../../src/events/money.js';

const digits = fc.integer({ min: 0, max: 4 });
const minor = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });

describe('amounts', () => {
  test('a formatted amount parses to the same amount', () => {
    fc.assert(
      fc.property(minor, digits, (amount, d) => expect(parseMinor(formatMinor(amount, d), d)).toBe(amount)),
    );
  });

  test('leading zeros and further zeros behind the point change nothing', () => {
    const zeros = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 9n }),
        digits,
        zeros,
        zeros,
        (amount, d, before, behind) => {
          const text = formatMinor(amount, d);
          const padded = '0'.repeat(before) + (d > 0 ? text + '0'.repeat(behind) : text);
          expect(parseMinor(padded, d)).toBe(amount);
        },
      ),
    );
  });

  test('what is finer than the digits is no amount, unless the rest is zeros', () => {
    expect(parseMinor('1.001', 2)).toBeUndefined();
    expect(parseMinor('1.5', 0)).toBeUndefined();
    expect(parseMinor('1.000', 2)).toBe(100n);
    expect(parseMinor('1.0', 0)).toBe(1n);
  });

  test.each([
    ['', 2],
    ['-', 2],
    ['.5', 2],
    ['1.', 2],
    ['+1', 2],
    ['1e3', 2],
    ['0x10', 2],
    [' 1', 2],
    ['1 ', 2],
    ['1\n', 2],
    ['1,5', 2],
    ['1_000', 2],
    ['--1', 2],
    ['NaN', 2],
    ['Infinity', 2],
    ['١٢', 2],
    ['1234567890123456', 2],
  ])('%j is no amount', (text, d) => {
    expect(parseMinor(text, d)).toBeUndefined();
  });

  test('10,000 digits are refused at once', () => {
    const begun = performance.now();
    expect(parseMinor('9'.repeat(10_000), 2)).toBeUndefined();
    expect(parseMinor(`1.${'0'.repeat(10_000)}1`, 2)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(50);
  });
});

describe('currencies', () => {
  test.each([
    ['KRW', 0],
    ['JPY', 0],
    ['GBP', 2],
    ['USD', 2],
    ['IQD', 3],
    ['LBP', 2],
    ['BHD', 3],
    ['CLF', 4],
    ['ISK', 0],
  ])('%s has %d decimals, as ISO 4217 says', (code, expected) => {
    expect(currencyDigits(code)).toBe(expected);
  });

  test.each(['krw', '', 'ZZZ', 'XAU', 'XXX', 'XTS', 'USDX', 'US', 'constructor', '__proto__', '410', 'GBP '])(
    '%j is no currency',
    (code) => {
      expect(currencyDigits(code)).toBeUndefined();
    },
  );

  test('asking for the digits of what is no currency is an error of the program', () => {
    expect(() => digitsOf('ZZZ')).toThrow(RangeError);
  });
});

describe('averages', () => {
  /** The nearest whole number to a rational by comparing distances, not by the arithmetic under test. */
  const nearestEven = (total: bigint, count: bigint): bigint => {
    const size = (value: bigint) => (value < 0n ? -value : value);
    const distance = (candidate: bigint) => size(candidate * count - total);
    const around = [-1n, 0n, 1n].map((step) => total / count + step);
    const shortest = around.map(distance).reduce((least, next) => (next < least ? next : least));
    const nearest = around.filter((candidate) => distance(candidate) === shortest);
    const [only, second] = nearest as [bigint, bigint | undefined];
    return second === undefined || only % 2n === 0n ? only : second;
  };

  test('are the nearest amount, at a tie the even one', () => {
    fc.assert(
      fc.property(
        minor,
        fc.integer({ min: 1, max: 100_000 }),
        fc.constantFrom('KRW', 'GBP', 'BHD', 'CLF'),
        (total, count, code) => {
          const d = digitsOf(code);
          const expected = formatMinor(nearestEven(total, BigInt(count)), d);
          expect(averageAmount(formatMinor(total, d), count, code)).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    ['0.01', 2, 'GBP', '0.00'],
    ['0.03', 2, 'GBP', '0.02'],
    ['0.05', 2, 'GBP', '0.02'],
    ['-0.03', 2, 'GBP', '-0.02'],
    ['-0.01', 2, 'GBP', '0.00'],
    ['1', 2, 'KRW', '0'],
    ['3', 2, 'KRW', '2'],
    ['383454', 15, 'KRW', '25564'],
    ['170931', 7, 'KRW', '24419'],
    ['0.001', 3, 'BHD', '0.000'],
  ])('%s over %d in %s is %s', (total, count, code, expected) => {
    expect(averageAmount(total, count, code)).toBe(expected);
  });

  test('over nothing is zero, with the digits of the currency', () => {
    expect([averageAmount('0', 0, 'KRW'), averageAmount('0.00', 0, 'GBP')]).toEqual(['0', '0.00']);
  });

  test('of 30 digits are exact', () => {
    expect(averageAmount(`${'9'.repeat(28)}.98`, 2, 'GBP')).toBe(`${'4'}${'9'.repeat(27)}.99`);
  });
});
