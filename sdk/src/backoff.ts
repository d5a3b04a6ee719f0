export interface Backoff {
  /** Milliseconds before the first try again; doubled for each further one. */
  readonly minMs: number;
  readonly maxMs: number;
}

/** Exponential with jitter between half and the whole, so that clients of one gateway do not come back together. */
export const delayOf = ({ minMs, maxMs }: Backoff, attempt: number): number =>
  Math.min(maxMs, minMs * 2 ** Math.min(attempt, 20)) * (0.5 + Math.random() / 2);

/** Resolves after `ms`, or at once when `signal` is aborted. */
export const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
