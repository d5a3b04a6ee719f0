import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ClientFactory, ClusterType } from './client.js';
import { decodeRecords } from './decode.js';
import { errorType, isUnknownTopic } from './error-type.js';
import type { FetchedBatch, LogReader, LogReaderOptions, ReadFault } from './kafka.js';
import { fetchFrom, type FetchedPartition } from './protocol.js';

/**
 * Reads partitions by fetch requests to their leaders, below kafkajs's consumer: no group, so no join, session, rebalance
 * or silent jump of an offset. One long-polling fetch per broker is under way at a time and carries every partition of that
 * leader that is assigned and not busy. An error of one partition leaves the others running: it is a fault, or the partition
 * is asked for again with fresh metadata. Whatever fails for all ends the connection; a new one goes on at the same offsets.
 */

interface Assigned {
  readonly topic: string;
  readonly partition: number;
  offset: number;
  /** Not to be fetched: its last batch has not been taken yet, or it waits for its leader. */
  busy: boolean;
  /** Errors of its own, one after the other. */
  failures: number;
}

interface Link {
  readonly cluster: ClusterType;
  /** Brokers with a fetch under way, and for how long it may wait. */
  readonly fetching: Map<number, number>;
}

/** Of a partition that a topic gained: brokers hear of it one after the other. About 8 s. */
const mostUnknown = 8;
/** An idle reader asks seldom, for the broker's sake; but just after it was given partitions more may come. */
const longPollMs = 1_000;
const settledAfterMs = 2_000;
const pollMs = 250;
/** While a partition is busy its next fetch waits for the one under way, so that one is kept short. */
const shortPollMs = 25;
const maxBackoffMs = 2_000;

