import type { Logger } from 'pino';
import type { Kafka, LogRecord } from '../kafka/kafka.js';
import { createBacklog } from './backlog.js';
import type { Cursors } from './cursor.js';
import { createBuckets } from './buckets.js';
import { pullEvents, type EventsDependencies } from './events.js';
import { createItems } from './items.js';
import type { Feed } from './feed.js';
import { createHub } from './hub.js';
import type { EventKind, EventsOptions, LiveEvent, Progress } from './live.js';
import { iterate, type Items, type Pull } from './pull.js';

export interface TailOptions extends Omit<EventsOptions<LogRecord>, 'kind' | 'where'> {
  readonly topic: string;
  /** Without a cursor: from the oldest record kept. Default: from now. */
  readonly fromStart?: boolean;
}

/**
 * Every record of any topic as it is, also of those that the hub bridges: it leaves out what is no event. Each topic has a reader
 * of its own while somebody watches it. A topic that is gone ends them with NOT_FOUND.
 */
export interface Tails {
  /** As `Live.events`. Its cursors are not those of other fields. */
  records(options: TailOptions): Items<LiveEvent<LogRecord> | Progress>;
  stop(): Promise<void>;
}

export interface TailsOptions {
  readonly kafka: Pick<Kafka, 'reader' | 'watermarks' | 'partitionCounts' | 'fetch'>;
  readonly cursors: Cursors;
  readonly logger: Logger;
}

interface Tail extends EventsDependencies {
  readonly kind: EventKind<LogRecord>;
  readonly feed: Feed;
  users: number;
  stop(): Promise<void>;
}

const ring = { entries: 1_000, bytes: 4 * 1_048_576 };
const memoryBytes = 8 * 1_048_576;

const asItIs = (record: LogRecord): LogRecord => record;

export const createTails = ({ kafka, cursors: all, logger }: TailsOptions): Tails => {
  const tails = new Map<string, Tail>();
  const cursors: Cursors = {
    encode: (topic, places) => all.encode(`messages of ${topic}`, places),
    decode: (topic, text) => all.decode(`messages of ${topic}`, text),
  };

  const open = (topic: string): Tail => {
    const topics = [{ name: topic, fedBy: 'anyone' }] as const;
    const hub = createHub({ kafka, topics, logger, ring, warmRecords: 0, endWithTopic: true });
    void hub.start();
    const feed = hub.feed(topic);
    const items = createItems(cursors);
    return {
      kind: { topic, parse: asItIs, keys: {} },
      feed,
      buckets: createBuckets({ feed, itemOf: items.ofEntry }),
      items,
      // Not shared: a topic that is made again has other records at its offsets.
      backlog: createBacklog({ kafka, memoryBytes }),
      cursors,
      logger,
      users: 0,
      stop: hub.stop,
    };
  };

  const join = (topic: string): Tail => {
    let tail = tails.get(topic);
    if (!tail || tail.feed.isStopped) tails.set(topic, (tail = open(topic)));
    tail.users += 1;
    return tail;
  };

  const leave = (topic: string, tail: Tail): void => {
    tail.users -= 1;
    if (tail.users > 0) return;
    if (tails.get(topic) === tail) tails.delete(topic);
    void tail.stop();
  };

  return {
    records: ({ topic, after, fromStart = false, ...options }) => {
      let wake = (): void => {};
      let opened: { readonly tail: Tail; readonly pull: Pull<LiveEvent<LogRecord> | Progress> } | undefined;
      const open = (): NonNullable<typeof opened> => {
        const tail = join(topic);
        // A cursor that names no partition: each is read from its start.
        const behind = after ?? (fromStart ? cursors.encode(topic, []) : undefined);
        const pull = pullEvents(tail.feed, { ...options, kind: tail.kind, after: behind }, tail);
        pull.onReady(() => wake());
        return { tail, pull };
      };
      return iterate({
        take: () => (opened ??= open()).pull.take(),
        onReady: (ready) => (wake = ready),
        place: () => opened?.pull.place?.() ?? after ?? undefined,
        behind: () => opened?.pull.behind?.() ?? 0,
        giveUp: () => opened?.pull.giveUp?.(),
        close: () => {
          if (!opened) return;
          opened.pull.close();
          leave(topic, opened.tail);
        },
      });
    },
    stop: async () => {
      await Promise.all([...tails.values()].map((tail) => tail.stop()));
    },
  };
};
