import { requestTimeoutMs, type Broker, type ClientFactory, type ClusterType } from './client.js';
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
  let current: Lease | undefined;
  let stopped = false;

  const send: Publisher['send'] = async (topic, partition, records) => {
    try {
      return await sendOnce(topic, partition, records);
    } catch (error) {
      // Metadata is of all topics at once, so the missing one may be another that was deleted since. Fresh metadata decides.
      if (error instanceof PublishError && error.kind === 'NO_TOPIC')
        return sendOnce(topic, partition, records);
      throw error;
    }
  };

  const sendOnce: Publisher['send'] = async (topic, partition, records) => {
    if (stopped) throw new PublishError('LOST', new Error('the publisher is stopped'));
    const lease = (current ??= open(clients));
    lease.users += 1;
    try {
      const broker = await findLeader(lease, prefix + topic, partition);
      const batch = encodeRecordBatch(records, Date.now());
      return await produceTo(broker, {
        topic: prefix + topic,
        partition,
        batch,
        timeoutMs: requestTimeoutMs,
      });
    } catch (error) {
      if (current === lease) current = undefined;
      throw new PublishError(kindOf(error), error);
    } finally {
      lease.users -= 1;
      if (lease !== current && lease.users === 0) await close(lease);
    }
  };

  return {
    send,
    stop: async () => {
      stopped = true;
      const last = current;
      current = undefined;
      if (last && last.users === 0) await close(last);
    },
  };
};

/** Connections and how many sends use them: they are closed when they were given up and the last send has settled. */
interface Lease {
  readonly cluster: ClusterType;
  readonly connected: Promise<void>;
  /** Topics that the cluster has metadata of, or is asking for. */
  readonly topics: Map<string, Promise<void>>;
  users: number;
}

const open = (clients: ClientFactory): Lease => {
  const cluster = clients.cluster();
  return { cluster, connected: cluster.connect(), topics: new Map(), users: 0 };
};

const close = async ({ cluster }: Lease): Promise<void> => {
  await cluster.disconnect().catch(() => {});
};

/**
 * Metadata is asked for once per topic, not by age: a refresh concerns all topics and fails when one is missing, and a leader
 * that moved answers with an error, after which everything is fresh.
 */
const findLeader = async (
  { cluster, connected, topics }: Lease,
  topic: string,
  partition: number,
): Promise<Broker> => {
  await connected;
  let known = topics.get(topic);
  if (!known) topics.set(topic, (known = cluster.addMultipleTargetTopics([topic])));
  await known;
  const leader = cluster
    .findTopicPartitionMetadata(topic)
    .find(({ partitionId }) => partitionId === partition)?.leader;
  if (leader === undefined) throw new Error(`Kafka has no partition ${partition} of ${topic}`);
  return cluster.findBroker({ nodeId: String(leader) });
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
