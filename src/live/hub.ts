import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { notFound } from '../errors.js';
import { isUnknownTopic } from '../kafka/error-type.js';
import type { Kafka, LogReader, ReadFault, Watermarks } from '../kafka/kafka.js';
import { createFeed, whenFeed, type Feed, type FeedControl, type Start } from './feed.js';
import type { Source } from './place.js';
import type { RingLimits } from './ring.js';
import { backoffMs, shareNext } from './waiting.js';

export interface HubOptions {
  readonly kafka: Pick<Kafka, 'reader' | 'watermarks' | 'partitionCounts'>;
  readonly topics: readonly Source[];
  readonly logger: Logger;
  /** Per topic. Default 10,000 entries and 16 MB. */
  readonly ring?: RingLimits;
  /**
   * How many records before a partition's end the hub begins. Enough that a run of repeats at the end, which is at most
   * one batch of the relay, does not hide the highest number. Default 1,000.
   */
  readonly warmRecords?: number;
  /** How often it looks whether topics gained partitions. Default 2 s. */
  readonly lookEveryMs?: number;
  /** A topic that is not there ends its feed with NOT_FOUND. Default: it is waited for. */
  readonly endWithTopic?: boolean;
}

/** One reader for all topics that subscriptions need, and a feed per topic. */
export interface Hub {
  /** @throws when the topic is not bridged */
  feed(topic: string): Feed;
  readonly feeds: readonly Feed[];
  /** Resolves when every feed is warm, or at `stop`. While Kafka is away it keeps trying. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export const createHub = ({
  kafka,
  topics,
  logger,
  ring = { entries: 10_000, bytes: 16 * 1_048_576 },
  warmRecords = 1_000,
  lookEveryMs = 2_000,
  endWithTopic = false,
}: HubOptions): Hub => {
  const open = (topic: Source): FeedControl => {
    const watermarks = shareNext(async () => {
      const marks = await kafka.watermarks(topic.name);
      learn(feed, marks);
      return marks;
    });
    const onGrown = (partitions: number): void => void widen(feed, partitions);
    const feed = createFeed({ topic, limits: ring, watermarks, onGrown, logger });
    return feed;
  };
  const feeds = new Map(topics.map((topic): [string, FeedControl] => [topic.name, open(topic)]));
  const stopping = new AbortController();
  let reader: LogReader | undefined;
  let looking: Promise<void> | undefined;

  /** Tries until it succeeds; undefined when the hub stops before. */
  const insist = async <T>(what: string, attempt: () => Promise<T>): Promise<T | undefined> => {
    for (let failures = 0; !stopping.signal.aborted; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        logger.warn({ err: error }, `the hub cannot ${what}, trying again`);
        await sleep(backoffMs(failures), undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
    return undefined;
  };

  /** Partitions that the topic gained are read from their start. */
  const learn = (feed: FeedControl, marks: ReadonlyMap<number, Watermarks>): void => {
    const known = feed.places.length;
    if (known === 0 || marks.size <= known || stopping.signal.aborted) return;
    const topic = feed.topic.name;
    const starts = new Map(
      [...marks]
        .filter(([partition]) => partition >= known)
        .toSorted(([a], [b]) => a - b)
        .map(([partition, { earliest }]) => [partition, earliest]),
    );
    logger.info({ topic, partitions: marks.size }, 'a topic has more partitions now');
    feed.grow(starts);
    for (const [partition, from] of starts) reader?.assign(topic, partition, from);
  };

  const widen = async (feed: FeedControl, partitions: number): Promise<void> => {
    if (feed.places.length >= partitions) return;
    await insist(`read all of ${feed.topic.name}`, async () => {
      await feed.watermarks();
      if (feed.places.length < partitions) throw new Error('Kafka does not tell of its new partitions yet');
    });
  };

  const look = async (): Promise<void> => {
    const counts = await kafka.partitionCounts([...feeds.keys()]);
    for (const [topic, feed] of feeds)
      if (feed.places.length > 0 && feed.places.length < (counts.get(topic) ?? 0)) await feed.watermarks();
  };

  const lookOn = async (): Promise<void> => {
    for (;;) {
      await sleep(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      await look().catch((error: unknown) =>
        logger.debug({ err: error }, 'the partitions of the topics could not be counted'),
      );
    }
  };

  const startNear = ({ earliest, latest }: Watermarks): Start => ({
    from: Math.max(earliest, latest - warmRecords),
    until: latest,
  });

  const end = (feed: FeedControl): void =>
    feed.stop(notFound(`The topic ${feed.topic.name} is not there, or was deleted.`));

  const begin = async (feed: FeedControl): Promise<void> => {
    const topic = feed.topic.name;
    const starts = await insist(`begin ${topic}`, async () => {
      const watermarks = await feed.watermarks().catch((error: unknown) => {
        if (endWithTopic && isUnknownTopic(error)) return end(feed);
        throw error;
      });
      if (!watermarks) return undefined;
      if (watermarks.size === 0) throw new Error(`Kafka has no partitions of ${topic}`);
      return new Map([...watermarks].map(([partition, marks]) => [partition, startNear(marks)]));
    });
    if (!starts || stopping.signal.aborted) return;
    feed.begin(starts);
    for (const [partition, { from }] of starts) reader?.assign(topic, partition, from);
    await whenFeed(feed, () => feed.isWarm);
  };

  /** The partition is begun afresh, as at the start; where bytes cannot be read, behind them. */
  const recover = async (feed: FeedControl, { partition, kind }: ReadFault): Promise<void> => {
    const topic = feed.topic.name;
    const start = await insist(`begin ${topic}/${partition} afresh`, async () => {
      const marks = (await feed.watermarks()).get(partition);
      if (!marks) throw new Error(`Kafka has no partition ${partition} of ${topic}`);
      return kind === 'UNREADABLE' ? { from: marks.latest, until: marks.latest } : startNear(marks);
    });
    if (!start || stopping.signal.aborted) return;
    feed.restart(partition, start);
    reader?.assign(topic, partition, start.from);
  };

  const onFault = (fault: ReadFault): void => {
    const feed = feeds.get(fault.topic);
    if (!feed || stopping.signal.aborted) return;
    if (endWithTopic && fault.kind === 'UNKNOWN_TOPIC') return end(feed);
    const { topic, partition, kind, error } = fault;
    const at = feed.places[partition]?.nextOffset;
    logger.error(
      { err: error, topic, partition, kind, offset: at },
      'the hub lost its place; subscribers get GAP',
    );
    feed.fail(partition);
    void recover(feed, fault);
  };

  return {
    feed: (topic) => {
      const feed = feeds.get(topic);
      if (!feed) throw new Error(`The hub does not read ${topic}`);
      return feed;
    },
    feeds: [...feeds.values()],
    start: async () => {
      if (stopping.signal.aborted) return;
      reader = kafka.reader({ onBatch: (batch) => feeds.get(batch.topic)?.take(batch), onFault });
      looking = lookOn();
      await Promise.all([...feeds.values()].map(begin));
    },
    stop: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      for (const feed of feeds.values()) feed.stop();
      await reader?.stop();
      await looking;
    },
  };
};
