import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { EnrichedPost, Post, PostEvent, PostEventType } from '../../src/events/posts.js';
import type { User, UserEvent, UserEventType, UserStatus } from '../../src/events/users.js';

/** What clients did to a few users and posts, as events in the order in which they happened. */

export type HistoryEvent = UserEvent | PostEvent;

export const isUserEvent = (event: HistoryEvent): event is UserEvent => event.type.startsWith('user.');

interface Step {
  readonly verb:
    'create user' | 'change user' | 'delete user' | 'create post' | 'change post' | 'delete post';
  readonly user: number;
  readonly post: number;
  readonly department: string;
  readonly status: UserStatus;
}

const verbs: readonly { arbitrary: fc.Arbitrary<Step['verb']>; weight: number }[] = [
  { arbitrary: fc.constant('create user'), weight: 4 },
  { arbitrary: fc.constant('change user'), weight: 6 },
  { arbitrary: fc.constant('delete user'), weight: 1 },
  { arbitrary: fc.constant('create post'), weight: 6 },
  { arbitrary: fc.constant('change post'), weight: 3 },
  { arbitrary: fc.constant('delete post'), weight: 2 },
];

export interface HistoryOptions {
  readonly users: number;
  readonly posts: number;
  /** Steps; the commands refuse some of them. */
  readonly least: number;
  readonly most: number;
}

/** Any history that the commands allow. */
export const histories = ({ users, posts, least, most }: HistoryOptions): fc.Arbitrary<HistoryEvent[]> =>
  fc
    .array(
      fc.record<Step>({
        verb: fc.oneof(...verbs),
        user: fc.nat(users - 1),
        post: fc.nat(posts - 1),
        department: fc.constantFrom('design', 'research', 'sales'),
        status: fc.constantFrom('ACTIVE', 'ACTIVE', 'INACTIVE', 'SUSPENDED'),
      }),
      { minLength: least, maxLength: most, size: 'max' },
    )
    .map((asked) => {
      const follow = createRules();
      return asked.flatMap((step) => follow(step) ?? []);
    });

/** Answers the event of a step, or undefined where the commands would refuse it. */
const createRules = () => {
  const users = new Map<number, { user: User; gone: boolean }>();
  const posts = new Map<number, { post: Post; gone: boolean }>();
  let seconds = 0;

  const tell = (n: number, type: UserEventType, user: User): UserEvent => {
    const previous = users.get(n)?.user.department ?? user.department;
    users.set(n, { user, gone: type === 'user.deleted' });
    const previousDepartment = previous === user.department ? null : previous;
    return { id: randomUUID(), type, time: user.updatedAt, data: { ...user, previousDepartment } };
  };
  const tellPost = (n: number, type: PostEventType, post: Post): PostEvent => {
    posts.set(n, { post, gone: type === 'post.deleted' });
    return { id: randomUUID(), type, time: post.updatedAt, data: { ...post, department: null } };
  };

  return ({ verb, user: u, post: p, department, status }: Step): HistoryEvent | undefined => {
    // Some posts are of the same time.
    const now = new Date(Date.UTC(2026, 0, 31, 9, 0, Math.floor((seconds += 1) / 3))).toISOString();
    const author = users.get(u);
    const known = posts.get(p);
    const start = { id: randomUUID(), version: 1, createdAt: now, updatedAt: now };
    const next = <T extends { version: number }>(entity: T): T => ({
      ...entity,
      version: entity.version + 1,
      updatedAt: now,
    });
    if (verb === 'create user' && !author)
      return tell(u, 'user.created', { ...start, name: 'n1', email: `${u}@a.com`, department, status });
    if (author && !author.gone) {
      const { user } = author;
      if (verb === 'change user')
        return tell(u, 'user.updated', { ...next(user), name: `n${user.version + 1}`, department, status });
      if (verb === 'delete user') return tell(u, 'user.deleted', next(user));
      if (verb === 'create post' && !known)
        return tellPost(p, 'post.created', { ...start, title: 't1', content: '', authorId: user.id });
    }
    if (known && !known.gone) {
      const { post } = known;
      if (verb === 'change post')
        return tellPost(p, 'post.updated', { ...next(post), title: `t${post.version + 1}` });
      if (verb === 'delete post') return tellPost(p, 'post.deleted', next(post));
    }
    return undefined;
  };
};

export interface Department {
  readonly users: number;
  readonly activeUsers: number;
  readonly posts: number;
}

export interface Model {
  /** Newest first. */
  readonly posts: readonly EnrichedPost[];
  readonly departments: Readonly<Record<string, Department>>;
}

/** What must be shown after these events, whatever their order: worked out from nothing but the newest of each user and post. */
export const modelOf = (events: readonly HistoryEvent[]): Model => {
  const users = newestOf(events.filter(isUserEvent)).filter(({ type }) => type !== 'user.deleted');
  const left = newestOf(events.filter((event): event is PostEvent => !isUserEvent(event)));
  const posts = left
    .filter(({ type }) => type !== 'post.deleted')
    .map(({ data }): EnrichedPost => {
      const author = users.find((user) => user.data.id === data.authorId)?.data;
      return { ...data, authorName: author?.name ?? null, department: author?.department ?? null };
    });
  const names = new Set(events.filter(isUserEvent).map(({ data }) => data.department));
  const countsOf = (name: string): Department => {
    const own = users.filter(({ data }) => data.department === name);
    return {
      users: own.length,
      activeUsers: own.filter(({ data }) => data.status === 'ACTIVE').length,
      posts: posts.filter(({ department }) => department === name).length,
    };
  };
  return {
    posts: posts.toSorted((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? 1 : -1)),
    departments: Object.fromEntries([...names].map((name) => [name, countsOf(name)])),
  };
};

const newestOf = <E extends HistoryEvent>(events: readonly E[]): E[] => {
  const newest = new Map<string, E>();
  for (const event of events)
    if (event.data.version > (newest.get(event.data.id)?.data.version ?? 0)) newest.set(event.data.id, event);
  return [...newest.values()];
};
