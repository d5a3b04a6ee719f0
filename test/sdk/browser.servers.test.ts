import { readFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createOrder } from '../orders/support.js';
import { eventually } from '../support/await.js';
import { hasBrowser, openPage, testInBrowser } from '../support/browser.js';
import { closeAtEnd } from '../support/cleanup.js';
import type { TestClient } from '../support/graphql.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

/** The SDK as it is built, in a browser that loads it as modules. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const modules: Readonly<Record<string, string>> = {
  '/millrace-sdk/': join(root, 'sdk', 'dist'),
  '/graphql-ws/': join(root, 'node_modules', 'graphql-ws', 'dist'),
};
const imports = { 'millrace-sdk': '/millrace-sdk/index.js', 'graphql-ws': '/graphql-ws/client.js' };
const html = `<!doctype html><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports })}</script>`;

/**
 * A site with the modules and, on the same origin as the gateway lets nobody else in, what the gateway at `port` serves.
 */
const serveSite = async (port: number): Promise<string> => {
  const target = { host: '127.0.0.1', port, agent: false } as const;

  const forward = (asked: IncomingMessage, answer: ServerResponse): void => {
    const { method, url: path, headers } = asked;
    const forwarded = request({ ...target, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    forwarded.on('error', () => answer.headersSent || answer.writeHead(502).end());
    asked.pipe(forwarded);
  };
  const answerModule = async (path: string, answer: ServerResponse): Promise<void> => {
    const folder = Object.keys(modules).find((prefix) => path.startsWith(prefix));
    if (folder === undefined) return void answer.writeHead(404).end();
    const text = await readFile(join(modules[folder] ?? '', path.slice(folder.length)));
    return void answer.writeHead(200, { 'content-type': 'text/javascript' }).end(text);
  };
  const site = createServer((asked, answer) => {
    const { pathname } = new URL(asked.url ?? '/', 'http://site');
    if (pathname.startsWith('/graphql') && !pathname.startsWith('/graphql-ws/')) forward(asked, answer);
    else if (pathname === '/') answer.writeHead(200, { 'content-type': 'text/html' }).end(html);
    else void answerModule(pathname, answer).catch(() => answer.writeHead(404).end());
  });
  site.on('upgrade', ({ method, url, rawHeaders }: IncomingMessage, client: Duplex, head: Buffer) => {
    const lines = rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    const gateway = connect(target, () => {
      gateway.write(`${method} ${url} HTTP/1.1\r\n${lines}\r\n`);
      gateway.write(head);
      client.pipe(gateway).pipe(client);
    });
    for (const [one, other] of [
      [client, gateway],
      [gateway, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  closeAtEnd(() => {
    site.closeAllConnections();
    return new Promise((resolve) => site.close(resolve));
  });
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
};

const inBrowser = testInBrowser('the SDK in a browser');
let underTest: UnderTest;
/** The gateway behind the site, and one beside it that takes orders while that is away. */
let gateway: MillraceProcess;
let beside: TestClient;
let page: Page;
const complaints: string[] = [];
beforeAll(async () => {
  if (!hasBrowser) return;
  underTest = await startUnderTest();
  beside = underTest.client;
  gateway = await startMillrace({ env: underTest.env, roles: ['gateway'] });
  page = await openPage();
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(await serveSite(gateway.port));
  await page.evaluate(`(async () => {
    const { createMillrace } = await import('millrace-sdk');
    window.millrace = createMillrace({ url: location.origin });
  })()`);
});

/** Begins a watch of the SDK that goes on in the page; answers what it has brought. */
const watch = async <T>(name: string, call: string): Promise<() => Promise<T[]>> => {
  await page.evaluate(`(async () => {
    const items = ((window.watches ??= {})['${name}'] = []);
    const watch = millrace.${call};
    (async () => { for await (const item of watch) items.push(item); })();
    await watch.ready;
  })()`);
  return () => page.evaluate(`watches['${name}']`);
};

interface OrderEvent {
  readonly orderId: string;
}
interface Stats {
  readonly version: number;
  readonly total: { readonly count: number };
}

inBrowser('a query and a mutation are answered', async () => {
  const input = { customerId: 'c-1', region: '서울', totalAmount: '12.50', currency: 'EUR' };
  const [written, read] = await page.evaluate<[{ position: string }, Stats]>(`(async () => {
    const written = await millrace.createOrder({ input: ${JSON.stringify(input)} });
    return [written, await millrace.orderStats({ currency: 'EUR', consistentWith: written.position })];
  })()`);
  expect(written.position).toEqual(expect.any(String));
  expect(read.total.count).toBe(1);
});

inBrowser(
  'events and states go on, each once, after the gateway was killed and after it was stopped',
  async () => {
    const events = await watch<OrderEvent>('events', 'watchOrderEvents()');
    const stats = await watch<Stats>('stats', `watchOrderStats({ currency: 'KRW' })`);
    const sent: string[] = [];
    const send = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) sent.push((await createOrder(beside, { currency: 'KRW' })).order.id);
    };
    const arrived = () =>
      eventually(async () => {
        const orders = (await events()).map(({ orderId }) => orderId);
        expect(orders).toHaveLength(sent.length);
        expect(new Set(orders)).toEqual(new Set(sent));
        expect((await stats()).at(-1)?.total.count).toBe(sent.length);
        return true;
      });
    await send(3);
    await arrived();
    for (const end of [() => gateway.kill9(), () => gateway.stop()]) {
      await Promise.all([send(10), end()]);
      await send(5);
      gateway = await startMillrace({ env: underTest.env, roles: ['gateway'], port: gateway.port });
      await send(5);
      await arrived();
    }
    const versions = (await stats()).map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(complaints).toEqual([]);
  },
);

inBrowser('what no retry can cure is thrown', async () => {
  const code = await page.evaluate(`(async () => {
    try {
      for await (const event of millrace.watchOrderEvents({ after: 'nonsense' })) return 'an event';
    } catch (error) {
      return error.code;
    }
  })()`);
  expect(code).toBe('CURSOR_INVALID');
});
