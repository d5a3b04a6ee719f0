import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { compress } from '@bokuweb/zstd-wasm';
import { loadZstd } from '../../src/kafka/codecs.js';

/** Encoders that share nothing with our decoders, but zstd's: that one is zstd itself. */
export type Encode = (bytes: Buffer) => Buffer;

const load = createRequire(import.meta.url) as (path: string) => unknown;
const { compress: compressLz4 } = load('lz4js') as { compress: (bytes: Uint8Array) => Uint8Array };
const { hash: xxh32 } = load('lz4js/xxh32.js') as {
  hash: (seed: number, bytes: Uint8Array, from: number, length: number) => number;
};
const { compress: compressSnappy } = load('snappyjs') as { compress: (bytes: Buffer) => Buffer };

// Not by itself: begun twice, it forgets its memory.
await loadZstd();

/** As librdkafka and others write it. */
export const rawSnappy: Encode = (bytes) => compressSnappy(bytes);

const xerialHeader = Buffer.from('\u0082SNAPPY\0\0\0\0\u0001\0\0\0\u0001', 'latin1');
const xerialBlock = 32 * 1024;

/** As Kafka's own clients write it: blocks behind their length. */
export const xerialSnappy: Encode = (bytes) => {
  const parts: Buffer[] = [xerialHeader];
  for (let at = 0; at < bytes.length; at += xerialBlock) {
    const block = compressSnappy(bytes.subarray(at, at + xerialBlock));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
};

/** Kafka takes a frame only that says that its blocks are independent; one block is. */
export const lz4: Encode = (bytes) => {
  const frame = Buffer.from(compressLz4(bytes));
  frame[4] = (frame[4] ?? 0) | 0x20;
  frame[6] = (xxh32(0, frame, 4, 2) >> 8) & 0xff;
  return frame;
};
export const zstd: Encode = (bytes) => Buffer.from(compress(bytes));

/** With the number that a batch's attributes have for it. */
export const encoders: readonly (readonly [name: string, codec: number, encode: Encode])[] = [
  ['gzip', 1, (bytes) => gzipSync(bytes)],
  ['snappy', 2, rawSnappy],
  ['snappy of Java', 2, xerialSnappy],
  ['lz4', 3, lz4],
  ['zstd', 4, zstd],
];
