import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Growth } from '../../src/events/growth.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createCursors } from '../../src/live/cursor.js';
import { createLive, type LiveService } from '../../src/live/create-live.js';
import type { LiveEvent, Progress } from '../../src/live/live.js';
import { createTokens } from '../../src/tokens.js';
import { eventually } from '../support/await.js';
import {
  createFakeLog,
  facts,
  settle,
  silent,
  things,
  type ConnectOptions,
  type FakeKafka,
  type FakeLog,
} from './fake-log.js';

const topic = things.name;
const cursors = createCursors(createTokens('a secret'));
const lives: LiveService[] = [];
const subscribed: AsyncIterableIterator<Item>[] = [];
afterEach(async () => {
  for (const live of lives.splice(0)) await live.stop();
  for (const events of subscribed.splice(0)) await events.return?.();
});

interface Setup extends ConnectOptions {
  readonly ring?: number;
  readonly warmRecords?: number;
  readonly lookEveryMs?: number;
  readonly spec?: typeof things;
}

const gatewayOn = (
  log: FakeLog,
  { ring = 100, warmRecords = 100, lookEveryMs, spec = things, ...connection }: Setup = {},
): { live: LiveService; kafka: FakeKafka } => {
  const kafka = log.connect(connection);
  const live = createLive({
    kafka,
    cursors,
    topics: [spec],
    logger: silent,
    hub: { ring: { entries: ring, bytes: 1e6 }, warmRecords, ...(lookEveryMs && { lookEveryMs }) },
    backlog: { pageBytes: 1, alignment: 4, memoryBytes: 5_000, concurrency: 2 },
  });
  lives.push(live);
  void live.start();
  return { live, kafka };
};

type Item = LiveEvent<string> | Progress;
const textOf = (record: LogRecord): string => String(record.value);
const subscribe = (live: LiveService, after?: string): AsyncIterableIterator<Item> => {
  const kind = { topic, parse: textOf, keys: {} };
  const events = live.events({ kind, after, heartbeatSeconds: 1_000 });
  subscribed.push(events);
  return events;
};

const greeted = async (live: LiveService, after?: string) => {
  const events = subscribe(live, after);
  await events.next();
  return events;
};

const take = async (events: AsyncIterableIterator<Item>, count: number): Promise<string[]> => {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) throw new Error('it ended');
    if (value.kind === 'event') taken.push(value.event);
  }
  return taken;
};

/** Two partitions grow to three; each has one event before and one after it. */
const grown = (log: FakeLog): Growth => {
  const growth = { from: 2, to: 3, numbers: [2, 2] };
  log.addPartitions(3);
  return growth;
};

test('who is live gets the events of a partition that the topic gained, each once', async () => {
  const log = createFakeLog(2);
  const { live } = gatewayOn(log);
  await settle();
  const events = await greeted(live);
  log.append(0, 1, { text: 'a1' });
  log.append(1, 1, { text: 'b1' });
  const growth = grown(log);
  for (const partition of [0, 1, 2]) log.append(partition, growth.numbers[partition] ?? 1, { growth });
  log.append(2, 2, { text: 'c2' });
  log.append(0, 3, { text: 'a3' });
  expect((await take(events, 4)).toSorted()).toEqual(['a1', 'a3', 'b1', 'c2']);
  log.append(2, 3, { text: 'c3' });
  expect(await take(events, 1)).toEqual(['c3']);
});

test('partitions that somebody else added are found by looking, with or without numbers', async () => {
  for (const spec of [things, facts]) {
    const log = createFakeLog(1, spec);
    const { live } = gatewayOn(log, { lookEveryMs: 5, spec });
    await settle();
    const events = await greeted(live);
    log.addPartitions(2);
    log.append(1, spec === things ? 1 : 0, { text: 'found' });
    expect(await take(events, 1)).toEqual(['found']);
  }
});

test('nothing behind a marker is delivered before what is in front of the others', async () => {
  const log = createFakeLog(2);
  const { live, kafka } = gatewayOn(log, { held: true });
  await settle();
  const events = await greeted(live);
  log.append(0, 1, { text: 'a1' });
  log.append(1, 1, { text: 'b1' });
  const growth = grown(log);
  for (const partition of [0, 1, 2]) log.append(partition, growth.numbers[partition] ?? 1, { growth });
  log.append(1, 3, { text: 'a2 moved' });
  log.append(2, 2, { text: 'a3 moved again' });
  kafka.deliver(1, 10);
  await settle();
  kafka.deliver(2, 10);
  expect(await take(events, 1)).toEqual(['b1']);
  await settle();
  expect(live.stats().feeds[0]).toMatchObject({ entries: 1 });
  kafka.deliver(0, 10);
  expect(await take(events, 3)).toEqual(['a1', 'a2 moved', 'a3 moved again']);
});

