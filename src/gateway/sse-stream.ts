import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { ping, retry } from './sse-frames.js';

/*
 * One response that stays open:
 *
 *   NEW     nothing was sent, the status may still be another
 *   OPEN    200 and the head of the stream were sent
 *   ENDED   the last bytes were handed over, and may still wait for the client
 *   CLOSED  the connection is gone, whoever ended it; the one place where everything is let go
 *
 * Who takes nothing of what waits for it between two pings is cut off: there is no other sign of a client that went away without
 * a word. Who is only slow comes again with its cursor.
 */

export interface EventStreamOptions {
  /** Of what may wait unsent. */
  readonly bufferBytes: number;
  readonly keepAliveMs: number;
  /** What the client is told to wait before it comes again. */
  readonly retryMs: number;
  /** It was full, and no longer is. */
  readonly onDrain: () => void;
  /** The cursor behind all that was written, where there is one. */
  readonly place: () => string | undefined;
}

export interface EventStream {
  readonly isNew: boolean;
  readonly isFull: boolean;
  /** CLOSED; never rejects. */
  readonly closed: Promise<void>;
  open(): void;
  write(bytes: Buffer): void;
  end(bytes?: Buffer): void;
  /** Another status with a JSON body, while NEW. */
  refuse(status: number, body: object): void;
  /** Cuts the connection. */
  destroy(): void;
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Who comes to a stream that stands between must neither keep it nor change it, and pass each event on at once.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  // So that nobody comes again on the connection of a gateway that is stopping.
  connection: 'close',
} as const;

export const createEventStream = (reply: FastifyReply, options: EventStreamOptions): EventStream => {
  const { bufferBytes, keepAliveMs, retryMs, onDrain, place } = options;
  reply.hijack();
  const { raw } = reply;
  let state: 'NEW' | 'OPEN' | 'ENDED' | 'CLOSED' = 'NEW';
  let wasFull = false;
  let written = 0;
  let taken = 0;
  let takenAtTick = 0;
  let waitedAtTick = false;

  const isFull = (): boolean => raw.writableLength > bufferBytes;
  const onTaken = (): void => {
    taken += 1;
    if (!wasFull || isFull()) return;
    wasFull = false;
    if (state === 'OPEN') onDrain();
  };
  const send = (bytes: Buffer): void => {
    written += 1;
    raw.write(bytes, onTaken);
  };
  const tick = (): void => {
    const waits = written > taken;
    if (waits && waitedAtTick && taken === takenAtTick) return void raw.destroy();
    waitedAtTick = waits;
    takenAtTick = taken;
    if (state === 'OPEN' && !waits) send(ping(place()));
    return undefined;
  };
  const timer = setInterval(tick, keepAliveMs);

  const begin = (status: number, headers: OutgoingHttpHeaders): void => {
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) raw.setHeader(name, value);
    raw.writeHead(status, headers);
  };
  const open = (): void => {
    if (state !== 'NEW') return;
    state = 'OPEN';
    begin(200, streamHeaders);
    send(retry(retryMs));
  };
  const closed = new Promise<void>((resolve) => {
    const close = (): void => {
      if (state === 'CLOSED') return;
      state = 'CLOSED';
      clearInterval(timer);
      resolve();
    };
    raw.once('close', close);
    // What a connection that breaks says is nobody's: it closes.
    raw.on('error', () => undefined);
    if (raw.destroyed) queueMicrotask(close);
  });

  return {
    get isNew() {
      return state === 'NEW';
    },
    get isFull() {
      return (wasFull = isFull());
    },
    closed,
    open,
    write: (bytes) => {
      open();
      if (state === 'OPEN') send(bytes);
    },
    end: (bytes) => {
      open();
      if (state !== 'OPEN') return;
      state = 'ENDED';
      written += 1;
      raw.end(bytes, onTaken);
    },
    refuse: (status, body) => {
      if (state !== 'NEW') return;
      state = 'ENDED';
      const json = Buffer.from(JSON.stringify(body));
      begin(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': json.length });
      raw.end(json, onTaken);
    },
    destroy: () => void raw.destroy(),
  };
};
