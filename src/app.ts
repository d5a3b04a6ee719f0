import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Background } from './background.js';
import { createCasinoCommands } from './commands/casino.js';
import { createDeadLetterCommands } from './commands/dead-letters.js';
import { createRecordFacts } from './commands/facts.js';
import type { CommandOptions } from './commands/mutation.js';
import { createNotificationCommands } from './commands/notifications.js';
import { createOrderCommands } from './commands/orders.js';
import { createPostCommands } from './commands/posts.js';
import { createProductCommands } from './commands/products.js';
import { createTelemetryCommands } from './commands/telemetry.js';
import { createTopicCommands } from './commands/topics.js';
import { createUserCommands } from './commands/users.js';
import type { Config } from './config.js';
import {
  casinoFeedback,
  casinoPlayerChanges,
  casinoStatsChanges,
  deadLetterChanges,
  departmentStatsChanges,
  errorLogFacts,
  notificationEvents,
  orderEvents,
  orderStatsChanges,
  postEvents,
  productEvents,
  telemetryChanges,
  userActivityFacts,
  userEvents,
} from './events/topics.js';
import { checkAddress, createGateway, type Gateway } from './gateway/gateway.js';
import type { DependencyHealth, HealthReport } from './gateway/health.js';
import { createRandom } from './games/random.js';
import { createSchema } from './gateway/schema.js';
import { createPartitionWatch } from './kafka/partition-watch.js';
import { createLive } from './live/create-live.js';
import { createCasinoWatches } from './live/casino.js';
import { createCursors } from './live/cursor.js';
import { createDepartmentWatches } from './live/department-stats.js';
import { createOrderWatches } from './live/order-stats.js';
import { createTelemetryWatches } from './live/telemetry.js';
import { createTopics } from './live/topics.js';
import { createConsistency } from './postgres/consistency.js';
import { createOutboxNotifier } from './postgres/outbox.js';
import { getOrCreateSetting } from './postgres/settings.js';
import { createRedis } from './redis/redis.js';
import { DatabaseRestored } from './relay/tail.js';
import { resolvers } from './resolvers/index.js';
import { scalars } from './resolvers/scalars.js';
import { openServers, type Servers, type ServersOptions } from './servers.js';
import { createStallWatch } from './stalls.js';
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

export interface AppOptions extends Omit<ServersOptions, 'signal' | 'onStop'> {
  /** The process cannot go on; the message says why and what to do. */
  readonly onFatal: (message: string) => void;
}

/** Beyond the time over which clients are told to reconnect. */
const drainDeadlineMs = 5_000;
/** Topics that subscriptions read. */
const bridged = [
  orderEvents,
  orderStatsChanges,
  userEvents,
  postEvents,
  departmentStatsChanges,
  productEvents,
  notificationEvents,
  deadLetterChanges,
  userActivityFacts,
  errorLogFacts,
  telemetryChanges,
  casinoFeedback,
  casinoPlayerChanges,
  casinoStatsChanges,
];

type Pushing = (stop: () => Promise<unknown>) => void;

