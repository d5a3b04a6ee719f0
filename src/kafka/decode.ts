import { codecNames, decompress, isLoaded, loadZstd } from './codecs.js';
import { crc32c } from './crc32c.js';
import type { LogRecord } from './kafka.js';
import { layout, lengthEnd, magic } from './record-batch.js';

/**
 * Decodes the record batches of a fetch answer; `record-batch.ts` has their layout. What is left out: records before the asked
 * offset, control records, records of aborted transactions, and a batch that the answer cuts off at its end.
 */

/** Bytes that cannot be read: damaged, too many once decompressed, or of a format before Kafka 0.11. */
export class UnreadableRecords extends Error {
  constructor(
    message: string,
    cause?: unknown,
    /** Behind the batch that holds them. */
    readonly nextOffset: number = 0,
  ) {
    super(message, { cause });
    this.name = 'UnreadableRecords';
  }
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface RecordsToDecode {
  /** The name without prefix. */
  readonly topic: string;
  readonly partition: number;
  /** The asked offset. */
  readonly offset: number;
  readonly bytes: Buffer;
  readonly aborted: readonly AbortedTransaction[];
}

export interface DecodedRecords {
  /** Their keys and values share memory with the answer. */
  readonly records: LogRecord[];
  /** Behind the last batch, also where its last records were compacted or are control records. */
  readonly nextOffset: number;
}

/** Before {@link decodeRecords}: a codec may have to be loaded. */
export const whenDecodable = async (answers: readonly { readonly bytes: Buffer }[]): Promise<void> => {
  for (const { bytes } of answers)
    for (let at = 0, end; (end = endOfBatch(bytes, at)) !== undefined; at = end)
      if (!isLoaded(bytes.readInt16BE(at + layout.attributes) & codecMask)) return loadZstd();
};

/** @throws UnreadableRecords when the first batch cannot be read; one further on ends the answer before it */
export const decodeRecords = (source: RecordsToDecode): DecodedRecords => {
  const { bytes, offset } = source;
  const isAborted = createAbortedFilter(source.aborted);
  const decoding: Decoding = { source, records: [], room: roomToDecompress };
  const { records } = decoding;
  let nextOffset = offset;
  for (let at = 0, end; (end = endOfBatch(bytes, at)) !== undefined; at = end) {
    const before = records.length;
    try {
      const batch = bytes.subarray(at, end);
      if (batch[layout.magic] !== magic) throw new UnreadableRecords(`record format ${batch[layout.magic]}`);
      const attributes = batch.readInt16BE(layout.attributes);
      const lastOffset = readInt64(batch, 0) + batch.readInt32BE(layout.lastOffsetDelta);
      if (!isAborted(batch, attributes, lastOffset) && !(attributes & controlBit)) {
        if (lastOffset >= offset) decodeBatch(decoding, batch, attributes);
      }
      nextOffset = Math.max(nextOffset, lastOffset + 1);
    } catch (error) {
      records.length = before;
      if (nextOffset > offset) break;
      throw unreadable(error, Math.max(offset, lastOffsetOf(bytes, at)) + 1);
    }
  }
  return { records, nextOffset };
};

const unreadable = (error: unknown, nextOffset: number): UnreadableRecords =>
  error instanceof UnreadableRecords
    ? new UnreadableRecords(error.message, error.cause, nextOffset)
    : new UnreadableRecords(`records that cannot be read: ${String(error)}`, error, nextOffset);

/** A batch of an earlier format has the offset of its last record in front. */
const lastOffsetOf = (bytes: Buffer, at: number): number =>
  readInt64(bytes, at) +
  (bytes[at + layout.magic] === magic ? bytes.readInt32BE(at + layout.lastOffsetDelta) : 0);

/** In bytes, for all compressed batches of an answer: some KB can become gigabytes, or more records than a heap holds. */
const roomToDecompress = 64 * 1024 * 1024;
const roomPerRecord = 64;

interface Decoding {
  readonly source: RecordsToDecode;
  readonly records: LogRecord[];
  /** What is left. A batch that needs more is the first of the next answer. */
  room: number;
}

const codecMask = 7;
const logAppendTimeBit = 8;
const transactionalBit = 16;
const controlBit = 32;

const endOfBatch = (bytes: Buffer, at: number): number | undefined => {
  if (bytes.length < at + layout.records) return undefined;
  const end = at + lengthEnd + bytes.readInt32BE(at + layout.length);
  return end > at + lengthEnd && end <= bytes.length ? end : undefined;
};

/**
 * Told of every batch in the order of the log. An aborted transaction of a producer runs from its first offset to the
 * producer's abort marker (as `CompletedFetch` of the Java client has it).
 */
const createAbortedFilter = (aborted: readonly AbortedTransaction[]) => {
  if (aborted.length === 0) return () => false;
  const coming = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const running = new Set<number>();
  return (batch: Buffer, attributes: number, lastOffset: number): boolean => {
    if (!(attributes & transactionalBit)) return false;
    for (let next; (next = coming[0]) && next.firstOffset <= lastOffset; coming.shift())
      running.add(next.producerId);
    const producerId = readInt64(batch, layout.producerId);
    if (attributes & controlBit && isAbortMarker(batch)) running.delete(producerId);
    return running.has(producerId);
  };
};

/** The key of a control record: version int16, type int16; 0 is an abort, 1 a commit. */
const isAbortMarker = (batch: Buffer): boolean => {
  const cursor: Cursor = { bytes: batch, at: layout.records };
  readVarint(cursor);
  cursor.at += 1;
  readVarlong(cursor);
  readVarint(cursor);
  const length = readVarint(cursor);
  return length >= 4 && batch.readInt16BE(cursor.at + 2) === 0;
};

const decodeBatch = (decoding: Decoding, batch: Buffer, attributes: number): void => {
  const { topic, partition, offset: asked } = decoding.source;
  const baseOffset = readInt64(batch, 0);
  const baseTimestamp = readInt64(batch, layout.baseTimestamp);
  const appendedAt = attributes & logAppendTimeBit ? readInt64(batch, layout.maxTimestamp) : undefined;
  const count = batch.readInt32BE(layout.count);
  const codec = attributes & codecMask;
  const bytes = codec === 0 ? batch.subarray(layout.records) : decompressBatch(decoding, batch, codec);
  const cursor: Cursor = { bytes, at: 0 };
  const before: Seen[] = [];
  for (let n = 0; n < count; n += 1) {
    const length = readVarint(cursor);
    const end = cursor.at + length;
    if (length < 0 || end > bytes.length) throw new UnreadableRecords('a record is longer than its batch');
    cursor.at += 1; // attributes
    const timestampDelta = readVarlong(cursor);
    const offset = baseOffset + readVarint(cursor);
    if (offset >= asked)
      decoding.records.push({
        topic,
        partition,
        offset,
        timestampMs: appendedAt ?? baseTimestamp + timestampDelta,
        key: readField(cursor),
        value: readField(cursor),
        headers: readHeaders(cursor, end, before),
      });
    if (cursor.at > end) throw new UnreadableRecords('a field is longer than its record');
    cursor.at = end;
  }
};

/** A decoder is given only what was written: damaged bytes could make it answer others. */
const decompressBatch = (decoding: Decoding, batch: Buffer, codec: number): Buffer => {
  try {
    if (crc32c(batch, layout.attributes, batch.length) !== batch.readUInt32BE(layout.crc))
      throw new Error('the checksum is another');
    const roomOfRecords = batch.readInt32BE(layout.count) * roomPerRecord;
    if (roomOfRecords > decoding.room) throw new Error('too many records');
    const records = decompress(batch.subarray(layout.records), codec, decoding.room);
    decoding.room -= records.length + roomOfRecords;
    return records;
  } catch (error) {
    const name = codecNames[codec] ?? `codec ${codec}`;
    throw new UnreadableRecords(`records compressed by ${name}: ${String(error)}`, error);
  }
};

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** What stood at one place in the headers of the record before. */
interface Seen {
  at: number;
  length: number;
  text: string;
}

/** The first of several with the same name counts. */
const readHeaders = (cursor: Cursor, end: number, before: Seen[]): Record<string, string> => {
  const headers: Record<string, string> = {};
  const count = readVarint(cursor);
  for (let n = 0; n < count && cursor.at < end; n += 1) {
    const nameLength = readVarint(cursor);
    if (nameLength < 0) throw new UnreadableRecords('a header has no name');
    const name = readText(cursor, nameLength, (before[2 * n] ??= { at: 0, length: -1, text: '' }));
    const length = readVarint(cursor);
    if (length < 0) continue;
    const text = readText(cursor, length, (before[2 * n + 1] ??= { at: 0, length: -1, text: '' }));
    if (headers[name] === undefined || !Object.hasOwn(headers, name)) headers[name] = text;
  }
  return headers;
};

/**
 * Names, and half of the values, are the same in one record after the other: to compare bytes takes less time than to make a
 * string, and the records share it.
 */
const readText = (cursor: Cursor, length: number, before: Seen): string => {
  const { bytes, at } = cursor;
  cursor.at += length;
  if (length !== before.length || !isSame(bytes, at, before.at, length)) {
    before.text = bytes.toString('utf8', at, at + length);
    before.length = length;
  }
  before.at = at;
  return before.text;
};

const isSame = (bytes: Buffer, one: number, other: number, length: number): boolean => {
  let n = 0;
  while (n < length && bytes[one + n] === bytes[other + n]) n += 1;
  return n === length;
};

const readField = (cursor: Cursor): Buffer | null => {
  const length = readVarint(cursor);
  if (length < 0) return null;
  const start = cursor.at;
  cursor.at += length;
  return cursor.bytes.subarray(start, cursor.at);
};

/** A byte behind the end reads as 0, which ends a number; lengths are checked once per record. */
const nextByte = (cursor: Cursor): number => cursor.bytes[cursor.at++] ?? 0;

const readVarint = (cursor: Cursor): number => {
  let byte = nextByte(cursor);
  let value = byte & 0x7f;
  for (let shift = 7; byte > 0x7f; shift += 7) {
    byte = nextByte(cursor);
    value |= (byte & 0x7f) << shift;
  }
  return (value >>> 1) ^ -(value & 1);
};

/** Exact up to 2^53: sums, as JavaScript shifts 32 bits only. */
const readVarlong = (cursor: Cursor): number => {
  let byte = nextByte(cursor);
  let value = byte & 0x7f;
  for (let factor = 128; byte > 0x7f; factor *= 128) {
    byte = nextByte(cursor);
    value += (byte & 0x7f) * factor;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
};

/** Exact up to 2^53. */
export const readInt64 = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
