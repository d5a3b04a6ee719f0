import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** Redis is a hint in front of Postgres everywhere: what it cannot answer quickly is answered without it. */
export interface RedisClient {
  /** @throws when Redis does not answer within its time */
  ping(): Promise<void>;
  /**
   * Sets each key to its claim, unless a higher one holds it.
   * @returns the places of those that are held
   * @throws as `ping`; then any of them may be set
   */
  hold(claims: readonly KeyClaim[], leaseMs: number): Promise<ReadonlySet<number>>;
  /** Deletes the keys that still have their claim. @throws as `ping` */
  drop(claims: readonly KeyClaim[]): Promise<void>;
  stop(): Promise<void>;
}

export interface KeyClaim {
  readonly key: string;
  /** An integer below 2^53. */
  readonly claim: number;
}

const holdScript = `
  local held = {}
  for i, key in ipairs(KEYS) do
    local claim = redis.call('get', key)
    if claim and tonumber(claim) > tonumber(ARGV[i + 1]) then
      held[#held + 1] = i - 1
    else
      redis.call('set', key, ARGV[i + 1], 'px', ARGV[1])
    end
  end
  return held`;

const dropScript = `
  for i, key in ipairs(KEYS) do
    if redis.call('get', key) == ARGV[i] then redis.call('del', key) end
  end`;

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
    hold: async (claims, leaseMs) => {
      const held = await redis.eval(
        holdScript,
        claims.length,
        ...keysOf(claims),
        leaseMs,
        ...valuesOf(claims),
      );
      return new Set(held as number[]);
    },
    drop: async (claims) => {
      await redis.eval(dropScript, claims.length, ...keysOf(claims), ...valuesOf(claims));
    },
    stop: async () => {
      redis.disconnect();
    },
  };
};

const keysOf = (claims: readonly KeyClaim[]): string[] => claims.map(({ key }) => key);
const valuesOf = (claims: readonly KeyClaim[]): number[] => claims.map(({ claim }) => claim);
