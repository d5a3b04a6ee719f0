import { expect, test } from '@jest/globals';
import { createOwnedLog } from '../../src/assignment/owned-log.js';
import type { FetchedBatch, Kafka, LogReaderOptions, LogRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { openCommands } from '../support/commands.js';

const topic = 'order.events.v1';
const megabyte = 1_048_576;

/** A worker that owns the only partition of a topic, whose records the test brings. */
const open = async () => {
  const { database, stored } = await openCommands();
  let options: LogReaderOptions | undefined;
  const kafka: Partial<Kafka> = {
    partitionCount: () => Promise.resolve(1),
    watermarks: () => Promise.resolve(new Map([[0, { earliest: 0, latest: 0 }]])),
    reader: (given) => {
      options = given;
      return { assign: () => undefined, unassign: () => undefined, stop: () => Promise.resolve() };
    },
    commitOffsets: () => Promise.resolve(),
  };
  const log = createOwnedLog({
    worker: 'tested',
    topics: [topic],
    kafka: kafka as Kafka,
    database,
    owner: 1,
    logger: createLogger('silent'),
  });
  closeAtEnd(log.stop);
  await log.start();

  let nextOffset = 0;
  /** Answers whether the reader may bring more; `resumed` tells of it later. */
  const bring = (count: number, part: Partial<LogRecord>): { isFull: boolean; resumed: () => boolean } => {
    const records = Array.from({ length: count }, (_, n): LogRecord => ({
      topic,
      partition: 0,
      offset: nextOffset + n,
      timestampMs: 0,
      key: null,
      value: null,
      headers: {},
      ...part,
    }));
    nextOffset += count;
    const batch: FetchedBatch = { topic, partition: 0, records, nextOffset, logEnd: nextOffset };
    let isResumed = false;
    const taken = options?.onBatch(batch);
    void taken?.then(() => (isResumed = true));
    return { isFull: taken !== undefined, resumed: () => isResumed };
  };

  /** Takes a turn's records and commits them. */
  const turn = async (): Promise<number> => {
    const [batch] = await log.take(1_000);
    if (!batch) throw new Error('nothing was taken');
    const { position, records } = batch;
    const to = { ...position, nextOffset: (records.at(-1) as LogRecord).offset + 1 };
    log.done([{ epoch: position.epoch, to }]);
    return records.length;
  };
  const fail = () =>
    options?.onFault({ topic, partition: 0, kind: 'UNREADABLE', error: new Error('no records') });
  const place = async () => {
    const [row] = await stored.query<{ fault: string | null }>(
      'select fault, owner is null as "isFree" from positions where worker = $1',
      ['tested'],
    );
    return row;
  };
  return { bring, turn, fail, place, log };
};

const values = { value: Buffer.alloc(megabyte) };

test.each<[string, Partial<LogRecord>]>([
  ['values', values],
  ['keys', { key: values.value }],
  ['headers', { headers: { large: 'x'.repeat(megabyte) } }],
])('large %s fill a turn and the memory for a partition with few records', async (_, part) => {
  const { bring, turn } = await open();
  expect(bring(10, part).isFull).toBe(false);
  const { isFull, resumed } = bring(10, part);
  expect(isFull).toBe(true);
  const turns = [];
  while (!resumed()) turns.push(await turn());
  expect(turns).toEqual([3, 3, 3, 3, 3]);
  expect(bring(1, part).isFull).toBe(false);
});

test('small records fill a turn and the memory for a partition by their count', async () => {
  const { bring, turn } = await open();
  const small = { value: Buffer.from('small') };
  expect(bring(7_999, small).isFull).toBe(false);
  const { isFull, resumed } = bring(1, small);
  expect(isFull).toBe(true);
  const turns = [];
  while (!resumed()) turns.push(await turn());
  expect(turns).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
});

test('a record larger than a turn is taken alone', async () => {
  const { bring, turn } = await open();
  bring(1, { value: Buffer.alloc(5 * megabyte) });
  bring(1, values);
  expect([await turn(), await turn()]).toEqual([1, 1]);
});

test('a batch of a million records is taken like any other', async () => {
  const { bring, turn } = await open();
  expect(bring(1_000_000, {}).isFull).toBe(true);
  expect(await turn()).toBe(1_000);
});

test('what was read before a fault is taken before the partition stands still', async () => {
  const { bring, turn, fail, place, log } = await open();
  bring(1_500, {});
  fail();
  expect(await turn()).toBe(1_000);
  expect(await place()).toEqual({ fault: null, isFree: false });
  expect(await turn()).toBe(500);
  await eventually(async () => (await place())?.fault !== null);
  expect(await place()).toEqual({ fault: 'UNREADABLE: no records', isFree: true });
  expect(log.owned()).toEqual([]);
});

test('a partition of which nothing waits stands still at once', async () => {
  const { bring, turn, fail, place } = await open();
  bring(1, {});
  await turn();
  fail();
  await eventually(async () => (await place())?.fault !== null);
});
