import { crc32c } from './crc32c.js';
import type { OutgoingRecord } from './kafka.js';

/**
 * Kafka's record batch, format 2 (Kafka's documentation, "Message Format"; `DefaultRecordBatch` and `DefaultRecord` of its Java
 * client). All numbers of the batch are big-endian; those of a record are variable-length, zigzag:
 *
 *     batch   baseOffset int64, length int32 (of what follows), leaderEpoch int32, magic int8, crc uint32 (of what follows),
 *             attributes int16, lastOffsetDelta int32, baseTimestamp int64, maxTimestamp int64, producerId int64,
 *             producerEpoch int16, baseSequence int32, count int32, records
 *     record  length (of what follows), attributes int8, timestampDelta, offsetDelta, key, value, header count, headers
 *
 * Keys, values and both halves of a header are a length (-1: null) and as many bytes.
 */
export const layout = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const;

/** `length` counts from here. */
export const lengthEnd = 12;
export const magic = 2;

/** Grows to the largest batch so far and is used for all: writing without knowing sizes first needs room to spare. */
let scratch = Buffer.allocUnsafeSlow(65_536);

/** One batch, uncompressed, of records that all have the timestamp `timestampMs` (a topic with LogAppendTime replaces it). */
export const encodeRecordBatch = (records: readonly OutgoingRecord[], timestampMs: number): Buffer => {
  let end: number = layout.records;
  for (const [index, record] of records.entries()) {
    reserve(end, record);
    end = writeRecord(scratch, end, index, record);
  }
  writeBatchHeader(scratch, end, records.length, timestampMs);
  return Buffer.from(scratch.subarray(0, end));
};

const writeBatchHeader = (bytes: Buffer, end: number, count: number, timestampMs: number): void => {
  const none = -1;
  bytes.writeBigInt64BE(0n, 0);
  bytes.writeInt32BE(end - lengthEnd, layout.length);
  bytes.writeInt32BE(none, lengthEnd);
  bytes.writeInt8(magic, layout.magic);
  bytes.writeInt16BE(0, layout.attributes);
  bytes.writeInt32BE(count - 1, layout.lastOffsetDelta);
  bytes.writeBigInt64BE(BigInt(timestampMs), layout.baseTimestamp);
  bytes.writeBigInt64BE(BigInt(timestampMs), layout.maxTimestamp);
  bytes.writeBigInt64BE(BigInt(none), layout.producerId);
  bytes.writeInt16BE(none, layout.producerEpoch);
  bytes.writeInt32BE(none, layout.baseSequence);
  bytes.writeInt32BE(count, layout.count);
  bytes.writeUInt32BE(crc32c(bytes, layout.attributes, end), layout.crc);
};

const longestVarint = 5;
/** UTF-8 of a UTF-16 unit. */
const longestUnit = 3;

/** Makes room for the longest that the record can be. */
const reserve = (at: number, { key, value, headers }: OutgoingRecord): void => {
  let units = 0;
  let fields = 6;
  for (const name in headers) {
    units += name.length + (headers[name] as string).length;
    fields += 2;
  }
  const needed = at + longest(key) + longest(value) + units * longestUnit + fields * longestVarint;
  if (needed <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * needed);
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
};

const longest = (field: Buffer | string | null): number =>
  typeof field === 'string' ? field.length * longestUnit : (field?.length ?? 0);

/** Most records are 64 to 8,191 bytes long: their length takes two bytes. */
const usualLengthBytes = 2;

const writeRecord = (bytes: Buffer, at: number, index: number, record: OutgoingRecord): number => {
  const { key, value, headers } = record;
  const start = at + usualLengthBytes;
  let end = start;
  bytes[end++] = 0; // attributes
  bytes[end++] = 0; // timestampDelta
  end = writeVarint(bytes, end, index);
  end = writeField(bytes, end, key);
  end = writeField(bytes, end, value);
  let count = 0;
  for (const _ in headers) count += 1;
  end = writeVarint(bytes, end, count);
  for (const name in headers) {
    end = writeText(bytes, end, name);
    end = writeText(bytes, end, headers[name] as string);
  }
  const length = end - start;
  const moved = sizeOfVarint(length) - usualLengthBytes;
  if (moved !== 0) bytes.copyWithin(start + moved, start, end);
  writeVarint(bytes, at, length);
  return end + moved;
};

const writeField = (bytes: Buffer, at: number, field: Buffer | string | null): number => {
  if (typeof field === 'string') return writeText(bytes, at, field);
  if (field === null) return writeVarint(bytes, at, -1);
  const start = writeVarint(bytes, at, field.length);
  bytes.set(field, start);
  return start + field.length;
};

/** Short ASCII, which nearly every header is, is written here: a call of `Buffer.write` takes longer than the text. */
const writeText = (bytes: Buffer, at: number, text: string): number => {
  const { length } = text;
  if (length < 64) {
    let n = 0;
    for (let code; n < length && (code = text.charCodeAt(n)) < 0x80; n += 1) bytes[at + 1 + n] = code;
    if (n === length) {
      bytes[at] = length << 1;
      return at + 1 + length;
    }
  }
  const start = writeVarint(bytes, at, Buffer.byteLength(text));
  return start + bytes.write(text, start, 'utf8');
};

const writeVarint = (bytes: Buffer, at: number, value: number): number => {
  let rest = (value << 1) ^ (value >> 31);
  let end = at;
  while ((rest & ~0x7f) !== 0) {
    bytes[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[end++] = rest;
  return end;
};

/** Of a value that is not negative. */
const sizeOfVarint = (value: number): number => Math.max(1, Math.ceil((32 - Math.clz32(value << 1)) / 7));
