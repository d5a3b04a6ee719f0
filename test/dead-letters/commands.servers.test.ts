import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createRedrive, type RedriveOptions } from '../../src/assignment/redrive.js';
import { createDeadLetterCommands, type DeadLetterCommands } from '../../src/commands/dead-letters.js';
import { createLogger } from '../../src/logger.js';
import { claimLetters, settleLetter } from '../../src/postgres/dead-letters.js';
import { requestRedrives } from '../../src/postgres/dead-letter-operations.js';
import type { Database } from '../../src/postgres/database.js';
import { createPresence } from '../../src/postgres/presence.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { openCommands } from '../support/commands.js';
import type { TestDatabase } from '../support/database.js';
import { countRows, insertBehind, insertLetters } from './support.js';

/** The commands, with workers of our own: what they run is nobody's business here. */
let stored: TestDatabase;
let database: Database;
let commands: DeadLetterCommands;

beforeEach(async () => {
  const opened = await openCommands();
  ({ stored, database } = opened);
  commands = createDeadLetterCommands(opened.options);
});

const startWorker = async (options: Partial<RedriveOptions> = {}): Promise<void> => {
  const logger = createLogger('silent');
  const presence = createPresence({ database, logger, onOutbox: () => undefined });
  await presence.start();
  const worker = createRedrive({
    worker: 'tested',
    database,
    owner: presence.owner,
    logger,
    onCommitted: () => undefined,
    apply: async () => [],
    ...options,
  });
  worker.start();
  closeAtEnd(async () => {
    await worker.stop();
    await presence.stop();
  });
};

