import { isSkip, sequenceOf } from '../events/envelope.js';
import type { TopicSpec } from '../events/topics.js';
import type { LogRecord, Watermarks } from '../kafka/kafka.js';
import type { Place } from './cursor.js';

/*
 * The rule that makes every event come once: what the outbox feeds is, per partition, a gap-free run of numbers in which
 * repeats may follow (a resend, an old relay that woke beside its successor). Who drops what is not above the highest
 * number that it went through is exact with one number of memory.
 */

/** How a topic is read: by the rules of what feeds it, or, as fed by anyone, each record as it is. */
export interface Source extends Pick<TopicSpec, 'name'> {
  readonly fedBy: TopicSpec['fedBy'] | 'anyone';
}

/** A record's number in its partition's run; 0 where the topic has none (facts, copies), -1 for what the relay did not send there. */
export const numberOf = (topic: Source, record: LogRecord): number =>
  topic.fedBy === 'outbox' ? (sequenceOf(record) ?? -1) : 0;

/** Whether a reader at `place` has to deliver the record: neither gone through, nor a repeat, nor a skip marker, nor a stranger's. */
export const isNewAt = (topic: Source, place: Place, record: LogRecord, number: number): boolean =>
  record.offset >= place.nextOffset &&
  (number === 0 || number > place.sequence) &&
  (topic.fedBy === 'anyone' || !isSkip(record));

/** The place behind a record. */
export const placeBehind = (place: Place, record: LogRecord, number: number): Place => ({
  partition: place.partition,
  nextOffset: Math.max(place.nextOffset, record.offset + 1),
  sequence: Math.max(place.sequence, number),
});

/** With the partitions that the topic gained, as the hub began them. */
export const widened = (places: readonly Place[], begins: readonly Place[]): readonly Place[] =>
  places.length < begins.length ? [...places, ...begins.slice(places.length)] : places;

/** Whether `places` are, in every partition, as far as `others` or further. */
export const haveReached = (places: readonly Place[], others: readonly Place[]): boolean =>
  others.every(({ partition, nextOffset, sequence }) => {
    const place = places[partition];
    return place !== undefined && place.nextOffset >= nextOffset && place.sequence >= sequence;
  });

/** Whether `places` are behind all that the log held when it was asked. */
export const haveReachedEnd = (
  places: readonly Place[],
  watermarks: ReadonlyMap<number, Watermarks>,
): boolean =>
  [...watermarks].every(([partition, { latest }]) => (places[partition]?.nextOffset ?? 0) >= latest);
