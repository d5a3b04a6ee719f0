import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type {
  CasinoAction,
  CasinoActionEvent,
  CasinoFactType,
  CasinoStats,
  Feedback,
  Player,
} from '../../src/events/casino.js';
import { factTopicOf } from '../../src/events/casino.js';
import { UnparseableEvent } from '../../src/events/envelope.js';
import { createLogger } from '../../src/logger.js';
import { readCasinoStats } from '../../src/postgres/casino-stats.js';
import { createDatabase, type Database, type Transaction } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import type { OutgoingEvent } from '../../src/postgres/outbox.js';
import { findPlayers, insertPlayers, lockPlayers, updatePlayers } from '../../src/postgres/players.js';
import { casinoAnalytics, type PlayedEvent } from '../../src/streams/casino-analytics.js';
import { createCasinoPlayers } from '../../src/streams/casino-players.js';
import { casinoStats } from '../../src/streams/casino-stats.js';
import { between, createRandom, oneOf, type Random } from '../crash/random.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';

let database: Database;
let nowMs = Date.parse('2026-01-31T09:00:00.000Z');
const startMs = nowMs;
const casinoPlayers = createCasinoPlayers({ sessionReminderMinutes: 1, now: () => nowMs });

beforeAll(async () => {
  const { url } = await createTestDatabase();
  database = createDatabase({
    url,
    logger: createLogger('silent'),
    poolSize: 8,
    statementTimeoutMs: 15_000,
  });
  closeAtEnd(database.stop);
  await migrate(database);
});

const ids = Array.from({ length: 8 }, (_, n) => `player-${n}`);
const time = new Date(startMs).toISOString();

beforeEach(async () => {
  nowMs = startMs;
  await database.query('truncate facts_seen, casino_sessions, casino_habits');
  await database.query('delete from ledger_accounts where holder like $1', ['player-%']);
  await database.query('delete from players');
  await database.query(
    `update casino_stats set players = 0, actions = 0, tokens_in_circulation = 0, by_type = '[]', version = 0`,
  );
  await database.transaction((tx) => insertPlayers(tx, ids.map(newPlayer)));
});

const newPlayer = (id: string): Player => ({
  ...{ id, tokens: 0, spins: 0, gachaOpens: 0, gachaPity: 0 },
  ...{ battlePassXp: 0, battlePassLevel: 1, vipPoints: 0, vipTier: 0 },
  ...{ spentOn: '2026-01-31', spent: 0, spendLimit: null, nextSpendLimit: null },
  ...{ birthDate: null, verifiedAt: null, version: 1, createdAt: time, updatedAt: time },
});

const fact = (
  playerId: string,
  type: CasinoAction['type'],
  amount: number | null = null,
  occurredAt = time,
): CasinoActionEvent => {
  const id = randomUUID();
  return {
    id,
    type: factTopicOf[type].types[0] as CasinoFactType,
    time: occurredAt,
    data: { id, playerId, type, amount, metadata: null, occurredAt },
  };
};

const spin = (playerId: string, bet: number, payout: number): PlayedEvent => ({
  id: randomUUID(),
  type: 'casino.game-event',
  time,
  data: {
    ...{ type: 'SLOT_SPIN', playerId, bet, payout, reels: ['BELL', 'STAR', 'SEVEN'], occurredAt: time },
  },
});

/** Runs `work` on all the items by two workers at once. @returns their events, and how often Postgres had to undo one of two that waited for each other */
const byTwo = async <T>(
  items: readonly T[],
  work: (tx: Transaction, item: T) => Promise<OutgoingEvent[]>,
): Promise<{ events: OutgoingEvent[]; undone: number }> => {
  const events: OutgoingEvent[] = [];
  let undone = 0;
  const worker = async (own: readonly T[]): Promise<void> => {
    for (const item of own) {
      let tries = 0;
      const appended = await database.transaction((tx) => {
        undone += Number((tries += 1) > 1);
        return work(tx, item);
      });
      events.push(...appended);
    }
  };
  const half = Math.ceil(items.length / 2);
  await Promise.all([worker(items.slice(0, half)), worker(items.slice(half))]);
  return { events, undone };
};

