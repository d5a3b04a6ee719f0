import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer, TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import {
  badTexts,
  expectRefused as expectCallRefused,
  named,
  refusal,
  type Call,
} from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { countWritten, expectBalanced } from './books.js';

let casino: UnderTest;
let client: TestClient;
const rich = randomUUID();
const poor = randomUUID();
beforeAll(async () => {
  casino = await startUnderTest();
  ({ client } = casino);
  await client.data(earn, { id: rich, amount: 1_000_000_000, reason: 'gift' });
  await client.data('mutation ($id: ID!) { registerPlayer(id: $id, birthDate: "1990-01-01") { id } }', {
    id: poor,
  });
  await client.data('mutation ($id: ID!) { verifyAge(playerId: $id, birthDate: "1990-01-01") { id } }', {
    id: poor,
  });
  await client.data('mutation ($id: ID!) { setDailySpendLimit(playerId: $id, limit: 500) { id } }', {
    id: rich,
  });
});

const earn = `mutation ($id: ID!, $amount: Int!, $reason: String!, $key: ID) {
  earnTokens(playerId: $id, amount: $amount, reason: $reason, idempotencyKey: $key) { ledgerEntryId }
}`;
const spin = `mutation ($id: ID!, $bet: Int!, $key: ID) {
  spinSlot(playerId: $id, bet: $bet, idempotencyKey: $key) {
    reels bet payout position replayed player { id tokens spins spentToday dailySpendLimit ageVerified version }
  }
}`;
const open = `mutation ($id: ID!, $key: ID) { openGacha(playerId: $id, idempotencyKey: $key) { rarity } }`;
const register = `mutation ($id: ID!, $birthDate: String) { registerPlayer(id: $id, birthDate: $birthDate) { id } }`;
const verify = `mutation ($id: ID!, $birthDate: String!) { verifyAge(playerId: $id, birthDate: $birthDate) { id } }`;
const limit = `mutation ($id: ID!, $limit: Int) { setDailySpendLimit(playerId: $id, limit: $limit) { id } }`;

