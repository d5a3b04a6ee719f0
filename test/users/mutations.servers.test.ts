import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { refusal } from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  aUser,
  countRows,
  createUser,
  createUserMutation,
  deleteUser,
  deleteUserMutation,
  eventsOf,
  readUser,
  updateUser,
  updateUserMutation,
  type Payload,
  type Update,
  type UserInput,
} from './support.js';

let users: UnderTest;
let client: TestClient;
/** Of two gateways, so that no race is decided within one process. */
let clients: readonly TestClient[];
beforeAll(async () => {
  users = await startUnderTest();
  ({ client } = users);
  clients = [client, createTestClient((await startMillrace({ env: users.env })).url)];
});

const create = (input: UserInput, key?: string, from = client) =>
  from.post<{ createUser: Payload }>(createUserMutation, { input: aUser(input), key });
const update = (change: Update, from = client) =>
  from.post<{ updateUser: Payload }>(updateUserMutation, change);
const remove = (id: string, key?: string) => client.post(deleteUserMutation, { id, key });
const rows = () => countRows(users.database);
const events = (id: string) => eventsOf(users.database, id);
const onBoth = <T>(count: number, call: (from: TestClient, n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => call(clients[n % 2]!, n)));
const anEmail = () => `${randomUUID()}@example.com`;

const conflict = (reason: string) => ({ code: 'CONFLICT', reason });

describe('createUser', () => {
  test('fills in id, status and times', async () => {
    const before = Date.now();
    const { user, replayed } = await createUser(client, { email: 'grace@example.com' });
    expect(user).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      email: 'grace@example.com',
      status: 'ACTIVE',
      version: 1,
      updatedAt: user.createdAt,
    });
    expect(replayed).toBe(false);
    expect(Date.parse(user.createdAt)).toBeGreaterThanOrEqual(before);
    expect(await readUser(client, user.id)).toEqual(user);
    expect(await events(user.id)).toEqual([{ type: 'user.created', version: 1, department: 'Engineering' }]);
  });

  test('stores text in NFC, email and id in lower case', async () => {
    const id = randomUUID();
    const { user } = await createUser(client, {
      id: id.toUpperCase(),
      name: 'Jose\u0301',
      email: 'Jose\u0301@Example.COM',
      department: '영업'.normalize('NFD'),
    });
    expect(user).toMatchObject({
      id,
      name: 'Jos\u00e9',
      email: 'jos\u00e9@example.com',
      department: '영업'.normalize('NFC'),
    });
    expect(await readUser(client, id.toUpperCase())).toEqual(user);
  });

  test('accepts an id again with the same values, however they are written, and changes nothing', async () => {
    const [id, email] = [randomUUID(), anEmail()];
    const first = { id, name: 'Jos\u00e9', email, department: 'Sales', status: 'INACTIVE' };
    const { user } = await createUser(client, first);
    const before = await rows();
    const repeats: UserInput[] = [
      first,
      { ...first, id: id.toUpperCase(), name: 'Jose\u0301', email: email.toUpperCase() },
      { ...first, status: null },
    ];
    for (const repeat of repeats)
      expect(await createUser(client, repeat)).toMatchObject({ user, replayed: true });
    expect(await rows()).toEqual(before);
  });

  test.each<[string, UserInput]>([
    ['name', { name: 'Bob' }],
    ['email', { email: 'another@example.com' }],
    ['department', { department: 'Sales' }],
    ['status', { status: 'SUSPENDED' }],
  ])('refuses an id that exists with another %s, and changes nothing', async (_, difference) => {
    const input = { id: randomUUID(), email: anEmail() };
    const { user } = await createUser(client, input);
    const before = await rows();
    const { message, extensions } = refusal(await create({ ...input, ...difference }));
    expect(extensions).toMatchObject(conflict('ALREADY_EXISTS'));
    expect(message).toContain(input.id);
    expect(await rows()).toEqual(before);
    expect(await readUser(client, input.id)).toEqual(user);
  });

  test('compares a repeat with what the user was created with, and answers the user as it is now', async () => {
    const [id, email, later] = [randomUUID(), anEmail(), anEmail()];
    await createUser(client, { id, email });
    const { user } = await updateUser(client, { id, input: { email: later, department: 'Sales' } });
    // Who has the first email now makes no difference.
    await createUser(client, { email });
    expect(await createUser(client, { id, email })).toMatchObject({ user, replayed: true });
    const changed = await create({ id, email: later, department: 'Sales' });
    expect(refusal(changed).extensions).toMatchObject(conflict('ALREADY_EXISTS'));
  });

  test('refuses the id of a deleted user, also with the input that it was created with', async () => {
    const input = { id: randomUUID(), email: anEmail() };
    await createUser(client, input);
    await deleteUser(client, input.id);
    const before = await rows();
    for (const again of [input, { ...input, email: anEmail() }])
      expect(refusal(await create(again)).extensions).toMatchObject(conflict('ALREADY_EXISTS'));
    expect(await rows()).toEqual(before);
    expect(await readUser(client, input.id)).toBeNull();
  });

  test('makes one user of 50 calls at once with the same id', async () => {
    for (let round = 0; round < 5; round += 1) {
      const input = { id: randomUUID(), email: anEmail() };
      const answers = await onBoth(50, (from) => createUser(from, input));
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(new Set(answers.map(({ user }) => JSON.stringify(user))).size).toBe(1);
      expect(await events(input.id)).toHaveLength(1);
    }
  });

  test('of two inputs for an id at once lets one win', async () => {
    const [id, emails] = [randomUUID(), [anEmail(), anEmail()]];
    const answers = await onBoth(50, (from, n) =>
      create({ id, email: emails[(n >> 1) % 2]! }, undefined, from),
    );
    const accepted = answers.flatMap(({ data }) => data?.createUser ?? []);
    expect(new Set(accepted.map(({ user }) => user.email)).size).toBe(1);
    expect([24, 26]).toContain(accepted.length);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions).toMatchObject(conflict('ALREADY_EXISTS'));
    expect(await events(id)).toHaveLength(1);
  });
});

