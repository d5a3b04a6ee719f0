import type { GraphQLResolveInfo } from 'graphql';
import { parseTime } from '../commands/inputs.js';
import { badInput } from '../errors.js';
import {
  parseErrorLog,
  parseUserActivity,
  telemetryTopics,
  type ErrorLog,
  type ErrorLogEvent,
  type PipelineStats,
  type StoredMetric,
  type UserActivity,
  type UserActivityEvent,
} from '../events/telemetry.js';
import { errorLogFacts, systemMetricFacts, userActivityFacts, type TopicSpec } from '../events/topics.js';
import type {
  MutationIngestErrorLogsArgs,
  MutationIngestSystemMetricsArgs,
  MutationIngestUserActivitiesArgs,
  QueryErrorLogsArgs,
  QueryPipelineStatsArgs,
  QueryStoredMessagesArgs,
  QuerySystemMetricsArgs,
  QueryUserActivitiesArgs,
  SubscriptionErrorLogsArgs,
  SubscriptionSystemMetricsArgs,
  SubscriptionUserActivitiesArgs,
} from '../generated/resolvers.js';
import type { EventKind, LiveEvent } from '../live/live.js';
import { readStreamPlaces } from '../postgres/order-stats.js';
import { listStoredMessages } from '../postgres/telemetry-messages.js';
import { readPipelineStats } from '../postgres/telemetry-stats.js';
import {
  countActivities,
  countErrorLogs,
  countMetrics,
  listActivities,
  listErrorLogs,
  listMetrics,
} from '../postgres/telemetry.js';
import { requireAdmin } from './admin.js';
import { filterId, filterText, eventOptions, pageLength, parseOffset, waitForPosition } from './arguments.js';
import { connection, readPage } from './connection.js';
import type { Context } from './context.js';
import { eventParser } from './iterate.js';

const stream = 'telemetry';

/** The lists lag behind their topic: what they do not contain comes behind the stream's place. */
const lagging = ({ name }: TopicSpec, { database, cursors }: Context['services']) => ({
  topic: name,
  asOf: async () => cursors.encode(name, await readStreamPlaces(database, stream, name)),
});

const filterRange = ({ from, to }: { from?: string | null; to?: string | null }) => ({
  from: from == null ? undefined : parseTime('from', from),
  to: to == null ? undefined : parseTime('to', to),
});

const userActivities = async (
  _: unknown,
  args: QueryUserActivitiesArgs,
  context: Context,
  info: GraphQLResolveInfo,
) => {
  const { services } = context;
  const filter = {
    userId: filterId('userId', args.userId),
    action: filterText('action', args.action),
    ...filterRange(args),
  };
  await waitForPosition(services, stream, args);
  return readPage(args, context, info, {
    ...lagging(userActivityFacts, services),
    list: (page) => listActivities(services.database, filter, page),
    count: () => countActivities(services.database, filter),
  });
};

const systemMetrics = async (
  _: unknown,
  args: QuerySystemMetricsArgs,
  context: Context,
  info: GraphQLResolveInfo,
) => {
  const { services } = context;
  const filter = {
    host: filterText('host', args.host),
    name: filterText('name', args.name),
    ...filterRange(args),
  };
  await waitForPosition(services, stream, args);
  return readPage(args, context, info, {
    ...lagging(systemMetricFacts, services),
    list: (page) => listMetrics(services.database, filter, page),
    count: () => countMetrics(services.database, filter),
  });
};

const errorLogs = async (
  _: unknown,
  args: QueryErrorLogsArgs,
  context: Context,
  info: GraphQLResolveInfo,
) => {
  const { services } = context;
  const filter = {
    service: filterText('service', args.service),
    level: args.level ?? undefined,
    ...filterRange(args),
  };
  await waitForPosition(services, stream, args);
  return readPage(args, context, info, {
    ...lagging(errorLogFacts, services),
    list: (page) => listErrorLogs(services.database, filter, page),
    count: () => countErrorLogs(services.database, filter),
  });
};

