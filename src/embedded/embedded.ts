import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCode } from '../errors.js';
import { startKafka } from './kafka.js';
import { lockDataDir } from './lock.js';
import { runningPostgres, startPostgres } from './postgres.js';
import { diskFull, explainFileError, PrerequisiteError } from './prerequisite.js';
import { startRedis } from './redis.js';
import { runningPorts } from './server.js';

export { PrerequisiteError };

export interface EmbeddedServers {
  readonly kafkaBrokers: readonly string[] | undefined;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** Ends all of them, within 8 s; may be called twice. */
  stop(): Promise<void>;
}

const leastFreeBytes = 500 * 2 ** 20;

/**
 * Starts or adopts the servers asked for; those not asked for, and Redis without `redis-server`, are undefined.
 * When it fails or `signal` aborts, nothing that it started is left running.
 * Both directories are absolute. One Millrace at a time uses `dataDir`; `cacheDir` holds downloads and is shared by all.
 * `progress` gets a line for each long step.
 * @throws PrerequisiteError: one line that says what is missing and what to do; the abort reason of `signal`
 */
export const startEmbedded = async (options: {
  dataDir: string;
  cacheDir: string;
  kafka: boolean;
  postgres: boolean;
  redis: boolean;
  progress: (line: string) => void;
  signal?: AbortSignal;
  /** As of `startKafka`. */
  kafkaSessionMs?: number;
}): Promise<EmbeddedServers> => {
  const { dataDir, cacheDir, progress, kafkaSessionMs: sessionMs } = options;
  if (!options.kafka && !options.postgres && !options.redis) return none;
  const unlock = await claim(dataDir);
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const dir = (name: string): string => join(dataDir, name);
  const failFast = <Server>(starting: Promise<Server>): Promise<Server> => {
    starting.catch((error: unknown) => failed.abort(error));
    return starting;
  };
  const [kafka, postgres, redis] = await Promise.allSettled([
    options.kafka
      ? failFast(startKafka({ dir: dir('kafka'), cacheDir, progress, signal, sessionMs }))
      : undefined,
    options.postgres ? failFast(startPostgres({ dir: dir('postgres'), progress, signal })) : undefined,
    options.redis ? failFast(startRedis({ dir: dir('redis'), signal })) : undefined,
  ]);
  const servers = [kafka, postgres, redis].map((it) => (it.status === 'fulfilled' ? it.value : undefined));
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopped ??= Promise.all(servers.map(async (server) => server?.stop())).then(unlock));
  if (kafka.status === 'rejected' || postgres.status === 'rejected' || redis.status === 'rejected') {
    await stop();
    throw explainFileError(signal.reason, dataDir);
  }
  return {
    kafkaBrokers: kafka.value && [`127.0.0.1:${kafka.value.ports[0]}`],
    databaseUrl: postgres.value?.url,
    redisUrl: redis.value && `redis://127.0.0.1:${redis.value.ports[0]}`,
    stop,
  };
};

/** Addresses of the servers that another Millrace has started on `dataDir`; undefined where they do not run. */
export const findEmbedded = (dataDir: string): Pick<EmbeddedServers, 'kafkaBrokers' | 'databaseUrl'> => {
  const [broker] = runningPorts(join(dataDir, 'kafka')) ?? [];
  return {
    kafkaBrokers: broker === undefined ? undefined : [`127.0.0.1:${broker}`],
    databaseUrl: runningPostgres(join(dataDir, 'postgres')),
  };
};

const none: EmbeddedServers = {
  kafkaBrokers: undefined,
  databaseUrl: undefined,
  redisUrl: undefined,
  stop: async () => undefined,
};

const claim = async (dataDir: string): Promise<() => void> => {
  if (process.platform === 'win32')
    throw new PrerequisiteError(
      'The embedded servers run on Linux and macOS only: set KAFKA_BROKERS and DATABASE_URL to running servers, or use docker compose',
    );
  try {
    makeDirectory(dataDir);
    const { bavail, bsize } = statfsSync(dataDir);
    if (bavail * bsize < leastFreeBytes) throw diskFull(dataDir);
    return await lockDataDir(dataDir);
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
};

/** One by one: Node's own recursive mkdir never returns below a directory such as `/proc`. */
const makeDirectory = (path: string): void => {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
};