describe('with codes of the contract, and nothing written, the casino refuses', () => {
  const expectRefused = (call: Call, code: string, field?: string) =>
    expectCallRefused(client, () => countWritten(casino.database), call, code, field);
  const conflictOf = async ([query, variables]: Call): Promise<unknown> => {
    const before = await countWritten(casino.database);
    const { extensions } = refusal(await client.post(query, variables));
    expect(await countWritten(casino.database)).toEqual(before);
    return [extensions.code, extensions.reason];
  };

  const ids = [...badTexts, 'a\0'];
  const calls: [string, (id: unknown) => Call][] = [
    ['spinSlot', (id) => [spin, { id, bet: 1 }]],
    ['openGacha', (id) => [open, { id }]],
    ['earnTokens', (id) => [earn, { id, amount: 1, reason: 'gift' }]],
    ['verifyAge', (id) => [verify, { id, birthDate: '2000-01-01' }]],
    ['setDailySpendLimit', (id) => [limit, { id, limit: 1 }]],
  ];
  test.each(calls)('%s of what is no id', async (_, call) => {
    for (const id of ids) await expectRefused(call(id), 'BAD_USER_INPUT', 'playerId');
  });
  test.each(calls.filter(([name]) => name !== 'earnTokens'))('%s of an unknown player', async (_, call) => {
    for (const id of [randomUUID(), '😀', "'; drop table players; --", '__proto__'])
      await expectRefused(call(id), 'NOT_FOUND');
  });
  test.each(named(ids))('the registration of %s', (_, id) =>
    expectRefused([register, { id }], 'BAD_USER_INPUT', 'id'),
  );
  test.each(named([0, -1, 1_000_001, 2 ** 31 - 1, -(2 ** 31)]))('a bet of %s', (_, bet) =>
    expectRefused([spin, { id: rich, bet }], 'BAD_USER_INPUT', 'bet'),
  );
  test.each(named([2 ** 31, 1.5, '1', null, true]))('a bet of %s, which is no Int', async (_, bet) => {
    expect(refusal(await client.post(spin, { id: rich, bet })).extensions.code).toBe('BAD_USER_INPUT');
  });
  test.each(named([0, -1, 1_000_000_001, 2 ** 31 - 1]))('an earning of %s', (_, amount) =>
    expectRefused([earn, { id: rich, amount, reason: 'gift' }], 'BAD_USER_INPUT', 'amount'),
  );
  test.each(named(badTexts))('the reason %s', (_, reason) =>
    expectRefused([earn, { id: rich, amount: 1, reason }], 'BAD_USER_INPUT', 'reason'),
  );
  test.each(named(badTexts))('the idempotency key %s', async (_, key) => {
    for (const call of [
      [spin, { id: rich, bet: 1, key }],
      [open, { id: rich, key }],
      [earn, { id: rich, amount: 1, reason: 'gift', key }],
    ] as Call[])
      await expectRefused(call, 'BAD_USER_INPUT', 'idempotencyKey');
  });
  test.each(named(['', '2001', '2001-02-29', '1899-12-31', '9999-01-01', '2001-02-28T00:00:00Z', 'a\0', '٢٠٠١-٠٢-٢٨', 'x'.repeat(50_000)]))(
    'the birth date %s',
    async (_, birthDate) => {
      await expectRefused([verify, { id: poor, birthDate }], 'BAD_USER_INPUT', 'birthDate');
      await expectRefused([register, { id: randomUUID(), birthDate }], 'BAD_USER_INPUT', 'birthDate');
    },
  ); // prettier-ignore
  test('a limit below zero, and one that was forgotten', async () => {
    await expectRefused([limit, { id: rich, limit: -1 }], 'BAD_USER_INPUT', 'limit');
    await expectRefused([limit, { id: rich }], 'BAD_USER_INPUT', 'limit');
  });
  test('what is above the balance or the limit, and another birth date', async () => {
    expect(await conflictOf([spin, { id: poor, bet: 1 }])).toEqual(['CONFLICT', 'INSUFFICIENT']);
    expect(await conflictOf([open, { id: poor }])).toEqual(['CONFLICT', 'INSUFFICIENT']);
    expect(await conflictOf([spin, { id: rich, bet: 501 }])).toEqual(['CONFLICT', 'LIMIT_REACHED']);
    expect(await conflictOf([verify, { id: poor, birthDate: '1990-01-02' }])).toEqual(['CONFLICT', 'ALREADY_EXISTS']); // prettier-ignore
    expect(await conflictOf([register, { id: poor, birthDate: '1990-01-02' }])).toEqual(['CONFLICT', 'ALREADY_EXISTS']); // prettier-ignore
  });
});

test('recorded actions are accepted and refused one by one, and move no tokens', async () => {
  const action = (playerId: string, type: string, more: object = {}) => ({ playerId, type, ...more });
  const { recordCasinoActions: outcome } = await client.data<{
    recordCasinoActions: { accepted: number; rejected: object[]; position: string };
  }>(
    `mutation ($inputs: [CasinoActionInput!]!) {
      recordCasinoActions(inputs: $inputs) { accepted replayed position rejected { index code reason field } }
    }`,
    {
      inputs: [
        action(rich, 'BATTLE_PASS_PROGRESS', { amount: 2_500 }),
        action(rich, 'TOKENS_EARNED', { amount: 5 }),
        action(poor, 'ADULT_CONTENT_VIEW'),
        action(rich, 'ADULT_CONTENT_VIEW'),
        action(randomUUID(), 'LOGIN'),
        action(rich, 'VIP_EVENT', { amount: 0 }),
        action(rich, 'LOGIN', { metadata: { text: 'x'.repeat(70_000) } }),
        action(rich, 'LOGIN', { occurredAt: new Date(Date.now() + 400_000).toISOString() }),
      ],
    },
  );
  expect(outcome).toMatchObject({ accepted: 2, replayed: 0 });
  expect(outcome.rejected).toMatchObject([
    { index: 1, code: 'BAD_USER_INPUT', field: 'type' },
    { index: 3, code: 'CONFLICT', reason: 'AGE_UNVERIFIED' },
    { index: 4, code: 'NOT_FOUND', field: 'playerId' },
    { index: 5, code: 'BAD_USER_INPUT', field: 'amount' },
    { index: 6, code: 'BAD_USER_INPUT', field: 'metadata' },
    { index: 7, code: 'BAD_USER_INPUT', field: 'occurredAt' },
  ]);
  const { player } = await client.data<{ player: object }>(
    `query ($id: ID!, $position: Position) {
      player(id: $id, consistentWith: $position, waitMs: 10000) { tokens battlePassXp battlePassLevel }
    }`,
    { id: rich, position: outcome.position },
  );
  expect(player).toEqual({ tokens: 1_000_000_000, battlePassXp: 2_500, battlePassLevel: 3 });
  await expectBalanced(casino.database);
});

