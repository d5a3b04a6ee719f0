import type { AnalysisData, Feedback, GameEventData, Player } from '../events/casino.js';

/** What players are told of what they did, as tables. */
type Told = Pick<Feedback, 'kind' | 'intensity' | 'message'>;

type SpinAnalysis = Extract<AnalysisData, { kind: 'SPIN' }>;
type GachaOpen = Extract<GameEventData, { type: 'GACHA_OPEN' }>;

/** By how many bets a spin paid, the most first. */
const wins = [
  { from: 1_000, kind: 'BIG_WIN', intensity: 10 },
  { from: 100, kind: 'BIG_WIN', intensity: 9 },
  { from: 50, kind: 'BIG_WIN', intensity: 8 },
  { from: 25, kind: 'BIG_WIN', intensity: 7 },
  { from: 10, kind: 'BIG_WIN', intensity: 6 },
  { from: 5, kind: 'WIN', intensity: 4 },
  { from: 0, kind: 'WIN', intensity: 2 },
] as const;

const losses = {
  NEAR_MISS: { kind: 'NEAR_MISS', intensity: 3, message: 'Two of a kind: so close.' },
  LOSS: { kind: 'LOSS', intensity: 1, message: 'Nothing this time.' },
} as const;

/** With each so many spins in a row that paid nothing a player is told to take a break. */
export const breakAfter = 10;

export const tellSpin = ({ payout, multiple, losingStreak, nearMiss }: SpinAnalysis): Told => {
  const win = payout > 0 && wins.find(({ from }) => multiple >= from);
  if (win) return { kind: win.kind, intensity: win.intensity, message: `You win ${payout} tokens.` };
  if (losingStreak > 0 && losingStreak % breakAfter === 0)
    return {
      kind: 'TAKE_A_BREAK',
      intensity: 5,
      message: `${losingStreak} spins without a win: take a break.`,
    };
  return nearMiss ? losses.NEAR_MISS : losses.LOSS;
};

const rewards: Readonly<Record<string, number>> = { COMMON: 2, RARE: 4, EPIC: 7, LEGENDARY: 10 };

export const tellGacha = ({ rarity, item }: GachaOpen): Told => ({
  kind: 'GACHA_REWARD',
  intensity: rewards[rarity] ?? 1,
  message: `Your capsule holds: ${item} (${rarity}).`,
});

/** By the tier that was reached, from 1 on. */
const tiers = [6, 7, 8, 9, 10];
const levelUp = 6;

export const tellProgress = (before: Player, after: Player): Told[] => [
  ...(after.battlePassLevel > before.battlePassLevel
    ? [
        {
          kind: 'LEVEL_UP',
          intensity: levelUp,
          message: `Your battle pass reaches level ${after.battlePassLevel}.`,
        },
      ]
    : []),
  ...(after.vipTier > before.vipTier
    ? [
        {
          kind: 'VIP_UP',
          intensity: tiers[after.vipTier - 1] ?? 10,
          message: `You are VIP of tier ${after.vipTier}.`,
        },
      ]
    : []),
];

/** By how many reminders the session had; the last is for all that follow. */
const reminders = [3, 5, 7, 9];

/** @param count of this session, this one counted */
export const tellSession = (count: number, minutes: number): Told => ({
  kind: 'SESSION_REMINDER',
  intensity: reminders[count - 1] ?? 10,
  message: `You have been playing for ${minutes} minutes.`,
});
