import { readdir, readFile } from 'node:fs/promises';
import { MillraceError } from '../errors.js';
import type { Database, Queryable } from './database.js';

const directory = new URL('./migrations/', import.meta.url);
/** Any constant that no other program of this database locks. */
const lock = 7_262_173;

/**
 * For a program that works beside a running Millrace, whose schema it must not change.
 * @throws Error when the database is of another version
 */
export const requireMigrated = async (db: Queryable): Promise<void> => {
  const files = await migrationFiles();
  const rows = await db
    .query<{ name: string }>('select name from migrations')
    .catch((error: unknown): { name: string }[] => {
      if (error instanceof MillraceError) throw error;
      return [];
    });
  throwIfNewer(rows, files);
  if (rows.length < files.length)
    throw new Error('The database is of an earlier Millrace, or of none: start this version on it first.');
};

const migrationFiles = async (): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();

const throwIfNewer = (applied: readonly { name: string }[], files: readonly string[]): void => {
  const unknown = applied.map(({ name }) => name).filter((name) => !files.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `The database was migrated by a newer Millrace (${unknown.join(', ')}). Start that version.`,
    );
};

/**
 * Brings the schema up to date: numbered files, forward only, each in one transaction. Safe when two start at once.
 * @returns names of the files that were applied
 * @throws Error when the database is newer than this program
 */
export const migrate = async (database: Database): Promise<string[]> => {
  const files = await migrationFiles();
  const client = await database.connect();
  try {
    await client.query(`select pg_advisory_lock(${lock})`);
    await client.query(
      'create table if not exists migrations (name text primary key, applied_at timestamptz default now())',
    );
    const { rows } = await client.query<{ name: string }>('select name from migrations');
    throwIfNewer(rows, files);
    const applied = new Set(rows.map(({ name }) => name));
    const pending = files.filter((name) => !applied.has(name));
    for (const name of pending) {
      const sql = await readFile(new URL(name, directory), 'utf8');
      await client.query('begin');
      await client.query(sql);
      await client.query('insert into migrations (name) values ($1)', [name]);
      await client.query('commit');
    }
    return pending;
  } finally {
    await client.end();
  }
};