test('a cursor from before is read on in order, also where the ring has the new partition only', async () => {
  for (const ring of [100, 2]) {
    const log = createFakeLog(2);
    const first = gatewayOn(log);
    await settle();
    log.append(0, 1, { text: 'a1' });
    log.append(1, 1, { text: 'b1' });
    const after = cursors.encode(topic, [
      { partition: 0, nextOffset: 0, sequence: 0 },
      { partition: 1, nextOffset: 1, sequence: 1 },
    ]);
    const growth = grown(log);
    for (const partition of [2, 1, 0]) log.append(partition, growth.numbers[partition] ?? 1, { growth });
    for (const number of [2, 3, 4]) log.append(2, number, { text: `c${number}` });
    log.append(1, 3, { text: 'b3' });
    await settle();
    // Also at a gateway that began behind the markers.
    for (const { live } of [first, gatewayOn(log, { ring, warmRecords: 1 })]) {
      await settle();
      const seen = await take(subscribe(live, after), 5);
      expect(seen[0]).toBe('a1');
      expect(seen.slice(1).toSorted()).toEqual(['b3', 'c2', 'c3', 'c4']);
    }
  }
});

test('a cursor that names a partition of which a gateway does not know yet is good, and one of none is not', async () => {
  const log = createFakeLog(2);
  const { live } = gatewayOn(log);
  await settle();
  log.addPartitions(3);
  const growth = { from: 2, to: 3, numbers: [1, 1] };
  for (const partition of [0, 1, 2]) log.append(partition, 1, { growth });
  log.append(2, 2, { text: 'c2' });
  log.append(2, 3, { text: 'c3' });
  const place = (partition: number, nextOffset: number) => ({ partition, nextOffset, sequence: nextOffset });
  const after = cursors.encode(topic, [place(0, 1), place(1, 1), place(2, 2)]);
  expect(await take(subscribe(live, after), 1)).toEqual(['c3']);
  const wrong = cursors.encode(topic, [place(3, 0)]);
  await expect(subscribe(live, wrong).next()).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
});

test('a partition whose records had all expired holds up nobody', async () => {
  const log = createFakeLog(2);
  for (const number of [1, 2, 3]) log.append(0, number, { text: `a${number}` });
  log.trim(0, 3);
  const { live } = gatewayOn(log);
  await settle();
  const events = await greeted(live);
  log.addPartitions(3);
  const growth = { from: 2, to: 3, numbers: [4, 1] };
  for (const partition of [1, 2]) log.append(partition, 1, { growth });
  log.append(2, 2, { text: 'c2' });
  expect(await take(events, 1)).toEqual(['c2']);
});

test('a subscriber at a marker waits for the one that is not written yet', async () => {
  const log = createFakeLog(2);
  const { live } = gatewayOn(log, { ring: 1 });
  await settle();
  log.append(0, 1, { text: 'a1' });
  log.append(1, 1, { text: 'b1' });
  const growth = grown(log);
  log.append(1, 2, { growth });
  log.append(2, 1, { growth });
  for (const number of [2, 3]) log.append(2, number, { text: `c${number}` });
  const events = subscribe(live, cursors.encode(topic, []));
  expect((await take(events, 2)).toSorted()).toEqual(['a1', 'b1']);
  const next = take(events, 2);
  await settle();
  log.append(0, 2, { growth });
  expect(await next).toEqual(['c2', 'c3']);
});

/*
 * A relay that numbers events of some keys and sends them partition by partition, and grows the topic when all is sent; gateways that
 * lag each in its way; clients that come and go. Every client sees each version of each key once, in order.
 */
const keys = 7;
const gatewayCount = 2;
const clientCount = 3;

type Action =
  | { kind: 'change'; key: number; count: number }
  | { kind: 'send'; partition: number; count: number }
  | { kind: 'grow'; by: number }
  | { kind: 'deliver'; gateway: number; partition: number; count: number }
  | { kind: 'restart'; gateway: number }
  | { kind: 'connect'; client: number; gateway: number }
  | { kind: 'pull'; client: number; count: number };

