import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError, unavailable } from '../errors.js';
import { mapLimited } from '../limited.js';
import {
  earliest,
  latest,
  requestCommitted,
  requestConfigs,
  requestCreation,
  requestDeletion,
  requestGroups,
  requestGroupStates,
  requestMetadata,
  requestPartitions,
  requestSizes,
  type ClusterMetadata,
  type TopicMetadata,
} from './admin-protocol.js';
import type { Broker, ClientFactory, ClusterType } from './client.js';
import { createConnections } from './connections.js';
import { errorType, isUnknownTopic } from './error-type.js';
import type {
  GroupDescription,
  KafkaAdmin,
  KafkaRefusal,
  OutgoingRecord,
  TopicDescription,
} from './kafka.js';
import { anyBroker, leaderOf, listOffsets } from './metadata.js';
import { produceTo } from './protocol.js';
import { encodeRecordBatch } from './record-batch.js';

const requestTimeoutMs = 4_000;
const visibleWithinMs = 3_000;
const electedWithinMs = 2_000;
const pauseMs = 20;
/** Kafka's own, with the prefix. */
const longestTopicName = 249;
/** Questions about groups that are asked of a broker at a time. */
const groupsAtOnce = 8;

/**
 * Metadata is asked for anew each time, by name: topics of others come and go, and what kafkajs remembers of one that is gone
 * makes its refresh fail for all.
 */
