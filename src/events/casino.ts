import { randomUUID } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';
import { jsonObject, parseData, parseFact, UnparseableEvent, type Event } from './envelope.js';
import {
  casinoAdultContentFacts,
  casinoAnalytics,
  casinoBattlePassFacts,
  casinoFeedback,
  casinoPlayerChanges,
  casinoUserActionFacts,
  casinoVipFacts,
  type TopicSpec,
} from './topics.js';

/*
 * Tokens and games are events of the outbox: what moved, and what came of it. What a player does beside (facts) never moves tokens.
 * Times are ISO 8601 in UTC with milliseconds; tokens are whole.
 */

export const factActions = [
  'BATTLE_PASS_PROGRESS',
  'ADULT_CONTENT_VIEW',
  'VIP_EVENT',
  'LOGIN',
  'LOGOUT',
] as const;
/** What `recordCasinoActions` takes. */
export type FactAction = (typeof factActions)[number];

export const hasPoints = (type: FactAction): boolean =>
  type === 'BATTLE_PASS_PROGRESS' || type === 'VIP_EVENT';
export const mostPoints = 1_000_000;

/** A fact of `casino.user-action.v1`, `casino.battle-pass.v1`, `casino.adult-content.v1` or `casino.vip.v1`. */
export interface CasinoAction {
  /** A UUID; also the record's `ce_id`. */
  readonly id: string;
  readonly playerId: string;
  readonly type: FactAction;
  /** Of BATTLE_PASS_PROGRESS and VIP_EVENT the points. */
  readonly amount: number | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly occurredAt: string;
}

export type CasinoFactType =
  'casino.user-action' | 'casino.battle-pass' | 'casino.adult-content' | 'casino.vip';
export type CasinoActionEvent = Event<CasinoFactType, CasinoAction>;

/** Where each goes. */
export const factTopicOf: Readonly<Record<FactAction, TopicSpec>> = {
  LOGIN: casinoUserActionFacts,
  LOGOUT: casinoUserActionFacts,
  BATTLE_PASS_PROGRESS: casinoBattlePassFacts,
  ADULT_CONTENT_VIEW: casinoAdultContentFacts,
  VIP_EVENT: casinoVipFacts,
};

/** The four, once each. */
export const casinoFactTopics: readonly TopicSpec[] = [...new Set(Object.values(factTopicOf))];

/** Data of `casino.game-event`. */
export type GameEventData = { readonly playerId: string; readonly occurredAt: string } & (
  | { readonly type: 'PLAYER_REGISTERED' }
  | {
      readonly type: 'SLOT_SPIN';
      readonly bet: number;
      readonly reels: readonly string[];
      readonly payout: number;
    }
  | {
      readonly type: 'GACHA_OPEN';
      readonly cost: number;
      readonly rarity: string;
      readonly item: string;
      /** Opens since the last one of the highest rarity, this one not counted. */
      readonly sinceHighest: number;
    }
);
export type GameEvent = Event<'casino.game-event', GameEventData>;

/** One line of a ledger entry; the lines of an entry add up to zero. `player` is a wallet, the others are the house's. */
export interface LedgerLine {
  readonly account: 'player' | 'issuance' | 'slots' | 'gacha';
  /** Above zero: it receives. */
  readonly amount: number;
}

/** Data of `casino.cyber-token`: one ledger entry, whole. */
export interface TokenMovement {
  /** Of the ledger entry. */
  readonly id: string;
  readonly playerId: string;
  readonly type: 'TOKENS_EARNED' | 'TOKENS_SPENT' | 'TOKENS_WON';
  /** Above zero. */
  readonly amount: number;
  /** Of the player, after it. */
  readonly balance: number;
  readonly reason: string;
  /** `ce_id` of the game event that moved them; null for what was earned. */
  readonly causedBy: string | null;
  readonly lines: readonly LedgerLine[];
  readonly occurredAt: string;
}
export type TokenEvent = Event<'casino.cyber-token', TokenMovement>;

