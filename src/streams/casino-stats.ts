import { randomUUID } from 'node:crypto';
import {
  casinoFactTopics,
  parseCasinoAction,
  parseGameEvent,
  parseTokenEvent,
  type CasinoAction,
  type CasinoActionEvent,
  type CasinoStats,
  type GameEvent,
  type TokenEvent,
  type TokenMovement,
} from '../events/casino.js';
import { casinoCyberTokens, casinoGameEvents, casinoStatsChanges } from '../events/topics.js';
import { lockCasinoStats, updateCasinoStats } from '../postgres/casino-stats.js';
import type { Transaction } from '../postgres/database.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import { findPlayers } from '../postgres/players.js';
import { byPlayer, checkPlayers, claimCasinoFacts, foldCasinoFacts, playerOf } from './casino-facts.js';
import type { Stream } from './stream.js';

export type CasinoEvent = GameEvent | TokenEvent | CasinoActionEvent;

/** What is added to the statistics. */
export interface CasinoDelta {
  readonly players: number;
  readonly tokens: number;
  /** Of what players did, its type. */
  readonly actions: readonly string[];
  /** Each counts once it is known to be new. */
  readonly facts: readonly CasinoAction[];
}

/** Pure; the order of the events makes no difference, but that of a repeated fact the first counts. */
export const foldCasinoStats = (events: readonly CasinoEvent[]): CasinoDelta => {
  let players = 0;
  let tokens = 0;
  const actions: string[] = [];
  const facts: CasinoActionEvent[] = [];
  for (const event of events) {
    if (event.type === 'casino.game-event') {
      if (event.data.type === 'PLAYER_REGISTERED') players += 1;
      else actions.push(event.data.type);
    } else if (event.type === 'casino.cyber-token') {
      tokens += receivedByPlayer(event.data);
      // What was spent and won was moved by a game, which counts itself.
      if (event.data.type === 'TOKENS_EARNED') actions.push(event.data.type);
    } else facts.push(event);
  }
  return { players, tokens, actions, facts: foldCasinoFacts(facts) };
};

const receivedByPlayer = ({ lines }: TokenMovement): number =>
  lines.reduce((sum, { account, amount }) => (account === 'player' ? sum + amount : sum), 0);

/** Pure: the next version. */
export const addToStats = (
  stats: CasinoStats,
  { players, tokens, actions, facts }: CasinoDelta,
): CasinoStats => {
  const counts = new Map(stats.byType.map(({ name, count }) => [name, count]));
  const types = [...actions, ...facts.map(({ type }) => type)];
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return {
    players: stats.players + players,
    actions: stats.actions + types.length,
    tokensInCirculation: stats.tokensInCirculation + tokens,
    byType: [...counts]
      .map(([name, count]) => ({ name, count }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    version: stats.version + 1,
  };
};

const isEmpty = ({ players, tokens, actions, facts }: CasinoDelta): boolean =>
  players === 0 && tokens === 0 && actions.length === 0 && facts.length === 0;

/** Ids first, then the one row of all: so no two workers wait for each other. */
const writeStats = async (tx: Transaction, told: CasinoDelta): Promise<OutgoingEvent[]> => {
  const facts = await claimCasinoFacts(tx, casinoStats.name, told.facts);
  const delta = { ...told, facts };
  if (isEmpty(delta)) return [];
  if (facts.length > 0) {
    const byId = byPlayer(facts, playerOf);
    checkPlayers(byId, await findPlayers(tx, [...byId.keys()]));
  }
  const stats = addToStats(await lockCasinoStats(tx), delta);
  await updateCasinoStats(tx, stats);
  return [
    {
      topic: casinoStatsChanges.name,
      key: 'all',
      event: {
        id: randomUUID(),
        type: 'casino.stats.changed',
        time: new Date().toISOString(),
        data: stats,
      },
    },
  ];
};

/** Players, what they did, and the tokens that they hold. */
export const casinoStats: Stream<CasinoEvent, CasinoDelta> = {
  name: 'casino-stats',
  topics: [casinoGameEvents, casinoCyberTokens, ...casinoFactTopics],
  parse: (record) => {
    if (record.topic === casinoGameEvents.name) return parseGameEvent(record);
    if (record.topic === casinoCyberTokens.name) return parseTokenEvent(record);
    return parseCasinoAction(record);
  },
  fold: foldCasinoStats,
  write: writeStats,
};