export const createAdmin = (
  clients: ClientFactory,
  prefix: string,
): KafkaAdmin & { stop(): Promise<void> } => {
  const connections = createConnections(() => clients.cluster(requestTimeoutMs));

  /** @throws MillraceError UNAVAILABLE */
  const read = async <Answer>(work: (cluster: ClusterType) => Promise<Answer>): Promise<Answer> => {
    for (const until = Date.now() + electedWithinMs; ; await sleep(pauseMs)) {
      try {
        return await connections.use(work);
      } catch (error) {
        // A topic that is gone since its metadata came is not in the next.
        if ((isUnknownTopic(error) || isElecting(errorType(error))) && Date.now() < until) continue;
        throw unavailable('The log does not answer now. Try again soon.', error);
      }
    }
  };

  /**
   * A request that changes something. `send` calls `sent` at the moment from which the broker might do it.
   * @throws MillraceError UNAVAILABLE, OUTCOME_UNKNOWN
   */
  const change = async <Answer>(
    send: (cluster: ClusterType, sent: () => void) => Promise<Answer>,
  ): Promise<Answer> => {
    let isSent = false;
    try {
      return await connections.use((cluster) => send(cluster, () => (isSent = true)));
    } catch (error) {
      if (isSent)
        throw new MillraceError(
          'OUTCOME_UNKNOWN',
          'The answer was lost, so it is not known whether this was done. Look before you repeat it.',
          { cause: error },
        );
      throw unavailable('The log takes nothing now; nothing was sent. Try again soon.', error);
    }
  };

  const isShown = (name: string): boolean => name.startsWith(prefix);
  const shorten = (name: string): string => name.slice(prefix.length);
  const inWords = ({ type, reason }: KafkaRefusal): KafkaRefusal => ({
    type,
    reason: prefix === '' ? reason : reason.replaceAll(prefix, ''),
  });

  const describe = async (cluster: ClusterType, names?: readonly string[]): Promise<TopicDescription[]> => {
    const metadata = await requestMetadata(
      await anyBroker(cluster),
      names?.map((name) => prefix + name),
    );
    const topics = metadata.topics.filter(({ name, error }) => !error && isShown(name));
    const [begins, ends, sizes] = await Promise.all([
      offsetsOf(cluster, topics, earliest),
      offsetsOf(cluster, topics, latest),
      sizesOf(cluster, metadata, topics),
    ]);
    return topics
      .map(({ name, isInternal, partitions }) => ({
        name: shorten(name),
        isInternal,
        partitions: partitions
          .map(({ id, leader, replicas, inSync }) => ({
            id,
            leader: leader < 0 ? null : leader,
            replicas,
            inSync,
            earliest: begins.get(keyOf(name, id)) ?? 0,
            latest: ends.get(keyOf(name, id)) ?? 0,
          }))
          .toSorted((a, b) => a.id - b.id),
        sizeBytes: sizes.get(name) ?? null,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  };

  /** Waits, for a while, until the brokers tell of what the controller did; it is done all the same. */
  const whenTold = async (
    name: string,
    isTold: (topic: TopicMetadata | undefined) => boolean,
  ): Promise<void> => {
    for (const until = Date.now() + visibleWithinMs; Date.now() < until; await sleep(pauseMs)) {
      try {
        const { topics } = await connections.use(async (cluster) =>
          requestMetadata(await anyBroker(cluster), [prefix + name]),
        );
        if (isTold(topics.find(({ error }) => !error))) return;
      } catch {
        // The next try uses a fresh connection.
      }
    }
  };

  const groupsOf = async (broker: Broker): Promise<GroupDescription[]> => {
    const ids = (await requestGroups(broker)).filter(isShown);
    if (ids.length === 0) return [];
    return mapLimited(
      await requestGroupStates(broker, ids),
      groupsAtOnce,
      async ({ id, state, members }) => ({
        id: shorten(id),
        state,
        members,
        offsets: (await requestCommitted(broker, id))
          .filter(({ topic }) => isShown(topic))
          .map((committed) => ({ ...committed, topic: shorten(committed.topic) })),
      }),
    );
  };

  const produceOnce = (
    topic: string,
    partition: number,
    record: OutgoingRecord,
  ): Promise<number | KafkaRefusal> =>
    change(async (cluster, sent) => {
      const { topics } = await requestMetadata(await anyBroker(cluster), [prefix + topic]);
      const [target] = topics;
      if (!target) throw new Error(`Kafka told nothing of ${topic}`);
      const broker = await leaderOf(cluster, target, partition);
      const batch = (): Buffer => {
        sent();
        return encodeRecordBatch([record], Date.now());
      };
      const call = { topic: prefix + topic, partition, batch, timeoutMs: requestTimeoutMs };
      return produceTo(broker, call).catch((error: unknown) => {
        // The broker's own word, unless it does not know itself what became of the record.
        const type = errorType(error);
        if (type === undefined || undecided.includes(type)) throw error;
        return { type, reason: error instanceof Error ? error.message : type };
      });
    });

  return {
    longestName: longestTopicName - prefix.length,
    describeTopics: (names) => read((cluster) => describe(cluster, names)),

    configs: (names) =>
      read(async (cluster) => {
        const full = names.map((name) => prefix + name);
        const configs = await requestConfigs(await anyBroker(cluster), full);
        return new Map([...configs].map(([name, config]) => [shorten(name), config]));
      }),

    offsetsAt: (topic, timestampMs) =>
      read(async (cluster) => {
        const { topics } = await requestMetadata(await anyBroker(cluster), [prefix + topic]);
        const offsets = await listOffsets(cluster, topics, timestampMs);
        return new Map(
          offsets.filter(({ offset }) => offset >= 0).map(({ partition, offset }) => [partition, offset]),
        );
      }),

    groups: () =>
      read(async (cluster) => {
        const { brokers } = await requestMetadata(await anyBroker(cluster), []);
        const all = await Promise.all(
          brokers.map(async (id) => groupsOf(await cluster.findBroker({ nodeId: String(id) }))),
        );
        return all.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));
      }),

    createTopic: async ({ name, partitions, config }) => {
      const refusal = await change(async (cluster, sent) => {
        const broker = await anyBroker(cluster);
        sent();
        return decided(
          await requestCreation(broker, {
            name: prefix + name,
            partitions,
            config,
            timeoutMs: requestTimeoutMs,
          }),
        );
      });
      if (refusal) return inWords(refusal);
      await whenTold(
        name,
        (topic) => topic !== undefined && topic.partitions.every(({ leader }) => leader >= 0),
      );
      return undefined;
    },

    deleteTopic: async (name) => {
      const refusal = await change(async (cluster, sent) => {
        const broker = await anyBroker(cluster);
        sent();
        return decided(await requestDeletion(broker, prefix + name, requestTimeoutMs));
      });
      if (refusal) return inWords(refusal);
      await whenTold(name, (topic) => topic === undefined);
      return undefined;
    },

    addPartitions: async (name, partitions) => {
      const refusal = await change(async (cluster, sent) => {
        const broker = await anyBroker(cluster);
        sent();
        return decided(await requestPartitions(broker, prefix + name, partitions, requestTimeoutMs));
      });
      if (refusal) return inWords(refusal);
      await whenTold(
        name,
        (topic) =>
          topic !== undefined &&
          topic.partitions.length >= partitions &&
          topic.partitions.every(({ leader }) => leader >= 0),
      );
      return undefined;
    },

    produce: async (topic, partition, record) => {
      for (const until = Date.now() + electedWithinMs; ; await sleep(pauseMs)) {
        const answer = await produceOnce(topic, partition, record);
        if (typeof answer === 'number') return answer;
        if (!isElecting(answer.type) || Date.now() >= until) return inWords(answer);
      }
    },

    stop: connections.stop,
  };
};

/** A partition that is new or moves has no leader for a moment. */
const isElecting = (type: string | undefined): boolean =>
  type === 'NOT_LEADER_FOR_PARTITION' || type === 'LEADER_NOT_AVAILABLE';

/** Answers of a broker after which it may be done all the same. */
const undecided = ['REQUEST_TIMED_OUT', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'UNKNOWN', 'NETWORK_EXCEPTION'];

/** The broker's own word, unless it does not know itself what became of the topic. */
const decided = (refusal: KafkaRefusal | undefined): KafkaRefusal | undefined => {
  if (refusal && undecided.includes(refusal.type)) throw new Error(`${refusal.type}: ${refusal.reason}`);
  return refusal;
};

const keyOf = (topic: string, partition: number): string => `${partition}/${topic}`;

const partitionsOf = (topics: readonly TopicMetadata[]) =>
  topics.flatMap(({ name, partitions }) =>
    partitions.map(({ id, replicas }) => ({ topic: name, partition: id, replicas })),
  );

const offsetsOf = async (
  cluster: ClusterType,
  topics: readonly TopicMetadata[],
  timestampMs: number,
): Promise<Map<string, number>> => {
  const offsets = await listOffsets(cluster, topics, timestampMs);
  return new Map(offsets.map(({ topic, partition, offset }) => [keyOf(topic, partition), offset]));
};

/** By full name: bytes of all replicas. One request to each broker. */
const sizesOf = async (
  cluster: ClusterType,
  { brokers }: ClusterMetadata,
  topics: readonly TopicMetadata[],
): Promise<Map<string, number>> => {
  const sizes = new Map<string, number>();
  const partitions = partitionsOf(topics);
  const answers = await Promise.all(
    brokers.map(async (id) => {
      const own = partitions.filter(({ replicas }) => replicas.includes(id));
      return own.length === 0 ? [] : requestSizes(await cluster.findBroker({ nodeId: String(id) }), own);
    }),
  );
  for (const { topic, bytes } of answers.flat()) sizes.set(topic, (sizes.get(topic) ?? 0) + bytes);
  return sizes;
};
