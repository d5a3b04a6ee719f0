import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { examples } from '../../src/gateway/playground-examples.js';
import { eventually } from '../support/await.js';
import { hasBrowser, openPage, testInBrowser } from '../support/browser.js';
import { createTestDatabase } from '../support/database.js';
import { createTestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { uniquePrefix } from '../support/topics.js';

/** The playground in a real browser: it loads from this gateway alone, and each of its tabs runs as it is. */
const pictures = fileURLToPath(new URL('../../test-results/', import.meta.url));

interface Result {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly object[];
}

interface Browsed {
  readonly page: Page;
  /** Each address that the page asked for, its sockets included. */
  readonly addresses: string[];
  /** What the console showed as an error or a warning, and errors that nobody caught. */
  readonly complaints: string[];
  /** Answers over HTTP, by operation name. */
  readonly answers: { readonly operation: string; readonly result: Result }[];
  /** Results over WebSocket. */
  readonly pushed: Result[];
}

const browse = async (): Promise<Browsed> => {
  const page = await openPage();
  const seen: Browsed = { page, addresses: [], complaints: [], answers: [], pushed: [] };
  page.on('pageerror', ({ message }) => seen.complaints.push(message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) seen.addresses.push(request.url());
  });
  page.on('requestfinished', async (request) => {
    if (request.method() !== 'POST') return;
    const { operationName } = request.postDataJSON() as { operationName?: string };
    const result = (await (await request.response())?.json()) as Result;
    seen.answers.push({ operation: operationName ?? '', result });
  });
  page.on('websocket', (socket) => {
    seen.addresses.push(socket.url());
    socket.on('framereceived', ({ payload }) => {
      const message = JSON.parse(payload.toString()) as { type: string; payload?: Result };
      if (message.type === 'next' && message.payload) seen.pushed.push(message.payload);
    });
  });
  return seen;
};

const send = async ({ page }: Browsed, name: string): Promise<void> => {
  const operation = operationOf(name);
  await page.locator('.window-switcher__item', { hasText: new RegExp(`^\\W*${name}\\W*$`) }).click();
  await page.locator('app-query-editor:visible').getByText(operation).first().waitFor();
  await page.locator('.send-request__button:visible').click();
};

const operationOf = (name: string): string =>
  /^(?:query|mutation|subscription) (\w+)/m.exec(
    examples.find((one) => one.name === name)?.query ?? '',
  )?.[1] ?? '';

/** Sends what the tab holds and waits for the answer over HTTP. */
const ask = async <Data>(seen: Browsed, name: string): Promise<Data> => {
  const before = seen.answers.length;
  await send(seen, name);
  const answer = await eventually(() =>
    seen.answers.slice(before).find(({ operation }) => operation === operationOf(name)),
  );
  expect(answer.result.errors).toBeUndefined();
  return answer.result.data as Data;
};

const isShown = ({ page }: Browsed, text: string): Promise<void> =>
  page.locator('.query-result__list:visible').getByText(text).first().waitFor();

const picture = (page: Page, name: string): Promise<Buffer> =>
  page.screenshot({ path: join(pictures, `${name}.png`) });

const inBrowser = testInBrowser('the playground');
/** A browser that draws has much to do: every tab is tried with the full counts, some always. */
const inFullRun: (name: string, run: () => Promise<void>) => void = process.env.TEST_FULL
  ? inBrowser
  : () => {};
let seen: Browsed;
let url: string;
beforeAll(async () => {
  if (!hasBrowser) return;
  const database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, TOPIC_PREFIX: uniquePrefix(), NOTIFICATION_RETRIES: '0' };
  ({ url } = await startMillrace({ env }));
  mkdirSync(pictures, { recursive: true });
  seen = await browse();
});

interface Created {
  readonly createOrder: { readonly order: { readonly id: string } };
}

interface Statistics {
  readonly orderStats: { readonly total: { readonly count: number } };
  readonly orders: { readonly nodes: readonly object[] };
}

/** Orders in KRW that a result over WebSocket counts; undefined when it is of another subscription. */
const countIn = ({ data }: Result): number | undefined =>
  (data as { orderStats?: { total: { count: number } } } | undefined)?.orderStats?.total.count;

