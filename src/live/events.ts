import { setImmediate as breathe } from 'node:timers/promises';
import type { Logger } from 'pino';
import { MillraceError, unavailable } from '../errors.js';
import { UnparseableEvent } from '../events/envelope.js';
import type { LogRecord } from '../kafka/kafka.js';
import { recordFrom, type Backlog } from './backlog.js';
import type { Cursors, Place } from './cursor.js';
import type { Feed } from './feed.js';
import type { EventsOptions, LiveEvent, Progress } from './live.js';
import type { Memo } from './memo.js';
import { createTurns, markedBy, standingAt } from './markers.js';
import { haveReached, haveReachedEnd, isNewAt, numberOf, placeBehind, widened } from './place.js';
import { resumeAt, throwIfExpired } from './resume.js';
import { backoffMs, createWaiter, type Pull } from './waiting.js';

/*
 * A subscriber to events pulls; nothing is ever queued for it. All that it holds is its place in each partition, and it is
 *
 *   LIVE    its next event is in the ring, at `index`, or not there yet;
 *   BEHIND  (`index` undefined) the ring no longer holds what comes next; it reads pages of the log until the ring covers
 *           its place in every partition.
 *
 * It begins LIVE at the hub's place, or, with a cursor, BEHIND at the cursor's: where the ring covers that it turns LIVE at
 * once. A slow subscriber that falls out of the ring turns BEHIND. So resuming, resuming after a restart of the gateway and
 * being slow are one path.
 *
 * ALIGNED is a LIVE subscriber whose place is the hub's own at its index, as it is for all but those that come from a place
 * ahead of that. It delivers the ring's own items, the same objects as every aligned subscriber with the same `parse`.
 */

export interface EventsDependencies {
  readonly backlog: Backlog;
  readonly cursors: Cursors;
  readonly memo: Memo;
  readonly logger: Logger;
}

const askMs = 1_000;
const resumeMs = 5_000;
/** Records passed over without a match before others get a turn. */
const stretch = 500;
const mostFailures = 10;

