import type { Logger } from 'pino';
import { unavailable } from '../errors.js';
import type { TopicSpec } from '../events/topics.js';
import type { Kafka, Watermarks } from '../kafka/kafka.js';
import { createBacklog, type Backlog, type BacklogOptions } from './backlog.js';
import type { Cursors } from './cursor.js';
import { createBuckets, type Buckets } from './buckets.js';
import { pullEvents } from './events.js';
import { createItems } from './items.js';
import { isCaughtUp, whenFeed, type Feed, type FeedStats } from './feed.js';
import { createHub, type HubOptions } from './hub.js';
import type { EventsOptions, Live, LiveEvent, Progress } from './live.js';
import { createStates } from './states.js';
import { iterate, type Items } from './pull.js';
import { within } from './waiting.js';

export interface LiveOptions {
  readonly kafka: Pick<Kafka, 'reader' | 'watermarks' | 'partitionCounts' | 'fetch'>;
  readonly cursors: Cursors;
  /** The topics that subscriptions need. */
  readonly topics: readonly TopicSpec[];
  readonly logger: Logger;
  readonly hub?: Pick<HubOptions, 'ring' | 'warmRecords'>;
  readonly backlog?: Omit<BacklogOptions, 'kafka'>;
  /** How many of its newest events a bucket tells of; who is further behind reads the ring. Default 512. */
  readonly bucketEvents?: number;
}

export interface LiveStats {
  readonly feeds: readonly FeedStats[];
  readonly backlog: ReturnType<Backlog['stats']>;
  /** States held for subscribers. */
  readonly cells: number;
}

export interface LiveService extends Live {
  /** Resolves when every topic is warm, or at `stop`. While Kafka is away it keeps trying, and subscribers wait. */
  start(): Promise<void>;
  /** Ends every iterator with UNAVAILABLE, those of events with `details.cursor`. */
  stop(): Promise<void>;
  /**
   * Resolves when this gateway has all that the log held at `watermarks`.
   * @throws MillraceError UNAVAILABLE when it stops before
   */
  whenCaughtUp(topic: string, watermarks: ReadonlyMap<number, Watermarks>): Promise<void>;
  stats(): LiveStats;
}

/** Longest wait of `asOf`, for Kafka's answer and the hub together. */
const asOfMs = 1_000;

export const createLive = (options: LiveOptions): LiveService => {
  const { kafka, cursors, topics, logger } = options;
  const hub = createHub({ kafka, topics, logger, ...options.hub });
  const backlog = createBacklog({ kafka, ...options.backlog });
  const states = createStates(logger);
  const items = createItems(cursors);
  const buckets = new WeakMap<Feed, Buckets>();

  const bucketsOf = (feed: Feed): Buckets => {
    const known =
      buckets.get(feed) ?? createBuckets({ feed, itemOf: items.ofEntry, capacity: options.bucketEvents });
    buckets.set(feed, known);
    return known;
  };

  const eventsOf = <E>(asked: EventsOptions<E>): Items<LiveEvent<E> | Progress> => {
    const feed = hub.feed(asked.kind.topic);
    return iterate(pullEvents(feed, asked, { buckets: bucketsOf(feed), backlog, cursors, items, logger }));
  };

  /** Waits, for a while, until the hub has what the log holds now. */
  const catchUp = async (feed: Feed): Promise<void> => {
    const giveUpAt = performance.now() + asOfMs;
    const watermarks = await within(asOfMs, feed.watermarks());
    if (watermarks) await whenFeed(feed, () => isCaughtUp(feed, watermarks), giveUpAt - performance.now());
  };

  return {
    events: eventsOf,
    states: (source, key) => iterate(states.pull(hub.feed(source.topic), source, key)),
    asOf: async (topic) => {
      const feed = hub.feed(topic);
      await catchUp(feed);
      // A cursor needs the number by which repeats are told, and only the hub has that. Where it lags, an earlier cursor is exact too.
      if (!feed.isWarm) throw unavailable('The log does not answer yet: try again.');
      return cursors.encode(topic, feed.places);
    },
    start: hub.start,
    stop: hub.stop,
    whenCaughtUp: async (topic, watermarks) => {
      const feed = hub.feed(topic);
      if (!(await whenFeed(feed, () => isCaughtUp(feed, watermarks))))
        throw unavailable('This gateway is stopping: ask another.');
    },
    stats: () => ({
      feeds: hub.feeds.map((feed) => feed.stats()),
      backlog: backlog.stats(),
      cells: states.count(),
    }),
  };
};
