import type { GraphQLResolveInfo } from 'graphql';
import { parseUuid } from '../commands/inputs.js';
import { parsePostEvent, type EnrichedPost, type PostEvent } from '../events/posts.js';
import { postEvents as postTopic } from '../events/topics.js';
import type { User } from '../events/users.js';
import type {
  MutationCreatePostArgs,
  MutationDeletePostArgs,
  MutationUpdatePostArgs,
  QueryPostArgs,
  QueryPostsArgs,
  SubscriptionPostEventsArgs,
  UserPostsArgs,
} from '../generated/resolvers.js';
import type { EventKind, LiveEvent } from '../live/live.js';
import { readStreamPlaces } from '../postgres/order-stats.js';
import { countPosts, listPosts } from '../postgres/post-view.js';
import { checkConsistency, filterText, eventOptions, waitForPosition } from './arguments.js';
import { connection, readPage } from './connection.js';
import type { Context } from './context.js';
import { eventParser } from './iterate.js';

const stream = 'user-posts';

const posts = async (_: unknown, args: QueryPostsArgs, context: Context, info: GraphQLResolveInfo) => {
  const { database, cursors } = context.services;
  const filter = {
    department: filterText('department', args.department),
    authorId: args.authorId == null ? undefined : parseUuid('authorId', args.authorId),
  };
  await waitForPosition(context.services, stream, args);
  return readPage(args, context, info, {
    topic: postTopic.name,
    asOf: async () =>
      cursors.encode(postTopic.name, await readStreamPlaces(database, stream, postTopic.name)),
    list: (page) => listPosts(database, filter, page),
    count: () => countPosts(database, filter),
  });
};

const post = async (_: unknown, args: QueryPostArgs, { services, loaders }: Context) => {
  const id = parseUuid('id', args.id);
  await checkConsistency(services, args);
  return loaders.posts.load(id);
};

const createPost = (
  _: unknown,
  { input, idempotencyKey }: MutationCreatePostArgs,
  { services, principal }: Context,
) => services.posts.createPost(principal.id, input, idempotencyKey);

const updatePost = (
  _: unknown,
  { id, input, expectedVersion, idempotencyKey }: MutationUpdatePostArgs,
  { services, principal }: Context,
) => services.posts.updatePost(principal.id, { id, input, expectedVersion }, idempotencyKey);

const deletePost = (
  _: unknown,
  { id, idempotencyKey }: MutationDeletePostArgs,
  { services, principal }: Context,
) => services.posts.deletePost(principal.id, id, idempotencyKey);

const postsOfUser = ({ id }: User, args: UserPostsArgs, context: Context, info: GraphQLResolveInfo) => {
  const { postsOf } = context.loaders;
  return readPage(args, context, info, {
    topic: postTopic.name,
    list: (page) => postsOf.list(id, page),
    count: () => postsOf.count(id),
  });
};

const kind: EventKind<PostEvent, 'department'> = {
  topic: postTopic.name,
  parse: eventParser(parsePostEvent),
  keys: { department: ({ data }) => data.department },
};

const postEvents = {
  delivery: 'lossless',
  subscribe: (_: unknown, args: SubscriptionPostEventsArgs, context: Context) =>
    context.services.live.events({
      kind,
      where: { department: filterText('department', args.department) },
      ...eventOptions(args, context),
    }),
  resolve: ({ event, cursor }: LiveEvent<PostEvent>) => ({
    id: event.id,
    type: event.type,
    postId: event.data.id,
    version: event.data.version,
    department: event.data.department,
    occurredAt: event.time,
    cursor,
  }),
};

export const postResolvers = {
  Query: { post, posts },
  Mutation: { createPost, updatePost, deletePost },
  Subscription: { postEvents },
  Post: {
    author: ({ authorId }: EnrichedPost, _: unknown, { loaders }: Context) => loaders.users.load(authorId),
  },
  User: { posts: postsOfUser },
  PostConnection: connection(({ createdAt, id }: EnrichedPost) => ({ time: createdAt, id })),
  PostEvent: {
    post: ({ postId }: { postId: string }, _: unknown, { loaders }: Context) => loaders.posts.load(postId),
  },
};
