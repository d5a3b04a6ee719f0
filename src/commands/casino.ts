import { randomUUID } from 'node:crypto';
import { badInput, conflict, notFound } from '../errors.js';
import { playerChanged, type Player } from '../events/casino.js';
import { casinoCyberTokens, casinoGameEvents, casinoPlayerChanges } from '../events/topics.js';
import { dayOf, isAdultOn, isBirthDate } from '../games/age.js';
import { drawCapsule } from '../games/gacha.js';
import type { Random } from '../games/random.js';
import { spin } from '../games/slot.js';
import { asOf, withLimit } from '../games/spending.js';
import type { Transaction } from '../postgres/database.js';
import type { KeyUse } from '../postgres/idempotency.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import {
  findStatedBirthDate,
  insertPlayers,
  lockPlayers,
  recordStatedBirthDate,
} from '../postgres/players.js';
import type { BatchOutcome } from './batch.js';
import { createRecordCasinoActions, type CasinoActionInput } from './casino-actions.js';
import {
  earnTurn,
  gachaTurn,
  gameEvent,
  newPlayer,
  spinTurn,
  writeTurn,
  type Played,
} from './casino-turns.js';
import type { RecordFacts } from './facts.js';
import { keyUse } from './idempotency.js';
import { isGiven, parseId, parseText } from './inputs.js';
import { createMutate, type CommandOptions, type Result } from './mutation.js';

export interface Spin {
  readonly playerId: string;
  readonly bet: number;
}

export interface Earning {
  readonly playerId: string;
  readonly amount: number;
  readonly reason: string;
}

/** What a player got, the player as it is after it, and where that stands. */
export type PlayOutcome<Got> = Got & {
  readonly player: Player;
  readonly position: string;
  readonly replayed: boolean;
};
export type SpinOutcome = PlayOutcome<{
  readonly reels: readonly string[];
  readonly bet: number;
  readonly payout: number;
}>;
export type GachaOutcome = PlayOutcome<{ readonly rarity: string; readonly item: string }>;
export type TokenOutcome = PlayOutcome<{ readonly ledgerEntryId: string }>;

/** What protects a player, as of today. */
export interface Protection {
  readonly spentToday: number;
  readonly dailySpendLimit: number | null;
  readonly pendingDailySpendLimit: number | null;
  readonly dailySpendLimitChangesAt: string | null;
  readonly ageVerified: boolean;
}

/** All but the last throw MillraceError; `caller` is the principal that keys are bound to. */
export interface CasinoCommands {
  recordCasinoActions(inputs: readonly CasinoActionInput[]): Promise<BatchOutcome>;
  spinSlot(caller: string, spin: Spin, idempotencyKey?: string | null): Promise<SpinOutcome>;
  openGacha(caller: string, playerId: string, idempotencyKey?: string | null): Promise<GachaOutcome>;
  earnTokens(caller: string, earning: Earning, idempotencyKey?: string | null): Promise<TokenOutcome>;
  registerPlayer(id: string, birthDate?: string | null): Promise<Player>;
  verifyAge(playerId: string, birthDate: string): Promise<Player>;
  /** A limit of null is none. */
  setDailySpendLimit(playerId: string, limit: number | null | undefined): Promise<Player>;
  protectionOf(player: Player): Protection;
}

export interface CasinoOptions extends CommandOptions {
  readonly recordFacts: RecordFacts;
  readonly random: Random;
  /** In years. */
  readonly adultAge: number;
}

const mostBet = 1_000_000;
const mostEarned = 1_000_000_000;

const topic = [casinoGameEvents, casinoCyberTokens, casinoPlayerChanges].map(({ name }) => name);

