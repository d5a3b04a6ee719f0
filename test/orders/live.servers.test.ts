import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import {
  createTestClient,
  SubscriptionFailed,
  type TestClient,
  type TestSubscription,
} from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { servers } from '../support/servers.js';
import {
  changeStatus,
  createOrder,
  createOrders,
  eventsSubscription,
  orderFields,
  statsFields,
  windowFields,
  type EventsAnswer,
  type OrderAnswer,
  type OrderEventAnswer,
  type Stats,
  type Window,
} from './support.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

let orders: UnderTest;
let client: TestClient;
beforeAll(async () => {
  orders = await startUnderTest();
  ({ client } = orders);
});

type Events = TestSubscription<EventsAnswer>;

/** A subscription that is live already: its greeting came. */
const watchEvents = async (
  variables: object = {},
  from: TestClient = client,
): Promise<{ events: Events; cursor: string }> => {
  const events = from.subscribe<EventsAnswer>(eventsSubscription, { heartbeat: 60, ...variables });
  const { data, extensions } = await events.next();
  expect(data).toEqual({ orderEvents: null });
  return { events, cursor: String(extensions?.cursor) };
};

const nextEvent = async (events: Events): Promise<OrderEventAnswer> => {
  const event = (await events.next()).data?.orderEvents;
  if (!event) throw new Error('a heartbeat came in place of an event');
  return event;
};

const isQuiet = async (events: { next(timeoutMs: number): Promise<unknown> }, ms = 300): Promise<void> =>
  expect(events.next(ms)).rejects.toThrow(/brought nothing more/);

