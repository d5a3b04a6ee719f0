import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createCasinoCommands, type CasinoCommands, type CasinoOptions } from '../../src/commands/casino.js';
import type { CasinoActionInput } from '../../src/commands/casino-actions.js';
import { createRecordFacts } from '../../src/commands/facts.js';
import type { TokenMovement } from '../../src/events/casino.js';
import { createRandom, type Random } from '../../src/games/random.js';
import type { FactRecord } from '../../src/kafka/kafka.js';
import { findPlayers } from '../../src/postgres/players.js';
import { oneOf, createRandom as createChoices, between } from '../crash/random.js';
import { openCommands, type CommandsUnderTest } from '../support/commands.js';
import { countWritten, expectBalanced } from './books.js';

/** The commands in this process on a real database; facts are kept here instead of in Kafka. */
let under: CommandsUnderTest;
let sent: FactRecord[];
let nowMs: number;
let casino: CasinoCommands;
const optionsWith = (given: Partial<CasinoOptions> = {}): CasinoOptions => ({
  ...under.options,
  now: () => nowMs,
  random: createRandom('test'),
  adultAge: 18,
  recordFacts: createRecordFacts({
    publisher: {
      send: async (records) => {
        sent.push(...records);
        return { kind: 'STORED', places: records.map(({ topic, partition }) => ({ topic, partition, nextOffset: 1 })), refused: [] }; // prettier-ignore
      },
      stop: async () => undefined,
    },
    consistency: under.options.consistency,
    partitionsOf: () => 3,
  }),
  ...given,
});
/** Reels of three symbols: each number falls on the first stop of one. */
const stops = { CHERRY: 0, LEMON: 10, BELL: 18, STAR: 24, SEVEN: 28, DIAMOND: 31 };
const showing = (...reels: (keyof typeof stops)[]): Random => {
  let at = -1;
  return { below: () => stops[reels[(at += 1)]!] };
};
const winning = () => createCasinoCommands(optionsWith({ random: showing('BELL', 'BELL', 'BELL') }));
const losing = () => createCasinoCommands(optionsWith({ random: showing('BELL', 'STAR', 'SEVEN') }));

beforeAll(async () => {
  under = await openCommands();
});
beforeEach(() => {
  sent = [];
  nowMs = Date.parse('2026-11-21T10:00:00.000Z');
  casino = createCasinoCommands(optionsWith());
});

const written = () => countWritten(under.stored);
const nextDay = (): void => void (nowMs += 86_400_000);
/** A new player that has tokens. */
const withTokens = async (amount: number): Promise<string> => {
  const playerId = randomUUID();
  await casino.earnTokens('caller', { playerId, amount, reason: 'gift' });
  return playerId;
};
const playerNow = async (id: string) => (await findPlayers(under.database, [id]))[0]!;
const refusedAs = async (work: Promise<unknown>, code: string, reason?: string): Promise<void> => {
  const before = await written();
  await expect(work).rejects.toMatchObject({ code, ...(reason && { details: { reason } }) });
  expect(await written()).toEqual(before);
};
const eventsOf = async (playerId: string): Promise<{ type: string; id: string; data: never }[]> =>
  (
    await under.stored.query<{ headers: Record<string, string>; value: Buffer }>(
      `select headers, value from outbox where convert_from(key, 'UTF8') = $1 order by id`,
      [playerId],
    )
  ).map(({ headers, value }) => ({
    type: headers.ce_type!,
    id: headers.ce_id!,
    data: JSON.parse(value.toString()) as never,
  }));

