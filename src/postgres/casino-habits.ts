import type { Transaction } from './database.js';

/** What a player has played of all time. */
export interface Habits {
  readonly playerId: string;
  readonly spins: number;
  readonly wagered: number;
  readonly paid: number;
  /** Spins in a row that paid nothing. */
  readonly losingStreak: number;
  readonly gachaOpens: number;
  readonly gachaSpent: number;
}

/** Locked in the order of the players' ids; who has played nothing yet gets a row to lock. */
export const lockHabits = async (tx: Transaction, playerIds: readonly string[]): Promise<Habits[]> => {
  // Two statements, sent together: the second sees what rivals committed while the first waited.
  const [, habits] = await Promise.all([
    tx.query(
      'insert into casino_habits (player_id) select id from unnest($1::text[]) as p (id) order by id on conflict do nothing',
      [playerIds],
    ),
    tx.query<Habits>(
      `select player_id as "playerId", spins, wagered, paid, losing_streak as "losingStreak", gacha_opens as "gachaOpens",
         gacha_spent as "gachaSpent"
       from casino_habits where player_id = any($1::text[]) order by player_id for update`,
      [playerIds],
    ),
  ]);
  return habits;
};

/** The rows are locked by the caller. */
export const updateHabits = async (tx: Transaction, habits: readonly Habits[]): Promise<void> => {
  await tx.query(
    `update casino_habits h set spins = n.spins, wagered = n.wagered, paid = n.paid, losing_streak = n.losing_streak,
       gacha_opens = n.gacha_opens, gacha_spent = n.gacha_spent
     from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
       as n (player_id, spins, wagered, paid, losing_streak, gacha_opens, gacha_spent)
     where h.player_id = n.player_id`,
    [
      habits.map(({ playerId }) => playerId),
      habits.map(({ spins }) => spins),
      habits.map(({ wagered }) => wagered),
      habits.map(({ paid }) => paid),
      habits.map(({ losingStreak }) => losingStreak),
      habits.map(({ gachaOpens }) => gachaOpens),
      habits.map(({ gachaSpent }) => gachaSpent),
    ],
  );
};
