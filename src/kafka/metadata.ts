import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import {
  requestMetadata,
  requestOffsets,
  type PartitionMetadata,
  type PartitionOffset,
  type TopicMetadata,
} from './admin-protocol.js';
import type { Broker, ClusterType } from './client.js';

export const anyBroker = async (cluster: ClusterType): Promise<Broker> => {
  await cluster.refreshMetadataIfNecessary();
  // With KRaft it is any broker, and each hands on what is the controller's.
  return cluster.findControllerBroker();
};

/** One request to each leader; partitions without one are left out. @throws the error of any other */
export const listOffsets = async (
  cluster: ClusterType,
  topics: readonly TopicMetadata[],
  timestampMs: number,
): Promise<PartitionOffset[]> => {
  const led = new Map<number, { topic: string; partition: number }[]>();
  for (const { name, partitions } of topics)
    for (const { id, leader } of partitions) {
      if (leader < 0) continue;
      const known = led.get(leader);
      if (known) known.push({ topic: name, partition: id });
      else led.set(leader, [{ topic: name, partition: id }]);
    }
  const answers = await Promise.all(
    [...led].map(async ([leader, partitions]) =>
      requestOffsets(await cluster.findBroker({ nodeId: String(leader) }), partitions, timestampMs),
    ),
  );
  return answers.flat();
};

const unknownTopic = 3;
const ageMs = 30_000;

/**
 * A topic as its brokers tell, by its full name, remembered for a while or until the connection fails. kafkajs's own metadata is of
 * all topics that were ever asked for, refreshed for each new one under a lock: it takes long for many, and fails for all when one
 * of them is gone.
 */
export const createTopicMetadata = () => {
  const known = new WeakMap<ClusterType, Map<string, { untilMs: number; topic: Promise<TopicMetadata> }>>();

  const read = async (cluster: ClusterType, name: string): Promise<TopicMetadata> => {
    const { topics } = await requestMetadata(await anyBroker(cluster), [name]);
    const [topic] = topics;
    if (!topic || topic.error) throw topic?.error ?? createErrorFromCode(unknownTopic);
    return topic;
  };

  /** @param afresh not what is remembered: a topic that was made again may have more partitions, and nothing fails meanwhile */
  return (cluster: ClusterType, name: string, afresh = false): Promise<TopicMetadata> => {
    let topics = known.get(cluster);
    if (!topics) known.set(cluster, (topics = new Map()));
    let found = topics.get(name);
    if (!found || afresh || found.untilMs < Date.now())
      topics.set(name, (found = { untilMs: Date.now() + ageMs, topic: read(cluster, name) }));
    return found.topic;
  };
};

/** @throws when the topic has no such partition, or nobody leads it now */
export const leaderOf = (
  cluster: ClusterType,
  { name, partitions }: TopicMetadata,
  partition: number,
): Promise<Broker> => {
  const leader = partitions.find(({ id }: PartitionMetadata) => id === partition)?.leader ?? -1;
  if (leader < 0) throw new Error(`Kafka has no partition ${partition} of ${name}, or nobody leads it`);
  return cluster.findBroker({ nodeId: String(leader) });
};
