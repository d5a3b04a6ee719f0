import type { Logger } from 'pino';
import { MillraceError, unavailable } from '../errors.js';
import type { LogRecord } from '../kafka/kafka.js';
import { recordFrom, type Backlog } from './backlog.js';
import { fits, type Bucket, type Buckets } from './buckets.js';
import type { Cursors, Place } from './cursor.js';
import { whenFeed, type Feed } from './feed.js';
import { createHeartbeat } from './heartbeat.js';
import type { LiveItems } from './items.js';
import type { EventsOptions, LiveEvent, Progress } from './live.js';
import { createTurns, markedBy, standingAt } from './markers.js';
import { haveReached, haveReachedEnd, isNewAt, numberOf, placeBehind, widened } from './place.js';
import type { Pull } from './pull.js';
import { resumeAt, throwIfExpired } from './resume.js';
import { backoffMs, within } from './waiting.js';

/*
 * A subscriber to events takes; nothing is ever queued for it. All that it holds is its place in each partition, and it
 *
 *   WAITS    in a bucket, which tells it when there is something and where in the ring that is;
 *   SCANS    the ring from `index` on, to its end, and then waits;
 *   READS    pages of the log until the ring covers its place in every partition, and then scans.
 *
 * It begins to scan at the hub's place, or, with a cursor, to read at the cursor's: where the ring covers that it scans at once.
 * One that is slow falls out of its bucket and scans, or falls out of the ring and reads. So resuming, resuming after a restart
 * of the gateway and being slow are one path.
 *
 * ALIGNED is one that scans and whose place is the hub's own at its index, as it is for all but those that come from a place
 * ahead of that. It delivers the ring's own items, the same objects as every aligned subscriber to the kind. Only those wait
 * in buckets.
 */

export interface EventsDependencies {
  readonly buckets: Buckets;
  readonly backlog: Backlog;
  readonly cursors: Cursors;
  readonly items: LiveItems;
  readonly logger: Logger;
}

const askMs = 1_000;
const resumeMs = 5_000;
/** Records passed over without a match before others get a turn. */
const stretch = 500;
const mostFailures = 10;

