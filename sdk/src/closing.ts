/** What must end with the client. (A listener each on one AbortSignal would make Node warn of a leak.) */
export interface Closing {
  readonly closed: boolean;
  /** Calls `end` at the close, or at once when that was before. Answers what forgets it. */
  add(end: () => void): () => void;
  close(): void;
}

export const createClosing = (): Closing => {
  const ends = new Set<() => void>();
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    add: (end) => {
      if (closed) end();
      else ends.add(end);
      return () => ends.delete(end);
    },
    close: () => {
      closed = true;
      for (const end of ends) end();
      ends.clear();
    },
  };
};

/** One signal out of the client's closing and the caller's. `release` when the work is done. */
export const stopSignal = (
  closing: Closing,
  signal: AbortSignal | undefined,
): { readonly signal: AbortSignal; readonly abort: () => void; readonly release: () => void } => {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const forget = closing.add(abort);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return {
    signal: stop.signal,
    abort,
    release: () => {
      forget();
      signal?.removeEventListener('abort', abort);
    },
  };
};
