import { createWaiter } from './waiting.js';

/** Answer of a `take` behind the last item. */
export const ended = Symbol('ended');

/**
 * What a subscription takes its items from. Nothing queues here: an item is looked up when it is taken, so a slow subscriber
 * costs no memory, and one that takes everything at once can be handed it at once.
 */
export interface Pull<T> {
  /** The next item if there is one now; if not, the `wake` of `onReady` is called when it is worth asking again. @throws once, what ends it */
  take(): T | undefined | typeof ended;
  onReady(wake: () => void): void;
  /** How many records the log holds that it has not gone through; absent where nothing can fall behind. */
  behind?(): number;
  /** The cursor behind all that was taken, once there is one; absent where the state comes anew. */
  place?(): string | undefined;
  /** The client is too slow: the next `take` throws GAP. */
  giveUp?(): void;
  /** Lets go of everything; nothing is taken afterwards. */
  close(): void;
}

/** Items for `for await`; who would rather take them as they come uses `pull`. One of the two, not both. */
export interface Items<T> extends AsyncIterableIterator<T, undefined> {
  readonly pull: Pull<T>;
}

const done = { done: true, value: undefined } as const;

/** An async iterator whose `return` works at any moment, also while a `next` is waiting (a generator's would wait for it). */
export const iterate = <T>(pull: Pull<T>): Items<T> => {
  const waiter = createWaiter();
  let isOver = false;
  let isReady = false;
  let last: Promise<unknown> = Promise.resolve();
  pull.onReady(() => {
    isReady = true;
    waiter.wake();
  });

  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    pull.close();
    waiter.wake();
  };

  const step = async (): Promise<IteratorResult<T, undefined>> => {
    while (!isOver) {
      isReady = false;
      try {
        const value = pull.take();
        if (value === ended) break;
        if (value !== undefined) return { done: false, value };
      } catch (error) {
        finish();
        throw error;
      }
      if (!isReady) await waiter.wait();
    }
    finish();
    return done;
  };

  return {
    pull,
    next: () => {
      const result = last.then(step, step);
      last = result;
      return result;
    },
    return: () => {
      finish();
      return Promise.resolve(done);
    },
    throw: (error: unknown) => {
      finish();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

/** The pull beneath `source`, or one that asks an iterator for one item at a time. */
export const pullOf = <T>(source: AsyncIterable<T>): Pull<T> => {
  if ('pull' in source) return (source as Items<T>).pull;
  const iterator = source[Symbol.asyncIterator]();
  let wake = (): void => {};
  let arrived: { readonly result: IteratorResult<T> } | { readonly error: unknown } | undefined;
  let isAsking = false;
  let last: unknown;

  const arrive = (what: NonNullable<typeof arrived>): void => {
    arrived = what;
    isAsking = false;
    wake();
  };
  const ask = (): void => {
    isAsking = true;
    iterator.next().then(
      (result) => arrive({ result }),
      (error: unknown) => arrive({ error }),
    );
  };

  return {
    take: () => {
      const what = arrived;
      arrived = undefined;
      if (what && 'error' in what) throw what.error;
      if (what?.result.done) return ended;
      if (what) return (last = what.result.value);
      if (!isAsking) ask();
      return undefined;
    },
    onReady: (ready) => (wake = ready),
    place: () =>
      typeof last === 'object' && last !== null && 'cursor' in last ? String(last.cursor) : undefined,
    close: () => {
      wake = () => {};
      // What goes wrong while a source ends is nobody's any more.
      iterator.return?.().then(undefined, () => undefined);
    },
  };
};

/**
 * All that `spread` makes of each item and the one taken before it, one after the other. It should answer the same objects for
 * the same item, so that work on them can be shared.
 */
export const flatPull = <T, R>(
  source: Pull<T>,
  spread: (item: T, before: T | undefined) => readonly R[],
): Pull<R> => {
  let before: T | undefined;
  let due: readonly R[] = [];
  let taken = 0;
  return {
    ...source,
    take: () => {
      for (;;) {
        if (taken < due.length) return due[taken++];
        const item = source.take();
        if (item === undefined || item === ended) return item as undefined;
        due = spread(item, before);
        before = item;
        taken = 0;
      }
    },
  };
};
