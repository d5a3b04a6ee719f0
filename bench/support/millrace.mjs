import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/**
 * Millrace with embedded servers of its own, in a process of its own, on data of its own.
 * @param {Record<string, string>} env added to its environment
 * @returns {Promise<{ url: string, pid: number, brokers: string[], databaseUrl: string, redisUrl: string | undefined, stop: () => Promise<void> }>}
 */
export const startMillrace = async (env = {}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const port = await freePort();
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: root,
    env: { ...process.env, MILLRACE_DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => String(text).includes('Millrace is ready') && resolve());
    void exited.then((code) => reject(new Error(`Millrace ended with ${code}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  const health = await (await fetch(`${url}/health/ready`)).json();
  return {
    url,
    pid: child.pid,
    brokers: health.kafka.brokers,
    databaseUrl: health.postgres.url,
    redisUrl: health.redis?.url,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

export const commit = () =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
