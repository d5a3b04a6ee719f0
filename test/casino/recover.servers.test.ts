import { beforeAll, expect, test } from '@jest/globals';
import { createCasinoCommands } from '../../src/commands/casino.js';
import { recoveries, versionRecoveries } from '../../src/commands/recoveries.js';
import { createRandom } from '../../src/games/random.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import type { Queryable, Transaction } from '../../src/postgres/database.js';
import { findPlayers } from '../../src/postgres/players.js';
import { openCommands, type CommandsUnderTest } from '../support/commands.js';
import { expectBalanced } from './books.js';

/** What the log holds behind the copy, by topic, in the order in which it was written. */
const tailOf = async (db: Queryable, known: number): Promise<Map<string, LogRecord[]>> => {
  const rows = await db.query<Pick<LogRecord, 'topic' | 'key' | 'value' | 'headers'>>(
    'select topic, key, value, headers from outbox where id > $1 order by id',
    [known],
  );
  const byTopic = new Map<string, LogRecord[]>();
  for (const row of rows)
    byTopic.set(row.topic, [
      ...(byTopic.get(row.topic) ?? []),
      { ...row, partition: 0, offset: 0, timestampMs: 0 },
    ]);
  return byTopic;
};

const casinoOf = ({ options }: CommandsUnderTest) =>
  createCasinoCommands({
    ...options,
    random: createRandom('recover'),
    adultAge: 18,
    recordFacts: () => Promise.reject(new Error('no facts here')),
  });

/** `later` is the installation, `copy` what it was before; `old` is in both, with a birth date that only the database has; `young` came after. */
let copy: CommandsUnderTest;
let later: CommandsUnderTest;
let tail: Map<string, LogRecord[]>;
beforeAll(async () => {
  const original = await openCommands();
  const casino = casinoOf(original);
  await casino.registerPlayer('old', '1990-01-01');
  await casino.verifyAge('old', '1990-01-01');
  await casino.earnTokens('caller', { playerId: 'old', amount: 1_000, reason: 'gift' });
  const [last] = await original.stored.query<{ id: string }>('select max(id) as id from outbox');
  await original.database.stop();
  await original.stored.disconnect();
  copy = await openCommands(original.stored.name);
  later = await openCommands(original.stored.name);
  const play = casinoOf(later);
  await play.earnTokens('caller', { playerId: 'young', amount: 500, reason: 'gift' });
  await play.setDailySpendLimit('young', 5_000);
  await play.setDailySpendLimit('young', null);
  for (let n = 0; n < 8; n += 1) {
    await play.spinSlot('caller', { playerId: 'old', bet: 10 });
    await play.spinSlot('caller', { playerId: 'young', bet: 10 });
  }
  await play.openGacha('caller', 'old');
  tail = await tailOf(later.database, Number(last!.id));
}, 60_000);

const playersIn = async (db: Queryable) =>
  (await findPlayers(db, ['old', 'young'])).toSorted((a, b) => (a.id < b.id ? -1 : 1));
const changes = () => tail.get('casino.player.v1')!;
const tokens = () => tail.get('casino.cyber-token.v1')!;
const recover = async (tx: Transaction, records: readonly LogRecord[]): Promise<void> => {
  await recoveries.get(records[0]!.topic)?.(tx, records);
  await expectBalanced(tx);
};

class Undone extends Error {}
/** Runs `work` on the copy, which is then as it was. */
const onCopy = async (work: (tx: Transaction) => Promise<void>): Promise<void> => {
  const undone = copy.database.transaction(async (tx) => {
    await work(tx);
    throw new Undone();
  });
  await expect(undone).rejects.toThrow(Undone);
};

test.each([
  ['players', () => [changes(), tokens(), tokens()]],
  ['entries', () => [tokens(), changes(), changes()]],
])('players and the ledger of an earlier copy come back from the log, %s first, and once', (_, order) =>
  onCopy(async (tx) => {
    for (const records of order()) await recover(tx, records);
    const entries =
      'select id, player_id, type, reason, caused_by, occurred_at from ledger_entries order by id';
    expect(await tx.query(entries)).toEqual(await later.database.query(entries));
    const [restored, now] = [await playersIn(tx), await playersIn(later.database)];
    expect(restored).toEqual(now.map((player) => ({ ...player, version: expect.any(Number) })));
    // Clients drop what is not newer than what they have seen.
    for (const [n, { version }] of restored.entries()) expect(version).toBeGreaterThan(now[n]!.version);
  }),
);

test('where the log has lost the first entries, one against issuance takes the wallet to what the last tells', () =>
  onCopy(async (tx) => {
    await recover(tx, tokens().slice(-5));
    const balances = async (db: Queryable) =>
      (await playersIn(db)).map((player) => [player.id, player.tokens]);
    expect(await balances(tx)).toEqual(await balances(later.database));
  }));

test('when the log is given up, versions go on behind those that clients have seen, and the books stay', () =>
  onCopy(async (tx) => {
    const [before] = await playersIn(tx);
    await versionRecoveries.get('casino.player.v1')?.(tx, changes());
    const [old] = await playersIn(tx);
    expect(old).toEqual({ ...before, version: expect.any(Number) });
    expect(old!.version).toBeGreaterThan((await playersIn(later.database))[0]!.version);
    await expectBalanced(tx);
  }));

test('players who came back play on', async () => {
  await copy.database.transaction(async (tx) => {
    await recover(tx, changes());
    await recover(tx, tokens());
  });
  const [, young] = await playersIn(later.database);
  const earning = { playerId: 'young', amount: 1, reason: 'gift' };
  const { player } = await casinoOf(copy).earnTokens('caller', earning);
  expect(player.tokens).toBe(young!.tokens + 1);
  expect((await casinoOf(copy).openGacha('caller', 'young')).player.tokens).toBe(young!.tokens - 99);
  await expectBalanced(copy.stored);
});
