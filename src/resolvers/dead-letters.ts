import type { GraphQLResolveInfo } from 'graphql';
import { parseLetterFilter } from '../commands/dead-letters.js';
import { parseUuid } from '../commands/inputs.js';
import { badInput } from '../errors.js';
import { parseDeadLetterEvent, type DeadLetterEvent } from '../events/dead-letters.js';
import type { EventKind } from '../live/live.js';
import { deadLetterChanges } from '../events/topics.js';
import type {
  DeadLetterWaitingArgs,
  MutationDiscardDeadLettersArgs,
  MutationRedriveDeadLettersArgs,
  QueryDeadLetterArgs,
  QueryDeadLettersArgs,
  SubscriptionDeadLettersArgs,
} from '../generated/resolvers.js';
import {
  countLetters,
  listLetters,
  type DeadLetter,
  type LetterContent,
} from '../postgres/dead-letter-operations.js';
import { requireAdmin } from './admin.js';
import { pageLength } from './arguments.js';
import { connection, readPage } from './connection.js';
import type { Context } from './context.js';
import { eventParser, leftOut, mapItems } from './iterate.js';
import { mostContentBytes } from './loaders.js';
import { textOfBytes } from './messages.js';

const topic = deadLetterChanges.name;

const deadLetter = (_: unknown, { id }: QueryDeadLetterArgs, context: Context) => {
  requireAdmin(context);
  return context.loaders.deadLetters.load(parseUuid('id', id));
};

const deadLetters = (_: unknown, args: QueryDeadLettersArgs, context: Context, info: GraphQLResolveInfo) => {
  requireAdmin(context);
  const { database } = context.services;
  const filter = parseLetterFilter(args.filter);
  return readPage(args, context, info, {
    topic,
    list: (page) => listLetters(database, filter, page),
    count: () => countLetters(database, filter),
  });
};

const redriveDeadLetters = (_: unknown, args: MutationRedriveDeadLettersArgs, context: Context) => {
  requireAdmin(context);
  return context.services.deadLetters.redrive(context.principal.id, args);
};

const discardDeadLetters = (
  _: unknown,
  { ids, reason }: MutationDiscardDeadLettersArgs,
  context: Context,
) => {
  requireAdmin(context);
  return context.services.deadLetters.discard(context.principal.id, ids, reason);
};

const kind: EventKind<DeadLetterEvent, 'topic' | 'consumer'> = {
  topic,
  parse: eventParser(parseDeadLetterEvent),
  keys: { topic: ({ data }) => data.topic, consumer: ({ data }) => data.consumer },
};

const watchDeadLetters = (_: unknown, args: SubscriptionDeadLettersArgs, context: Context) => {
  requireAdmin(context);
  const { database, live } = context.services;
  const filter = parseLetterFilter(args.filter);
  const changes = live.events({ kind, where: { topic: filter.topic, consumer: filter.consumer } });
  return mapItems(changes, async (change) => {
    if (change.kind === 'progress') return leftOut;
    // Read for each subscriber by itself, so that none is shown an older one after a newer.
    const { rows } = await listLetters(database, { ...filter, ids: [change.event.data.id] }, { first: 1 });
    return rows[0] ?? leftOut;
  });
};

const waitingBehind = async ({ id }: DeadLetter, { first }: DeadLetterWaitingArgs, { loaders }: Context) => {
  const { rows } = await loaders.behindLetters.list(id, { first: pageLength(first) });
  return rows;
};

const mostAttempts = 100;

/** @throws MillraceError BAD_USER_INPUT when the letters of this answer are too large together */
const contentOf = async ({ id }: DeadLetter, { loaders }: Context): Promise<LetterContent> => {
  const content = await loaders.letterContents.load(id);
  if (content) return content;
  throw badInput('first', `these letters hold more than ${mostContentBytes} bytes: ask for fewer at a time`);
};

const ofContent =
  <T>(pick: (content: LetterContent) => T) =>
  async (letter: DeadLetter, _: unknown, context: Context): Promise<T> =>
    pick(await contentOf(letter, context));

export const deadLetterResolvers = {
  Query: { deadLetter, deadLetters },
  Mutation: { redriveDeadLetters, discardDeadLetters },
  Subscription: {
    deadLetters: { delivery: 'latest', subscribe: watchDeadLetters, resolve: (letter: DeadLetter) => letter },
  },
  DeadLetter: {
    key: ofContent(textOfBytes.key),
    value: ofContent(textOfBytes.value),
    encoding: ofContent(textOfBytes.encoding),
    headers: ofContent(({ headers }) => headers),
    history: ofContent(({ history }) => history.slice(-mostAttempts)),
    behind: ({ id }: DeadLetter, _: unknown, { loaders }: Context) => loaders.behindLetters.count(id),
    waiting: waitingBehind,
  },
  DeadLetterConnection: connection(({ failedAt, id }: DeadLetter) => ({ time: failedAt, id })),
};
