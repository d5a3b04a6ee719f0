import { expect, test } from '@jest/globals';
import { sequenceHeader, skipHeader } from '../../src/events/envelope.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { orderEvents, userActivityFacts } from '../../src/events/topics.js';
import { sift } from '../../src/assignment/sift.js';

const position = { topic: 'order.events.v1', partition: 0, nextOffset: 10, sequence: 7, lastId: 'id-7' };

const record = (offset: number, sequence?: number, extra: Record<string, string> = {}): LogRecord => ({
  topic: position.topic,
  partition: 0,
  offset,
  timestampMs: 0,
  key: null,
  value: null,
  headers: {
    ce_id: `id-${sequence ?? 'none'}`,
    ...(sequence !== undefined && { [sequenceHeader]: String(sequence) }),
    ...extra,
  },
});

const offsets = (records: readonly LogRecord[]) => records.map(({ offset }) => offset);

test('numbers that follow are fresh, and the position stands behind them', () => {
  const { fresh, to, hole } = sift([orderEvents], position, [record(10, 8), record(11, 9)]);
  expect(offsets(fresh)).toEqual([10, 11]);
  expect(to).toMatchObject({ nextOffset: 12, sequence: 9, lastId: 'id-9' });
  expect(hole).toBeUndefined();
});

test('repeats and records before the position are passed over', () => {
  const { fresh, to } = sift([orderEvents], position, [
    record(9, 7),
    record(10, 6),
    record(11, 7),
    record(12, 8),
    record(13, 8),
  ]);
  expect(offsets(fresh)).toEqual([12]);
  expect(to).toMatchObject({ nextOffset: 14, sequence: 8 });
});

test('a skip marker takes its number and is no event', () => {
  const { fresh, to } = sift([orderEvents], position, [record(10, 8, { [skipHeader]: '1' }), record(11, 9)]);
  expect(offsets(fresh)).toEqual([11]);
  expect(to.sequence).toBe(9);
});

test('a hole in the numbers stops before it', () => {
  const { fresh, to, hole } = sift([orderEvents], position, [record(10, 8), record(11, 10)]);
  expect(offsets(fresh)).toEqual([10]);
  expect(to).toMatchObject({ nextOffset: 11, sequence: 8 });
  expect(hole).toMatch(/^SEQUENCE_HOLE: number 10 at offset 11 follows 8$/);
});

test('a stream that begins where a log begins takes any first number', () => {
  const { fresh, hole } = sift([orderEvents], { ...position, nextOffset: 0, sequence: 0, lastId: null }, [
    record(500, 40),
  ]);
  expect([offsets(fresh), hole]).toEqual([[500], undefined]);
});

test('what carries no number did not come from the relay, and is refused without stopping the rest', () => {
  const { fresh, refused, to } = sift([orderEvents], position, [record(10), record(11, 8)]);
  expect(offsets(refused.map((failure) => failure.record))).toEqual([10]);
  expect(offsets(fresh)).toEqual([11]);
  expect(to).toMatchObject({ nextOffset: 12, sequence: 8 });
});

test('facts have no numbers: all from the position on are fresh, and the last id is remembered', () => {
  const from = { topic: userActivityFacts.name, partition: 0, nextOffset: 10, sequence: 0, lastId: 'id-9' };
  const facts = [9, 10, 12].map((offset) => ({ ...record(offset), headers: { ce_id: `id-${offset}` } }));
  const { fresh, refused, to, hole } = sift([userActivityFacts], from, facts);
  expect(offsets(fresh)).toEqual([10, 12]);
  expect(refused).toEqual([]);
  expect(to).toEqual({ ...from, nextOffset: 13, lastId: 'id-12' });
  expect(hole).toBeUndefined();
  expect(sift([userActivityFacts], from, []).to).toEqual(from);
});

test('an id that Postgres would refuse is not kept, and none is known then', () => {
  const lastIdOf = (ce_id: string) => sift([orderEvents], position, [record(10, 8, { ce_id })]).to.lastId;
  expect(lastIdOf('plain')).toBe('plain');
  expect([lastIdOf('with\0NUL'), lastIdOf('x'.repeat(100_000))]).toEqual([null, null]);
});
