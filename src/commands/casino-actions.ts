import { badInput, conflict, MillraceError } from '../errors.js';
import {
  factActions,
  factTopicOf,
  hasPoints,
  mostPoints,
  type CasinoAction,
  type CasinoFactType,
  type FactAction,
  type Player,
} from '../events/casino.js';
import { dayOf, isAdultOn } from '../games/age.js';
import type { Database } from '../postgres/database.js';
import { findPlayers } from '../postgres/players.js';
import { checkLength, type BatchOutcome } from './batch.js';
import {
  parseFactId,
  parseFactObject,
  parseOccurredAt,
  type Fact,
  type FactInput,
  type RecordFacts,
} from './facts.js';
import { parseId } from './inputs.js';
import type { JsonObject } from './json.js';

export interface CasinoActionInput extends FactInput {
  readonly playerId: string;
  /** Of {@link FactAction}; the others come from mutations of their own. */
  readonly type: string;
  readonly amount?: number | null;
  readonly metadata?: JsonObject | null;
}

export interface CasinoActionOptions {
  readonly database: Database;
  readonly recordFacts: RecordFacts;
  readonly adultAge: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What players do beside the games. It never moves tokens. */
export const createRecordCasinoActions =
  ({ database, recordFacts, adultAge, now }: CasinoActionOptions) =>
  async (inputs: readonly CasinoActionInput[]): Promise<BatchOutcome> => {
    checkLength(inputs);
    const nowMs = now();
    const ids = new Set(inputs.flatMap(({ playerId }) => asId(playerId)));
    const players = new Map((await findPlayers(database, [...ids])).map((player) => [player.id, player]));
    return recordFacts(inputs, (input) => {
      const action = parseAction(input, nowMs);
      const player = players.get(action.playerId);
      if (!player)
        throw new MillraceError('NOT_FOUND', `playerId: there is no player with the id ${action.playerId}.`, {
          details: { field: 'playerId' },
        });
      checkAge(action, player, adultAge);
      return factOf(action);
    });
  };

/** None for what is no id: its item is refused when it is parsed. */
const asId = (playerId: string): string[] => {
  try {
    return [parseId('playerId', playerId)];
  } catch (error) {
    if (error instanceof MillraceError) return [];
    throw error;
  }
};

/** @throws MillraceError BAD_USER_INPUT that names the field */
const parseAction = (input: CasinoActionInput, nowMs: number): CasinoAction => {
  const type = parseType(input.type);
  return {
    id: parseFactId(input),
    playerId: parseId('playerId', input.playerId),
    type,
    amount: parsePoints(type, input.amount),
    metadata: parseFactObject('metadata', input.metadata),
    occurredAt: parseOccurredAt(input, nowMs),
  };
};

const parseType = (type: string): FactAction => {
  const action = factActions.find((known) => known === type);
  if (!action) throw badInput('type', `${type} moves tokens, and comes from its own mutation only`);
  return action;
};

const parsePoints = (type: FactAction, amount: number | null | undefined): number | null => {
  if (!hasPoints(type)) {
    if (amount !== null && amount !== undefined) throw badInput('amount', `is not a part of ${type}`);
    return null;
  }
  if (amount === null || amount === undefined || amount < 1 || amount > mostPoints)
    throw badInput('amount', `must be the points of ${type}, from 1 to ${mostPoints}`);
  return amount;
};

const checkAge = ({ type, occurredAt }: CasinoAction, player: Player, adultAge: number): void => {
  if (type === 'ADULT_CONTENT_VIEW' && !isAdultOn(player, dayOf(occurredAt), adultAge))
    throw conflict(
      'AGE_UNVERIFIED',
      `playerId: that player was not verified to be ${adultAge} years old on that day. Verify the age first.`,
    );
};

const factTypeOf: Readonly<Record<FactAction, CasinoFactType>> = {
  LOGIN: 'casino.user-action',
  LOGOUT: 'casino.user-action',
  BATTLE_PASS_PROGRESS: 'casino.battle-pass',
  ADULT_CONTENT_VIEW: 'casino.adult-content',
  VIP_EVENT: 'casino.vip',
};

const factOf = (action: CasinoAction): Fact => ({
  topic: factTopicOf[action.type],
  key: action.playerId,
  event: { id: action.id, type: factTypeOf[action.type], time: action.occurredAt, data: action },
});
