import type { Duplex } from 'node:stream';

/**
 * The way out of one connection for all its subscriptions: what they have ready in one slice is written together, and when the
 * client does not read, nobody writes.
 */
export interface Outlet {
  /** As much is unsent as may be. */
  readonly isFull: boolean;
  write(parts: readonly Buffer[]): void;
  /** Writes what waits for the end of the slice now, so that something else may follow it. */
  flush(): void;
  /** `wake` is called when there is room again. Answers what forgets it. */
  onRoom(wake: () => void): () => void;
}

export interface OutletOptions {
  readonly stream: Duplex;
  /** Bytes that may be unsent. */
  readonly bufferBytes: number;
  /** Whether more may be written: not behind a closing frame. */
  readonly isOpen: () => boolean;
  readonly afterSlice: (work: () => void) => void;
}

export const createOutlet = ({ stream, bufferBytes, isOpen, afterSlice }: OutletOptions): Outlet => {
  const wakes = new Set<() => void>();
  let parts: Buffer[] = [];
  let bytes = 0;
  let rounds = 0;

  /** Who is woken first takes first, so that is another one each time. */
  const wakeAll = (): void => {
    const all = [...wakes];
    const from = (rounds += 1) % Math.max(1, all.length);
    for (const wake of [...all.slice(from), ...all.slice(0, from)]) wake();
  };
  stream.on('drain', wakeAll);

  /** Of what the stream was given, the client has not taken enough; then the stream tells when it has. */
  const isStreamFull = (): boolean => stream.writableNeedDrain && stream.writableLength >= bufferBytes;

  const flush = (): void => {
    if (bytes === 0) return;
    const written = parts;
    const length = bytes;
    parts = [];
    bytes = 0;
    if (!stream.writable || !isOpen()) return;
    stream.write(Buffer.concat(written, length));
    // Some may have been refused because of what waited here, and the stream has taken it without a word.
    if (length >= bufferBytes && !isStreamFull()) wakeAll();
  };

  return {
    get isFull() {
      return bytes >= bufferBytes || isStreamFull();
    },
    write: (more) => {
      if (bytes === 0) afterSlice(flush);
      for (const part of more) {
        parts.push(part);
        bytes += part.length;
      }
    },
    flush,
    onRoom: (wake) => {
      wakes.add(wake);
      return () => wakes.delete(wake);
    },
  };
};
