import { afterEach, expect, jest, test } from '@jest/globals';
import { createCursors } from '../../src/live/cursor.js';
import { createLive, type LiveService } from '../../src/live/create-live.js';
import type { StateSource } from '../../src/live/live.js';
import { createTokens } from '../../src/tokens.js';
import { eventually } from '../support/await.js';
import { createFakeLog, settle, silent, things, type FakeKafka, type FakeLog } from './fake-log.js';

interface State {
  readonly version: number;
}

/** A table of versions, whose reads can be held, and the source over it. */
const createTable = () => {
  const rows = new Map<string, number>();
  const waiting: (() => void)[] = [];
  const table = {
    rows,
    reads: 0,
    isHeld: false,
    failure: undefined as Error | undefined,
    release: () => waiting.splice(0).forEach((go) => go()),
  };
  const source: StateSource<State, number> = {
    topic: things.name,
    parse: ({ key, value }) => ({ key: String(key), change: Number(value) }),
    read: async (key) => {
      table.reads += 1;
      const version = rows.get(key) ?? 0;
      await settle();
      if (table.isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
      if (table.failure) throw table.failure;
      return { version };
    },
    apply: (state, version) =>
      version <= state.version ? state : version === state.version + 1 ? { version } : undefined,
  };
  return { table, source };
};

const lives: LiveService[] = [];
afterEach(async () => {
  jest.useRealTimers();
  for (const live of lives.splice(0)) {
    await live.stop();
    expect(live.stats()).toMatchObject({ cells: 0, feeds: [{ listeners: 0 }] });
  }
});

const start = async (): Promise<{ live: LiveService; log: FakeLog; kafka: FakeKafka }> => {
  const log = createFakeLog(1);
  const kafka = log.connect();
  const live = createLive({
    kafka,
    cursors: createCursors(createTokens('a secret')),
    topics: [things],
    logger: silent,
  });
  lives.push(live);
  await live.start();
  return { live, log, kafka };
};

let published = 0;
const change = (log: FakeLog, version: number, key = 'a'): void => {
  log.append(0, (published += 1), { key, text: String(version) });
};
const version = async (iterator: AsyncIterableIterator<State>): Promise<number | undefined> => {
  const { value } = (await iterator.next()) as IteratorResult<State, undefined>;
  return value?.version;
};

test('the row comes first, then each newer version, never an older one', async () => {
  const { live, log } = await start();
  const { table, source } = createTable();
  table.rows.set('a', 4);
  const states = live.states(source, 'a');
  expect(await version(states)).toBe(4);
  change(log, 3);
  change(log, 4);
  change(log, 1, 'b');
  change(log, 5);
  expect(await version(states)).toBe(5);
  expect(table.reads).toBe(1);
  await states.return?.();
});

test('changes that arrive while the row is read are applied to it', async () => {
  const { live, log } = await start();
  const { table, source } = createTable();
  table.isHeld = true;
  const states = live.states(source, 'a');
  const first = version(states);
  await settle();
  await settle();
  for (const newer of [1, 2, 3]) change(log, newer);
  table.release();
  expect(await first).toBe(3);
  await states.return?.();
});

test('a slow subscriber gets the newest only', async () => {
  const { live, log } = await start();
  const { source } = createTable();
  const states = live.states(source, 'a');
  expect(await version(states)).toBe(0);
  for (let newer = 1; newer <= 500; newer += 1) change(log, newer);
  expect(await version(states)).toBe(500);
  await states.return?.();
});

test('at a hole the row is read again, until it contains the change', async () => {
  const { live, log } = await start();
  const { table, source } = createTable();
  const states = live.states(source, 'a');
  expect(await version(states)).toBe(0);
  table.rows.set('a', 2);
  change(log, 4);
  change(log, 5);
  await eventually(() => table.reads >= 3);
  table.rows.set('a', 4);
  let seen = await version(states);
  while (seen !== undefined && seen < 5) seen = await version(states);
  expect(seen).toBe(5);
  await states.return?.();
});

test('a skip marker, missing numbers and a fault of the hub have the row read again', async () => {
  const { live, log, kafka } = await start();
  const { table, source } = createTable();
  const states = live.states(source, 'a');
  expect(await version(states)).toBe(0);
  table.rows.set('a', 1);
  log.append(0, (published += 1), { skip: true });
  expect(await version(states)).toBe(1);
  table.rows.set('a', 2);
  published += 1;
  change(log, 1, 'b');
  expect(await version(states)).toBe(2);
  table.rows.set('a', 3);
  kafka.fault(0, 'OUT_OF_RANGE');
  expect(await version(states)).toBe(3);
  await states.return?.();
});

test('more changes than are kept during a read lead to another read, not to a loss', async () => {
  const { live, log } = await start();
  const { table, source } = createTable();
  table.isHeld = true;
  const states = live.states(source, 'a');
  const first = version(states);
  await settle();
  await settle();
  for (let newer = 1; newer <= 1_001; newer += 1) change(log, newer);
  table.rows.set('a', 1_001);
  table.isHeld = false;
  table.release();
  let seen = await first;
  while (seen !== undefined && seen < 1_001) seen = await version(states);
  expect(seen).toBe(1_001);
  await states.return?.();
});

test('a thousand subscribers share the cell and at most two reads, and each gets a state read after it came', async () => {
  const { live, log } = await start();
  const { table, source } = createTable();
  const early = live.states(source, 'a');
  expect(await version(early)).toBe(0);
  // Committed, its change not yet published: who comes now reads their own write.
  table.rows.set('a', 1);
  table.reads = 0;
  const all = Array.from({ length: 1_000 }, () => live.states(source, 'a'));
  expect(new Set(await Promise.all(all.map(version)))).toEqual(new Set([1]));
  expect(table.reads).toBeLessThanOrEqual(2);
  expect(live.stats().cells).toBe(1);
  change(log, 1);
  change(log, 2);
  expect(new Set(await Promise.all(all.map(version)))).toEqual(new Set([2]));
  for (const iterator of [early, ...all]) await iterator.return?.();
});

test('a row that is read older than the state changes nothing', async () => {
  const { live, log } = await start();
  const { source } = createTable();
  const early = live.states(source, 'a');
  expect(await version(early)).toBe(0);
  for (const newer of [1, 2]) change(log, newer);
  expect(await version(early)).toBe(2);
  const late = live.states(source, 'a');
  expect(await version(late)).toBe(2);
  for (const iterator of [early, late]) await iterator.return?.();
});

test('a first read that fails rejects the subscriber; a later one is tried again', async () => {
  const { live, log } = await start();
  const { table, source } = createTable();
  table.failure = new Error('the database is away');
  const failed = live.states(source, 'a');
  await expect(failed.next()).rejects.toThrow('the database is away');
  expect(live.stats().cells).toBe(0);

  table.failure = undefined;
  const states = live.states(source, 'a');
  expect(await version(states)).toBe(0);
  table.failure = new Error('the database is away');
  table.rows.set('a', 3);
  change(log, 3);
  await eventually(() => table.reads >= 4);
  table.failure = undefined;
  expect(await version(states)).toBe(3);
  await states.return?.();
});

test('`return` works while waiting and during the first read, and leaves no cell and no timer', async () => {
  const { live, log } = await start();
  const { table, source } = createTable();
  jest.useFakeTimers({ doNotFake: ['performance', 'setImmediate', 'nextTick', 'queueMicrotask'] });
  const waiting = live.states(source, 'a');
  expect(await version(waiting)).toBe(0);
  const pending = waiting.next();
  change(log, 9);
  // The read after the hole has answered an old row, so the next one is waited for.
  await eventually(() => jest.getTimerCount() === 1);
  table.isHeld = true;
  const reading = live.states(source, 'b');
  const first = reading.next();
  await settle();
  await Promise.all([waiting.return?.(), reading.return?.()]);
  expect([(await pending).done, (await first).done]).toEqual([true, true]);
  expect(live.stats()).toMatchObject({ cells: 0, feeds: [{ listeners: 0 }] });
  table.release();
  await settle();
  expect(jest.getTimerCount()).toBe(0);
});

test('a stopping gateway ends every subscriber with UNAVAILABLE', async () => {
  const { live } = await start();
  const { source } = createTable();
  const states = live.states(source, 'a');
  await version(states);
  const next = states.next().catch((error: unknown) => error);
  await live.stop();
  expect(await next).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
});
