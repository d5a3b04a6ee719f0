import { afterEach, expect, test } from '@jest/globals';
import { createCursors } from '../../src/live/cursor.js';
import { createHub, type Hub, type HubOptions } from '../../src/live/hub.js';
import { createLive } from '../../src/live/create-live.js';
import { createTokens } from '../../src/tokens.js';
import { eventually } from '../support/await.js';
import { createFakeLog, settle, silent, things, type FakeKafka, type FakeLog } from './fake-log.js';

const hubs: Hub[] = [];
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.stop();
});

const hubOn = (
  log: FakeLog,
  options: Partial<HubOptions> = {},
  held = false,
): { hub: Hub; kafka: FakeKafka } => {
  const kafka = log.connect({ held });
  const hub = createHub({ kafka, topics: [things], logger: silent, ...options });
  hubs.push(hub);
  return { hub, kafka };
};

const fill = (log: FakeLog, from: number, to: number): void => {
  for (let number = from; number <= to; number += 1) log.append(0, number);
};

test('the hub begins a little before the end, so that it knows the last number', async () => {
  const log = createFakeLog(2);
  fill(log, 1, 50);
  const { hub } = hubOn(log, { warmRecords: 10 });
  await hub.start();
  const feed = hub.feed(things.name);
  expect(feed.places).toEqual([
    { partition: 0, nextOffset: 50, sequence: 50 },
    { partition: 1, nextOffset: 0, sequence: 0 },
  ]);
  expect(feed.stats()).toMatchObject({ entries: 10, missing: 0, lag: 0 });
});

test('repeats and skip markers move the place and are no entries; missing numbers are counted and passed on', async () => {
  const log = createFakeLog(1);
  const { hub } = hubOn(log);
  await hub.start();
  fill(log, 1, 3);
  fill(log, 2, 3);
  log.append(0, 4, { skip: true });
  log.append(0, 8);
  const feed = hub.feed(things.name);
  expect(feed.places).toEqual([{ partition: 0, nextOffset: 7, sequence: 8 }]);
  expect(feed.stats()).toMatchObject({ entries: 4, repeats: 2, missing: 3 });
});

test('start waits for a Kafka that is away, and stop ends the waiting', async () => {
  const log = createFakeLog(1);
  fill(log, 1, 3);
  const first = hubOn(log);
  first.kafka.failure = new Error('away');
  const started = first.hub.start();
  await settle();
  expect(first.hub.feed(things.name).isWarm).toBe(false);
  first.kafka.failure = undefined;
  await started;
  expect(first.hub.feed(things.name).isWarm).toBe(true);

  const second = hubOn(log);
  second.kafka.failure = new Error('away');
  const never = second.hub.start();
  await second.hub.stop();
  await never;
  await second.hub.stop();
});

test('a partition with a fault is begun afresh, and the others go on', async () => {
  const log = createFakeLog(2);
  fill(log, 1, 5);
  const { hub, kafka } = hubOn(log);
  await hub.start();
  const feed = hub.feed(things.name);
  kafka.failure = new Error('away');
  kafka.fault(0, 'OUT_OF_RANGE');
  log.append(1, 1);
  expect(feed.isWarm).toBe(false);
  expect(feed.generation).toBe(1);
  log.trim(0, 3);
  kafka.failure = undefined;
  await eventually(() => feed.isWarm);
  fill(log, 6, 6);
  expect(feed.places).toEqual([
    { partition: 0, nextOffset: 6, sequence: 6 },
    { partition: 1, nextOffset: 1, sequence: 1 },
  ]);
});

test('behind bytes that cannot be read the hub goes on at the end', async () => {
  const log = createFakeLog(1);
  fill(log, 1, 5);
  const { hub, kafka } = hubOn(log);
  await hub.start();
  kafka.fault(0, 'UNREADABLE');
  await eventually(() => hub.feed(things.name).isWarm);
  expect(hub.feed(things.name).stats().entries).toBe(0);
});

test('asOf and whenCaughtUp wait for what the log holds; asOf gives an earlier cursor after a second', async () => {
  const log = createFakeLog(1);
  const cursors = createCursors(createTokens('a secret'));
  const kafka = log.connect({ held: true });
  const live = createLive({ kafka, cursors, topics: [things], logger: silent });
  await live.start();
  fill(log, 1, 3);
  const nextOffset = async (): Promise<number | undefined> =>
    cursors.decode(things.name, await live.asOf(things.name)).get(0)?.nextOffset;
  expect(await nextOffset()).toBe(0);
  const asked = nextOffset();
  const caughtUp = live.whenCaughtUp(things.name, await kafka.watermarks(things.name));
  await settle();
  kafka.deliver(0, 2);
  await settle();
  kafka.deliver(0, 1);
  expect(await asked).toBe(3);
  await caughtUp;
  const never = live.whenCaughtUp(things.name, new Map([[0, { earliest: 0, latest: 9 }]]));
  await live.stop();
  await expect(never).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('asOf is UNAVAILABLE before the hub has reached the log', async () => {
  const log = createFakeLog(1);
  fill(log, 1, 3);
  const kafka = log.connect({ held: true });
  const live = createLive({
    kafka,
    cursors: createCursors(createTokens('a secret')),
    topics: [things],
    logger: silent,
  });
  void live.start();
  await expect(live.asOf(things.name)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await live.stop();
});
