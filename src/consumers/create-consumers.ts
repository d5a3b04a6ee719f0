import type { Logger } from 'pino';
import { createChannels } from '../channels/create-channels.js';
import type { CasinoConfig, NotificationsConfig } from '../config.js';
import type { TokenEvent } from '../events/casino.js';
import { copies } from '../events/topics.js';
import type { Kafka, LogRecord } from '../kafka/kafka.js';
import type { Database } from '../postgres/database.js';
import { createRedis } from '../redis/redis.js';
import type { Consumer } from './consumer.js';
import { createCopies } from './copies.js';
import { createHeadquartersConsumer, headquartersGroup } from './headquarters.js';
import { createNotificationConsumer, notificationGroup, type DueNotification } from './notifications.js';
import { createReservations } from './reservations.js';

/** Every consumer, and what they share. */
export interface Consumers {
  readonly copies: Consumer<LogRecord>;
  readonly notifications: Consumer<DueNotification>;
  readonly headquarters: Consumer<TokenEvent>;
  /** Ends what is on its way out: it counts as not tried. */
  cutOff(): Promise<void>;
  /** After they were stopped. */
  stop(): Promise<void>;
}

export interface ConsumersOptions {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly redisUrl: string | undefined;
  readonly topicPrefix: string;
  readonly notifications: NotificationsConfig;
  readonly casino: CasinoConfig;
  readonly logger: Logger;
}

export const createConsumers = (options: ConsumersOptions): Consumers => {
  const { kafka, database, redisUrl, topicPrefix, notifications, casino, logger } = options;
  const publisher = kafka.publisher();
  const redis = redisUrl === undefined ? undefined : createRedis(redisUrl, logger);
  const own = logger.child({ consumer: notificationGroup });
  const channel = createChannels(notifications, own);
  const toHeadquarters = logger.child({ consumer: headquartersGroup });
  const headquarters = createChannels(
    { log: !casino.headquarters, webhook: casino.headquarters, smtp: undefined },
    toHeadquarters,
  );
  const stopChannels = async (): Promise<void> => {
    await Promise.all([channel.stop(), headquarters.stop()]);
  };
  const reservations = createReservations({
    consumer: notificationGroup,
    redis,
    database,
    prefix: topicPrefix,
    logger,
  });
  return {
    copies: createCopies({ copies, kafka, publisher }),
    notifications: createNotificationConsumer({
      database,
      reservations,
      channel,
      logger: own,
      ...notifications,
    }),
    headquarters: createHeadquartersConsumer({ database, channel: headquarters, logger: toHeadquarters }),
    cutOff: stopChannels,
    stop: async () => {
      await Promise.all([publisher.stop(), stopChannels(), redis?.stop()]);
    },
  };
};
