import { MillraceError } from '../errors.js';
import type { Watermarks } from '../kafka/kafka.js';
import { cursorInvalid, type Cursors, type Place } from './cursor.js';
import { haveReached } from './place.js';

/**
 * Where a reader begins who comes with a cursor: partitions that it does not name are read from their start.
 * @param partitions that the hub reads; whoever asked for `watermarks` by way of the feed made it learn those that are new
 * @throws MillraceError CURSOR_INVALID, CURSOR_EXPIRED
 */
export const resumeAt = (
  topic: string,
  cursors: Cursors,
  cursor: ReadonlyMap<number, Place>,
  watermarks: ReadonlyMap<number, Watermarks>,
  partitions: number,
): readonly Place[] => {
  const places = Array.from({ length: partitions }, (_, partition): Place => {
    const earliest = watermarks.get(partition)?.earliest ?? 0;
    return cursor.get(partition) ?? { partition, nextOffset: earliest, sequence: 0 };
  });
  if ([...cursor.keys()].some((partition) => partition >= partitions))
    throw cursorInvalid('The cursor names a partition that is not there.');
  // Of a partition that was added a moment ago Kafka need not tell yet, although the hub reads it.
  const endOf = (partition: number): number => watermarks.get(partition)?.latest ?? Number.POSITIVE_INFINITY;
  if (places.some(({ partition, nextOffset }) => nextOffset > endOf(partition)))
    throw cursorInvalid('The cursor is beyond the end of the log.');
  throwIfExpired(topic, cursors, places, watermarks);
  return places;
};

/** @throws MillraceError CURSOR_EXPIRED when the log no longer holds what is behind `places` */
export const throwIfExpired = (
  topic: string,
  cursors: Cursors,
  places: readonly Place[],
  watermarks: ReadonlyMap<number, Watermarks>,
): void => {
  const earliest = places.map((place) => ({
    ...place,
    nextOffset: Math.max(place.nextOffset, watermarks.get(place.partition)?.earliest ?? 0),
  }));
  if (haveReached(places, earliest)) return;
  throw new MillraceError(
    'CURSOR_EXPIRED',
    'Events behind this cursor are no longer kept: read what you need anew, or continue from `extensions.earliest`, the oldest that is kept.',
    { details: { cursor: cursors.encode(topic, places), earliest: cursors.encode(topic, earliest) } },
  );
};
