import type { Logger } from 'pino';
import type { MillraceError } from '../errors.js';
import type { Growth } from '../events/growth.js';
import type { FetchedBatch, LogRecord, Watermarks } from '../kafka/kafka.js';
import type { Place } from './cursor.js';
import { endsOf, laggards, markedBy, standingAt, type Ends } from './markers.js';
import { haveReachedEnd, isNewAt, numberOf, placeBehind, type Source } from './place.js';
import { createRing, type Entry, type Ring, type RingLimits } from './ring.js';
import { createWaiter } from './waiting.js';

export interface FeedListener {
  /** The feed has moved on from `before`; `entries` are what it took into the ring, none if it only passed repeats and the like. */
  onMoved(entries: readonly Entry[], before: readonly Place[]): void;
  /** Something may have been missed: a partition was begun (afresh), a number is missing, or the feed has stopped. */
  onHole(): void;
}

/**
 * One topic as this gateway has it in memory: the ring, and the place in each partition. Subscribers pull from the ring;
 * they are only told that there is more.
 *
 * STARTING until every partition has come to where the log ended when it was begun, then WARM. A fault of a partition
 * raises `generation`, empties the ring, and leads back to STARTING.
 */
export interface Feed {
  readonly topic: Source;
  readonly ring: Ring;
  /** By partition; replaced, never changed. */
  readonly places: readonly Place[];
  /** By partition: where it was begun. */
  readonly begins: readonly Place[];
  readonly isWarm: boolean;
  readonly generation: number;
  readonly isStopped: boolean;
  /** Why it stopped, where that is not the gateway's stop. */
  readonly end: MillraceError | undefined;
  /** Asked afresh: not before the call. */
  watermarks(): Promise<ReadonlyMap<number, Watermarks>>;
  attach(listener: FeedListener): () => void;
  stats(): FeedStats;
}

export interface FeedStats {
  readonly topic: string;
  readonly entries: number;
  readonly bytes: number;
  readonly listeners: number;
  /** Records that the log held beyond the feed's places when it last answered. */
  readonly lag: number;
  /** Since the start: records dropped as repeats, numbers missing, partitions begun afresh after a fault. */
  readonly repeats: number;
  readonly missing: number;
  readonly gaps: number;
}

/** The hub's side of a feed. */
export interface FeedControl extends Feed {
  /** Begins all partitions; `until` is where the log ends now. */
  begin(starts: ReadonlyMap<number, Start>): void;
  /** The topic gained these partitions: each is begun at its offset. */
  grow(starts: ReadonlyMap<number, number>): void;
  /** A partition could not be read on: everyone who reads this topic has a gap. */
  fail(partition: number): void;
  restart(partition: number, start: Start): void;
  /** While it is not settled the partition is at a marker and waits for others. */
  take(batch: FetchedBatch): void | Promise<void>;
  stop(end?: MillraceError): void;
}

export interface Start {
  readonly from: number;
  readonly until: number;
}

export interface FeedOptions {
  readonly topic: Source;
  readonly limits: RingLimits;
  readonly watermarks: () => Promise<ReadonlyMap<number, Watermarks>>;
  /** The log says that the topic has so many partitions. */
  readonly onGrown?: (partitions: number) => void;
  readonly logger: Logger;
}

/** What came of a partition that is at a marker. */
interface Parked {
  readonly growth: Growth;
  readonly rest: FetchedBatch;
  readonly resume: () => void;
}

