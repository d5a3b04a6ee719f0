import { delayOf, wait, type Backoff } from './backoff.js';
import { stopSignal, type Closing } from './closing.js';
import type { Operation } from './document.js';
import { cancelled, cursorOf, fromGraphQL, MillraceError } from './errors.js';
import { createFeed, type Feed } from './feed.js';
import type { Variables } from './http.js';
import type { CursorStore, Status, Watch, WatchOptions } from './options.js';
import type { Socket } from './socket.js';

/**
 * One subscription that outlives its connections.
 *
 * Event fields resume by cursor: each event and each progress (`heartbeat`) brings the place behind it, and the stream is
 * asked for again `after` the last one. Whatever a server may repeat is dropped by id and version. A loop that falls behind by
 * `bufferSize` events is let catch up without a connection, and then resumes behind the last event that waits for it.
 *
 * State fields begin again with the state now; versions that are not newer than the last seen are dropped. A slow loop gets
 * the newest of each key.
 */
export interface WatchContext {
  readonly socket: Socket;
  readonly backoff: Backoff;
  readonly bufferSize: number;
  readonly cursorStore: CursorStore | undefined;
  readonly onStatus: (status: Status) => void;
  readonly closing: Closing;
}

type Result = Parameters<Parameters<Socket['attach']>[1]['next']>[0];

/** What a result is to the loop: `accept` queues it, or learns its cursor. */
interface Reader {
  variables(): Variables;
  accept(value: unknown, extensions: Record<string, unknown> | undefined): void;
  resumeFrom(cursor: string): void;
  /** Longest silence of a healthy stream, where there is one. */
  readonly silenceMs: number | undefined;
}

export const createWatch = <T>(
  context: WatchContext,
  operation: Operation,
  variables: Variables,
  options: WatchOptions = {},
): Watch<T> => {
  const { backoff, bufferSize, onStatus } = context;
  const store = options.resumeKey === undefined ? undefined : context.cursorStore;
  const stop = stopSignal(context.closing, options.signal);
  const feed = createFeed<T>({
    cancelled,
    onEnd: () => {
      stop.release();
      stop.abort();
    },
    onDone: (cursor) => store?.save(options.resumeKey ?? '', cursor),
  });
  stop.signal.addEventListener('abort', () => feed.finish());
  if (stop.signal.aborted) feed.finish();

  const run = async (): Promise<void> => {
    const stored = await store?.load(options.resumeKey ?? '');
    const reader = operation.events
      ? readEvents(feed, stored === undefined ? variables : { ...variables, after: stored }, options)
      : readStates(feed, operation.name, variables);
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      onStatus({ operation: operation.name, state: 'connecting', attempt });
      const { error, live, full } = await attachOnce(context, operation, reader, feed, stop.signal);
      if (stop.signal.aborted) return;
      if (full) {
        onStatus({ operation: operation.name, state: 'paused' });
        await feed.whenDrained(bufferSize);
        attempt = -1;
        continue;
      }
      if (!resumable.has(error.code)) throw error;
      const cursor = cursorOf(error.extensions);
      if (cursor !== undefined) reader.resumeFrom(cursor);
      if (live) attempt = 0;
      const { retryAfterMs } = error.extensions;
      const delayMs = Math.max(
        delayOf(backoff, attempt),
        typeof retryAfterMs === 'number' ? retryAfterMs : 0,
      );
      onStatus({ operation: operation.name, state: 'waiting', error, delayMs });
      await wait(delayMs, stop.signal);
    }
  };
  void run()
    .then(
      () => undefined,
      (error: unknown) => asError(error),
    )
    .then((error) => {
      feed.finish(error);
      onStatus({ operation: operation.name, state: 'ended', ...(error && { error }) });
    });
  return feed.iterator;
};

/** What a later try may cure. Everything else ends the iteration by throwing. */
const resumable = new Set(['NETWORK', 'GAP', 'UNAVAILABLE', 'RATE_LIMITED']);

const asError = (error: unknown): MillraceError =>
  error instanceof MillraceError
    ? error
    : new MillraceError('CLIENT_ERROR', error instanceof Error ? error.message : String(error), {
        cause: error,
      });

