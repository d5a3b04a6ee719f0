import { expect, test } from '@jest/globals';
import { graphql } from 'graphql';
import { createSchema } from '../../src/gateway/schema.js';
import { createContext, type Services } from '../../src/resolvers/context.js';
import { resolvers } from '../../src/resolvers/index.js';
import { scalars } from '../../src/resolvers/scalars.js';

const order = (n: number) => ({
  id: `0191d2a4-6f0c-7cc1-8a53-${String(n).padStart(12, '0')}`,
  customerId: 'customer-1',
  statusCode: 20,
  placedAt: '2026-01-31T09:30:00.000Z',
});

test('notifications of 100 orders take one statement for the lists, one for the counts and one look at the log', async () => {
  const statements: string[] = [];
  const orders = Array.from({ length: 100 }, (_, n) => order(n));
  const services = {
    database: {
      query: async (sql: string) => {
        statements.push(sql.includes('count(*)') ? 'counts' : sql.includes('lateral') ? 'lists' : 'orders');
        return statements.at(-1) === 'orders' ? orders : [];
      },
    },
    live: { asOf: async (topic: string) => (statements.push(topic), 'as-of') },
  } as unknown as Services;
  const { data, errors } = await graphql({
    schema: createSchema(resolvers, scalars),
    source:
      '{ orders(first: 100) { nodes { id notifications(first: 5) { nodes { id } totalCount asOf } } } }',
    contextValue: createContext(services, { id: 'caller', admin: true, scope: 'admin' }),
  });
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    orders: {
      nodes: orders.map(({ id }) => ({ id, notifications: { nodes: [], totalCount: 0, asOf: 'as-of' } })),
    },
  });
  expect(statements.toSorted()).toEqual(['counts', 'lists', 'notification.events.v1', 'orders']);
});
