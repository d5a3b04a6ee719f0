import { entryAt, type Random } from './random.js';

/** Three reels that stop independently of each other; `weight` is how many of a reel's 32 stops show the symbol. */
export const symbols = [
  { name: 'CHERRY', weight: 10 },
  { name: 'LEMON', weight: 8 },
  { name: 'BELL', weight: 6 },
  { name: 'STAR', weight: 4 },
  { name: 'SEVEN', weight: 3 },
  { name: 'DIAMOND', weight: 1 },
] as const;

type SlotSymbol = (typeof symbols)[number]['name'];
export type Reels = readonly [SlotSymbol, SlotSymbol, SlotSymbol];

/** What three of a kind pay, in bets. */
export const payTable: Readonly<Record<SlotSymbol, number>> = {
  CHERRY: 6,
  LEMON: 12,
  BELL: 25,
  STAR: 50,
  SEVEN: 100,
  DIAMOND: 1_000,
};

/** What exactly two cherries pay, wherever they are: the bet. */
const twoCherries = 1;

const stops = symbols.reduce((sum, { weight }) => sum + weight, 0);

const stop = (random: Random): SlotSymbol => entryAt(symbols, random.below(stops)).name;

export const spin = (random: Random): Reels => [stop(random), stop(random), stop(random)];

/** What the reels pay, in bets. */
export const multipleOf = ([first, second, third]: Reels): number => {
  if (first === second && second === third) return payTable[first];
  const cherries = [first, second, third].filter((symbol) => symbol === 'CHERRY').length;
  return cherries === 2 ? twoCherries : 0;
};

/** Whether reels that paid nothing show two of a kind. */
export const isNearMiss = (reels: readonly string[]): boolean => new Set(reels).size < reels.length;

/** What a bet of 1 pays in the long run: over all reels, their chance times what they pay. */
export const longRunReturn = (): number => {
  let paid = 0;
  for (const first of symbols)
    for (const second of symbols)
      for (const third of symbols)
        paid +=
          first.weight * second.weight * third.weight * multipleOf([first.name, second.name, third.name]);
  return paid / stops ** 3;
};
