import { parseId } from '../commands/inputs.js';
import { parseFeedback, type CasinoStats, type FeedbackEvent, type Player } from '../events/casino.js';
import { casinoFeedback as feedbackTopic } from '../events/topics.js';
import type {
  MutationEarnTokensArgs,
  MutationOpenGachaArgs,
  MutationRecordCasinoActionsArgs,
  MutationRegisterPlayerArgs,
  MutationSetDailySpendLimitArgs,
  MutationSpinSlotArgs,
  MutationVerifyAgeArgs,
  QueryCasinoStatsArgs,
  QueryPlayerArgs,
  SubscriptionCasinoFeedbackArgs,
  SubscriptionPlayerArgs,
} from '../generated/resolvers.js';
import type { Protection } from '../commands/casino.js';
import type { EventKind, LiveEvent } from '../live/live.js';
import { readCasinoStats } from '../postgres/casino-stats.js';
import { filterId, eventOptions, waitForPosition } from './arguments.js';
import type { Context } from './context.js';
import { eventParser } from './iterate.js';

const player = async (_: unknown, args: QueryPlayerArgs, { services, loaders }: Context) => {
  const id = parseId('id', args.id);
  await waitForPosition(services, 'casino-players', args);
  return loaders.players.load(id);
};

const casinoStats = async (_: unknown, args: QueryCasinoStatsArgs, { services }: Context) => {
  await waitForPosition(services, 'casino-stats', args);
  return readCasinoStats(services.database);
};

const recordCasinoActions = (
  _: unknown,
  { inputs }: MutationRecordCasinoActionsArgs,
  { services }: Context,
) => services.casino.recordCasinoActions(inputs);

const spinSlot = (
  _: unknown,
  { idempotencyKey, ...spin }: MutationSpinSlotArgs,
  { services, principal }: Context,
) => services.casino.spinSlot(principal.id, spin, idempotencyKey);

const openGacha = (
  _: unknown,
  { playerId, idempotencyKey }: MutationOpenGachaArgs,
  { services, principal }: Context,
) => services.casino.openGacha(principal.id, playerId, idempotencyKey);

const earnTokens = (
  _: unknown,
  { idempotencyKey, ...earning }: MutationEarnTokensArgs,
  { services, principal }: Context,
) => services.casino.earnTokens(principal.id, earning, idempotencyKey);

const registerPlayer = (_: unknown, { id, birthDate }: MutationRegisterPlayerArgs, { services }: Context) =>
  services.casino.registerPlayer(id, birthDate);

const verifyAge = (_: unknown, { playerId, birthDate }: MutationVerifyAgeArgs, { services }: Context) =>
  services.casino.verifyAge(playerId, birthDate);

const setDailySpendLimit = (
  _: unknown,
  { playerId, limit }: MutationSetDailySpendLimitArgs,
  { services }: Context,
) => services.casino.setDailySpendLimit(playerId, limit);

const protection =
  (name: keyof Protection) =>
  (player: Player, _: unknown, { services }: Context) =>
    services.casino.protectionOf(player)[name];

const feedbackKind: EventKind<FeedbackEvent, 'playerId'> = {
  topic: feedbackTopic.name,
  parse: eventParser(parseFeedback),
  keys: { playerId: ({ data }) => data.playerId },
};

const casinoFeedback = {
  delivery: 'lossless',
  subscribe: (_: unknown, args: SubscriptionCasinoFeedbackArgs, context: Context) =>
    context.services.live.events({
      kind: feedbackKind,
      where: { playerId: filterId('playerId', args.playerId) },
      ...eventOptions(args, context),
    }),
  resolve: ({ event, cursor }: LiveEvent<FeedbackEvent>) => ({ ...event.data, id: event.id, cursor }),
};

const playerState = {
  delivery: 'latest',
  subscribe: (_: unknown, { id }: SubscriptionPlayerArgs, { services }: Context) =>
    services.casinoWatches.player(parseId('id', id)),
  resolve: (state: { player: Player | null }) => state.player,
};

const statsState = {
  delivery: 'latest',
  subscribe: (_: unknown, __: unknown, { services }: Context) => services.casinoWatches.stats(),
  resolve: (stats: CasinoStats) => stats,
};

export const casinoResolvers = {
  Query: { player, casinoStats },
  Mutation: {
    recordCasinoActions,
    spinSlot,
    openGacha,
    earnTokens,
    registerPlayer,
    verifyAge,
    setDailySpendLimit,
  },
  Subscription: { casinoFeedback, player: playerState, casinoStats: statsState },
  Player: {
    spentToday: protection('spentToday'),
    dailySpendLimit: protection('dailySpendLimit'),
    pendingDailySpendLimit: protection('pendingDailySpendLimit'),
    dailySpendLimitChangesAt: protection('dailySpendLimitChangesAt'),
    ageVerified: protection('ageVerified'),
  },
};
