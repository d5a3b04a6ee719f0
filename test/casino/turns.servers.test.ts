import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createCasinoCommands, type CasinoCommands, type CasinoOptions } from '../../src/commands/casino.js';
import { createRandom } from '../../src/games/random.js';
import { CommitUnknown, type Database } from '../../src/postgres/database.js';
import { findPlayers, lockPlayers } from '../../src/postgres/players.js';
import { eventually } from '../support/await.js';
import { openCommands, type CommandsUnderTest } from '../support/commands.js';
import { countWritten, expectBalanced } from './books.js';

/** Turns of many players at once, which share transactions. */

let under: CommandsUnderTest;
/** Transactions, and how often their work ran. */
let begun: number;
let runs: number;
let counted: Database;
let casino: CasinoCommands;
/** As of another gateway. */
let rival: CasinoCommands;
const ids = Array.from({ length: 64 }, () => randomUUID());

const openCasino = (options: Partial<CasinoOptions> = {}) =>
  createCasinoCommands({
    ...under.options,
    database: counted,
    random: createRandom('turns'),
    adultAge: 18,
    recordFacts: () => Promise.reject(new Error('no facts here')),
    ...options,
  });

beforeAll(async () => {
  under = await openCommands();
  counted = {
    ...under.database,
    transaction: (work) => {
      begun += 1;
      return under.database.transaction((tx) => {
        runs += 1;
        return work(tx);
      });
    },
  };
  casino = openCasino();
  rival = openCasino();
});
beforeEach(() => {
  begun = 0;
  runs = 0;
});

const earn = (playerId: string, amount: number, key?: string, by = casino) =>
  by.earnTokens('caller', { playerId, amount, reason: 'gift' }, key);
const spin = (playerId: string, bet: number, key?: string, by = casino) =>
  by.spinSlot('caller', { playerId, bet }, key);
const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const typesOf = async (playerId: string): Promise<string[]> =>
  (
    await under.stored.query<{ type: string }>(
      `select headers ->> 'ce_type' as type from outbox where convert_from(key, 'UTF8') = $1 order by id`,
      [playerId],
    )
  ).map(({ type }) => type);
const positions = (outcomes: readonly { position: string }[]) =>
  new Set(outcomes.map(({ position }) => position)).size;

test('64 players that come at once are added, and play, in few transactions; each has its own events and position', async () => {
  const earned = await Promise.all(ids.map((id) => earn(id, 100_000)));
  expect(begun).toBeLessThan(8);
  expect(positions(earned)).toBe(64);
  expect(earned.map(({ player }) => player)).toMatchObject(ids.map((id) => ({ id, tokens: 100_000, version: 2 }))); // prettier-ignore
  begun = 0;
  const spins = await Promise.all(ids.map((id) => spin(id, 10)));
  expect(begun).toBeLessThan(8);
  expect(positions(spins)).toBe(64);
  const stored = new Map((await findPlayers(under.database, ids)).map((player) => [player.id, player]));
  for (const [n, id] of ids.entries()) {
    const { player, payout } = spins[n]!;
    expect(player).toMatchObject({ id, tokens: 99_990 + payout, spins: 1, version: 3 });
    expect(stored.get(id)).toEqual(player);
    expect(await typesOf(id)).toEqual([
      ...['casino.game-event', 'casino.player.changed', 'casino.cyber-token', 'casino.player.changed'],
      ...['casino.game-event', 'casino.cyber-token', ...(payout > 0 ? ['casino.cyber-token'] : [])],
      'casino.player.changed',
    ]);
  }
  await expectBalanced(under.stored);
});

test('a turn that is refused fails alone, writes nothing and does not use its key up', async () => {
  const [poor, stranger, key] = [randomUUID(), randomUUID(), randomUUID()];
  await earn(poor, 5);
  begun = 0;
  const good = ids.map((id, n) => spin(id, 10, n % 2 ? randomUUID() : undefined));
  const bad = [spin(poor, 6, key), spin(stranger, 1), casino.openGacha('caller', stranger, key)];
  const [insufficient, ...unknown] = await Promise.all(bad.map(errorOf));
  expect(insufficient).toMatchObject({ code: 'CONFLICT', details: { reason: 'INSUFFICIENT' } });
  for (const error of unknown) expect(error).toMatchObject({ code: 'NOT_FOUND' });
  await Promise.all(good);
  expect(begun).toBeLessThan(8);
  const [player, ...others] = await findPlayers(under.database, [poor, stranger]);
  expect([player, others]).toMatchObject([{ id: poor, tokens: 5, spins: 0, version: 2 }, []]);
  expect(await spin(poor, 5, key)).toMatchObject({ replayed: false, player: { version: 3 } });
  await expectBalanced(under.stored);
});

test('two turns of one player are taken one after the other', async () => {
  const id = randomUUID();
  await earn(id, 25);
  const turns = [spin(id, 10), ...ids.map((other) => spin(other, 10)), spin(id, 10), spin(id, 10_000)];
  const outcomes = await Promise.allSettled(turns);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(await findPlayers(under.database, [id])).toMatchObject([{ spins: 2, spent: 20, version: 4 }]);
});

