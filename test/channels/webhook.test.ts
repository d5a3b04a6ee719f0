import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createRawServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { Channel } from '../../src/channels/channel.js';
import { createWebhookChannel } from '../../src/channels/webhook.js';
import type { WebhookConfig } from '../../src/config.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { outgoing, withContent } from './support.js';

const secret = 'a secret of the receiver';

interface Received {
  readonly url: string | undefined;
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

const startReceiver = async (
  answer: (response: ServerResponse) => unknown = (response) => response.writeHead(204).end(),
) => {
  const received: Received[] = [];
  let connections = 0;
  const handle: RequestListener = (request, response) =>
    void text(request).then((body) => {
      received.push({ url: request.url, method: request.method, headers: request.headers, body });
      answer(response);
    });
  const server = createServer(handle);
  server.on('connection', () => (connections += 1));
  closeAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const port = await listen(server);
  return { received, port, url: `http://127.0.0.1:${port}/hook`, connections: () => connections };
};

/** Speaks no HTTP but what `serve` writes. */
const startRaw = async (serve: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createRawServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  closeAtEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${await listen(server)}/`;
};

const webhook = (config: Partial<WebhookConfig> & Pick<WebhookConfig, 'url'>): Channel => {
  const channel = createWebhookChannel({
    secret: undefined,
    timeoutMs: 10_000,
    allowPrivate: true,
    allowPrivateVariable: 'TESTED_ALLOW_PRIVATE',
    ...config,
  });
  closeAtEnd(channel.stop);
  return channel;
};

describe('a delivery', () => {
  test('is a POST of the notification as JSON, with its key in a header', async () => {
    const { url, received } = await startReceiver();
    await webhook({ url: `${url}?tenant=7` }).send(outgoing());
    const { idempotencyKey, content } = outgoing();
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      url: '/hook?tenant=7',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      id: idempotencyKey,
      notificationId: null,
      ...content,
    });
    expect(received[0]?.headers).not.toHaveProperty('millrace-signature');
  });

  test('is signed over its time and the bytes of its body', async () => {
    const { url, received } = await startReceiver();
    const before = Math.floor(Date.now() / 1_000);
    await webhook({ url, secret }).send(outgoing());
    const [, t, v1] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(received[0]?.headers['millrace-signature'])) ?? [];
    expect(Number(t)).toBeGreaterThanOrEqual(before);
    expect(Number(t)).toBeLessThanOrEqual(Date.now() / 1_000);
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${received[0]?.body}`).digest('hex'));
  });

  test('carries hostile text unharmed, and nothing of it reaches a header', async () => {
    const { url, received } = await startReceiver();
    const hostile = 'a\r\nX-Evil: 1\r\n\r\n\0\u{1F69A}"\\</script>';
    const data = JSON.parse('{"__proto__": {"a": 1}}') as Record<string, unknown>;
    await webhook({ url }).send(withContent({ title: hostile, recipientId: hostile, data }));
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ title: hostile, recipientId: hostile });
    expect(received[0]?.body).toContain('"data":{"__proto__":{"a":1}}');
    expect(received[0]?.headers).not.toHaveProperty('x-evil');
  });

  test('says the same at every try, but for the time of its signature', async () => {
    const { url, received } = await startReceiver();
    const channel = webhook({ url, secret });
    await channel.send(outgoing());
    await channel.send(outgoing());
    expect(received[1]?.body).toBe(received[0]?.body);
    expect(received[1]?.headers['idempotency-key']).toBe(received[0]?.headers['idempotency-key']);
  });

  test('uses the connection of the one before again', async () => {
    const { url, received, connections } = await startReceiver((response) => response.end('thanks'));
    const channel = webhook({ url });
    await channel.send(outgoing());
    // The answer's body may still be on its way when the first is done.
    await eventually(async () => {
      const before = connections();
      await channel.send(outgoing());
      return connections() === before;
    });
    expect(received.length).toBeGreaterThan(connections());
  });

  test('brings user and password of the URL along', async () => {
    const { port, received } = await startReceiver();
    await webhook({ url: `http://me:s%20ecret@127.0.0.1:${port}/` }).send(outgoing());
    expect(received[0]?.headers.authorization).toBe(`Basic ${btoa('me:s ecret')}`);
  });
});