const shuffled = <T>(random: Random, items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);

const dataOf = <Data>(events: readonly OutgoingEvent[], type: string): Data[] =>
  events.filter(({ event }) => event.type === type).map(({ event }) => event.data as Data);

const someFacts = (random: Random, count: number): CasinoActionEvent[] =>
  Array.from({ length: count }, () => {
    const type = oneOf(random, ['BATTLE_PASS_PROGRESS', 'VIP_EVENT', 'LOGIN', 'LOGOUT'] as const);
    const amount = type === 'LOGIN' || type === 'LOGOUT' ? null : between(random, 1, 2_000);
    return fact(oneOf(random, ids), type, amount);
  });

const cut = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));

test('two workers that are given the same facts count each once, beside mutations of the same players, and none waits for another without end', async () => {
  const random = createRandom('casino-players');
  const facts = someFacts(random, 300);
  const batches = cut([...shuffled(random, facts), ...shuffled(random, facts)], 20);
  let spent = 0;
  const mutations = (async () => {
    for (; spent < 100; spent += 1)
      await database.transaction(async (tx) => {
        const [player] = await lockPlayers(tx, [oneOf(random, ids)]);
        if (player) await updatePlayers(tx, [{ ...player, spent: player.spent + 1 }]);
      });
  })();
  const { events, undone } = await byTwo(batches, (tx, batch) =>
    casinoPlayers.write(tx, casinoPlayers.fold(batch), []),
  );
  await mutations;
  expect(undone).toBe(0);

  const players = await findPlayers(database, ids);
  const changes = dataOf<Player>(events, 'casino.player.changed');
  const feedback = dataOf<Feedback>(events, 'casino.feedback');
  for (const player of players) {
    const sum = (type: string) =>
      facts
        .filter(({ data }) => data.playerId === player.id && data.type === type)
        .reduce((total, { data }) => total + (data.amount ?? 0), 0);
    expect(player).toMatchObject({
      battlePassXp: sum('BATTLE_PASS_PROGRESS'),
      battlePassLevel: 1 + Math.floor(sum('BATTLE_PASS_PROGRESS') / 1_000),
      vipPoints: sum('VIP_EVENT'),
    });
    const versions = changes.flatMap(({ id, version }) => (id === player.id ? [version] : []));
    expect(versions.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: player.version - 1 }, (_, n) => n + 2),
    );
    const rises = feedback.filter(({ playerId, kind }) => playerId === player.id && kind === 'LEVEL_UP');
    expect(rises.at(-1)?.message ?? 'level 1').toContain(`level ${player.battlePassLevel}`);
  }
  expect(players.reduce((sum, player) => sum + player.spent, 0)).toBe(spent);
}, 60_000);

test('two workers leave statistics that are the sum of what both were given, each fact once and a record for each version', async () => {
  const random = createRandom('casino-stats');
  const facts = someFacts(random, 200);
  const spins = Array.from({ length: 100 }, () => spin(oneOf(random, ids), 10, 0));
  const batches = cut(shuffled(random, [...facts, ...facts, ...spins]), 20);
  const { events, undone } = await byTwo(batches, (tx, batch) =>
    casinoStats.write(tx, casinoStats.fold(batch), []),
  );
  expect(undone).toBe(0);
  const stats = await readCasinoStats(database);
  expect(stats).toMatchObject({ players: 0, actions: 300, tokensInCirculation: 0 });
  expect(Object.fromEntries(stats.byType.map(({ name, count }) => [name, count]))).toMatchObject({
    SLOT_SPIN: 100,
    LOGIN: facts.filter(({ data }) => data.type === 'LOGIN').length,
  });
  const changes = dataOf<CasinoStats>(events, 'casino.stats.changed').toSorted(
    (a, b) => a.version - b.version,
  );
  expect(changes.map(({ version }) => version)).toEqual(
    Array.from({ length: stats.version }, (_, n) => n + 1),
  );
  expect(changes.at(-1)).toEqual(stats);
}, 60_000);