export const createApp = (options: AppOptions): App => {
  const { config, logger } = options;
  const stops: (() => Promise<unknown>)[] = [];
  const onStop: Pushing = (stop) => void stops.push(stop);
  const stopping = new AbortController();
  let starting: Promise<{ url: string | undefined }> | undefined;
  let stopped: Promise<void> | undefined;

  const start = async (): Promise<{ url: string | undefined }> => {
    if (config.roles.includes('gateway')) await checkAddress(config);
    const servers = await openServers({ ...options, signal: stopping.signal, onStop });
    // In every role: a gateway would change orders of which the log has newer versions.
    const ahead = await servers.findLogAhead();
    if (ahead.length > 0) throw new DatabaseRestored(ahead);
    const background = await startBackground(options, servers, onStop);
    if (!config.roles.includes('gateway')) return { url: undefined };
    const gateway = await openGateway(config, servers, logger, background, onStop);
    return gateway.start();
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

/** @returns what wakes the relay, wherever it runs, and the state of the roles that run here */
const startBackground = async (
  { config, onFatal }: AppOptions,
  { kafkaAddress, databaseUrl, database, redisUrl, partitions }: Servers,
  onStop: Pushing,
): Promise<Pick<Background, 'wake' | 'status'>> => {
  const roles = config.roles.filter((role) => role !== 'gateway');
  if (roles.length === 0)
    return { wake: createOutboxNotifier(database), status: () => ({ relay: undefined, owned: [] }) };
  const thread = createThread({
    roles,
    kafka: kafkaAddress,
    databaseUrl,
    redisUrl,
    notifications: config.notifications,
    telemetry: config.telemetry,
    casino: config.casino,
    topicPrefix: config.topicPrefix,
    partitions,
    logLevel: config.logLevel,
    onFatal,
  });
  onStop(thread.stop);
  await thread.start();
  return thread;
};

const openGateway = async (
  config: Config,
  servers: Servers,
  logger: Logger,
  background: Pick<Background, 'wake' | 'status'>,
  onStop: Pushing,
): Promise<Gateway> => {
  const { database, kafka } = servers;
  const secret =
    config.cursorSecret ??
    (await getOrCreateSetting(database, 'cursor-secret', randomBytes(32).toString('base64url')));
  const tokens = createTokens(secret);
  const cursors = createCursors(tokens);
  const redis = servers.redisUrl === undefined ? undefined : createRedis(servers.redisUrl, logger);
  if (redis) onStop(redis.stop);
  const stalled = createStallWatch(() => performance.now());
  const live = createLive({ kafka, cursors, topics: bridged, logger });
  const consistency = createConsistency(database, tokens);
  const commands: CommandOptions = { database, consistency, onCommitted: background.wake, now: Date.now };
  const { retentionDays } = config.telemetry;
  const topics = createTopics({ kafka, cursors, database, retentionDays, logger, now: Date.now });
  const publisher = kafka.factPublisher();
  onStop(publisher.stop);
  const watch = createPartitionWatch({ kafka, known: servers.partitions, logger });
  onStop(watch.stop);
  watch.start();
  const recordFacts = createRecordFacts({ publisher, consistency, partitionsOf: watch.of });
  const gateway = createGateway({
    host: config.host,
    port: config.port,
    profile: config.profile,
    schema: createSchema(resolvers, scalars),
    services: {
      database,
      orders: createOrderCommands(commands),
      users: createUserCommands(commands),
      posts: createPostCommands(commands),
      products: createProductCommands(commands),
      notifications: createNotificationCommands(commands),
      telemetry: createTelemetryCommands({ recordFacts, now: Date.now }),
      casino: createCasinoCommands({
        ...commands,
        recordFacts,
        random: createRandom(randomBytes(32)),
        adultAge: config.casino.adultAge,
      }),
      deadLetters: createDeadLetterCommands(commands),
      consistency,
      cursors,
      live,
      orderWatches: createOrderWatches(live, database),
      departmentWatches: createDepartmentWatches(live, database),
      casinoWatches: createCasinoWatches(live, database),
      telemetryWatches: createTelemetryWatches(live, database),
      topics,
      topicCommands: createTopicCommands({ admin: kafka.admin, database, consistency }),
    },
    subscribers: config.subscribers,
    log: logger,
    health: () => askHealth(servers, redis, () => stalled(background.status().owned).length > 0),
  });
  onStop(live.stop);
  void live.start();
  onStop(topics.stop);
  topics.start();
  // First: clients are told to reconnect one after the other, and are served until their turn comes.
  onStop(() => gateway.stop(config.subscribers.reconnectSpreadMs + drainDeadlineMs));
  return gateway;
};

const askHealth = async (
  { kafka, kafkaAddress, database, databaseUrl, redisUrl }: Servers,
  redis: { ping(): Promise<void> } | undefined,
  isStalled: () => boolean,
): Promise<HealthReport> => {
  const [kafkaUp, postgresUp, redisUp] = await Promise.all([
    probe(() => kafka.ping()),
    probe(() => database.query('select 1')),
    redis && probe(() => redis.ping()),
  ]);
  return {
    kafka: { ...kafkaUp, brokers: kafkaAddress.brokers },
    postgres: { ...postgresUp, url: databaseUrl },
    redis: redisUp ? { ...redisUp, url: redisUrl } : null,
    ...(isStalled() && { ready: false }),
  };
};

const probe = async (ask: () => Promise<unknown>): Promise<DependencyHealth> => {
  try {
    await ask();
    return { status: 'up' };
  } catch (error) {
    return { status: 'down', reason: error instanceof Error ? error.message : String(error) };
  }
};
