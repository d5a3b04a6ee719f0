import { currencyDigits } from './currencies.js';

/**
 * Exact amounts. In transit they are decimal strings with their currency's digits, in arithmetic whole minor units
 * (pence, won) as a BigInt; never a floating-point number.
 */
const pattern = /^(-?)(\d{1,15})(?:\.(\d+))?$/;

/** `-0012.50` with 2 digits → -1250n. Trailing zeros may exceed the digits. Undefined: no decimal, or too fine for the digits. */
export const parseMinor = (text: string, digits: number): bigint | undefined => {
  const [, sign, whole, fraction = ''] = pattern.exec(text) ?? [];
  if (whole === undefined || /[1-9]/.test(fraction.slice(digits))) return undefined;
  const minor = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  return sign === '-' ? -minor : minor;
};

/** -1250n with 2 digits → `-12.50`. */
export const formatMinor = (minor: bigint, digits: number): string => {
  const sign = minor < 0n ? '-' : '';
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

/** The digits of a code that was checked before. @throws RangeError for one that was not */
export const digitsOf = (currency: string): number => {
  const digits = currencyDigits(currency);
  if (digits === undefined) throw new RangeError(`${currency} is no ISO 4217 code`);
  return digits;
};

/** Whether `text` is an amount that `currency` can have. */
export const isAmount = (text: string, currency: string): boolean => {
  const digits = currencyDigits(currency);
  return digits !== undefined && parseMinor(text, digits) !== undefined;
};

/** `total / count`, half-even: a tie goes to the even minor unit. Zero when `count` is 0. `total` has the currency's digits. */
export const averageAmount = (total: string, count: number, currency: string): string => {
  const digits = digitsOf(currency);
  if (count === 0) return formatMinor(0n, digits);
  return formatMinor(divideHalfEven(BigInt(total.replace('.', '')), BigInt(count)), digits);
};

const divideHalfEven = (dividend: bigint, divisor: bigint): bigint => {
  const size = dividend < 0n ? -dividend : dividend;
  const quotient = size / divisor;
  const twice = (size % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return dividend < 0n ? -rounded : rounded;
};
