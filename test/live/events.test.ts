import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnparseableEvent, sequenceOf } from '../../src/events/envelope.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createCursors } from '../../src/live/cursor.js';
import { createLive, type LiveOptions, type LiveService } from '../../src/live/create-live.js';
import type { EventKind, EventsOptions, LiveEvent, Progress } from '../../src/live/live.js';
import { createTokens } from '../../src/tokens.js';
import {
  createFakeLog,
  settle,
  silent,
  things,
  type ConnectOptions,
  type FakeKafka,
  type FakeLog,
  type Thing,
} from './fake-log.js';

const topic = things.name;
const cursors = createCursors(createTokens('a secret'));
const lives: LiveService[] = [];

afterEach(async () => {
  jest.useRealTimers();
  for (const live of lives.splice(0)) {
    await live.stop();
    expect(live.stats().feeds[0]!.listeners).toBe(0);
  }
});

const gatewayOn = async (
  log: FakeLog,
  { connection, ...options }: Partial<LiveOptions> & { connection?: ConnectOptions } = {},
): Promise<{ live: LiveService; kafka: FakeKafka }> => {
  const kafka = log.connect(connection);
  const live = createLive({ kafka, cursors, topics: [things], logger: silent, ...options });
  lives.push(live);
  const started = live.start();
  if (!connection?.held) await started;
  return { live, kafka };
};

const parse = (record: LogRecord): Thing | undefined => {
  const text = record.value?.toString() ?? '';
  if (text === 'garbage') throw new UnparseableEvent('garbage');
  return text === 'other'
    ? undefined
    : { partition: record.partition, number: sequenceOf(record) ?? 0, text };
};

type Iterator = AsyncIterableIterator<LiveEvent<Thing> | Progress>;

const subscribe = (live: LiveService, options: Partial<EventsOptions<Thing>> = {}): Iterator =>
  live.events({ kind, ...options });

const kind: EventKind<Thing, 'text'> = { topic, parse, keys: { text: ({ text }) => text } };

const nextEvent = async (iterator: Iterator): Promise<LiveEvent<Thing>> => {
  const { value, done } = await iterator.next();
  if (done || value?.kind !== 'event') throw new Error(`no event but ${JSON.stringify(value)}`);
  return value;
};
const nextProgress = async (iterator: Iterator): Promise<Progress> => {
  const { value, done } = await iterator.next();
  if (done || value?.kind !== 'progress') throw new Error(`no progress but ${JSON.stringify(value)}`);
  return value;
};
const numbers = async (iterator: Iterator, count: number): Promise<number[]> => {
  const seen: number[] = [];
  while (seen.length < count) seen.push((await nextEvent(iterator)).event.number);
  return seen;
};
const filled = (count: number, partitions = 1): FakeLog => {
  const log = createFakeLog(partitions);
  for (let number = 1; number <= count; number += 1) log.append(0, number);
  return log;
};
const fromStart = cursors.encode(topic, []);

