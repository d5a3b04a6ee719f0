import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { conflict, MillraceError, notFound } from '../errors.js';
import type { EnrichedPost, Post, PostEventData, PostEventType } from '../events/posts.js';
import { postEvents } from '../events/topics.js';
import type { Transaction } from '../postgres/database.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import {
  findStoredPost,
  insertPost,
  lockPost,
  markPostDeleted,
  updatePost,
  type PostCreation,
} from '../postgres/posts.js';
import { holdUser } from '../postgres/users.js';
import { keyUse } from './idempotency.js';
import { givenFields, parseExpectedVersion, parseText, parseUuid } from './inputs.js';
import { checkVersion, createMutate, type CommandOptions, type Outcome, type Result } from './mutation.js';
import type { DeleteOutcome } from './users.js';

export interface CreatePostInput {
  readonly id?: string | null;
  readonly title: string;
  readonly content: string;
  readonly authorId: string;
}

export interface UpdatePostInput {
  readonly title?: string | null;
  readonly content?: string | null;
}

export interface PostUpdate {
  readonly id: string;
  readonly input: UpdatePostInput;
  readonly expectedVersion?: number | null;
}

export interface PostOutcome {
  readonly post: EnrichedPost;
  readonly position: string;
  readonly replayed: boolean;
}

/** All throw MillraceError; `caller` is the principal that keys are bound to. */
export interface PostCommands {
  createPost(caller: string, input: CreatePostInput, idempotencyKey?: string | null): Promise<PostOutcome>;
  updatePost(caller: string, update: PostUpdate, idempotencyKey?: string | null): Promise<PostOutcome>;
  deletePost(caller: string, id: string, idempotencyKey?: string | null): Promise<DeleteOutcome>;
}

const topic = postEvents.name;

/** The only rows that a transaction holds together are a new post's author and then the post, so none wait for each other. */
export const createPostCommands = (options: CommandOptions): PostCommands => {
  const { now } = options;
  const mutate = createMutate(options);

  return {
    createPost: async (caller, input, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'createPost', input);
      const post = parsePost(input, now());
      return answer(await mutate({ topic, ids: [post.id], use }, (tx) => create(tx, post)));
    },

    updatePost: async (caller, update, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'updatePost', update);
      const id = parseUuid('id', update.id);
      const expectedVersion = parseExpectedVersion(update.expectedVersion);
      const change = parseChange(update.input);
      return answer(
        await mutate({ topic, ids: [id], use }, async (tx) => {
          const post = (await lockPost(tx, id)) ?? missing(id);
          checkVersion(expectedVersion, post.version);
          const changed = { ...post, ...change };
          if (isSame(post, changed)) return { entity: post, events: [] };
          const next = succeeding(changed, now());
          await updatePost(tx, next);
          return { entity: next, events: [eventOf('post.updated', next)] };
        }),
      );
    },

    deletePost: async (caller, postId, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'deletePost', { id: postId });
      const id = parseUuid('id', postId);
      const { entity, position, replayed } = await mutate({ topic, ids: [id], use }, async (tx) => {
        const last = succeeding((await lockPost(tx, id)) ?? missing(id), now());
        await markPostDeleted(tx, last);
        return { entity: { id }, events: [eventOf('post.deleted', last)] };
      });
      return { ...entity, position, replayed };
    },
  };
};

/** Who deletes the author meanwhile waits, so that a post is never younger than its author's end. */
const create = async (tx: Transaction, post: Post): Promise<Result<EnrichedPost>> => {
  const author = await holdUser(tx, post.authorId);
  if (author && (await insertPost(tx, post))) {
    const entity = { ...post, authorName: author.name, department: author.department };
    return { entity, events: [eventOf('post.created', entity)] };
  }
  // A repeat is one also when its author is gone by now.
  const entity = await findRepeated(tx, post);
  if (entity) return { entity, events: [], replayed: true };
  throw new MillraceError('NOT_FOUND', `authorId: there is no user with the id ${post.authorId}.`, {
    details: { field: 'authorId' },
  });
};

/** The post that was there already, when it was created with the same input. */
const findRepeated = async (tx: Transaction, post: Post): Promise<EnrichedPost | undefined> => {
  const found = await findStoredPost(tx, post.id);
  if (!found) return undefined;
  if (!found.deleted && isSame(found.createdAs, post)) return found.post;
  throw conflict(
    'ALREADY_EXISTS',
    `There is, or was, another post with the id ${post.id}. Take a new id for a new post.`,
  );
};

const answer = ({ entity, position, replayed }: Outcome<EnrichedPost>): PostOutcome => ({
  post: entity,
  position,
  replayed,
});

const missing = (id: string): never => {
  throw notFound(`There is no post with the id ${id}.`);
};

/** @throws MillraceError BAD_USER_INPUT that names the field */
const parsePost = (input: CreatePostInput, nowMs: number): Post => {
  const now = new Date(nowMs).toISOString();
  return {
    id: input.id == null ? uuidv7() : parseUuid('id', input.id),
    title: parseText('title', input.title),
    content: parseContent(input.content),
    authorId: parseUuid('authorId', input.authorId),
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
};

const parseChange = (input: UpdatePostInput): Partial<PostCreation> => {
  const { title, content } = givenFields(input);
  return {
    ...(title !== undefined && { title: parseText('title', title) }),
    ...(content !== undefined && { content: parseContent(content) }),
  };
};

const parseContent = (content: string): string => parseText('content', content, { max: 50_000 });

const isSame = (one: PostCreation, other: PostCreation): boolean =>
  one.title === other.title && one.content === other.content && one.authorId === other.authorId;

const succeeding = (post: EnrichedPost, nowMs: number): EnrichedPost => ({
  ...post,
  version: post.version + 1,
  updatedAt: new Date(nowMs).toISOString(),
});

const eventOf = (type: PostEventType, { authorName: _, ...data }: EnrichedPost): OutgoingEvent => {
  const post: PostEventData = data;
  return { topic, key: post.id, event: { id: randomUUID(), type, time: post.updatedAt, data: post } };
};
