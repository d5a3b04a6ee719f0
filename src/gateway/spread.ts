import { setTimeout as sleep } from 'node:timers/promises';

/** A few clients need no spreading. */
const spacingMs = 100;

/** Does `act` to each item, evenly over `ms` at most: clients that are sent away do not all come to another gateway at once. */
export const spreadOver = async <T>(
  items: readonly T[],
  ms: number,
  act: (item: T) => void,
): Promise<void> => {
  const began = performance.now();
  const spread = Math.min(ms, items.length * spacingMs);
  for (const [at, item] of items.entries()) {
    const wait = began + (spread * at) / items.length - performance.now();
    if (wait > 1) await sleep(wait);
    act(item);
  }
};
