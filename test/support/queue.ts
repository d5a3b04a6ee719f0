import { within } from './await.js';

/** Keeps what arrives until it is asked for, so that nothing is missed and nothing sleeps. */
export interface Queue<T> {
  /** All that came so far, read or not. */
  readonly all: readonly T[];
  push(item: T): void;
  /** What comes after the end: `next` rejects with `reason`, once everything was read. */
  end(reason: Error): void;
  /** The next unread item. @throws when none comes in time, or after the end */
  next(timeoutMs?: number): Promise<T>;
  /** Reads on until `matches` holds, and returns that item. */
  until(matches: (item: T) => boolean, timeoutMs?: number): Promise<T>;
}

export const createQueue = <T>(name: string): Queue<T> => {
  const all: T[] = [];
  let read = 0;
  let ended: Error | undefined;
  const waiters = new Set<() => void>();
  const wake = () => {
    for (const waiter of waiters) waiter();
    waiters.clear();
  };
  const next = async (timeoutMs = 15_000): Promise<T> => {
    const giveUp = performance.now() + timeoutMs;
    while (read >= all.length) {
      if (ended) throw ended;
      const change = new Promise<void>((resolve) => waiters.add(resolve));
      await within(
        change,
        giveUp - performance.now(),
        () => `${name} brought nothing more after ${seen(all)}`,
      );
    }
    return all[read++] as T;
  };
  return {
    all,
    push: (item) => {
      all.push(item);
      wake();
    },
    end: (reason) => {
      ended ??= reason;
      wake();
    },
    next,
    until: async (matches, timeoutMs = 15_000) => {
      const giveUp = performance.now() + timeoutMs;
      for (;;) {
        const item = await next(Math.max(1, giveUp - performance.now()));
        if (matches(item)) return item;
      }
    },
  };
};

const seen = (items: readonly unknown[]): string =>
  items.length === 0 ? 'nothing' : `${items.length}, the last ${JSON.stringify(items.at(-1))?.slice(0, 500)}`;
