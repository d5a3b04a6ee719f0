import { beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/logger.js';
import { createDatabase, inSavepoint, type Database, type Transaction } from '../../src/postgres/database.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';

let database: Database;
beforeAll(async () => {
  const { url } = await createTestDatabase();
  database = createDatabase({ url, logger: createLogger('silent'), poolSize: 2, statementTimeoutMs: 5_000 });
  closeAtEnd(database.stop);
  await database.query('create table things (id int primary key)');
});

const insert = (tx: Transaction, id: number) => tx.query('insert into things values ($1)', [id]);
/** Waits for the second of two statements, of which Postgres refuses the first. */
const failTogether = async (tx: Transaction, id: number): Promise<void> => {
  const refused = tx.query('select 1 / $1::int', [0]);
  refused.catch(() => undefined);
  await insert(tx, id);
};

const divisionByZero = { code: '22012' };

describe('of statements that are sent together', () => {
  test('the refused one is why the transaction fails, though one behind it is heard of first', async () => {
    await expect(database.transaction((tx) => failTogether(tx, 1))).rejects.toMatchObject(divisionByZero);
    expect(await database.query('select from things where id = 1')).toEqual([]);
  });

  test('the refused one is why a savepoint fails, and what is outside of it is written', async () => {
    await database.transaction(async (tx) => {
      await insert(tx, 2);
      await expect(inSavepoint(tx, () => failTogether(tx, 3))).rejects.toMatchObject(divisionByZero);
      await inSavepoint(tx, () => insert(tx, 4));
    });
    expect(await database.query('select id from things order by id')).toEqual([{ id: 2 }, { id: 4 }]);
  });
});
