import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { murmur2, partitionOf } from '../../src/partitioning.js';
import { murmurOfKafkajs } from './kafkajs-codec.js';

const korean = fc.string({
  unit: fc.constantFrom('가', '나', '다', '서', '울', '부', '산', '대', '구', ' ', '0'),
  maxLength: 40,
});
const key = fc.oneof(
  fc.uuid(),
  korean,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
);

// Values of `UtilsTest.testMurmur2` of Kafka's Java client.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])("the hash of %j is that of Kafka's Java client", (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('any key has the partition that kafkajs gives it', () => {
  const theirs = kafkajs.Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 64 }), (given, partitions) => {
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        partitionId,
        leader: 0,
      }));
      expect(murmur2(Buffer.from(given as string))).toBe(murmurOfKafkajs(given));
      expect(partitionOf(given, partitions)).toBe(
        theirs({
          topic: '',
          partitionMetadata: partitionMetadata as Parameters<typeof theirs>[0]['partitionMetadata'],
          message: { key: given, value: null },
        }),
      );
    }),
    { numRuns: 5_000 },
  );
});