describe('without a cursor', () => {
  test('events from the call on are delivered, nothing from before', async () => {
    const log = filled(5);
    const { live } = await gatewayOn(log);
    const iterator = subscribe(live);
    log.append(0, 6);
    expect(await numbers(iterator, 1)).toEqual([6]);
    await iterator.return?.();
  });

  test('a subscriber that comes before the hub has started gets nothing old', async () => {
    const log = filled(5);
    const { live, kafka } = await gatewayOn(log, { connection: { held: true } });
    const iterator = subscribe(live);
    const first = nextEvent(iterator);
    await settle();
    kafka.deliver(0, 2);
    await settle();
    kafka.deliver(0, 3);
    await settle();
    log.append(0, 6);
    kafka.deliver(0, 1);
    expect((await first).event.number).toBe(6);
    await iterator.return?.();
  });

  test('only what matches is delivered; what does not parse and skip markers are no events', async () => {
    const log = filled(0);
    const { live } = await gatewayOn(log);
    const iterator = subscribe(live, { where: { text: 'yes' } });
    log.append(0, 1, { text: 'no' });
    log.append(0, 2, { text: 'garbage' });
    log.append(0, 3, { text: 'other' });
    log.append(0, 4, { text: 'yes', skip: true });
    log.append(0, 5, { text: 'yes' });
    expect(await numbers(iterator, 1)).toEqual([5]);
    await iterator.return?.();
  });

  test('subscribers to one kind share its parsing, the item and its cursor', async () => {
    const log = filled(0);
    const { live } = await gatewayOn(log);
    let parses = 0;
    const counting = (record: LogRecord): Thing | undefined => {
      parses += 1;
      return parse(record);
    };
    const counted = { ...kind, parse: counting };
    const all = Array.from({ length: 10 }, () => subscribe(live, { kind: counted }));
    log.append(0, 1);
    const items = await Promise.all(all.map(nextEvent));
    expect(parses).toBe(1);
    expect(new Set(items).size).toBe(1);
    for (const iterator of all) await iterator.return?.();
  });
});