describe('a spin', () => {
  test('moves the bet to the house and the win back, in entries of two lines, and tells of it', async () => {
    const playerId = await withTokens(100);
    const outcome = await winning().spinSlot('caller', { playerId, bet: 10 });
    expect(outcome).toMatchObject({ reels: ['BELL', 'BELL', 'BELL'], bet: 10, payout: 250, replayed: false });
    expect(outcome.player).toMatchObject({ tokens: 340, spins: 1, spent: 10, version: 3 });
    expect(await playerNow(playerId)).toEqual(outcome.player);
    const events = (await eventsOf(playerId)).slice(-4);
    const [game, paid, won, changed] = events;
    expect(events.map(({ type }) => type)).toEqual([
      'casino.game-event',
      'casino.cyber-token',
      'casino.cyber-token',
      'casino.player.changed',
    ]);
    expect(game!.data).toMatchObject({ type: 'SLOT_SPIN', playerId, bet: 10, payout: 250 });
    expect(paid!.data).toMatchObject({ type: 'TOKENS_SPENT', amount: 10, balance: 90, causedBy: game!.id, id: paid!.id, lines: [{ account: 'player', amount: -10 }, { account: 'slots', amount: 10 }] }); // prettier-ignore
    expect(won!.data).toMatchObject({ type: 'TOKENS_WON', amount: 250, balance: 340, causedBy: game!.id, lines: [{ account: 'player', amount: 250 }, { account: 'slots', amount: -250 }] }); // prettier-ignore
    const { birthDate: _, ...shown } = outcome.player;
    expect(changed!.data).toEqual(shown);
    await expectBalanced(under.stored);
  });

  test('that is lost leaves one entry; a lost last token leaves none', async () => {
    const playerId = await withTokens(10);
    const { player, payout } = await losing().spinSlot('caller', { playerId, bet: 10 });
    expect([payout, player.tokens]).toEqual([0, 0]);
    await refusedAs(losing().spinSlot('caller', { playerId, bet: 1 }), 'CONFLICT', 'INSUFFICIENT');
  });

  test('is not rolled again when its transaction is, and pays once', async () => {
    const playerId = await withTokens(1_000);
    let failures = 2;
    const database: typeof under.database = {
      ...under.database,
      transaction: (work) =>
        under.database.transaction(async (tx) => {
          const result = await work(tx);
          if ((failures -= 1) >= 0) throw Object.assign(new Error('try again'), { code: '40001' });
          return result;
        }),
    };
    const random = showing('STAR', 'STAR', 'STAR', 'DIAMOND', 'DIAMOND', 'DIAMOND', 'LEMON', 'BELL', 'SEVEN');
    const { spinSlot } = createCasinoCommands(optionsWith({ database, random }));
    const outcome = await spinSlot('caller', { playerId, bet: 1 });
    expect(outcome).toMatchObject({ reels: ['STAR', 'STAR', 'STAR'], payout: 50, player: { tokens: 1_049, spins: 1 } }); // prettier-ignore
    await expectBalanced(under.stored);
  });

  test('with a key that was used answers the first reels and pays once, also 50 at once', async () => {
    const playerId = await withTokens(1_000);
    const key = randomUUID();
    const spins = Array.from({ length: 50 }, () => winning().spinSlot('caller', { playerId, bet: 2 }, key));
    const outcomes = await Promise.all(spins);
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const later = await losing().spinSlot('caller', { playerId, bet: 2 }, key);
    expect(later).toMatchObject({ reels: ['BELL', 'BELL', 'BELL'], payout: 50, replayed: true });
    for (const { player } of outcomes) expect(player).toEqual(later.player);
    expect(await playerNow(playerId)).toMatchObject({ tokens: 1_048, spins: 1 });
    await refusedAs(casino.spinSlot('caller', { playerId, bet: 3 }, key), 'IDEMPOTENCY_KEY_REUSED');
    await refusedAs(casino.openGacha('caller', playerId, key), 'IDEMPOTENCY_KEY_REUSED');
  });

  test('that is refused does not use its key up', async () => {
    const playerId = await withTokens(5);
    const key = randomUUID();
    await refusedAs(losing().spinSlot('caller', { playerId, bet: 6 }, key), 'CONFLICT', 'INSUFFICIENT');
    await casino.earnTokens('caller', { playerId, amount: 1, reason: 'gift' });
    expect(await losing().spinSlot('caller', { playerId, bet: 6 }, key)).toMatchObject({ replayed: false });
  });

  test('by 40 at once, of which the tokens are enough for 7, never takes the balance below zero', async () => {
    const playerId = await withTokens(79);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => losing().spinSlot('caller', { playerId, bet: 11 })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ details: { reason: 'INSUFFICIENT' } });
    expect(await playerNow(playerId)).toMatchObject({ tokens: 2, spins: 7, spent: 77, version: 9 });
    await expectBalanced(under.stored);
  });
});

