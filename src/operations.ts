import { findMisfit } from './assignment/owned-log.js';
import { recoveries, versionRecoveries } from './commands/recoveries.js';
import type { Config, KafkaAddress } from './config.js';
import { effectFailed } from './consumers/halt.js';
import { findEmbedded } from './embedded/embedded.js';
import { unavailable } from './errors.js';
import { createKafka } from './kafka/create-kafka.js';
import { fetchOrPass } from './kafka/fetch-or-pass.js';
import type { Kafka } from './kafka/kafka.js';
import { recordAction } from './postgres/audit.js';
import { createDatabase } from './postgres/database.js';
import { requireMigrated } from './postgres/migrate.js';
import { readPositions, resumePosition, type PartitionPosition } from './postgres/positions.js';
import { growTopic, type Grown } from './relay/grow.js';
import { recoverFromLog, type Recovered } from './relay/recover.js';
import { embeddedAddress, openServers, type Servers, type ServersOptions } from './servers.js';

/** What operators do: but for `growRunning` while no Millrace runs on the database, so each opens the servers, works, and ends them again. */
export type OperationOptions = Omit<ServersOptions, 'signal' | 'onStop'>;

/** Ends the state in which a start is refused because the database is an earlier copy. @returns what came back; empty when nothing was wrong */
export const recover = (options: OperationOptions, way: 'from-log' | 'accept-loss'): Promise<Recovered[]> =>
  withServers(options, async (servers) => {
    const { database, kafka } = servers;
    const ahead = await servers.findLogAhead();
    return recoverFromLog({
      database,
      kafka,
      ahead,
      recoveries: way === 'from-log' ? recoveries : versionRecoveries,
      action: `recover --${way}`,
    });
  });

export interface Resumed {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Lets partitions of a stream or consumer go on that stand still. */
export const resumeStream = (options: OperationOptions, name: string): Promise<Resumed[]> =>
  withServers(options, async ({ database, kafka }) => {
    const resumed: Resumed[] = [];
    for (const { fault, ...position } of await readPositions(database, name)) {
      if (fault === null) continue;
      const { topic, partition, nextOffset: from } = position;
      const behind = await findWayOn(kafka, position, fault);
      const to = behind.nextOffset;
      await database.transaction(async (tx) => {
        await resumePosition(tx, name, behind);
        await recordAction(tx, 'streams resume --accept-loss', { name, topic, partition, fault, from, to });
      });
      resumed.push({ topic, partition, from, to });
    }
    return resumed;
  });

/**
 * Where a partition goes on: a failed effect is tried again, a hole in the numbers and a batch that nobody can read are passed over,
 * and where records were lost, what is there is read from its start.
 */
const findWayOn = async (
  kafka: Kafka,
  position: PartitionPosition,
  fault: string,
): Promise<PartitionPosition> => {
  const { topic, partition } = position;
  const misfit = await findMisfit(kafka, position);
  if ('from' in misfit) {
    if (fault.startsWith(effectFailed)) return position;
    if (fault.startsWith('SEQUENCE_HOLE')) return { ...position, sequence: 0 };
    if (fault.startsWith('UNREADABLE'))
      return passUnreadable(kafka, { ...position, nextOffset: misfit.from });
  }
  const earliest = (await kafka.watermarks(topic)).get(partition)?.earliest ?? 0;
  return { ...position, nextOffset: earliest, sequence: 0, lastId: null };
};

/** Control records, which nobody is told of, may stand before the batch; and it may have become readable. */
const passUnreadable = async (kafka: Kafka, position: PartitionPosition): Promise<PartitionPosition> => {
  const { topic, partition } = position;
  for (let offset = position.nextOffset; ;) {
    const { records, nextOffset, fault } = await fetchOrPass(kafka, topic, partition, offset, 1);
    if (fault) return { ...position, nextOffset, lastId: null };
    if (records.length > 0 || nextOffset <= offset) return position;
    offset = nextOffset;
  }
};

export interface GrowTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly waitMs: number;
  readonly without: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Gives a topic more partitions while Millrace runs; `progress` is told of each step.
 * @throws MillraceError when it goes on as it was
 */
export const growRunning = async (
  { config, logger, progress }: OperationOptions,
  asked: GrowTopic,
): Promise<Grown> => {
  const { kafka: address, databaseUrl: url } = findRunning(config);
  const database = createDatabase({ url, logger, poolSize: 4, statementTimeoutMs: 5_000 });
  const kafka = createKafka({ address, prefix: config.topicPrefix, logger });
  try {
    await requireMigrated(database);
    return await growTopic({ ...asked, database, kafka, report: progress });
  } finally {
    await kafka.stop();
    await database.stop();
  }
};

/** The servers that are named, else those that a Millrace of this data directory has started. */
const findRunning = (config: Config): { kafka: KafkaAddress; databaseUrl: string } => {
  const embedded = findEmbedded(config.dataDir);
  const kafka = config.kafka ?? (embedded.kafkaBrokers && embeddedAddress(embedded.kafkaBrokers));
  const databaseUrl = config.databaseUrl ?? embedded.databaseUrl;
  if (kafka && databaseUrl !== undefined) return { kafka, databaseUrl };
  throw unavailable(
    `No Millrace runs on ${config.dataDir}: start it with npm start, or set KAFKA_BROKERS and DATABASE_URL to its servers.`,
  );
};

const withServers = async <T>(
  options: OperationOptions,
  work: (servers: Servers) => Promise<T>,
): Promise<T> => {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    return await work(
      await openServers({
        ...options,
        signal: new AbortController().signal,
        onStop: (stop) => void stops.push(stop),
      }),
    );
  } finally {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop().catch(() => {});
  }
};
