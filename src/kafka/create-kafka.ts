import type { Logger } from 'pino';
import type { KafkaAddress } from '../config.js';
import { createAdmin } from './admin.js';
import { earliest, latest, requestMetadata, type PartitionOffset } from './admin-protocol.js';
import { createClientFactory } from './client.js';
import { decodeRecords } from './decode.js';
import { createFactPublisher } from './fact-publisher.js';
import type { Kafka, Watermarks } from './kafka.js';
import { createConnections } from './connections.js';
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
        await admin.createTopics({
          waitForLeaders: true,
          timeout: 15_000,
          topics: topics
            .filter(({ name }) => !existing.has(prefix + name))
            .map(({ name, partitions, retentionMs }) => ({
              topic: prefix + name,
              numPartitions: partitions,
              replicationFactor: -1,
              configEntries: [
                { name: 'retention.ms', value: String(retentionMs) },
                { name: 'message.timestamp.type', value: 'LogAppendTime' },
              ],
            })),
        });
      } finally {
        await admin.disconnect();
      }
    },

    partitionCount: (topic) =>
      shared.use(async (cluster) => (await topicOf(cluster, prefix + topic)).partitions.length),

    watermarks: (topic) =>
      shared.use(async (cluster) => {
        const known = await topicOf(cluster, prefix + topic);
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
        const broker = await leaderOf(cluster, await topicOf(cluster, prefix + topic), partition);
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
