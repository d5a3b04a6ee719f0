import { expect, test } from '@jest/globals';
import { createBacklog, recordFrom } from '../../src/live/backlog.js';
import { sizeOf } from '../../src/record-size.js';
import { createFakeLog, things } from './fake-log.js';

const topic = things.name;
const logOf = (records: number) => {
  const log = createFakeLog(1);
  for (let number = 1; number <= records; number += 1) log.append(0, number);
  return log;
};

test('a thousand readers of near offsets share each fetch', async () => {
  const kafka = logOf(2_000).connect({ pageRecords: 400 });
  const backlog = createBacklog({ kafka });
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => backlog.load(topic, 0, 500 + (i % 300))));
  expect(kafka.fetches).toEqual([{ partition: 0, offset: 500 }]);
  expect(recordFrom(backlog.peek(topic, 0, 650)!, 650)?.offset).toBe(650);
});

test('pages stay disjoint whatever the order in which they are fetched', async () => {
  const kafka = logOf(100).connect({ pageRecords: 25 });
  const backlog = createBacklog({ kafka, alignment: 10 });
  await Promise.all([45, 12, 30, 3, 99].map((offset) => backlog.load(topic, 0, offset)));
  for (let offset = 0; offset < 100; offset += 1) {
    await backlog.load(topic, 0, offset);
    const page = backlog.peek(topic, 0, offset)!;
    expect(page.records.map((record) => record.offset)).toEqual(
      Array.from({ length: page.nextOffset - page.from }, (_, i) => page.from + i),
    );
    expect(recordFrom(page, offset)?.offset).toBe(offset);
  }
  // Each record is held once, and a page is 500 bytes.
  const { bytes, pages } = backlog.stats();
  const all = [0, 25, 50, 75].map((offset) => kafka.fetch(topic, 0, offset, 1_000_000));
  const sizes = (await Promise.all(all)).flatMap((batch) => batch.records.map(sizeOf));
  expect(bytes).toBe(sizes.reduce((sum, size) => sum + size, pages * 500));
});

test('the least recently used pages leave when the memory is full', async () => {
  const backlog = createBacklog({
    kafka: logOf(100).connect({ pageRecords: 10 }),
    alignment: 10,
    memoryBytes: 6_000,
  });
  for (const offset of [0, 10]) await backlog.load(topic, 0, offset);
  backlog.peek(topic, 0, 0);
  await backlog.load(topic, 0, 20);
  expect([0, 10, 20].map((offset) => backlog.peek(topic, 0, offset) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
  expect(backlog.stats().bytes).toBeLessThanOrEqual(6_000);
});

test('no more fetches are under way than allowed', async () => {
  const kafka = logOf(100).connect({ pageRecords: 10 });
  let running = 0;
  let most = 0;
  const backlog = createBacklog({
    kafka: {
      ...kafka,
      fetch: async (...asked) => {
        most = Math.max(most, (running += 1));
        return kafka.fetch(...asked).finally(() => (running -= 1));
      },
    },
    alignment: 10,
    concurrency: 2,
  });
  await Promise.all([0, 10, 20, 30, 40, 50].map((offset) => backlog.load(topic, 0, offset)));
  expect(most).toBe(2);
});

test('where the log begins inside the aligned run, the page begins with the log', async () => {
  const log = logOf(100);
  log.trim(0, 57);
  const backlog = createBacklog({ kafka: log.connect({ pageRecords: 10 }), alignment: 50 });
  await backlog.load(topic, 0, 60);
  expect(backlog.peek(topic, 0, 60)?.from).toBe(57);
  await expect(backlog.load(topic, 0, 56)).rejects.toThrow('OUT_OF_RANGE');
});

test('a failed fetch fails for those who wait for it, and the next tries again', async () => {
  const kafka = logOf(10).connect();
  const backlog = createBacklog({ kafka });
  kafka.failure = new Error('away');
  await expect(Promise.all([backlog.load(topic, 0, 1), backlog.load(topic, 0, 2)])).rejects.toThrow('away');
  kafka.failure = undefined;
  await backlog.load(topic, 0, 1);
  expect(backlog.peek(topic, 0, 1)).toBeDefined();
});

test('what nobody can read is a page of its own, and what is behind it is read', async () => {
  const log = logOf(3);
  log.spoil(0);
  log.append(0, 4);
  const backlog = createBacklog({ kafka: log.connect({}) });
  for (const offset of [4, 3]) await backlog.load(topic, 0, offset);
  expect([0, 3, 4].map((offset) => backlog.peek(topic, 0, offset))).toMatchObject([
    { from: 0, nextOffset: 3 },
    { from: 3, nextOffset: 4, records: [], fault: { name: 'UnreadableRecords' } },
    { from: 4, nextOffset: 5 },
  ]);
});
