import { isDeepStrictEqual } from 'node:util';
import { unavailable } from '../errors.js';
import { iterate, type Items } from './pull.js';
import { createWaiter } from './waiting.js';

/** A state that is read again and again while somebody watches, once for all of them. */
export interface Polled<State> {
  /**
   * The state now, then each other one; who is slow gets the newest only. Rejected from `next`: what the first read threw, and
   * UNAVAILABLE at `stop`.
   */
  watch(): Items<State>;
  stop(): void;
}

export const createPolled = <State>(read: () => Promise<State>, everyMs: number): Polled<State> => {
  const wakes = new Set<() => void>();
  const pause = createWaiter();
  let newest: { readonly state: State } | undefined;
  let failure: { readonly error: unknown } | undefined;
  let isPolling = false;
  let isStopped = false;

  const readOnce = async (): Promise<void> => {
    try {
      const state = await read();
      failure = undefined;
      if (!newest || !isDeepStrictEqual(newest.state, state)) newest = { state };
    } catch (error) {
      failure = { error };
    }
    for (const wake of wakes) wake();
  };

  const poll = async (): Promise<void> => {
    if (isPolling) return;
    isPolling = true;
    while (wakes.size > 0 && !isStopped) {
      const begun = performance.now();
      await readOnce();
      if (wakes.size > 0 && !isStopped) await pause.wait(begun + everyMs - performance.now());
    }
    isPolling = false;
    newest = failure = undefined;
  };

  const watch = (): Items<State> => {
    let wake = (): void => {};
    const listener = (): void => wake();
    let delivered: typeof newest;
    let isClosed = false;
    return iterate({
      take: () => {
        if (isStopped) throw unavailable('This gateway is stopping: reconnect for the state of then.');
        if (isClosed) return undefined;
        wakes.add(listener);
        void poll();
        if (failure && !delivered && !newest) throw failure.error;
        if (!newest || newest === delivered) return undefined;
        delivered = newest;
        return newest.state;
      },
      onReady: (ready) => (wake = ready),
      close: () => {
        isClosed = true;
        wakes.delete(listener);
        if (wakes.size === 0) pause.wake();
      },
    });
  };

  return {
    watch,
    stop: () => {
      isStopped = true;
      pause.wake();
      for (const wake of wakes) wake();
    },
  };
};
