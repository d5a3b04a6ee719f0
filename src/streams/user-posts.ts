import { randomUUID } from 'node:crypto';
import { parsePostEvent, type PostEvent } from '../events/posts.js';
import { departmentStatsChanges, postEvents, userEvents } from '../events/topics.js';
import { parseUserEvent, type UserEvent } from '../events/users.js';
import type { Transaction } from '../postgres/database.js';
import { addToDepartments, type DepartmentDelta } from '../postgres/department-stats.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import {
  insertAuthors,
  lockAuthors,
  lockPosts,
  writeAuthors,
  writePosts,
  type AuthorRow,
  type PostRow,
} from '../postgres/post-view.js';
import type { Stream } from './stream.js';

/** Posts joined with their authors, and the statistics of their departments. */
export interface UserPostsChanges {
  /** The newest of each. */
  readonly authors: readonly AuthorRow[];
  readonly posts: readonly PostRow[];
  /** All that had a user, also for a moment only. */
  readonly departments: readonly string[];
}

/** Pure; the order of the events makes no difference. */
export const foldUserPosts = (events: readonly (UserEvent | PostEvent)[]): UserPostsChanges => {
  const authors = new Map<string, AuthorRow>();
  const posts = new Map<string, PostRow>();
  const departments = new Set<string>();
  for (const event of events) {
    if (isPostEvent(event)) keepNewest(posts, toPost(event));
    else {
      keepNewest(authors, toAuthor(event));
      departments.add(event.data.department);
    }
  }
  return { authors: [...authors.values()], posts: [...posts.values()], departments: [...departments] };
};

const isPostEvent = (event: UserEvent | PostEvent): event is PostEvent => event.type.startsWith('post.');

const keepNewest = <Row extends { readonly id: string; readonly version: number }>(
  rows: Map<string, Row>,
  row: Row,
): void => {
  if (row.version > (rows.get(row.id)?.version ?? 0)) rows.set(row.id, row);
};

const toAuthor = ({ type, data: { id, version, name, department, status } }: UserEvent): AuthorRow =>
  type === 'user.deleted'
    ? { id, version, name: null, department: null, active: false }
    : { id, version, name, department, active: status === 'ACTIVE' };

const toPost = ({ type, data: { department: _, ...post } }: PostEvent): PostRow => ({
  ...post,
  deleted: type === 'post.deleted',
});

const writeUserPosts = async (
  tx: Transaction,
  { authors, posts, departments }: UserPostsChanges,
): Promise<OutgoingEvent[]> => {
  const authorIds = [...new Set([...authors.map(({ id }) => id), ...posts.map(({ authorId }) => authorId)])];
  // Sent in this order without waiting in between: all locks, then what is exact under them. Two workers that fold posts share
  // their authors; who folds a user has it alone.
  const [, , , ...deltas] = await Promise.all([
    insertAuthors(tx, authorIds),
    lockAuthors(tx, authorIds, authors.length > 0 ? 'update' : 'share'),
    lockPosts(tx, posts),
    writeAuthors(tx, authors),
    writePosts(tx, posts),
  ]);
  const total = sumDeltas(deltas.flat(), departments);
  if (total.length === 0) return [];
  const changed = await addToDepartments(tx, total);
  return changed.map(({ changedAt, ...stats }) => ({
    topic: departmentStatsChanges.name,
    key: stats.department,
    event: { id: randomUUID(), type: 'department.stats.changed', time: changedAt, data: stats },
  }));
};

/** One for each department: of `deltas`, and zeros for the others of `named`. */
const sumDeltas = (deltas: readonly DepartmentDelta[], named: readonly string[]): DepartmentDelta[] => {
  const sums = new Map(
    named.map((department) => [department, { department, users: 0, activeUsers: 0, posts: 0 }]),
  );
  for (const { department, users, activeUsers, posts } of deltas) {
    const sum = sums.get(department);
    sums.set(department, {
      department,
      users: (sum?.users ?? 0) + users,
      activeUsers: (sum?.activeUsers ?? 0) + activeUsers,
      posts: (sum?.posts ?? 0) + posts,
    });
  }
  return [...sums.values()];
};

export const userPosts: Stream<UserEvent | PostEvent, UserPostsChanges> = {
  name: 'user-posts',
  topics: [userEvents, postEvents],
  parse: (record) => (record.topic === userEvents.name ? parseUserEvent(record) : parsePostEvent(record)),
  fold: foldUserPosts,
  write: writeUserPosts,
};
