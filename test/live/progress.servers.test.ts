import { beforeAll, describe, expect, test } from '@jest/globals';
import { createOrder, createOrders, eventsSubscription } from '../orders/support.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createQueue, type Queue } from '../support/queue.js';
import { createProxy, type Proxy } from '../support/proxy.js';
import { servers } from '../support/servers.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { openStream, transportsOf, type Result, type Transport } from './streams.js';
import { readEvent } from './watchers.js';

/** What `heartbeat` tells, over each transport. The way to Kafka goes through a proxy. */
let kafka: Proxy;
let underTest: UnderTest;
let transports: readonly Transport[];
beforeAll(async () => {
  kafka = await createProxy({ target: servers().kafkaBrokers[0] ?? '', kafka: true });
  underTest = await startUnderTest({ env: { KAFKA_BROKERS: kafka.address } });
  transports = await transportsOf(underTest.millrace.url);
});

interface Watching {
  readonly results: Queue<Result>;
  cut(): void;
}

const watch = (transport: Transport, variables: Readonly<Record<string, unknown>>): Watching => {
  const results = createQueue<Result>(`The stream over ${transport}`);
  const stream = openStream({
    ...{ url: underTest.millrace.url, transport, query: eventsSubscription, variables },
    onNext: (result) => results.push(result),
    onEnd: (ending) => results.end(new Error(`The stream ended: ${JSON.stringify(ending)}`)),
  });
  closeAtEnd(stream.cut);
  return { results, cut: stream.cut };
};

const isProgress = ({ data, extensions }: Result): boolean =>
  data?.orderEvents === null && typeof extensions?.cursor === 'string';
const tells = (upToDate: boolean) => (result: Result) =>
  isProgress(result) && result.extensions?.upToDate === upToDate;

/** The test runs where the gateway has the transport. */
const onEach = (sentence: string, run: (transport: Transport) => Promise<void>): void =>
  describe.each(['websocket', 'sse'] as const)('over %s', (transport) => {
    test(sentence, async () => {
      if (transports.includes(transport)) await run(transport);
    });
  });

onEach(
  'a heartbeat brings a cursor before the first event, behind which nothing is missed',
  async (transport) => {
    const filter = { customerId: `first over ${transport}` };
    const { results, cut } = watch(transport, { filter, heartbeat: 60 });
    const greeting = await results.next();
    expect(isProgress(greeting)).toBe(true);
    cut();
    const witness = watch(transport, { filter, heartbeat: 60 });
    await witness.results.next();
    await createOrders(underTest.client, [filter, { customerId: 'somebody else' }, filter]);
    // Then the log holds them, and nobody is up to date without them.
    for (let n = 0; n < 2; n += 1) await witness.results.next();
    witness.cut();
    const after = greeting.extensions?.cursor;
    const again = watch(transport, { filter, after, heartbeat: 1 });
    await again.results.until(tells(true));
    const events = again.results.all.flatMap(({ data }) => readEvent(data)?.id ?? []);
    expect(new Set(events).size).toBe(2);
    expect(events).toHaveLength(2);
    again.cut();
  },
);

onEach(
  'a quiet stream says that it is up to date, and one whose log is away that it is not',
  async (transport) => {
    const filter = { customerId: `stalled over ${transport}` };
    const { results, cut } = watch(transport, { filter, heartbeat: 1 });
    for (let n = 0; n < 3; n += 1) await results.until(tells(true), 5_000);
    kafka.blackHole();
    await results.until(tells(false), 10_000);
    // It goes on saying so: silence would be the sign of a dead connection.
    const stalled = [await results.next(5_000), await results.next(5_000)];
    expect(stalled.every(tells(false))).toBe(true);
    const { order } = await createOrder(underTest.client, filter);
    await kafka.heal();
    const event = await results.until(({ data }) => readEvent(data) !== undefined, 30_000);
    expect(event.data?.orderEvents).toMatchObject({ orderId: order.id });
    await results.until(tells(true), 20_000);
    cut();

    const again = watch(transport, { filter, after: stalled[1]?.extensions?.cursor, heartbeat: 1 });
    await again.results.until(tells(true));
    expect(again.results.all.flatMap(({ data }) => readEvent(data)?.id ?? [])).toEqual([
      readEvent(event.data)?.id,
    ]);
    again.cut();
  },
);