describe('orderEvents', () => {
  test('brings each event of an order, in order, with its status before and after', async () => {
    const { events } = await watchEvents();
    const { order } = await createOrder(client, { region: '서울' });
    await changeStatus(client, { orderId: order.id, to: 'SHIPPED' });
    await changeStatus(client, { orderId: order.id, to: 'DELIVERED' });
    const seen = [await nextEvent(events), await nextEvent(events), await nextEvent(events)];
    const same = { orderId: order.id, region: '서울' };
    expect(seen).toMatchObject([
      { ...same, type: 'order.created', version: 1, previousStatus: null, status: 'PAID' },
      { ...same, type: 'order.shipped', version: 2, previousStatus: 'PAID', status: 'SHIPPED' },
      { ...same, type: 'order.delivered', version: 3, previousStatus: 'SHIPPED', status: 'DELIVERED' },
    ]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(3);
    events.complete();
  });

  test('brings only what every condition of the filter allows', async () => {
    const [mine, other] = [randomUUID(), randomUUID()];
    const filters = [
      { orderId: mine.toUpperCase() },
      { customerId: 'filter' },
      { region: '부산'.normalize('NFD') },
      { types: ['order.shipped'], customerId: 'filter' },
    ];
    const watched = await Promise.all(filters.map((filter) => watchEvents({ filter })));
    await createOrder(client, { id: other, customerId: 'somebody', region: '대구' });
    await changeStatus(client, { orderId: other, to: 'SHIPPED' });
    await createOrder(client, { id: mine, customerId: 'filter', region: '부산' });
    await changeStatus(client, { orderId: mine, to: 'SHIPPED' });
    for (const { events } of watched.slice(0, 3)) {
      expect(await nextEvent(events)).toMatchObject({ orderId: mine, type: 'order.created' });
      expect(await nextEvent(events)).toMatchObject({ orderId: mine, type: 'order.shipped' });
    }
    expect(await nextEvent(watched[3]!.events)).toMatchObject({ orderId: mine, type: 'order.shipped' });
    for (const { events } of watched) {
      await isQuiet(events, 50);
      events.complete();
    }
  });

  test('continues behind the cursor of any event, without gap or repeat', async () => {
    const { events, cursor } = await watchEvents();
    await createOrders(
      client,
      Array.from({ length: 30 }, () => ({})),
    );
    const all: OrderEventAnswer[] = [];
    while (all.length < 30) all.push(await nextEvent(events));
    for (const seen of [0, 1, 15, 29, 30]) {
      const after = seen === 0 ? cursor : all[seen - 1]!.cursor;
      const resumed = client.subscribe<EventsAnswer>(eventsSubscription, { after });
      const rest: OrderEventAnswer[] = [];
      while (rest.length < 30 - seen) rest.push(await nextEvent(resumed));
      expect(new Set([...all.slice(0, seen), ...rest].map(({ id }) => id)).size).toBe(30);
      await isQuiet(resumed, 50);
      resumed.complete();
    }
    events.complete();
  });

  test('with a heartbeat shows progress while it is quiet, and a cursor that moves past events of others', async () => {
    const { events, cursor } = await watchEvents({ heartbeat: 1, filter: { customerId: 'nobody' } });
    await createOrder(client, {});
    const { data, extensions } = await events.until(
      ({ extensions: e }) => e?.cursor !== cursor && e?.upToDate === true,
      5_000,
    );
    expect(data).toEqual({ orderEvents: null });
    const behind = client.subscribe<EventsAnswer>(eventsSubscription, { after: extensions?.cursor });
    await isQuiet(behind, 100);
    behind.complete();
    events.complete();
  });

  test('without a heartbeat never has a null root', async () => {
    const events = client.subscribe<EventsAnswer>(eventsSubscription);
    await isQuiet(events, 1_500);
    events.complete();
  });
});

test('order: null, then created, shipped and delivered, never an older one again', async () => {
  const id = randomUUID();
  const states = client.subscribe<{ order: OrderAnswer | null }>(
    `subscription ($id: ID!) { order(id: $id) ${orderFields} }`,
    { id },
  );
  expect((await states.next()).data).toEqual({ order: null });
  const { order } = await createOrder(client, { id });
  expect((await states.next()).data).toEqual({ order });
  const shipped = await changeStatus(client, { orderId: id, to: 'SHIPPED' });
  expect((await states.next()).data).toEqual({ order: shipped.order });
  const delivered = await changeStatus(client, { orderId: id, to: 'DELIVERED' });
  expect((await states.next()).data).toEqual({ order: delivered.order });
  await isQuiet(states);
  states.complete();

  const late = client.subscribe<{ order: OrderAnswer | null }>(
    `subscription ($id: ID!) { order(id: $id) ${orderFields} }`,
    { id },
  );
  expect((await late.next()).data).toEqual({ order: delivered.order });
  late.complete();
});

describe('orderStats', () => {
  const subscription = `subscription ($currency: Currency!, $region: String, $position: Position) {
    orderStats(currency: $currency, region: $region, consistentWith: $position) ${statsFields}
  }`;
  const watchStats = (variables: Record<string, unknown>) =>
    client.subscribe<{ orderStats: Stats }>(subscription, variables);

  test('with a region delivers only when that region changed, and that region alone', async () => {
    const states = watchStats({ currency: 'AUD', region: '서울' });
    expect((await states.next()).data?.orderStats).toMatchObject({ regions: [], version: 0 });
    const elsewhere = await createOrder(client, { currency: 'AUD', region: '부산' });
    const unfiltered = watchStats({ currency: 'AUD', position: elsewhere.position });
    expect((await unfiltered.next()).data?.orderStats.total.count).toBe(1);
    await isQuiet(states);
    await createOrder(client, { currency: 'AUD', region: '서울', totalAmount: '3' });
    const { total, regions, version } = (await states.next()).data!.orderStats;
    expect(total.count).toBe(2);
    expect(regions).toEqual([
      {
        region: '서울',
        aggregate: {
          count: 1,
          totalAmount: '3.00',
          averageAmount: '3.00',
          minAmount: '3.00',
          maxAmount: '3.00',
        },
      },
    ]);
    expect(version).toBeGreaterThan(1);
    for (const watched of [states, unfiltered]) watched.complete();
  });

  test('begins with a state that contains the position', async () => {
    for (let count = 1; count <= 20; count += 1) {
      const { position } = await createOrder(client, { currency: 'NZD' });
      const states = watchStats({ currency: 'NZD', position });
      expect((await states.next()).data?.orderStats.total.count).toBe(count);
      states.complete();
    }
  });

  test('snapshot plus events behind its asOf count every order once, while orders come in', async () => {
    const sending = Promise.all(
      Array.from({ length: 20 }, () =>
        createOrders(
          client,
          Array.from({ length: 20 }, () => ({ currency: 'CAD', customerId: 'cad' })),
        ),
      ),
    );
    const states = watchStats({ currency: 'CAD' });
    const found = [(await states.next()).data!.orderStats, (await states.next()).data!.orderStats];
    await sending;
    await states.until(({ data }) => data?.orderStats.total.count === 400);
    for (const { total, asOf } of found) {
      const { events } = await watchEvents({ after: asOf, filter: { customerId: 'cad' }, heartbeat: 1 });
      await events.until(({ extensions }) => extensions?.upToDate === true);
      expect(total.count + events.all.filter(({ data }) => data?.orderEvents).length).toBe(400);
      events.complete();
    }
    states.complete();
  });
});

describe('orderStatsWindows', () => {
  const subscription = `subscription ($currency: Currency!, $region: String) {
    orderStatsWindows(currency: $currency, size: MINUTE, region: $region) ${windowFields}
  }`;
  const watchWindows = (currency: string, region?: string) =>
    client.subscribe<{ orderStatsWindows: Window }>(subscription, { currency, region });
  const nextWindow = async (windows: TestSubscription<{ orderStatsWindows: Window }>): Promise<Window> =>
    (await windows.next()).data!.orderStatsWindows;

  test('begins with the windows that are not final, then brings each change and each late correction', async () => {
    const [now, past] = [new Date().toISOString(), '2015-06-01T10:15:20Z'];
    for (const placedAt of [now, past])
      await createOrder(client, { currency: 'SGD', region: '서울', placedAt });
    const { position } = await createOrder(client, { currency: 'SGD', region: '부산', placedAt: now });
    const start = `${now.slice(0, 16)}:00.000Z`;
    await client.data(
      'query ($p: Position) { orderStats(currency: "SGD", consistentWith: $p) { version } }',
      { p: position },
    );

    const windows = watchWindows('SGD');
    const first = await nextWindow(windows);
    expect(first).toMatchObject({ start, region: null, final: false, aggregate: { count: 2 } });
    const seoul = watchWindows('SGD', '서울');
    expect(await nextWindow(seoul)).toMatchObject({ start, region: '서울', aggregate: { count: 1 } });

    await createOrder(client, { currency: 'SGD', region: '부산', placedAt: now });
    const second = await nextWindow(windows);
    expect(second).toMatchObject({ start, aggregate: { count: 3 } });
    expect(second.version).toBeGreaterThan(first.version);

    await createOrder(client, { currency: 'SGD', region: '서울', placedAt: past });
    const late = { start: '2015-06-01T10:15:00.000Z', final: true };
    expect(await nextWindow(windows)).toMatchObject({ ...late, region: null, aggregate: { count: 2 } });
    expect(await nextWindow(seoul)).toMatchObject({ ...late, region: '서울', aggregate: { count: 2 } });
    for (const watched of [windows, seoul]) watched.complete();
  });

  test('brings the first window of a currency that had no orders, also one that is final at once', async () => {
    const windows = watchWindows('HKD');
    await isQuiet(windows, 100);
    await createOrder(client, { currency: 'HKD', placedAt: '2015-06-01T10:15:20Z' });
    expect(await nextWindow(windows)).toMatchObject({ final: true, aggregate: { count: 1 } });
    windows.complete();
  });

  test('brings every window of a change too large for a record, also as the first of its currency', async () => {
    const windows = watchWindows('MXN');
    await isQuiet(windows, 100);
    const inputs = Array.from({ length: 600 }, (_, n) => ({
      currency: 'MXN',
      region: `${'x'.repeat(90)}${n}`,
      placedAt: new Date(Date.UTC(2015, 5, 1, 0, n)).toISOString(),
    }));
    await createOrders(client, inputs);
    const starts = new Set<string>();
    while (starts.size < inputs.length) starts.add((await nextWindow(windows)).start);
    windows.complete();
  });

  test('sends a window once more when it becomes final', async () => {
    const { position } = await createOrder(client, { currency: 'THB' });
    await client.data(
      'query ($p: Position) { orderStats(currency: "THB", consistentWith: $p) { version } }',
      { p: position },
    );
    const windows = watchWindows('THB');
    const open = await nextWindow(windows);
    expect(open.final).toBe(false);
    // In place of waiting six minutes: the window is moved back by as much, so that its grace ends in a second.
    await orders.database.query(
      `update order_window_stats set start = clock_timestamp() - interval '359 s' where currency = 'THB' and size = 'MINUTE'`,
    );
    const final = await nextWindow(windows);
    expect(final).toMatchObject({ final: true, aggregate: open.aggregate });
    expect(final.version).toBeGreaterThan(open.version);
    await isQuiet(windows, 1_500);
    windows.complete();
  });
});

const kafka = () =>
  new kafkajs.Kafka({ brokers: [...servers().kafkaBrokers], logLevel: kafkajs.logLevel.NOTHING });

/** Moves the start of the topic's log to its end. */
const expireAll = async (topic: string): Promise<void> => {
  const admin = kafka().admin();
  await admin.connect();
  try {
    const marks = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: marks.map(({ partition, high }) => ({ partition, offset: high })),
    });
  } finally {
    await admin.disconnect();
  }
};

