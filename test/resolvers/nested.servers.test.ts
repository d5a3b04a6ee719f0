import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { execute } from 'graphql';
import { createOrderCommands } from '../../src/commands/orders.js';
import { createPostCommands } from '../../src/commands/posts.js';
import { createUserCommands } from '../../src/commands/users.js';
import { createDocuments } from '../../src/gateway/documents.js';
import { createSchema } from '../../src/gateway/schema.js';
import type { Database } from '../../src/postgres/database.js';
import { createContext, type Services } from '../../src/resolvers/context.js';
import { resolvers } from '../../src/resolvers/index.js';
import { scalars } from '../../src/resolvers/scalars.js';
import { openCommands } from '../support/commands.js';

const schema = createSchema(resolvers, scalars);
const documents = createDocuments({ schema, introspection: true });

let database: Database;

/** 100 orders of as many users, each with 6 posts. */
beforeAll(async () => {
  const { database: opened, options } = await openCommands();
  database = opened;
  const { createUser } = createUserCommands(options);
  const { createPost } = createPostCommands(options);
  const { createOrders } = createOrderCommands(options);
  const customers = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      const input = { name: `User ${n}`, email: `${n}@example.com`, department: 'Sales' };
      const { user } = await createUser('caller', input);
      for (let count = 0; count < 6; count += 1)
        await createPost('caller', { title: `${count}`, content: 'World', authorId: user.id });
      return user.id;
    }),
  );
  const { accepted } = await createOrders(
    'caller',
    customers.map((customerId) => ({ customerId, totalAmount: '1', currency: 'KRW' })),
  );
  expect(accepted).toBe(100);
});

interface Run {
  readonly data: Record<string, unknown>;
  /** The tables that each statement read, in order. */
  readonly statements: readonly string[];
  /** The topics whose cursor was asked for. */
  readonly topics: readonly string[];
}

/** Runs the query as the gateway does, within the limits for documents. */
const run = async (query: string): Promise<Run> => {
  const operation = documents.prepare({ query });
  if (!('document' in operation)) throw new Error(String(operation[0]));
  const statements: string[] = [];
  const topics: string[] = [];
  const counting: Pick<Database, 'query'> = {
    query: (sql, values) => {
      statements.push(sql);
      return database.query(sql, values);
    },
  };
  const services = {
    database: counting,
    live: { asOf: async (topic: string) => (topics.push(topic), 'as-of') },
  } as unknown as Services;
  const contextValue = createContext(services, { id: 'caller', admin: true, scope: 'admin' });
  const { data, errors } = await execute({ schema, document: operation.document, contextValue });
  if (errors) throw new Error(String(errors[0]));
  return { data: data as Run['data'], statements, topics };
};

test('orders with their customers, posts and authors, 100 × 5 × 1, take three statements however many there are', async () => {
  const query = (first: number) =>
    `{ orders(first: ${first}) { nodes { customerId customer { id posts(first: 5) { nodes { authorId authorName author { id name } } } } } } }`;
  const { data, statements } = await run(query(100));
  const { nodes } = data.orders as {
    nodes: {
      customerId: string;
      customer: {
        id: string;
        posts: { nodes: { authorName: string; author: { id: string; name: string } }[] };
      };
    }[];
  };
  expect(nodes).toHaveLength(100);
  for (const { customerId, customer } of nodes) {
    expect(customer.id).toBe(customerId);
    expect(customer.posts.nodes).toHaveLength(5);
    for (const { author, authorName } of customer.posts.nodes)
      expect(author).toEqual({ id: customerId, name: authorName });
  }
  // The authors are the customers, which are known by then.
  expect(statements).toHaveLength(3);
  expect((await run(query(1))).statements).toHaveLength(3);
});

test('counts, cursors and every nested list add one statement or cursor each', async () => {
  const query = (first: number) => `{
    orders(first: ${first}) { nodes {
      customer {
        posts(first: 5) { nodes { author { name } } totalCount asOf }
        orders(first: 2) { nodes { id customer { name } } totalCount asOf }
      }
      notifications(first: 2) { nodes { id } totalCount asOf }
    } totalCount asOf }
  }`;
  const most = await run(query(100));
  const least = await run(query(1));
  expect(least.statements.toSorted()).toEqual(most.statements.toSorted());
  // Orders, customers, and four lists of which each is read and counted: posts, orders, notifications, and the root.
  expect(most.statements).toHaveLength(9);
  expect(most.topics.toSorted()).toEqual(['notification.events.v1', 'order.events.v1', 'post.events.v1']);
});

test('posts of a page have their authors in one statement, also those without one', async () => {
  const [row] = await database.query<{ id: string }>('select author_id as id from posts limit 1');
  const query = `{ a: user(id: "${row?.id}") { posts { totalCount nodes { author { posts { totalCount } } } } }
                   b: user(id: "${randomUUID()}") { posts { totalCount } } }`;
  const { data, statements } = await run(query);
  const nodes = Array.from({ length: 6 }, () => ({ author: { posts: { totalCount: 6 } } }));
  expect(data).toEqual({ a: { posts: { totalCount: 6, nodes } }, b: null });
  // Both users, the posts, and their count; the authors' lists are those again.
  expect(statements).toHaveLength(3);
});
