import { badInput, conflict } from '../errors.js';
import type { Player } from '../events/casino.js';
import { casinoCyberTokens, casinoGameEvents, casinoPlayerChanges } from '../events/topics.js';
import { dayOf, isAdultOn, isBirthDate } from '../games/age.js';
import { drawCapsule } from '../games/gacha.js';
import type { Random } from '../games/random.js';
import { spin } from '../games/slot.js';
import { asOf, withLimit } from '../games/spending.js';
import type { Transaction } from '../postgres/database.js';
import {
  findStatedBirthDate,
  insertPlayers,
  lockPlayers,
  recordStatedBirthDate,
  updatePlayers,
} from '../postgres/players.js';
import type { BatchOutcome } from './batch.js';
import { createRecordCasinoActions, type CasinoActionInput } from './casino-actions.js';
import { earnTurn, gachaTurn, newPlayer, settle, spinTurn, type Played } from './casino-turns.js';
import type { RecordFacts } from './facts.js';
import { createGroup } from './group.js';
import { keyUse } from './idempotency.js';
import { isGiven, parseId, parseText } from './inputs.js';
import { committing, createMutate, naming, together, type CommandOptions, type Result } from './mutation.js';
import { playInTransaction, registrationOf, unknownPlayer, type Call, type Outcome } from './play-turns.js';

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

const mostInGroup = 200;
const groupsAtOnce = 2;

const topic = [casinoGameEvents, casinoCyberTokens, casinoPlayerChanges].map(({ name }) => name);

export const createCasinoCommands = (options: CasinoOptions): CasinoCommands => {
  const { database, consistency, onCommitted, now, random, adultAge } = options;
  const commit = committing(database, onCommitted);
  const mutate = createMutate(options);
  const timeNow = (): string => new Date(now()).toISOString();

  const group = createGroup<Call, Outcome>({
    run: (calls) =>
      together(
        calls,
        ({ playerId }) => playerId,
        async (calls) => {
          const outcomes = await commit((tx) => playInTransaction(tx, calls, timeNow()));
          return calls.map((call) => outcomes.get(call) ?? new Error('a turn was left without outcome'));
        },
      ),
    marksOf: ({ playerId, use }) => [playerId, ...(use ? [`${use.caller}\n${use.key}`] : [])],
    most: mostInGroup,
    concurrency: groupsAtOnce,
  });

  const play = async <Got extends object>(
    call: Omit<Call, 'take'> & { readonly take: (player: Player, time: string) => Played<Got> },
  ): Promise<PlayOutcome<Got>> => {
    const { entity, written, replayed } = await naming([call.playerId], group.add(call));
    const position = consistency.positionOf(topic, written);
    return { ...(entity as Got & { player: Player }), position, replayed };
  };

  /** Runs one mutation of a player. */
  const change = (id: string, work: (tx: Transaction, time: string) => Promise<Result<Player>>) =>
    mutate({ topic, ids: [id], use: undefined }, (tx) => work(tx, timeNow()));

  /** Changes a player, or nothing when `alter` answers the same. */
  const alter = async (id: string, altered: (player: Player, time: string) => Player): Promise<Player> => {
    const { entity } = await change(id, async (tx, time) => {
      const player = await lockPlayer(tx, id, time);
      const next = altered(player, time);
      return next === player ? { entity: player, events: [] } : write(tx, next, time);
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
      return play({
        playerId: id,
        use,
        take: (player, time) => spinTurn(player, bet, reels, time),
      });
    },

    openGacha: async (caller, playerId, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'openGacha', { playerId });
      const id = parseId('playerId', playerId);
      const draw = drawCapsule(random);
      return play({
        playerId: id,
        use,
        take: (player, time) => gachaTurn(player, draw, time),
      });
    },

    earnTokens: async (caller, { playerId, amount, reason: given }, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'earnTokens', { playerId, amount, reason: given });
      const id = parseId('playerId', playerId);
      checkRange('amount', amount, mostEarned);
      const reason = parseText('reason', given);
      return play({
        playerId: id,
        use,
        take: (player, time) => earnTurn(player, amount, reason, time),
        registers: true,
      });
    },

    registerPlayer: async (playerId, givenDate) => {
      const id = parseId('id', playerId);
      const birthDate = isGiven(givenDate) ? parseBirthDate(givenDate, timeNow()) : null;
      const { entity } = await change(id, async (tx, time) => {
        const player = newPlayer(id, birthDate, time);
        const [added] = await insertPlayers(tx, [player]);
        return added === undefined
          ? registerAgain(tx, id, birthDate, time)
          : { entity: player, events: registrationOf(player) };
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
  if (!player) throw unknownPlayer(id);
  return asOf(player, dayOf(time));
};

/** Writes a player that is locked, but for its tokens. */
const write = async (tx: Transaction, player: Player, time: string): Promise<Result<Player>> => {
  const { player: next, events } = settle({ player, movements: [] }, time);
  await updatePlayers(tx, [next]);
  return { entity: next, events };
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
  return write(tx, { ...player, birthDate }, time);
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
