import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { MillraceError, badInput } from '../../src/errors.js';
import { createSchema } from '../../src/gateway/schema.js';
import { textOf } from '../../src/gateway/socket.js';
import { scalars } from '../../src/resolvers/scalars.js';
import { createSource, type Source } from './source.js';
import { serve, type Running } from './support.js';

let source: Source;
const event = (n: number) => ({ kind: 'event', event: { orderId: `order-${n}` }, cursor: `cursor-${n}` });

const schema = createSchema(
  {
    Query: { order: () => new Promise(() => undefined), orders: () => ({ nodes: [] }) },
    Subscription: {
      orderEvents: {
        subscribe: (_: unknown, { heartbeat }: { heartbeat?: number }) => {
          if (heartbeat === 61) throw badInput('heartbeat', 'must lie between 1 and 60 seconds');
          source = createSource();
          return source.iterable;
        },
        resolve: (item: ReturnType<typeof event>) => ({ ...item.event, cursor: item.cursor }),
      },
      order: {
        subscribe: () => {
          source = createSource();
          return source.iterable;
        },
        resolve: (order: unknown) => order,
      },
    },
  },
  scalars,
);

let running: Running;
beforeAll(async () => {
  running = await serve(
    {},
    { schema, timeLimitMs: 60_000, socketLimits: { initWaitMs: 200, keepAliveMs: 150 } },
  );
});
afterAll(() => running.stop());

const opened: WebSocket[] = [];
afterEach(async () => {
  for (const socket of opened.splice(0)) {
    if (socket.readyState === socket.CLOSED) continue;
    socket.terminate();
    await once(socket, 'close');
  }
});

/** A client on which nothing is missed: messages wait until they are asked for. */
const open = async ({ init = true, autoPong = true } = {}) => {
  const socket = new WebSocket(running.websocketUrl, 'graphql-transport-ws', { autoPong });
  opened.push(socket);
  const messages: Record<string, unknown>[] = [];
  const readers: ((message: Record<string, unknown>) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(textOf(data)) as Record<string, unknown>;
    const reader = readers.shift();
    if (reader) reader(message);
    else messages.push(message);
  });
  const closed = once(socket, 'close').then(([code, reason]) => ({
    code: Number(code),
    reason: String(reason),
  }));
  await once(socket, 'open');
  const client = {
    socket,
    closed,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    subscribe: (id: string, query: string) => client.send({ id, type: 'subscribe', payload: { query } }),
    read: () => {
      const message = messages.shift();
      return message
        ? Promise.resolve(message)
        : new Promise<Record<string, unknown>>((resolve) => readers.push(resolve));
    },
  };
  if (init) {
    client.send({ type: 'connection_init' });
    expect(await client.read()).toEqual({ type: 'connection_ack' });
  }
  return client;
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

/** A query that answers at once: when it is answered, what came before it was received. */
const roundTrip = async (client: Awaited<ReturnType<typeof open>>): Promise<void> => {
  client.subscribe('round-trip', '{ __typename }');
  expect(await client.read()).toMatchObject({ id: 'round-trip', type: 'next' });
  expect(await client.read()).toMatchObject({ id: 'round-trip', type: 'complete' });
};

const events = 'subscription { live: orderEvents(heartbeat: 5) { orderId cursor } }';

