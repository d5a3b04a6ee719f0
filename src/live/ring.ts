import type { LogRecord } from '../kafka/kafka.js';
import { sizeOf } from '../record-size.js';
import type { Place } from './cursor.js';

/** One event in memory. */
export interface Entry {
  readonly record: LogRecord;
  /** 0 where the topic has no numbers. */
  readonly number: number;
  /**
   * The hub's places behind this record, by partition; shared with every reader that has come exactly this far. Without the partitions
   * that the topic gained later.
   */
  readonly places: readonly Place[];
}

export interface RingLimits {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * The newest events of one topic, in the order of their arrival over all partitions. An entry keeps its index for as long
 * as it is held: `first` is the oldest held, `end` the next to come.
 */
export interface Ring {
  readonly first: number;
  readonly end: number;
  readonly bytes: number;
  at(index: number): Entry;
  push(entry: Entry): void;
  /** Drops everything. From now on the ring holds what comes behind `places`. */
  restart(places: readonly Place[]): void;
  /** The topic gained a partition, of which the ring holds what comes behind this offset. */
  widen(nextOffset: number): void;
  /** Whether the ring still holds, in this partition, everything behind `place`. */
  covers(place: Place): boolean;
  /** For places that are covered: index of the first entry that is not before them all. */
  seek(places: readonly Place[]): number;
}

export const createRing = (limits: RingLimits): Ring => {
  // A circle: index i is in slot i modulo capacity.
  const slots = new Array<Entry | undefined>(limits.entries).fill(undefined);
  let first = 0;
  let end = 0;
  let bytes = 0;
  /** By partition: from this offset on everything is held. */
  let floors: number[] = [];

  const at = (index: number): Entry => {
    const entry = slots[index % limits.entries];
    if (!entry || index < first || index >= end) throw new RangeError(`The ring does not hold ${index}`);
    return entry;
  };

  const evict = (): void => {
    const { record } = at(first);
    floors[record.partition] = record.offset + 1;
    bytes -= sizeOf(record);
    slots[first % limits.entries] = undefined;
    first += 1;
  };

  return {
    get first() {
      return first;
    },
    get end() {
      return end;
    },
    get bytes() {
      return bytes;
    },
    at,
    push: (entry) => {
      bytes += sizeOf(entry.record);
      if (end - first === limits.entries) evict();
      slots[end % limits.entries] = entry;
      end += 1;
      // The newest stays, however large.
      while (bytes > limits.bytes && end - first > 1) evict();
    },
    restart: (places) => {
      slots.fill(undefined);
      first = end;
      bytes = 0;
      floors = places.map(({ nextOffset }) => nextOffset);
    },
    widen: (nextOffset) => void floors.push(nextOffset),
    covers: ({ partition, nextOffset }) => nextOffset >= (floors[partition] ?? Number.POSITIVE_INFINITY),
    seek: (places) => {
      // Places only rise from entry to entry, so "is beyond `places` somewhere" turns from false to true once.
      let low = first;
      let high = end;
      while (low < high) {
        const middle = (low + high) >>> 1;
        const isBeyond = at(middle).places.some(
          ({ partition, nextOffset }) => nextOffset > (places[partition]?.nextOffset ?? 0),
        );
        if (isBeyond) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
};