describe('a capsule', () => {
  test('costs 100 tokens, and the 90th without a LEGENDARY holds one', async () => {
    const playerId = await withTokens(100);
    await under.stored.query('update players set gacha_pity = 88 where id = $1', [playerId]);
    const { openGacha, earnTokens } = createCasinoCommands(optionsWith({ random: { below: () => 0 } }));
    expect(await openGacha('caller', playerId)).toMatchObject({ rarity: 'COMMON', item: 'Copper Chip', player: { tokens: 0, gachaOpens: 1, gachaPity: 89, spent: 100 } }); // prettier-ignore
    await refusedAs(openGacha('caller', playerId), 'CONFLICT', 'INSUFFICIENT');
    await earnTokens('caller', { playerId, amount: 100, reason: 'gift' });
    expect(await openGacha('caller', playerId)).toMatchObject({ rarity: 'LEGENDARY', item: 'Diamond Chip', player: { gachaOpens: 2, gachaPity: 0 } }); // prettier-ignore
    const games = (await eventsOf(playerId)).filter(({ type }) => type === 'casino.game-event');
    expect(games.map(({ data }) => data)).toMatchObject([
      { type: 'PLAYER_REGISTERED' },
      { type: 'GACHA_OPEN', cost: 100, rarity: 'COMMON', sinceHighest: 88 },
      { type: 'GACHA_OPEN', rarity: 'LEGENDARY', sinceHighest: 89 },
    ]);
  });
});

describe('earned tokens', () => {
  test('add an unknown player, once, whoever else does so at the same time', async () => {
    const playerId = randomUUID();
    const earned = await Promise.all(
      Array.from({ length: 20 }, () =>
        casino.earnTokens('caller', { playerId, amount: 3, reason: 'daily bonus' }),
      ),
    );
    expect(new Set(earned.map(({ ledgerEntryId }) => ledgerEntryId)).size).toBe(20);
    expect(await playerNow(playerId)).toMatchObject({ tokens: 60, version: 21 });
    const types = (await eventsOf(playerId)).map(({ type }) => type);
    expect(types.slice(0, 4)).toEqual(['casino.game-event', 'casino.player.changed', 'casino.cyber-token', 'casino.player.changed']); // prettier-ignore
    expect(types.filter((type) => type === 'casino.game-event')).toHaveLength(1);
    await expectBalanced(under.stored);
  });

  test('end at 10^12 of one player', async () => {
    const playerId = await withTokens(1_000_000_000);
    await under.stored.query(
      `with entry as (insert into ledger_entries select gen_random_uuid(), $1, 'TOKENS_EARNED', 'test', null, now() returning id),
       lines as (insert into ledger_lines select id, n, account, holder, amount from entry,
         (values (0, 'player', $1, 998500000000), (1, 'issuance', '0', -998500000000)) as l (n, account, holder, amount)
         returning account, holder, amount)
       update ledger_accounts a set balance = balance + l.amount from lines l where (a.account, a.holder) = (l.account, l.holder)`,
      [playerId],
    );
    await casino.earnTokens('caller', { playerId, amount: 500_000_000, reason: 'gift' });
    await refusedAs(casino.earnTokens('caller', { playerId, amount: 1, reason: 'gift' }), 'CONFLICT', 'LIMIT_REACHED'); // prettier-ignore
    expect((await winning().spinSlot('caller', { playerId, bet: 1_000_000 })).player.tokens).toBe(1_000_024_000_000); // prettier-ignore
    await expectBalanced(under.stored);
  });
});