describe('an email', () => {
  test('is taken in whatever case and normalisation, for a creation and for an update', async () => {
    const email = `jos\u00e9-${randomUUID()}@example.com`;
    await createUser(client, { email });
    const { user: other } = await createUser(client);
    const before = await rows();
    for (const same of [email, email.toUpperCase(), email.normalize('NFD')]) {
      const { message, extensions } = refusal(await create({ email: same }));
      expect(extensions).toMatchObject(conflict('EMAIL_TAKEN'));
      expect(message).toContain(email);
      const moved = await update({ id: other.id, input: { email: same, name: 'Bob' } });
      expect(refusal(moved).extensions).toMatchObject(conflict('EMAIL_TAKEN'));
    }
    expect(await rows()).toEqual(before);
    expect(await readUser(client, other.id)).toEqual(other);
  });

  test('may be kept by its own user, and is free when that one changes it or is deleted', async () => {
    const email = anEmail();
    const { user } = await createUser(client, { email });
    const same = { id: user.id, input: { email: email.toUpperCase(), name: 'Bob' } };
    expect((await updateUser(client, same)).user).toMatchObject({ email, name: 'Bob', version: 2 });
    await updateUser(client, { id: user.id, input: { email: anEmail() } });
    const { user: second } = await createUser(client, { email });
    await deleteUser(client, second.id);
    const { user: third } = await createUser(client);
    expect((await updateUser(client, { id: third.id, input: { email } })).user.email).toBe(email);
  });

  test('goes to one of 50 creations at once, and the refused ones keep their keys', async () => {
    const email = anEmail();
    const keys = Array.from({ length: 50 }, () => randomUUID());
    const answers = await onBoth(50, (from, n) => create({ email }, keys[n], from));
    expect(answers.filter(({ data }) => data?.createUser)).toHaveLength(1);
    for (const [n, answer] of answers.entries()) {
      if (!answer.errors) continue;
      expect(refusal(answer).extensions).toMatchObject(conflict('EMAIL_TAKEN'));
      expect(await createUser(client, {}, keys[n])).toMatchObject({ replayed: false });
    }
  });

  test('goes to one of 20 users that take it at once, while it is created', async () => {
    const email = anEmail();
    const others = await onBoth(20, (from) => createUser(from));
    const answers = await Promise.all([
      ...others.map(({ user }, n) => update({ id: user.id, input: { email } }, clients[n % 2])),
      create({ email }, undefined, clients[1]),
    ]);
    expect(answers.filter(({ data }) => data)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions).toMatchObject(conflict('EMAIL_TAKEN'));
  });

  test('cannot be exchanged by two users at once: both are refused', async () => {
    for (let round = 0; round < 20; round += 1) {
      const [one, two] = await onBoth(2, async (from) => (await createUser(from)).user);
      const answers = await onBoth(2, (from, n) =>
        n
          ? update({ id: two!.id, input: { email: one!.email } }, from)
          : update({ id: one!.id, input: { email: two!.email } }, from),
      );
      for (const answer of answers) expect(refusal(answer).extensions).toMatchObject(conflict('EMAIL_TAKEN'));
    }
  });

  test('passes from hand to hand without ever having two users', async () => {
    const emails = Array.from({ length: 4 }, anEmail);
    const some = await onBoth(12, (from) => createUser(from));
    await onBoth(200, async (from, n) => {
      const { user } = some[n % some.length]!;
      const email = n % 3 ? emails[n % 4]! : anEmail();
      // On a busy machine some are not begun in time: then nothing was written.
      const answer = await eventually(async () => {
        const tried = await update({ id: user.id, input: { email } }, from);
        return tried.errors?.[0]?.extensions.code !== 'UNAVAILABLE' && tried;
      });
      if (answer.errors) expect(refusal(answer).extensions).toMatchObject(conflict('EMAIL_TAKEN'));
    });
    for (const { user } of some) {
      const stored = await events(user.id);
      expect(stored.map(({ version }) => version)).toEqual(stored.map((_, n) => n + 1));
      expect((await readUser(client, user.id))?.version).toBe(stored.length);
    }
  });
});

