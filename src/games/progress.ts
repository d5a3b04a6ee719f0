const xpPerLevel = 1_000;

export const levelOf = (xp: number): number => 1 + Math.floor(xp / xpPerLevel);

/** Points from which a player has the tiers 1 to 5. */
const tiers = [1_000, 5_000, 20_000, 100_000, 500_000];

export const tierOf = (points: number): number => tiers.filter((from) => points >= from).length;