describe('a daily limit', () => {
  test('is kept inside the transaction by spins and capsules together, and comes before the balance', async () => {
    const playerId = await withTokens(1_000);
    await casino.setDailySpendLimit(playerId, 150);
    await casino.openGacha('caller', playerId);
    await refusedAs(casino.openGacha('caller', playerId), 'CONFLICT', 'LIMIT_REACHED');
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => losing().spinSlot('caller', { playerId, bet: 20 })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(casino.protectionOf(await playerNow(playerId))).toMatchObject({ spentToday: 140, dailySpendLimit: 150 }); // prettier-ignore
    await refusedAs(losing().spinSlot('caller', { playerId, bet: 5_000 }), 'CONFLICT', 'LIMIT_REACHED');
    nextDay();
    expect(casino.protectionOf(await playerNow(playerId))).toMatchObject({ spentToday: 0 });
    await losing().spinSlot('caller', { playerId, bet: 150 });
    await refusedAs(losing().spinSlot('caller', { playerId, bet: 1 }), 'CONFLICT', 'LIMIT_REACHED');
  });

  test('is lowered at once; raised or taken away it stays until the next day, UTC', async () => {
    const playerId = await withTokens(1_000);
    expect(await casino.setDailySpendLimit(playerId, 100)).toMatchObject({ spendLimit: 100, version: 3 });
    await losing().spinSlot('caller', { playerId, bet: 60 });
    nowMs = Date.parse('2026-11-21T23:59:59.999Z');
    const raised = await casino.setDailySpendLimit(playerId, 500);
    expect(casino.protectionOf(raised)).toMatchObject({
      spentToday: 60,
      dailySpendLimit: 100,
      pendingDailySpendLimit: 500,
      dailySpendLimitChangesAt: '2026-11-22T00:00:00.000Z',
    });
    await refusedAs(losing().spinSlot('caller', { playerId, bet: 41 }), 'CONFLICT', 'LIMIT_REACHED');
    nowMs += 1;
    expect(casino.protectionOf(raised)).toMatchObject({ spentToday: 0, dailySpendLimit: 500, pendingDailySpendLimit: null, dailySpendLimitChangesAt: null }); // prettier-ignore
    await losing().spinSlot('caller', { playerId, bet: 400 });
    await casino.setDailySpendLimit(playerId, 300);
    await refusedAs(losing().spinSlot('caller', { playerId, bet: 1 }), 'CONFLICT', 'LIMIT_REACHED');
    const removed = await casino.setDailySpendLimit(playerId, null);
    expect(casino.protectionOf(removed)).toMatchObject({ dailySpendLimit: 300, pendingDailySpendLimit: null, dailySpendLimitChangesAt: '2026-11-23T00:00:00.000Z' }); // prettier-ignore
    expect(await playerNow(playerId)).toEqual(removed);
    const before = await written();
    expect(await casino.setDailySpendLimit(playerId, null)).toEqual(removed);
    expect(await written()).toEqual(before);
    nextDay();
    expect((await losing().spinSlot('caller', { playerId, bet: 500 })).player).toMatchObject({
      spendLimit: null,
      nextSpendLimit: null,
      spent: 500,
    });
  });

  test('of nothing lets nothing be spent', async () => {
    const playerId = await withTokens(10);
    await casino.setDailySpendLimit(playerId, 0);
    await refusedAs(losing().spinSlot('caller', { playerId, bet: 1 }), 'CONFLICT', 'LIMIT_REACHED');
  });
});

describe('a birth date', () => {
  const adult = '2008-11-21';
  const minor = '2008-11-22';

  test('is said once, by registration; the same or none again changes nothing, another one is refused', async () => {
    const id = randomUUID();
    const player = await casino.registerPlayer(id, adult);
    expect(player).toMatchObject({ id, tokens: 0, birthDate: adult, verifiedAt: null, version: 1 });
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['casino.game-event', 'casino.player.changed']); // prettier-ignore
    const before = await written();
    for (const again of [adult, null, undefined])
      expect(await casino.registerPlayer(id, again)).toEqual(player);
    expect(await written()).toEqual(before);
    await refusedAs(casino.registerPlayer(id, minor), 'CONFLICT', 'ALREADY_EXISTS');
    // What is verified is another thing than what was said.
    const verified = await casino.verifyAge(id, minor);
    expect(await casino.registerPlayer(id, adult)).toEqual(verified);
  });

  test('may be said later by a player that said none', async () => {
    const id = await withTokens(7);
    expect(await casino.registerPlayer(id)).toMatchObject({ birthDate: null, tokens: 7 });
    expect(await casino.registerPlayer(id, adult)).toMatchObject({ birthDate: adult, tokens: 7 });
    expect(await casino.registerPlayer(id, adult)).toMatchObject({ birthDate: adult, version: 3 });
    await refusedAs(casino.registerPlayer(id, minor), 'CONFLICT', 'ALREADY_EXISTS');
  });

  test('that is verified makes an adult from the birthday on, and is not replaced', async () => {
    const id = (await casino.registerPlayer(randomUUID(), '1990-01-01')).id;
    expect(casino.protectionOf(await playerNow(id)).ageVerified).toBe(false);
    const verified = await casino.verifyAge(id, minor);
    expect(verified).toMatchObject({ birthDate: minor, verifiedAt: '2026-11-21T10:00:00.000Z', version: 2 });
    expect(casino.protectionOf(verified).ageVerified).toBe(false);
    expect(await casino.verifyAge(id, minor)).toEqual(verified);
    await refusedAs(casino.verifyAge(id, adult), 'CONFLICT', 'ALREADY_EXISTS');
    nextDay();
    expect(casino.protectionOf(verified).ageVerified).toBe(true);
  });

  test('is in no event', async () => {
    const { id } = await casino.registerPlayer(randomUUID(), '1987-06-05');
    await casino.verifyAge(id, '1987-06-05');
    expect(JSON.stringify(await eventsOf(id))).not.toContain('1987');
  });
});