describe('with a cursor', () => {
  test('a client continues behind it at another gateway, from memory or from the log', async () => {
    const log = filled(10);
    const first = await gatewayOn(log);
    const before = subscribe(first.live, { after: fromStart });
    expect(await numbers(before, 4)).toEqual([1, 2, 3, 4]);
    const { cursor } = await nextEvent(before);
    await before.return?.();
    for (const ring of [
      { entries: 100, bytes: 1e6 },
      { entries: 2, bytes: 1e6 },
    ]) {
      const { live, kafka } = await gatewayOn(log, { hub: { ring } });
      const iterator = subscribe(live, { after: cursor });
      expect(await numbers(iterator, 5)).toEqual([6, 7, 8, 9, 10]);
      expect(kafka.fetches.length).toBe(ring.entries === 2 ? 1 : 0);
      await iterator.return?.();
    }
  });

  test('those who read the log from different places soon share its items', async () => {
    const log = createFakeLog(2);
    for (let number = 1; number <= 20; number += 1)
      for (const partition of [0, 1]) log.append(partition, number);
    const { live } = await gatewayOn(log, { hub: { ring: { entries: 2, bytes: 1e6 } } });
    const placed = cursors.encode(topic, [
      { partition: 0, nextOffset: 6, sequence: 6 },
      { partition: 1, nextOffset: 3, sequence: 3 },
    ]);
    const first = subscribe(live, { after: fromStart });
    const second = subscribe(live, { after: placed });
    const known = new Set<object>();
    for (let count = 0; count < 40; count += 1) known.add(await nextEvent(first));
    const items: LiveEvent<Thing>[] = [];
    for (let count = 0; count < 31; count += 1) items.push(await nextEvent(second));
    // Before it has come up to the times of the others, its places are its own.
    const [own, shared] = [items.slice(0, 4), items.slice(5)];
    expect(own.map((item) => known.has(item))).toEqual([false, false, false, false]);
    expect(new Set(shared.map((item) => known.has(item)))).toEqual(new Set([true]));
    for (const iterator of [first, second]) await iterator.return?.();
  });

  test('a resend in the log is not seen again behind the cursor', async () => {
    const log = filled(3);
    const { live } = await gatewayOn(log);
    const cursor = await live.asOf(topic);
    for (const number of [2, 3, 4]) log.append(0, number);
    const iterator = subscribe(live, { after: cursor });
    expect(await numbers(iterator, 1)).toEqual([4]);
    await iterator.return?.();
  });

  test('a cursor ahead of a slower gateway drops what that one brings up to it', async () => {
    const log = filled(3);
    const fast = await gatewayOn(log);
    const slow = await gatewayOn(log, { connection: { held: true } });
    await settle();
    slow.kafka.deliver(0, 3);
    log.append(0, 4);
    log.append(0, 5);
    const iterator = subscribe(slow.live, { after: await fast.live.asOf(topic) });
    const next = nextEvent(iterator);
    await settle();
    slow.kafka.deliver(0, 2);
    log.append(0, 6);
    await settle();
    slow.kafka.deliver(0, 1);
    expect((await next).event.number).toBe(6);
    await iterator.return?.();
  });

  test('events read back from the log come about in the order of their times', async () => {
    const log = createFakeLog(2);
    for (let number = 1; number <= 20; number += 1) log.append(number % 2, number);
    const { live } = await gatewayOn(log, { hub: { ring: { entries: 1, bytes: 1e6 } } });
    const iterator = subscribe(live, { after: fromStart });
    const seen = await numbers(iterator, 20);
    for (const [i, number] of seen.entries()) expect(Math.abs(number - (i + 1))).toBeLessThanOrEqual(2);
    await iterator.return?.();
  });

  test("before the log's start it is CURSOR_EXPIRED, and `earliest` goes on where the log begins", async () => {
    const log = filled(10, 2);
    const { live } = await gatewayOn(log);
    const old = subscribe(live, { after: fromStart });
    const { cursor } = await nextEvent(old);
    await old.return?.();
    log.trim(0, 5);
    const expired = subscribe(live, { after: cursor });
    const failure = await expired.next().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'CURSOR_EXPIRED' });
    const { earliest } = (failure as { details: { earliest: string } }).details;
    const again = subscribe(live, { after: earliest });
    expect(await numbers(again, 1)).toEqual([6]);
    await again.return?.();
  });

  test.each([
    ['beyond the end', cursors.encode(topic, [{ partition: 0, nextOffset: 11, sequence: 1 }])],
    [
      'of a partition that is not there',
      cursors.encode(topic, [{ partition: 7, nextOffset: 0, sequence: 0 }]),
    ],
    ['of another topic', cursors.encode('users', [])],
    ['nonsense', 'nonsense'],
  ])('%s it is CURSOR_INVALID before the first item', async (_, after) => {
    const { live } = await gatewayOn(filled(10));
    const iterator = subscribe(live, { after, heartbeatSeconds: 1 });
    await expect(iterator.next()).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test('while Kafka is away, resuming is UNAVAILABLE', async () => {
    const { live, kafka } = await gatewayOn(filled(1));
    kafka.failure = new Error('away');
    await expect(subscribe(live, { after: fromStart }).next()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
  });
});

describe('a slow client', () => {
  test('falls out of the ring, continues from the log and comes back to the ring', async () => {
    const log = filled(0);
    const { live, kafka } = await gatewayOn(log, { hub: { ring: { entries: 3, bytes: 1e6 } } });
    const iterator = subscribe(live);
    log.append(0, 1);
    expect(await numbers(iterator, 1)).toEqual([1]);
    for (let number = 2; number <= 20; number += 1) log.append(0, number);
    expect(await numbers(iterator, 19)).toEqual(Array.from({ length: 19 }, (_, i) => i + 2));
    const fetched = kafka.fetches.length;
    expect(fetched).toBeGreaterThan(0);
    log.append(0, 21);
    expect(await numbers(iterator, 1)).toEqual([21]);
    expect(kafka.fetches.length).toBe(fetched);
    await iterator.return?.();
  });

  test('that retention has passed gets CURSOR_EXPIRED with its cursor', async () => {
    const log = filled(0);
    const { live } = await gatewayOn(log, { hub: { ring: { entries: 3, bytes: 1e6 } } });
    const iterator = subscribe(live);
    for (let number = 1; number <= 20; number += 1) log.append(0, number);
    log.trim(0, 10);
    await expect(iterator.next()).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      details: { cursor: expect.any(String), earliest: expect.any(String) },
    });
  });

  test('waits out a Kafka that is away', async () => {
    const log = filled(0);
    const { live, kafka } = await gatewayOn(log, { hub: { ring: { entries: 3, bytes: 1e6 } } });
    const iterator = subscribe(live);
    for (let number = 1; number <= 20; number += 1) log.append(0, number);
    kafka.failure = new Error('away');
    const next = nextEvent(iterator);
    await sleep(120);
    kafka.failure = undefined;
    expect((await next).event.number).toBe(1);
    await iterator.return?.();
  });
});

