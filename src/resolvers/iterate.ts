import { UnparseableEvent, isSkip } from '../events/envelope.js';
import type { LogRecord } from '../kafka/kafka.js';

/** Answer of a mapping that leaves an item out. */
export const leftOut = Symbol('left out');

/** What graphql-ws and `for await` need of an iterator that may be ended from outside. */
export interface ResultIterator<Result> extends AsyncIterableIterator<Result, undefined, undefined> {
  return(): Promise<IteratorReturnResult<undefined>>;
  throw(error: unknown): Promise<never>;
}

/**
 * Each item mapped, one at a time and only when asked for, so that nothing queues here.
 * Not an async generator: the `return` of one waits for its pending `next`, so a subscription that waits for its next event could
 * not be ended before that event.
 */
export const mapItems = <Item, Result>(
  source: AsyncIterable<Item>,
  map: (item: Item) => Promise<Result | typeof leftOut> | Result | typeof leftOut,
  mapError: (error: unknown) => unknown = (error) => error,
): ResultIterator<Result> => {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  let release: (() => void) | undefined;

  const done = { done: true, value: undefined } as const;

  const pull = async (): Promise<IteratorResult<Result, undefined>> => {
    try {
      while (!ended) {
        const item = await iterator.next();
        if (item.done) break;
        const value = await map(item.value);
        if (value !== leftOut && !ended) return { done: false, value };
      }
      ended = true;
      return done;
    } catch (error) {
      if (ended) return done;
      endSource();
      throw mapError(error);
    }
  };

  const endSource = (): void => {
    ended = true;
    // What goes wrong while a source ends is nobody's any more.
    iterator.return?.().then(undefined, () => undefined);
  };

  const end = (): void => {
    if (ended) return;
    endSource();
    release?.();
  };

  return {
    next: () => {
      if (ended) return Promise.resolve(done);
      return new Promise((resolve, reject) => {
        release = () => resolve(done);
        pull().then(resolve, reject);
      });
    },
    return: () => {
      end();
      return Promise.resolve(done);
    },
    throw: (error: unknown) => {
      end();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

/**
 * A topic's parser for subscriptions: what is no event is left out, as the streams make a dead letter of it. Make it once per topic: the hub
 * parses each record once for all subscribers that give the same function.
 */
export const eventParser =
  <E>(parse: (record: LogRecord) => E) =>
  (record: LogRecord): E | undefined => {
    if (isSkip(record)) return undefined;
    try {
      return parse(record);
    } catch (error) {
      if (error instanceof UnparseableEvent) return undefined;
      throw error;
    }
  };
