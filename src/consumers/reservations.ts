import type { Logger } from 'pino';
import type { Queryable } from '../postgres/database.js';
import { dropReservations, expireReservations, holdReservations } from '../postgres/reservations.js';
import type { RedisClient } from '../redis/redis.js';
import type { Delivery } from './consumer.js';

/**
 * Who is delivering what: saves double work when an event is in two hands at once. A hint only, since what counts is the effect's row: it may
 * be lost at any time. Of two claims the higher is in charge, and takes over from a lower one at once, dead or alive.
 */
export interface Reservations {
  /**
   * @returns the ids that a higher claim holds
   * @throws when neither Redis nor Postgres answers
   */
  reserve(claimed: readonly Claimed[]): Promise<ReadonlySet<string>>;
  /** Of what failed, so that nobody need wait for the lease. Never throws. */
  release(claimed: readonly Claimed[]): Promise<void>;
}

export interface Claimed extends Pick<Delivery<unknown>, 'claim'> {
  readonly eventId: string;
}

export interface ReservationsOptions {
  /** The consumer's name, in which its reservations are apart from others'. */
  readonly consumer: string;
  /** Undefined: Postgres alone. */
  readonly redis: Pick<RedisClient, 'hold' | 'drop'> | undefined;
  readonly database: Queryable;
  /** Put before keys of Redis. */
  readonly prefix: string;
  readonly logger: Logger;
}

const leaseMs = 30_000;
/** After a failure Redis is left alone so long, so that a slow one is not waited for by each batch. */
const redisPauseMs = 1_000;

export const createReservations = (options: ReservationsOptions): Reservations => {
  const { consumer, redis, database, prefix, logger } = options;
  let redisAwayUntil = 0;
  let expiredAt = performance.now();

  // The braces keep a consumer's keys in one slot of a cluster.
  const keyOf = ({ eventId }: Claimed): string => `${prefix}millrace:{${consumer}}:${eventId}`;

  /** @returns undefined where Redis does not answer */
  const askRedis = async <T>(
    ask: (client: Pick<RedisClient, 'hold' | 'drop'>) => Promise<T>,
  ): Promise<T | undefined> => {
    if (!redis || performance.now() < redisAwayUntil) return undefined;
    try {
      return await ask(redis);
    } catch (error) {
      redisAwayUntil = performance.now() + redisPauseMs;
      logger.debug({ err: error }, 'Redis does not answer: reservations are in Postgres for now');
      return undefined;
    }
  };

  const holdInPostgres = async (claimed: readonly Claimed[]): Promise<ReadonlySet<string>> => {
    if (performance.now() - expiredAt > leaseMs) {
      expiredAt = performance.now();
      await expireReservations(database);
    }
    const held = await holdReservations(database, consumer, claimed, leaseMs);
    return new Set(claimed.map(({ eventId }) => eventId).filter((eventId) => !held.has(eventId)));
  };

  return {
    reserve: async (claimed) => {
      if (claimed.length === 0) return new Set();
      const refused = await askRedis((client) =>
        client.hold(
          claimed.map((one) => ({ key: keyOf(one), claim: one.claim })),
          leaseMs,
        ),
      );
      if (!refused) return holdInPostgres(claimed);
      return new Set(claimed.flatMap((one, n) => (refused.has(n) ? [one.eventId] : [])));
    },
    release: async (claimed) => {
      if (claimed.length === 0) return;
      await askRedis((client) => client.drop(claimed.map((one) => ({ key: keyOf(one), claim: one.claim }))));
      await dropReservations(database, consumer, claimed).catch(() => undefined);
    },
  };
};
