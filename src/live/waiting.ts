/** Lets one waiter at a time wait for its next wake. A wake that nobody waits for is lost: look first, then wait. */
export interface Waiter {
  wake(): void;
  /** Resolves at the next wake, or after `ms`. */
  wait(ms?: number): Promise<void>;
}

const longestTimeoutMs = 2 ** 31 - 1;

export const createWaiter = (): Waiter => {
  let wake = (): void => {};
  return {
    wake: () => wake(),
    wait: (ms = Number.POSITIVE_INFINITY) =>
      new Promise((resolve) => {
        const timer = ms < longestTimeoutMs ? setTimeout(() => wake(), Math.max(0, ms)) : undefined;
        wake = () => {
          clearTimeout(timer);
          wake = () => {};
          resolve();
        };
      }),
  };
};

/** What `work` answers; undefined when it failed or took longer than `ms`. */
export const within = <T>(ms: number, work: Promise<T>): Promise<T | undefined> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, undefined);
    const settle = (value: T | undefined): void => {
      clearTimeout(timer);
      resolve(value);
    };
    work.then(settle, () => settle(undefined));
  });

/**
 * Shares work between callers, each of whom needs an answer that was asked for after its call: calls during a run share
 * the next one. However many call, at most two runs are needed.
 */
export const shareNext = <T>(run: () => Promise<T>): (() => Promise<T>) => {
  let current: Promise<T> | undefined;
  let following: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    following = undefined;
    const mine = run().finally(() => {
      if (current === mine) current = undefined;
    });
    current = mine;
    return mine;
  };
  return () => {
    if (current === undefined) return begin();
    following ??= current.then(begin, begin);
    return following;
  };
};

/** Waits between tries, doubling from 50 ms to 2 s. */
export const backoffMs = (failures: number): number => Math.min(2_000, 50 * 2 ** Math.min(failures, 10));
