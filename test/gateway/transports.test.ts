import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { badInput } from '../../src/errors.js';
import { createSchema } from '../../src/gateway/schema.js';
import { scalars } from '../../src/resolvers/scalars.js';
import { hostile, typeDefinitions } from './hostile.js';
import { serve, type Running } from './support.js';
import { transports, type Request } from './transports.js';

/* One guarded execution behind every transport: what one refuses, all refuse, with the same code and in the same words. */
jest.setTimeout(10_000);

let ran = 0;
const schema = createSchema(
  {
    Query: {
      order: () => {
        ran += 1;
        throw badInput('id', 'must be a UUID');
      },
      orders: () => ({ nodes: [], totalCount: 0 }),
    },
    Mutation: {
      createOrder: () => {
        ran += 1;
        return null;
      },
    },
  },
  scalars,
  typeDefinitions,
);

const gateways: { development?: Running; production?: Running } = {};
beforeAll(async () => {
  gateways.development = await serve({}, { schema });
  gateways.production = await serve({}, { schema, profile: 'production' });
});
afterAll(() => Promise.all([gateways.development?.stop(), gateways.production?.stop()]));

interface Refused extends Request {
  readonly what: string;
  readonly code: string;
}

const typo = '{ order(id: "x") { regio } }';
const inBoth: readonly Refused[] = [
  ...hostile,
  { what: 'an empty document', query: '', code: 'BAD_REQUEST' },
  { what: 'a document of a space', query: ' ', code: 'GRAPHQL_PARSE_FAILED' },
  { what: 'a document of a comment', query: '# nothing', code: 'GRAPHQL_PARSE_FAILED' },
  {
    what: 'an unknown type',
    query: '{ ...F } fragment F on Nothing { a }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  { what: 'a misspelt field', query: typo, code: 'GRAPHQL_VALIDATION_FAILED' },
  {
    what: 'a variable that no type has',
    query: 'query ($a: Nothing) { orders(after: $a) { totalCount } }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'an unknown value of an enum in a variable',
    query: 'query ($status: OrderStatus) { orders(status: $status) { totalCount } }',
    variables: { status: 'PAYD' },
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'a mutation with a wrong field',
    query: 'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { position } }',
    variables: { input: { customerId: 'a', totalAmount: true, currency: 'KRW' } },
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'a subscription of two fields',
    query: 'subscription { a: alerts { id } b: alerts { id } }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
];

const inProduction: readonly Refused[] = [
  ...inBoth,
  ...[getIntrospectionQuery(), '{ __schema { types { name } } }', '{ __type(name: "Order") { name } }'].map(
    (query) => ({ what: query.slice(0, 40), query, code: 'GRAPHQL_VALIDATION_FAILED' }),
  ),
];

const [reference] = transports;
const others = transports.slice(1);

describe.each([
  ['development', inBoth],
  ['production', inProduction],
] as const)('in %s', (profile, refused) => {
  describe.each(refused)('$what', ({ code, ...request }) => {
    const { query, variables, operationName } = request;
    const sent = { query, variables, operationName };

    it.each(others.filter(({ takes }) => takes?.(sent) ?? true))(
      `is ${code} over $name, as over ${reference!.name}`,
      async (transport) => {
        ran = 0;
        const answer = await transport.ask(gateways[profile]!, sent);
        expect(new Set(answer.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set([code]));
        expect(answer.data ?? null).toBeNull();
        expect(answer.errors).toEqual((await reference!.ask(gateways[profile]!, sent)).errors);
        expect(ran).toBe(0);
      },
    );
  });
});

describe.each(others)('over $name', (transport) => {
  it('an operation that may run is answered as over HTTP', async () => {
    const request = {
      query: 'query A($first: Int) { orders(first: $first) { totalCount } } query B { __typename }',
      variables: { first: 1 },
      operationName: 'A',
    };
    const answer = await transport.ask(gateways.development!, request);
    expect(answer.data).toEqual({ orders: { totalCount: 0 } });
    expect(answer.errors).toBeUndefined();
  });

  it('the error of a resolver is the same', async () => {
    const request = { query: '{ order(id: "x") { id } orders { totalCount } }' };
    const answer = await transport.ask(gateways.development!, request);
    expect(answer).toEqual(await reference!.ask(gateways.development!, request));
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'id' });
  });
});
