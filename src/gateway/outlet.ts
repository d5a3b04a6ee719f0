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
  stream.on('drain', () => {
    for (const wake of wakes) wake();
  });

  const flush = (): void => {
    if (bytes === 0) return;
    const written = parts;
    const length = bytes;
    parts = [];
    bytes = 0;
    if (stream.writable && isOpen()) stream.write(Buffer.concat(written, length));
  };

  return {
    get isFull() {
      // A write that the kernel took at once still counts until the next tick, but then nothing is needed to drain.
      return (stream.writableNeedDrain && stream.writableLength >= bufferBytes) || bytes >= bufferBytes;
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
