import { expect, test } from '@jest/globals';
import { sequenceHeader } from '../../src/events/envelope.js';
import { UnreadableRecords } from '../../src/kafka/decode.js';
import type { Kafka, LogRecord } from '../../src/kafka/kafka.js';
import { readTails } from '../../src/relay/tail.js';

const topic = 'order.events.v1';

const unreadable = 'unreadable';

/** A log of one partition with these numbers, undefined where a stranger wrote, that answers pages of 700 records. */
const kafkaWith = (numbers: readonly (number | undefined | typeof unreadable)[], earliest = 0): Kafka => {
  const records = numbers.map((number, offset): LogRecord => ({
    topic,
    partition: 0,
    offset,
    timestampMs: 0,
    key: null,
    value: null,
    headers: number === undefined ? {} : { [sequenceHeader]: String(number) },
  }));
  const kafka: Pick<Kafka, 'watermarks' | 'fetch'> = {
    watermarks: () => Promise.resolve(new Map([[0, { earliest, latest: records.length }]])),
    fetch: (_topic, partition, offset) => {
      if (offset < earliest) return Promise.reject(new Error(`${offset} has expired`));
      if (numbers[offset] === unreadable)
        return Promise.reject(new UnreadableRecords('no records', undefined, offset + 1));
      const end = numbers.indexOf(unreadable, offset);
      const page = records.slice(offset, Math.min(offset + 700, end < 0 ? Number.POSITIVE_INFINITY : end));
      return Promise.resolve({
        topic,
        partition,
        logEnd: records.length,
        records: page,
        nextOffset: offset + page.length,
      });
    },
  };
  return kafka as Kafka;
};

const found = async (kafka: Kafka): Promise<number | undefined> => {
  const runs = [{ topic, partition: 0, lastSeq: 0, ackedSeq: 0 }];
  const [tail] = await readTails(kafka, [{ name: topic, partitions: 1 }], () => Promise.resolve(runs));
  return tail?.found;
};

const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const strangers = (count: number) => Array.from({ length: count }, () => undefined);

test('the highest number of a partition is found behind a repeat of earlier ones', async () => {
  expect(await found(kafkaWith(run(1, 9_000)))).toBe(9_000);
  expect(await found(kafkaWith([...run(1, 9_000), ...run(8_501, 9_000), ...run(8_501, 8_600)]))).toBe(9_000);
});

test('an empty partition has none, nor has one that only strangers wrote to', async () => {
  expect(await found(kafkaWith([]))).toBeUndefined();
  expect(await found(kafkaWith(strangers(4_000)))).toBeUndefined();
});

test('strangers at the end, or in between, do not hide it, however many they are', async () => {
  expect(await found(kafkaWith([...run(1, 2_000), ...strangers(5_000)]))).toBe(2_000);
  const mixed = [...run(1, 2_000), ...run(1_501, 1_600)].flatMap((number) => [number, ...strangers(9)]);
  expect(await found(kafkaWith(mixed))).toBe(2_000);
});

test('what has expired is not asked for', async () => {
  expect(await found(kafkaWith([...run(1, 3_000), ...strangers(20)], 2_990))).toBe(3_000);
  expect(await found(kafkaWith([...run(1, 3_000), ...strangers(20)], 3_010))).toBeUndefined();
});

test('what cannot be read is passed over, wherever it is', async () => {
  expect(await found(kafkaWith([...run(1, 20), unreadable, unreadable]))).toBe(20);
  expect(await found(kafkaWith([unreadable, ...run(1, 900), unreadable, ...run(901, 1_900)]))).toBe(1_900);
  expect(await found(kafkaWith([unreadable]))).toBeUndefined();
});
