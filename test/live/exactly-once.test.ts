import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TopicSpec } from '../../src/events/topics.js';
import { MillraceError } from '../../src/errors.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createCursors } from '../../src/live/cursor.js';
import { createLive, type LiveService } from '../../src/live/create-live.js';
import { fits } from '../../src/live/buckets.js';
import type { EventsOptions, LiveEvent, Progress } from '../../src/live/live.js';
import { createTokens } from '../../src/tokens.js';
import { createFakeLog, facts, settle, silent, things, type FakeKafka, type FakeLog } from './fake-log.js';

/*
 * Three gateways, each with its own arrival interleaving and lag, a ring of a few entries, pages of a few records and a
 * backlog of a few pages; clients that are slow, leave at any moment and come back with their cursor to any gateway.
 * Whatever is drawn, every client sees each event once, in order per partition, and none is missing.
 */

const cursors = createCursors(createTokens('a secret'));
const partitionCount = 3;
const gatewayCount = 3;

type Action =
  | { kind: 'append'; partition: number; resend: number; back: number; skip: boolean; hole: boolean }
  | { kind: 'deliver'; gateway: number; partition: number; count: number }
  | { kind: 'restart'; gateway: number }
  | { kind: 'connect'; client: number; gateway: number }
  | { kind: 'pull'; client: number; count: number }
  | { kind: 'leave'; client: number };

const partition = fc.nat(partitionCount - 1);
const gateway = fc.nat(gatewayCount - 1);
const client = fc.nat(3);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      partition,
      resend: fc.nat(3),
      back: fc.nat(6),
      skip: fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0),
      hole: fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      gateway,
      partition,
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), gateway }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('connect' as const), client, gateway }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('pull' as const),
      client,
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), client }) },
);

interface Numbered {
  readonly partition: number;
  readonly number: number;
}

const tensOf = (number: number): string => String(Math.floor(number / 10));

const parse = (record: LogRecord): Numbered => ({
  partition: record.partition,
  number: Number(record.value),
});
const kind = {
  topic: things.name,
  parse,
  keys: {
    partition: (event: Numbered) => String(event.partition),
    // An event of two values: it belongs to its own tens and to those before.
    tens: ({ number }: Numbered) => [tensOf(number), tensOf(number - 10)],
  },
};

/** What the clients ask for, one after the other. */
const filters: readonly Pick<EventsOptions<Numbered>, 'where' | 'only'>[] = [
  {},
  { where: { partition: '1' } },
  { where: { tens: '0', partition: '0' } },
  { where: { tens: '0' }, only: { name: 'odd', test: ({ number }) => number % 2 === 1 } },
];

type Item = LiveEvent<Numbered> | Progress;

interface Setup {
  readonly topic: TopicSpec;
  /** Entries. */
  readonly ring: number;
  /** Records. */
  readonly page: number;
  /** Events. */
  readonly bucket: number;
}

interface Gateway {
  readonly kafka: FakeKafka;
  readonly live: LiveService;
}

const startGateway = (log: FakeLog, setup: Setup): Gateway => {
  const kafka = log.connect({ held: true, pageRecords: setup.page });
  const live = createLive({
    kafka,
    cursors,
    topics: [setup.topic],
    logger: silent,
    hub: { ring: { entries: setup.ring, bytes: 1_000_000 }, warmRecords: 8 },
    bucketEvents: setup.bucket,
    backlog: { pageBytes: 1, alignment: 4, memoryBytes: 5_000, concurrency: 2 },
  });
  void live.start();
  return { kafka, live };
};

