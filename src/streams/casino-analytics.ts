import { analysisMade, parseGameEvent, type AnalysisData, type GameEvent } from '../events/casino.js';
import { casinoGameEvents } from '../events/topics.js';
import { segmentOf } from '../games/segments.js';
import { isNearMiss } from '../games/slot.js';
import { lockHabits, updateHabits, type Habits } from '../postgres/casino-habits.js';
import type { Transaction } from '../postgres/database.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import { byPlayer } from './casino-facts.js';
import type { Stream } from './stream.js';

/** What a game is beside what its player has played, and what the player has played then. */
interface Analysed {
  readonly habits: Habits;
  readonly analysis: AnalysisData;
}

/** A game that was played. */
export type PlayedEvent = GameEvent & {
  readonly data: Exclude<GameEvent['data'], { type: 'PLAYER_REGISTERED' }>;
};

const isPlayed = (event: GameEvent): event is PlayedEvent => event.data.type !== 'PLAYER_REGISTERED';

/** Pure. */
export const analyse = (habits: Habits, { id: causedBy, data }: PlayedEvent): Analysed => {
  const { playerId, occurredAt } = data;
  const about = { playerId, causedBy, occurredAt };
  if (data.type === 'GACHA_OPEN') {
    const gachaOpens = habits.gachaOpens + 1;
    const gachaSpent = habits.gachaSpent + data.cost;
    const { rarity, item } = data;
    return {
      habits: { ...habits, gachaOpens, gachaSpent },
      analysis: {
        ...about,
        ...{ kind: 'MONETISATION', rarity, item, gachaSpent, gachaOpens, segment: segmentOf(gachaSpent) },
      },
    };
  }
  const { bet, payout, reels } = data;
  const wagered = habits.wagered + bet;
  const paid = habits.paid + payout;
  const losingStreak = payout > 0 ? 0 : habits.losingStreak + 1;
  return {
    habits: { ...habits, spins: habits.spins + 1, wagered, paid, losingStreak },
    analysis: {
      ...about,
      kind: 'SPIN',
      bet,
      payout,
      multiple: ratio(payout, bet),
      losingStreak,
      nearMiss: payout === 0 && isNearMiss(reels),
      playerReturn: ratio(paid, wagered),
    },
  };
};

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

const writeAnalytics = async (
  tx: Transaction,
  played: ReadonlyMap<string, readonly PlayedEvent[]>,
): Promise<OutgoingEvent[]> => {
  if (played.size === 0) return [];
  const before = await lockHabits(tx, [...played.keys()]);
  const analyses: AnalysisData[] = [];
  const after = before.map((habits) =>
    (played.get(habits.playerId) ?? []).reduce((now, event) => {
      const analysed = analyse(now, event);
      analyses.push(analysed.analysis);
      return analysed.habits;
    }, habits),
  );
  await updateHabits(tx, after);
  return analyses.map(analysisMade);
};

/** What a spin was, and what a player spends on gacha: one record for each, beside all that the player has played. */
export const casinoAnalytics: Stream<GameEvent, ReadonlyMap<string, readonly PlayedEvent[]>> = {
  name: 'casino-analytics',
  topics: [casinoGameEvents],
  parse: parseGameEvent,
  fold: (events) => byPlayer(events.filter(isPlayed), ({ data }) => data.playerId),
  write: writeAnalytics,
};
