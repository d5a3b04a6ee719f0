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
  readonly kafka: Pick<Kafka, 'reader' | 'watermarks'>;
  readonly topics: readonly Source[];
  readonly logger: Logger;
  /** Per topic. Default 10,000 entries and 16 MB. */
  readonly ring?: RingLimits;
  /**
   * How many records before a partition's end the hub begins. Enough that a run of repeats at the end, which is at most
   * one batch of the relay, does not hide the highest number. Default 1,000.
   */
  readonly warmRecords?: number;
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
  endWithTopic = false,
}: HubOptions): Hub => {
  const feeds = new Map(
    topics.map((topic): [string, FeedControl] => [
      topic.name,
      createFeed({ topic, limits: ring, watermarks: shareNext(() => kafka.watermarks(topic.name)), logger }),
    ]),
  );
  const stopping = new AbortController();
  let reader: LogReader | undefined;

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
      await Promise.all([...feeds.values()].map(begin));
    },
    stop: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      for (const feed of feeds.values()) feed.stop();
      await reader?.stop();
    },
  };
};