/** Data of `casino.analytics`. */
export type AnalysisData = {
  readonly playerId: string;
  /** `ce_id` of the event that was analysed. */
  readonly causedBy: string;
  readonly occurredAt: string;
} & (
  | {
      readonly kind: 'SPIN';
      readonly bet: number;
      readonly payout: number;
      /** Payout over bet. */
      readonly multiple: number;
      /** Spins in a row that paid nothing, this one counted; 0 after a win. */
      readonly losingStreak: number;
      /** It paid nothing, and showed two of a kind. */
      readonly nearMiss: boolean;
      /** Over all spins of the player, paid over wagered. */
      readonly playerReturn: number;
    }
  | {
      readonly kind: 'MONETISATION';
      readonly rarity: string;
      readonly item: string;
      /** Of all time, on gacha. */
      readonly gachaSpent: number;
      readonly gachaOpens: number;
      /** By what a player has spent: `MINNOW`, `DOLPHIN` or `WHALE`. */
      readonly segment: string;
    }
);
export type AnalysisEvent = Event<'casino.analytics', AnalysisData>;

/** Data of `casino.feedback`: what a player is told at once. */
export interface Feedback {
  readonly playerId: string;
  /** E.g. `BIG_WIN`, `WIN`, `NEAR_MISS`, `LOSS`, `TAKE_A_BREAK`, `GACHA_REWARD`, `LEVEL_UP`, `VIP_UP`, `SESSION_REMINDER`. */
  readonly kind: string;
  /** 1 to 10. */
  readonly intensity: number;
  readonly message: string;
  /** `ce_id` of the event of the player that led to it. */
  readonly causedBy: string;
  readonly occurredAt: string;
}
export type FeedbackEvent = Event<'casino.feedback', Feedback>;

/** What is derived has an id that is derived, too: where it is derived again, from a restored database, it can be told apart. */
const derivedId = (...parts: readonly string[]): string => uuidv5(parts.join(' '), derivedNamespace);
const derivedNamespace = '6a1a7c0e-6c0b-4c55-9d0c-2f6f4f0b7e51';

export const feedbackGiven = (
  data: Feedback,
): { readonly topic: string; readonly key: string; readonly event: FeedbackEvent } => ({
  topic: casinoFeedback.name,
  key: data.playerId,
  event: {
    id: derivedId('feedback', data.causedBy, data.kind, data.occurredAt),
    type: 'casino.feedback',
    time: data.occurredAt,
    data,
  },
});

export const analysisMade = (
  data: AnalysisData,
): { readonly topic: string; readonly key: string; readonly event: AnalysisEvent } => ({
  topic: casinoAnalytics.name,
  key: data.playerId,
  event: {
    id: derivedId('analysis', data.causedBy),
    type: 'casino.analytics',
    time: data.occurredAt,
    data,
  },
});