test('two workers that analyse the games of the same players add up to all of them', async () => {
  const random = createRandom('casino-analytics');
  const spins = Array.from({ length: 200 }, () =>
    spin(oneOf(random, ids), between(random, 1, 9), between(random, 0, 1)),
  );
  const { events, undone } = await byTwo(cut(spins, 20), (tx, batch) =>
    casinoAnalytics.write(tx, casinoAnalytics.fold(batch), []),
  );
  expect(undone).toBe(0);
  expect(
    new Set(dataOf<{ causedBy: string }>(events, 'casino.analytics').map((one) => one.causedBy)),
  ).toEqual(new Set(spins.map(({ id }) => id)));
  const [sums] = await database.query(
    'select sum(spins)::int as spins, sum(wagered)::int as wagered, sum(paid)::int as paid from casino_habits',
  );
  const sum = (field: 'bet' | 'payout') =>
    spins.reduce((total, { data }) => total + (data.type === 'SLOT_SPIN' ? data[field] : 0), 0);
  expect(sums).toEqual({ spins: 200, wagered: sum('bet'), paid: sum('payout') });
}, 60_000);

test('a fact of a stranger is refused whole, as what cannot be parsed, by each stream that reads it', async () => {
  const facts = [fact('player-1', 'VIP_EVENT', 10), fact('nobody', 'LOGIN')];
  for (const work of [
    (tx: Transaction) => casinoPlayers.write(tx, casinoPlayers.fold(facts), []),
    (tx: Transaction) => casinoStats.write(tx, casinoStats.fold(facts), []),
  ])
    await expect(database.transaction(work)).rejects.toThrow(UnparseableEvent);
  const [player] = await findPlayers(database, ['player-1']);
  expect(player?.vipPoints).toBe(0);
});

const settle = (): Promise<Feedback[]> =>
  database.transaction(async (tx) =>
    dataOf<Feedback>((await casinoPlayers.settle?.(tx)) ?? [], 'casino.feedback'),
  );

const at = (minutes: number): string => new Date(startMs + minutes * 60_000).toISOString();

test('each reminder of each open session is given once, by whichever of three processes looks first, and none after the LOGOUT', async () => {
  const logins = ids.map((id) => fact(id, 'LOGIN'));
  await database.transaction((tx) => casinoPlayers.write(tx, casinoPlayers.fold(logins), []));
  expect(await settle()).toEqual([]);

  // Nobody looked for three minutes: each look brings the next of each session.
  nowMs += 3 * 60_000;
  const given: Feedback[] = [];
  for (let round = 0; round < 4; round += 1)
    given.push(...(await Promise.all([settle(), settle(), settle()])).flat());
  for (const { id, data } of logins)
    expect(
      given
        .filter(({ playerId }) => playerId === data.playerId)
        .toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt)),
    ).toEqual(
      [1, 2, 3].map((minutes) => ({
        playerId: data.playerId,
        kind: 'SESSION_REMINDER',
        intensity: 1 + 2 * minutes,
        message: `You have been playing for ${minutes} minutes.`,
        causedBy: id,
        occurredAt: at(minutes),
      })),
    );

  const logouts = ids.slice(1).map((id) => fact(id, 'LOGOUT', null, at(3)));
  await database.transaction((tx) => casinoPlayers.write(tx, casinoPlayers.fold(logouts), []));
  nowMs += 60_000;
  expect((await settle()).map(({ playerId }) => playerId)).toEqual(['player-0']);
});

test('a transaction that gives reminders and fails has given none', async () => {
  const login = fact('player-1', 'LOGIN');
  await database.transaction((tx) => casinoPlayers.write(tx, casinoPlayers.fold([login]), []));
  nowMs += 60_000;
  const failing = database.transaction(async (tx) => {
    await casinoPlayers.settle?.(tx);
    throw new Error('the process dies');
  });
  await expect(failing).rejects.toThrow('the process dies');
  expect(await settle()).toMatchObject([{ causedBy: login.id }]);
  expect(await settle()).toEqual([]);
});
