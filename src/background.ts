import type { Logger } from 'pino';
import type { CasinoConfig, KafkaAddress, NotificationsConfig, Role, TelemetryConfig } from './config.js';
import { createRedrive } from './assignment/redrive.js';
import { createConsumers } from './consumers/create-consumers.js';
import { runConsumer } from './consumers/run-consumer.js';
import { fedTopics } from './events/topics.js';
import { createKafka } from './kafka/create-kafka.js';
import { createPartitionWatch } from './kafka/partition-watch.js';
import { createDatabase } from './postgres/database.js';
import { publishAgain } from './postgres/dead-letters.js';
import { createOutboxNotifier } from './postgres/outbox.js';
import { createPresence } from './postgres/presence.js';
import { createRelay, type RelayStats } from './relay/relay.js';
import { createUnusedNotice } from './relay/unused.js';
import { casinoAnalytics } from './streams/casino-analytics.js';
import { casinoFeedback } from './streams/casino-feedback.js';
import { createCasinoPlayers } from './streams/casino-players.js';
import { casinoStats } from './streams/casino-stats.js';
import { orderStats } from './streams/order-stats.js';
import { runStream } from './streams/run-stream.js';
import { createTelemetryUpkeep } from './streams/telemetry-upkeep.js';
import { telemetry } from './streams/telemetry.js';
import { userPosts } from './streams/user-posts.js';

/** The roles beside the gateway: relay, streams, consumers. They share one thread, off the gateway's event loop. */
export interface Background {
  start(): Promise<void>;
  /** The gateway committed events. */
  wake(): void;
  status(): BackgroundStatus;
  stop(): Promise<void>;
}

export interface BackgroundStatus {
  readonly relay: RelayStats | undefined;
  /** Partitions that this process owns, of streams and consumers. */
  readonly owned: readonly {
    readonly worker: string;
    readonly topic: string;
    readonly partition: number;
    readonly nextOffset: number;
    readonly logEnd: number;
  }[];
}

export interface BackgroundOptions {
  readonly roles: readonly Role[];
  readonly kafka: KafkaAddress;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly notifications: NotificationsConfig;
  readonly telemetry: TelemetryConfig;
  readonly casino: CasinoConfig;
  readonly topicPrefix: string;
  /** Number of partitions of each topic. */
  readonly partitions: Readonly<Record<string, number>>;
  readonly logger: Logger;
  /** The process must end: the message says why and what to do. */
  readonly onFatal: (message: string) => void;
}

const poolSize = 12;
const statementTimeoutMs = 15_000;
/** How long what is on its way out has at the stop. */
const deliveryDeadlineMs = 5_000;
/** As long as a lease: a worker that is paused in the middle of a transaction must not keep its successor waiting on its locks. */
const idleInTransactionTimeoutMs = 2_000;

export const createBackground = (options: BackgroundOptions): Background => {
  const { roles, databaseUrl, logger, onFatal } = options;
  const database = createDatabase({
    url: databaseUrl,
    logger,
    poolSize,
    statementTimeoutMs,
    idleInTransactionTimeoutMs,
  });
  const kafka = createKafka({ address: options.kafka, prefix: options.topicPrefix, logger });
  const presence = createPresence({ database, logger, onOutbox: () => relay?.wake() });
  const { owner } = presence;
  const notify = createOutboxNotifier(database);

  const relay = roles.includes('relay')
    ? createRelay({
        database,
        kafka,
        topics: fedTopics,
        owner,
        logger,
        onRestored: (error) => onFatal(error.message),
      })
    : undefined;

  /** In this thread the relay hears of it at once; one elsewhere is told through Postgres. */
  const wake = (): void => {
    relay?.wake();
    if (!relay?.stats().active) notify();
  };

  const notice =
    relay &&
    createUnusedNotice({ database, topics: fedTopics, partitionsOf: (topic) => watch.of(topic), logger });
  const watch = createPartitionWatch({ kafka, known: options.partitions, onLooked: notice, logger });

  const running = { kafka, database, owner, logger, onCommitted: wake, partitionsOf: watch.of };
  const consumers = roles.includes('consumers')
    ? createConsumers({ ...options, database, kafka })
    : undefined;
  /** What Kafka refused for good, as an operator asks for it again. */
  const republishing = createRedrive({
    worker: 'relay',
    database,
    owner,
    logger,
    onCommitted: wake,
    apply: async (tx, letter) => {
      await publishAgain(tx, letter);
      return [];
    },
  });
  const upkeep = roles.includes('streams')
    ? createTelemetryUpkeep({ ...options.telemetry, database, logger })
    : undefined;
  const workers = [
    ...(roles.includes('streams')
      ? [
          runStream(orderStats, running),
          runStream(userPosts, running),
          runStream(telemetry, running),
          runStream(createCasinoPlayers({ ...options.casino, now: Date.now }), running),
          runStream(casinoAnalytics, running),
          runStream(casinoFeedback, running),
          runStream(casinoStats, running),
        ]
      : []),
    ...(consumers
      ? [
          // Copies may be a little late, so that under load many share a send and a commit.
          runConsumer(consumers.copies, { ...running, lingerMs: 20 }),
          runConsumer(consumers.notifications, running),
          runConsumer(consumers.headquarters, running),
        ]
      : []),
  ];

  return {
    start: async () => {
      await presence.start();
      watch.start();
      relay?.start();
      if (relay) republishing.start();
      await upkeep?.start();
      await Promise.all(workers.map((worker) => worker.start()));
    },
    wake,
    status: () => ({
      relay: relay?.stats(),
      owned: workers.flatMap((worker) =>
        worker.owned().map(({ position: { topic, partition, nextOffset }, logEnd }) => ({
          worker: worker.name,
          topic,
          partition,
          nextOffset,
          logEnd,
        })),
      ),
    }),
    stop: async () => {
      const cutOff = setTimeout(() => void consumers?.cutOff(), deliveryDeadlineMs);
      await Promise.all([...workers.map((worker) => worker.stop()), upkeep?.stop(), watch.stop()]);
      clearTimeout(cutOff);
      await consumers?.stop();
      await republishing.stop();
      await relay?.stop();
      await presence.stop();
      await kafka.stop();
      await database.stop();
    },
  };
};
