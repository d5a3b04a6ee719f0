import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createOrderCommands } from './commands/orders.js';
import type { Config, KafkaAddress } from './config.js';
import { startEmbedded } from './embedded/embedded.js';
import { orderEvents, orderStatsChanges, partitionsPerTopic, topics, type TopicSpec } from './events/topics.js';
import { createGateway } from './gateway/gateway.js';
import type { DependencyHealth } from './gateway/health.js';
import { createSchema } from './gateway/schema.js';
import { createKafka } from './kafka/create-kafka.js';
import type { Kafka } from './kafka/kafka.js';
import { createLive } from './live/create-live.js';
import { createCursors } from './live/cursor.js';
import { createOrderWatches } from './live/order-stats.js';
import { createConsistency } from './postgres/consistency.js';
import { createDatabase, type Database } from './postgres/database.js';
import { migrate } from './postgres/migrate.js';
import { createOutboxNotifier } from './postgres/outbox.js';
import { ensureRuns, readRuns } from './postgres/relay.js';
import { getOrCreateSetting } from './postgres/settings.js';
import { createRedis } from './redis/redis.js';
import { DatabaseRestored, findLogAhead } from './relay/tail.js';
import { resolvers } from './resolvers/index.js';
import { scalars } from './resolvers/scalars.js';
import { createThread } from './thread.js';
import { createTokens } from './tokens.js';

/** The whole process but its signals: creates every piece, and stops them in reverse. */
export interface App {
  /**
   * @returns where the gateway listens; undefined without that role
   * @throws PrerequisiteError, DatabaseRestored, or another Error whose message a user can act on
   */
  start(): Promise<{ readonly url: string | undefined }>;
  /** Refuses new work, tells subscriptions to reconnect, finishes what is in flight, ends. May be called at any time, also twice. */
  stop(): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  /** Where Kafka's jars are kept. */
  readonly cacheDir: string;
  readonly logger: Logger;
  /** A line for each long step. */
  readonly progress: (line: string) => void;
  /** The process cannot go on; the message says why and what to do. */
  readonly onFatal: (message: string) => void;
}

const gatewayPoolSize = 12;
const statementTimeoutMs = 5_000;
const drainDeadlineMs = 5_000;
const dependencyDeadlineMs = 30_000;
/** Topics that subscriptions read. */
const bridged = [orderEvents, orderStatsChanges];

