import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createOrders } from '../orders/support.js';
import type { TestClient } from '../support/graphql.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  markRead,
  notificationFields,
  page,
  pageFields,
  send,
  type NotificationAnswer,
  type Page,
} from './support.js';

let notifications: UnderTest;
let client: TestClient;
beforeAll(async () => {
  notifications = await startUnderTest({ roles: ['gateway', 'relay'] });
  ({ client } = notifications);
});

const allPages = async (asked: object): Promise<NotificationAnswer[]> => {
  const seen: NotificationAnswer[] = [];
  for (let after: string | null = null; ;) {
    const found: Page = await page(client, { first: 7, after, ...asked });
    expect(found.edges.map(({ node }) => node.id)).toEqual(found.nodes.map(({ id }) => id));
    seen.push(...found.nodes);
    if (!found.pageInfo.hasNextPage) {
      expect(seen).toHaveLength(found.totalCount);
      return seen;
    }
    after = found.pageInfo.endCursor;
  }
};

describe('notifications', () => {
  const recipientId = randomUUID();
  beforeAll(async () => {
    const sent = await Promise.all(Array.from({ length: 25 }, () => send(client, { recipientId })));
    for (const { notification } of sent.slice(0, 10)) await markRead(client, notification.id);
    await send(client, { recipientId: `${recipientId}x` });
  });

  test('come newest first in pages without gap or repeat, all of the recipient or the unread', async () => {
    const all = await allPages({ recipientId });
    expect(all).toHaveLength(25);
    expect(new Set(all.map(({ id }) => id)).size).toBe(25);
    const keys = all.map(({ createdAt, id }) => `${createdAt} ${id}`);
    expect(keys).toEqual(keys.toSorted().reverse());
    const unread = await allPages({ recipientId, unreadOnly: true });
    expect(unread).toEqual(all.filter(({ readAt }) => readAt === null));
    expect(unread).toHaveLength(15);
    expect(await allPages({ recipientId, unreadOnly: false })).toEqual(all);
  });

  test('of somebody who has none are none', async () => {
    expect(await page(client, { recipientId: "' or 1=1 --" })).toMatchObject({ nodes: [], totalCount: 0 });
  });
});

describe('Order.notifications', () => {
  const orders: string[] = Array.from({ length: 100 }, () => randomUUID());
  const customerId = 'orders-with-notifications';
  /** Order n has n % 4 of them, as the service would have made them. */
  beforeAll(async () => {
    await createOrders(
      client,
      orders.map((id) => ({ id, customerId })),
    );
    await notifications.database.query(
      `insert into notifications (id, recipient_id, kind, title, body, order_id, source_event_id, version, created_at, delivered_at)
       select gen_random_uuid(), $2, 'order.created', 'Order ' || o.n, 'number ' || i, o.id, o.n || '/' || i, 1,
         timestamptz '2026-01-01' + i * interval '1 hour', now()
       from unnest($1::uuid[]) with ordinality as o (id, n) cross join lateral generate_series(1, o.n::int % 4) as i`,
      [orders, customerId],
    );
    await send(client, { recipientId: customerId });
  });

  interface OrderNode {
    readonly id: string;
    readonly notifications: Page;
  }
  const ordersWith = async (first: number): Promise<OrderNode[]> =>
    (
      await client.data<{ orders: { nodes: OrderNode[] } }>(
        `query ($customerId: ID, $first: Int) { orders(customerId: $customerId, first: 100) {
          nodes { id notifications(first: $first) { nodes { title body createdAt } pageInfo { hasNextPage } totalCount } }
        } }`,
        { customerId, first },
      )
    ).orders.nodes;

  test('are those that tell of the order, newest first, for 100 orders at once', async () => {
    const nodes = await ordersWith(3);
    expect(nodes).toHaveLength(100);
    for (const { id, notifications: found } of nodes) {
      const n = orders.indexOf(id) + 1;
      expect(found.nodes.map(({ title, body }) => [title, body])).toEqual(
        Array.from({ length: n % 4 }, (_, i) => [`Order ${n}`, `number ${(n % 4) - i}`]),
      );
      expect(found).toMatchObject({ totalCount: n % 4, pageInfo: { hasNextPage: false } });
    }
  });

  test('are paged by themselves, and continue behind asOf', async () => {
    const id = orders[2]!;
    const order = async (after: string | null): Promise<Page> =>
      (
        await client.data<{ order: OrderNode }>(
          `query ($id: ID!, $after: String) { order(id: $id) { id notifications(first: 2, after: $after) ${pageFields} } }`,
          { id, after },
        )
      ).order.notifications;
    const first = await order(null);
    expect(first.nodes.map(({ body }) => body)).toEqual(['number 3', 'number 2']);
    expect(first).toMatchObject({ pageInfo: { hasNextPage: true }, totalCount: 3, asOf: expect.any(String) });
    const rest = await order(first.pageInfo.endCursor);
    expect(rest.nodes.map(({ body }) => body)).toEqual(['number 1']);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  test('of an order that a mutation answers are there too', async () => {
    const { changeOrderStatus } = await client.data<{ changeOrderStatus: { order: OrderNode } }>(
      `mutation ($id: ID!) { changeOrderStatus(orderId: $id, to: SHIPPED) {
        order { id notifications { nodes ${notificationFields} totalCount } }
      } }`,
      { id: orders[0] },
    );
    expect(changeOrderStatus.order.notifications).toMatchObject({
      nodes: [{ recipientId: customerId, sourceEventId: '1/1', cursor: null }],
      totalCount: 1,
    });
  });
});
