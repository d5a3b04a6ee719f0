import { entryAt, type Random } from './random.js';

export const capsuleCost = 100;

/** From common to rarest. `weight` is how many of 1,000 capsules hold it; each has three items, each as likely. */
export const rarities = [
  { name: 'COMMON', weight: 790, items: ['Copper Chip', 'Green Dice', 'Paper Fan'] },
  { name: 'RARE', weight: 170, items: ['Silver Chip', 'Jade Dice', 'Silk Fan'] },
  { name: 'EPIC', weight: 34, items: ['Gold Chip', 'Crystal Dice', 'Peacock Fan'] },
  { name: 'LEGENDARY', weight: 6, items: ['Diamond Chip', 'Dragon Dice', 'Phoenix Fan'] },
] as const;

const highest = rarities[3];
const capsules = rarities.reduce((sum, { weight }) => sum + weight, 0);

/** Pity: the open that holds the highest rarity for sure when those since the last one did not. */
export const guaranteedAt = 90;

/** Chance alone, drawn before it is known how long the player has waited. */
export interface Draw {
  readonly capsule: number;
  readonly item: 0 | 1 | 2;
}

export interface Prize {
  readonly rarity: (typeof rarities)[number]['name'];
  readonly item: string;
  /** Opens since the last one of the highest rarity, this one counted. */
  readonly sinceHighest: number;
}

export const drawCapsule = (random: Random): Draw => ({
  capsule: random.below(capsules),
  item: random.below(3) as Draw['item'],
});

/** @param sinceHighest opens since the last one of the highest rarity, this one not counted */
export const openCapsule = ({ capsule, item }: Draw, sinceHighest: number): Prize => {
  const rarity = sinceHighest + 1 >= guaranteedAt ? highest : entryAt(rarities, capsule);
  return {
    rarity: rarity.name,
    item: rarity.items[item],
    sinceHighest: rarity === highest ? 0 : sinceHighest + 1,
  };
};