describe('recorded actions', () => {
  const act = (...inputs: CasinoActionInput[]) => casino.recordCasinoActions(inputs);
  const rejections = async (...inputs: CasinoActionInput[]) =>
    (await act(...inputs)).rejected.map(({ index, code, reason, field }) => [index, code, reason ?? field]);

  test('go to their topics, and never move tokens', async () => {
    const playerId = await withTokens(10);
    await casino.verifyAge(playerId, '1990-01-01');
    const before = await written();
    const outcome = await act(
      { playerId, type: 'LOGIN' },
      { playerId, type: 'LOGOUT', metadata: { __proto__: null, device: 'x' } },
      { playerId, type: 'BATTLE_PASS_PROGRESS', amount: 1_000_000 },
      { playerId, type: 'VIP_EVENT', amount: 1 },
      { playerId, type: 'ADULT_CONTENT_VIEW' },
    );
    expect(outcome).toMatchObject({ accepted: 5, rejected: [] });
    expect(sent.map(({ topic, key, headers }) => [topic, key, headers.ce_type])).toEqual(
      ['user-action', 'user-action', 'battle-pass', 'vip', 'adult-content'].map((name) => [
        `casino.${name}.v1`,
        playerId,
        `casino.${name}`,
      ]),
    );
    expect(await written()).toEqual(before);
  });

  test.each(['SLOT_SPIN', 'GACHA_OPEN', 'TOKENS_EARNED', 'TOKENS_SPENT'])(
    'of the type %s are refused beside others that are accepted',
    async (type) => {
      const playerId = await withTokens(10);
      expect(await rejections({ playerId, type, amount: 5 }, { playerId, type: 'LOGIN' })).toEqual([
        [0, 'BAD_USER_INPUT', 'type'],
      ]);
      expect(sent).toHaveLength(1);
    },
  );

  test('have points where the type has them, and nowhere else', async () => {
    const playerId = await withTokens(10);
    const amounts = [undefined, null, 0, -1, 1_000_001, 2 ** 31 - 1, -(2 ** 31)];
    for (const type of ['BATTLE_PASS_PROGRESS', 'VIP_EVENT'])
      expect(await rejections(...amounts.map((amount) => ({ playerId, type, amount: amount! })))).toEqual(
        amounts.map((_, n) => [n, 'BAD_USER_INPUT', 'amount']),
      );
    for (const type of ['LOGIN', 'LOGOUT', 'ADULT_CONTENT_VIEW'])
      expect(await rejections({ playerId, type, amount: 1 }, { playerId, type, amount: 0 })).toEqual([
        [0, 'BAD_USER_INPUT', 'amount'],
        [1, 'BAD_USER_INPUT', 'amount'],
      ]);
    expect(sent).toEqual([]);
  });

  test('of an unknown player are NOT_FOUND, of what is no id BAD_USER_INPUT', async () => {
    const inputs = [randomUUID(), '', 'a\0', 'x'.repeat(201), "'; drop table players; --", 'a\ud800'];
    expect(await rejections(...inputs.map((playerId) => ({ playerId, type: 'LOGIN' })))).toEqual([
      [0, 'NOT_FOUND', 'playerId'],
      [1, 'BAD_USER_INPUT', 'playerId'],
      [2, 'BAD_USER_INPUT', 'playerId'],
      [3, 'BAD_USER_INPUT', 'playerId'],
      [4, 'NOT_FOUND', 'playerId'],
      [5, 'BAD_USER_INPUT', 'playerId'],
    ]);
  });

  test('of adult content need a verified adult on the day of the action', async () => {
    const type = 'ADULT_CONTENT_VIEW';
    const unverified = [0, 'CONFLICT', 'AGE_UNVERIFIED'];
    const { id: playerId } = await casino.registerPlayer(randomUUID(), '2008-11-21');
    expect(await rejections({ playerId, type })).toEqual([unverified]);
    await casino.verifyAge(playerId, '2008-11-21');
    expect(await rejections({ playerId, type })).toEqual([]);
    expect(await rejections({ playerId, type, occurredAt: '2026-11-21T00:00:00Z' })).toEqual([]);
    expect(await rejections({ playerId, type, occurredAt: '2026-11-20T23:59:59.999Z' })).toEqual([
      unverified,
    ]);
    // Still the day before in UTC.
    expect(await rejections({ playerId, type, occurredAt: '2026-11-21T08:59:59+09:00' })).toEqual([
      unverified,
    ]);
    expect(await rejections({ playerId, type, occurredAt: '2026-11-21T10:05:00.001Z' })).toEqual([
      [0, 'BAD_USER_INPUT', 'occurredAt'],
    ]);
  });

  test('of adult content on 28 February are a day too early for who was born on the 29th', async () => {
    nowMs = Date.parse('2026-03-02T10:00:00Z');
    const { id: playerId } = await casino.registerPlayer(randomUUID());
    await casino.verifyAge(playerId, '2008-02-29');
    const view = (occurredAt: string) => ({ playerId, type: 'ADULT_CONTENT_VIEW', occurredAt });
    expect(await rejections(view('2026-02-28T23:59:59Z'), view('2026-03-01T00:00:00Z'))).toEqual([
      [0, 'CONFLICT', 'AGE_UNVERIFIED'],
    ]);
  });
});

