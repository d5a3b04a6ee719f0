import { expect, test } from '@jest/globals';
import { isLoaded } from '../../src/kafka/codecs.js';
import { decodeRecords, whenDecodable } from '../../src/kafka/decode.js';
import { encodeRecordBatch } from '../../src/kafka/record-batch.js';
import { compressed } from './compressed.js';

const zstdCodec = 4;

test('zstd is loaded before its first batch is decoded, and not before', async () => {
  const plain = encodeRecordBatch([{ key: null, value: 'a', headers: {} }], 5);
  // By the program `zstd`.
  const records = Buffer.from('28b52ffd00584100000e00000001026100', 'hex');
  const batch = compressed(plain, zstdCodec, () => records);
  const read = () =>
    decodeRecords({ topic: 't', partition: 0, offset: 0, bytes: batch, aborted: [] }).records;
  await whenDecodable([{ bytes: plain }]);
  expect(isLoaded(zstdCodec)).toBe(false);
  expect(read).toThrow('zstd: Error: its decoder is not loaded');
  await Promise.all(
    [1, 2].map(() => whenDecodable([{ bytes: plain }, { bytes: Buffer.concat([plain, batch]) }])),
  );
  expect(read().map(({ value }) => String(value))).toEqual(['a']);
});