export const createCasinoCommands = (options: CasinoOptions): CasinoCommands => {
  const { now, random, adultAge } = options;
  const mutate = createMutate(options);
  const timeNow = (): string => new Date(now()).toISOString();

  /** Runs one mutation of a player. */
  const change = <Entity>(
    id: string,
    use: KeyUse | undefined,
    work: (tx: Transaction, time: string) => Promise<Result<Entity>>,
  ) => mutate({ topic, ids: [id], use }, (tx) => work(tx, timeNow()));

  /**
   * `take` is given the player as of today and answers its turn. It may be called more than once: what is left to chance is drawn before, so
   * that nothing is rolled again.
   */
  const play = async <Got extends object>(
    id: string,
    use: KeyUse | undefined,
    take: (player: Player, time: string) => Played<Got>,
    prepare: (tx: Transaction, time: string) => Promise<readonly OutgoingEvent[]> = async () => [],
  ): Promise<PlayOutcome<Got>> => {
    const { entity, position, replayed } = await change(id, use, async (tx, time) => {
      const before = await prepare(tx, time);
      const turn = take(await lockPlayer(tx, id, time), time);
      const { player, events } = await writeTurn(tx, turn, time);
      return { entity: { ...turn.result, player }, events: [...before, ...events] };
    });
    return { ...entity, position, replayed };
  };

  /** Changes a player, or nothing when `alter` answers the same. */
  const alter = async (id: string, altered: (player: Player, time: string) => Player): Promise<Player> => {
    const { entity } = await change(id, undefined, async (tx, time) => {
      const player = await lockPlayer(tx, id, time);
      const next = altered(player, time);
      if (next === player) return { entity: player, events: [] };
      const written = await writeTurn(tx, { player: next, movements: [] }, time);
      return { entity: written.player, events: written.events };
    });
    return entity;
  };

  return {
    recordCasinoActions: createRecordCasinoActions(options),

    spinSlot: async (caller, { playerId, bet }, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'spinSlot', { playerId, bet });
      const id = parseId('playerId', playerId);
      checkRange('bet', bet, mostBet);
      const reels = spin(random);
      return play(id, use, (player, time) => spinTurn(player, bet, reels, time));
    },

    openGacha: async (caller, playerId, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'openGacha', { playerId });
      const id = parseId('playerId', playerId);
      const draw = drawCapsule(random);
      return play(id, use, (player, time) => gachaTurn(player, draw, time));
    },

    earnTokens: async (caller, { playerId, amount, reason: given }, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'earnTokens', { playerId, amount, reason: given });
      const id = parseId('playerId', playerId);
      checkRange('amount', amount, mostEarned);
      const reason = parseText('reason', given);
      return play(
        id,
        use,
        (player, time) => earnTurn(player, amount, reason, time),
        async (tx, time) => (await register(tx, newPlayer(id, null, time))) ?? [],
      );
    },

    registerPlayer: async (playerId, givenDate) => {
      const id = parseId('id', playerId);
      const birthDate = isGiven(givenDate) ? parseBirthDate(givenDate, timeNow()) : null;
      const { entity } = await change(id, undefined, async (tx, time) => {
        const player = newPlayer(id, birthDate, time);
        const events = await register(tx, player);
        return events ? { entity: player, events } : registerAgain(tx, id, birthDate, time);
      });
      return entity;
    },

    verifyAge: async (playerId, givenDate) => {
      const birthDate = parseBirthDate(givenDate, timeNow());
      return alter(parseId('playerId', playerId), (player, time) => {
        const isVerified = player.verifiedAt !== null && player.birthDate !== null;
        if (!isVerified) return { ...player, birthDate, verifiedAt: time };
        if (player.birthDate !== birthDate) throw otherBirthDate('verified');
        return player;
      });
    },

    setDailySpendLimit: async (playerId, limit) => {
      const id = parseId('playerId', playerId);
      if (limit === undefined) throw badInput('limit', 'must be given: null is no limit');
      if (limit !== null && limit < 0) throw badInput('limit', 'must be zero or above, or null for no limit');
      return alter(id, (player) => withLimit(player, limit));
    },

    protectionOf: (player) => {
      const today = dayOf(timeNow());
      const { spent, spendLimit, nextSpendLimit } = asOf(player, today);
      return {
        spentToday: spent,
        dailySpendLimit: spendLimit,
        pendingDailySpendLimit: nextSpendLimit?.limit ?? null,
        dailySpendLimitChangesAt: nextSpendLimit && `${nextSpendLimit.from}T00:00:00.000Z`,
        ageVerified: isAdultOn(player, today, adultAge),
      };
    },
  };
};

/** As of today. @throws MillraceError NOT_FOUND */
const lockPlayer = async (tx: Transaction, id: string, time: string): Promise<Player> => {
  const [player] = await lockPlayers(tx, [id]);
  if (!player) throw notFound(`playerId: there is no player with the id ${id}.`);
  return asOf(player, dayOf(time));
};

/** @returns its events, or undefined when the player was there already */
const register = async (tx: Transaction, player: Player): Promise<OutgoingEvent[] | undefined> => {
  const added = await insertPlayers(tx, [player]);
  if (added.length === 0) return undefined;
  const { id, createdAt } = player;
  const registered = { type: 'PLAYER_REGISTERED', playerId: id, occurredAt: createdAt } as const;
  return [gameEvent({ id: randomUUID(), data: registered }), playerChanged(player)];
};

/** A birth date that was not said before, as by a player that earnTokens added, is taken. */
const registerAgain = async (
  tx: Transaction,
  id: string,
  birthDate: string | null,
  time: string,
): Promise<Result<Player>> => {
  const player = await lockPlayer(tx, id, time);
  const said = (await findStatedBirthDate(tx, id)) ?? player.birthDate;
  if (birthDate === null || said === birthDate) return { entity: player, events: [], replayed: true };
  if (said !== null) throw otherBirthDate('stated');
  await recordStatedBirthDate(tx, id, birthDate);
  const written = await writeTurn(tx, { player: { ...player, birthDate }, movements: [] }, time);
  return { entity: written.player, events: written.events };
};

const otherBirthDate = (how: string) =>
  conflict('ALREADY_EXISTS', `birthDate: another one was ${how} before. Ask support to correct it.`);

/** @throws MillraceError BAD_USER_INPUT */
const parseBirthDate = (text: string, time: string): string => {
  if (!isBirthDate(text, dayOf(time)))
    throw badInput('birthDate', 'must be a day such as 2001-02-28 that exists, from 1900 on and not to come');
  return text;
};

const checkRange = (field: string, value: number, most: number): void => {
  if (value < 1 || value > most) throw badInput(field, `must lie between 1 and ${most}`);
};
