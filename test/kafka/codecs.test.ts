import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decompress as decompressUpTo, loadZstd } from '../../src/kafka/codecs.js';
import { decodeRecords, UnreadableRecords } from '../../src/kafka/decode.js';
import { encodeRecordBatch, layout } from '../../src/kafka/record-batch.js';
import { compressed } from './compressed.js';
import { encoders, xerialSnappy, zstd } from './encoders.js';

const longest = 64 * 1024 * 1024;
const decompress = (given: Buffer, codec: number) => decompressUpTo(given, codec, longest);
const [snappyCodec, lz4Codec, zstdCodec] = [2, 3, 4];

/** Bytes with repetitions near and far, and without any. */
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const repeated = fc
  .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), fc.nat(5_000))
  .map(([text, times]) => Buffer.from(text.repeat(times)));
const payload = fc.array(fc.oneof(bytes, repeated), { maxLength: 6 }).map((parts) => Buffer.concat(parts));

const batchOf = (values: readonly string[]): Buffer =>
  encodeRecordBatch(
    values.map((value) => ({ key: null, value, headers: { v: value } })),
    5,
  );

const read = (given: Buffer, offset = 0) =>
  decodeRecords({ topic: 't', partition: 3, offset, bytes: given, aborted: [] });

describe.each(encoders)('%s', (_, codec, encode) => {
  beforeAll(loadZstd);

  test('is decompressed to what was compressed', () => {
    fc.assert(
      fc.property(payload, (given) => {
        expect(decompress(encode(given), codec).equals(given)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('that is cut off is refused', () => {
    const batch = batchOf(['서울 부산 대구 '.repeat(100), '광주 '.repeat(100)]);
    const whole = encode(batch.subarray(layout.records));
    for (let end = 0; end < whole.length; end += 1)
      expect(() => read(compressed(batch, codec, () => whole.subarray(0, end)))).toThrow(UnreadableRecords);
  });

  test('with any bytes wrong is read or refused, within its time and bounds', () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(payload, places, (given, wrong) => {
        const damaged = encode(given);
        for (const [place, byte] of wrong) damaged[place % damaged.length] = byte;
        try {
          read(compressed(batchOf(['a']), codec, () => damaged));
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableRecords);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is refused when it is something else', () => {
    for (const given of [Buffer.alloc(0), Buffer.alloc(40, 255), Buffer.from('no compressed bytes at all')])
      expect(() => decompress(given, codec)).toThrow();
  });

  test('is taken up to 64 MB, and refused with one byte more', () => {
    expect(decompress(encode(Buffer.alloc(longest)), codec)).toHaveLength(longest);
    expect(() => decompress(encode(Buffer.alloc(longest + 1)), codec)).toThrow(
      /too many bytes|Buffer larger than/,
    );
  });

  test('carries the records of a batch', () => {
    const batch = compressed(batchOf(['a', '나']), codec, encode);
    expect(read(batch)).toEqual({
      nextOffset: 2,
      records: [
        expect.objectContaining({ offset: 0, timestampMs: 5, value: Buffer.from('a'), headers: { v: 'a' } }),
        expect.objectContaining({
          offset: 1,
          timestampMs: 5,
          value: Buffer.from('나'),
          headers: { v: '나' },
        }),
      ],
    });
  });

  test('of a batch that is damaged is refused by name, by its checksum', () => {
    const batch = compressed(batchOf(['a']), codec, encode);
    batch[batch.length - 1] = ~(batch.at(-1) as number);
    expect(() => read(batch)).toThrow(UnreadableRecords);
    expect(() => read(batch)).toThrow(/^records compressed by \w+: Error: the checksum is another$/);
  });
});

describe('batches that become much', () => {
  beforeAll(loadZstd);
  // In its value and a header.
  const half = batchOf(['x'.repeat(longest / 4)]);
  const at = (batch: Buffer, offset: number): Buffer => {
    const copy = Buffer.from(batch);
    copy.writeBigInt64BE(BigInt(offset), 0);
    return copy;
  };

  test.each(encoders)(
    'by %s are read one after the other, and none of more than 64 MB',
    (_, codec, encode) => {
      const one = compressed(half, codec, encode);
      const answer = Buffer.concat([0, 1, 2].map((offset) => at(one, offset)));
      const first = read(answer);
      expect(first).toMatchObject({ nextOffset: 1, records: [{ offset: 0 }] });
      expect(read(answer.subarray(one.length), 1)).toMatchObject({ nextOffset: 2, records: [{ offset: 1 }] });
    },
  );

  test('of records are refused where there are more than a heap holds', () => {
    const batch = batchOf(['a']);
    const record = batch.subarray(layout.records);
    const count = 1_048_577;
    const many = compressed(batch, zstdCodec, () => zstd(Buffer.concat(Array(count).fill(record))));
    const claims = (records: number): Buffer => {
      const copy = Buffer.from(many);
      copy.writeInt32BE(records, layout.count);
      return compressed(copy, zstdCodec, (bytes) => bytes);
    };
    expect(read(claims(100_000)).records).toHaveLength(100_000);
    expect(() => read(claims(count))).toThrow('too many records');
  });
});

describe('what other programs wrote', () => {
  const text = Buffer.from('월요일 서울 부산 '.repeat(9_000));
  beforeAll(loadZstd);

  // By `lz4` and `zstd`; those of lz4 are in gzip, to be short.
  test.each([
    [
      'lz4 with checksums, its size, and blocks that refer to those before',
      lz4Codec,
      'H4sIAAAAAAACA2NR8pWIcTjgzcwAAmLKjAwM/znfzJ7yZtaUN3P3KLxpmfNm1g6F19sa3jRtUJBg+D/CwYUAcIDk5UuncwGDin80RF4EgJMKS+Iy39EQgYYIOLNYvHmvFspA7RD5DDH8xizvflCGtdt4bgUAKUISLcMDAAA=',
    ],
    [
      'lz4 without checksums, of independent blocks',
      lz4Codec,
      'H4sIAAAAAAACA2NR8pVIcGhSZmRg+M/5ZvaUN7OmvJm7R+FNy5w3s3YovN7W8KZpg4IEw/8RDi4EgAMEEkywYEEPrtFguhAADhBIMKGnIlhwjQbThQBwgOQx0C3T3YbYCLSQAQCPAjTw8gMAAA==',
    ],
    [
      'zstd with its size',
      zstdCodec,
      'KLUv/aTASwMABAEAwOyblOyalOydvCDshJzsmrgg67aA7IKwIAEAlP9vPsdFAAAAAQC9S5tPIK+PK9M=',
    ],
    [
      'zstd of a stream',
      zstdCodec,
      'KLUv/QRoBAEAwOyblOyalOydvCDshJzsmrgg67aA7IKwIAEAlP9vPsdFAAAAAQC9S5tPIK+PK9M=',
    ],
  ])('%s is read', (_, codec, fixture) => {
    const frame = Buffer.from(fixture, 'base64');
    expect(decompress(codec === lz4Codec ? gunzipSync(frame) : frame, codec).equals(text)).toBe(true);
  });
});

describe('bytes that lie', () => {
  beforeAll(loadZstd);

  test('about their length are refused before room is made for it', () => {
    const claims = Buffer.from('28b52ffde0ffffffffffffff7f010000', 'hex');
    expect(() => decompress(claims, zstdCodec)).toThrow('too many bytes');
    expect(() => decompress(Buffer.from('ffffff7f00', 'hex'), snappyCodec)).toThrow('too many bytes');
    const intact = Buffer.from('intact');
    expect(decompress(zstd(intact), zstdCodec)).toEqual(intact);
  });

  test('of a few bytes that ask for gigabytes of copies are refused at once', () => {
    const asks = Buffer.from('28b52ffd00585500000961ffffff5423013480', 'hex');
    expect(() => decompress(asks, zstdCodec)).toThrow();
  });

  test('in blocks that add up to more than 64 MB are refused', () => {
    const whole = xerialSnappy(Buffer.alloc(longest / 2));
    const twice = Buffer.concat([whole, whole.subarray(16), whole.subarray(16)]);
    expect(() => decompress(twice, snappyCodec)).toThrow('too many bytes');
  });

  test.each([
    ['a literal of negative length', '0afcfaffffff00000000'],
    ['fewer bytes than the length says', '0a1001020304'],
    ['a literal behind the end', '05f0ffffffff'],
    ['a copy from before the beginning', '0400610505'],
    ['a copy at distance 0', '0400610100'],
    ['a copy of more than there is room for', '020061fe0100'],
  ])('snappy with %s is refused', (_, block) => {
    expect(() => decompress(Buffer.from(block, 'hex'), snappyCodec)).toThrow();
  });

  const lz4Frame = (block: string): Buffer => {
    const content = Buffer.from(block, 'hex');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(content.length);
    return Buffer.concat([Buffer.from('04224d18604000', 'hex'), length, content, Buffer.alloc(4)]);
  };

  test.each([
    ['literals behind the end', '40616263'],
    ['a length that is cut off', 'f0ff'],
    ['a match at distance 0', '1061000000'],
    ['a match from before the beginning', '1061020000'],
    ['a match beyond the longest block', `1f610100${'ff'.repeat(300)}0000`],
    ['a distance that is cut off', '106101'],
    ['a match at its end', '10610100'],
  ])('lz4 with %s is refused', (_, block) => {
    expect(String(decompress(lz4Frame('30616263'), lz4Codec))).toBe('abc');
    expect(String(decompress(lz4Frame('1061010000'), lz4Codec))).toBe('aaaaa');
    expect(() => decompress(lz4Frame(block), lz4Codec)).toThrow();
  });
});
