import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { KafkaAddress } from '../config.js';
import { createClientFactory, type ClientFactory, type ClusterType } from './client.js';
import { decodeRecords } from './decode.js';
import type { Kafka, Watermarks } from './kafka.js';
import { createConnections } from './connections.js';
import { createLogReader } from './log-reader.js';
import { errorType, fetchFrom } from './protocol.js';
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
const whenLed = async (clients: ClientFactory, topics: string[]): Promise<void> => {
  const giveUp = performance.now() + createTimeoutMs;
  const cluster = clients.cluster();
  await cluster.connect();
  try {
    for (;;) {
      try {
        await cluster.addMultipleTargetTopics(topics);
        await cluster.refreshMetadata();
        const partitionsOf = (topic: string) =>
          cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
        await cluster.fetchTopicsOffset(
          topics.map((topic) => ({ topic, partitions: partitionsOf(topic), fromBeginning: false })),
        );
        return;
      } catch (error) {
        if (!notYet.includes(errorType(error) ?? '') || performance.now() > giveUp) throw error;
      }
      await sleep(50);
    }
  } finally {
    await cluster.disconnect();
  }
};

/** Connects at first use. */
export const createKafka = ({ address, prefix, logger }: KafkaOptions): Kafka => {
  const clients = createClientFactory(address, logger);
  const shared = createConnections(clients);

  const partitionsOf = async (cluster: ClusterType, topic: string) => {
    await cluster.addMultipleTargetTopics([prefix + topic]);
    await cluster.refreshMetadataIfNecessary();
    return cluster.findTopicPartitionMetadata(prefix + topic);
  };

  return {
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
          clients,
          missing.map(({ name }) => prefix + name),
        );
      } finally {
        await admin.disconnect();
      }
    },

    partitionCount: (topic) =>
      shared.use(async (cluster) => {
        const { length } = await partitionsOf(cluster, topic);
        if (length === 0) throw new Error(`Kafka has no topic ${prefix}${topic}`);
        return length;
      }),

    watermarks: (topic) =>
      shared.use(async (cluster) => {
        const partitions = (await partitionsOf(cluster, topic)).map(({ partitionId }) => ({
          partition: partitionId,
        }));
        const [earliest, latest] = await Promise.all(
          [true, false].map(async (fromBeginning) => {
            const [answer] = await cluster.fetchTopicsOffset([
              { topic: prefix + topic, partitions, fromBeginning },
            ]);
            return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
          }),
        );
        return new Map(
          partitions.map(({ partition }): [number, Watermarks] => [
            partition,
            { earliest: earliest?.get(partition) ?? 0, latest: latest?.get(partition) ?? 0 },
          ]),
        );
      }),

    fetch: (topic, partition, offset, maxBytes) =>
      shared.use(async (cluster) => {
        const leader = (await partitionsOf(cluster, topic)).find(
          (known) => known.partitionId === partition,
        )?.leader;
        if (leader === undefined) throw new Error(`Kafka has no partition ${partition} of ${prefix}${topic}`);
        const broker = await cluster.findBroker({ nodeId: String(leader) });
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

    ping: () => shared.use((cluster) => cluster.refreshMetadata()),
    stop: shared.stop,
  };
};