inBrowser('the start page leads to the playground, which opens with the first example', async () => {
  await seen.page.goto(url);
  await picture(seen.page, 'start-page');
  await seen.page.getByRole('link', { name: 'Playground' }).click();
  await seen.page.locator('.window-switcher__item--active', { hasText: examples[0]!.name }).waitFor();
  expect(await seen.page.locator('.window-switcher__item .window-switcher__input').allInnerTexts()).toEqual(
    examples.map(({ name }) => name),
  );
});

inBrowser('creating an order answers its id, as often as one likes', async () => {
  const first = await ask<Created>(seen, 'Create an order');
  await isShown(seen, first.createOrder.order.id);
  await picture(seen.page, 'playground');
  const second = await ask<Created>(seen, 'Create an order');
  expect(second.createOrder.order.id).not.toBe(first.createOrder.order.id);
});

inBrowser('the statistics come at once, then anew when somebody else sends an order', async () => {
  await send(seen, 'Watch the statistics');
  const begin = await eventually(() => seen.pushed.map(countIn).find((count) => count !== undefined));
  await createTestClient(url).data(`mutation {
    createOrder(input: { customerId: "c-1", totalAmount: 1000, currency: "KRW" }) { order { id } }
  }`);
  await eventually(() => seen.pushed.map(countIn).includes(begin + 1));
  await isShown(seen, 'orderStats');
  await picture(seen.page, 'playground-statistics');
});

inFullRun('order events come as orders are sent', async () => {
  await send(seen, 'Order events');
  const client = createTestClient(url);
  // Live from its start, which the page does not show: orders are sent until one of them comes.
  await eventually(async () => {
    await client.data(`mutation {
      createOrder(input: { customerId: "c-1", totalAmount: 2000, currency: "KRW" }) { order { id } }
    }`);
    return seen.pushed.some(({ data }) => data?.['orderEvents'] !== undefined);
  });
  await isShown(seen, 'order.created');
});

inFullRun('statistics and the latest orders are answered', async () => {
  const answer = await ask<Statistics>(seen, 'Statistics');
  expect(answer.orderStats.total.count).toBeGreaterThan(2);
  expect(answer.orders.nodes.length).toBeGreaterThan(2);
  await isShown(seen, 'totalCount');
});

inFullRun('an order is made and shipped, and a second run answers the same', async () => {
  const shipped = { order: { status: 'SHIPPED', statusCode: 25, version: 2 } };
  expect(await ask(seen, 'Ship an order')).toMatchObject({
    createOrder: { order: { status: 'PAID' }, replayed: false },
    changeOrderStatus: { ...shipped, replayed: false },
  });
  expect(await ask(seen, 'Ship an order')).toMatchObject({
    createOrder: { replayed: true },
    changeOrderStatus: { ...shipped, replayed: true },
  });
});

inFullRun('a user and a post are written, and a second run writes another post of that user', async () => {
  const written = { post: { id: expect.any(String) } };
  expect(await ask(seen, 'Write a post')).toMatchObject({
    createUser: { user: { name: '지우', version: 1 }, replayed: false },
    createPost: written,
  });
  expect(await ask(seen, 'Write a post')).toMatchObject({
    createUser: { replayed: true },
    createPost: written,
  });
});

inFullRun('posts are answered with their author', async () => {
  const joined = { authorName: '지우', department: 'Research', author: { posts: { totalCount: 2 } } };
  await eventually(async () => {
    expect(await ask(seen, 'Posts')).toMatchObject({ posts: { totalCount: 2, nodes: [joined, joined] } });
    return true;
  });
  await isShown(seen, 'authorName');
});

inFullRun('departments come at once, then anew when a post is written', async () => {
  const postsOf = ({ data }: Result) =>
    (data as { departmentStats?: { posts: number } } | undefined)?.departmentStats?.posts;
  await send(seen, 'Watch the departments');
  await eventually(() => seen.pushed.map(postsOf).includes(2));
  const client = createTestClient(url);
  const { users } = await client.data<{ users: { nodes: [{ id: string }] } }>('{ users { nodes { id } } }');
  await client.data(
    'mutation ($id: ID!) { createPost(input: { authorId: $id, title: "a", content: "b" }) { replayed } }',
    { id: users.nodes[0].id },
  );
  await eventually(() => seen.pushed.map(postsOf).includes(3));
});

inFullRun('a product is made and sold', async () => {
  const sold = { product: { price: '18.50', stockQuantity: 99, version: 2 } };
  expect(await ask(seen, 'Products')).toMatchObject({
    createProduct: { replayed: false },
    updateProduct: sold,
  });
  expect(await ask(seen, 'Products')).toMatchObject({
    createProduct: { replayed: true },
    updateProduct: sold,
  });
});

