/** The servers that all test files of one run share. */
export interface TestServers {
  readonly kafkaBrokers: readonly string[];
  /** Of the maintenance database; tests make their own with `createTestDatabase`. */
  readonly databaseUrl: string;
  /** Undefined where there is no redis-server. */
  readonly redisUrl: string | undefined;
  readonly runDir: string;
  /** Output of the processes that tests start; kept after the run. */
  readonly logDir: string;
}

/** @throws in a file that is not named `*.servers.test.ts`, for which no servers are started */
export const servers = (): TestServers => {
  const given = process.env.TEST_SERVERS;
  if (!given) throw new Error('There are no servers for this test: name its file *.servers.test.ts.');
  const parsed = JSON.parse(given) as Omit<TestServers, 'kafkaBrokers'> & { kafkaBrokers: string | string[] };
  const { kafkaBrokers } = parsed;
  return {
    ...parsed,
    kafkaBrokers: typeof kafkaBrokers === 'string' ? kafkaBrokers.split(',') : kafkaBrokers,
  };
};

/** `full` under `npm run test:full`, else `reduced`. For counts that are too large for each run. */
export const scale = (reduced: number, full: number): number => (process.env.TEST_FULL ? full : reduced);
