import { setTimeout as sleep } from 'node:timers/promises';

/** Does `act` to each item, evenly over `ms`: clients that are sent away do not all come to another gateway at once. */
export const spreadOver = async <T>(
  items: readonly T[],
  ms: number,
  act: (item: T) => void,
): Promise<void> => {
  const began = performance.now();
  for (const [at, item] of items.entries()) {
    const wait = began + (ms * at) / items.length - performance.now();
    if (wait > 1) await sleep(wait);
    act(item);
  }
};
