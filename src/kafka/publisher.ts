import { requestTimeoutMs, type Broker, type ClientFactory, type ClusterType } from './client.js';
import { createConnections } from './connections.js';
import { PublishError, type Publisher } from './kafka.js';
import { produceTo } from './protocol.js';
import { encodeRecordBatch } from './record-batch.js';

/**
 * Sends each call as one Produce request to the partition's leader, without retries and without kafkajs's "idempotence": after
 * a lost reply that reuses sequence numbers, and the broker then takes a new record for a repeat, which loses it. Who sends
 * repeats what was not acknowledged, and readers drop repeats by number or id. After any failure fresh connections and
 * metadata are used, so that no stuck connection or old leader is inherited.
 */
export const createPublisher = (clients: ClientFactory, prefix: string): Publisher => {
  const connections = createConnections(clients);
  /** By connections: topics whose metadata they have, or are asking for. */
  const known = new WeakMap<ClusterType, Map<string, Promise<void>>>();
  let stopped = false;

  /**
   * Metadata is asked for once per topic, not by age: a refresh concerns all topics and fails when one is missing, and a leader
   * that moved answers with an error, after which everything is fresh.
   */
  const findLeader = async (cluster: ClusterType, topic: string, partition: number): Promise<Broker> => {
    let topics = known.get(cluster);
    if (!topics) known.set(cluster, (topics = new Map()));
    let asked = topics.get(topic);
    if (!asked) topics.set(topic, (asked = cluster.addMultipleTargetTopics([topic])));
    await asked;
    const partitions = cluster.findTopicPartitionMetadata(topic);
    const leader = partitions.find(({ partitionId }) => partitionId === partition)?.leader;
    if (leader === undefined) throw new Error(`Kafka has no partition ${partition} of ${topic}`);
    return cluster.findBroker({ nodeId: String(leader) });
  };

  const sendOnce: Publisher['send'] = async (topic, partition, records) => {
    if (stopped) throw new PublishError('LOST', new Error('the publisher is stopped'));
    try {
      return await connections.use(async (cluster) => {
        const broker = await findLeader(cluster, prefix + topic, partition);
        const batch = encodeRecordBatch(records, Date.now());
        return produceTo(broker, { topic: prefix + topic, partition, batch, timeoutMs: requestTimeoutMs });
      });
    } catch (error) {
      throw new PublishError(kindOf(error), error);
    }
  };

  return {
    send: async (topic, partition, records) => {
      try {
        return await sendOnce(topic, partition, records);
      } catch (error) {
        // Metadata is of all topics at once, so the missing one may be another that was deleted since. Fresh metadata decides.
        if (error instanceof PublishError && error.kind === 'NO_TOPIC')
          return sendOnce(topic, partition, records);
        throw error;
      }
    },
    stop: async () => {
      stopped = true;
      await connections.stop();
    },
  };
};

const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];
const noTopic = ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION'];

const kindOf = (error: unknown): PublishError['kind'] => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const type = 'type' in cause ? String(cause.type) : '';
    if (tooLarge.includes(type)) return 'TOO_LARGE';
    if (noTopic.includes(type)) return 'NO_TOPIC';
  }
  return 'LOST';
};
