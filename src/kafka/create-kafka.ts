import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { KafkaAddress } from '../config.js';
import { createAdmin } from './admin.js';
import { earliest, latest, requestMetadata, type PartitionOffset } from './admin-protocol.js';
import { createClientFactory } from './client.js';
import { decodeRecords } from './decode.js';
import { createFactPublisher } from './fact-publisher.js';
import type { Kafka, Watermarks } from './kafka.js';
import { createConnections, type Connections } from './connections.js';
import { errorType } from './error-type.js';
import { createLogReader } from './log-reader.js';
import { anyBroker, createTopicMetadata, leaderOf, listOffsets } from './metadata.js';
import { fetchFrom } from './protocol.js';
import { createPublisher } from './publisher.js';

export interface KafkaOptions {
  readonly address: KafkaAddress;
  /** Put before the names of topics and groups. */
  readonly prefix: string;
  readonly logger: Logger;
}

const createTimeoutMs = 15_000;

const notYet = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];

/**
 * Waits until the leaders of all partitions answer. The controller says that a topic is created before the brokers know it, and they
 * show it in their metadata before they lead it; kafkajs's `waitForLeaders` fails at the first and does not see the second.
 */
const whenLed = async (connections: Connections, names: readonly string[]): Promise<void> => {
  const giveUp = performance.now() + createTimeoutMs;
  const areLed = (): Promise<boolean> =>
    connections.use(async (cluster) => {
      const { topics } = await requestMetadata(await anyBroker(cluster), names);
      for (const { error } of topics) if (error) throw error;
      if (topics.some(({ partitions }) => partitions.some(({ leader }) => leader < 0))) return false;
      await listOffsets(cluster, topics, latest);
      return true;
    });
  for (;;) {
    try {
      if (await areLed()) return;
    } catch (error) {
      if (!notYet.includes(errorType(error) ?? '') || performance.now() > giveUp) throw error;
    }
    if (performance.now() > giveUp)
      throw new Error('Kafka has no leader yet for each partition that was created');
    await sleep(50);
  }
};

/** Connects at first use. */
export const createKafka = ({ address, prefix, logger }: KafkaOptions): Kafka => {
  const clients = createClientFactory(address, logger);
  const shared = createConnections(clients.cluster);
  const admin = createAdmin(clients, prefix);

  const topicOf = createTopicMetadata();

  return {
    admin,
    ensureTopics: async (topics) => {
      const admin = clients.client().admin({ retry: { retries: 5 } });
      await admin.connect();
      try {
        const existing = new Set(await admin.listTopics());
        const missing = topics.filter(({ name }) => !existing.has(prefix + name));
        if (missing.length === 0) return;
        await admin.createTopics({
          waitForLeaders: false,
          timeout: createTimeoutMs,
          topics: missing.map(({ name, partitions, retentionMs }) => ({
            topic: prefix + name,
            numPartitions: partitions,
            replicationFactor: -1,
            configEntries: [
              { name: 'retention.ms', value: String(retentionMs) },
              { name: 'message.timestamp.type', value: 'LogAppendTime' },
            ],
          })),
        });
        await whenLed(
          shared,
          missing.map(({ name }) => prefix + name),
        );
      } finally {
        await admin.disconnect();
      }
    },

    partitionCount: (topic) =>
      shared.use(async (cluster) => (await topicOf(cluster, prefix + topic)).partitions.length),

    partitionCounts: (topics) =>
      shared.use(async (cluster) => {
        const names = topics.map((topic) => prefix + topic);
        const answer = await requestMetadata(await anyBroker(cluster), names);
        const there = answer.topics.filter(({ error }) => !error);
        return new Map(there.map(({ name, partitions }) => [name.slice(prefix.length), partitions.length]));
      }),

    watermarks: (topic) =>
      shared.use(async (cluster) => {
        const known = await topicOf(cluster, prefix + topic, true);
        const [begins, ends] = await Promise.all([
          listOffsets(cluster, [known], earliest),
          listOffsets(cluster, [known], latest),
        ]);
        const at = (offsets: readonly PartitionOffset[], id: number): number => {
          const found = offsets.find(({ partition }) => partition === id);
          if (!found) throw new Error(`Nobody leads ${prefix}${topic}/${id}`);
          return found.offset;
        };
        return new Map(
          known.partitions.map(({ id }): [number, Watermarks] => [
            id,
            { earliest: at(begins, id), latest: at(ends, id) },
          ]),
        );
      }),

    fetch: (topic, partition, offset, maxBytes) =>
      shared.use(async (cluster) => {
        const remembered = await topicOf(cluster, prefix + topic);
        // The topic may have grown since.
        const isNew = !remembered.partitions.some(({ id }) => id === partition);
        const known = isNew ? await topicOf(cluster, prefix + topic, true) : remembered;
        const broker = await leaderOf(cluster, known, partition);
        const [answer] = await fetchFrom(broker, {
          partitions: [{ topic: prefix + topic, partition, offset }],
          maxWaitMs: 0,
          minBytes: 0,
          maxBytesPerPartition: maxBytes,
        });
        if (!answer) throw new Error(`Kafka answered nothing for ${prefix}${topic}/${partition}`);
        if (answer.error) throw answer.error;
        return { topic, partition, logEnd: answer.logEnd, ...decodeRecords({ ...answer, topic, offset }) };
      }),

    reader: (options) => createLogReader(clients, prefix, logger, options),
    publisher: () => createPublisher(clients, prefix),
    factPublisher: () => createFactPublisher(clients, prefix, logger),

    commitOffsets: (group, offsets) =>
      shared.use(async (cluster) => {
        const coordinator = await cluster.findGroupCoordinator({ groupId: prefix + group });
        await coordinator.offsetCommit({
          groupId: prefix + group,
          // A commit from outside any generation: taken while the group has no members.
          groupGenerationId: -1,
          memberId: '',
          topics: offsets.map(({ topic, partition, offset }) => ({
            topic: prefix + topic,
            partitions: [{ partition, offset: String(offset), metadata: '' }],
          })),
        });
      }),

    ping: () =>
      shared.use(async (cluster) => {
        await requestMetadata(await anyBroker(cluster), []);
      }),
    stop: async () => {
      await admin.stop();
      await shared.stop();
    },
  };
};