const stateOf = async (id: string) => {
  const [row] = await stored.query<{ state: string; attempts: number; history: { by: string }[] }>(
    'select state, attempts, history from dead_letters where id = $1',
    [id],
  );
  return row;
};
const states = async (): Promise<Record<string, number>> => {
  const rows = await stored.query<{ state: string; n: number }>(
    'select state, count(*)::int as n from dead_letters group by 1 order by 1',
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
};
const many = (count: number, letter: object = {}) =>
  insertLetters(
    stored,
    Array.from({ length: count }, (_, n) => ({
      failedAt: new Date(Date.UTC(2026, 0, 1) + n).toISOString(),
      ...letter,
    })),
  );
const changes = async (): Promise<string[]> =>
  (
    await stored.query<{ id: string }>(
      `select convert_from(key, 'UTF8') as id from outbox where topic = 'dead-letter.v1' order by outbox.id`,
    )
  ).map(({ id }) => id);
const audit = () => stored.query<{ action: string; details: object }>('select action, details from audit');

describe('redrive', () => {
  test('answers when all are settled: those that failed again are matched and not redriven', async () => {
    const [good, bad] = await many(2);
    await startWorker({
      deliver: async (letters) =>
        letters.map(({ id }) => (id === bad ? new Error('still broken') : undefined)),
    });
    expect(await commands.redrive('me', { ids: [good!, bad!] })).toEqual({
      matched: 2,
      redriven: 1,
      dryRun: false,
    });
    expect(await stateOf(good!)).toMatchObject({ state: 'REDRIVEN', history: [{ by: 'me', error: null }] });
    expect(await stateOf(bad!)).toMatchObject({
      state: 'PENDING',
      history: [{ by: 'me', error: 'Error: still broken' }],
    });
    expect(await commands.redrive('me', { ids: [good!, bad!] })).toMatchObject({ matched: 1, redriven: 0 });
    expect(await stored.query('select from dead_letters where redrive_at is not null')).toEqual([]);
  });

  test('takes those that both the ids and the filter name, and only pending ones', async () => {
    await startWorker();
    const [mine] = await many(1, { topic: 'user.events.v1' });
    const [other] = await many(1);
    const [settled] = await many(1, { topic: 'user.events.v1', state: 'REDRIVEN' });
    const [discarded] = await many(1, { topic: 'user.events.v1', state: 'DISCARDED' });
    const ids = [mine!, mine!, other!, settled!, discarded!, randomUUID()];
    const filter = { topic: 'user.events.v1' };
    expect(await commands.redrive('me', { ids, filter })).toMatchObject({ matched: 1, redriven: 1 });
    expect(await states()).toEqual({ DISCARDED: 1, PENDING: 1, REDRIVEN: 2 });
    expect(await stateOf(other!)).toMatchObject({ state: 'PENDING', history: [] });
    for (const state of ['REDRIVEN', 'DISCARDED'] as const)
      expect(await commands.redrive('me', { filter: { state } })).toMatchObject({ matched: 0, redriven: 0 });
    expect(await commands.redrive('me', { ids: [] })).toMatchObject({ matched: 0 });
  });

  test('of everything takes more than a transaction does, tells of each change, and asks for each once', async () => {
    await startWorker();
    const ids = await many(1_100);
    const [one, other] = await Promise.all([
      commands.redrive('me', { filter: {} }),
      commands.redrive('you', { filter: {} }),
    ]);
    expect([one.matched, other.matched]).toEqual([1_100, 1_100]);
    await eventually(async () => (await states()).REDRIVEN === 1_100, { timeoutMs: 40_000 });
    // By the test, and redriven.
    expect(await stored.query('select distinct attempts from dead_letters')).toEqual([{ attempts: 2 }]);
    // Asked for, and redriven.
    expect((await changes()).toSorted()).toEqual([...ids, ...ids].toSorted());
  }, 60_000);

  test('at a pace makes them due one after the other, the oldest first, also across transactions', async () => {
    const ids = await many(25);
    const asked = [...ids].reverse();
    await database.transaction((tx) => requestRedrives(tx, asked.slice(5), 'me', { perSecond: 10, from: 0 }));
    const dueOf = () =>
      stored.query<{ id: string; seconds: number }>(
        `select id, extract(epoch from redrive_at - (select min(redrive_at) from dead_letters))::float8 as seconds
         from dead_letters where redrive_at is not null order by redrive_at, id`,
      );
    const due = await dueOf();
    expect(due.map(({ id }) => id)).toEqual(ids.slice(0, 20));
    expect(due.map(({ seconds }) => seconds)).toEqual(ids.slice(0, 20).map((_, n) => n / 10));
    await database.transaction((tx) => requestRedrives(tx, ids, 'you', { perSecond: 10, from: 20 }));
    const all = await dueOf();
    expect(all.map(({ id }) => id)).toEqual(ids);
    expect(all.slice(0, 20)).toEqual(due);
    expect(all[20]!.seconds).toBeGreaterThanOrEqual(2);
    const rows = await stored.query('select from dead_letters where redrive_by = $1', ['you']);
    expect(rows).toHaveLength(5);
  });

  test('counts what was asked for by others, and does not ask for it again', async () => {
    const ids = await many(3);
    await database.transaction((tx) => requestRedrives(tx, ids.slice(0, 2), 'you'));
    const asking = commands.redrive('me', { ids });
    await startWorker();
    expect(await asking).toMatchObject({ matched: 3, redriven: 3 });
    const by = await Promise.all(ids.map(async (id) => (await stateOf(id))?.history[0]?.by));
    expect(by).toEqual(['you', 'you', 'me']);
  });

  test('answers what is redriven by then when no worker does the rest', async () => {
    await startWorker();
    await many(2);
    await many(1, { consumer: 'gone' });
    expect(await commands.redrive('me', { filter: {} })).toMatchObject({ matched: 3, redriven: 2 });
    expect(await states()).toEqual({ PENDING: 1, REDRIVEN: 2 });
  }, 30_000);

  test('as a dry run only counts', async () => {
    const [first] = await many(3);
    const before = await countRows(stored);
    expect(await commands.redrive('me', { filter: {}, dryRun: true })).toEqual({
      matched: 3,
      redriven: 0,
      dryRun: true,
    });
    expect(await commands.redrive('me', { ids: [first!], dryRun: true })).toMatchObject({ matched: 1 });
    expect(await commands.redrive('me', { filter: { state: 'REDRIVEN' }, dryRun: true })).toMatchObject({
      matched: 0,
    });
    expect(await countRows(stored)).toEqual({ ...before, audit: 3 });
  });
});

describe('discard', () => {
  test('gives pending letters up, keeps the reason, and lets go on what waits behind them', async () => {
    const [first, second, settled] = await insertLetters(stored, [{}, {}, { state: 'REDRIVEN' }]);
    await insertBehind(stored, first!, ['1', '2']);
    await insertBehind(stored, second!, ['3']);
    expect(await commands.discard('me', [first!, first!, settled!, randomUUID()], '더는 필요 없음')).toBe(1);
    expect(await states()).toEqual({ DISCARDED: 1, PENDING: 1, REDRIVEN: 1 });
    expect(
      await stored.query(
        `select l.reason, (select count(*)::int from consumer_queues where letter is null and due_at <= now()) as free
         from dead_letters l where state = 'DISCARDED'`,
      ),
    ).toEqual([{ reason: '더는 필요 없음'.normalize('NFC'), free: 1 }]);
    expect(await changes()).toEqual([first]);
    expect(await commands.discard('me', [first!], 'again')).toBe(0);
    expect(await commands.discard('me', [], 'nothing')).toBe(0);
  });

  test('ends the place of a queue in which nothing waits', async () => {
    const [letter] = await insertLetters(stored, [{}]);
    await insertBehind(stored, letter!, []);
    await commands.discard('me', [letter!], 'tested');
    expect(await stored.query('select from consumer_queues')).toEqual([]);
  });

  test('makes a redrive void that is asked for or under way', async () => {
    const [asked, claimed] = await many(2);
    await database.transaction((tx) => requestRedrives(tx, [claimed!], 'me'));
    const [letter] = await claimLetters(database, 'tested', 1, 60_000, 10);
    expect(letter?.id).toBe(claimed);
    await database.transaction((tx) => requestRedrives(tx, [asked!], 'me'));
    expect(await commands.discard('you', [asked!, claimed!], 'tested')).toBe(2);
    expect(await database.transaction((tx) => settleLetter(tx, letter!, undefined))).toBe(false);
    expect(await claimLetters(database, 'tested', 1, 60_000, 10)).toEqual([]);
    expect(await states()).toEqual({ DISCARDED: 2 });
  });

  test('and a redrive at once end each letter in one way', async () => {
    await startWorker();
    const ids = await many(200);
    const [discarded, redrive] = await Promise.all([
      commands.discard('me', ids, 'tested'),
      commands.redrive('you', { ids }),
    ]);
    expect(await states()).toEqual(
      Object.fromEntries(
        [
          ['DISCARDED', discarded],
          ['REDRIVEN', redrive.redriven],
        ].filter(([, n]) => n !== 0),
      ),
    );
    expect(discarded + redrive.redriven).toBe(200);
  });
});

test('each call is audited: who, what, and how many', async () => {
  await startWorker();
  const [first, second] = await many(2);
  await commands.redrive('me', { ids: [first!], maxPerSecond: 100 });
  await commands.redrive('you', { filter: { consumer: 'tested' }, dryRun: true });
  await commands.discard('me', [first!, second!], 'old');
  expect(await audit()).toEqual([
    {
      action: 'redriveDeadLetters',
      details: { by: 'me', ids: [first], maxPerSecond: 100, matched: 1 },
    },
    {
      action: 'redriveDeadLetters',
      details: { by: 'you', filter: { consumer: 'tested' }, dryRun: true, matched: 1 },
    },
    {
      action: 'discardDeadLetters',
      details: { by: 'me', ids: [first, second], reason: 'old', discarded: 1 },
    },
  ]);
});
