import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { cacheDir, killLeftProcesses } from './left-processes.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Starts the servers that all test files share and names them in TEST_SERVERS (see servers.ts). Runs in Jest's own
 * process, once, when at least one `*.servers.test.ts` is to run. Needs `dist/`.
 */
export default async function startServers() {
  const { startEmbedded } = await import(new URL('../../dist/embedded/embedded.js', import.meta.url).href);
  // Given by scripts/test.mjs, which clears it up should this process be killed.
  const runDir = process.env.TEST_RUN_DIR ?? mkdtempSync(join(tmpdir(), 'millrace-test-'));
  const logDir = join(root, 'test-results', 'logs');
  for (const dir of [logDir, join(runDir, 'pids')]) mkdirSync(dir, { recursive: true });

  const interrupted = new AbortController();
  const starting = startEmbedded({
    dataDir: join(runDir, 'data'),
    cacheDir: cacheDir(),
    kafka: true,
    postgres: true,
    redis: true,
    // Beside two workers the broker may not be heard of for seconds. Nobody kills it.
    kafkaSessionMs: 30_000,
    progress: (line) => process.stderr.write(`${line}\n`),
    signal: interrupted.signal,
  });

  let stopping;
  const stop = async () => {
    const left = await killLeftProcesses(join(runDir, 'pids'));
    const servers = await starting.catch(() => undefined);
    await servers?.stop();
    rmSync(runDir, { recursive: true, force: true });
    return left;
  };
  /** @returns the processes that tests had left running, and that were killed */
  globalThis.stopTestServers = () => (stopping ??= stop());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      interrupted.abort(new Error(`ended by ${signal}`));
      void globalThis.stopTestServers().finally(() => process.exit(130));
    });

  const servers = await starting;
  const { kafkaBrokers, databaseUrl, redisUrl } = servers;
  await skipDisk(databaseUrl);
  process.env.TEST_SERVERS = JSON.stringify({ kafkaBrokers, databaseUrl, redisUrl, runDir, logDir });
}

/** Postgres survives the tests, and so does the machine: commits need not wait for the disk. */
const skipDisk = async (databaseUrl) => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const setting of ['fsync', 'full_page_writes'])
      await client.query(`alter system set ${setting} = off`);
    await client.query('select pg_reload_conf()');
  } finally {
    await client.end();
  }
};
