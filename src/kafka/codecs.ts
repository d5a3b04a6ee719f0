import { gunzipSync } from 'node:zlib';
import { decompress as decompressSnappy, decompressedLength } from '@stablelib/snappy';
import type * as zstdModule from '@bokuweb/zstd-wasm';
import { decompressLz4 } from './lz4.js';

/** What Kafka compresses record batches by; docs/decisions/0007-codecs.md has where the decoders come from. */

/** By the number in a batch's attributes. */
export const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const zstdCodec = 4;

let zstd: typeof zstdModule | undefined;
let loadingZstd: Promise<void> | undefined;

/** zstd is WebAssembly, which few need: compiled before its first batch. Others are there. */
export const isLoaded = (codec: number): boolean => codec !== zstdCodec || zstd !== undefined;

export const loadZstd = (): Promise<void> =>
  (loadingZstd ??= (async () => {
    const loaded = await import('@bokuweb/zstd-wasm');
    await loaded.init();
    zstd = loaded;
  })());

/** @throws Error when they are damaged, would become more than `limit` bytes, or the codec is none that Kafka has */
export const decompress = (records: Buffer, codec: number, limit: number): Buffer => {
  switch (codec) {
    case 0:
      return records;
    case 1:
      return gunzipSync(records, { maxOutputLength: limit });
    case 2:
      return isXerial(records) ? unpackXerial(records, limit) : unpackSnappy(records, limit);
    case 3:
      return decompressLz4(records, limit);
    case zstdCodec:
      return unpackZstd(records, limit);
    default:
      throw new Error('unknown to Kafka');
  }
};

/** How xerial's snappy-java, and so Kafka's own clients, begin: this, two int32 versions, then blocks behind their int32 length. */
const xerialMagic = Buffer.from('\u0082SNAPPY\0', 'latin1');
const xerialHeader = xerialMagic.length + 8;

const isXerial = (records: Buffer): boolean => records.subarray(0, xerialMagic.length).equals(xerialMagic);

const unpackXerial = (records: Buffer, limit: number): Buffer => {
  const blocks: Buffer[] = [];
  let room = limit;
  for (let at = xerialHeader; at < records.length;) {
    const start = at + 4;
    const end = start + records.readUInt32BE(at);
    if (end > records.length) throw new Error('a block is cut off');
    const block = unpackSnappy(records.subarray(start, end), room);
    blocks.push(block);
    room -= block.length;
    at = end;
  }
  return Buffer.concat(blocks);
};

const unpackSnappy = (block: Buffer, limit: number): Buffer => {
  const length = decompressedLength(block);
  if (length > limit) throw tooLong();
  const output = Buffer.allocUnsafeSlow(length);
  decompressSnappy(block, output);
  return output;
};

const unpackZstd = (records: Buffer, limit: number): Buffer => {
  if (!zstd) throw new Error('its decoder is not loaded');
  // The decoder makes room for as many bytes as the frame tells.
  if (zstdContentSize(records) > limit) throw tooLong();
  try {
    const { buffer, byteOffset, byteLength } = zstd.decompress(records, { defaultHeapSize: limit });
    return Buffer.from(buffer, byteOffset, byteLength);
  } catch (error) {
    throw String(error).endsWith(`${zstdHasNoRoom}`) ? tooLong() : error;
  }
};

const zstdMagic = 0xfd2fb528;
/** `ZSTD_error_dstSize_tooSmall`. */
const zstdHasNoRoom = -70;

/** As the frame's header has it (RFC 8878, 3.1.1.1); 0 when it does not tell. */
const zstdContentSize = (frame: Buffer): number => {
  if (frame.readUInt32LE(0) !== zstdMagic) throw new Error('no zstd frame');
  const descriptor = frame.readUInt8(4);
  const singleSegment = (descriptor >> 5) & 1;
  const at = 5 + (1 - singleSegment) + ([0, 1, 2, 4][descriptor & 3] as number);
  switch (descriptor >> 6) {
    case 0:
      return singleSegment ? frame.readUInt8(at) : 0;
    case 1:
      return frame.readUInt16LE(at) + 256;
    case 2:
      return frame.readUInt32LE(at);
    default:
      return Number(frame.readBigUInt64LE(at));
  }
};

const tooLong = (): Error => new Error('too many bytes');