// Both take the log or the process away from the tests before, so they stand last.

test('a subscriber that resumes with its cursor after a kill -9 has seen every event once', async () => {
  const { events, cursor } = await watchEvents({ filter: { customerId: 'restart' } });
  const send = () =>
    createOrders(
      client,
      Array.from({ length: 40 }, () => ({ customerId: 'restart' })),
    );
  await send();
  const seen: OrderEventAnswer[] = [];
  while (seen.length < 20) seen.push(await nextEvent(events));
  await send();
  await orders.millrace.kill9();
  const again = await startMillrace({ env: orders.env, port: orders.millrace.port });
  client = createTestClient(again.url);
  const resumed = client.subscribe<EventsAnswer>(eventsSubscription, {
    filter: { customerId: 'restart' },
    after: seen.at(-1)?.cursor,
  });
  while (seen.length < 80) seen.push(await nextEvent(resumed));
  await send();
  while (seen.length < 120) seen.push(await nextEvent(resumed));
  await isQuiet(resumed);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(120);

  const fromStart = client.subscribe<EventsAnswer>(eventsSubscription, {
    filter: { customerId: 'restart' },
    after: cursor,
  });
  const once: OrderEventAnswer[] = [];
  while (once.length < 120) once.push(await nextEvent(fromStart));
  expect(once.map(({ id }) => id).toSorted()).toEqual(seen.map(({ id }) => id).toSorted());
});

test('a cursor whose events expired is CURSOR_EXPIRED, and extensions.earliest continues', async () => {
  const { cursor, events } = await watchEvents();
  events.complete();
  await createOrder(client, { customerId: 'gone' });
  const { events: live } = await watchEvents({ after: cursor, heartbeat: 1 });
  await live.until(({ extensions }) => extensions?.upToDate === true);
  live.complete();
  await expireAll(`${orders.topicPrefix}order.events.v1`);

  const failure = await client.subscribe(eventsSubscription, { after: cursor }).next().then(
    () => undefined,
    (error: unknown) => error,
  ); // prettier-ignore
  if (!(failure instanceof SubscriptionFailed)) throw failure;
  const { extensions } = failure.errors[0]!;
  expect(extensions).toMatchObject({ code: 'CURSOR_EXPIRED', earliest: expect.any(String) });
  const { events: resumed } = await watchEvents({ after: extensions.earliest });
  const { order } = await createOrder(client, {});
  expect(await nextEvent(resumed)).toMatchObject({ orderId: order.id });
  resumed.complete();
});