const pipelineStats = async (_: unknown, args: QueryPipelineStatsArgs, { services }: Context) => {
  await waitForPosition(services, stream, args);
  return readPipelineStats(services.database);
};

const storedMessages = (
  _: unknown,
  { topic, partition, offset, first }: QueryStoredMessagesArgs,
  context: Context,
) => {
  requireAdmin(context);
  if (!telemetryTopics.some(({ name }) => name === topic))
    throw badInput('topic', `must be one of ${telemetryTopics.map(({ name }) => name).join(', ')}`);
  const from = offset == null ? undefined : parseOffset('offset', offset);
  return listStoredMessages(context.services.database, topic, partition, from, pageLength(first));
};

const ingestUserActivities = (
  _: unknown,
  { inputs }: MutationIngestUserActivitiesArgs,
  { services }: Context,
) => services.telemetry.ingestUserActivities(inputs);

const ingestSystemMetrics = (
  _: unknown,
  { inputs }: MutationIngestSystemMetricsArgs,
  { services }: Context,
) => services.telemetry.ingestSystemMetrics(inputs);

const ingestErrorLogs = (_: unknown, { inputs }: MutationIngestErrorLogsArgs, { services }: Context) =>
  services.telemetry.ingestErrorLogs(inputs);

const activities: EventKind<UserActivityEvent, 'userId' | 'action'> = {
  topic: userActivityFacts.name,
  parse: eventParser(parseUserActivity),
  keys: { userId: ({ data }) => data.userId, action: ({ data }) => data.action },
};

const watchActivities = {
  delivery: 'lossless',
  subscribe: (_: unknown, args: SubscriptionUserActivitiesArgs, context: Context) =>
    context.services.live.events({
      kind: activities,
      where: { userId: filterId('userId', args.userId), action: filterText('action', args.action) },
      ...eventOptions(args, context),
    }),
  resolve: ({ event, cursor }: LiveEvent<UserActivityEvent>) => ({ activity: event.data, cursor }),
};

const errors: EventKind<ErrorLogEvent, 'service' | 'level'> = {
  topic: errorLogFacts.name,
  parse: eventParser(parseErrorLog),
  keys: { service: ({ data }) => data.service, level: ({ data }) => data.level },
};

const watchErrors = {
  delivery: 'lossless',
  subscribe: (_: unknown, args: SubscriptionErrorLogsArgs, context: Context) =>
    context.services.live.events({
      kind: errors,
      where: { service: filterText('service', args.service), level: args.level ?? undefined },
      ...eventOptions(args, context),
    }),
  resolve: ({ event, cursor }: LiveEvent<ErrorLogEvent>) => ({ log: event.data, cursor }),
};

const watchMetrics = {
  delivery: 'latest',
  subscribe: (_: unknown, args: SubscriptionSystemMetricsArgs, { services }: Context) =>
    services.telemetryWatches.metrics({
      host: filterText('host', args.host),
      name: filterText('name', args.name),
    }),
  resolve: (metric: StoredMetric) => metric,
};

const watchStats = {
  delivery: 'latest',
  subscribe: (_: unknown, __: unknown, { services }: Context) => services.telemetryWatches.stats(),
  resolve: (stats: PipelineStats) => stats,
};

const placeOf = ({ occurredAt, id }: UserActivity | StoredMetric | ErrorLog) => ({ time: occurredAt, id });

export const telemetryResolvers = {
  Query: { userActivities, systemMetrics, errorLogs, pipelineStats, storedMessages },
  Mutation: { ingestUserActivities, ingestSystemMetrics, ingestErrorLogs },
  Subscription: {
    userActivities: watchActivities,
    errorLogs: watchErrors,
    systemMetrics: watchMetrics,
    pipelineStats: watchStats,
  },
  UserActivityConnection: connection<UserActivity>(placeOf),
  SystemMetricConnection: connection<StoredMetric>(placeOf),
  ErrorLogConnection: connection<ErrorLog>(placeOf),
};
