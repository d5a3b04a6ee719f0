import { expect, test } from '@jest/globals';
import { UnreadableRecords } from '../../src/kafka/decode.js';
import type { FetchedBatch, LogRecord } from '../../src/kafka/kafka.js';
import { createScan } from '../../src/live/scan.js';

const topic = 't';
const page = 10;

/** A log in memory: by partition, the time of each record. Values are `bytes` long. */
const logOf = (partitions: readonly (readonly number[])[], bytes = 1) => {
  const read = { bytes: 0 };
  const fetch = (_: string, partition: number, offset: number): Promise<FetchedBatch> => {
    const times = partitions[partition] ?? [];
    const records = times.slice(offset, offset + page).map((timestampMs, n): LogRecord => ({
      ...{ topic, partition, offset: offset + n, timestampMs, key: null, headers: {} },
      value: Buffer.alloc(bytes),
    }));
    read.bytes += records.length * bytes;
    return Promise.resolve({
      topic,
      partition,
      records,
      nextOffset: offset + records.length,
      logEnd: times.length,
    });
  };
  const ranges = partitions.map(({ length }, partition) => ({ partition, from: 0, until: length }));
  return { read, ranges, scan: createScan({ fetch }) };
};

const rising = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
const all = () => true;
const placesOf = (records: readonly LogRecord[]) =>
  records.map(({ partition, offset }) => `${partition}/${offset}`);

test('records of all partitions come in the order of time, those of one in the order of offsets', async () => {
  const { scan, ranges } = logOf([[1, 5, 3], [2, 4], []]);
  const oldest = await scan({ topic, ranges, newest: false, first: 10, matches: all });
  expect(placesOf(oldest)).toEqual(['0/0', '1/0', '1/1', '0/1', '0/2']);
  expect(await scan({ topic, ranges, newest: true, first: 10, matches: all })).toEqual(oldest);
  expect(placesOf(await scan({ topic, ranges, newest: false, first: 2, matches: all }))).toEqual([
    '0/0',
    '1/0',
  ]);
  expect(placesOf(await scan({ topic, ranges, newest: true, first: 2, matches: all }))).toEqual([
    '0/1',
    '0/2',
  ]);
});

test('records that come after the scan began are not in it', async () => {
  const { scan } = logOf([rising(30)]);
  const ranges = [{ partition: 0, from: 5, until: 12 }];
  const asked = { topic, ranges, first: 500, matches: all };
  const expected = rising(7, 5).map((offset) => `0/${offset}`);
  expect(placesOf(await scan({ ...asked, newest: false }))).toEqual(expected);
  expect(placesOf(await scan({ ...asked, newest: true }))).toEqual(expected);
});

test('the newest are found far back', async () => {
  const { scan, ranges } = logOf([rising(5_000), rising(5_000)]);
  const matches = ({ offset }: LogRecord) => offset % 1_000 === 7;
  const found = await scan({ topic, ranges, newest: true, first: 3, matches });
  expect(placesOf(found)).toEqual(['1/3007', '0/4007', '1/4007']);
});

test.each([[false], [true]])('reading ends at 20 MB, without a hole (newest: %s)', async (newest) => {
  const { scan, ranges, read } = logOf([rising(200), rising(200)], 200_000);
  const found = await scan({ topic, ranges, newest, first: 500, matches: all });
  expect(read.bytes).toBeLessThan(28 * 1024 * 1024);
  expect(found.length).toBeGreaterThan(20);
  for (const { partition } of ranges) {
    const offsets = found.filter((record) => record.partition === partition).map(({ offset }) => offset);
    const from = newest ? 200 - offsets.length : 0;
    expect(offsets).toEqual(rising(offsets.length, from));
  }
});

test.each([
  [Object.assign(new Error('x'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' }), 'NOT_FOUND'],
  [Object.assign(new Error('x'), { type: 'OFFSET_OUT_OF_RANGE' }), 'UNAVAILABLE'],
  [new UnreadableRecords('damaged'), 'BAD_USER_INPUT'],
  [new Error('connection lost'), 'UNAVAILABLE'],
])('%s is %s', async (error, code) => {
  const scan = createScan({ fetch: () => Promise.reject(error) });
  const ranges = [{ partition: 0, from: 0, until: 1 }];
  for (const newest of [false, true])
    await expect(scan({ topic, ranges, newest, first: 1, matches: all })).rejects.toMatchObject({ code });
});