/** A player as the row, `casino.player.changed` and GraphQL have it. Days are UTC; limits and what is spent are in tokens. */
export interface Player {
  readonly id: string;
  readonly tokens: number;
  readonly spins: number;
  readonly gachaOpens: number;
  /** Opens since the last one of the highest rarity. */
  readonly gachaPity: number;
  readonly battlePassXp: number;
  readonly battlePassLevel: number;
  readonly vipPoints: number;
  readonly vipTier: number;
  /** The day that `spent` is of, such as 2026-11-21. */
  readonly spentOn: string;
  readonly spent: number;
  /** Null: none. */
  readonly spendLimit: number | null;
  /** A limit that was raised, or taken away (null), and the day from which it counts; null where none waits. */
  readonly nextSpendLimit: { readonly limit: number | null; readonly from: string } | null;
  readonly birthDate: string | null;
  /** When the birth date was verified. */
  readonly verifiedAt: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What of a player other people's screens may show; data of `casino.player.changed`. The birth date stays in the database. */
export type PlayerEvent = Event<'casino.player.changed', Omit<Player, 'birthDate'>>;

/** What the outbox is given for each version of a player. */
export const playerChanged = ({
  birthDate: _,
  ...data
}: Player): { readonly topic: string; readonly key: string; readonly event: PlayerEvent } => ({
  topic: casinoPlayerChanges.name,
  key: data.id,
  event: { id: randomUUID(), type: 'casino.player.changed', time: data.updatedAt, data },
});

/** The newest LOGIN and LOGOUT of a player, by their times: what comes late is as if it had come in time. */
export interface Session {
  readonly playerId: string;
  readonly loginId: string | null;
  readonly loginAt: string | null;
  readonly logoutAt: string | null;
  /** When the next reminder is due; null: none. */
  readonly remindAt: string | null;
}

export interface CasinoStats {
  readonly players: number;
  readonly actions: number;
  readonly tokensInCirculation: number;
  /** By name. */
  readonly byType: readonly { readonly name: string; readonly count: number }[];
  readonly version: number;
}

const time = z.iso.datetime();
const whole = z.int();
const count = z.int().nonnegative();
const day = z.iso.date();

const casinoAction = z
  .object({
    id: z.guid(),
    playerId: z.string(),
    type: z.enum(factActions),
    amount: z.int().min(1).max(mostPoints).nullable(),
    metadata: jsonObject.nullable(),
    occurredAt: time,
  })
  .refine(({ type, amount }) => hasPoints(type) === (amount !== null), {
    path: ['amount'],
    message: 'belongs to BATTLE_PASS_PROGRESS and VIP_EVENT',
  });
const played = { playerId: z.string(), occurredAt: time };
const gameEvent = z.discriminatedUnion('type', [
  z.object({ ...played, type: z.literal('PLAYER_REGISTERED') }),
  z.object({
    ...played,
    type: z.literal('SLOT_SPIN'),
    bet: count,
    reels: z.array(z.string()),
    payout: count,
  }),
  z.object({
    ...played,
    type: z.literal('GACHA_OPEN'),
    cost: count,
    rarity: z.string(),
    item: z.string(),
    sinceHighest: count,
  }),
]);
const tokenMovement = z
  .object({
    id: z.guid(),
    playerId: z.string(),
    type: z.enum(['TOKENS_EARNED', 'TOKENS_SPENT', 'TOKENS_WON']),
    amount: z.int().positive(),
    balance: count,
    reason: z.string(),
    causedBy: z.string().nullable(),
    lines: z.array(z.object({ account: z.enum(['player', 'issuance', 'slots', 'gacha']), amount: whole })),
    occurredAt: time,
  })
  .refine(
    ({ lines }) => lines.reduce((sum, { amount }) => sum + amount, 0) === 0,
    'lines must add up to zero',
  );
const analysed = { playerId: z.string(), causedBy: z.string(), occurredAt: time };
const analysis = z.discriminatedUnion('kind', [
  z.object({
    ...analysed,
    kind: z.literal('SPIN'),
    bet: count,
    payout: count,
    multiple: z.number(),
    losingStreak: count,
    nearMiss: z.boolean(),
    playerReturn: z.number(),
  }),
  z.object({
    ...analysed,
    kind: z.literal('MONETISATION'),
    rarity: z.string(),
    item: z.string(),
    gachaSpent: count,
    gachaOpens: count,
    segment: z.string(),
  }),
]);
const feedback = z.object({
  playerId: z.string(),
  kind: z.string(),
  intensity: z.int().min(1).max(10),
  message: z.string(),
  causedBy: z.string(),
  occurredAt: time,
});
const player = z.object({
  id: z.string(),
  tokens: count,
  spins: count,
  gachaOpens: count,
  gachaPity: count,
  battlePassXp: count,
  battlePassLevel: count,
  vipPoints: count,
  vipTier: count,
  spentOn: day,
  spent: count,
  spendLimit: count.nullable(),
  nextSpendLimit: z.object({ limit: count.nullable(), from: day }).nullable(),
  verifiedAt: time.nullable(),
  version: z.int().positive(),
  createdAt: time,
  updatedAt: time,
});

const factTypes = ['casino.user-action', 'casino.battle-pass', 'casino.adult-content', 'casino.vip'] as const;

/** The next five: @throws UnparseableEvent that names the first field at fault */
export const parseCasinoAction = (record: LogRecord): CasinoActionEvent => {
  const event = parseFact('casino action', record, factTypes, casinoAction);
  const { name, types } = factTopicOf[event.data.type];
  if (record.topic !== name || !types.includes(event.type))
    throw new UnparseableEvent(`${event.data.type} does not belong on ${record.topic} as ${event.type}`);
  return event;
};

export const parseGameEvent = (record: LogRecord): GameEvent =>
  parseData('game event', record, ['casino.game-event'], gameEvent);

export const parseTokenEvent = (record: LogRecord): TokenEvent =>
  parseData('token movement', record, ['casino.cyber-token'], tokenMovement);

export const parseAnalysis = (record: LogRecord): AnalysisEvent =>
  parseData('analysis', record, ['casino.analytics'], analysis);

export const parseFeedback = (record: LogRecord): FeedbackEvent =>
  parseData('feedback', record, ['casino.feedback'], feedback);

export const parsePlayerEvent = (record: LogRecord): PlayerEvent =>
  parseData('player', record, ['casino.player.changed'], player);