interface SpinAnswer {
  readonly reels: readonly string[];
  readonly payout: number;
  readonly position: string;
  readonly replayed: boolean;
  readonly player: { readonly id: string; readonly tokens: number; readonly spins: number };
}

/** Posts until there is an answer: a call whose answer is lost is repeated with its key. */
const insist = async (variables: object): Promise<SpinAnswer> => {
  for (;;) {
    const answer: Answer<{ spinSlot: SpinAnswer }> = await client
      .post<{ spinSlot: SpinAnswer }>(spin, variables)
      .catch((): Answer<{ spinSlot: SpinAnswer }> => ({}));
    if (answer.data) return answer.data.spinSlot;
    for (const { extensions } of answer.errors ?? [])
      expect(['UNAVAILABLE', 'OUTCOME_UNKNOWN', 'GATEWAY_STOPPING']).toContain(extensions.code);
    await restarted;
  }
};
/** Resolves while the gateway is there. */
let restarted: Promise<void> = Promise.resolve();

test('while 64 players spin and the process is killed, the books add up in every snapshot, and each spin pays once', async () => {
  const [gift, bet, spinsOfEach] = [10_000, 7, 12];
  const ids = Array.from({ length: 64 }, () => randomUUID());
  await Promise.all(ids.map((id) => client.data(earn, { id, amount: gift, reason: 'gift' })));

  let [snapshots, isOver, killedAt] = [0, false, 0];
  const reader = (async () => {
    for (; !isOver; snapshots += 1) await expectBalanced(casino.database);
  })();
  const first = new Map<string, SpinAnswer>();
  const { port } = casino.millrace;
  const kill = async (): Promise<void> => {
    killedAt = first.size;
    await casino.millrace.kill9();
    await startMillrace({ env: casino.env, port });
  };
  await Promise.all(
    ids.map(async (id) => {
      for (let n = 0; n < spinsOfEach; n += 1) {
        const key = randomUUID();
        const answer = await insist({ id, bet, key });
        first.set(JSON.stringify({ id, bet, key }), answer);
        if (first.size >= 300 && killedAt === 0) restarted = kill();
      }
    }),
  );
  isOver = true;
  await Promise.all([reader, restarted]);
  expect(killedAt).toBeGreaterThanOrEqual(300);
  expect(killedAt).toBeLessThan(first.size);
  expect(snapshots).toBeGreaterThan(5);

  const won = new Map<string, number>();
  await Promise.all(
    [...first].map(async ([call, answer]) => {
      won.set(answer.player.id, (won.get(answer.player.id) ?? 0) + answer.payout);
      expect(await insist(JSON.parse(call) as object)).toEqual({
        ...answer,
        position: expect.any(String),
        replayed: true,
      });
    }),
  );
  const rows = await casino.database.query<{ id: string; tokens: string; spins: string }>(
    `select id, balance as tokens, spins from players join ledger_accounts on account = 'player' and holder = id
     where id = any($1::text[])`,
    [ids],
  );
  expect(rows).toHaveLength(ids.length);
  for (const { id, tokens, spins } of rows)
    expect([Number(tokens), Number(spins)]).toEqual([
      gift - bet * spinsOfEach + (won.get(id) ?? 0),
      spinsOfEach,
    ]);
  await expectBalanced(casino.database);
}, 120_000);