describe('the ledger', () => {
  test('adds up after each of 300 acts of some players, and each wallet is what its movements tell', async () => {
    const choices = createChoices('casino ledger');
    const players = Array.from({ length: 5 }, () => randomUUID());
    const acts = [
      (playerId: string) => casino.spinSlot('caller', { playerId, bet: between(choices, 1, 400) }),
      (playerId: string) => casino.openGacha('caller', playerId),
      (playerId: string) =>
        casino.earnTokens('caller', { playerId, amount: between(choices, 1, 500), reason: 'gift' }),
      (playerId: string) => casino.setDailySpendLimit(playerId, oneOf(choices, [null, 500, 5_000])),
    ];
    for (let n = 0; n < 60; n += 1) {
      if (between(choices, 0, 9) === 0) nextDay();
      await Promise.allSettled(players.map((id) => oneOf(choices, acts)(id)));
      await expectBalanced(under.stored);
    }
    for (const id of players) {
      let balance = 0;
      const movements = (await eventsOf(id))
        .filter(({ type }) => type === 'casino.cyber-token')
        .map(({ data }): TokenMovement => data);
      for (const movement of movements) {
        balance += movement.type === 'TOKENS_SPENT' ? -movement.amount : movement.amount;
        expect(movement.balance).toBe(balance);
      }
      expect((await findPlayers(under.database, [id]))[0]?.tokens ?? 0).toBe(balance);
    }
  });

  const post = (playerId: string, ...lines: [account: string, holder: string, amount: number][]) =>
    under.stored.query(
      `with entry as (insert into ledger_entries values (gen_random_uuid(), $1, 'TEST', 'test', null, now()) returning id)
       insert into ledger_lines
       select id, n, account, holder, amount from entry, unnest($2::text[], $3::text[], $4::bigint[]) with ordinality as l (account, holder, amount, n)`,
      [playerId, ...[0, 1, 2].map((at) => lines.map((line) => line[at as 0]))],
    );

  test('takes no entry of one line, none that does not add up, and none of an account that is not there', async () => {
    const id = await withTokens(10);
    const before = await written();
    await expect(post(id, ['player', id, 5])).rejects.toThrow(/add up to zero/);
    await expect(post(id, ['player', id, 5], ['slots', '1', -4])).rejects.toThrow(/add up to zero/);
    await expect(post(id, ['player', id, 0], ['slots', '1', 0])).rejects.toThrow(/check/);
    await expect(post(id, ['player', id, 5], ['slots', '64', -5])).rejects.toThrow(/foreign key/);
    expect(await written()).toEqual(before);
  });

  test('is only ever added to, and no wallet goes below zero, not even past the commands', async () => {
    await withTokens(10);
    for (const table of ['ledger_lines', 'ledger_entries'])
      for (const sql of [`delete from ${table}`, `truncate ${table} cascade`])
        await expect(under.stored.query(sql)).rejects.toThrow(/only ever added to/);
    await expect(under.stored.query('update ledger_lines set amount = amount * 2')).rejects.toThrow(
      /only ever/,
    );
    await expect(
      under.stored.query(`update ledger_accounts set balance = -1 where account = 'player'`),
    ).rejects.toThrow(/check/);
  });
});
