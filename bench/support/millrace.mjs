import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, root, startProcess, withProbe } from './process.mjs';

/**
 * Millrace in a process of its own, on data of its own; with embedded servers of its own unless `env` names others.
 * @param {Record<string, string>} env added to its environment
 * @returns {Promise<{ url: string, port: number, pid: number, brokers: string[], databaseUrl: string, redisUrl: string | undefined, memory: () => Promise<NodeJS.MemoryUsage>, stop: () => Promise<void> }>}
 */
export const startMillrace = async (env = {}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const port = await freePort();
  const child = await startProcess({
    name: 'Millrace',
    command: process.execPath,
    args: ['dist/main.js'],
    env: withProbe({ MILLRACE_DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn', ...env }),
    isReady: (output) => output.includes('Millrace is ready'),
  });
  const url = `http://127.0.0.1:${port}`;
  const health = await (await fetch(`${url}/health/ready`)).json();
  return {
    url,
    port,
    pid: child.pid,
    brokers: health.kafka.brokers,
    databaseUrl: health.postgres.url,
    redisUrl: health.redis?.url,
    memory: child.memory,
    stop: async () => {
      await child.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

export const commit = () =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
