import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createOrder, createOrders, statsFields, type Stats } from '../orders/support.js';
import { eventually } from '../support/await.js';
import { openPage, testInBrowser } from '../support/browser.js';
import { openStream, resultOf, type StreamEvent, type TestStream } from '../support/event-stream.js';
import type { TestClient } from '../support/graphql.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

/** Event streams of a whole Millrace, read by Node and by the EventSource of a real browser. */
let underTest: UnderTest;
/** The gateway that is killed and comes again on its port, and one beside it that takes orders meanwhile. */
let gateway: MillraceProcess;
let beside: TestClient;
beforeAll(async () => {
  underTest = await startUnderTest();
  beside = underTest.client;
  gateway = await startMillrace({ env: underTest.env, roles: ['gateway'] });
});

const comeAgain = async (): Promise<void> => {
  gateway = await startMillrace({ env: underTest.env, roles: ['gateway'], port: gateway.port });
};

const orderEvents = `subscription ($after: Cursor, $heartbeat: Int) {
  orderEvents(after: $after, heartbeat: $heartbeat) { id orderId cursor }
}`;

interface OrderEvents {
  readonly orderEvents: { readonly id: string; readonly orderId: string; readonly cursor: string } | null;
}

const eventOf = (event: StreamEvent) => resultOf<OrderEvents>(event).data?.orderEvents;

/** A stream that stands: its greeting came. */
const follow = async (options: { headers?: Record<string, string>; method?: string } = {}) => {
  const stream = await openStream(gateway.url, {
    query: orderEvents,
    variables: { heartbeat: 60 },
    ...options,
  });
  expect(stream.status).toBe(200);
  expect(eventOf(await stream.next())).toBeNull();
  expect(stream.lastId()).not.toBe('');
  return stream;
};

const orderIds = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push((await createOrder(beside, {})).order.id);
  return ids;
};

const readOrders = async (stream: TestStream, count: number): Promise<string[]> => {
  const ids: string[] = [];
  while (ids.length < count) {
    const event = eventOf(await stream.next());
    if (event) ids.push(event.orderId);
  }
  return ids;
};

