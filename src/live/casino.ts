import { parsePlayerEvent, type CasinoStats, type Player, type PlayerEvent } from '../events/casino.js';
import { isSkip, parseEnvelope } from '../events/envelope.js';
import { casinoPlayerChanges, casinoStatsChanges } from '../events/topics.js';
import { readCasinoStats } from '../postgres/casino-stats.js';
import type { Database } from '../postgres/database.js';
import { findPlayers } from '../postgres/players.js';
import type { Live, StateSource } from './live.js';
import type { Items } from './pull.js';

/** States that casino subscriptions watch. */
export interface CasinoWatches {
  /** Null while there is no such player. */
  player(id: string): Items<{ readonly player: Player | null }>;
  stats(): Items<CasinoStats>;
}

interface PlayerState {
  readonly version: number;
  readonly player: Player | null;
}

type PlayerChange = PlayerEvent['data'];

export const createCasinoWatches = (live: Live, database: Database): CasinoWatches => {
  const playerSource: StateSource<PlayerState, PlayerChange> = {
    topic: casinoPlayerChanges.name,
    parse: (record) => {
      if (isSkip(record)) return undefined;
      const { data } = parsePlayerEvent(record);
      return { key: data.id, change: data };
    },
    read: async (id) => {
      const [player] = await findPlayers(database, [id]);
      return { version: player?.version ?? 0, player: player ?? null };
    },
    apply: applyToPlayer,
  };
  const statsSource: StateSource<CasinoStats, CasinoStats> = {
    topic: casinoStatsChanges.name,
    parse: (record) =>
      isSkip(record)
        ? undefined
        : {
            key: 'all',
            change: parseEnvelope(record, casinoStatsChanges.types).data as unknown as CasinoStats,
          },
    read: () => readCasinoStats(database),
    // Each change is the whole state, so there are no holes.
    apply: (state, change) => (change.version > state.version ? change : state),
  };
  return {
    player: (id) => live.states(playerSource, id),
    stats: () => live.states(statsSource, 'all'),
  };
};

/** A change tells everything but the birth date, which changes only when it is verified: then the row is read again. */
const applyToPlayer = (state: PlayerState, change: PlayerChange): PlayerState | undefined => {
  const { player } = state;
  if (change.version <= state.version) return state;
  if (!player || player.verifiedAt !== change.verifiedAt) return undefined;
  return { version: change.version, player: { ...change, birthDate: player.birthDate } };
};