describe('an idempotency key', () => {
  test('gives 50 calls at once one user and one answer, which one of them had first', async () => {
    const before = await rows();
    const [key, email] = [randomUUID(), anEmail()];
    const answers = await onBoth(50, (from) => createUser(from, { email }, key));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ user, position }) => JSON.stringify([user, position]))).size).toBe(1);
    const after = await rows();
    expect([after.users! - before.users!, after.outbox! - before.outbox!]).toEqual([1, 1]);
  });

  test('gives 50 calls at once one change, and later the first answer', async () => {
    const { user } = await createUser(client);
    const change = { id: user.id, input: { name: 'Bob' }, expectedVersion: 1, key: randomUUID() };
    const answers = await onBoth(50, (from) => updateUser(from, change));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const answer of answers) expect(answer.user).toMatchObject({ name: 'Bob', version: 2 });
    await updateUser(client, { id: user.id, input: { name: 'Carol' } });
    expect(await updateUser(client, change)).toEqual({ ...answers[0], replayed: true });
    expect((await readUser(client, user.id))?.name).toBe('Carol');
  });

  test('gives 50 deletions at once one effect and one answer, and later still', async () => {
    const { user } = await createUser(client);
    const key = randomUUID();
    const answers = await onBoth(50, (from) => deleteUser(from, user.id, key));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ id, position }) => JSON.stringify([id, position]))).size).toBe(1);
    expect(await deleteUser(client, user.id, key)).toEqual({ ...answers[0], replayed: true });
    expect(refusal(await remove(user.id, randomUUID())).extensions.code).toBe('NOT_FOUND');
    expect(await events(user.id)).toHaveLength(2);
  });

  test.each<[string, Partial<Update>]>([
    ['another input', { input: { name: 'Carol' } }],
    ['another version', { expectedVersion: 2 }],
    ['another user', { id: randomUUID() }],
  ])('is bound to its arguments: %s', async (_, difference) => {
    const { user } = await createUser(client);
    const change = { id: user.id, input: { name: 'Bob' }, expectedVersion: 1, key: randomUUID() };
    await updateUser(client, change);
    expect(refusal(await update({ ...change, ...difference })).extensions).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      field: 'idempotencyKey',
    });
  });

  test('is bound to the operation, and not used up by a call that was refused', async () => {
    const key = randomUUID();
    const { user } = await createUser(client);
    const refused = [
      await create({ id: user.id, email: anEmail() }, key),
      await create({ email: user.email }, key),
      await create({ name: '' }, key),
      await update({ id: user.id, input: { name: 'Bob' }, expectedVersion: 9, key }),
      await update({ id: randomUUID(), input: { name: 'Bob' }, key }),
      await remove(randomUUID(), key),
    ];
    expect(refused.map((answer) => refusal(answer).extensions.code)).toEqual([
      ...['CONFLICT', 'CONFLICT', 'BAD_USER_INPUT', 'CONFLICT', 'NOT_FOUND', 'NOT_FOUND'],
    ]);
    expect(await createUser(client, {}, key)).toMatchObject({ replayed: false });
    expect(refusal(await remove(user.id, key)).extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });
});

