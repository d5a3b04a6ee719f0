import type { OwnedBatch } from '../assignment/owned-log.js';
import { sift, type Sifted } from '../assignment/sift.js';
import type { TopicSpec } from '../events/topics.js';
import type { Item } from './attempt.js';
import type { Lane } from './settle.js';

interface Part {
  readonly batch: OwnedBatch;
  readonly sifted: Sifted;
}

/** Begins the reason of a partition whose next event has failed: resumed, that event is tried again. */
export const effectFailed = 'EFFECT_FAILED';

/**
 * Under the policy to halt: each partition goes up to its first event that is not done, and stands still there if that one failed. What
 * was delivered behind it is delivered once more.
 */
export const halt = <E>(
  topics: readonly TopicSpec[],
  parts: readonly Part[],
  lanes: readonly Lane<E>[],
): { parts: Part[]; lanes: Lane<E>[]; faults: [OwnedBatch, string][] } => {
  const faults: [OwnedBatch, string][] = [];
  const stops = new Map<string, number>();
  const halted = parts.map((part): Part => {
    const { position, records } = part.batch;
    const name = placeOf(position);
    const undone = lanes
      .flatMap(({ failed, rest }) => (failed ? [failed.item, ...rest] : rest))
      .filter(({ record }) => placeOf(record) === name);
    if (undone.length === 0) return part;
    const stop = Math.min(...undone.map(({ record }) => record.offset));
    stops.set(name, stop);
    const failed = lanes.find(
      (lane) => lane.failed?.item.record.offset === stop && isOf(lane.failed.item, name),
    );
    if (failed?.failed) faults.push([part.batch, `${effectFailed}: ${failed.failed.error.message}`]);
    return {
      ...part,
      sifted: sift(
        topics,
        position,
        records.filter(({ offset }) => offset < stop),
      ),
    };
  });
  const isBefore = ({ record }: Item<E>): boolean =>
    record.offset < (stops.get(placeOf(record)) ?? Number.POSITIVE_INFINITY);
  return {
    parts: halted.filter(({ batch, sifted }) => sifted.to.nextOffset > batch.position.nextOffset),
    lanes: lanes.map((lane) => ({ ...lane, done: lane.done.filter(isBefore), failed: undefined, rest: [] })),
    faults,
  };
};

/** The lanes of one partition: a key has no other. */
export const lanesOf = <E>({ batch }: Part, lanes: readonly Lane<E>[]): Lane<E>[] =>
  lanes.filter(({ done }) => done.some((item) => isOf(item, placeOf(batch.position))));

const placeOf = ({ topic, partition }: { topic: string; partition: number }): string =>
  `${partition}/${topic}`;

const isOf = ({ record }: Item<unknown>, name: string): boolean => placeOf(record) === name;