describe('an answer', () => {
  test.each([400, 404, 410, 429, 500, 503])('of %i is a failure that names the status', async (status) => {
    const { url } = await startReceiver((response) => response.writeHead(status).end('a secret detail'));
    await expect(webhook({ url }).send(outgoing())).rejects.toThrow(new Error(`answered ${status}`));
  });

  test.each([301, 302, 303, 307, 308])('of %i is a failure and is not followed', async (status) => {
    const elsewhere = await startReceiver();
    const { url } = await startReceiver((response) =>
      response.writeHead(status, { location: elsewhere.url }).end(),
    );
    await expect(webhook({ url }).send(outgoing())).rejects.toThrow(`answered ${status}`);
    expect(elsewhere.connections()).toBe(0);
  });

  test.each([200, 201, 202, 204, 299])('of %i is a success', async (status) => {
    const { url } = await startReceiver((response) => response.writeHead(status).end());
    await webhook({ url }).send(outgoing());
  });

  test('without an end is cut off, and its status counts', async () => {
    let written = 0;
    let isOver = false;
    const { url } = await startReceiver((response) => {
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        do written += chunk.length;
        while (response.write(chunk));
      };
      response.writeHead(200).on('drain', more);
      response.on('close', () => (isOver = true));
      more();
    });
    await webhook({ url }).send(outgoing());
    await eventually(() => isOver);
    // What was read, and what the buffers of two sockets hold.
    expect(written).toBeLessThan(50 * 1024 * 1024);
  });

  test('whose body does not come is given up in time, and its status counts', async () => {
    let isOver = false;
    const { url } = await startReceiver((response) => {
      response.on('close', () => (isOver = true));
      response.writeHead(200, { 'content-length': '10' }).write('slow');
    });
    await webhook({ url, timeoutMs: 100 }).send(outgoing());
    await eventually(() => isOver);
  });

  test('that does not come is a failure in time', async () => {
    let isOver = false;
    const { url } = await startReceiver((response) => response.on('close', () => (isOver = true)));
    await expect(webhook({ url, timeoutMs: 100 }).send(outgoing())).rejects.toThrow(
      'no answer within 100 ms',
    );
    await eventually(() => isOver);
  });

  test('whose headers drip is a failure in time', async () => {
    const url = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('X-Slow: 1\r\n'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    await expect(webhook({ url, timeoutMs: 200 }).send(outgoing())).rejects.toThrow(
      'no answer within 200 ms',
    );
  });

  test.each([
    ['that is no HTTP', 'Hello, this is no HTTP\r\n\r\n'],
    ['with endless headers', `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`],
    [
      'that switches protocols',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    ],
    ['that ends before its headers do', 'HTTP/1.1 200 OK\r\n'],
    ['of nothing', ''],
  ])('%s is a failure', async (_, answer) => {
    const url = await startRaw((socket) => socket.end(answer));
    await expect(webhook({ url }).send(outgoing())).rejects.toThrow();
  });
});

test('a receiver that is away is a failure that says so', async () => {
  const server = createRawServer();
  const port = await listen(server);
  await new Promise((resolve) => void server.close(resolve));
  await expect(webhook({ url: `http://127.0.0.1:${port}` }).send(outgoing())).rejects.toThrow('ECONNREFUSED');
});

test('stop ends what is still on its way', async () => {
  const { url, received } = await startReceiver(() => {});
  const channel = webhook({ url, timeoutMs: 300_000 });
  const [sending] = await Promise.all([
    Promise.allSettled([channel.send(outgoing())]),
    eventually(() => received.length === 1).then(channel.stop),
  ]);
  expect(sending).toMatchObject([{ status: 'rejected' }]);
});

describe('without the permission to post to private addresses', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '%31%32%37.0.0.1',
    '127。0。0。1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:0:0:1]',
    '0',
  ])('http://%s is refused before anything connects', async (host) => {
    const { port, connections } = await startReceiver();
    const channel = webhook({ url: `http://${host}:${port}/`, allowPrivate: false });
    await expect(channel.send(outgoing())).rejects.toThrow('(TESTED_ALLOW_PRIVATE)');
    expect(connections()).toBe(0);
  });

  test('a name that resolves to one is refused before anything connects', async () => {
    const { port, connections, received } = await startReceiver();
    const url = `http://localhost:${port}/`;
    await expect(webhook({ url, allowPrivate: false }).send(outgoing())).rejects.toThrow(
      '(TESTED_ALLOW_PRIVATE)',
    );
    expect(connections()).toBe(0);
    await webhook({ url, allowPrivate: true }).send(outgoing());
    expect(received).toHaveLength(1);
  });

  test('a name that does not resolve is a failure', async () => {
    const channel = webhook({ url: 'http://no-such-host.invalid/', allowPrivate: false });
    await expect(channel.send(outgoing())).rejects.toThrow(/no-such-host\.invalid/);
  });
});
