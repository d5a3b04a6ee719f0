import { expect, test } from '@jest/globals';
import { createRing, type Entry } from '../../src/live/ring.js';

const places = (...offsets: number[]) =>
  offsets.map((nextOffset, partition) => ({ partition, nextOffset, sequence: 0 }));

const entry = (partition: number, offset: number, behind: number[], size = 0): Entry => ({
  record: {
    topic: 't',
    partition,
    offset,
    timestampMs: 0,
    key: null,
    value: Buffer.alloc(size),
    headers: {},
  },
  number: 0,
  places: places(...behind),
});

test('the oldest leave when there are too many, and their partition is covered from behind them only', () => {
  const ring = createRing({ entries: 2, bytes: 1e6 });
  ring.restart(places(5, 0));
  ring.push(entry(0, 5, [6, 0]));
  ring.push(entry(1, 0, [6, 1]));
  expect(places(5, 0).map(ring.covers)).toEqual([true, true]);
  ring.push(entry(1, 1, [6, 2]));
  expect(places(5, 0).map(ring.covers)).toEqual([false, true]);
  expect(ring.covers({ partition: 0, nextOffset: 6, sequence: 0 })).toBe(true);
  expect([ring.first, ring.end]).toEqual([1, 3]);
  expect(() => ring.at(0)).toThrow(RangeError);
  expect(ring.at(2).record.offset).toBe(1);
});

test('the bound on bytes holds, but the newest stays however large', () => {
  const ring = createRing({ entries: 100, bytes: 3_000 });
  ring.restart(places(0));
  for (let offset = 0; offset < 50; offset += 1) ring.push(entry(0, offset, [offset + 1], 800));
  expect(ring.end - ring.first).toBe(3);
  expect(ring.bytes).toBeLessThanOrEqual(3_000);
  ring.push(entry(0, 50, [51], 10_000));
  expect(ring.end - ring.first).toBe(1);
  ring.push(entry(0, 51, [52]));
  expect(ring.bytes).toBeLessThanOrEqual(3_000);
});

test('seek finds the first entry that is beyond the places in any partition', () => {
  const ring = createRing({ entries: 10, bytes: 1e6 });
  ring.restart(places(0, 0));
  ring.push(entry(0, 0, [1, 0]));
  ring.push(entry(1, 0, [1, 1]));
  ring.push(entry(0, 1, [2, 1]));
  expect(ring.seek(places(0, 0))).toBe(0);
  expect(ring.seek(places(1, 0))).toBe(1);
  expect(ring.seek(places(2, 0))).toBe(1);
  expect(ring.seek(places(1, 1))).toBe(2);
  expect(ring.seek(places(9, 9))).toBe(3);
});

test('a restarted ring holds nothing, and its indices go on', () => {
  const ring = createRing({ entries: 10, bytes: 1e6 });
  ring.restart(places(0));
  ring.push(entry(0, 0, [1]));
  ring.restart(places(7));
  expect([ring.first, ring.end, ring.bytes]).toEqual([1, 1, 0]);
  expect(ring.covers({ partition: 0, nextOffset: 6, sequence: 0 })).toBe(false);
});
