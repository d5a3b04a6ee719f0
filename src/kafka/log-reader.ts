import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { readCommitted, type Broker, type ClientFactory, type ClusterType } from './client.js';
import { decodeBatch } from './decode.js';
import type { LogReader, LogReaderOptions, ReadFault } from './kafka.js';

/**
 * Reads partitions by fetch requests to their leaders, below kafkajs's consumer: no group, so no join, session, rebalance
 * or silent jump of an offset. One long-polling fetch per broker is under way at a time and carries every partition of that
 * leader that is assigned and not busy. Whatever fails that is not one partition's fault ends the connection; a new one
 * goes on at the same offsets.
 */

interface Assigned {
  readonly topic: string;
  readonly partition: number;
  offset: number;
  /** Its last batch has not been taken yet. */
  busy: boolean;
}

interface Link {
  readonly cluster: ClusterType;
  /** Brokers with a fetch under way. */
  readonly fetching: Set<number>;
}

const longPollMs = 250;
/** While a partition is busy its next fetch waits for the one under way, so that one is kept short. */
const shortPollMs = 25;
const maxBackoffMs = 2_000;

export const createLogReader = (
  clients: ClientFactory,
  prefix: string,
  logger: Logger,
  { onBatch, onFault, maxBytesPerPartition = 1_048_576 }: LogReaderOptions,
): LogReader => {
  const assigned = new Map<string, Assigned>();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let link: Link | undefined;
  let connecting = false;
  let failures = 0;

  const track = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };

  const pump = (): void => {
    if (stopping.signal.aborted || assigned.size === 0) return;
    if (link === undefined) return connect();
    const { cluster, fetching } = link;
    const byLeader = new Map<number, Assigned[]>();
    for (const partition of assigned.values()) {
      const leader = leaderOf(cluster, partition);
      if (leader === undefined) return reconnect(link, undefined);
      if (!partition.busy) byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
    }
    for (const [leader, partitions] of byLeader)
      if (!fetching.has(leader)) track(fetchFrom(link, leader, partitions));
  };

  const leaderOf = (cluster: ClusterType, { topic, partition }: Assigned): number | undefined =>
    cluster.findTopicPartitionMetadata(prefix + topic).find((known) => known.partitionId === partition)?.leader;

  const connect = (): void => {
    if (connecting) return;
    connecting = true;
    track(
      (async () => {
        const cluster = clients.cluster();
        try {
          if (failures > 0) await backOff();
          await cluster.connect();
          await cluster.addMultipleTargetTopics([...new Set([...assigned.values()].map(({ topic }) => prefix + topic))]);
          link = { cluster, fetching: new Set() };
          raiseUnknown(cluster);
        } catch (error) {
          failures += 1;
          if (isUnknownTopic(error)) await raiseUnknownTopics(cluster);
          logger.debug({ err: error }, 'no connection to Kafka for reading, trying again');
          await cluster.disconnect().catch(() => {});
        } finally {
          connecting = false;
        }
        pump();
      })(),
    );
  };

  const backOff = async (): Promise<void> => {
    const longest = Math.min(maxBackoffMs, 50 * 2 ** Math.min(failures, 10));
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal: stopping.signal }).catch(() => {});
  };

  /** Metadata without one of the partitions: the topic is gone or never had it. */
  const raiseUnknown = (cluster: ClusterType): void => {
    for (const partition of assigned.values())
      if (leaderOf(cluster, partition) === undefined) fault(partition, 'UNKNOWN_TOPIC', new Error('no such partition'));
  };

  /** The metadata request fails for all topics when one is missing, so each is asked for alone. */
  const raiseUnknownTopics = async (cluster: ClusterType): Promise<void> => {
    for (const topic of new Set([...assigned.values()].map((partition) => partition.topic))) {
      try {
        await cluster.addMultipleTargetTopics([prefix + topic]);
      } catch (error) {
        if (!isUnknownTopic(error)) return;
        for (const partition of assigned.values())
          if (partition.topic === topic) fault(partition, 'UNKNOWN_TOPIC', error);
      }
    }
  };

  const reconnect = (lost: Link, error: unknown): void => {
    if (link !== lost) return;
    link = undefined;
    if (error !== undefined) failures += 1;
    logger.debug({ err: error }, 'reading from Kafka on a new connection');
    void lost.cluster.disconnect().catch(() => {});
    connect();
  };

  const fetchFrom = async (current: Link, leader: number, partitions: readonly Assigned[]): Promise<void> => {
    current.fetching.add(leader);
    try {
      const broker = await current.cluster.findBroker({ nodeId: String(leader) });
      await fetchAll(broker, partitions);
      failures = 0;
    } catch (error) {
      reconnect(current, error);
    } finally {
      current.fetching.delete(leader);
    }
    pump();
  };

  const fetchAll = async (broker: Broker, partitions: readonly Assigned[]): Promise<void> => {
    try {
      await fetchOnce(broker, partitions);
    } catch (error) {
      if (!isOnePartitionsFault(error)) throw error;
      const [only] = partitions;
      if (partitions.length > 1) for (const partition of partitions) await fetchAll(broker, [partition]);
      else if (only) fault(only, errorType(error) === 'OFFSET_OUT_OF_RANGE' ? 'OUT_OF_RANGE' : 'UNREADABLE', error);
    }
  };

  const fetchOnce = async (broker: Broker, partitions: readonly Assigned[]): Promise<void> => {
    const asked = partitions.map((partition) => ({ partition, offset: partition.offset }));
    const someBusy = [...assigned.values()].some((partition) => partition.busy);
    const { responses } = await broker.fetch({
      maxWaitTime: someBusy ? shortPollMs : longPollMs,
      minBytes: 1,
      maxBytes: maxBytesPerPartition * partitions.length,
      isolationLevel: readCommitted,
      topics: asked.map(({ partition: { topic, partition }, offset }) => ({
        topic: prefix + topic,
        partitions: [{ partition, fetchOffset: String(offset), maxBytes: maxBytesPerPartition }],
      })),
    });
    for (const { topicName, partitions: answers } of responses)
      for (const data of answers) {
        const topic = topicName.slice(prefix.length);
        const target = asked.find(({ partition: p }) => p.topic === topic && p.partition === data.partition);
        // Assigned elsewhere or given up while the fetch was under way: its answer is stale.
        if (!target || target.partition.offset !== target.offset || !isAssigned(target.partition)) continue;
        deliver(target.partition, decodeBatch(topic, target.offset, data));
      }
  };

  const isAssigned = (partition: Assigned): boolean =>
    !stopping.signal.aborted && assigned.get(keyOf(partition.topic, partition.partition)) === partition;

  const deliver = (partition: Assigned, batch: Parameters<typeof onBatch>[0]): void => {
    partition.offset = batch.nextOffset;
    const taken = onBatch(batch);
    if (taken === undefined) return;
    partition.busy = true;
    track(
      taken.then(() => {
        partition.busy = false;
        pump();
      }),
    );
  };

  const fault = ({ topic, partition }: Assigned, kind: ReadFault['kind'], cause: unknown): void => {
    assigned.delete(keyOf(topic, partition));
    onFault({ topic, partition, kind, error: cause instanceof Error ? cause : new Error(String(cause)) });
  };

  return {
    assign: (topic, partition, offset) => {
      assigned.set(keyOf(topic, partition), { topic, partition, offset, busy: false });
      pump();
    },
    unassign: (topic, partition) => {
      assigned.delete(keyOf(topic, partition));
    },
    stop: async () => {
      stopping.abort();
      const last = link;
      link = undefined;
      // Ends a long poll under way instead of waiting for it.
      await last?.cluster.disconnect().catch(() => {});
      await Promise.allSettled(underWay);
    },
  };
};

const keyOf = (topic: string, partition: number): string => `${partition}/${topic}`;

const errorType = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return 'cause' in error ? errorType(error.cause) : undefined;
};

const isUnknownTopic = (error: unknown): boolean => errorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';

/** An offset out of range, or bytes that kafkajs cannot decode (an unregistered codec): only alone can they be told apart. */
const isOnePartitionsFault = (error: unknown): boolean =>
  errorType(error) === 'OFFSET_OUT_OF_RANGE' ||
  (error instanceof Error && ['KafkaJSNotImplemented', 'RangeError', 'TypeError'].includes(error.name));
