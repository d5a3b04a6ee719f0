import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** Redis is a hint in front of Postgres everywhere: what it cannot answer quickly is answered without it. */
export interface RedisClient {
  /** @throws when Redis does not answer within its time */
  ping(): Promise<void>;
  stop(): Promise<void>;
}

const commandTimeoutMs = 150;
const connectTimeoutMs = 1_000;
const longestRetryMs = 2_000;

/** Connects in the background, and again after each loss. */
export const createRedis = (url: string, logger: Logger): RedisClient => {
  const redis = new Redis(url, {
    // A command is never queued for a server that is away: the caller goes on without Redis.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (tries) => Math.min(longestRetryMs, tries * 100),
  });
  redis.on('error', (error) => logger.debug({ err: error }, 'Redis is away'));
  return {
    ping: async () => {
      await redis.ping();
    },
    stop: async () => {
      redis.disconnect();
    },
  };
};