export const createApp = ({ config, cacheDir, logger, progress, onFatal }: AppOptions): App => {
  const stops: (() => Promise<unknown>)[] = [];
  const stopping = new AbortController();
  let stopped: Promise<void> | undefined;
  let starting: Promise<{ url: string | undefined }> | undefined;

  const start = async (): Promise<{ url: string | undefined }> => {
    const has = (role: Config['roles'][number]): boolean => config.roles.includes(role);
    const servers = await startEmbedded({
      dataDir: config.dataDir,
      cacheDir,
      kafka: config.kafka === undefined,
      postgres: config.databaseUrl === undefined,
      redis: config.redisUrl === undefined,
      progress,
      signal: stopping.signal,
    });
    stops.push(servers.stop);
    const address: KafkaAddress = config.kafka ?? {
      brokers: servers.kafkaBrokers ?? [],
      ssl: false,
      caFile: undefined,
      sasl: undefined,
    };
    const databaseUrl = config.databaseUrl ?? servers.databaseUrl ?? '';
    const redisUrl = config.redisUrl ?? servers.redisUrl;

    const database = createDatabase({ url: databaseUrl, logger, poolSize: gatewayPoolSize, statementTimeoutMs });
    stops.push(database.stop);
    const kafka = createKafka({ address, prefix: config.topicPrefix, logger });
    stops.push(kafka.stop);
    await reach('Postgres', 'DATABASE_URL', () => migrate(database));
    const partitions = await reach('Kafka', 'KAFKA_BROKERS', () => createTopics(kafka, config.profile));
    if (has('relay')) await reach('Kafka', 'KAFKA_BROKERS', () => refuseRestored(database, kafka, partitions));

    const backgroundRoles = config.roles.filter((role) => role !== 'gateway');
    const background =
      backgroundRoles.length > 0
        ? createThread({
            roles: backgroundRoles,
            kafka: address,
            databaseUrl,
            topicPrefix: config.topicPrefix,
            partitions,
            logLevel: config.logLevel,
            onFatal,
          })
        : undefined;
    if (background) {
      await background.start();
      stops.push(background.stop);
    }
    if (!has('gateway')) return { url: undefined };

    const redis = redisUrl === undefined ? undefined : createRedis(redisUrl, logger);
    if (redis) stops.push(redis.stop);
    const secret =
      config.cursorSecret ??
      (await getOrCreateSetting(database, 'cursor-secret', randomBytes(32).toString('base64url')));
    const tokens = createTokens(secret);
    const cursors = createCursors(tokens);
    const live = createLive({ kafka, cursors, topics: bridged, logger });
    const consistency = createConsistency(database, tokens);
    const orders = createOrderCommands({
      database,
      consistency,
      onCommitted: background?.wake ?? createOutboxNotifier(database),
      now: Date.now,
    });
    const gateway = createGateway({
      host: config.host,
      port: config.port,
      profile: config.profile,
      schema: createSchema(resolvers, scalars),
      services: {
        database,
        orders,
        consistency,
        cursors,
        live,
        orderWatches: createOrderWatches(live, database),
      },
      log: logger,
      health: async () => ({
        kafka: { ...(await probe(() => kafka.ping())), brokers: address.brokers },
        postgres: { ...(await probe(() => database.query('select 1'))), url: databaseUrl },
        redis: redis ? { ...(await probe(() => redis.ping())), url: redisUrl } : null,
      }),
    });
    const listening = await gateway.start();
    stops.push(() => gateway.stop(drainDeadlineMs));
    void live.start();
    stops.push(live.stop);
    return listening;
  };

  /** Tries for a while: with servers elsewhere the order in which things start is not ours. */
  const reach = async <T>(name: string, variable: string, work: () => Promise<T>): Promise<T> => {
    const until = Date.now() + dependencyDeadlineMs;
    for (let tries = 0; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof DatabaseRestored) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        if (Date.now() > until)
          throw new Error(`${name} cannot be used (${reason}): start it, or set ${variable} to one that runs.`, {
            cause: error,
          });
        if (tries === 0) progress(`Waiting for ${name} (${reason}) …`);
        await sleep(500, undefined, { signal: stopping.signal });
      }
    }
  };

  return {
    start: async () => {
      starting = start();
      try {
        return await starting;
      } catch (error) {
        await unwind(stops);
        throw error;
      }
    },
    stop: () =>
      (stopped ??= (async () => {
        stopping.abort();
        await starting?.catch(() => {});
        await unwind(stops);
      })()),
  };
};

/** In reverse; what fails to stop does not keep the rest from stopping. */
const unwind = async (stops: (() => Promise<unknown>)[]): Promise<void> => {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop().catch(() => {});
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

const refuseRestored = async (
  database: Database,
  kafka: Kafka,
  partitions: Readonly<Record<string, number>>,
): Promise<void> => {
  const fed = topics
    .filter(({ fedBy }) => fedBy === 'outbox')
    .map(({ name }) => ({ name, partitions: partitions[name] ?? 1 }));
  await ensureRuns(database, fed);
  const ahead = await findLogAhead(kafka, fed, () => readRuns(database));
  if (ahead.length > 0) throw new DatabaseRestored(ahead);
};

const probe = async (ask: () => Promise<unknown>): Promise<DependencyHealth> => {
  try {
    await ask();
    return { status: 'up' };
  } catch (error) {
    return { status: 'down', reason: error instanceof Error ? error.message : String(error) };
  }
};
