import { checkCharacters, parseTime } from '../commands/inputs.js';
import { parseTopicName } from '../commands/topics.js';
import { badInput, notFound } from '../errors.js';
import { topicNamed } from '../events/topics.js';
import type {
  MutationCreateTopicArgs,
  MutationDeleteTopicArgs,
  MutationProduceMessageArgs,
  QueryMessagesArgs,
  QueryTopicArgs,
  QueryTopicStatusArgs,
  SubscriptionMessagesArgs,
} from '../generated/resolvers.js';
import type { LogRecord, PartitionDescription } from '../kafka/kafka.js';
import type { LiveEvent, Only } from '../live/live.js';
import type { ScanRange } from '../live/scan.js';
import type { GroupState, TopicState } from '../live/topics.js';
import { partitionOf } from '../partitioning.js';
import { listTopicStatus } from '../postgres/topic-status.js';
import { requireAdmin } from './admin.js';
import { eventOptions, pageLength, parseOffset } from './arguments.js';
import type { Context } from './context.js';

/** @throws MillraceError NOT_FOUND */
const findTopic = async ({ services }: Context, name: string): Promise<TopicState> => {
  const [topic] = await services.topics.list([name]);
  if (topic) return topic;
  throw notFound(`There is no topic ${name}.`);
};

const nameOf = ({ services }: Context, field: string, name: string): string =>
  parseTopicName(field, name, services.topics.longestName);

const topics = (_: unknown, __: unknown, context: Context) => {
  requireAdmin(context);
  return context.services.topics.list();
};

const topic = async (_: unknown, { name }: QueryTopicArgs, context: Context) => {
  requireAdmin(context);
  const [found] = await context.services.topics.list([nameOf(context, 'name', name)]);
  return found ?? null;
};

const topicStatus = (_: unknown, args: QueryTopicStatusArgs, context: Context) => {
  requireAdmin(context);
  const filter = {
    topic: args.topic == null ? undefined : nameOf(context, 'topic', args.topic),
    from: args.from == null ? undefined : parseTime('from', args.from),
    to: args.to == null ? undefined : parseTime('to', args.to),
  };
  return listTopicStatus(context.services.database, filter, pageLength(args.first));
};

const consumerGroups = (_: unknown, __: unknown, context: Context) => {
  requireAdmin(context);
  return context.services.topics.groups();
};

const messages = async (_: unknown, args: QueryMessagesArgs, context: Context) => {
  requireAdmin(context);
  const { services } = context;
  const name = nameOf(context, 'topic', args.topic);
  const first = pageLength(args.first);
  const offset = offsetOf(args);
  const from = args.from == null ? undefined : Date.parse(parseTime('from', args.from));
  const { test } = matching(args);
  const { partitions } = await findTopic(context, name);
  const asked = choosePartitions(name, args, partitions);
  const starts = from === undefined ? undefined : await services.topics.offsetsAt(name, from);
  const ranges = asked.map((partition): ScanRange => {
    const { id, earliest, latest } = partition;
    const begin = offset === undefined ? earliest : checkOffset(offset, partition);
    return { partition: id, from: starts ? (starts.get(id) ?? latest) : begin, until: latest };
  });
  return services.topics.scan({
    topic: name,
    ranges,
    newest: offset === undefined && from === undefined,
    first,
    // Times need not rise in a partition.
    matches: from === undefined ? test : (record) => record.timestampMs >= from && test(record),
  });
};

const offsetOf = ({ offset, partition, from }: QueryMessagesArgs): number | undefined => {
  if (offset == null) return undefined;
  if (partition == null) throw badInput('offset', 'needs a partition: give one as well');
  if (from != null) throw badInput('from', 'must not be given with an offset: give one of them');
  return parseOffset('offset', offset);
};

const checkOffset = (offset: number, { id, earliest, latest }: PartitionDescription): number => {
  if (offset < earliest || offset > latest)
    throw badInput(
      'offset',
      `must lie between ${earliest}, the earliest, and ${latest}, the latest of partition ${id}`,
    );
  return offset;
};

/** Where records of a key are is known for our own topics: others may have been written by anybody. */
const choosePartitions = (
  name: string,
  { partition, key }: QueryMessagesArgs,
  partitions: readonly PartitionDescription[],
): readonly PartitionDescription[] => {
  const only =
    partition ?? (key != null && topicNamed(name) ? partitionOf(key, partitions.length) : undefined);
  if (only === undefined) return partitions;
  const chosen = partitions.find(({ id }) => id === only);
  if (!chosen) throw badInput('partition', `must lie between 0 and ${partitions.length - 1}`);
  return [chosen];
};

const mostCharacters = 1_000;

const bytesOf = (field: string, text: string | null | undefined): Buffer | undefined => {
  if (text == null) return undefined;
  checkCharacters(field, text);
  if (text.length > mostCharacters) throw badInput(field, `must have at most ${mostCharacters} characters`);
  return Buffer.from(text);
};

const matching = (args: Pick<QueryMessagesArgs, 'key' | 'text'>): Only<LogRecord> => {
  const key = bytesOf('key', args.key);
  const text = bytesOf('text', args.text);
  if (text?.length === 0) throw badInput('text', 'must not be empty');
  return {
    name: JSON.stringify([args.key, args.text]),
    test: (record) =>
      (key === undefined || record.key?.equals(key) === true) &&
      (text === undefined || [record.key, record.value].some((bytes) => bytes?.includes(text))),
  };
};

const produceMessage = (_: unknown, args: MutationProduceMessageArgs, context: Context) => {
  requireAdmin(context);
  return context.services.topicCommands.produce(args);
};

const createTopic = async (_: unknown, args: MutationCreateTopicArgs, context: Context) => {
  requireAdmin(context);
  await context.services.topicCommands.create(context.principal.id, args);
  return findTopic(context, args.name);
};

const deleteTopic = (_: unknown, { name }: MutationDeleteTopicArgs, context: Context) => {
  requireAdmin(context);
  return context.services.topicCommands.delete(context.principal.id, name);
};

const watchMessages = {
  delivery: 'lossless',
  subscribe: async (_: unknown, args: SubscriptionMessagesArgs, context: Context) => {
    requireAdmin(context);
    const name = nameOf(context, 'topic', args.topic);
    const watched = {
      topic: name,
      only: matching(args),
      fromStart: args.fromStart ?? false,
      ...eventOptions(args, context),
    };
    await findTopic(context, name);
    return context.services.topics.records(watched);
  },
  resolve: ({ event, cursor }: LiveEvent<LogRecord>) => ({ ...event, cursor }),
};

const watchTopics = {
  delivery: 'latest',
  subscribe: (_: unknown, __: unknown, context: Context) => {
    requireAdmin(context);
    return context.services.topics.watchTopics();
  },
  resolve: (state: readonly TopicState[]) => state,
};

const watchGroups = {
  delivery: 'latest',
  subscribe: (_: unknown, __: unknown, context: Context) => {
    requireAdmin(context);
    return context.services.topics.watchGroups();
  },
  resolve: (state: readonly GroupState[]) => state,
};

export const topicResolvers = {
  Query: { topics, topic, topicStatus, messages, consumerGroups },
  Mutation: { produceMessage, createTopic, deleteTopic },
  Subscription: { messages: watchMessages, topics: watchTopics, consumerGroups: watchGroups },
  Topic: {
    config: ({ name }: TopicState, _: unknown, { loaders }: Context) => loaders.topicConfigs.load(name),
  },
  ConsumerGroup: {
    lagSeconds: (group: GroupState, _: unknown, { services }: Context) => services.topics.lagSeconds(group),
  },
};
