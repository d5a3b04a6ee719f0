import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { startEmbedded } from '../../src/embedded/embedded.js';
import { startedAt } from '../../src/embedded/processes.js';

const root = new URL('../../', import.meta.url);
const cacheDir = new URL('.cache', root).pathname;
let dataDir = '';
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'millrace-embedded-'));
});
afterAll(async () => {
  // Whatever a failed test left behind is adopted, to be stopped.
  const servers = await startEmbedded(options());
  await servers.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const options = () => ({
  dataDir,
  cacheDir,
  kafka: true,
  postgres: true,
  redis: true,
  progress: () => undefined,
});

const children = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of children) await kill(child);
  children.clear();
});

/** A Millrace of its own that only starts the servers; it prints their addresses, or the error's message. */
const startInChild = (environment: NodeJS.ProcessEnv = process.env): ChildProcess => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startEmbedded } from ${JSON.stringify(new URL('dist/embedded/embedded.js', root).href)};
       setInterval(() => undefined, 1000);
       const options = { ...${JSON.stringify(options())}, progress: () => undefined };
       startEmbedded(options).then(
         (servers) => console.log(JSON.stringify(servers)),
         (error) => { console.log(error.message); process.exit(1); });`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: environment },
  );
  children.add(child);
  return child;
};

const firstLine = async (child: ChildProcess): Promise<string> => {
  const [bytes] = (await once(child.stdout!, 'data')) as [Buffer];
  return bytes.toString().trim();
};

const kill = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

const serverPids = (): number[] =>
  ['kafka', 'postgres', 'redis'].flatMap((name) => {
    try {
      return (JSON.parse(readFileSync(join(dataDir, name, 'server.json'), 'utf8')) as { pid: number }).pid;
    } catch {
      return [];
    }
  });

const query = async (url: string | undefined, sql: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

test('servers that a killed Millrace left behind are adopted, and nothing of them is left after stop', async () => {
  const first = startInChild();
  const left = JSON.parse(await firstLine(first)) as { databaseUrl: string; kafkaBrokers: string[] };
  await expect(startEmbedded(options())).rejects.toThrow(`process ${first.pid}`);
  await query(left.databaseUrl, 'create table kept (id int); insert into kept values (7)');
  await kill(first);
  const pids = serverPids();

  const servers = await startEmbedded(options());
  expect(servers).toMatchObject({ databaseUrl: left.databaseUrl, kafkaBrokers: left.kafkaBrokers });
  expect(serverPids()).toEqual(pids);

  await Promise.all([servers.stop(), servers.stop()]);
  expect(pids.map(startedAt)).toEqual(pids.map(() => undefined));
});

test('after all of them were killed they start again on the same data', async () => {
  const first = startInChild();
  await firstLine(first);
  await kill(first);
  for (const pid of serverPids()) process.kill(pid, 'SIGKILL');
  // Also of the one whose state was never written.
  rmSync(join(dataDir, 'redis', 'server.json'));

  const servers = await startEmbedded(options());
  try {
    expect(await query(servers.databaseUrl, 'select id from kept')).toEqual([{ id: 7 }]);
  } finally {
    await servers.stop();
  }
});

test('a start that is aborted leaves nothing running', async () => {
  const abort = new AbortController();
  const starting = startEmbedded({ ...options(), signal: abort.signal });
  setTimeout(() => abort.abort(new Error('enough')), 500);
  await expect(starting).rejects.toThrow('enough');
  expect(serverPids().filter((pid) => startedAt(pid) !== undefined)).toEqual([]);
});

test('without Java the error says in one line what to install or to set', async () => {
  const empty = join(dataDir, 'empty');
  mkdirSync(empty);
  const child = startInChild({ PATH: empty });
  const line = await firstLine(child);
  await once(child, 'exit');
  expect(line).toMatch(/^Java is missing.*install Java 17.*KAFKA_BROKERS[^\n]*$/);
  expect(serverPids().filter((pid) => startedAt(pid) !== undefined)).toEqual([]);
});
