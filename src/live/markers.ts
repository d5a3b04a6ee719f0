import { growthOf, partitionsBefore, type Growth } from '../events/growth.js';
import type { LogRecord, Watermarks } from '../kafka/kafka.js';
import type { Place } from './cursor.js';
import type { Source } from './place.js';

/*
 * Where a topic grew, a marker stands in each partition (`events/growth.ts`). A reader stops before a marker until it has come to the
 * markers of all old partitions. So a cursor that is behind one marker is at or behind all the others, and whoever goes on from it
 * need not know of the growth.
 */

/** The growth that `record` marks for who reads `topic` by its rules. */
export const markedBy = (topic: Source, record: LogRecord): Growth | undefined =>
  topic.fedBy === 'outbox' ? growthOf(record) : undefined;

/** Who has come to a marker has gone through all numbers before it, also those that had expired when it began. */
export const standingAt = (
  growth: Growth,
  places: readonly Place[],
  { partition }: LogRecord,
): readonly Place[] => {
  const place = places[partition];
  const before = (growth.numbers[partition] ?? 1) - 1;
  return place && place.sequence < before ? places.with(partition, { ...place, sequence: before }) : places;
};

/** By partition: where the log ended when that was asked for a growth whose marker had been read. */
export type Ends = ReadonlyMap<number, number>;

/**
 * Partitions that a reader has to read before it goes behind the growth's markers. Where it has seen no number yet, perhaps because
 * all records had expired, it is far enough at the log's end.
 */
export const laggards = (growth: Growth, places: readonly Place[], ends: Ends): Place[] =>
  partitionsBefore(growth, (partition) => places[partition]?.sequence).flatMap((partition) => {
    // One that a growth before this one added may not be known yet.
    const place = places[partition] ?? { partition, nextOffset: 0, sequence: 0 };
    const isAtEnd =
      place.sequence === 0 && place.nextOffset >= (ends.get(partition) ?? Number.POSITIVE_INFINITY);
    return isAtEnd ? [] : [place];
  });

export const endsOf = (watermarks: ReadonlyMap<number, Watermarks>): Ends =>
  new Map([...watermarks].map(([partition, { latest }]) => [partition, latest]));

/** For a reader of the log: which partition comes next. */
export interface Turns {
  /** Of the places that are behind; or one that holds them up, wherever that is. */
  next(behind: readonly Place[], places: readonly Place[]): Place;
  /** Whether the next record of a partition may be passed, which marks `growth`, or nothing. */
  mayPass(partition: number, growth: Growth | undefined, places: readonly Place[]): boolean;
  /** Whether only the log's end can tell if a place holds up others. */
  needsEnds(place: Place): boolean;
  learnEnds(watermarks: ReadonlyMap<number, Watermarks>): void;
  /** A record of this time was read from a partition. */
  wasRead(partition: number, timestampMs: number): void;
}

/** The partition whose last record is the oldest is read next: so those of several come about as they were written. */
export const createTurns = (): Turns => {
  const readUpTo: number[] = [];
  /** By partition: its next record marks this. */
  const markers = new Map<number, Growth>();
  let ends: Ends | undefined;

  const oldest = (some: readonly Place[]): Place =>
    some.reduce((a, b) => ((readUpTo[a.partition] ?? 0) <= (readUpTo[b.partition] ?? 0) ? a : b));
  const laggardsOf = (growth: Growth, places: readonly Place[]): Place[] =>
    laggards(growth, places, ends ?? new Map());
  const holdUp = ({ partition }: Place, places: readonly Place[]): Place[] => {
    const growth = markers.get(partition);
    return growth ? laggardsOf(growth, places) : [];
  };

  return {
    next: (behind, places) => {
      const isOpen = (place: Place): boolean => holdUp(place, places).length === 0;
      const open = behind.filter(isOpen);
      if (open.length > 0) return oldest(open);
      // One may be held up itself, at the marker of an earlier growth, but not all.
      return oldest(behind.flatMap((place) => holdUp(place, places)).filter(isOpen));
    },
    mayPass: (partition, growth, places) => {
      const isHeld = growth !== undefined && laggardsOf(growth, places).length > 0;
      if (isHeld) {
        markers.set(partition, growth);
        ends = undefined;
      } else markers.delete(partition);
      return !isHeld;
    },
    needsEnds: ({ sequence }) => sequence === 0 && ends === undefined,
    learnEnds: (watermarks) => {
      ends = endsOf(watermarks);
    },
    wasRead: (partition, timestampMs) => {
      readUpTo[partition] = timestampMs;
    },
  };
};
