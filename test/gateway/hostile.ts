import { readTypeDefinitions } from '../../src/gateway/schema.js';

/** The contract, and a type that nests without end. */
export const typeDefinitions = `${readTypeDefinitions()}
  type Friend { friends(first: Int): [Friend!]! }
  extend type Order { friend: Friend }
  extend type Query { anything: JSONObject }
`;

const order = 'order(id: "0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10")';
const many = (times: number, text: (n: number) => string) =>
  Array.from({ length: times }, (_, n) => text(n)).join(' ');
const nested = (depth: number) => `${many(depth, () => 'friends {')} __typename ${'}'.repeat(depth)}`;

export interface Hostile {
  readonly what: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly code: string;
}

/** What is refused before anything runs, and by which code. */
export const hostile: readonly Hostile[] = [
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
