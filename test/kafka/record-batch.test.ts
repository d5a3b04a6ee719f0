import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crc32c } from '../../src/kafka/crc32c.js';
import { decodeRecords, UnreadableRecords, type AbortedTransaction } from '../../src/kafka/decode.js';
import type { OutgoingRecord } from '../../src/kafka/kafka.js';
import { encodeRecordBatch, layout } from '../../src/kafka/record-batch.js';
import { crcOfKafkajs, decodeWithKafkajs, encodeWithKafkajs, type KafkajsRecord } from './kafkajs-codec.js';

const now = Date.UTC(2026, 0, 31, 9, 30);

const text = fc.string({ unit: 'binary', maxLength: 200 });
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const field = fc.option(fc.oneof(text, bytes(300), bytes(20_000)));
// kafkajs takes these names for what every object has.
const name = text.filter((given) => !(given in {}));
const record: fc.Arbitrary<OutgoingRecord> = fc.record({
  key: field,
  value: field,
  headers: fc.dictionary(name, text, { maxKeys: 8, noNullPrototype: true }),
});
const records = fc.array(record, { minLength: 1, maxLength: 12 });

const read = (given: Buffer, offset = 0, aborted: AbortedTransaction[] = []) =>
  decodeRecords({ topic: 't', partition: 3, offset, bytes: given, aborted });

const bytesOf = (given: Buffer | string | null): Buffer | null =>
  typeof given === 'string' ? Buffer.from(given) : given;

const textsOf = (headers: KafkajsRecord['headers']) =>
  Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String([value].flat()[0])]));

/** Changes a batch and makes its checksum right again. */
const changed = (batch: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(batch);
  change(copy);
  copy.writeUInt32BE(crc32c(copy, layout.attributes, copy.length), layout.crc);
  return copy;
};
const at = (batch: Buffer, baseOffset: number) =>
  changed(batch, (copy) => void copy.writeBigInt64BE(BigInt(baseOffset), 0));
const withAttributes = (batch: Buffer, attributes: number) =>
  changed(batch, (copy) => void copy.writeInt16BE(attributes, layout.attributes));
const ofProducer = (batch: Buffer, producerId: number) =>
  changed(batch, (copy) => void copy.writeBigInt64BE(BigInt(producerId), layout.producerId));

const one = (value: string): OutgoingRecord => ({ key: null, value, headers: {} });
const valuesOf = (given: ReturnType<typeof read>) => given.records.map(({ value }) => value?.toString());

describe('what we encode', () => {
  test('is read by kafkajs as it was given', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (given) => {
        const decoded = await decodeWithKafkajs(encodeRecordBatch(given, now));
        expect(
          decoded.map(({ offset, timestamp, key, value }) => ({ offset, timestamp, key, value })),
        ).toEqual(
          given.map(({ key, value }, index) => ({
            offset: String(index),
            timestamp: String(now),
            key: bytesOf(key),
            value: bytesOf(value),
          })),
        );
        expect(decoded.map(({ headers }) => textsOf(headers))).toEqual(given.map(({ headers }) => headers));
      }),
    );
  });

  test('is read by us as it was given', () => {
    fc.assert(
      fc.property(records, (given) => {
        expect(read(encodeRecordBatch(given, now))).toEqual({
          nextOffset: given.length,
          records: given.map(({ key, value, headers }, offset) => ({
            topic: 't',
            partition: 3,
            offset,
            timestampMs: now,
            key: bytesOf(key),
            value: bytesOf(value),
            headers,
          })),
        });
      }),
    );
  });

  test('carries the checksum of its bytes, whatever was encoded before', () => {
    fc.assert(
      fc.property(records, (given) => {
        const batch = encodeRecordBatch(given, now);
        encodeRecordBatch([one('another')], now);
        expect(batch.readUInt32BE(layout.crc)).toBe(crcOfKafkajs(batch.subarray(layout.attributes)));
      }),
    );
  });

  test('may be large and many', () => {
    const given = Array.from({ length: 3_000 }, (_, n) => ({
      key: `k${n}`,
      value: '가'.repeat(n),
      headers: { n: `${n}` },
    }));
    const decoded = read(encodeRecordBatch(given, now)).records;
    expect(decoded.map(({ value, headers }) => `${value?.length}/${headers.n}`)).toEqual(
      given.map((_, n) => `${3 * n}/${n}`),
    );
  });
});

describe('what kafkajs encodes', () => {
  const delta = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
  const theirs = fc.array(
    fc.record({
      key: field,
      value: field,
      headers: fc.dictionary(name, fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })), {
        maxKeys: 8,
        noNullPrototype: true,
      }),
      timestampDelta: delta,
    }),
    { minLength: 1, maxLength: 8 },
  );

  test('is read by us as kafkajs reads it, plain or gzip; of headers with one name the first counts', async () => {
    await fc.assert(
      fc.asyncProperty(theirs, fc.boolean(), fc.nat(2 ** 45), async (given, gzip, firstOffset) => {
        const batch = await encodeWithKafkajs({ firstOffset, firstTimestamp: now, gzip, records: given });
        const expected = await decodeWithKafkajs(batch);
        const { records: decoded, nextOffset } = read(batch, firstOffset);
        expect(nextOffset).toBe(firstOffset + given.length);
        expect(decoded).toEqual(
          expected.map(({ offset, timestamp, key, value, headers }) => ({
            topic: 't',
            partition: 3,
            offset: Number(offset),
            timestampMs: Number(timestamp),
            key,
            value,
            headers: textsOf(headers),
          })),
        );
      }),
    );
  });
});

