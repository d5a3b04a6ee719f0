import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { closeAtEnd } from './cleanup.js';
import { servers } from './servers.js';

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Ends the pool of `query`, so that the database can be a template. */
  disconnect(): Promise<void>;
}

const admin = async (sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: servers().databaseUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

/**
 * A database of this test file, dropped at its end. `query` uses a pool of its own with node-postgres's own types: bigint
 * and numeric as text. A `template` (name of another one that nobody is connected to) is copied.
 */
export const createTestDatabase = async ({ template }: { template?: string } = {}): Promise<TestDatabase> => {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(`create database ${name}${template ? ` template ${template}` : ''}`);
  closeAtEnd(() => admin(`drop database if exists ${name} with (force)`));

  const url = new URL(servers().databaseUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 4 });
  // The server goes away in some tests; what is in use then says so itself.
  pool.on('error', () => undefined);
  let ended: Promise<void> | undefined;
  const disconnect = () => (ended ??= pool.end());
  closeAtEnd(disconnect);
  return {
    url: url.href,
    name,
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...values])).rows,
    disconnect,
  };
};