export const createLogReader = (
  clients: ClientFactory,
  prefix: string,
  logger: Logger,
  { onBatch, onFault, maxBytesPerPartition = 1_048_576, lingerMs = 0 }: LogReaderOptions,
): LogReader => {
  const assigned = new Map<string, Assigned>();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let link: Link | undefined;
  let connecting = false;
  let failures = 0;
  /** The last fetch brought records, so the next may linger. */
  let isFlowing = false;
  let assignedAt = 0;
  let turn = 0;

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
      if (partition.busy) continue;
      const leader = leaderOf(cluster, partition);
      if (leader === undefined && mayComeToBeKnown(cluster, partition)) {
        hold(link, partition, new Error('no such partition yet'));
        continue;
      }
      if (leader === undefined) return reconnect(link, undefined);
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
    }
    for (const [leader, partitions] of byLeader)
      if (!fetching.has(leader)) track(fetchOn(link, leader, partitions));
  };

  const leaderOf = (cluster: ClusterType, { topic, partition }: Assigned): number | undefined =>
    cluster.findTopicPartitionMetadata(prefix + topic).find((known) => known.partitionId === partition)
      ?.leader;

  const mayComeToBeKnown = (cluster: ClusterType, { topic, failures: tries }: Assigned): boolean =>
    tries < mostUnknown && cluster.findTopicPartitionMetadata(prefix + topic).length > 0;

  const connect = (): void => {
    if (connecting) return;
    connecting = true;
    track(
      (async () => {
        const cluster = clients.cluster();
        try {
          if (failures > 0) await backOff(failures);
          await cluster.connect();
          const topics = new Set([...assigned.values()].map(({ topic }) => topic));
          await cluster.addMultipleTargetTopics([...topics].map((topic) => prefix + topic));
          // Nobody would close it any more.
          stopping.signal.throwIfAborted();
          link = { cluster, fetching: new Map() };
          raiseUnknown(cluster, topics);
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

  const backOff = async (failed: number): Promise<void> => {
    const longest = Math.min(maxBackoffMs, 50 * 2 ** Math.min(failed, 10));
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal: stopping.signal }).catch(() => {});
  };

  /** Metadata of the asked topics without one of the partitions, for too long: it is gone, or never was. */
  const raiseUnknown = (cluster: ClusterType, asked: ReadonlySet<string>): void => {
    for (const partition of assigned.values())
      if (
        asked.has(partition.topic) &&
        leaderOf(cluster, partition) === undefined &&
        !mayComeToBeKnown(cluster, partition)
      )
        fault(partition, 'UNKNOWN_TOPIC', new Error('no such partition'));
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
    track(lost.cluster.disconnect().catch(() => {}));
    connect();
  };

  const fetchOn = async (current: Link, leader: number, partitions: readonly Assigned[]): Promise<void> => {
    current.fetching.set(leader, 0);
    try {
      await fetchOnce(current, leader, inTurn(partitions));
      failures = 0;
    } catch (error) {
      reconnect(current, error);
    } finally {
      current.fetching.delete(leader);
    }
    pump();
  };

  /** Each begins once: a broker fills its answer from the front, and only the first may be longer than its share. */
  const inTurn = (partitions: readonly Assigned[]): Assigned[] => {
    turn += 1;
    const first = turn % partitions.length;
    return [...partitions.slice(first), ...partitions.slice(0, first)];
  };

  const waitMs = (): number => {
    if ([...assigned.values()].some((partition) => partition.busy)) return shortPollMs;
    return performance.now() - assignedAt < settledAfterMs ? pollMs : longPollMs;
  };

  const fetchOnce = async (current: Link, leader: number, partitions: readonly Assigned[]): Promise<void> => {
    const broker = await current.cluster.findBroker({ nodeId: String(leader) });
    const asked = new Map(
      partitions.map((target) => [
        keyOf(prefix + target.topic, target.partition),
        { target, offset: target.offset },
      ]),
    );
    const lingers = isFlowing && lingerMs > 0;
    const maxWaitMs = lingers ? lingerMs : waitMs();
    current.fetching.set(leader, maxWaitMs);
    const answers = await fetchFrom(broker, {
      partitions: partitions.map(({ topic, partition, offset }) => ({
        topic: prefix + topic,
        partition,
        offset,
      })),
      maxWaitMs,
      minBytes: lingers ? maxBytesPerPartition : 1,
      maxBytesPerPartition,
    });
    isFlowing = answers.some(({ bytes }) => bytes.length > 0);
    for (const answer of answers) {
      const { target, offset } = asked.get(keyOf(answer.topic, answer.partition)) ?? {};
      // Assigned elsewhere or given up while the fetch was under way: its answer is stale.
      if (target && target.offset === offset && isAssigned(target)) take(current, target, answer);
    }
  };

  const take = (current: Link, target: Assigned, answer: FetchedPartition): void => {
    if (errorType(answer.error) === 'OFFSET_OUT_OF_RANGE') return fault(target, 'OUT_OF_RANGE', answer.error);
    if (answer.error) return hold(current, target, answer.error);
    target.failures = 0;
    const { topic, partition, offset } = target;
    let decoded;
    try {
      decoded = decodeRecords({ ...answer, topic, offset });
    } catch (error) {
      return fault(target, 'UNREADABLE', error);
    }
    deliver(target, { topic, partition, logEnd: answer.logEnd, ...decoded });
  };

  /** Its leader moved or is not there, or the topic is gone; then the refresh fails, and the new connection finds out which. */
  const hold = (current: Link, target: Assigned, error: Error): void => {
    target.busy = true;
    target.failures += 1;
    const { topic, partition } = target;
    logger.debug({ err: error, topic, partition }, 'a partition cannot be read now, trying again');
    track(
      (async () => {
        await backOff(target.failures);
        try {
          if (link === current) await current.cluster.refreshMetadata();
        } catch (refreshError) {
          reconnect(current, refreshError);
        }
        target.busy = false;
        pump();
      })(),
    );
  };

  const isAssigned = (partition: Assigned): boolean =>
    !stopping.signal.aborted && assigned.get(keyOf(partition.topic, partition.partition)) === partition;

  const deliver = (partition: Assigned, batch: FetchedBatch): void => {
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
      assigned.set(keyOf(topic, partition), { topic, partition, offset, busy: false, failures: 0 });
      // Its broker answers requests in order, so a long poll under way is dropped instead of waited for.
      assignedAt = performance.now();
      if (link && [...link.fetching.values()].includes(longPollMs)) reconnect(link, undefined);
      else pump();
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
