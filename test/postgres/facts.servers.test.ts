import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/postgres/database.js';
import { claimFacts, rotateFacts } from '../../src/postgres/facts.js';
import { openDatabase } from '../telemetry/support.js';

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
beforeEach(() => database.query('delete from facts_seen'));

const claim = async (ids: readonly string[], topic = 'a topic', stream = 'a stream'): Promise<string[]> => [
  ...(await database.transaction((tx) => claimFacts(tx, stream, topic, ids))),
];

const age = (interval: string): Promise<unknown> =>
  database.query(`update facts_half set since = now() - $1::interval`, [interval]);

const rotate = (): Promise<void> => database.transaction(rotateFacts);

const ids = Array.from({ length: 20 }, () => randomUUID());

test('an id is claimed once by a stream on a topic, also when it is given twice', async () => {
  expect((await claim([...ids, ...ids])).toSorted()).toEqual(ids.toSorted());
  const fresh = randomUUID();
  expect(await claim([...ids, fresh])).toEqual([fresh]);
  expect(await claim(ids, 'another topic')).toHaveLength(20);
  expect(await claim(ids, 'a topic', 'another stream')).toHaveLength(20);
  expect(await claim([])).toEqual([]);
});

test('an id whose claim was rolled back is free', async () => {
  const failing = database.transaction(async (tx) => {
    await claimFacts(tx, 'a stream', 'a topic', ids);
    throw new Error('rolled back');
  });
  await expect(failing).rejects.toThrow('rolled back');
  expect(await claim(ids)).toHaveLength(20);
});

test('an id is known for a week at least, however the halves turn, and then forgotten', async () => {
  await claim(ids);
  await age('6 days 23:59');
  await rotate();
  expect(await claim(ids)).toEqual([]);
  await age('7 days 00:01');
  await rotate();
  const [{ since, now } = { since: '', now: '' }] = await database.query<{ since: string; now: string }>(
    'select since, now() from facts_half',
  );
  expect(Date.parse(now) - Date.parse(since)).toBeLessThan(60_000);
  // A week begins in which both halves are asked.
  expect(await claim(ids)).toEqual([]);
  await rotate();
  expect(await claim(ids)).toEqual([]);
  await age('8 days');
  await rotate();
  expect(await claim(ids)).toHaveLength(20);
});

test('while workers claim the same ids and the halves turn, each id is claimed once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const shared = Array.from({ length: 60 }, () => randomUUID());
    const claims = Array.from({ length: 12 }, (_, n) =>
      claim(n % 2 === 0 ? shared : shared.toReversed().slice(n), 'turning'),
    );
    const turning = age('8 days').then(rotate);
    const claimed = (await Promise.all(claims)).flat();
    await turning;
    expect(claimed.toSorted()).toEqual(shared.toSorted());
    expect(await claim(shared, 'turning')).toEqual([]);
  }
});

test('an id that is claimed while the halves are about to turn is not claimed again behind the turn', async () => {
  await age('8 days');
  let turning: Promise<void> | undefined;
  let behind: Promise<string[]> | undefined;
  await database.transaction(async (tx) => {
    await claimFacts(tx, 'a stream', 'a topic', ids);
    turning = rotate();
    await waitingFor('lock table facts_half');
    behind = claim(ids);
    await waitingFor('select from facts_half');
  });
  await turning;
  expect(await behind).toEqual([]);
});

test('the halves turn though there is never a moment without a worker that claims', async () => {
  await age('8 days');
  let isOver = false;
  const work = async (n: number): Promise<void> => {
    await sleep(n * 37);
    while (!isOver)
      await database.transaction(async (tx) => {
        await claimFacts(tx, 'a stream', 'a topic', [randomUUID()]);
        await sleep(120 + n * 13);
      });
  };
  const working = [0, 1, 2, 3].map(work);
  await sleep(200);
  try {
    await rotate();
  } finally {
    isOver = true;
    await Promise.all(working);
  }
});

/** Until a statement that begins so waits for a lock. */
const waitingFor = async (statement: string): Promise<void> => {
  for (;;) {
    const rows = await database.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like $1 || '%'`,
      [statement],
    );
    if (rows.length > 0) return;
  }
};
