import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { eventually } from './await.js';
import { closeAtEnd } from './cleanup.js';
import { freePort } from './process.js';

/** A Redis of this test file alone, that may be paused, flushed and killed. */
export interface OwnRedis {
  readonly url: string;
  pause(): void;
  resume(): void;
  kill9(): Promise<void>;
  /** Again at the same port, empty. */
  restart(): Promise<void>;
  flush(): Promise<void>;
}

export const startRedis = async (): Promise<OwnRedis> => {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;

  const ask = async <T>(work: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      client.disconnect();
    }
  };

  const start = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', args, { stdio: 'ignore' });
    await eventually(() => ask((client) => client.ping()));
    return child;
  };

  let child = await start();
  const kill9 = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  closeAtEnd(kill9);
  return {
    url,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill9,
    restart: async () => {
      child = await start();
    },
    flush: async () => {
      await ask((client) => client.flushall());
    },
  };
};
