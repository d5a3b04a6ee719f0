import { mkdirSync } from 'node:fs';
import { ask } from './ports.js';
import { canRun } from './processes.js';
import { bringUp, type RunningServer } from './server.js';

/**
 * A Redis with its data in `dir`; undefined when no `redis-server` is on the PATH.
 * @throws PrerequisiteError
 */
export const startRedis = async (options: {
  dir: string;
  signal: AbortSignal;
}): Promise<RunningServer | undefined> => {
  if (!canRun('redis-server', ['--version'])) return undefined;
  mkdirSync(options.dir, { recursive: true });
  return bringUp(
    {
      name: 'Redis',
      variable: 'REDIS_URL',
      dir: options.dir,
      comm: 'redis-server',
      portCount: 1,
      bootMs: 30_000,
      stopSignals: [{ signal: 'SIGTERM', graceMs: 5_000 }],
      logs: { output: 'redis.log', others: [] },
      command: ([port]) => ({
        program: 'redis-server',
        args: [
          '--bind',
          '127.0.0.1',
          '--port',
          String(port),
          '--appendonly',
          'yes',
          '--save',
          '',
          '--loglevel',
          'notice',
        ],
      }),
      answers: async ([port]) =>
        (await ask(port ?? 0, 'PING\r\n', (bytes) => bytes.includes('\r\n')))
          ?.toString()
          .startsWith('+PONG') ?? false,
    },
    options.signal,
  );
};