test('a key that comes twice at once, here and at another gateway, counts once, and one with other arguments is refused', async () => {
  const keys = ids.map(() => randomUUID());
  const before = new Map((await findPlayers(under.database, ids)).map(({ id, spins }) => [id, spins]));
  const calls = ids.flatMap((id, n) => [casino, rival, casino, rival].map((by) => spin(id, 10, keys[n], by)));
  const outcomes = await Promise.all(calls);
  expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(64);
  for (const [n, { replayed: _, ...outcome }] of outcomes.entries())
    expect(outcome).toEqual({ ...outcomes[n - (n % 4)], replayed: undefined, position: outcome.position });
  for (const { id, spins } of await findPlayers(under.database, ids)) expect(spins).toBe(before.get(id)! + 1);

  const written = await countWritten(under.stored);
  const stranger = randomUUID();
  const reused = await Promise.all(keys.map((key) => errorOf(earn(stranger, 1, key))));
  for (const error of reused) expect(error).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(await countWritten(under.stored)).toEqual(written);

  const key = randomUUID();
  const errors = await Promise.all(ids.map((id) => errorOf(spin(id, 1, key))));
  expect(errors.filter((error) => error === undefined)).toHaveLength(1);
});

test('a turn that the database refuses fails alone', async () => {
  const full = randomUUID();
  await earn(full, 1_000);
  // The most that a wallet holds: what this player wins does not fit.
  await under.stored.query(
    `with entry as (insert into ledger_entries select gen_random_uuid(), $1, 'TEST', 'test', null, now() returning id),
     lines as (insert into ledger_lines select id, n, account, holder, amount from entry,
       (values (0, 'player', $1, 9007199254739991), (1, 'issuance', '0', -9007199254739991)) as l (n, account, holder, amount)
       returning account, holder, amount)
     update ledger_accounts a set balance = balance + l.amount from lines l where (a.account, a.holder) = (l.account, l.holder)`,
    [full],
  );
  const winning = openCasino({ random: { below: () => 0 } });
  const turns = [full, ...ids].map((id) => spin(id, 1, undefined, winning));
  const [refused, ...others] = await Promise.allSettled(turns);
  expect(refused).toMatchObject({ status: 'rejected', reason: { constraint: 'ledger_accounts_check' } });
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set(['fulfilled']));
  await expectBalanced(under.stored);
});

test('players that share a transaction of unknown outcome are each told their own id', async () => {
  let lost = 0;
  const transaction = () => {
    lost += 1;
    return Promise.reject(new CommitUnknown(new Error('the connection was lost')));
  };
  const inDoubt = openCasino({ database: { ...under.database, transaction } });
  const told = await Promise.all(ids.map((id) => errorOf(spin(id, 1, undefined, inDoubt))));
  expect(told).toMatchObject(ids.map((id) => ({ code: 'OUTCOME_UNKNOWN', details: { ids: [id] } })));
  expect(lost).toBeLessThan(8);
});

describe('two gateways never wait for each other in a circle', () => {
  const shuffled = (all: readonly string[]) =>
    all.map((id) => ({ id, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ id }) => id); // prettier-ignore
  const deadlocks = async () => {
    await under.stored.query('select pg_stat_force_next_flush()');
    return under.stored.query('select deadlocks from pg_stat_database where datname = current_database()');
  };
  const expectNoDeadlock = async (work: () => Promise<unknown>): Promise<void> => {
    const before = await deadlocks();
    await work();
    expect(runs).toBe(begun);
    expect(await deadlocks()).toEqual(before);
    await expectBalanced(under.stored);
  };

  test(
    'with groups of the same players, some of them new, beside the fold of facts',
    () =>
      expectNoDeadlock(async () => {
        for (let round = 0; round < 12; round += 1) {
          const newcomers = Array.from({ length: 16 }, () => randomUUID());
          const turns = [casino, rival].flatMap((by) => [
            ...shuffled(ids).map((id, n) => spin(id, 1, n % 8 ? undefined : `${round} ${id}`, by)),
            ...shuffled([...ids, ...newcomers]).map((id) => earn(id, 1_000, undefined, by)),
          ]);
          const fold = under.database.transaction((tx) => lockPlayers(tx, shuffled(ids)));
          await Promise.all([...turns, fold]);
        }
      }),
    60_000,
  );

  test(
    'with groups of other players, which meet at the stripes of the house',
    () =>
      expectNoDeadlock(async () => {
        const others = ids.map(() => randomUUID());
        await Promise.all(others.map((id) => earn(id, 1_000)));
        for (let round = 0; round < 5; round += 1) {
          let turns: Promise<unknown>[] = [];
          await under.database.transaction(async (tx) => {
            // Both groups have locked some stripes when they come to these.
            await tx.query(
              `select from ledger_accounts where account = 'slots' and holder between '3' and '39' for update`,
            );
            turns = [...ids.map((id) => spin(id, 1)), ...others.map((id) => spin(id, 1, undefined, rival))];
            await eventually(async () => (await countWaiting()) >= 2);
          });
          await Promise.all(turns);
        }
      }),
    60_000,
  );

  const countWaiting = async (): Promise<number> => {
    const rows = await under.stored.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rows.length;
  };
});
