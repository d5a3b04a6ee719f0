import { randomInt } from 'node:crypto';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export interface Random {
  (): number;
  readonly seed: number;
}

/** Takes TEST_SEED, so that a run can be repeated as far as its choices go, else a fresh seed; prints it. */
export const createRandom = (test: string): Random => {
  const seed = Number(process.env.TEST_SEED ?? randomInt(2 ** 31));
  report(test, `TEST_SEED=${seed}`);
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(random, { seed });
};

/** A whole number from `least` to `most`, both included. */
export const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));

export const oneOf = <T>(random: Random, items: readonly T[]): T =>
  items[between(random, 0, items.length - 1)] as T;

/** Figures of a run, past Jest, which would put a stack trace below each line. */
export const report = (test: string, line: string): void => void process.stderr.write(`  ${test}: ${line}\n`);

export const inMs = (times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b).map(Math.round);
  return `median ${sorted[Math.floor(sorted.length / 2)]} ms, max ${sorted.at(-1)} ms, n = ${sorted.length}`;
};
