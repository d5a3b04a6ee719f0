import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { conflict } from '../errors.js';
import {
  playerChanged,
  type GameEventData,
  type LedgerLine,
  type Player,
  type TokenMovement,
} from '../events/casino.js';
import { casinoCyberTokens, casinoGameEvents } from '../events/topics.js';
import { dayOf } from '../games/age.js';
import { capsuleCost, openCapsule, type Draw, type Prize } from '../games/gacha.js';
import { levelOf, tierOf } from '../games/progress.js';
import { multipleOf, type Reels } from '../games/slot.js';
import { maySpend } from '../games/spending.js';
import type { OutgoingEvent } from '../postgres/outbox.js';

export const newPlayer = (id: string, birthDate: string | null, time: string): Player => ({
  id,
  tokens: 0,
  spins: 0,
  gachaOpens: 0,
  gachaPity: 0,
  battlePassXp: 0,
  battlePassLevel: levelOf(0),
  vipPoints: 0,
  vipTier: tierOf(0),
  spentOn: dayOf(time),
  spent: 0,
  spendLimit: null,
  nextSpendLimit: null,
  birthDate,
  verifiedAt: null,
  version: 1,
  createdAt: time,
  updatedAt: time,
});

/** What a player becomes, and what moved it there. Pure, but for new ids. */
export interface Turn {
  /** Its tokens are those behind the last movement; version and time are given when it is written. */
  readonly player: Player;
  readonly game?: Game;
  readonly movements: readonly TokenMovement[];
}

interface Game {
  readonly id: string;
  readonly data: GameEventData;
}

export interface Played<Result> extends Turn {
  readonly result: Result;
}

/** By earning; wins may go beyond. So the balances of all players together stay below 2^53. */
const mostTokens = 1_000_000_000_000;

export const spinTurn = (
  player: Player,
  bet: number,
  reels: Reels,
  occurredAt: string,
): Played<{ readonly reels: Reels; readonly bet: number; readonly payout: number }> => {
  const id = randomUUID();
  const cause = { account: 'slots', causedBy: id, occurredAt } as const;
  const payout = bet * multipleOf(reels);
  const paid = spend(player, { ...cause, amount: bet, reason: 'Slot spin' });
  const won =
    payout > 0
      ? move(paid.player, { ...cause, type: 'TOKENS_WON', amount: payout, reason: 'Slot win' })
      : undefined;
  const after = won?.player ?? paid.player;
  return {
    player: { ...after, spins: after.spins + 1 },
    game: { id, data: { type: 'SLOT_SPIN', playerId: player.id, bet, reels, payout, occurredAt } },
    movements: [paid.movement, ...(won ? [won.movement] : [])],
    result: { reels, bet, payout },
  };
};

export const gachaTurn = (
  player: Player,
  draw: Draw,
  occurredAt: string,
): Played<Pick<Prize, 'rarity' | 'item'>> => {
  const id = randomUUID();
  const { rarity, item, sinceHighest } = openCapsule(draw, player.gachaPity);
  const paid = spend(player, {
    account: 'gacha',
    amount: capsuleCost,
    reason: 'Gacha capsule',
    causedBy: id,
    occurredAt,
  });
  const prize = { rarity, item, cost: capsuleCost, sinceHighest: player.gachaPity };
  return {
    player: { ...paid.player, gachaOpens: player.gachaOpens + 1, gachaPity: sinceHighest },
    game: { id, data: { type: 'GACHA_OPEN', playerId: player.id, ...prize, occurredAt } },
    movements: [paid.movement],
    result: { rarity, item },
  };
};

/** @throws MillraceError CONFLICT when the player would hold too many */
export const earnTurn = (
  player: Player,
  amount: number,
  reason: string,
  occurredAt: string,
): Played<{ readonly ledgerEntryId: string }> => {
  if (player.tokens + amount > mostTokens)
    throw conflict(
      'LIMIT_REACHED',
      `amount: nobody earns beyond ${mostTokens} tokens, and the player has ${player.tokens}.`,
    );
  const earned = move(player, {
    type: 'TOKENS_EARNED',
    account: 'issuance',
    amount,
    reason,
    causedBy: null,
    occurredAt,
  });
  return {
    player: earned.player,
    movements: [earned.movement],
    result: { ledgerEntryId: earned.movement.id },
  };
};

type Move = Omit<TokenMovement, 'id' | 'playerId' | 'balance' | 'lines'> & {
  /** The other side. */
  readonly account: Exclude<LedgerLine['account'], 'player'>;
};

/** Checks the limit before the balance: who has reached it is not told to earn more. @throws MillraceError CONFLICT */
const spend = (player: Player, cost: Omit<Move, 'type'>): ReturnType<typeof move> => {
  const { tokens, spent, spendLimit } = player;
  const { amount } = cost;
  if (!maySpend(player, amount))
    throw conflict(
      'LIMIT_REACHED',
      `The daily limit is ${spendLimit} tokens, of which ${spent} are spent: ${amount} more would exceed it. A new day begins at 00:00 UTC.`,
    );
  if (tokens < amount)
    throw conflict('INSUFFICIENT', `The player has ${tokens} tokens, and this costs ${amount}.`);
  return move({ ...player, spent: spent + amount }, { ...cost, type: 'TOKENS_SPENT' });
};

export const move = (
  player: Player,
  { account, ...moved }: Move,
): { readonly player: Player; readonly movement: TokenMovement } => {
  const received = moved.type === 'TOKENS_SPENT' ? -moved.amount : moved.amount;
  const tokens = player.tokens + received;
  const lines: LedgerLine[] = [
    { account: 'player', amount: received },
    { account, amount: -received },
  ];
  return {
    player: { ...player, tokens },
    movement: { ...moved, id: uuidv7(), playerId: player.id, balance: tokens, lines },
  };
};

/** A turn as it is written. */
export interface Settled {
  /** As it is after it. */
  readonly player: Player;
  readonly movements: readonly TokenMovement[];
  readonly events: readonly OutgoingEvent[];
}

export const settle = ({ player, game, movements }: Turn, time: string): Settled => {
  const next: Player = { ...player, version: player.version + 1, updatedAt: time };
  return {
    player: next,
    movements,
    events: [...(game ? [gameEvent(game)] : []), ...movements.map(tokenEvent), playerChanged(next)],
  };
};

export const gameEvent = ({ id, data }: Game): OutgoingEvent => ({
  topic: casinoGameEvents.name,
  key: data.playerId,
  event: { id, type: 'casino.game-event', time: data.occurredAt, data },
});

/** The entry's id is the event's. */
const tokenEvent = (movement: TokenMovement): OutgoingEvent => ({
  topic: casinoCyberTokens.name,
  key: movement.playerId,
  event: { id: movement.id, type: 'casino.cyber-token', time: movement.occurredAt, data: movement },
});