describe('updateUser', () => {
  test('changes what is given and keeps the rest', async () => {
    const { user } = await createUser(client);
    const steps: [object, object][] = [
      [{ name: 'Bob' }, { name: 'Bob', version: 2 }],
      [{ department: 'Sales' }, { name: 'Bob', department: 'Sales', version: 3 }],
      [{ status: 'SUSPENDED' }, { department: 'Sales', status: 'SUSPENDED', version: 4 }],
      [
        { name: 'Ada', email: `x-${user.email}`, department: 'Ops', status: 'ACTIVE' },
        { name: 'Ada', email: `x-${user.email}`, department: 'Ops', status: 'ACTIVE', version: 5 },
      ],
    ];
    for (const [input, expected] of steps) {
      const { user: changed } = await updateUser(client, { id: user.id.toUpperCase(), input });
      expect(changed).toMatchObject({ ...expected, id: user.id, createdAt: user.createdAt });
      expect(await readUser(client, user.id)).toEqual(changed);
    }
    expect((await events(user.id)).map(({ type, version }) => [type, version])).toEqual([
      ['user.created', 1],
      ...[2, 3, 4, 5].map((version) => ['user.updated', version]),
    ]);
  });

  test('that changes nothing writes nothing', async () => {
    const { user } = await createUser(client, { name: 'Jos\u00e9' });
    const before = await rows();
    for (const input of [
      { name: 'Jose\u0301' },
      { email: user.email.toUpperCase() },
      { status: 'ACTIVE' },
      { name: 'Jos\u00e9', email: user.email, department: 'Engineering', status: 'ACTIVE' },
    ])
      expect(await updateUser(client, { id: user.id, input, expectedVersion: 1 })).toMatchObject({
        user,
        position: expect.any(String),
        replayed: false,
      });
    expect(await rows()).toEqual(before);
  });

  test('with another version than the one now is VERSION_MISMATCH, also when it would change nothing', async () => {
    const { user } = await createUser(client);
    await updateUser(client, { id: user.id, input: { name: 'Bob' }, expectedVersion: 1 });
    const before = await rows();
    for (const expectedVersion of [1, 3, Number.MAX_SAFE_INTEGER])
      for (const name of ['Bob', 'Carol'])
        expect(
          refusal(await update({ id: user.id, input: { name }, expectedVersion })).extensions,
        ).toMatchObject(conflict('VERSION_MISMATCH'));
    expect(await rows()).toEqual(before);
    await updateUser(client, { id: user.id, input: { name: 'Carol' }, expectedVersion: null });
  });

  test('by 40 at once that expect the same version succeeds once', async () => {
    const { user } = await createUser(client);
    const answers = await onBoth(40, (from, n) =>
      update({ id: user.id, input: { name: `n${n}` }, expectedVersion: 1 }, from),
    );
    expect(answers.filter(({ data }) => data?.updateUser)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions).toMatchObject(conflict('VERSION_MISMATCH'));
    expect(await events(user.id)).toHaveLength(2);
  });

  test('by 40 at once without a version leaves a version and an event for each, in order', async () => {
    const { user } = await createUser(client);
    const answers = await onBoth(40, (from, n) =>
      updateUser(from, { id: user.id, input: { name: `n${n}` } }),
    );
    const versions = answers.map(({ user: changed }) => changed.version).toSorted((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 40 }, (_, n) => n + 2));
    const last = answers.find(({ user: changed }) => changed.version === 41);
    expect(await readUser(client, user.id)).toEqual(last?.user);
    expect((await events(user.id)).map(({ version }) => version)).toEqual([1, ...versions]);
  });
});

describe('deleteUser', () => {
  test('takes the user out of every read, once, and leaves an event with its last version', async () => {
    const { user } = await createUser(client, { department: 'Doomed' });
    expect(await deleteUser(client, user.id.toUpperCase())).toEqual({
      id: user.id,
      position: expect.any(String),
      replayed: false,
    });
    expect(await readUser(client, user.id)).toBeNull();
    const { users: found } = await client.data<{ users: object }>(
      '{ users(department: "Doomed") { nodes { id } totalCount } }',
    );
    expect(found).toEqual({ nodes: [], totalCount: 0 });
    expect(await events(user.id)).toEqual([
      { type: 'user.created', version: 1, department: 'Doomed' },
      { type: 'user.deleted', version: 2, department: 'Doomed' },
    ]);
    const before = await rows();
    expect(refusal(await remove(user.id)).extensions.code).toBe('NOT_FOUND');
    expect(refusal(await update({ id: user.id, input: { name: 'Bob' } })).extensions.code).toBe('NOT_FOUND');
    expect(await rows()).toEqual(before);
  });

  test('by 20 at once succeeds once, also while the user changes', async () => {
    const { user } = await createUser(client);
    const answers = await onBoth(40, (from, n) =>
      n % 4 < 2
        ? from.post(deleteUserMutation, { id: user.id })
        : from.post(updateUserMutation, { id: user.id, input: { name: `n${n}` } }),
    );
    const deletions = answers.filter((_, n) => n % 4 < 2);
    expect(deletions.filter(({ data }) => data)).toHaveLength(1);
    for (const answer of answers.filter(({ errors }) => errors))
      expect(refusal(answer).extensions.code).toBe('NOT_FOUND');
    const stored = await events(user.id);
    expect(stored.at(-1)?.type).toBe('user.deleted');
    expect(stored.map(({ version }) => version)).toEqual(stored.map((_, n) => n + 1));
  });
});