/** A client that remembers what it saw and the cursor behind it. */
const createClient = (start: string, filter: (typeof filters)[number]) => {
  let cursor = start;
  let iterator: AsyncIterableIterator<Item> | undefined;
  let pending: Promise<void> | undefined;
  const seen: { partition: number; number: number }[] = [];
  let failure: unknown;

  const pullOne = (from: AsyncIterableIterator<Item>): Promise<void> =>
    from.next().then(
      (result) => {
        if (result.done) return;
        cursor = result.value.cursor;
        if (result.value.kind === 'event') seen.push(result.value.event);
      },
      (error: unknown) => {
        iterator = undefined;
        if (error instanceof MillraceError && error.code === 'UNAVAILABLE') {
          if (typeof error.details.cursor === 'string') cursor = error.details.cursor;
        } else failure ??= error;
      },
    );

  const leave = async (): Promise<void> => {
    await iterator?.return?.();
    await pending;
    iterator = undefined;
  };

  return {
    seen: () => seen,
    failure: () => failure,
    leave,
    connect: async (live: LiveService): Promise<void> => {
      await leave();
      iterator = live.events({
        kind,
        ...filter,
        after: cursor,
        heartbeatSeconds: 1_000,
      });
    },
    /** Pulls up to `count` items, as many as come without waiting for the hub. */
    pull: async (count: number): Promise<number> => {
      let pulled = 0;
      for (; pulled < count && iterator; pulled += 1) {
        let isDone = false;
        pending ??= pullOne(iterator).finally(() => (pending = undefined));
        void pending.then(() => (isDone = true));
        for (let i = 0; i < 6 && !isDone; i += 1) await settle();
        if (!isDone) break;
      }
      return pulled;
    },
  };
};

const run = async (actions: readonly Action[], setup: Setup): Promise<void> => {
  const log = createFakeLog(partitionCount);
  const gateways = Array.from({ length: gatewayCount }, () => startGateway(log, setup));
  await settle();
  const clients = filters.map((filter) => createClient(cursors.encode(things.name, []), filter));
  const expected: number[][] = Array.from({ length: partitionCount }, () => []);
  const last = Array.from({ length: partitionCount }, () => 0);

  for (const step of actions)
    switch (step.kind) {
      case 'append': {
        const number = (last[step.partition]! += 1);
        // Facts have neither numbers nor skip markers, and the log repeats none.
        const hasNumbers = setup.topic.fedBy === 'outbox';
        const skip = hasNumbers && step.skip;
        const append = (which: number, isSkipped: boolean): unknown =>
          log.append(step.partition, hasNumbers ? which : 0, { skip: isSkipped, text: String(which) });
        append(number, skip);
        if (!skip) expected[step.partition]!.push(number);
        for (let i = 0; hasNumbers && i < step.resend; i += 1) {
          const again = Math.max(1, number - step.back) + i;
          if (again <= number) append(again, !expected[step.partition]!.includes(again));
        }
        if (step.hole) log.leaveHole(step.partition);
        break;
      }
      case 'deliver':
        gateways[step.gateway]!.kafka.deliver(step.partition, step.count);
        break;
      case 'restart':
        await gateways[step.gateway]!.live.stop();
        gateways[step.gateway] = startGateway(log, setup);
        await settle();
        break;
      case 'connect':
        await clients[step.client]!.connect(gateways[step.gateway]!.live);
        break;
      case 'pull':
        await clients[step.client]!.pull(step.count);
        break;
      case 'leave':
        await clients[step.client]!.leave();
        break;
    }

  for (const { kafka } of gateways)
    for (let p = 0; p < partitionCount; p += 1) kafka.deliver(p, Number.POSITIVE_INFINITY);
  for (const [index, each] of clients.entries()) {
    await each.connect(gateways[index % gatewayCount]!.live);
    // One who reads the log and passes over most of it may take many pages until its next item.
    for (let idle = 0; idle < 50; idle += 1) if ((await each.pull(1_000)) > 0) idle = 0;
    await each.leave();
    expect(each.failure()).toBeUndefined();
    const matches = fits({ kind, ...filters[index] });
    expect(
      expected.map((_, p) =>
        each
          .seen()
          .filter((event) => event.partition === p)
          .map(({ number }) => number),
      ),
    ).toEqual(expected.map((numbers, p) => numbers.filter((number) => matches({ partition: p, number }))));
  }
  for (const { live } of gateways) {
    expect(live.stats().feeds[0]!.listeners).toBe(0);
    await live.stop();
  }
};

test('whatever is resent, restarted, slow or disconnected, every client sees every event once and in order per partition', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 20, maxLength: 150, size: 'max' }),
      fc.record({
        topic: fc.constantFrom(things, things, facts),
        ring: fc.integer({ min: 1, max: 12 }),
        page: fc.integer({ min: 1, max: 5 }),
        bucket: fc.integer({ min: 1, max: 8 }),
      }),
      run,
    ),
    { numRuns: 100 },
  );
}, 120_000);