describe('a fetch answer', () => {
  const [first, second] = [encodeRecordBatch([one('a'), one('b')], now), encodeRecordBatch([one('c')], now)];
  const log = Buffer.concat([at(first, 10), at(second, 20)]);

  test('may hold several batches, with gaps of offsets between them', () => {
    expect(read(log, 10).records.map(({ offset }) => offset)).toEqual([10, 11, 20]);
    expect(read(log, 10).nextOffset).toBe(21);
  });

  test('is read from the asked offset on', () => {
    expect(valuesOf(read(log, 11))).toEqual(['b', 'c']);
    expect(valuesOf(read(log, 12))).toEqual(['c']);
    expect(read(log, 21)).toEqual({ records: [], nextOffset: 21 });
  });

  test('is read up to a batch that is cut off, wherever it is cut', () => {
    for (let end = 0; end < log.length; end += 1) {
      const whole = end >= first.length;
      const cut = read(log.subarray(0, end), 10);
      expect(cut.nextOffset).toBe(whole ? 12 : 10);
      expect(valuesOf(cut)).toEqual(whole ? ['a', 'b'] : []);
    }
  });

  test('has the time of appending where the topic says so', () => {
    const appended = changed(withAttributes(first, 8), (copy) =>
      copy.writeBigInt64BE(BigInt(now + 5), layout.maxTimestamp),
    );
    expect(read(appended).records.map(({ timestampMs }) => timestampMs)).toEqual([now + 5, now + 5]);
  });

  test('moves the position behind control records and what compaction left empty', () => {
    const control = withAttributes(encodeRecordBatch([{ ...one(''), key: Buffer.alloc(4) }], now), 32 | 16);
    expect(read(Buffer.concat([at(first, 10), at(control, 12)]), 10)).toMatchObject({ nextOffset: 13 });
    const empty = changed(at(second, 30), (copy) => void copy.writeInt32BE(4, layout.lastOffsetDelta));
    expect(read(empty, 30).nextOffset).toBe(35);
  });

  test('leaves out an aborted transaction up to its marker, and nobody else', () => {
    const transactional = (value: string, producerId: number) =>
      ofProducer(withAttributes(encodeRecordBatch([one(value)], now), 16), producerId);
    const marker = (type: number, producerId: number) =>
      ofProducer(
        withAttributes(encodeRecordBatch([{ ...one(''), key: Buffer.from([0, 0, 0, type]) }], now), 32 | 16),
        producerId,
      );
    const batches = [
      transactional('kept before', 7),
      marker(1, 7),
      transactional('aborted', 7),
      transactional('of another', 8),
      encodeRecordBatch([one('without transaction')], now),
      marker(0, 7),
      transactional('kept after', 7),
      marker(1, 8),
      transactional('aborted again', 7),
    ];
    const whole = Buffer.concat(batches.map((batch, offset) => at(batch, offset)));
    const aborted = [
      { producerId: 7, firstOffset: 8 },
      { producerId: 7, firstOffset: 2 },
    ];
    const expected = ['kept before', 'of another', 'without transaction', 'kept after'];
    expect(valuesOf(read(whole, 0, aborted))).toEqual(expected);
    expect(read(whole, 0, aborted).nextOffset).toBe(9);
  });

  test('that cannot be decompressed names its codec', () => {
    for (const [codec, called] of [
      [2, 'snappy'],
      [3, 'lz4'],
      [4, 'zstd'],
      [7, 'codec 7'],
    ] as const)
      // prettier-ignore
      expect(() => read(withAttributes(first, codec))).toThrow(called);
    expect(() => read(changed(first, (copy) => void copy.writeInt8(1, layout.magic)))).toThrow('format 1');
  });

  test('ends before a batch that cannot be read, and throws where that is the first', () => {
    const log = Buffer.concat([at(first, 10), at(withAttributes(second, 2), 12)]);
    expect(read(log, 10)).toMatchObject({ nextOffset: 12, records: [{ offset: 10 }, { offset: 11 }] });
    expect(() => read(log, 12)).toThrow(UnreadableRecords);
  });

  test('has no record of a batch whose later records cannot be read, and says where the next batch is', async () => {
    const batch = encodeRecordBatch([one('a'), one('b')], now);
    const damaged = changed(batch, (copy) => void (copy[copy.length - 8] = 0x7e));
    const log = Buffer.concat([at(first, 10), at(damaged, 12)]);
    expect(valuesOf(read(log, 10))).toEqual(['a', 'b']);
    await expect(Promise.resolve(12).then((offset) => read(log, offset))).rejects.toMatchObject({
      name: 'UnreadableRecords',
      nextOffset: 14,
    });
  });

  test('with any bytes wrong is read or refused, within its time', () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(records, places, (given, wrong) => {
        const batch = encodeRecordBatch(given, now);
        for (const [place, byte] of wrong)
          batch[layout.attributes + (place % (batch.length - layout.attributes))] = byte;
        try {
          read(batch);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableRecords);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test('the checksum of any part of any bytes is that of kafkajs', () => {
  expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
  fc.assert(
    fc.property(bytes(500), fc.nat(40), fc.nat(40), (given, before, after) => {
      const start = Math.min(before, given.length);
      const end = Math.max(start, given.length - after);
      expect(crc32c(given, start, end)).toBe(crcOfKafkajs(given.subarray(start, end)));
    }),
    { numRuns: 1_000 },
  );
});
