import type { Watch } from './options.js';

export interface Feed<T> {
  readonly iterator: Watch<T>;
  /** A keyed item takes the place of the one with its key that still waits. */
  push(value: T, options?: { key?: string; cursor?: string }): void;
  /** The loop has everything up to here, though it brought no item. Does nothing while items wait. */
  passed(cursor: string): void;
  ready(): void;
  /** After what waits, the iteration ends, or throws `error`. */
  finish(error?: Error): void;
  readonly size: number;
  /** Resolves when half of what may wait is left, or at the end. */
  whenDrained(limit: number): Promise<void>;
}

export interface FeedOptions {
  /** The loop left, or the feed was finished. Called once. */
  readonly onEnd: () => void;
  /** An item with this cursor was dealt with: its successor is asked for. */
  readonly onDone: (cursor: string) => void | Promise<void>;
  /** Why `ready` rejects when it never came to that. */
  readonly cancelled: () => Error;
}

interface Item<T> {
  readonly value: T;
  readonly key: string | undefined;
  readonly cursor: string | undefined;
}

/** The queue between a socket that pushes and a loop that pulls. */
export const createFeed = <T>({ onEnd, onDone, cancelled }: FeedOptions): Feed<T> => {
  let items: Item<T>[] = [];
  let asking: { resolve: () => void } | undefined;
  let draining: (() => boolean) | undefined;
  let ended: { error?: Error } | undefined;
  let dealing: string | undefined;
  let getReady: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const readiness = new Promise<void>((resolve, reject) => (getReady = { resolve, reject }));
  // Who does not ask for `ready` learns of the error from the loop.
  readiness.catch(() => undefined);

  const wake = (): void => {
    asking?.resolve();
    asking = undefined;
  };
  const checkDrained = (): void => {
    if (draining?.() === true) draining = undefined;
  };
  const finish = (error?: Error): void => {
    if (ended) return;
    ended = { error };
    getReady?.reject(error ?? cancelled());
    onEnd();
    wake();
    checkDrained();
  };
  const settle = async (cursor: string | undefined): Promise<void> => {
    if (cursor === undefined) return;
    try {
      await onDone(cursor);
    } catch (error) {
      finish();
      throw error;
    }
  };

  const next = async (): Promise<IteratorResult<T>> => {
    const done = dealing;
    dealing = undefined;
    await settle(done);
    for (;;) {
      const item = items.shift();
      checkDrained();
      if (item) {
        dealing = item.cursor;
        return { value: item.value, done: false };
      }
      if (ended) {
        const { error } = ended;
        ended = {};
        if (error) throw error;
        return { value: undefined, done: true };
      }
      await new Promise<void>((resolve) => {
        const earlier = asking;
        asking = { resolve: () => (earlier?.resolve(), resolve()) };
      });
    }
  };

  const iterator: Watch<T> = {
    ready: readiness,
    next,
    return: () => {
      items = [];
      finish();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]: () => iterator,
  };

  return {
    iterator,
    push: (value, { key, cursor } = {}) => {
      if (ended) return;
      const item = { value, key, cursor };
      const at = key === undefined ? -1 : items.findIndex((waiting) => waiting.key === key);
      if (at < 0) items.push(item);
      else items[at] = item;
      wake();
    },
    passed: (cursor) => {
      // While an item is being dealt with, its own cursor must be the next one kept.
      if (items.length === 0 && dealing === undefined && !ended) void settle(cursor).catch(() => undefined);
    },
    ready: () => getReady?.resolve(),
    finish,
    get size() {
      return items.length;
    },
    whenDrained: (limit) =>
      new Promise((resolve) => {
        draining = () => {
          if (!ended && items.length > limit / 2) return false;
          resolve();
          return true;
        };
        checkDrained();
      }),
  };
};
