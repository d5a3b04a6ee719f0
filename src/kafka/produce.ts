import type { Broker, ClusterType } from './client.js';
import type { Connections } from './connections.js';
import { PublishError } from './kafka.js';
import { produceTo } from './protocol.js';

export interface ProduceCall {
  /** The full name. */
  readonly topic: string;
  readonly partition: number;
  /** Called when the leader is connected: the record batch is then handed to the socket, or what this throws is thrown. */
  readonly batch: () => Buffer;
  /** How long the broker waits for its replicas. */
  readonly timeoutMs: number;
}

/**
 * One Produce request to the partition's leader, without repeats.
 * @returns the offset of the first record
 * @throws PublishError
 */
export type Produce = (call: ProduceCall) => Promise<number>;

/**
 * After a failure fresh connections and metadata are used, so that no stuck connection or old leader is inherited. That records are
 * too large is none: the leader answered.
 */
export const createProduce = (connections: Connections): Produce => {
  /** By connections: topics whose metadata they have, or are asking for. */
  const known = new WeakMap<ClusterType, Map<string, Promise<void>>>();

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
    let leader = knownLeader(cluster, topic, partition);
    // The topic may have grown since.
    if (leader === undefined) {
      await cluster.refreshMetadata();
      leader = knownLeader(cluster, topic, partition);
    }
    if (leader === undefined) throw new Error(`Kafka has no partition ${partition} of ${topic}`);
    return cluster.findBroker({ nodeId: String(leader) });
  };

  return async (call) => {
    const answer = await connections
      .use(async (cluster) => {
        const leader = await findLeader(cluster, call.topic, call.partition);
        return produceTo(leader, call).catch((error: unknown) => {
          const refusal = asPublishError(error);
          if (refusal.kind !== 'TOO_LARGE') throw error;
          return refusal;
        });
      })
      .catch(asPublishError);
    if (answer instanceof PublishError) throw answer;
    return answer;
  };
};

const knownLeader = (cluster: ClusterType, topic: string, partition: number): number | undefined =>
  cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition)?.leader;

const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];
const noTopic = ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION'];

const asPublishError = (error: unknown): PublishError => new PublishError(kindOf(error), error);

const kindOf = (error: unknown): PublishError['kind'] => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const type = 'type' in cause ? String(cause.type) : '';
    if (tooLarge.includes(type)) return 'TOO_LARGE';
    if (noTopic.includes(type)) return 'NO_TOPIC';
  }
  return 'LOST';
};
