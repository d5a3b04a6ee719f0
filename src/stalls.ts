import type { BackgroundStatus } from './background.js';

type OwnedPartition = BackgroundStatus['owned'][number];

/** A process that lives but does nothing must not look healthy. */
const stalledAfterMs = 30_000;

/**
 * Tells which owned partitions have records waiting but have not moved for 30 s.
 * @param now milliseconds of a clock that only rises
 */
export const createStallWatch = (
  now: () => number,
): ((owned: readonly OwnedPartition[]) => OwnedPartition[]) => {
  let lastMoved = new Map<string, { nextOffset: number; at: number }>();
  return (owned) => {
    const moved = new Map<string, { nextOffset: number; at: number }>();
    const stalled = owned.filter((partition) => {
      const key = `${partition.worker}/${partition.topic}/${partition.partition}`;
      const before = lastMoved.get(key);
      const isWaiting = partition.nextOffset < partition.logEnd;
      const at = isWaiting && before?.nextOffset === partition.nextOffset ? before.at : now();
      moved.set(key, { nextOffset: partition.nextOffset, at });
      return now() - at >= stalledAfterMs;
    });
    lastMoved = moved;
    return stalled;
  };
};
