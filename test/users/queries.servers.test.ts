import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { asUuid } from '../../src/commands/inputs.js';
import { createOrder } from '../orders/support.js';
import { createPost } from '../posts/support.js';
import type { TestClient } from '../support/graphql.js';
import { startUnderTest } from '../support/under-test.js';
import { createUser, deleteUser, readUser, updateUser } from './support.js';

let client: TestClient;
beforeAll(async () => {
  ({ client } = await startUnderTest());
});

interface Node {
  readonly id: string;
  readonly createdAt: string;
}

interface Page {
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

/** What a list shows; `time` is what it is sorted by. */
const pageFields = (time: string): string =>
  `{ nodes { id createdAt: ${time} } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }`;

/** Every page of a list in turn. @returns the ids, which are newest first */
const allPages = async (page: (variables: object) => Promise<Page>): Promise<string[]> => {
  const seen: Node[] = [];
  for (let after: string | null = null; ;) {
    const found: Page = await page({ first: 7, after });
    expect(found.edges.map(({ node }) => node.id)).toEqual(found.nodes.map(({ id }) => id));
    expect(found.pageInfo).toMatchObject({
      hasPreviousPage: seen.length > 0,
      startCursor: found.edges[0]?.cursor ?? null,
      endCursor: found.edges.at(-1)?.cursor ?? null,
    });
    seen.push(...found.nodes);
    if (!found.pageInfo.hasNextPage) {
      expect(seen).toHaveLength(found.totalCount);
      break;
    }
    after = found.pageInfo.endCursor;
  }
  const keys = seen.map(({ createdAt, id }) => `${createdAt} ${id}`);
  expect(keys).toEqual(keys.toSorted().reverse());
  return seen.map(({ id }) => id);
};

describe('users', () => {
  const page = async (variables: object): Promise<Page> =>
    (
      await client.data<{ users: Page }>(
        `query ($first: Int, $after: String, $department: String, $status: UserStatus) {
          users(first: $first, after: $after, department: $department, status: $status) ${pageFields('createdAt')}
        }`,
        variables,
      )
    ).users;
  const listed = (filter: object) => allPages((variables) => page({ ...filter, ...variables }));

  test('come newest first in pages without gap or repeat, all, of a department, of a status', async () => {
    const created = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        createUser(client, {
          department: n % 2 ? '서울' : '부산',
          status: ['ACTIVE', 'INACTIVE', 'SUSPENDED'][n % 3],
        }),
      ),
    );
    const ids = created.map(({ user }) => user.id);
    const expected = (wanted: (n: number) => boolean) => ids.filter((_, n) => wanted(n)).toSorted();
    const [gone] = ids.splice(29, 1);
    await deleteUser(client, gone!);
    expect((await listed({})).toSorted()).toEqual(expected(() => true));
    expect((await listed({ department: '서울'.normalize('NFD') })).toSorted()).toEqual(
      expected((n) => n % 2 === 1),
    );
    expect((await listed({ status: 'SUSPENDED' })).toSorted()).toEqual(expected((n) => n % 3 === 2));
    expect((await listed({ status: 'ACTIVE', department: '부산' })).toSorted()).toEqual(
      expected((n) => n % 6 === 0),
    );
    expect(await listed({ department: "' or 1=1 --" })).toEqual([]);
  });

  test('show a user where it is now', async () => {
    const { user } = await createUser(client, { department: 'Before' });
    await updateUser(client, { id: user.id, input: { department: 'After' } });
    expect(await listed({ department: 'Before' })).toEqual([]);
    expect(await listed({ department: 'After' })).toEqual([user.id]);
  });

  test('one that does not exist is null, and a position is accepted for one that does', async () => {
    expect(await readUser(client, randomUUID())).toBeNull();
    const { user, position } = await createUser(client);
    const found = await client.data(
      'query ($id: ID!, $position: Position) { user(id: $id, consistentWith: $position, waitMs: 0) { id } }',
      { id: user.id, position },
    );
    expect(found).toEqual({ user: { id: user.id } });
  });
});

describe('a user', () => {
  const nestedPage = (id: string, field: 'posts' | 'orders', time: string) => async (variables: object) =>
    (
      await client.data<{ user: Record<string, Page> }>(
        `query ($id: ID!, $first: Int, $after: String) {
          user(id: $id) { ${field}(first: $first, after: $after) ${pageFields(time)} }
        }`,
        { id, ...variables },
      )
    ).user[field]!;

  test('has its posts and orders in pages, and nobody else’s', async () => {
    const [{ user }, { user: other }] = [await createUser(client), await createUser(client)];
    const postIds: string[] = [];
    const orderIds: string[] = [];
    for (let n = 0; n < 16; n += 1) {
      postIds.push((await createPost(client, { authorId: user.id })).post.id);
      const placedAt = new Date(Date.UTC(2026, 1, 1, 0, n >> 2)).toISOString();
      orderIds.push((await createOrder(client, { customerId: user.id, placedAt })).order.id);
    }
    expect((await allPages(nestedPage(user.id, 'posts', 'createdAt'))).toSorted()).toEqual(
      postIds.toSorted(),
    );
    expect((await allPages(nestedPage(user.id, 'orders', 'placedAt'))).toSorted()).toEqual(
      orderIds.toSorted(),
    );
    for (const field of ['posts', 'orders'] as const)
      expect(await nestedPage(other.id, field, 'id')({})).toMatchObject({ nodes: [], totalCount: 0 });
  });

  test('is the customer of orders with its id; of other customers it is null', async () => {
    const { user } = await createUser(client);
    const { user: gone } = await createUser(client);
    await deleteUser(client, gone.id);
    const customers: [string, object | null][] = [
      [user.id, { id: user.id, name: user.name }],
      [user.id.toUpperCase(), { id: user.id, name: user.name }],
      [gone.id, null],
      [randomUUID(), null],
      ['customer-1', null],
      ["' or 1=1 --", null],
    ];
    for (const [customerId, customer] of customers) {
      const { order } = await createOrder(client, { customerId });
      const found = await client.data(
        'query ($id: ID!) { order(id: $id) { customerId customer { id name } } }',
        { id: order.id },
      );
      expect(found).toEqual({
        order: { customerId: asUuid(customerId) ?? customerId, customer },
      });
    }
  });
});
