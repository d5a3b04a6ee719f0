import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createPostCommands, type PostCommands } from '../../src/commands/posts.js';
import { createUserCommands, type UserCommands } from '../../src/commands/users.js';
import { MillraceError } from '../../src/errors.js';
import type { Database } from '../../src/postgres/database.js';
import { openCommands } from '../support/commands.js';

let database: Database;
let users: UserCommands;
let posts: PostCommands;
/** How often the work of a transaction ran: once more for each that waited for another one that waited for it. */
let runs: number;
beforeAll(async () => {
  const { database: opened, options } = await openCommands();
  database = opened;
  const counting: Database = {
    ...opened,
    transaction: (work) =>
      opened.transaction((tx) => {
        runs += 1;
        return work(tx);
      }),
  };
  users = createUserCommands({ ...options, database: counting });
  posts = createPostCommands({ ...options, database: counting });
});
beforeEach(() => {
  runs = 0;
});

let made = 0;
const aUser = async () => {
  const input = { name: 'Ada', email: `${(made += 1)}@example.com`, department: 'Sales' };
  return (await users.createUser('caller', input)).user;
};

/** The codes of what was refused. */
const refusals = async (calls: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(calls)).flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    if (!(result.reason instanceof MillraceError)) throw result.reason;
    return [result.reason.code];
  });

test('authors, their posts, and those who delete them never wait for each other in a circle', async () => {
  const authors = await Promise.all(Array.from({ length: 6 }, aUser));
  const some = await Promise.all(
    authors.map(({ id }) => posts.createPost('caller', { title: 'a', content: 'a', authorId: id })),
  );
  const before = runs;
  const calls = Array.from({ length: 300 }, (_, n) => {
    const { id } = authors[n % 6]!;
    const { post } = some[n % 6]!;
    if (n > 250 && n % 7 === 0) return users.deleteUser('caller', id);
    if (n > 250 && n % 11 === 0) return posts.deletePost('caller', post.id);
    const each = [
      () => posts.createPost('caller', { title: 'b', content: 'b', authorId: id }),
      () => users.updateUser('caller', { id, input: { department: `${n}` } }),
      () => posts.updatePost('caller', { id: post.id, input: { title: `${n}` } }),
    ];
    return each[Math.floor(n / 6) % 3]!();
  });
  const refused = await refusals(calls);
  expect(refused.every((code) => code === 'NOT_FOUND')).toBe(true);
  expect(runs - before).toBe(calls.length);
});

test('two users that take each other’s email are both refused at once, also when both have written their row', async () => {
  // The unique index becomes the last one that a row is entered in, and the one before it takes its time: both rows are written by then.
  await database.query(
    `create function slowly(text) returns text language plpgsql immutable as 'begin perform pg_sleep(0.1); return $1; end'`,
  );
  await database.query('create index on users (slowly(email))');
  await database.query('drop index users_email');
  await database.query('create unique index users_email on users (email) where not deleted');
  for (let round = 0; round < 3; round += 1) {
    const [one, two] = [await aUser(), await aUser()];
    const before = runs;
    const refused = await refusals([
      users.updateUser('caller', { id: one.id, input: { email: two.email } }),
      users.updateUser('caller', { id: two.id, input: { email: one.email } }),
    ]);
    expect(refused).toEqual(['CONFLICT', 'CONFLICT']);
    expect(runs - before).toBe(2);
  }
});