const orderOf = (customerId: string) =>
  createTestClient(url).data(
    `mutation ($customerId: ID!) {
      createOrder(input: { customerId: $customerId, totalAmount: 1, currency: "KRW" }) { replayed }
    }`,
    { customerId },
  );

inFullRun('notifications come as orders are sent', async () => {
  await send(seen, 'Watch notifications');
  await eventually(async () => {
    await orderOf('customer-1');
    return seen.pushed.some(({ data }) => data?.['notifications'] !== undefined);
  });
  await isShown(seen, 'deliveredAt');
});

inFullRun(
  'an order whose notification fails is a dead letter, and so is it when redriven in vain',
  async () => {
    await orderOf('fail-1');
    const letters = (attempts: number) => ({
      deadLetters: { totalCount: 1, nodes: [{ attempts, behind: 0, topic: 'order.events.v1' }] },
    });
    await eventually(async () => {
      expect(await ask(seen, 'Dead letters')).toMatchObject(letters(1));
      return true;
    });
    await isShown(seen, 'DeliveryFailed');
    await picture(seen.page, 'playground-dead-letters');
    expect(await ask(seen, 'Redrive')).toEqual({
      redriveDeadLetters: { matched: 1, redriven: 0, dryRun: false },
    });
    expect(await ask(seen, 'Dead letters')).toMatchObject(letters(2));
  },
);

const comes = (field: string): Promise<unknown> =>
  eventually(() => seen.pushed.some(({ data }) => data?.[field] != null));

inFullRun('telemetry is sent, comes, and is answered', async () => {
  await send(seen, 'Watch the pipeline');
  await comes('pipelineStats');
  await send(seen, 'Watch activities');
  await eventually(async () => {
    expect(await ask(seen, 'Send telemetry')).toMatchObject({
      ingestUserActivities: { accepted: 1, rejected: [] },
      ingestSystemMetrics: { accepted: 1 },
      ingestErrorLogs: { accepted: 1 },
    });
    return seen.pushed.some(({ data }) => data?.['userActivities'] != null);
  });
  await eventually(async () => {
    const answer = await ask(seen, 'Telemetry');
    expect(answer).toHaveProperty('userActivities.nodes.0.action', 'login');
    expect(answer).toHaveProperty('systemMetrics.nodes.0.host', 'web-1');
    expect(answer).toHaveProperty('errorLogs.nodes.0.service', 'checkout');
    expect(answer).toHaveProperty('pipelineStats.byAction.0.name', 'login');
    return true;
  });
});

inFullRun('a player plays, and is told of it', async () => {
  await send(seen, 'Watch a player');
  await send(seen, 'Watch the feedback');
  await eventually(async () => {
    expect(await ask(seen, 'Play')).toMatchObject({
      verifyAge: { ageVerified: true },
      spinSlot: { reels: [expect.any(String), expect.any(String), expect.any(String)] },
      openGacha: { item: expect.any(String) },
    });
    return seen.pushed.some(({ data }) => data?.['casinoFeedback'] != null);
  });
  await comes('player');
});

inFullRun('a message is produced, comes and is found, and topics and groups are answered', async () => {
  await send(seen, 'Tail a topic');
  await eventually(async () => {
    expect(await ask(seen, 'Produce a message')).toMatchObject({
      produceMessage: { topic: 'telemetry.user-activity.v1' },
    });
    return seen.pushed.some(({ data }) => data?.['messages'] != null);
  });
  expect(await ask(seen, 'Read messages')).toMatchObject({
    messages: expect.arrayContaining([expect.objectContaining({ key: 'user-2' })]),
  });
  const answer = await ask<{ topics: object[]; consumerGroups: object[] }>(seen, 'Topics and groups');
  expect(answer.topics).toContainEqual(expect.objectContaining({ name: 'telemetry.user-activity.v1' }));
  expect(answer.consumerGroups).toContainEqual(expect.objectContaining({ id: 'headquarters' }));
});

inBrowser('nothing was asked of another host, and nothing was complained about', () => {
  const { host } = new URL(url);
  expect(seen.addresses.filter((address) => new URL(address).host !== host)).toEqual([]);
  expect(seen.addresses).toContain(`ws://${host}/graphql`);
  expect(seen.complaints).toEqual([]);
});