const partition = fc.nat(6);
const gateway = fc.nat(gatewayCount - 1);
const client = fc.nat(clientCount - 1);
const count = fc.integer({ min: 1, max: 6 });
const of = <Kind extends string, Fields>(
  kind: Kind,
  fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
) => fc.record({ kind: fc.constant(kind), ...fields });
const action = fc.oneof(
  { weight: 6, arbitrary: of('change', { key: fc.nat(keys - 1), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 6, arbitrary: of('send', { partition, count }) },
  { weight: 1, arbitrary: of('grow', { by: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 8, arbitrary: of('deliver', { gateway, partition, count }) },
  { weight: 1, arbitrary: of('restart', { gateway }) },
  { weight: 2, arbitrary: of('connect', { client, gateway }) },
  { weight: 4, arbitrary: of('pull', { client, count }) },
) as fc.Arbitrary<Action>;

const createRelay = (log: FakeLog) => {
  let partitions = 2;
  const last: number[] = [0, 0];
  const unsent: (() => void)[][] = [[], []];
  const versions = Array.from({ length: keys }, () => 0);
  const send = (to: number, most: number): void => {
    for (const go of unsent[to]?.splice(0, most) ?? []) go();
  };
  const sendAll = (): void => unsent.forEach((_, to) => send(to, Number.POSITIVE_INFINITY));
  return {
    versions,
    send,
    sendAll,
    change: (key: number): void => {
      const version = (versions[key]! += 1);
      const to = (key * 31 + 5) % partitions;
      const number = (last[to]! += 1);
      unsent[to]!.push(() => log.append(to, number, { text: `${key}:${version}` }));
    },
    grow: (by: number): void => {
      if (partitions + by > 7) return;
      sendAll();
      const growth = { from: partitions, to: partitions + by, numbers: last.map((number) => number + 1) };
      log.addPartitions(growth.to);
      partitions = growth.to;
      for (let to = 0; to < partitions; to += 1) {
        const number = (last[to] ??= 0) + 1;
        last[to] = number;
        (unsent[to] ??= []).push(() => log.append(to, number, { growth }));
      }
    },
  };
};

const createClient = () => {
  let cursor = cursors.encode(topic, []);
  let events: AsyncIterableIterator<Item> | undefined;
  let pending: Promise<void> | undefined;
  let failure: unknown;
  const seen: string[] = [];
  const pullOne = (from: AsyncIterableIterator<Item>): Promise<void> =>
    from.next().then(
      ({ value, done }) => {
        if (done) return;
        ({ cursor } = value);
        if (value.kind === 'event') seen.push(value.event);
      },
      (error: unknown) => {
        events = undefined;
        if ((error as { code?: string }).code !== 'UNAVAILABLE') failure ??= error;
        else cursor = String((error as { details: { cursor?: string } }).details.cursor ?? cursor);
      },
    );
  const leave = async (): Promise<void> => {
    await events?.return?.();
    await pending;
    events = undefined;
  };
  return {
    seen,
    failure: () => failure,
    leave,
    connect: async (live: LiveService): Promise<void> => {
      await leave();
      events = subscribe(live, cursor);
    },
    pull: async (most: number): Promise<number> => {
      let pulled = 0;
      for (; pulled < most && events; pulled += 1) {
        let isDone = false;
        pending ??= pullOne(events).finally(() => (pending = undefined));
        void pending.then(() => (isDone = true));
        for (let i = 0; i < 6 && !isDone; i += 1) await settle();
        if (!isDone) break;
      }
      return pulled;
    },
  };
};

const start = (log: FakeLog, setup: Setup) => gatewayOn(log, { held: true, ...setup });

const run = async (actions: readonly Action[], setup: Setup): Promise<void> => {
  const log = createFakeLog(2);
  const relay = createRelay(log);
  const gateways = Array.from({ length: gatewayCount }, () => start(log, setup));
  await settle();
  const clients = Array.from({ length: clientCount }, createClient);
  for (const step of actions) {
    if (step.kind === 'change') for (let n = 0; n < step.count; n += 1) relay.change(step.key);
    if (step.kind === 'send') relay.send(step.partition, step.count);
    if (step.kind === 'grow') relay.grow(step.by);
    if (step.kind === 'deliver') gateways[step.gateway]!.kafka.deliver(step.partition, step.count);
    if (step.kind === 'connect') await clients[step.client]!.connect(gateways[step.gateway]!.live);
    if (step.kind === 'pull') await clients[step.client]!.pull(step.count);
    if (step.kind === 'restart') {
      await gateways[step.gateway]!.live.stop();
      gateways[step.gateway] = start(log, setup);
    }
    await settle();
  }
  relay.sendAll();
  const expected = relay.versions.map((version) => Array.from({ length: version }, (_, n) => n + 1));
  const versionsOf = (seen: readonly string[], key: number): number[] =>
    seen.filter((text) => text.startsWith(`${key}:`)).map((text) => Number(text.split(':')[1]));
  for (const [index, each] of clients.entries()) {
    const { live, kafka } = gateways[index % gatewayCount]!;
    await each.connect(live);
    await eventually(async () => {
      for (let p = 0; p < 7; p += 1) kafka.deliver(p, Number.POSITIVE_INFINITY);
      await settle();
      await each.pull(1_000);
      return each.failure() !== undefined || each.seen.length >= expected.flat().length;
    });
    await each.leave();
    expect(each.failure()).toBeUndefined();
    expect(expected.map((_, key) => versionsOf(each.seen, key))).toEqual(expected);
  }
  for (const { live } of gateways) await live.stop();
};

test('whatever lags, grows, restarts or disconnects, every client sees each event once and in order per key', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 20, maxLength: 150, size: 'max' }),
      fc.record({
        ring: fc.integer({ min: 1, max: 20 }),
        warmRecords: fc.integer({ min: 0, max: 8 }),
        pageRecords: fc.integer({ min: 1, max: 5 }),
      }),
      run,
    ),
    { numRuns: 150 },
  );
}, 120_000);
