import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MillraceError, badInput } from '../../src/errors.js';
import { createSchema } from '../../src/gateway/schema.js';
import type { Context } from '../../src/resolvers/context.js';
import { scalars } from '../../src/resolvers/scalars.js';
import { eventually } from '../support/await.js';
import { openStream, resultOf, type StreamRequest, type TestStream } from '../support/event-stream.js';
import { post, serve, type Running } from './support.js';

/** A source that gives what the test pushes, and knows how it was opened, how far it was asked ahead and whether it was ended. */
const createSource = (args: Record<string, unknown>) => {
  type Waiting = { resolve: (result: IteratorResult<unknown>) => void; reject: (error: unknown) => void };
  const waiting: Waiting[] = [];
  const source = {
    args,
    asked: 0,
    ended: false,
    iterable: {
      next: () => {
        source.asked += 1;
        return new Promise<IteratorResult<unknown>>((resolve, reject) => waiting.push({ resolve, reject }));
      },
      return: async () => {
        source.ended = true;
        return { done: true as const, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
    push: async (value: unknown) => {
      await eventually(() => waiting.length > 0);
      waiting.shift()?.resolve({ done: false, value });
    },
    fail: async (error: unknown) => {
      await eventually(() => waiting.length > 0);
      waiting.shift()?.reject(error);
    },
    end: async () => {
      await eventually(() => waiting.length > 0);
      source.ended = true;
      waiting.shift()?.resolve({ done: true, value: undefined });
    },
  };
  return source;
};
type Source = ReturnType<typeof createSource>;

const sources: Source[] = [];
const event = (n: number, orderId = `order-${n}`) => ({
  kind: 'event',
  event: { orderId },
  cursor: `cursor-${n}`,
});
let mutations = 0;

const open = (_: unknown, args: Record<string, unknown>) => {
  if (args.heartbeat === 61) throw badInput('heartbeat', 'must lie between 1 and 60 seconds');
  const source = createSource(args);
  sources.push(source);
  return source.iterable;
};
const schema = createSchema(
  {
    Query: { orders: () => ({ nodes: [], totalCount: 7 }) },
    Mutation: {
      createOrders: () => {
        mutations += 1;
        return { accepted: 1, replayed: 0, rejected: [], position: null };
      },
    },
    Subscription: {
      orderEvents: {
        delivery: 'lossless',
        // As `eventOptions` of the resolvers has it.
        subscribe: (_: unknown, args: Record<string, unknown>, { resumeAfter }: Partial<Context>) =>
          open(_, resumeAfter === undefined ? args : { ...args, after: resumeAfter }),
        resolve: (item: ReturnType<typeof event>) => ({ ...item.event, cursor: item.cursor }),
      },
      order: { delivery: 'latest', subscribe: open, resolve: (order: unknown) => order },
    },
  },
  scalars,
);

let running: Running;
beforeAll(async () => {
  running = await serve({}, { schema, streamLimits: { bufferBytes: 1_000 } });
});
afterAll(() => running.stop());

const ask = (request: StreamRequest, from = running): Promise<TestStream> => openStream(from.url, request);

const live = 'subscription { live: orderEvents { orderId } }';

/** A stream whose source is open, and waits for its first event. */
const follow = async (
  request: StreamRequest = { query: live },
  from = running,
): Promise<{ stream: TestStream; source: Source }> => {
  const before = sources.length;
  const asked = ask(request, from);
  const source = await eventually(() => sources[before]);
  await eventually(() => source.asked > 0);
  return { stream: await asked, source };
};

const metric = async (name: string, from = running): Promise<number> => {
  const text = await (await fetch(`${from.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length));
};
const active = () => metric('millrace_subscriptions{transport="sse"}');

/** All that the stream brought, once it is over: its events, and whether the next connect is to be the last. */
const whole = async (stream: TestStream) => {
  await stream.ended;
  return stream.all;
};
const end = { event: 'complete', id: 'end', data: '' };

describe('a subscription by GET', () => {
  it('is an event for each result, whose id is the cursor', async () => {
    const { stream, source } = await follow();
    await source.push(event(1));
    await source.push(event(2));
    expect(await stream.next()).toEqual({
      event: 'next',
      id: 'cursor-1',
      data: '{"data":{"live":{"orderId":"order-1"}}}',
    });
    expect(await stream.next()).toMatchObject({ id: 'cursor-2' });
    stream.destroy();
  });

  it('is not held back, changed, compressed or kept by what stands between, and no page of another site reads it', async () => {
    const headers = { origin: 'https://example.com', 'accept-encoding': 'gzip, br' };
    const { stream } = await follow({ query: live, headers });
    expect(stream.status).toBe(200);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    });
    const names = Object.keys(stream.response.headers);
    expect(names.filter((name) => /^access-control|encoding$/.test(name))).toEqual(['transfer-encoding']);
    await eventually(() => stream.retryMs());
    expect(stream.retryMs()).toBeGreaterThanOrEqual(500);
    expect(stream.retryMs()).toBeLessThanOrEqual(1_500);
    stream.destroy();
  });

  it('has the place of progress as an id too', async () => {
    const { stream, source } = await follow({ query: 'subscription { orderEvents(heartbeat: 5) { id } }' });
    await source.push({ kind: 'progress', cursor: 'cursor-9', upToDate: true });
    expect(await stream.next()).toEqual({
      event: 'next',
      id: 'cursor-9',
      data: '{"data":{"orderEvents":null},"extensions":{"cursor":"cursor-9","upToDate":true}}',
    });
    stream.destroy();
  });

  it('has no ids where there are no cursors', async () => {
    const { stream, source } = await follow({ query: 'subscription { order(id: "1") { id } }' });
    await source.push(null);
    expect(await stream.next()).toEqual({ event: 'next', id: undefined, data: '{"data":{"order":null}}' });
    stream.destroy();
  });

  it('completes for good when its source ends', async () => {
    const { stream, source } = await follow();
    await source.push(event(1));
    await source.end();
    expect(await whole(stream)).toMatchObject([{ event: 'next' }, end]);
    expect(stream.lastId()).toBe('end');
    expect((await ask({ query: live, headers: { 'last-event-id': 'end' } })).status).toBe(204);
  });

  it('tells what its source failed with, with code and cursor, and ends for good', async () => {
    const { stream, source } = await follow();
    await source.fail(new MillraceError('GAP', 'you are behind', { details: { cursor: 'cursor-5' } }));
    const [told, last] = await whole(stream);
    expect(resultOf(told!)).toEqual({
      errors: [{ message: 'you are behind', extensions: { code: 'GAP', cursor: 'cursor-5' } }],
    });
    expect(last).toEqual(end);
  });

  it('that stood and lost what is beneath it ends so that the client comes again, with its place', async () => {
    const { stream, source } = await follow();
    const details = { cursor: 'cursor-6' };
    await source.fail(new MillraceError('UNAVAILABLE', 'stopping', { details }));
    expect(await whole(stream)).toEqual([]);
    expect(stream.lastId()).toBe('cursor-6');
  });

  it('tells its place when it is pinged, and when the gateway stops', async () => {
    const lively = await serve({}, { schema, streamLimits: { keepAliveMs: 50 } });
    const { stream, source } = await follow({ query: live }, lively);
    await source.push({ kind: 'progress', cursor: 'cursor-1', upToDate: true });
    await stream.next();
    const comments = stream.comments();
    await eventually(() => stream.comments() > comments + 1);
    await lively.stop();
    expect(stream.text()).toMatch(/data: {.*}\n\n(:\nid: cursor-1\n\n){2,}$/);
  });

  it('ends its source when the client is gone', async () => {
    await eventually(async () => (await active()) === 0);
    const { stream, source } = await follow();
    expect(await active()).toBe(1);
    stream.destroy();
    await eventually(() => source.ended);
    await eventually(async () => (await active()) === 0);
  });
});

describe('Last-Event-ID', () => {
  const headers = { 'last-event-id': 'cursor-3' };
  const resumed: [string, StreamRequest][] = [
    ['where there is none', { query: live }],
    ['instead of a literal', { query: 'subscription { orderEvents(after: "cursor-1") { id } }' }],
    [
      'instead of a variable',
      {
        query: 'subscription ($c: Cursor) { orderEvents(after: $c, heartbeat: 5) { id } }',
        variables: { c: 'cursor-1' },
      },
    ],
    [
      'of a field in a fragment',
      {
        query: 'subscription { ...F } fragment F on Subscription { ... { orderEvents(after: "a") { id } } }',
      },
    ],
    ['of a POST', { query: live, method: 'POST' }],
  ];
  it.each(resumed)('is the argument `after`, %s', async (_, request) => {
    const { stream, source } = await follow({ ...request, headers });
    expect(source.args.after).toBe('cursor-3');
    stream.destroy();
  });

  it('is no place of a state, which comes anew', async () => {
    const { stream, source } = await follow({ query: 'subscription { order(id: "1") { id } }', headers });
    expect(source.args).toEqual({ id: '1' });
    stream.destroy();
  });

  it('means nothing when it is empty', async () => {
    const query = 'subscription { orderEvents(after: "cursor-1") { id } }';
    const { stream, source } = await follow({ query, headers: { 'last-event-id': '' } });
    expect(source.args.after).toBe('cursor-1');
    stream.destroy();
  });

  it('of a stream that is over is answered 204, whatever else is asked', async () => {
    const stream = await ask({ search: '', headers: { 'last-event-id': 'end' } });
    expect(stream.status).toBe(204);
    await stream.ended;
    expect(stream.text()).toBe('');
  });
});

const badVariable = {
  query: 'subscription ($h: Int) { orderEvents(heartbeat: $h) { id } }',
  variables: { h: 'x' },
};
const twoOperations = 'query a { __typename } query b { __typename }';

describe('an error by GET is an event, and the end', () => {
  const errors: [string, StreamRequest, string][] = [
    ['without a query', { search: '' }, 'BAD_REQUEST'],
    ['with an empty query', { query: '' }, 'BAD_REQUEST'],
    ['with two queries', { search: '?query=a&query=b' }, 'BAD_REQUEST'],
    ['with variables that are no JSON', { search: '?query=a&variables=%7B' }, 'BAD_REQUEST'],
    ['with variables that are no object', { search: '?query=a&variables=%5B%5D' }, 'BAD_REQUEST'],
    ['that cannot be parsed', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['that is not valid', { query: 'subscription { nonsense }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['of two operations', { query: twoOperations }, 'OPERATION_RESOLUTION_FAILURE'],
    ['with a variable of another type', badVariable, 'BAD_USER_INPUT'],
    ['that is refused', { query: 'subscription { orderEvents(heartbeat: 61) { id } }' }, 'BAD_USER_INPUT'],
    ['of a mutation', { query: 'mutation { createOrders(inputs: []) { accepted } }' }, 'BAD_REQUEST'],
  ];
  it.each(errors)('%s', async (_, request, code) => {
    const before = mutations;
    const stream = await ask(request);
    expect(stream.status).toBe(200);
    const [told, last, ...more] = await whole(stream);
    expect(told).toMatchObject({ event: 'next', id: undefined });
    expect(resultOf(told!).errors?.[0]?.extensions.code).toBe(code);
    expect([last, more]).toEqual([end, []]);
    expect(mutations).toBe(before);
  });
});

describe('an error by POST has a status and is JSON', () => {
  const query = '{ __typename }';
  const post = { method: 'POST', query };
  const errors: [string, StreamRequest, number][] = [
    ['a body that is no JSON', { body: '{' }, 400],
    ['an empty body', { body: '' }, 400],
    ...['null', '[]', '"x"', '{}', '{"query":5}'].map((body): [string, StreamRequest, number] => [
      body,
      { body },
      400,
    ]),
    ['variables as text', { body: JSON.stringify({ query, variables: '{}' }) }, 400],
    ['a name that is no text', { body: JSON.stringify({ query, operationName: 5 }) }, 400],
    ['a document that cannot be parsed', { query: '{' }, 400],
    ['a document that is not valid', { query: 'subscription { nonsense }' }, 400],
    ['a variable of another type', badVariable, 400],
    ['what the field refuses', { query: 'subscription { orderEvents(heartbeat: 61) { id } }' }, 400],
    [
      'a query whose variable is wrong',
      { query: 'query ($n: Int!) { orders(first: $n) { totalCount } }' },
      400,
    ],
    ['text/plain', { headers: { 'content-type': 'text/plain' } }, 415],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['more than 1 MB', { body: JSON.stringify({ query, variables: { a: 'x'.repeat(1_048_577) } }) }, 413],
    ['an answer as JSON', { headers: { accept: 'application/json' } }, 406],
    ['an answer as anything but a stream', { headers: { accept: '*/*;q=0, image/png' } }, 406],
  ];
  it.each(errors)('%s', async (_, request, status) => {
    const stream = await ask({ ...post, ...request });
    expect(stream.status).toBe(status);
    expect(stream.response.headers['content-type']).toBe('application/json; charset=utf-8');
    await stream.ended;
    const { errors } = JSON.parse(stream.text()) as { errors: [{ extensions: { code: string } }] };
    expect(errors[0].extensions.code).toEqual(expect.any(String));
  });
});

describe('POST', () => {
  it('runs a subscription', async () => {
    const { stream, source } = await follow({ method: 'POST', query: live });
    await source.push(event(1));
    expect(stream.status).toBe(200);
    expect(await stream.next()).toMatchObject({ event: 'next', id: 'cursor-1' });
    stream.destroy();
  });

  it('runs a mutation, and answers what it answers', async () => {
    const before = mutations;
    const query = 'mutation { createOrders(inputs: []) { accepted } }';
    const stream = await ask({ method: 'POST', query });
    const data = '{"data":{"createOrders":{"accepted":1}}}';
    expect(await whole(stream)).toEqual([{ event: 'next', id: undefined, data }, end]);
    expect(mutations).toBe(before + 1);
  });
});

it('a query is answered by one result, by its operation name', async () => {
  for (const method of ['GET', 'POST']) {
    const query = 'query a { orders { totalCount } } query b { __typename }';
    const stream = await ask({ method, query, operationName: 'a' });
    const data = '{"data":{"orders":{"totalCount":7}}}';
    expect(await whole(stream)).toEqual([{ event: 'next', id: undefined, data }, end]);
  }
});

describe('what is no GET and no POST', () => {
  it.each(['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
    const headers = { origin: 'https://example.com', 'access-control-request-method': 'POST' };
    const stream = await ask({ method, query: live, headers });
    expect(stream.status).toBe(405);
    expect(stream.response.headers.allow).toBe('GET, POST');
    expect(stream.response.headers).not.toHaveProperty('access-control-allow-origin');
    await stream.ended;
  });
});

it.each(['*/*', 'text/*', 'text/html, text/event-stream;q=0.5'])('accepts %s', async (accept) => {
  const stream = await ask({ query: '{ __typename }', headers: { accept } });
  expect(stream.status).toBe(200);
  await stream.ended;
});

/** A connection that sends what it is told and keeps what comes. */
const dial = async (text: string, from = running): Promise<{ socket: Socket; received: () => string }> => {
  const { hostname, port } = new URL(from.url);
  let received = '';
  const socket = connectTcp(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('data', (data) => (received += String(data)));
  socket.on('error', () => undefined);
  socket.write(text);
  return { socket, received: () => received };
};

const get = (version: string, query = live) =>
  `GET /graphql/stream?query=${encodeURIComponent(query)} HTTP/${version}\r\nHost: x\r\n\r\n`;

it('HTTP/1.0 gets the events as they are', async () => {
  const before = sources.length;
  const { socket, received } = await dial(get('1.0'));
  const source = await eventually(() => sources[before]);
  await source.push(event(1));
  const text = await eventually(() => (received().includes('order-1') ? received() : undefined));
  expect(text).not.toMatch(/transfer-encoding/i);
  expect(text).toMatch(/\r\n\r\nretry: \d+\n\nevent: next\nid: cursor-1\ndata: {.*}\n\n$/);
  socket.destroy();
});

it('a client that leaves at once, before the answer, leaves nothing behind', async () => {
  for (let n = 0; n < 50; n += 1) {
    const { socket } = await dial(get('1.1'));
    if (n % 2 === 0) socket.resetAndDestroy();
    else socket.end();
  }
  await eventually(() => sources.every((source) => source.ended || source.asked === 0));
  await eventually(async () => (await active()) === 0);
});

describe('a slow client', () => {
  const large = (n: number) => event(n, `${n} ${'x'.repeat(200_000)}`);

  it('is asked for nothing until it reads again, then gets all', async () => {
    const { stream, source } = await follow();
    stream.response.pause();
    let sent = 0;
    // The network takes some; then the gateway asks no further.
    for (let before = -1; source.asked !== before && sent < 500; sent += 1) {
      before = source.asked;
      await source.push(large(sent));
      await eventually(() => source.asked > before, { timeoutMs: 300 }).catch(() => undefined);
    }
    expect(sent).toBeLessThan(500);
    stream.response.resume();
    await eventually(() => source.asked > sent);
    await source.push(event(-1));
    const ids = [...Array(sent).keys(), -1].map((n) => `cursor-${n}`);
    for (const id of ids) expect(await stream.next()).toMatchObject({ id });
    stream.destroy();
  });

  it('that takes nothing for two pings is cut off', async () => {
    const impatient = await serve({}, { schema, streamLimits: { keepAliveMs: 50 } });
    const before = sources.length;
    const { socket } = await dial(get('1.1'), impatient);
    socket.pause();
    const source = await eventually(() => sources[before]);
    for (let n = 0; !source.ended && n < 500; n += 1) {
      await eventually(() => source.asked > n || source.ended);
      if (!source.ended) await Promise.race([source.push(large(n)), eventually(() => source.ended)]);
    }
    expect(source.ended).toBe(true);
    socket.destroy();
    await impatient.stop();
  });
});

it('a quiet stream is pinged by comments', async () => {
  const lively = await serve({}, { schema, streamLimits: { keepAliveMs: 20 } });
  const { stream, source } = await follow({ query: live }, lively);
  await eventually(() => stream.comments() > 2);
  await source.push(event(1));
  expect(await stream.next()).toMatchObject({ id: 'cursor-1' });
  stream.destroy();
  await lively.stop();
});

const subscribers = { bufferBytes: 262_144, mostBehind: 100_000, reconnectSpreadMs: 0 };

describe('stop', () => {
  it('ends each stream without `complete`, spread over the time that is configured', async () => {
    const stopping = await serve({}, { schema, subscribers: { ...subscribers, reconnectSpreadMs: 300 } });
    const follows = [];
    for (let n = 0; n < 4; n += 1) follows.push(await follow({ query: live }, stopping));
    const began = performance.now();
    const endedAt = follows.map(async ({ stream }) => {
      expect(await stream.ended).toBe(true);
      return performance.now() - began;
    });
    await stopping.gateway.stop(5_000);
    const times = await Promise.all(endedAt);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(150);
    for (const { stream, source } of follows) {
      expect(stream.all).toEqual([]);
      expect(source.ended).toBe(true);
    }
  });

  it('meanwhile sends who comes away, so that an EventSource comes again', async () => {
    const stopping = await serve({}, { schema, subscribers: { ...subscribers, reconnectSpreadMs: 1_000 } });
    const follows = [];
    for (let n = 0; n < 10; n += 1) follows.push(await follow({ query: live }, stopping));
    const stopped = stopping.gateway.stop(5_000);
    await follows[0]!.stream.ended;
    const again = await ask({ query: live }, stopping);
    expect(again.status).toBe(200);
    expect(await whole(again)).toEqual([]);
    expect(again.retryMs()).toBeGreaterThan(0);
    expect((await ask({ method: 'POST', query: live }, stopping)).status).toBe(503);
    for (const { stream } of follows) stream.destroy();
    await stopped;
  });

  it('is done at its deadline though a client does not read', async () => {
    const stopping = await serve({}, { schema });
    const before = sources.length;
    const { socket } = await dial(get('1.1'), stopping);
    socket.pause();
    const source = await eventually(() => sources[before]);
    for (let n = 0; n < 100; n += 1) {
      const isAsked = await eventually(() => source.asked > n, { timeoutMs: 300 }).catch(() => false);
      if (!isAsked) break;
      await source.push(event(n, 'x'.repeat(200_000)));
    }
    const began = performance.now();
    await stopping.gateway.stop(300);
    expect(performance.now() - began).toBeLessThan(2_000);
    socket.destroy();
  });
});

it('a subscription by plain HTTP is told of both transports', async () => {
  const query = 'subscription { orderEvents { id } }';
  const search = `?query=${encodeURIComponent(query)}`;
  const byPost = await post(running.url, { query });
  const byGet = await fetch(`${running.url}/graphql${search}`);
  const asStream = await fetch(`${running.url}/graphql${search}`, {
    headers: { accept: 'text/event-stream' },
  });
  expect([byPost.status, byGet.status, asStream.status]).toEqual([400, 400, 406]);
  for (const text of [JSON.stringify(byPost.errors), await byGet.text(), await asStream.text()])
    expect(text).toMatch(/WebSocket at \/graphql \(subprotocol graphql-transport-ws\).* \/graphql\/stream/);
});

it('streams are counted', async () => {
  const { stream, source } = await follow();
  const before = await metric('millrace_subscription_deliveries_total{transport="sse"}');
  await source.push(event(1));
  await stream.next();
  expect(await metric('millrace_subscription_deliveries_total{transport="sse"}')).toBe((before || 0) + 1);
  stream.destroy();
  await eventually(async () => (await active()) === 0);
  const ended = 'millrace_graphql_operations_total{transport="sse",kind="subscription",outcome="ok"}';
  expect(await metric(ended)).toBeGreaterThan(0);
});
