import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createPostCommands } from '../../src/commands/posts.js';
import { createUserCommands } from '../../src/commands/users.js';
import { CommitUnknown } from '../../src/postgres/database.js';

const unused = () => Promise.reject(new Error('the test does not need it'));

test('a mutation of unknown outcome names the user or post that it would have written', async () => {
  const options = {
    database: {
      query: unused,
      connect: unused,
      stop: unused,
      transaction: () => Promise.reject(new CommitUnknown(new Error('the connection was lost'))),
    },
    consistency: { positionOf: () => 'position', positionInLog: () => 'position', waitFor: unused },
    onCommitted: () => undefined,
    now: Date.now,
  };
  const users = createUserCommands(options);
  const posts = createPostCommands(options);
  const id = randomUUID();
  const user = { id, name: 'Ada', email: 'ada@example.com', department: 'Sales' };
  const calls = [
    users.createUser('caller', user),
    users.updateUser('caller', { id: id.toUpperCase(), input: { name: 'Bob' } }),
    users.deleteUser('caller', id),
    posts.createPost('caller', { id, title: 'Hello', content: 'World', authorId: id }),
    posts.updatePost('caller', { id, input: { title: 'Bye' } }),
    posts.deletePost('caller', id.toUpperCase()),
  ];
  for (const call of calls)
    await expect(call).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', details: { ids: [id] } });
});
