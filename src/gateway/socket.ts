import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';

/** What the gateway does with single sockets, whatever they carry. */

/** A text frame; `ws` has checked that it is UTF-8. */
export const textOf = (data: RawData): string => {
  if (Buffer.isBuffer(data)) return data.toString();
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)).toString();
};

/** Resolves when the socket has taken the message, or is closed. */
export const send = (socket: WebSocket, data: string): Promise<void> =>
  new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    return socket.send(data, (error) => {
      // A socket that closed meanwhile is no failure: its subscriptions end with it.
      if (error && socket.readyState === socket.OPEN) reject(error);
      else resolve();
    });
  });

/** Ends sockets whose other end is gone without a word; not because this process was too busy to read what it said. */
export const keepAlive = (socket: WebSocket, everyMs: number): (() => void) => {
  let waitingForPong = false;
  let dueAt = performance.now() + everyMs;
  socket.on('pong', () => {
    waitingForPong = false;
  });
  const timer = setInterval(() => {
    const isLate = performance.now() - dueAt > everyMs / 10;
    dueAt = performance.now() + everyMs;
    if (waitingForPong && !isLate) return socket.terminate();
    waitingForPong = true;
    return socket.ping();
  }, everyMs);
  return () => clearInterval(timer);
};

const longestReason = 123;

/** What fits into a closing frame. */
export const closeReason = (text: string): string =>
  // A character that is cut off at the end is left out.
  new TextDecoder().decode(Buffer.from(text).subarray(0, longestReason), { stream: true });

/** Who does not read its answers is not heard until it has. */
export const hearOnlyReaders = (socket: WebSocket, stream: Duplex, bufferBytes: number): void => {
  if (socket.isPaused || !stream.writableNeedDrain || stream.writableLength < bufferBytes) return;
  socket.pause();
  stream.once('drain', () => socket.resume());
};

export const goAway = (socket: WebSocket): void =>
  socket.close(1001, 'Server is going away: reconnect with your cursors');

export const whenClosed = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve();
    else socket.once('close', () => resolve());
  });

export const refuseUpgrade = (stream: Duplex, status: string): void => {
  stream.on('error', () => undefined);
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};
