import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { DeliveryFailed } from '../../src/channels/channel.js';
import { createChannels } from '../../src/channels/create-channels.js';
import type { WebhookConfig } from '../../src/config.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createLines, outgoing, withContent } from './support.js';

/** A receiver, and the keys that it was sent. */
const startReceiver = async (status: number) => {
  const keys: unknown[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key']);
    request.resume().on('end', () => response.writeHead(status).end());
  });
  closeAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const webhook: WebhookConfig = {
    url: `http://127.0.0.1:${port}/a-secret-path`,
    secret: undefined,
    timeoutMs: 10_000,
    allowPrivate: true,
    allowPrivateVariable: 'TESTED_ALLOW_PRIVATE',
  };
  return { keys, webhook };
};

/** Nothing listens there. */
const unreachable = { url: 'smtp://me:hunter22@127.0.0.1:1', from: 'a@example.com' };

const channels = (config: Partial<Parameters<typeof createChannels>[0]>) => {
  const { logger, lines } = createLines();
  const channel = createChannels({ log: false, webhook: undefined, smtp: undefined, ...config }, logger);
  closeAtEnd(channel.stop);
  return { channel, lines };
};

test('the log channel writes one line with the place, the recipient, the kind and the title', async () => {
  const { channel, lines } = channels({ log: true });
  await channel.send(outgoing());
  expect(lines).toEqual([
    {
      level: 30,
      topic: 'order.events.v1',
      partition: 3,
      offset: 42,
      eventId: 'e-1',
      recipientId: 'customer-1',
      kind: 'order.shipped',
      title: 'Your order is on its way',
      msg: 'Notification',
    },
  ]);
});

test('text with line breaks is one line of the log all the same', async () => {
  const { channel, lines } = channels({ log: true });
  await channel.send(withContent({ title: 'a\n{"level":60}\n\0' }));
  expect(lines).toMatchObject([{ title: 'a\n{"level":60}\n\0' }]);
});

test('a notification goes by every channel', async () => {
  const { keys, webhook } = await startReceiver(200);
  const { channel, lines } = channels({ log: true, webhook });
  await channel.send(outgoing());
  expect(channel.name).toBe('log, webhook');
  expect([lines.length, keys.length]).toEqual([1, 1]);
});

test('one channel that fails is a failure, after the others were tried', async () => {
  const { keys, webhook } = await startReceiver(200);
  const { channel, lines } = channels({ log: true, webhook, smtp: unreachable });
  await expect(channel.send(outgoing())).rejects.toThrow(/^smtp: .*ECONNREFUSED/);
  expect([lines.length, keys.length]).toEqual([1, 1]);
});

test('the failure names each channel that failed and why, and holds no secret', async () => {
  const { webhook } = await startReceiver(503);
  const { channel } = channels({ webhook, smtp: unreachable });
  const failure = await channel.send(outgoing()).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DeliveryFailed);
  expect(failure).toMatchObject({ name: 'DeliveryFailed', cause: { message: expect.any(String) } });
  expect(String(failure)).toContain('webhook: answered 503');
  expect(String(failure)).toContain('smtp: ');
  expect(String(failure)).not.toMatch(/hunter22|a-secret-path/);
});

test('a receiver that is away at all its addresses is named by the code of the error', async () => {
  const { webhook } = await startReceiver(200);
  const { channel } = channels({ webhook: { ...webhook, url: 'http://localhost:1/' } });
  await expect(channel.send(outgoing())).rejects.toThrow(/^webhook: .*ECONNREFUSED/);
});

describe('the key', () => {
  const sent = async (idempotencyKey: string): Promise<unknown> => {
    const { keys, webhook } = await startReceiver(200);
    const { channel } = channels({ webhook });
    await channel.send(outgoing({ idempotencyKey }));
    await channel.send(outgoing({ idempotencyKey }));
    expect(keys[0]).toBe(keys[1]);
    return keys[0];
  };

  test('is sent as it is where it may stand in a header', async () => {
    expect(await sent('018f2a3e-0000-7000-8000-000000000001')).toBe('018f2a3e-0000-7000-8000-000000000001');
  });

  test('is else the same for the same and another for another', async () => {
    const odd = ['a\r\nX-Evil: 1', 'a b', 'a>', 'zażółć', '', 'k'.repeat(10_000), '\0'];
    const keys = await Promise.all(odd.map(sent));
    expect(new Set(keys).size).toBe(odd.length);
    expect(keys).toEqual(odd.map(() => expect.stringMatching(/^[0-9a-f]{64}$/)));
  });
});
