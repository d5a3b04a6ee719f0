import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../dist/embedded/embedded.js';
import { root } from './process.mjs';

/**
 * Millrace's embedded servers without Millrace, for several systems on the same Kafka.
 * @returns {Promise<{ brokers: string[], env: Record<string, string>, kafkaPid: number | undefined, stop: () => Promise<void> }>} `env` is what tells Millrace of them
 */
export const startServers = async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-bench-servers-'));
  const before = new Set(childrenOf(process.pid, 'java'));
  const servers = await startEmbedded({
    dataDir,
    cacheDir: join(root, '.cache'),
    kafka: true,
    postgres: true,
    redis: true,
    // Under this load the broker may not be heard of for seconds. Nobody kills it.
    kafkaSessionMs: 30_000,
    progress: (line) => console.error(line),
  });
  return {
    brokers: servers.kafkaBrokers,
    env: {
      KAFKA_BROKERS: servers.kafkaBrokers.join(','),
      DATABASE_URL: servers.databaseUrl,
      ...(servers.redisUrl && { REDIS_URL: servers.redisUrl }),
    },
    kafkaPid: childrenOf(process.pid, 'java').find((pid) => !before.has(pid)),
    stop: async () => {
      await servers.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

const childrenOf = (parent, command) => {
  try {
    return readdirSync('/proc')
      .filter((pid) => isChild(pid, parent, command))
      .map(Number);
  } catch {
    return [];
  }
};

const isChild = (pid, parent, command) => {
  if (!/^\d+$/.test(pid)) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return (
      stat.includes(`(${command})`) && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
    );
  } catch {
    return false;
  }
};