export const pullEvents = <E>(
  feed: Feed,
  options: EventsOptions<E>,
  { buckets, backlog, cursors, items, logger }: EventsDependencies,
): Pull<LiveEvent<E> | Progress> => {
  type Item = LiveEvent<E> | Progress;
  const { kind, after, heartbeatSeconds } = options;
  const { topic } = kind;
  const matches = fits(options);
  const ownItem = (record: LogRecord, event: E): LiveEvent<E> => items.behind(kind, record, event, places);

  let wake = (): void => {};
  let detach = (): void => {};
  let state: 'new' | 'opening' | 'open' | 'closed' = 'new';
  /** Lets `open` look again. */
  let stir = (): void => {};
  /** What ends it at the next `take`. */
  let failure: { readonly error: unknown } | undefined;

  let places: readonly Place[] = [];
  let generation = 0;
  /** WAITS: position of the next in the bucket. */
  let bucket: Bucket | undefined;
  let position = 0;
  let leave = (): void => {};
  /** SCANS: of the next in the ring; undefined when it READS. */
  let index: number | undefined;
  let isAligned = false;
  const turns = createTurns();
  let isLoading = false;
  let failures = 0;

  const standAtHub = (): void => {
    ({ places, generation } = feed);
    index = feed.ring.end;
    isAligned = true;
  };
  // "From now on" means from this call on, not from the first `take`.
  const startsAtCall = after == null && feed.isWarm;
  if (startsAtCall) standAtHub();

  /** All before them is delivered, and nothing behind them. */
  const placesNow = (): readonly Place[] =>
    bucket && position === bucket.end ? (bucket.lostAt ?? feed.places) : places;

  const heartbeat =
    heartbeatSeconds == null
      ? undefined
      : createHeartbeat({
          everyMs: heartbeatSeconds * 1_000,
          ask: async (isGreeting) => {
            const watermarks = await within(askMs, feed.watermarks());
            // A hub that is milliseconds behind the answer is given the time to come there; what it brings is better than a heartbeat.
            if (watermarks && bucket && !isGreeting)
              await whenFeed(
                feed,
                () => state === 'closed' || haveReachedEnd(feed.places, watermarks),
                askMs,
              );
            return watermarks;
          },
          wake: () => wake(),
        });

  // Ends

  const cursor = (): string => cursors.encode(topic, placesNow());
  const place = (): string | undefined => (placesNow().length > 0 ? cursor() : (after ?? undefined));
  const details = (): Record<string, unknown> => {
    const at = place();
    return at === undefined ? {} : { cursor: at };
  };

  const gap = (message: string, cause?: Error): MillraceError =>
    new MillraceError('GAP', message, { details: details(), cause });

  const throwIfOver = (): void => {
    if (failure) throw failure.error;
    if (feed.isStopped)
      throw (
        feed.end ??
        new MillraceError(
          'UNAVAILABLE',
          'This gateway is stopping: reconnect and continue behind the cursor.',
          {
            details: details(),
            retryable: true,
          },
        )
      );
    if (state === 'open' && (feed.generation !== generation || bucket?.lostAt))
      throw gap(
        'The log changed under this subscription and events may be missing: read what you need anew, or try to continue behind the cursor.',
      );
  };

  // Beginning

  const open = async (): Promise<void> => {
    const start = after == null ? undefined : cursors.decode(topic, after);
    while (!feed.isWarm && state !== 'closed' && !feed.isStopped)
      await new Promise<void>((resolve) => (stir = resolve));
    if (state === 'closed' || feed.isStopped) return;
    if (start) await resume(start);
    else standAtHub();
  };

  const resume = async (start: ReadonlyMap<number, Place>): Promise<void> => {
    const silent = 'The log does not answer: try again with the same cursor.';
    ({ generation } = feed);
    const watermarks = await within(resumeMs, feed.watermarks());
    if (!watermarks) throw unavailable(silent);
    places = resumeAt(topic, cursors, start, watermarks, feed.places.length);
  };

  const listen = (): void => {
    const notice = (): void => {
      stir();
      wake();
    };
    detach = feed.attach({
      onMoved: () => {
        if (!isAligned) notice();
      },
      onHole: notice,
    });
  };

  const begin = (): void => {
    listen();
    if (startsAtCall) {
      state = 'open';
      return;
    }
    state = 'opening';
    open()
      .catch((error: unknown) => (failure = { error }))
      .finally(() => {
        if (state !== 'closed') state = 'open';
        wake();
      });
  };

  // WAITS

  const join = (): void => {
    const found = buckets.find(options);
    bucket = found;
    position = found.end;
    leave = found.join(() => {
      // So that one who has had nothing for hours and is slow now does not read those hours again.
      if (position === found.lastBatch.from && !found.lostAt) places = found.lastBatch.before;
      wake();
    });
    index = undefined;
    detach();
    detach = () => {};
  };

  /** It has fallen out of its bucket, not out of its place. */
  const fallOut = (): void => {
    leave();
    leave = () => {};
    bucket = undefined;
    isAligned = false;
    listen();
  };

  const takeWaiting = (from: Bucket): LiveEvent<E> | undefined => {
    if (position === from.end) return undefined;
    const at = position < from.first ? -1 : from.indexAt(position);
    if (at < feed.ring.first) {
      fallOut();
      return undefined;
    }
    position += 1;
    const entry = feed.ring.at(at);
    ({ places } = entry);
    return items.ofEntry(kind, entry);
  };

  // SCANS

  const alignIfReached = (hubPlaces: readonly Place[]): void => {
    if (!isAligned && !haveReached(hubPlaces, places)) return;
    places = hubPlaces;
    isAligned = true;
  };

  const takeScanning = (): LiveEvent<E> | undefined => {
    if (!isAligned) places = widened(places, feed.begins);
    while (index !== undefined && index < feed.ring.end) {
      if (index < feed.ring.first) {
        index = undefined;
        isAligned = false;
        return undefined;
      }
      const entry = feed.ring.at(index);
      const { record, number } = entry;
      index += 1;
      const place = places[record.partition];
      const isNew = isAligned || (place !== undefined && isNewAt(feed.topic, place, record, number));
      if (!isAligned && place) places = places.with(record.partition, placeBehind(place, record, number));
      alignIfReached(entry.places);
      if (!isNew) continue;
      const item = items.ofEntry(kind, entry);
      if (item && matches(item.event)) return isAligned ? item : ownItem(record, item.event);
    }
    if (index === undefined) return undefined;
    alignIfReached(feed.places);
    if (isAligned) join();
    return undefined;
  };

  // READS

  /** The next event in the log, if the page in memory has one. */
  const takeReading = (): LiveEvent<E> | undefined => {
    for (let passed = 0; passed < stretch && !isLoading; passed += 1) {
      places = widened(places, feed.begins);
      const behind = places.filter((place) => !feed.ring.covers(place));
      if (behind.length === 0) {
        index = feed.ring.seek(places);
        isAligned = false;
        return undefined;
      }
      const place = turns.next(behind, places);
      const { partition, nextOffset } = place;
      // It holds up the others, and what it lacks is not written yet, or on its way to the hub.
      if (!behind.includes(place) && nextOffset >= (feed.places[partition]?.nextOffset ?? 0)) {
        if (turns.needsEnds(place)) learnEnds();
        return undefined;
      }
      const page = backlog.peek(topic, partition, nextOffset);
      if (!page) {
        load(place);
        return undefined;
      }
      failures = 0;
      if (page.fault) {
        places = places.with(place.partition, { ...place, nextOffset: page.nextOffset });
        throw gap(
          'Records of the log cannot be read: continue behind the cursor, which is behind them, or read what you need anew.',
          page.fault,
        );
      }
      const record = recordFrom(page, nextOffset);
      const growth = record && markedBy(feed.topic, record);
      if (growth) places = standingAt(growth, places, record);
      if (!turns.mayPass(partition, growth, places)) continue;
      const event = readRecord(place, record, page.nextOffset);
      if (event) return event;
    }
    if (!isLoading) setImmediate(() => wake());
    return undefined;
  };

  const learnEnds = (): void =>
    whileLoading(async () => {
      const watermarks = await within(resumeMs, feed.watermarks());
      if (watermarks) turns.learnEnds(watermarks);
      else await whenFeed(feed, () => state === 'closed', backoffMs(failures));
    });

  const readRecord = (
    place: Place,
    record: LogRecord | undefined,
    pageEnd: number,
  ): LiveEvent<E> | undefined => {
    if (!record) {
      places = places.with(place.partition, { ...place, nextOffset: pageEnd });
      return undefined;
    }
    const number = numberOf(feed.topic, record);
    const isNew = isNewAt(feed.topic, place, record, number);
    places = places.with(place.partition, placeBehind(place, record, number));
    turns.wasRead(place.partition, record.timestampMs);
    if (!isNew) return undefined;
    const event = items.eventOf(kind, record);
    return event !== undefined && matches(event) ? ownItem(record, event) : undefined;
  };

  const load = (place: Place): void =>
    whileLoading(() =>
      backlog
        .load(topic, place.partition, place.nextOffset)
        .catch((error: unknown) => judgeFailure(place, error)),
    );

  /** Nothing is read meanwhile, and it is worth asking again afterwards. */
  const whileLoading = (work: () => Promise<void>): void => {
    isLoading = true;
    work()
      .catch((error: unknown) => (failure = { error }))
      .finally(() => {
        isLoading = false;
        wake();
      });
  };

  /** A page could not be read: because retention has passed the place, or for a while. */
  const judgeFailure = async (place: Place, cause: unknown): Promise<void> => {
    failures += 1;
    const watermarks = await within(resumeMs, feed.watermarks());
    if (state === 'closed') return;
    if (watermarks) throwIfExpired(topic, cursors, places, watermarks);
    logger.warn({ err: cause, topic, ...place }, 'a page of the log could not be read, trying again');
    if (watermarks && failures > mostFailures)
      throw new MillraceError(
        'UNAVAILABLE',
        'The log cannot be read here: try again later behind the cursor.',
        {
          details: details(),
          retryable: true,
          cause,
        },
      );
    await whenFeed(feed, () => state === 'closed', backoffMs(failures));
  };

  const doing = () => (bucket ? 'WAITS' : index === undefined ? 'READS' : 'SCANS');

  const takeEvent = (): LiveEvent<E> | undefined => {
    for (;;) {
      const before = doing();
      const event = bucket ? takeWaiting(bucket) : index === undefined ? takeReading() : takeScanning();
      if (event || doing() === before) return event;
    }
  };

  const takeProgress = (): Progress | undefined => {
    const answer = heartbeat?.take();
    if (!answer) return undefined;
    const { watermarks } = answer;
    const upToDate = watermarks !== undefined && haveReachedEnd(placesNow(), watermarks);
    return { kind: 'progress', cursor: cursor(), upToDate };
  };

  const end = (): void => {
    state = 'closed';
    stir();
    heartbeat?.stop();
    detach();
    leave();
  };

  return {
    take: (): Item | undefined => {
      if (state === 'closed') return undefined;
      if (state === 'new') begin();
      try {
        throwIfOver();
        if (state !== 'open') return undefined;
        heartbeat?.start();
        if (heartbeat?.owesGreeting) return takeProgress();
        const event = takeEvent();
        if (event) heartbeat?.reset();
        return event ?? takeProgress();
      } catch (error) {
        end();
        throw error;
      }
    },
    onReady: (ready) => (wake = ready),
    place,
    behind: () => {
      const own = placesNow();
      return feed.places.reduce(
        (sum, { partition, nextOffset }) => sum + Math.max(0, nextOffset - (own[partition]?.nextOffset ?? 0)),
        0,
      );
    },
    giveUp: () =>
      (failure = {
        error: gap(
          'This client takes events more slowly than they come: continue behind the cursor when it can, or read what you need anew.',
        ),
      }),
    close: end,
  };
};
