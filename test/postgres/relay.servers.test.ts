import { beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/postgres/database.js';
import {
  claimRelay,
  ensureRuns,
  numberRows,
  readNumbered,
  type Numbering,
  type RelayLease,
} from '../../src/postgres/relay.js';
import { openCommands } from '../support/commands.js';

const topic = 'order.events.v1';
const most = { rows: 5, bytes: 1_000 };

let database: Database;
let lease: RelayLease;

beforeAll(async () => {
  ({ database } = await openCommands());
  await ensureRuns(database, [{ name: topic, partitions: 1 }]);
  const claimed = await claimRelay(database, 1, 60_000);
  if (!claimed) throw new Error('somebody else has the lease');
  lease = claimed;
});

const append = async (...sizes: (number | null)[]): Promise<void> => {
  await database.query(
    `insert into outbox (topic, hash, value, headers)
     select $1, 0, convert_to(repeat('x', size), 'UTF8'), '{}' from unnest($2::int[]) as s (size)`,
    [topic, sizes],
  );
};

const sizes = (rows: readonly { readonly value: Buffer | null }[]) => rows.map(({ value }) => value?.length);

/** Numbers what is behind the id. */
const number = async (after: number, more: Partial<Numbering> = {}) => {
  const { rows } = await numberRows(database, {
    lease,
    leaseMs: 60_000,
    frontier: 0,
    after,
    most,
    ids: [],
    mostBytesOfIds: 0,
    waiting: [],
    acked: [],
    ...more,
  });
  return rows;
};

test('rows are numbered up to a count or up to their bytes, and at least one', async () => {
  await append(300, 600, 200, 100, 5_000, 100, null, null, 1, 1, 1);
  const rounds = [];
  const all = [];
  for (let after = 0; ;) {
    const rows = await number(after);
    if (rows.length === 0) break;
    rounds.push(sizes(rows));
    all.push(...rows);
    after = Math.max(...rows.map(({ id }) => id));
  }
  expect(rounds).toEqual([[300, 600, 200], [100, 5_000], [100, undefined, undefined, 1, 1], [1]]);
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, n) => n + 1));
});

test('what was numbered is read again up to a count or up to its bytes, and at least one', async () => {
  const read = async (after: number) => sizes(await readNumbered(database, topic, 0, after, most));
  expect(await read(0)).toEqual([300, 600, 200]);
  expect(await read(3)).toEqual([100, 5_000]);
  expect(await read(4)).toEqual([5_000]);
  expect(await read(5)).toEqual([100, undefined, undefined, 1, 1]);
  expect(await read(11)).toEqual([]);
});

test('keys and headers count like values', async () => {
  const [last] = await database.query<{ id: number }>(
    `with added as (
       insert into outbox (topic, key, hash, headers)
       select $1, convert_to(repeat('k', key), 'UTF8'), 0, jsonb_build_object('h', repeat('x', header))
       from unnest(array[1200, 1, 1], array[1, 1200, 1]) as s (key, header) returning id)
     select min(id) - 1 as id from added`,
    [topic],
  );
  const after = last?.id ?? 0;
  expect([await number(after), await number(after + 1)].map((rows) => rows.length)).toEqual([1, 1]);
});