describe('a subscription', () => {
  const start = async () => {
    const client = await open();
    client.subscribe('1', events);
    await roundTrip(client);
    await until(() => source.asked === 1);
    return client;
  };

  it('delivers each event, one at a time', async () => {
    const client = await start();
    source.push(event(1));
    expect(await client.read()).toEqual({
      id: '1',
      type: 'next',
      payload: { data: { live: { orderId: 'order-1', cursor: 'cursor-1' } } },
    });
    await until(() => source.asked === 2);
    expect(source.asked).toBe(2);
  });

  it('delivers progress as a null root field with cursor and upToDate', async () => {
    const client = await start();
    source.push({ kind: 'progress', cursor: 'cursor-9', upToDate: true });
    expect(await client.read()).toEqual({
      id: '1',
      type: 'next',
      payload: { data: { live: null }, extensions: { cursor: 'cursor-9', upToDate: true } },
    });
  });

  it('completes when its source ends', async () => {
    const client = await start();
    source.end();
    expect(await client.read()).toEqual({ id: '1', type: 'complete' });
  });

  it('ends its source at once when the client completes it, though no event comes', async () => {
    const client = await start();
    client.send({ id: '1', type: 'complete' });
    await until(() => source.ended);
    await roundTrip(client);
  });

  it('ends its source when the socket closes', async () => {
    const client = await start();
    client.socket.close();
    await until(() => source.ended);
  });

  it('ends with code, message and cursor when its source fails, and the socket stays', async () => {
    const client = await start();
    source.fail(new MillraceError('GAP', 'you are too far behind', { details: { cursor: 'cursor-5' } }));
    expect(await client.read()).toEqual({
      id: '1',
      type: 'error',
      payload: [{ message: 'you are too far behind', extensions: { code: 'GAP', cursor: 'cursor-5' } }],
    });
    await roundTrip(client);
  });

  it('that fails unexpectedly tells an id and where to continue, nothing else', async () => {
    const client = await start();
    source.push(event(7));
    await client.read();
    await until(() => source.asked === 2);
    source.fail(new Error('secret'));
    const message = await client.read();
    expect(JSON.stringify(message)).not.toContain('secret');
    expect(message).toMatchObject({
      type: 'error',
      payload: [
        { extensions: { code: 'INTERNAL_SERVER_ERROR', cursor: 'cursor-7', id: expect.any(String) } },
      ],
    });
  });

  it('that may not start ends with the error of its resolver', async () => {
    const client = await open();
    client.subscribe('1', 'subscription { orderEvents(heartbeat: 61) { orderId } }');
    expect(await client.read()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'BAD_USER_INPUT', field: 'heartbeat' } }],
    });
    await roundTrip(client);
  });

  it('of a state that is null delivers null', async () => {
    const client = await open();
    client.subscribe('1', 'subscription { order(id: "x") { id } }');
    await roundTrip(client);
    await until(() => source.asked === 1);
    source.push(null);
    expect(await client.read()).toEqual({ id: '1', type: 'next', payload: { data: { order: null } } });
  });
});

it('the 101st operation of a socket is refused, the others go on', async () => {
  const client = await open();
  for (let n = 1; n <= 101; n += 1) client.subscribe(`s${n}`, events);
  expect(await client.read()).toMatchObject({
    id: 's101',
    type: 'error',
    payload: [{ extensions: { code: 'RATE_LIMITED' } }],
  });
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
});

describe('a socket is closed', () => {
  it('4408 without connection_init', async () => {
    const client = await open({ init: false });
    expect(await client.closed).toMatchObject({ code: 4408 });
  });
  it('4429 at a second connection_init', async () => {
    const client = await open();
    client.send({ type: 'connection_init' });
    expect(await client.closed).toMatchObject({ code: 4429 });
  });
  it('4401 at a subscription before the acknowledgement', async () => {
    const client = await open({ init: false });
    client.subscribe('1', events);
    expect(await client.closed).toMatchObject({ code: 4401 });
  });
  it('4409 at an id that is in use', async () => {
    const client = await open();
    client.subscribe('1', events);
    client.subscribe('1', events);
    expect(await client.closed).toMatchObject({ code: 4409 });
  });
  it.each([
    ['malformed JSON', '{'],
    ['an unknown type', { type: 'nonsense' }],
    ['an empty id', { id: '', type: 'subscribe', payload: { query: '{ __typename }' } }],
    [
      'variables in an array',
      { id: '1', type: 'subscribe', payload: { query: '{ __typename }', variables: [] } },
    ],
    [
      'half a surrogate pair',
      '{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":{"a":"\\ud800"}}}',
    ],
    ['10,000 levels of JSON', '['.repeat(10_000)],
    ['a byte order mark', '\ufeff{"type":"ping"}'],
  ])('4400 at %s', async (_, message) => {
    const client = await open();
    client.send(message);
    expect(await client.closed).toMatchObject({ code: 4400 });
  });
  it('4400 at a binary frame', async () => {
    const client = await open();
    client.socket.send(Buffer.from('{"type":"ping"}'));
    expect(await client.closed).toMatchObject({ code: 4400 });
  });
  it('1009 at a message over 128 KB', async () => {
    const client = await open();
    client.send({ type: 'ping', payload: { text: 'x'.repeat(128 * 1024) } });
    expect(await client.closed).toMatchObject({ code: 1009 });
  });
  it('1008 at a message of too many fragments', async () => {
    const client = await open();
    for (let n = 0; n < 100; n += 1) client.socket.send(' ', { fin: false });
    expect((await client.closed).code).toBe(1008);
  });
  it('when it does not answer pings', async () => {
    const client = await open({ autoPong: false });
    expect(await client.closed).toMatchObject({ code: 1006 });
  });
});

it('another path or subprotocol is refused', async () => {
  const elsewhere = new WebSocket(`${running.websocketUrl}x`, 'graphql-transport-ws');
  await expect(once(elsewhere, 'open')).rejects.toThrow('404');
  const old = new WebSocket(running.websocketUrl, 'graphql-ws');
  await expect(once(old, 'open')).rejects.toThrow();
});
