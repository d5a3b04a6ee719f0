/** Tokens of all time on gacha from which a player is in the segment, the most first. */
const segments = [
  { name: 'WHALE', from: 10_000 },
  { name: 'DOLPHIN', from: 1_000 },
  { name: 'MINNOW', from: 0 },
] as const;

export const segmentOf = (gachaSpent: number): string =>
  segments.find(({ from }) => gachaSpent >= from)?.name ?? 'MINNOW';
