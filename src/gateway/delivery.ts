import type { GraphQLError } from 'graphql';
import { ended, type Pull } from '../live/pull.js';
import type { Scheduler } from './scheduler.js';

/** One result of a subscription, serialised once for all who receive it. */
export interface Payload {
  /** JSON of the execution result, UTF-8. */
  readonly json: Buffer;
  /** The cursor behind it; undefined on state fields. */
  readonly cursor: string | undefined;
}

/** Where the results of one subscription go: an id on a socket, or an SSE response. */
export interface Sink {
  /** Nothing is taken for it while this is true; call `wake` of the delivery when that ends. */
  readonly isFull: boolean;
  /** Results that became ready together, to be written together. */
  write(payloads: readonly Payload[]): void;
  /** The subscription ended by itself, nothing follows; with an error that is ready for the client, or complete. */
  end(error: GraphQLError | undefined): void;
}

/** One subscription on its way to one client. */
export interface Delivery {
  /** There may be something to take, or room for it. */
  wake(): void;
  /** The client wants no more. */
  stop(): void;
}

export interface PausableDelivery extends Delivery {
  /** All that was taken is written, so the place of the pull is the client's. */
  readonly isSettled: boolean;
  /** Takes no more, and resolves when all that was taken is written: the place of the pull is then the client's. */
  pause(): Promise<void>;
}

export interface DeliveryOptions {
  readonly pull: Pull<unknown>;
  readonly sink: Sink;
  readonly scheduler: Scheduler;
  /** What an item is to all equal subscriptions; a promise while it is being made. */
  readonly payloadOf: (item: object) => Payload | Promise<Payload>;
  /** Called once, when it ends by itself. */
  readonly onEnd: (error: unknown) => void;
}

/** Taken in one turn, before others have theirs. */
const turnBytes = 65_536;

/**
 * Takes what is there while the sink has room. Nothing waits here but one result that is being made: a client that does not
 * read costs what its sink may hold, and goes on from the ring or the log when it reads again.
 */
export const createDelivery = (options: DeliveryOptions): PausableDelivery => {
  const { pull, sink, scheduler, payloadOf, onEnd } = options;
  let isOver = false;
  let isPaused = false;
  let made: Payload | undefined;
  let isMaking = false;
  let onMade = (): void => {};

  const finish = (): void => {
    isOver = true;
    scheduler.unblock(turn);
    pull.close();
  };

  const make = (result: Promise<Payload>): void => {
    isMaking = true;
    void result.then((payload) => {
      made = payload;
      isMaking = false;
      onMade();
      scheduler.wake(turn);
    });
  };

  /** The next result if it is there. */
  const take = (): Payload | undefined | typeof ended => {
    const waiting = made;
    made = undefined;
    if (waiting) return waiting;
    const item = pull.take();
    if (item === undefined || item === ended) return item;
    const payload = payloadOf(item as object);
    if (!('then' in payload)) return payload;
    make(payload);
    return undefined;
  };

  const takeInto = (ready: Payload[]): 'more' | 'nothing' | 'end' => {
    for (let bytes = 0; bytes < turnBytes;) {
      const payload = take();
      if (payload === undefined) return 'nothing';
      if (payload === ended) return 'end';
      ready.push(payload);
      bytes += payload.json.length;
    }
    return 'more';
  };

  const end = (error: unknown): void => {
    finish();
    onEnd(error);
  };

  const run = (): void => {
    if (isOver || isMaking || isPaused) return;
    if (sink.isFull) return scheduler.block(turn);
    scheduler.unblock(turn);
    const ready: Payload[] = [];
    let then: () => void;
    try {
      const left = takeInto(ready);
      then = left === 'end' ? () => end(undefined) : left === 'more' ? () => scheduler.wake(turn) : () => {};
    } catch (error) {
      then = () => end(error);
    }
    if (ready.length > 0) sink.write(ready);
    return then();
  };

  const turn = {
    isQueued: false,
    run,
    behind: () => pull.behind?.() ?? 0,
    giveUp: () => {
      if (isOver) return;
      pull.giveUp?.();
      try {
        pull.take();
      } catch (error) {
        end(error);
      }
    },
  };

  pull.onReady(() => scheduler.wake(turn));
  scheduler.wake(turn);
  return {
    wake: () => scheduler.wake(turn),
    get isSettled() {
      return !isMaking && made === undefined;
    },
    pause: async () => {
      isPaused = true;
      if (isMaking) await new Promise<void>((resolve) => (onMade = resolve));
      if (made && !isOver) sink.write([made]);
      made = undefined;
    },
    stop: () => {
      if (!isOver) finish();
    },
  };
};
