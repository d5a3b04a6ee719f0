import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { getIntrospectionQuery } from 'graphql';
import { ask, connect, post, serve, type Running } from './support.js';
import { createSchema, readTypeDefinitions } from '../../src/gateway/schema.js';
import { scalars } from '../../src/resolvers/scalars.js';

/** The contract, and a type that nests without end. */
const typeDefinitions = `${readTypeDefinitions()}
  type Friend { friends(first: Int): [Friend!]! }
  extend type Order { friend: Friend }
  extend type Query { anything: JSONObject }
`;

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

const order = 'order(id: "0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10")';
const many = (times: number, text: (n: number) => string) =>
  Array.from({ length: times }, (_, n) => text(n)).join(' ');
const nested = (depth: number) => `${many(depth, () => 'friends {')} __typename ${'}'.repeat(depth)}`;

interface Hostile {
  readonly what: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly code: string;
}

const hostile: Hostile[] = [
  { what: '31 aliases', query: `{ ${many(31, (n) => `a${n}: __typename`)} }`, code: 'QUERY_TOO_COMPLEX' },
  {
    what: '101 aliases of one field',
    query: `{ ${many(101, (n) => `a${n}: ${order} { id }`)} }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: 'a field 500 times',
    query: `{ ${order} { ${many(500, () => 'id')} } }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: '1,900 repeated leaf names',
    query: `{ ${order} { ${many(1_900, () => 'id')} } }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: '2,000 repeated leaf names',
    query: `{ ${order} { ${many(2_000, () => 'id')} } }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: '10 unknown directives',
    query: `{ __typename ${many(10, () => '@aa')} }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: '900 unknown directives',
    query: `{ __typename ${many(900, () => '@aa')} }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: '10,000 unknown directives',
    query: `{ __typename ${many(10_000, () => '@aa')} }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  { what: 'eleven levels', query: `{ ${order} { friend { ${nested(8)} } } }`, code: 'QUERY_TOO_COMPLEX' },
  {
    what: 'a circular fragment',
    query: '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'an unused circular fragment',
    query: '{ __typename } fragment a on Query { ...a }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'fragments that double, 60 deep',
    query: `{ ...f0 } ${many(60, (n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`)} fragment f60 on Query { __typename }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  { what: '2,001 tokens', query: `{ ${many(2_000, (n) => `x${n}`)} }`, code: 'QUERY_TOO_COMPLEX' },
  {
    what: 'a hundred kilobytes of commas',
    query: `{ __typename ${','.repeat(110_000)} }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: 'a hundred kilobytes of comments',
    query: `{ __typename }${'#'.repeat(110_000)}`,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: 'circular introspection, 30 deep',
    query: `{ __schema { types { ${many(15, () => 'fields { type {')} name ${'} }'.repeat(15)} } } }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: 'lists of 100 × 100 × 100',
    query:
      '{ orders(first: 100) { nodes { friend { friends(first: 100) { friends(first: 100) { __typename } } } } } }',
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: 'lists of 100 × 100 × 100 in variables',
    query:
      'query ($n: Int, $m: Int = 100) { orders(first: $n) { nodes { friend { friends(first: $m) { friends(first: $n) { __typename } } } } } }',
    variables: { n: 100 },
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    what: '21 root mutations',
    query: `mutation { ${many(21, (n) => `a${n}: createOrders(inputs: []) { accepted }`)} }`,
    code: 'QUERY_TOO_COMPLEX',
  },
  { what: 'a syntax error', query: '{ order(', code: 'GRAPHQL_PARSE_FAILED' },
  { what: 'an unknown field', query: '{ nonsense }', code: 'GRAPHQL_VALIDATION_FAILED' },
  { what: 'conflicting fields', query: '{ a: __typename a: anything }', code: 'GRAPHQL_VALIDATION_FAILED' },
  {
    what: 'two operations, no name',
    query: 'query A { __typename } query B { __typename }',
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  {
    what: 'a name that is not there',
    query: 'query A { __typename }',
    operationName: 'B',
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  ...['2147483648', '1e400', '1.5', '"1"'].map((first) => ({
    what: `first: ${first}`,
    query: `{ orders(first: ${first}) { totalCount } }`,
    code: 'BAD_USER_INPUT',
  })),
  ...[2 ** 31, -(2 ** 31) - 1, 1.5, '1', 'x'.repeat(50_000)].map((first) => ({
    what: `first: ${String(first).slice(0, 20)} in a variable`,
    query: 'query ($first: Int) { orders(first: $first) { totalCount } }',
    variables: { first },
    code: 'BAD_USER_INPUT',
  })),
  {
    what: 'a missing variable',
    query: 'query ($id: ID!) { order(id: $id) { id } }',
    variables: {},
    code: 'BAD_USER_INPUT',
  },
  {
    what: '5,000 wrong items in a variable',
    query: 'mutation ($inputs: [CreateOrderInput!]!) { createOrders(inputs: $inputs) { accepted } }',
    variables: { inputs: Array.from({ length: 5_000 }, () => 1) },
    code: 'BAD_USER_INPUT',
  },
];

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
      const began = performance.now();
      const answer = await send({ query, variables, operationName });
      const took = performance.now() - began;
      const codes = new Set(answer.errors?.map(({ extensions }) => extensions.code));
      expect([...codes]).toEqual([code]);
      expect(answer.errors?.length).toBeLessThanOrEqual(20);
      expect(JSON.stringify(answer.errors).length).toBeLessThan(20_000);
      expect(answer.data ?? null).toBeNull();
      if (transport === 'HTTP') expect(answer).toMatchObject({ status: 400 });
      expect(ran).toBe(0);
      // The bound is for a quiet machine; this one is shared.
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
