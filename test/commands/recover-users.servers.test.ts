import { expect, test } from '@jest/globals';
import { createPostCommands } from '../../src/commands/posts.js';
import { recoveries } from '../../src/commands/recoveries.js';
import { createUserCommands } from '../../src/commands/users.js';
import { MillraceError } from '../../src/errors.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import type { Queryable } from '../../src/postgres/database.js';
import { between, createRandom, oneOf } from '../crash/random.js';
import { openCommands, type CommandsUnderTest } from '../support/commands.js';

const steps = 400;
const departments = ['Sales', 'Ops', '개발'];
/** Few, so that they go from hand to hand. */
const emails = Array.from({ length: 12 }, (_, n) => `${n}@example.com`);
const partitions = 3;

const entities = async (db: Queryable): Promise<unknown[]> => [
  await db.query('select * from users order by id'),
  await db.query('select * from posts order by id'),
];

/** What the log holds behind the copy, by topic and partition. */
const tailOf = async (db: Queryable, known: number): Promise<LogRecord[][]> => {
  const rows = await db.query<Pick<LogRecord, 'topic' | 'partition' | 'key' | 'value' | 'headers'>>(
    'select topic, hash % $1 as partition, key, value, headers from outbox where id > $2 order by id',
    [partitions, known],
  );
  const places = new Map<string, LogRecord[]>();
  for (const row of rows) {
    const place = `${row.topic} ${row.partition}`;
    places.set(place, [...(places.get(place) ?? []), { ...row, offset: 0, timestampMs: 0 }]);
  }
  return [...places.values()];
};

const recover = async ({ database }: CommandsUnderTest, tail: readonly LogRecord[][]): Promise<void> => {
  for (const records of tail)
    await database.transaction(async (tx) => recoveries.get(records[0]!.topic)?.(tx, records));
};

test('users and posts of an earlier copy come back from the log as they were, whichever partition comes first', async () => {
  const random = createRandom('recover users');
  const users: string[] = [];
  const posts: string[] = [];

  /** Of calls that are mostly accepted: emails and ids that are taken or gone are refused. */
  const step = async ({ options }: CommandsUnderTest): Promise<void> => {
    const { createUser, updateUser, deleteUser } = createUserCommands(options);
    const { createPost, updatePost, deletePost } = createPostCommands(options);
    const [email, department, name] = [oneOf(random, emails), oneOf(random, departments), String(random())];
    const [user, post] = [oneOf(random, users), oneOf(random, posts)];
    const calls = [
      async () => users.push((await createUser('a', { name, email, department })).user.id),
      () => updateUser('a', { id: user, input: { email } }),
      () => updateUser('a', { id: user, input: { name, email, department } }),
      () => (random() < 0.5 ? deleteUser('a', user) : undefined),
      async () => posts.push((await createPost('a', { title: name, content: name, authorId: user })).post.id),
      () => updatePost('a', { id: post, input: { title: name } }),
      () => (random() < 0.5 ? deletePost('a', post) : undefined),
    ];
    try {
      await calls[users.length === 0 ? 0 : posts.length === 0 ? 4 : between(random, 0, 6)]?.();
    } catch (error) {
      if (!(error instanceof MillraceError) || !['CONFLICT', 'NOT_FOUND'].includes(error.code)) throw error;
    }
  };

  const first = await openCommands();
  for (let n = 0; n < steps; n += 1) await step(first);
  const [{ known } = { known: 0 }] = await first.database.query<{ known: number }>(
    'select max(id) as known from outbox',
  );
  await first.database.stop();
  await first.stored.disconnect();
  const copy = first.stored.name;

  const second = await openCommands(copy);
  for (let n = 0; n < steps; n += 1) await step(second);
  const tail = await tailOf(second.database, known);
  expect(tail).toHaveLength(2 * partitions);
  const expected = await entities(second.database);

  for (const order of [tail, tail.toReversed(), tail.toSorted(() => random() - 0.5)]) {
    const restored = await openCommands(copy);
    expect(await entities(restored.database)).not.toEqual(expected);
    await recover(restored, order);
    expect(await entities(restored.database)).toEqual(expected);
    await recover(restored, order);
    expect(await entities(restored.database)).toEqual(expected);
    await restored.database.stop();
  }
});
