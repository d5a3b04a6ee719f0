import type { CommandOptions } from '../../src/commands/mutation.js';
import { createLogger } from '../../src/logger.js';
import { createConsistency } from '../../src/postgres/consistency.js';
import { createDatabase, type Database } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import { createTokens } from '../../src/tokens.js';
import { closeAtEnd } from './cleanup.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** A database with our tables, and what commands are made with, in this process; nothing relays or folds their events. */
export interface CommandsUnderTest {
  readonly stored: TestDatabase;
  readonly database: Database;
  readonly options: CommandOptions;
}

/** A `template` (name of a database that nobody is connected to) is copied. */
export const openCommands = async (template?: string): Promise<CommandsUnderTest> => {
  const stored = await createTestDatabase({ template });
  const database = createDatabase({
    url: stored.url,
    logger: createLogger('silent'),
    poolSize: 8,
    statementTimeoutMs: 15_000,
  });
  closeAtEnd(database.stop);
  await migrate(database);
  const consistency = createConsistency(database, createTokens('test'));
  return {
    stored,
    database,
    options: { database, consistency, onCommitted: () => undefined, now: Date.now },
  };
};