export const pullEvents = <E>(
  feed: Feed,
  { topic, parse, matches, after, heartbeatSeconds }: EventsOptions<E>,
  { backlog, cursors, memo, logger }: EventsDependencies,
): Pull<LiveEvent<E> | Progress> => {
  type Item = LiveEvent<E> | Progress;

  const heartbeatMs = heartbeatSeconds == null ? Number.POSITIVE_INFINITY : heartbeatSeconds * 1_000;
  const waiter = createWaiter();
  let detach = (): void => {};
  let isOpen = false;
  let isClosed = false;
  let owesGreeting = heartbeatSeconds != null;
  let lastItemAt = performance.now();

  let places: readonly Place[] = [];
  let index: number | undefined;
  let isAligned = false;
  let generation = 0;
  const turns = createTurns();
  /** Of the log, one after the other. */
  let failures = 0;

  const standAtHub = (): void => {
    ({ places, generation } = feed);
    index = feed.ring.end;
    isAligned = true;
  };
  // "From now on" means from this call on, not from the first `next`.
  const startsAtCall = after == null && feed.isWarm;
  if (startsAtCall) standAtHub();

  // Ends

  const cursor = (): string => cursors.encode(topic, places);
  const details = (): Record<string, unknown> =>
    places.length > 0 ? { cursor: cursor() } : after == null ? {} : { cursor: after };

  const throwIfOver = (): void => {
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
    if (isOpen && feed.generation !== generation)
      throw new MillraceError(
        'GAP',
        'The log changed under this subscription and events may be missing: read what you need anew, or try to continue behind the cursor.',
        { details: details() },
      );
  };

  // Waiting

  const msToHeartbeat = (): number => lastItemAt + heartbeatMs - performance.now();

  /** Answers what `work` answers, or undefined when `ms` have passed or the subscription is over before. */
  const during = async <T>(work: Promise<T>, ms = Number.POSITIVE_INFINITY): Promise<T | undefined> => {
    let outcome: { value: T } | { error: unknown } | undefined;
    work.then(
      (value) => {
        outcome = { value };
        waiter.wake();
      },
      (error: unknown) => {
        outcome = { error };
        waiter.wake();
      },
    );
    const giveUpAt = performance.now() + ms;
    while (!outcome && !isClosed && !feed.isStopped && performance.now() < giveUpAt)
      await waiter.wait(giveUpAt - performance.now());
    if (outcome && 'error' in outcome) throw outcome.error;
    return outcome?.value;
  };

  const pause = async (ms: number): Promise<void> => {
    const until = performance.now() + ms;
    while (!isClosed && !feed.isStopped && performance.now() < until)
      await waiter.wait(until - performance.now());
  };

  // Beginning

  const open = async (): Promise<void> => {
    detach = feed.attach({ onMoved: waiter.wake, onHole: waiter.wake });
    const start = after == null ? undefined : cursors.decode(topic, after);
    while (!startsAtCall && !feed.isWarm && !isClosed && !feed.isStopped) await waiter.wait();
    throwIfOver();
    if (isClosed) return;
    if (start) await resume(start);
    else if (!startsAtCall) standAtHub();
    isOpen = true;
    throwIfOver();
  };

  const resume = async (start: ReadonlyMap<number, Place>): Promise<void> => {
    const begun = feed.generation;
    const watermarks = await during(feed.watermarks(), resumeMs).catch((error: unknown) => {
      throw unavailable('The log does not answer: try again with the same cursor.', error);
    });
    if (isClosed || feed.isStopped) return;
    if (!watermarks) throw unavailable('The log does not answer: try again with the same cursor.');
    places = resumeAt(topic, cursors, start, watermarks, feed.places.length);
    generation = begun;
  };

  // LIVE

  const itemOf = (event: E, behind: readonly Place[]): LiveEvent<E> => {
    let sealed: string | undefined;
    return {
      kind: 'event',
      event,
      // Most subscriptions never ask for it, and sealing costs more than all the rest.
      get cursor() {
        return (sealed ??= cursors.encode(topic, behind));
      },
    };
  };

  const parsed = (record: LogRecord): E | undefined => {
    try {
      return parse(record);
    } catch (error) {
      if (error instanceof UnparseableEvent) return undefined;
      throw error;
    }
  };

  const alignIfReached = (hubPlaces: readonly Place[]): void => {
    if (!isAligned && !haveReached(hubPlaces, places)) return;
    places = hubPlaces;
    isAligned = true;
  };

  /** The next event in the ring, if there is one. */
  const readRing = (): LiveEvent<E> | undefined => {
    if (!isAligned) places = widened(places, feed.begins);
    while (index !== undefined && index < feed.ring.end) {
      if (index < feed.ring.first) {
        index = undefined;
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
      const item = memo(parse, entry, () => {
        const event = parsed(record);
        return event === undefined ? undefined : itemOf(event, entry.places);
      });
      if (item && matches(item.event)) return isAligned ? item : itemOf(item.event, places);
    }
    if (index !== undefined) alignIfReached(feed.places);
    return undefined;
  };

  // BEHIND

  /** The next event in the log, if the page in memory has one; turns LIVE when the ring covers the place. */
  const readLog = async (): Promise<LiveEvent<E> | undefined> => {
    for (let passed = 1; msToHeartbeat() > 0 || passed === 1; passed += 1) {
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
        if (turns.needsEnds(place)) await learnEnds();
        else await waiter.wait(Math.max(0, msToHeartbeat()));
        if (isClosed) return undefined;
        throwIfOver();
        continue;
      }
      const page = backlog.peek(topic, partition, nextOffset);
      if (!page) {
        try {
          await during(backlog.load(topic, partition, nextOffset), msToHeartbeat());
        } catch (error) {
          failures += 1;
          await judgeFailure(place, error);
        }
        if (isClosed) return undefined;
        throwIfOver();
        continue;
      }
      failures = 0;
      if (page.fault) {
        places = places.with(partition, { ...place, nextOffset: page.nextOffset });
        throw new MillraceError(
          'GAP',
          'Records of the log cannot be read: continue behind the cursor, which is behind them, or read what you need anew.',
          { details: details(), cause: page.fault },
        );
      }
      const record = recordFrom(page, nextOffset);
      const growth = record && markedBy(feed.topic, record);
      if (growth) places = standingAt(growth, places, record);
      if (!turns.mayPass(partition, growth, places)) continue;
      const event = readPage(place, record, page.nextOffset);
      if (event) return event;
      if (passed % stretch === 0) await breathe();
      if (isClosed) return undefined;
    }
    return undefined;
  };

  const learnEnds = async (): Promise<void> => {
    const watermarks = await during(feed.watermarks(), resumeMs).catch(() => undefined);
    if (watermarks) turns.learnEnds(watermarks);
    else await pause(backoffMs(failures));
  };

  const readPage = (
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
    const event = memo(parse, record, () => parsed(record));
    return event !== undefined && matches(event) ? itemOf(event, places) : undefined;
  };

  /** A page could not be read: because retention has passed the place, or for a while. */
  const judgeFailure = async (place: Place, cause: unknown): Promise<void> => {
    const watermarks = await during(feed.watermarks(), resumeMs).catch(() => undefined);
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
    await pause(Math.min(backoffMs(failures), Math.max(0, msToHeartbeat())));
  };

  // Progress

  const progress = async (): Promise<Item | undefined> => {
    const isGreeting = owesGreeting;
    owesGreeting = false;
    const watermarks = await during(feed.watermarks(), askMs).catch(() => undefined);
    const giveUpAt = performance.now() + askMs;
    // A hub that is milliseconds behind the answer is given the time to come there; what it brings is better than a heartbeat.
    while (watermarks && !isGreeting && !isClosed && index !== undefined) {
      throwIfOver();
      const event = readRing();
      if (event) return event;
      if (haveReachedEnd(places, watermarks) || performance.now() >= giveUpAt) break;
      await waiter.wait(giveUpAt - performance.now());
    }
    if (isClosed) return undefined;
    throwIfOver();
    const upToDate = watermarks !== undefined && haveReachedEnd(places, watermarks);
    return { kind: 'progress', cursor: cursor(), upToDate };
  };

  const next = async (): Promise<Item | undefined> => {
    if (!isOpen) await open();
    while (!isClosed) {
      throwIfOver();
      if (owesGreeting) return progress();
      const event = index === undefined ? await readLog() : readRing();
      if (event) return event;
      if (msToHeartbeat() <= 0) return progress();
      if (index === feed.ring.end) await waiter.wait(msToHeartbeat());
    }
    return undefined;
  };

  return {
    next: async () => {
      const item = await next();
      lastItemAt = performance.now();
      return item;
    },
    close: () => {
      isClosed = true;
      detach();
      waiter.wake();
    },
  };
};