describe('heartbeats', () => {
  test('greet at once, then come whenever nothing came for so long, with a cursor that resumes', async () => {
    const log = filled(3);
    const { live } = await gatewayOn(log);
    const iterator = subscribe(live, { heartbeatSeconds: 0.05 });
    expect(await nextProgress(iterator)).toMatchObject({ upToDate: true });
    const started = performance.now();
    const { cursor, upToDate } = await nextProgress(iterator);
    expect(upToDate).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(40);
    await iterator.return?.();
    log.append(0, 4);
    const again = subscribe(live, { after: cursor });
    expect(await numbers(again, 1)).toEqual([4]);
    await again.return?.();
  });

  test('say how far events went that did not match', async () => {
    const log = filled(0);
    const { live } = await gatewayOn(log);
    const iterator = subscribe(live, { heartbeatSeconds: 0.05, where: { text: 'nothing' } });
    await nextProgress(iterator);
    for (const number of [1, 2, 3]) log.append(0, number);
    const { cursor } = await nextProgress(iterator);
    expect(cursors.decode(topic, cursor).get(0)).toEqual({ partition: 0, nextOffset: 3, sequence: 3 });
    await iterator.return?.();
  });

  test('are up to date behind repeats, skip markers and holes at the end of the log', async () => {
    const log = filled(3);
    const { live } = await gatewayOn(log);
    const iterator = subscribe(live, { heartbeatSeconds: 0.05 });
    await nextProgress(iterator);
    log.append(0, 3);
    log.append(0, 4, { skip: true });
    log.leaveHole(0);
    const { cursor, upToDate } = await nextProgress(iterator);
    expect(upToDate).toBe(true);
    expect(cursors.decode(topic, cursor).get(0)).toEqual({ partition: 0, nextOffset: 6, sequence: 4 });
    await iterator.return?.();
  });

  test('are not up to date while the events behind a cursor are still to come, nor while Kafka is away', async () => {
    const log = filled(3);
    const { live, kafka } = await gatewayOn(log);
    const behind = subscribe(live, { heartbeatSeconds: 10, after: fromStart });
    expect(await nextProgress(behind)).toMatchObject({ upToDate: false });
    expect(await numbers(behind, 3)).toEqual([1, 2, 3]);
    await behind.return?.();
    const iterator = subscribe(live, { heartbeatSeconds: 0.05 });
    await nextProgress(iterator);
    kafka.failure = new Error('away');
    expect(await nextProgress(iterator)).toMatchObject({ upToDate: false });
    await iterator.return?.();
  });

  test('keep coming while the log cannot be read', async () => {
    const log = filled(0);
    const { live, kafka } = await gatewayOn(log, { hub: { ring: { entries: 2, bytes: 1e6 } } });
    const iterator = subscribe(live, { heartbeatSeconds: 0.05 });
    await nextProgress(iterator);
    for (let number = 1; number <= 9; number += 1) log.append(0, number);
    kafka.failure = new Error('away');
    for (let i = 0; i < 3; i += 1) expect(await nextProgress(iterator)).toMatchObject({ upToDate: false });
    kafka.failure = undefined;
    let item = (await iterator.next()).value;
    while (item?.kind === 'progress') item = (await iterator.next()).value;
    expect(item).toMatchObject({ event: { number: 1 } });
    await iterator.return?.();
  });
});