/** From subscribing to the end of it: `full` when the loop must catch up first, else `error`. */
const attachOnce = <T>(
  { socket, bufferSize, onStatus }: WatchContext,
  operation: Operation,
  reader: Reader,
  feed: Feed<T>,
  signal: AbortSignal,
): Promise<{ error: MillraceError; live: boolean; full: boolean }> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return resolve({ error: cancelled(), live: false, full: false });
    let live = false;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const settle = (error: MillraceError, full = false): void => {
      clearTimeout(silence);
      signal.removeEventListener('abort', abort);
      detach();
      resolve({ error, live, full });
    };
    const abort = (): void => settle(cancelled());
    const listen = (): void => {
      clearTimeout(silence);
      if (reader.silenceMs === undefined) return;
      silence = setTimeout(
        () =>
          settle(
            new MillraceError('NETWORK', `Nothing came for ${reader.silenceMs} ms, not even a heartbeat.`),
          ),
        reader.silenceMs,
      );
    };
    const next = ({ data, errors, extensions }: Result): void => {
      if (errors && errors.length > 0) return settle(fromGraphQL(errors));
      if (!live) onStatus({ operation: operation.name, state: 'live' });
      live = true;
      reader.accept(Object.values(data ?? {})[0], asObject(extensions));
      feed.ready();
      listen();
      if (operation.events && feed.size >= bufferSize) settle(cancelled(), true);
    };
    let detach = (): void => undefined;
    signal.addEventListener('abort', abort);
    try {
      detach = socket.attach(
        { query: operation.query, operationName: operation.name, variables: reader.variables() },
        {
          next,
          // A stream has no end of its own, so a completed one was completed by a server that goes away.
          end: (error) => settle(error ?? new MillraceError('NETWORK', 'The server completed the stream.')),
        },
      );
    } catch (error) {
      signal.removeEventListener('abort', abort);
      reject(error);
    }
  });

/** How many are remembered against a repeat. */
const remembered = 1000;
const defaultHeartbeatSeconds = 10;

const readEvents = <T>(feed: Feed<T>, variables: Variables, { onProgress }: WatchOptions): Reader => {
  const heartbeat = typeof variables.heartbeat === 'number' ? variables.heartbeat : defaultHeartbeatSeconds;
  const seen = new Set<string>();
  let after = variables.after;
  return {
    silenceMs: heartbeat * 3000,
    variables: () => ({ ...variables, after, heartbeat }),
    resumeFrom: (cursor) => (after = cursor),
    accept: (value, extensions) => {
      const event = asObject(value);
      const cursor = cursorOf(event ?? extensions);
      if (cursor !== undefined) after = cursor;
      if (event === undefined) {
        if (cursor === undefined) return;
        feed.passed(cursor);
        return onProgress?.({ cursor, upToDate: extensions?.upToDate === true });
      }
      // Facts have their id within, and no version: what its sender sent again comes again.
      const { id, version } = asObject(event.activity ?? event.log) ?? event;
      if (typeof id === 'string') {
        // Not by id alone: a notification comes when it is created and again when it is read.
        const identity = `${id} ${String(version)}`;
        if (seen.has(identity)) return;
        seen.add(identity);
        if (seen.size > remembered) for (const oldest of [...seen].slice(0, 100)) seen.delete(oldest);
      }
      feed.push(value as T, { cursor });
    },
  };
};

/** Subscriptions that bring several states: what tells them apart. */
const stateKeys: Readonly<Record<string, readonly string[]>> = {
  watchOrderStatsWindows: ['start', 'region'],
  watchDepartmentStats: ['department'],
  watchDeadLetters: ['id'],
  watchSystemMetrics: ['host', 'name'],
};

const readStates = <T>(feed: Feed<T>, operation: string, variables: Variables): Reader => {
  const versions = new Map<string, number>();
  let lastWasNull = false;
  return {
    silenceMs: undefined,
    variables: () => variables,
    resumeFrom: () => undefined,
    accept: (value) => {
      const state = asObject(value);
      if (state === undefined) {
        if (!lastWasNull) feed.push(value as T, { key: '' });
        lastWasNull = true;
        return;
      }
      lastWasNull = false;
      const key = (stateKeys[operation] ?? []).map((name) => String(state[name])).join('\0');
      const { version } = state;
      if (typeof version === 'number') {
        if (version <= (versions.get(key) ?? -1)) return;
        versions.set(key, version);
      }
      feed.push(value as T, { key });
    },
  };
};

const asObject = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
