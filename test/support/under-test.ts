import { createTestDatabase, type TestDatabase } from './database.js';
import { createTestClient, type TestClient } from './graphql.js';
import { startMillrace, type MillraceOptions, type MillraceProcess } from './process.js';
import { uniquePrefix } from './topics.js';

/** A Millrace with a database and topics of its own. */
export interface UnderTest {
  readonly database: TestDatabase;
  readonly topicPrefix: string;
  readonly env: Readonly<Record<string, string>>;
  readonly millrace: MillraceProcess;
  readonly client: TestClient;
}

export const startUnderTest = async (options: MillraceOptions = {}): Promise<UnderTest> => {
  const database = await createTestDatabase();
  const topicPrefix = uniquePrefix();
  const env = { DATABASE_URL: database.url, TOPIC_PREFIX: topicPrefix };
  const millrace = await startMillrace({ ...options, env: { ...env, ...options.env } });
  return { database, topicPrefix, env, millrace, client: createTestClient(millrace.url) };
};
