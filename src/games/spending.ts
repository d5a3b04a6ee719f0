import type { Player } from '../events/casino.js';

/** A player's own daily limit. A day is UTC's; a limit of null is none. */

const dayMs = 86_400_000;

const dayAfter = (day: string): string => new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);

/**
 * The player as it is on a day: what was spent on it, and a raised limit in force once its day has come. A clock behind that of the last change
 * does not go back to the day before.
 */
export const asOf = <P extends Pick<Player, 'spentOn' | 'spent' | 'spendLimit' | 'nextSpendLimit'>>(
  player: P,
  day: string,
): P => {
  if (day <= player.spentOn) return player;
  const { nextSpendLimit: next } = player;
  const today = { ...player, spentOn: day, spent: 0 };
  return next && next.from <= day ? { ...today, spendLimit: next.limit, nextSpendLimit: null } : today;
};

/** Whether a player, as of today, stays within its limit when it spends `cost`. */
export const maySpend = ({ spent, spendLimit }: Player, cost: number): boolean =>
  spendLimit === null || spent + cost <= spendLimit;

/**
 * A player, as of today, with another limit: a lower one counts at once, a higher one from the next day. The same player when that is what is
 * set already.
 */
export const withLimit = (player: Player, limit: number | null): Player => {
  const { spendLimit, nextSpendLimit: next } = player;
  if (isAbove(limit, spendLimit))
    return next?.limit === limit
      ? player
      : { ...player, nextSpendLimit: { limit, from: dayAfter(player.spentOn) } };
  return limit === spendLimit && !next ? player : { ...player, spendLimit: limit, nextSpendLimit: null };
};

const isAbove = (limit: number | null, current: number | null): boolean =>
  current !== null && (limit === null || limit > current);
