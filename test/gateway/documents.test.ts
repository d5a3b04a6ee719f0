import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { getIntrospectionQuery } from 'graphql';
import { hostile, typeDefinitions } from './hostile.js';
import { ask, connect, post, serve, type Running } from './support.js';
import { createSchema } from '../../src/gateway/schema.js';
import { scalars } from '../../src/resolvers/scalars.js';

let ran = 0;
const count = () => {
  ran += 1;
  return null;
};
const schema = createSchema(
  { Query: { order: count, orders: () => ({ nodes: [], edges: [] }) }, Mutation: { createOrder: count } },
  scalars,
  typeDefinitions,
);

describe.each(['HTTP', 'WebSocket'])('over %s', (transport) => {
  let running: Running;
  let client: Client;
  beforeAll(async () => {
    running = await serve({}, { schema });
    client = connect(running.websocketUrl);
  });
  afterAll(async () => {
    await client.dispose();
    await running.stop();
  });
  type Request = { query: string; variables?: Record<string, unknown>; operationName?: string };
  const send = (request: Request) =>
    transport === 'HTTP' ? post(running.url, request) : ask(client, request);

  it.each(hostile)(
    '$what is $code within 50 ms, and nothing runs',
    async ({ query, variables, operationName, code }) => {
      await send({ query: '{ __typename }' });
      ran = 0;
      const began = process.cpuUsage();
      const answer = await send({ query, variables, operationName });
      const { user, system } = process.cpuUsage(began);
      const took = (user + system) / 1_000;
      const codes = new Set(answer.errors?.map(({ extensions }) => extensions.code));
      expect([...codes]).toEqual([code]);
      expect(answer.errors?.length).toBeLessThanOrEqual(20);
      expect(JSON.stringify(answer.errors).length).toBeLessThan(20_000);
      expect(answer.data ?? null).toBeNull();
      if (transport === 'HTTP') expect(answer).toMatchObject({ status: 400 });
      expect(ran).toBe(0);
      // Of this process, client and compiler included.
      expect(took).toBeLessThan(250);
    },
  );

  it('names the argument that a literal or a variable got wrong', async () => {
    const literal = await send({
      query:
        'mutation { createOrder(input: { customerId: "a", totalAmount: 1.5, currency: "KRW" }) { position } }',
    });
    expect(literal.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'input.totalAmount',
    });
    const variable = await send({
      query: 'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { position } }',
      variables: { input: { customerId: 'a', totalAmount: true, currency: 'KRW' } },
    });
    expect(variable.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'input.totalAmount',
    });
  });

  it('allows what the contract promises', async () => {
    const query = `{ orders(first: 100) { nodes { id
      customer { posts(first: 5) { nodes { author { name } } } }
      notifications(first: 1) { nodes { id } } } } }`;
    expect(await send({ query })).toMatchObject({ data: { orders: { nodes: [] } } });
    expect(
      await send({ query: '{ orders(first: 500) { edges { node { id } } nodes { id } } }' }),
    ).not.toHaveProperty('errors');
  });

  it('answers the introspection query of the tools in development', async () => {
    expect(await send({ query: getIntrospectionQuery() })).toHaveProperty('data.__schema');
  });

  it('suggests names in development', async () => {
    const answer = await send({ query: '{ order(id: "x") { regio } }' });
    expect(answer.errors?.[0]?.message).toContain('Did you mean "region"');
  });
});

describe.each(['HTTP', 'WebSocket'])('in production, over %s', (transport) => {
  let running: Running;
  let client: Client;
  beforeAll(async () => {
    running = await serve({}, { schema, profile: 'production' });
    client = connect(running.websocketUrl);
  });
  afterAll(async () => {
    await client.dispose();
    await running.stop();
  });
  const send = (request: { query: string; variables?: Record<string, unknown> }) =>
    transport === 'HTTP' ? post(running.url, request) : ask(client, request);

  it.each([getIntrospectionQuery(), '{ __schema { types { name } } }', '{ __type(name: "Order") { name } }'])(
    'introspection is refused',
    async (query) => {
      const answer = await send({ query });
      expect(answer.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(answer.data ?? null).toBeNull();
    },
  );

  it('a misspelt name gets no suggestion', async () => {
    const field = await send({ query: '{ order(id: "x") { regio } }' });
    const value = await send({
      query: 'query ($s: OrderStatus) { orders(status: $s) { totalCount } }',
      variables: { s: 'PAYD' },
    });
    for (const answer of [field, value]) {
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors?.[0]?.message).not.toMatch(/did you mean|PAID/i);
    }
  });
});
