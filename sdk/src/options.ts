import type { Backoff } from './backoff.js';
import type { MillraceError } from './errors.js';

export interface MillraceOptions {
  /** Of the gateway (`http://localhost:4000`) or of its GraphQL endpoint. The WebSocket address is derived from it. */
  readonly url: string;
  /** Sent as a bearer token. A function is asked for each request and each connection. */
  readonly token?: string | (() => string | Promise<string>);
  /** Where there is no global WebSocket (Node 20), the `WebSocket` of the package `ws`. */
  readonly webSocketImpl?: unknown;
  readonly fetch?: typeof fetch;
  /** Keeps cursors beyond the life of the process, for subscriptions with a `resumeKey`. */
  readonly cursorStore?: CursorStore;
  readonly onStatus?: (status: Status) => void;
  /** Waits between tries: 100 ms, doubled up to 10,000 ms, with jitter, unless given. */
  readonly backoff?: Partial<Backoff>;
  /** One try of a query or mutation: 30,000 unless given. */
  readonly timeoutMs?: number;
  /** For how long a query, or a mutation that is safe to repeat, is tried again: 5,000 unless given. 0: never. */
  readonly retryForMs?: number;
  /** How many events wait for a slow loop before the SDK stops the stream, to resume behind them later: 1,000 unless given. */
  readonly bufferSize?: number;
}

/** `save` is called when the loop asks for the next event, so a crash repeats an event rather than losing it. */
export interface CursorStore {
  load(key: string): string | undefined | Promise<string | undefined>;
  save(key: string, cursor: string): void | Promise<void>;
}

/** Of one subscription. `waiting`: it failed with `error` and is tried again after `delayMs`. */
export type Status =
  | { readonly operation: string; readonly state: 'connecting'; readonly attempt: number }
  | { readonly operation: string; readonly state: 'live' }
  | { readonly operation: string; readonly state: 'paused' }
  | {
      readonly operation: string;
      readonly state: 'waiting';
      readonly error: MillraceError;
      readonly delayMs: number;
    }
  | { readonly operation: string; readonly state: 'ended'; readonly error?: MillraceError };

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly retryForMs?: number;
}

export interface WatchOptions {
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
  /** Name of this stream in the `cursorStore`. A stored cursor goes before the variable `after`. */
  readonly resumeKey?: string;
  /** Event streams: a place without an event, at the begin and when all is quiet. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly cursor: string;
  /** Whether the stream has reached the newest event. */
  readonly upToDate: boolean;
}

/** An async iterable that is already running: what comes before the loop begins is kept for it. */
export interface Watch<T> extends AsyncIterableIterator<T> {
  /** Resolves once the server streams: what happens from now on arrives. Rejects when it ends before. */
  readonly ready: Promise<void>;
  return(): Promise<IteratorResult<T>>;
}