describe('the end', () => {
  test('`return` ends a waiting `next` and leaves no listener and no timer', async () => {
    const log = filled(3);
    const { live } = await gatewayOn(log);
    jest.useFakeTimers({ doNotFake: ['performance', 'setImmediate', 'nextTick', 'queueMicrotask'] });
    const iterators = [
      subscribe(live),
      subscribe(live, { after: fromStart }),
      subscribe(live, { heartbeatSeconds: 30, where: { text: 'nothing' } }),
    ];
    const pending = iterators.map((iterator) => iterator.next());
    const unpulled = subscribe(live);
    await settle();
    const more = iterators.map((iterator) => iterator.next());
    await settle();
    expect(jest.getTimerCount()).toBeGreaterThan(0);
    for (const iterator of [...iterators, unpulled]) await iterator.return?.();
    expect((await pending[0])?.done).toBe(true);
    expect((await more[0])?.done).toBe(true);
    await Promise.all([...pending, ...more]);
    expect(await iterators[0]!.next()).toEqual({ done: true, value: undefined });
    expect(live.stats().feeds[0]!.listeners).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('`return` while the log is being read releases everything', async () => {
    const { live } = await gatewayOn(filled(50), { hub: { ring: { entries: 1, bytes: 1e6 } } });
    const iterator = subscribe(live, { after: fromStart });
    const next = iterator.next();
    await iterator.return?.();
    expect((await next).done).toBe(true);
    await settle();
    expect(live.stats().feeds[0]!.listeners).toBe(0);
  });

  test('a stopping gateway ends every subscriber with UNAVAILABLE and a cursor that resumes elsewhere', async () => {
    const log = filled(3);
    const { live } = await gatewayOn(log);
    const iterator = subscribe(live);
    const next = iterator.next().catch((error: unknown) => error);
    await settle();
    await live.stop();
    const failure = await next;
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', details: { cursor: expect.any(String) } });
    log.append(0, 4);
    const other = await gatewayOn(log);
    const { cursor } = (failure as { details: { cursor: string } }).details;
    const again = subscribe(other.live, { after: cursor });
    expect(await numbers(again, 1)).toEqual([4]);
    await again.return?.();
    await expect(subscribe(live, { after: cursor }).next()).rejects.toMatchObject({ details: { cursor } });
  });

  test('when the hub loses its place every subscriber of the topic gets GAP with its cursor', async () => {
    const log = filled(5);
    const { live, kafka } = await gatewayOn(log);
    const waiting = subscribe(live);
    const idle = subscribe(live);
    const next = waiting.next().catch((error: unknown) => error);
    await settle();
    kafka.fault(0, 'OUT_OF_RANGE');
    const failure = await next;
    expect(failure).toMatchObject({ code: 'GAP', details: { cursor: expect.any(String) } });
    await expect(idle.next()).rejects.toMatchObject({ code: 'GAP' });
    const { cursor } = (failure as { details: { cursor: string } }).details;
    log.append(0, 6);
    const again = subscribe(live, { after: cursor });
    expect(await numbers(again, 1)).toEqual([6]);
    await again.return?.();
  });
});

describe('what nobody can read', () => {
  test('is a GAP for who comes to it in the log, whose cursor is behind it', async () => {
    const log = filled(3);
    log.spoil(0);
    for (let number = 4; number <= 6; number += 1) log.append(0, number);
    const { live } = await gatewayOn(log);
    const before = subscribe(live, { after: fromStart });
    expect(await numbers(before, 3)).toEqual([1, 2, 3]);
    const gap = await before.next().catch((error: unknown) => error);
    expect(gap).toMatchObject({ code: 'GAP' });
    const { cursor } = (gap as { details: { cursor: string } }).details;
    const behind = subscribe(live, { after: cursor });
    expect(await numbers(behind, 3)).toEqual([4, 5, 6]);
    await behind.return?.();
  });

  test('is none of the business of who is behind it', async () => {
    const log = filled(3);
    log.spoil(0);
    for (let number = 4; number <= 6; number += 1) log.append(0, number);
    const { live } = await gatewayOn(log);
    const after = cursors.encode(topic, [{ partition: 0, nextOffset: 5, sequence: 4 }]);
    const behind = subscribe(live, { after });
    expect(await numbers(behind, 2)).toEqual([5, 6]);
    await behind.return?.();
  });
});