export const createFeed = ({ topic, limits, watermarks, onGrown, logger }: FeedOptions): FeedControl => {
  const ring = createRing(limits);
  const listeners = new Set<FeedListener>();
  const counts = { repeats: 0, missing: 0, gaps: 0 };
  let places: readonly Place[] = [];
  let begins: readonly Place[] = [];
  const parked = new Map<number, Parked>();
  let ends: Ends = new Map();
  /** By partition: behind this offset it is warm. Infinite between a fault and the new begin. */
  let warmFrom: readonly number[] = [];
  let logEnds: readonly number[] = [];
  let isWarm = false;
  let isStopped = false;
  let end: MillraceError | undefined;

  const tell = (tell: (listener: FeedListener) => void): void => {
    for (const listener of [...listeners])
      try {
        tell(listener);
      } catch (error) {
        logger.error({ err: error, topic: topic.name }, 'a subscriber failed to take what the hub brought');
      }
  };
  const tellHole = (): void => tell((listener) => listener.onHole());

  const checkWarm = (): void => {
    isWarm =
      places.length > 0 &&
      places.every(({ partition, nextOffset }) => nextOffset >= (warmFrom[partition] ?? 0));
  };

  /** The place behind `record`; whether it is new; and a word in the log about numbers that are missing before it. */
  const pass = (place: Place, record: LogRecord): { behind: Place; entry?: Entry } => {
    const number = numberOf(topic, record);
    const behind = placeBehind(place, record, number);
    const missing = number > 0 && place.sequence > 0 ? number - place.sequence - 1 : 0;
    // A window that begins inside a repeat shows a jump that is none; so nothing is said before it is warm.
    if (missing > 0 && isWarm) {
      counts.missing += missing;
      const { partition, offset } = record;
      logger.error(
        { topic: topic.name, partition, offset, number, missing },
        'numbers are missing in the log',
      );
      tellHole();
    }
    if (isNewAt(topic, place, record, number)) {
      const after = places.with(place.partition, behind);
      return { behind, entry: { record: withOwnBytes(record), number, places: after } };
    }
    if (behind.sequence === place.sequence) counts.repeats += 1;
    else if (markedBy(topic, record)) return { behind };
    // A skip marker stands for an event that Kafka refused, so for a state's holder this is a hole.
    else tellHole();
    return { behind };
  };

  /** @returns the growth at whose marker it stopped, and what is behind it */
  const takeOn = (batch: FetchedBatch): { growth: Growth; rest: FetchedBatch } | undefined => {
    const { partition } = batch;
    const entries: Entry[] = [];
    const before = places;
    let stop: { growth: Growth; rest: FetchedBatch } | undefined;
    for (const [n, record] of batch.records.entries()) {
      const growth = markedBy(topic, record);
      if (growth) {
        onGrown?.(growth.to);
        places = standingAt(growth, places, record);
      }
      if (growth && laggards(growth, places, ends).length > 0) {
        stop = { growth, rest: { ...batch, records: batch.records.slice(n) } };
        break;
      }
      const place = places[partition];
      if (!place) return undefined;
      const { behind, entry } = pass(place, record);
      places = places.with(partition, behind);
      if (!entry) continue;
      ring.push(entry);
      entries.push(entry);
    }
    const place = places[partition];
    if (!place) return undefined;
    const hasMoved = batch.records.length > 0 || batch.nextOffset > place.nextOffset;
    if (!stop && batch.nextOffset > place.nextOffset)
      places = places.with(partition, { ...place, nextOffset: batch.nextOffset });
    logEnds = logEnds.with(partition, batch.logEnd);
    checkWarm();
    if (hasMoved) tell((listener) => listener.onMoved(entries, before));
    return stop;
  };

  const take = (batch: FetchedBatch): void | Promise<void> => {
    const stop = takeOn(batch);
    const parking = stop && new Promise<void>((resume) => park(batch.partition, { ...stop, resume }));
    letOn();
    return parking;
  };

  const park = (partition: number, at: Parked): void => {
    parked.set(partition, at);
    ends = new Map();
    askEnds(at.growth);
  };

  /** Whoever is at a marker goes on when nobody lags behind it any more. */
  const letOn = (): void => {
    for (let isMoving = parked.size > 0; isMoving;) {
      isMoving = false;
      for (const [partition, { growth, rest, resume }] of parked) {
        if (laggards(growth, places, ends).length > 0) continue;
        isMoving = true;
        parked.delete(partition);
        const stop = takeOn(rest);
        if (stop) park(partition, { ...stop, resume });
        else resume();
      }
    }
  };

  /** A partition without a number: all its records had expired. What it lacks is before where the log ends from now on. */
  const askEnds = (growth: Growth): void => {
    if (laggards(growth, places, ends).every(({ sequence }) => sequence > 0)) return;
    void watermarks().then(
      (marks) => {
        ends = endsOf(marks);
        letOn();
      },
      () => {},
    );
  };

  const letGo = (partition: number): void => {
    parked.get(partition)?.resume();
    parked.delete(partition);
  };

  const begin = (starts: ReadonlyMap<number, Start>): void => {
    const ordered = [...starts].sort(([a], [b]) => a - b);
    places = ordered.map(([partition, { from }]) => ({ partition, nextOffset: from, sequence: 0 }));
    warmFrom = ordered.map(([, { until }]) => until);
    logEnds = warmFrom;
    begins = places;
    ring.restart(places);
    checkWarm();
    tellHole();
  };

  return {
    topic,
    ring,
    watermarks,
    get places() {
      return places;
    },
    get begins() {
      return begins;
    },
    get isWarm() {
      return isWarm;
    },
    get generation() {
      return counts.gaps;
    },
    get isStopped() {
      return isStopped;
    },
    get end() {
      return end;
    },
    attach: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stats: () => ({
      topic: topic.name,
      entries: ring.end - ring.first,
      bytes: ring.bytes,
      listeners: listeners.size,
      lag: places.reduce(
        (sum, { partition, nextOffset }) => sum + Math.max(0, (logEnds[partition] ?? 0) - nextOffset),
        0,
      ),
      ...counts,
    }),
    begin,
    grow: (starts) => {
      const before = places;
      for (const nextOffset of starts.values()) {
        const place = { partition: places.length, nextOffset, sequence: 0 };
        places = [...places, place];
        begins = [...begins, place];
        warmFrom = [...warmFrom, nextOffset];
        logEnds = [...logEnds, nextOffset];
        ring.widen(nextOffset);
      }
      tell((listener) => listener.onMoved([], before));
    },
    fail: (partition) => {
      letGo(partition);
      counts.gaps += 1;
      isWarm = false;
      warmFrom = warmFrom.with(partition, Number.POSITIVE_INFINITY);
      ring.restart(places);
      tellHole();
    },
    restart: (partition, { from, until }) => {
      places = places.with(partition, { partition, nextOffset: from, sequence: 0 });
      warmFrom = warmFrom.with(partition, until);
      ring.restart(places);
      checkWarm();
      tellHole();
      for (const { growth } of parked.values()) askEnds(growth);
    },
    take,
    stop: (why) => {
      if (!isStopped) end = why;
      isStopped = true;
      for (const at of [...parked.keys()]) letGo(at);
      tellHole();
    },
  };
};

/** A record's bytes are part of the whole fetch response; a copy lets that go when the ring keeps only some of it. */
const withOwnBytes = (record: LogRecord): LogRecord => ({
  ...record,
  key: record.key && Buffer.from(record.key),
  value: record.value && Buffer.from(record.value),
});

/** Waits until `test` holds, looking again whenever the feed moves. False after `ms`, or when the feed stops. */
export const whenFeed = async (
  feed: Feed,
  test: () => boolean,
  ms = Number.POSITIVE_INFINITY,
): Promise<boolean> => {
  const waiter = createWaiter();
  const detach = feed.attach({ onMoved: waiter.wake, onHole: waiter.wake });
  const giveUpAt = performance.now() + ms;
  try {
    while (!test()) {
      const left = giveUpAt - performance.now();
      if (left <= 0 || feed.isStopped) return false;
      await waiter.wait(left);
    }
    return true;
  } finally {
    detach();
  }
};

/** Whether the feed has all that the log held at `watermarks`. */
export const isCaughtUp = (feed: Feed, watermarks: ReadonlyMap<number, Watermarks>): boolean =>
  feed.isWarm && haveReachedEnd(feed.places, watermarks);
