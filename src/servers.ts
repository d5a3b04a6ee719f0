import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config, KafkaAddress } from './config.js';
import { startEmbedded } from './embedded/embedded.js';
import { fedTopics, partitionsPerTopic, topics, type TopicSpec } from './events/topics.js';
import { createKafka } from './kafka/create-kafka.js';
import type { Kafka } from './kafka/kafka.js';
import { createDatabase, type Database } from './postgres/database.js';
import { migrate } from './postgres/migrate.js';
import { ensureRuns, readRuns } from './postgres/relay.js';
import { countPartitions } from './relay/relay.js';
import { logAhead, readTails, type LogAhead } from './relay/tail.js';

/** Kafka and Postgres, embedded or elsewhere, migrated and with their topics. */
export interface Servers {
  readonly kafkaAddress: KafkaAddress;
  readonly kafka: Kafka;
  readonly databaseUrl: string;
  readonly database: Database;
  readonly redisUrl: string | undefined;
  /** Number of partitions of each topic. */
  readonly partitions: Readonly<Record<string, number>>;
  /** Partitions whose log is ahead of the database, which must then not go on. */
  findLogAhead(): Promise<LogAhead[]>;
}

export interface ServersOptions {
  readonly config: Config;
  /** Where Kafka's jars are kept. */
  readonly cacheDir: string;
  readonly logger: Logger;
  /** A line for each long step. */
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
  /** Called with what ends each piece, as it is started. */
  readonly onStop: (stop: () => Promise<unknown>) => void;
}

const poolSize = 12;
const statementTimeoutMs = 5_000;
const dependencyDeadlineMs = 60_000;

export const openServers = async (options: ServersOptions): Promise<Servers> => {
  const { config, cacheDir, logger, progress, signal, onStop } = options;
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    cacheDir,
    kafka: config.kafka === undefined,
    postgres: config.databaseUrl === undefined,
    redis: config.redisUrl === undefined,
    progress,
    signal,
  });
  onStop(embedded.stop);
  const kafkaAddress = config.kafka ?? embeddedAddress(embedded.kafkaBrokers ?? []);
  const databaseUrl = config.databaseUrl ?? embedded.databaseUrl ?? '';
  const database = createDatabase({ url: databaseUrl, logger, poolSize, statementTimeoutMs });
  onStop(database.stop);
  const kafka = createKafka({ address: kafkaAddress, prefix: config.topicPrefix, logger });
  onStop(kafka.stop);

  const reach = createReach(progress, signal);
  await reach('Postgres', 'DATABASE_URL', () => migrate(database));
  const partitions = await reach('Kafka', 'KAFKA_BROKERS', () => createTopics(kafka, config.profile));
  return {
    kafkaAddress,
    kafka,
    databaseUrl,
    database,
    redisUrl: config.redisUrl ?? embedded.redisUrl,
    partitions,
    findLogAhead: () =>
      reach('Kafka', 'KAFKA_BROKERS', async () => {
        const fed = await countPartitions(kafka, fedTopics);
        await ensureRuns(database, fed);
        return logAhead(await readTails(kafka, fed, () => readRuns(database)));
      }),
  };
};

export const embeddedAddress = (brokers: readonly string[]): KafkaAddress => ({
  brokers,
  ssl: false,
  caFile: undefined,
  sasl: undefined,
});

/** Tries for a while: with servers elsewhere the order in which things start is not ours. */
const createReach =
  (progress: (line: string) => void, signal: AbortSignal) =>
  async <T>(name: string, variable: string, work: () => Promise<T>): Promise<T> => {
    const until = Date.now() + dependencyDeadlineMs;
    for (let tries = 0; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (Date.now() > until)
          throw new Error(
            `${name} cannot be used (${reason}): start it, or set ${variable} to one that runs.`,
            {
              cause: error,
            },
          );
        if (tries === 2) progress(`Waiting for ${name} (${reason}) …`);
        await sleep(300, undefined, { signal });
      }
    }
  };

const hourMs = 3_600_000;

const retentionMs = ({ kept }: TopicSpec, profile: Config['profile']): number => {
  if (kept === 'profile') return profile === 'production' ? 168 * hourMs : hourMs;
  return { 'for ever': -1, '1 day': 24 * hourMs, '30 days': 720 * hourMs }[kept];
};

/** @returns the number of partitions of each topic */
const createTopics = async (kafka: Kafka, profile: Config['profile']): Promise<Record<string, number>> => {
  await kafka.ensureTopics(
    topics.map((topic) => ({
      name: topic.name,
      partitions: partitionsPerTopic,
      retentionMs: retentionMs(topic, profile),
    })),
  );
  const counts: Record<string, number> = {};
  for (const { name } of topics) counts[name] = await kafka.partitionCount(name);
  return counts;
};