describe('a stream of events', () => {
  test.each(['GET', 'POST'])('by %s has each event with its cursor as id', async (method) => {
    const stream = await follow({ method });
    const { order } = await createOrder(beside, {});
    const event = await stream.next();
    expect(eventOf(event)).toMatchObject({ orderId: order.id, cursor: event.id });
    stream.destroy();
  });

  test('goes on behind the last id, though the gateway was killed meanwhile and its argument says otherwise', async () => {
    const stream = await follow();
    const [first] = await orderIds(1);
    expect(await readOrders(stream, 1)).toEqual([first]);
    const cursor = stream.lastId();
    await gateway.kill9();
    expect(await stream.ended).toBe(false);
    const missed = await orderIds(5);
    await comeAgain();
    const resumed = await openStream(gateway.url, {
      query: orderEvents,
      variables: { after: 'no cursor' },
      headers: { 'last-event-id': cursor },
    });
    expect(new Set(await readOrders(resumed, 5))).toEqual(new Set(missed));
    resumed.destroy();
  });

  test.each([
    ['is stopped', () => gateway.stop()],
    ['was killed', () => gateway.kill9()],
  ])('of which no event was seen still goes on where it stood when the gateway %s', async (_, end) => {
    const stream = await openStream(gateway.url, { query: orderEvents });
    await eventually(() => stream.lastId() !== '');
    await end();
    await stream.ended;
    expect(stream.all).toEqual([]);
    const missed = await orderIds(3);
    await comeAgain();
    const headers = { 'last-event-id': stream.lastId() };
    const resumed = await openStream(gateway.url, { query: orderEvents, headers });
    expect(new Set(await readOrders(resumed, 3))).toEqual(new Set(missed));
    resumed.destroy();
  });

  test('is refused a cursor that is none, by an event or by a status', async () => {
    const headers = { 'last-event-id': 'nonsense' };
    const byGet = await openStream(gateway.url, { query: orderEvents, headers });
    expect(resultOf(await byGet.next()).errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
    expect(await byGet.next()).toEqual({ event: 'complete', id: 'end', data: '' });
    const byPost = await openStream(gateway.url, { method: 'POST', query: orderEvents, headers });
    expect(byPost.status).toBe(400);
    await byPost.ended;
    expect(byPost.text()).toContain('CURSOR_INVALID');
  });
});

test('a stream of a state has the state, then each newer one, and no ids', async () => {
  const query = `subscription { orderStats(currency: "JPY") ${statsFields} }`;
  const stream = await openStream(gateway.url, { query, headers: { 'last-event-id': 'whatever' } });
  const versionOf = (event: StreamEvent) =>
    resultOf<{ orderStats: Stats }>(event).data?.orderStats.version ?? -1;
  const before = versionOf(await stream.next());
  await createOrders(beside, [{ currency: 'JPY', totalAmount: '5' }]);
  expect(versionOf(await stream.next())).toBeGreaterThan(before);
  expect(stream.lastId()).toBe('');
  stream.destroy();
});

test('queries are answered by one result, and mutations, but those not to a GET', async () => {
  const query =
    'mutation { createOrder(input: { customerId: "c", totalAmount: 1, currency: "KRW" }) { replayed } }';
  const written = await openStream(gateway.url, { method: 'POST', query });
  expect(resultOf(await written.next()).data).toEqual({ createOrder: { replayed: false } });
  const read = await openStream(gateway.url, { query: '{ orders(first: 1) { totalCount } }' });
  const before = resultOf(await read.next()).data;
  const refused = await openStream(gateway.url, { query });
  expect(resultOf(await refused.next()).errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
  const again = await openStream(gateway.url, { query: '{ orders(first: 1) { totalCount } }' });
  expect(resultOf(await again.next()).data).toEqual(before);
});

// In a browser

interface Seen {
  readonly events: { readonly type: string; readonly id: string; readonly data: string }[];
  readonly opened: number;
  readonly failed: number;
  readonly readyState: number;
}

/** Opens an EventSource on a page of the gateway itself, as no other may read it. */
const watch = async (query: string): Promise<{ page: Page; seen: () => Promise<Seen> }> => {
  const page = await openPage();
  await page.goto(`${gateway.url}/health/live`);
  await page.evaluate(`
    const source = new EventSource('/graphql/stream?' + new URLSearchParams({ query: ${JSON.stringify(query)} }));
    const seen = { events: [], opened: 0, failed: 0 };
    for (const type of ['next', 'complete'])
      source.addEventListener(type, ({ lastEventId, data }) => seen.events.push({ type, id: lastEventId, data }));
    source.onopen = () => (seen.opened += 1);
    source.onerror = () => (seen.failed += 1);
    window.seen = () => ({ ...seen, readyState: source.readyState });
  `);
  return { page, seen: () => page.evaluate('window.seen()') };
};

const ordersIn = ({ events }: Seen): (string | undefined)[] =>
  events.flatMap(({ data }) => {
    const event = (JSON.parse(data) as { data: OrderEvents }).data.orderEvents;
    return event ? [event.orderId] : [];
  });

const inBrowser = testInBrowser('the EventSource of a browser');
const watched = 'subscription { orderEvents(heartbeat: 60) { orderId } }';

inBrowser('an EventSource has every event once, in spite of a kill and a stop, by itself', async () => {
  const { page, seen } = await watch(watched);
  await eventually(async () => (await seen()).events.length === 1);
  const sent = await orderIds(3);
  await eventually(async () => ordersIn(await seen()).length === 3);
  for (const end of [() => gateway.kill9(), () => gateway.stop()]) {
    const { opened } = await seen();
    const [during] = await Promise.all([orderIds(10), end()]);
    sent.push(...during, ...(await orderIds(5)));
    await eventually(async () => (await seen()).readyState === 0);
    await comeAgain();
    sent.push(...(await orderIds(5)));
    await eventually(async () => (await seen()).opened > opened);
    await eventually(async () => ordersIn(await seen()).length >= sent.length);
  }
  // One more, so that a repeat would have come before it.
  sent.push(...(await orderIds(1)));
  await eventually(async () => ordersIn(await seen()).includes(sent.at(-1)));
  const orders = ordersIn(await seen());
  expect(orders).toHaveLength(sent.length);
  expect(new Set(orders)).toEqual(new Set(sent));
  expect((await seen()).events.map(({ type }) => type)).not.toContain('complete');
  await page.close();
});

inBrowser('an EventSource is told of an error, and does not come again', async () => {
  const { page, seen } = await watch('subscription { orderEvents(after: "nonsense") { id } }');
  const statuses: number[] = [];
  page.on('response', (response) => statuses.push(response.status()));
  await eventually(async () => (await seen()).readyState === 2);
  const { events } = await seen();
  expect(events.map(({ type, id }) => [type, id])).toEqual([
    ['next', ''],
    ['complete', 'end'],
  ]);
  expect(events[0]?.data).toContain('CURSOR_INVALID');
  expect(statuses.at(-1)).toBe(204);
  await page.close();
});
