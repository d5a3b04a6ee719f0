import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/await.js';
import { eventOf, nextOf, startProtocolGateway, type ProtocolGateway } from './protocol-support.js';
import { frameOf, opcodes, openRawSocket } from './raw-socket.js';
import type { Source } from './source.js';

/*
 * What graphql-transport-ws says, and what the tests of graphql-ws expect of a server, against our own; what is our own choice, and the limits,
 * are in websocket.test.ts. Nothing here knows how the gateway is made.
 */
jest.setTimeout(10_000);

let gateway: ProtocolGateway;
let open: ProtocolGateway['open'];
beforeAll(async () => {
  gateway = await startProtocolGateway({ socketLimits: { initWaitMs: 500, keepAliveMs: 1_000 } });
  ({ open } = gateway);
});
afterEach(() => gateway.closeClients());
afterAll(() => gateway.running.stop());

describe('the sub-protocol', () => {
  it.each([
    [['graphql-transport-ws', 'graphql-ws']],
    [['graphql-ws', 'graphql-transport-ws']],
    [['x', 'y', 'graphql-transport-ws']],
  ])('is chosen out of %j', async (protocols) => {
    const client = await open({ protocols });
    expect(client.protocol).toBe('graphql-transport-ws');
  });

  it.each([[[]], [['graphql-ws']], [['graphql-transport-wss', 'x']]])(
    'is left out of the answer to %j, and the socket is closed with 4406',
    async (protocols) => {
      const client = await openRawSocket(gateway.running.websocketUrl, { protocols });
      expect(client.protocol).toBeUndefined();
      expect(await client.closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
    },
  );
});

describe('the connection', () => {
  it.each([{}, { payload: {} }, { payload: null }, { payload: { token: 'a', nested: { deep: [1] } } }])(
    'is acknowledged without payload after connection_init with %j',
    async (more) => {
      const client = await open({ init: false });
      client.send({ type: 'connection_init', ...more });
      expect(await client.read()).toStrictEqual({ type: 'connection_ack' });
    },
  );

  it('tells why it is closed when connection_init does not come', async () => {
    const client = await open({ init: false });
    expect(await client.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  it('once acknowledged outlives the time for connection_init', async () => {
    const client = await open();
    await client.frames.until(({ opcode }) => opcode === opcodes.ping);
    await client.isQuiet();
  });

  it('takes one connection_init, though it sends two at once', async () => {
    const client = await open({ init: false });
    const init = frameOf(opcodes.text, '{"type":"connection_init"}');
    client.write(Buffer.concat([init, init]));
    expect(await client.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  it('tells why it is closed when an operation comes before the acknowledgement', async () => {
    const client = await open({ init: false });
    client.subscribe('1', '{ __typename }');
    expect(await client.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
    expect(client.received).toEqual([]);
  });
});

describe('ping and pong', () => {
  it.each([false, true])('a ping is answered with its payload; acknowledged: %j', async (init) => {
    const client = await open({ init });
    for (const payload of [{}, { n: 1 }, { text: '서울 🎉', nested: { list: [null, true, 'x'] } }]) {
      client.send({ type: 'ping', payload });
      expect(await client.read()).toStrictEqual({ type: 'pong', payload });
    }
  });

  it.each([{}, { payload: null }])('a ping with %j is answered with a pong without', async (more) => {
    const client = await open();
    client.send({ type: 'ping', ...more });
    expect(await client.read()).toStrictEqual({ type: 'pong' });
  });

  it('pongs that nobody asked for are ignored', async () => {
    const client = await open({ init: false });
    for (const more of [{}, { payload: null }, { payload: { n: 1 } }]) client.send({ type: 'pong', ...more });
    client.send({ type: 'connection_init' });
    expect(await client.read()).toEqual({ type: 'connection_ack' });
    client.send({ type: 'pong', payload: { n: 1 } });
    await client.isQuiet();
  });

  it('a ping of WebSocket is answered by its pong', async () => {
    const client = await open();
    client.write(frameOf(opcodes.ping, 'anybody?'));
    const pong = await client.frames.until(({ opcode }) => opcode === opcodes.pong, 5_000);
    expect(String(pong.payload)).toBe('anybody?');
  });
});

describe('a message that the protocol does not have closes the socket with 4400', () => {
  const query = '{ __typename }';
  const operation = (payload: unknown) => ({ id: '1', type: 'subscribe', payload });
  const invalid: unknown[] = [
    ...[[], '', 'ping', 0, true, null, {}],
    ...[{ type: '' }, { type: 0 }, { type: null }, { type: ['ping'] }, { type: 'PING' }, { type: 'start' }],
    { type: 'connection_init', payload: '' },
    { type: 'connection_init', payload: [] },
    { type: 'ping', payload: 0 },
    { type: 'ping', payload: 'text' },
    { type: 'pong', payload: [1] },
    ...[undefined, null, '', 'x', 5, [], {}].map(operation),
    ...[0, null, {}, ['x']].map((value) => operation({ query: value })),
    ...[0, {}, ['x']].map((operationName) => operation({ query, operationName })),
    ...['', '{}', 5].map((variables) => operation({ query, variables })),
    ...['', 0, []].map((extensions) => operation({ query, extensions })),
    ...[undefined, null, 0, {}, ''].map((id) => ({ id, type: 'subscribe', payload: { query } })),
    ...[undefined, null, 0, ''].map((id) => ({ id, type: 'complete' })),
  ];

  it.each(invalid.map((message) => [JSON.stringify(message)]))('%s', async (message) => {
    const client = await open();
    client.watch('live', message);
    const source = await gateway.sources.of(message);
    client.send(message);
    const { code, reason } = await client.closed;
    expect(code).toBe(4400);
    expect(reason).not.toBe('');
    await eventually(() => source.ended);
  });

  it.each([
    { type: 'connection_ack' },
    { id: '1', type: 'next', payload: { data: {} } },
    { id: '1', type: 'error', payload: [{ message: 'x' }] },
  ])('%j, which is for servers to send', async (message) => {
    const client = await open();
    client.send(message);
    expect(await client.closed).toMatchObject({ code: 4400 });
  });
});

describe('an id in use', () => {
  it('is told with the close', async () => {
    const client = await open();
    client.watch('not-unique', 'not-unique');
    await gateway.sources.of('not-unique');
    client.subscribe('not-unique', '{ __typename }');
    expect(await client.closed).toEqual({
      code: 4409,
      reason: 'Subscriber for not-unique already exists',
    });
    await eventually(() => gateway.sources.named('not-unique')[0]?.ended);
  });

  it('is in use while its subscription is being prepared, and while its query runs', async () => {
    const subscribing = await open();
    subscribing.watch('1', 'stalled');
    subscribing.watch('1', 'other');
    expect(await subscribing.closed).toMatchObject({ code: 4409 });
    gateway.proceed();
    const asking = await open();
    asking.subscribe('1', '{ order(id: "in use") { id } }');
    asking.subscribe('1', '{ __typename }');
    expect(await asking.closed).toMatchObject({ code: 4409 });
    expect(asking.received).toHaveLength(1);
  });

  it.each(['x'.repeat(124), 'x'.repeat(10_000), '서'.repeat(60)])(
    'closes with 4409 however long it is',
    async (id) => {
      const client = await open();
      client.watch(id, 'long');
      client.watch(id, 'long');
      const { code, reason } = await client.closed;
      expect([code, reason]).toEqual([4409, expect.stringMatching(/^Subscriber for /)]);
    },
  );
});

describe('an operation with one result', () => {
  it('brings next, then complete', async () => {
    const client = await open();
    client.subscribe('q', 'query ($id: ID!) { product(id: $id) { id productName } }', {
      variables: { id: '서울' },
    });
    expect(await client.read()).toStrictEqual({
      id: 'q',
      type: 'next',
      payload: { data: { product: { id: '서울', productName: '서울' } } },
    });
    expect(await client.read()).toStrictEqual({ id: 'q', type: 'complete' });
    client.subscribe('m', 'mutation { deletePost(id: "a") { id replayed } }');
    expect(await client.read()).toStrictEqual({
      id: 'm',
      type: 'next',
      payload: { data: { deletePost: { id: 'a', replayed: false } } },
    });
    expect(await client.read()).toStrictEqual({ id: 'm', type: 'complete' });
    await client.isQuiet();
  });

  it('whose field fails brings data and errors in next, then complete', async () => {
    const client = await open();
    client.subscribe('1', '{ product(id: "a") { id } user(id: "b") { id } }');
    expect(await client.read()).toStrictEqual({
      id: '1',
      type: 'next',
      payload: {
        data: { product: { id: 'a' }, user: null },
        errors: [
          {
            message: expect.stringContaining('must be a UUID'),
            locations: [{ line: 1, column: 27 }],
            path: ['user'],
            extensions: { code: 'BAD_USER_INPUT', field: 'id' },
          },
        ],
      },
    });
    expect(await client.read()).toStrictEqual({ id: '1', type: 'complete' });
  });

  it.each([
    { operationName: 'B' },
    { operationName: 'B', variables: null, extensions: null },
    { operationName: 'B', variables: {}, extensions: { persistedQuery: { version: 1 }, any: ['thing'] } },
  ])('is the one that is named, with %j', async (more) => {
    const client = await open();
    client.subscribe('1', 'query A { __typename } mutation B { __typename }', more);
    expect(await client.read()).toMatchObject({ payload: { data: { __typename: 'Mutation' } } });
    expect(await client.read()).toEqual({ id: '1', type: 'complete' });
  });

  it('with operationName null is the only one there is', async () => {
    const client = await open();
    client.subscribe('1', 'query A { __typename }', { operationName: null });
    expect(await client.read()).toMatchObject({ payload: { data: { __typename: 'Query' } } });
  });

  it('that the client completed brings nothing when its result is there', async () => {
    const client = await open();
    client.subscribe('1', '{ order(id: "late") { id } }');
    await eventually(() => gateway.waiting('late') === 1);
    client.complete('1');
    await client.isQuiet();
    gateway.answer('late', null);
    await client.isQuiet();
  });

  it('does not hold up others on the socket', async () => {
    const client = await open();
    client.watch('live', 'beside a query');
    const source = await gateway.sources.of('beside a query');
    client.subscribe('slow', '{ order(id: "slow") { id } }');
    client.subscribe('fast', '{ __typename }');
    expect(await client.read()).toMatchObject({ id: 'fast', type: 'next' });
    expect(await client.read()).toEqual({ id: 'fast', type: 'complete' });
    source.push(eventOf('a'));
    expect(await client.read()).toEqual(nextOf('live', 'a'));
    gateway.answer('slow', null);
    expect(await client.read()).toEqual({ id: 'slow', type: 'next', payload: { data: { order: null } } });
  });
});

describe('an operation that is refused', () => {
  it.each([
    ['two unknown fields', '{ nonsense rubbish }', 2],
    ['a syntax error', '{', 1],
    ['a subscription of two fields', 'subscription { a: orderEvents { id } b: orderEvents { id } }', 1],
    [
      'a subscription that may not begin',
      'subscription { orderEvents(filter: { customerId: "refused" }) { id } }',
      1,
    ],
    ['a document without operation', 'fragment F on Query { __typename }', undefined],
  ])('for %s brings one error with an array, and nothing behind it', async (_, query, errors) => {
    const client = await open();
    client.subscribe('1', query);
    const message = await client.read();
    expect(message).toStrictEqual({ id: '1', type: 'error', payload: expect.any(Array) });
    const payload = message.payload as { message: string; extensions: { code: string } }[];
    if (errors) expect(payload).toHaveLength(errors);
    for (const error of payload)
      expect(error).toMatchObject({ message: expect.any(String), extensions: { code: expect.any(String) } });
    client.complete('1');
    await client.isQuiet();
    client.subscribe('1', '{ __typename }');
    expect(await client.read()).toMatchObject({ id: '1', type: 'next' });
  });

  it('says where in the document', async () => {
    const client = await open();
    client.subscribe('1', '{ __typename\n  nonsense }');
    expect(await client.read()).toMatchObject({ payload: [{ locations: [{ line: 2, column: 3 }] }] });
  });
});

describe('a subscription', () => {
  it('brings its results in order, then complete, and nothing else', async () => {
    const client = await open();
    client.watch('1', 'whole');
    const source = await gateway.sources.of('whole');
    const regions = Array.from({ length: 500 }, (_, n) => `region ${n}`);
    for (const region of regions) source.push(eventOf(region));
    source.end();
    for (const region of regions) expect(await client.read()).toStrictEqual(nextOf('1', region));
    expect(await client.read()).toStrictEqual({ id: '1', type: 'complete' });
    await client.isQuiet();
  });

  it('that has no results brings complete', async () => {
    const client = await open();
    client.watch('1', 'empty');
    (await gateway.sources.of('empty')).end();
    expect(await client.read()).toStrictEqual({ id: '1', type: 'complete' });
  });

  it('goes on after a result with errors', async () => {
    const client = await open();
    client.watch('1', 'an error within');
    const source = await gateway.sources.of('an error within');
    source.push(eventOf('unreadable'));
    source.push(eventOf('a'));
    expect(await client.read()).toMatchObject({
      id: '1',
      type: 'next',
      payload: { data: { orderEvents: null }, errors: [{ path: ['orderEvents'] }] },
    });
    expect(await client.read()).toEqual(nextOf('1', 'a'));
  });

  it('that fails brings error and no complete, and leaves the others alone', async () => {
    const client = await open();
    client.watch('1', 'failing');
    client.watch('2', 'beside one that fails');
    const other = await gateway.sources.of('beside one that fails');
    (await gateway.sources.of('failing')).fail(new Error('secret'));
    expect(await client.read()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ message: expect.any(String) }],
    });
    await client.isQuiet();
    other.push(eventOf('a'));
    expect(await client.read()).toEqual(nextOf('2', 'a'));
  });

  it('that the client completes brings nothing more, no complete either', async () => {
    const client = await open();
    client.watch('1', 'completed');
    const source = await gateway.sources.of('completed');
    source.push(eventOf('a'));
    expect(await client.read()).toEqual(nextOf('1', 'a'));
    client.complete('1');
    await eventually(() => source.ended);
    source.push(eventOf('b'));
    source.end();
    await client.isQuiet();
  });

  it('that the client completes while it is being prepared brings nothing, and its source is ended', async () => {
    const client = await open();
    client.watch('1', 'stalled');
    client.complete('1');
    await client.isQuiet();
    const before = gateway.sources.named('stalled').length;
    gateway.proceed();
    await eventually(() =>
      gateway.sources
        .named('stalled')
        .slice(before)
        .every(({ ended }) => ended),
    );
    for (const source of gateway.sources.named('stalled')) source.push(eventOf('a'));
    await client.isQuiet();
  });

  it('is not disturbed by complete for ids that are unknown, or were completed before', async () => {
    const client = await open({ init: false });
    client.complete('unknown');
    client.send({ type: 'connection_init' });
    expect(await client.read()).toEqual({ type: 'connection_ack' });
    client.watch('1', 'kept');
    client.watch('2', 'completed twice');
    const source = await gateway.sources.of('kept');
    for (const id of ['2', '2', 'unknown', '2']) client.complete(id);
    source.push(eventOf('a'));
    expect(await client.read()).toEqual(nextOf('1', 'a'));
    await client.isQuiet();
  });

  it('stays apart from 99 others on its socket', async () => {
    const client = await open();
    const ids = Array.from({ length: 100 }, (_, n) => String(n));
    for (const id of ids) client.watch(id, `apart ${id}`);
    const sources = await Promise.all(ids.map((id) => gateway.sources.of(`apart ${id}`)));
    for (let round = 0; round < 5; round += 1)
      sources.forEach((source, n) => source.push(eventOf(`${n}, round ${round}`)));
    sources.forEach((source) => source.end());
    const byId = new Map<string, unknown[]>(ids.map((id) => [id, []]));
    for (let n = 0; n < 600; n += 1) {
      const message = await client.read();
      byId.get(message.id!)!.push(message);
    }
    for (const [id, messages] of byId)
      expect(messages).toEqual([
        ...[0, 1, 2, 3, 4].map((round) => nextOf(id, `${id}, round ${round}`)),
        { id, type: 'complete' },
      ]);
  });

  it('may be one of many that ask for the same', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => open()));
    for (const [n, client] of clients.entries()) {
      client.watch(`a${n}`, 'the same');
      client.watch(`b${n}`, 'the same');
    }
    await gateway.sources.of('the same', 19);
    gateway.sources.named('the same').forEach((source) => source.push(eventOf('x')));
    for (const [n, client] of clients.entries()) {
      const messages = [await client.read(), await client.read()];
      expect(messages).toEqual(expect.arrayContaining([nextOf(`a${n}`, 'x'), nextOf(`b${n}`, 'x')]));
      await client.isQuiet();
    }
  });
});

describe('an id may be used again', () => {
  it.each([
    ['complete', (source: Source) => source.end()],
    ['error', (source: Source) => source.fail(new Error('over'))],
  ])('after the %s of the server', async (type, end) => {
    const client = await open();
    for (let round = 0; round < 5; round += 1) {
      client.watch('1', `again after ${type}`);
      end(await gateway.sources.of(`again after ${type}`, round));
      expect(await client.read()).toMatchObject({ id: '1', type });
    }
    client.watch('1', `once more after ${type}`);
    (await gateway.sources.of(`once more after ${type}`)).push(eventOf('a'));
    expect(await client.read()).toEqual(nextOf('1', 'a'));
  });

  it('behind the client’s own complete, in the same breath', async () => {
    const client = await open();
    for (let n = 0; n < 20; n += 1) {
      client.watch('1', `breath ${n}`);
      if (n % 2 === 0) (await gateway.sources.of(`breath ${n}`)).push(eventOf('lost or not'));
      client.complete('1');
    }
    client.watch('1', 'the last breath');
    const source = await gateway.sources.of('the last breath');
    source.push(eventOf('a'));
    source.end();
    const messages = [await client.read()];
    while (messages.at(-1)!.type !== 'complete') messages.push(await client.read());
    expect(messages.slice(-2)).toEqual([nextOf('1', 'a'), { id: '1', type: 'complete' }]);
    await eventually(() =>
      Array.from({ length: 20 }, (_, n) => gateway.sources.named(`breath ${n}`))
        .flat()
        .every(({ ended }) => ended),
    );
    await client.isQuiet();
  });

  it('over and over, and nothing of it is left when the socket is closed', async () => {
    const before = await whenIdle();
    const client = await open();
    for (let n = 0; n < 50; n += 1) {
      client.watch('1', 'over and over');
      client.complete('1');
    }
    client.watch('1', 'over and over');
    await client.isQuiet();
    client.cut();
    await client.closed;
    const left = async () => {
      expect(await counted()).toEqual(before);
      return gateway.sources.named('over and over').every(({ ended }) => ended);
    };
    await eventually(left, { timeoutMs: 2_000 });
  });

  it('while what it stood for still runs, whose result does not come under it', async () => {
    const client = await open();
    client.subscribe('1', '{ order(id: "old") { id } }');
    await eventually(() => gateway.waiting('old') === 1);
    client.complete('1');
    client.watch('1', 'new');
    const source = await gateway.sources.of('new');
    gateway.answer('old', null);
    await client.isQuiet();
    source.push(eventOf('a'));
    expect(await client.read()).toEqual(nextOf('1', 'a'));
    client.complete('1');
    await eventually(() => source.ended);
  });
});

describe('the end of the socket ends its sources', () => {
  const close = frameOf(opcodes.close, Buffer.from([0x03, 0xe8]));
  it.each([
    ['closed by the client', (client: { write(bytes: Buffer): void }) => client.write(close)],
    ['cut', (client: { cut(): void }) => client.cut()],
    ['closed for a bad message', (client: { send(text: string): void }) => client.send('{')],
  ])('when it is %s', async (how, end) => {
    const client = await open();
    for (let n = 0; n < 10; n += 1) client.watch(String(n), how);
    await gateway.sources.of(how, 9);
    gateway.sources.named(how)[5]!.push(eventOf('on its way'));
    end(client);
    await client.closed;
    await eventually(() => gateway.sources.named(how).every(({ ended }) => ended));
  });

  it('and answers the close of the client with the same code', async () => {
    const client = await open();
    client.write(close);
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
  });

  it('also those that begin later', async () => {
    const before = gateway.sources.named('stalled').length;
    const client = await open();
    client.watch('1', 'stalled');
    await client.isQuiet();
    client.cut();
    await client.closed;
    gateway.proceed();
    await eventually(() => {
      const begun = gateway.sources.named('stalled').slice(before);
      return begun.every(({ ended }) => ended);
    });
  });

  it('also when one of them does not end', async () => {
    const client = await open();
    for (const id of ['1', '2', '3']) client.watch(id, 'endless');
    await gateway.sources.of('endless', 2);
    const [first, ...others] = gateway.sources.named('endless');
    first!.iterable.return = () => new Promise(() => undefined);
    client.cut();
    await eventually(() => others.every(({ ended }) => ended));
  });

  it('each time', async () => {
    const before = await whenIdle();
    for (let round = 0; round < 100; round += 1) {
      const client = await open();
      client.watch('1', 'rounds');
      client.subscribe('2', '{ order(id: "rounds") { id } }');
      if (round % 3 > 0) await gateway.sources.of('rounds', round);
      client.cut();
    }
    await eventually(() => gateway.sources.named('rounds').every(({ ended }) => ended));
    await eventually(async () => {
      expect(await counted()).toEqual(before);
      return true;
    });
  });
});

/** What the gateway itself says is open. */
const counted = async () => {
  const metrics = await (await fetch(`${gateway.running.url}/metrics`)).text();
  const gauge = (name: string) =>
    Number(new RegExp(`^${name}(?:{transport="websocket"})? (\\d+)$`, 'm').exec(metrics)?.[1] ?? 0);
  return { sockets: gauge('millrace_websockets'), subscriptions: gauge('millrace_subscriptions') };
};

/** The same once the sockets of earlier tests are gone. */
const whenIdle = () =>
  eventually(async () => {
    const now = await counted();
    return now.sockets === 0 && now;
  });
