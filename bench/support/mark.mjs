/**
 * What a benchmark's event carries so that its receiver can tell it by its bytes, without parsing: its key, its number among the
 * events of the key (1, 2, 3, …), and when it was due, in microseconds of the monotonic clock, modulo 1,000 s.
 */
const begin = '#bench:';
export const needle = Buffer.from(begin);
export const numberDigits = { key: 4, number: 9, time: 9 };
export const timeModulus = 1e9;

const padded = (value, digits) => String(Math.floor(value)).padStart(digits, '0');

export const markOf = (key, number, us) =>
  `${begin}${padded(key, numberDigits.key)}:${padded(number, numberDigits.number)}:${padded(us % timeModulus, numberDigits.time)}`;

/** Digits of `bytes` as a number. */
export const digitsAt = (bytes, at, count) => {
  let value = 0;
  for (let i = at; i < at + count; i += 1) value = value * 10 + bytes[i] - 48;
  return value;
};

export const isMarkAt = (bytes, at) => bytes[at] === 35 && bytes[at + 1] === 98 && bytes[at + 6] === 58;
