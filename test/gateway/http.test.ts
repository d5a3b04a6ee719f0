import { connect as connectTcp } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { MillraceError, badInput } from '../../src/errors.js';
import { createSchema } from '../../src/gateway/schema.js';
import { scalars } from '../../src/resolvers/scalars.js';
import { post, serve, type Running } from './support.js';

let running: Running;
let ran = 0;

const schema = createSchema(
  {
    Query: {
      order: () => {
        ran += 1;
        throw new Error('secret: password of the database');
      },
      orders: () => {
        throw badInput('after', 'must be a cursor');
      },
      orderStats: () => new Promise(() => undefined),
    },
    Mutation: {
      createOrder: () => {
        ran += 1;
        throw new MillraceError('CONFLICT', 'there is one', { details: { reason: 'ALREADY_EXISTS' } });
      },
      createOrders: () => ({ accepted: 0, replayed: 0, rejected: [], position: null }),
      changeOrderStatus: () => new Promise(() => undefined),
    },
  },
  scalars,
);

beforeAll(async () => {
  running = await serve({}, { schema, timeLimitMs: 200 });
});
afterAll(() => running.stop());

const query = '{ __typename }';
const json = { 'content-type': 'application/json' };
const bytes = (...codes: number[]) => Uint8Array.from(codes);
const text = (value: string) => new TextEncoder().encode(value);

const send = async (init: RequestInit, search = ''): Promise<Response> => {
  const response = await fetch(`${running.url}/graphql${search}`, { method: 'POST', headers: json, ...init });
  return response;
};

describe('a request that is no GraphQL', () => {
  const unreadable: [string, RequestInit, number][] = [
    ['a body that is no JSON', { body: '{ query' }, 400],
    ['an empty body', { body: '' }, 400],
    ['no body', {}, 400],
    ...['null', '42', '"x"', '{}', '{"query":5}', '{"query":[]}', '{"query":""}'].map(
      (body): [string, RequestInit, number] => [body, { body }, 400],
    ),
    ['variables as a string', { body: JSON.stringify({ query, variables: '{}' }) }, 400],
    ['variables as an array', { body: JSON.stringify({ query, variables: [] }) }, 400],
    ['a batch', { body: JSON.stringify([{ query }]) }, 400],
    ['invalid UTF-8', { body: bytes(0x7b, 0x22, 0xff, 0x22, 0x7d) }, 400],
    [
      'a byte order mark',
      { body: new Uint8Array([0xef, 0xbb, 0xbf, ...text(JSON.stringify({ query }))]) },
      400,
    ],
    ['a lone surrogate', { body: `{"query":"{ __typename }","variables":{"a":"\\ud800"}}` }, 400],
    [
      '10,000 levels of JSON',
      { body: `{"query":"{ __typename }","variables":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}` },
      400,
    ],
    ['text/plain', { body: JSON.stringify({ query }), headers: { 'content-type': 'text/plain' } }, 415],
    ['a form', { body: 'query=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['multipart', { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=x' } }, 415],
    [
      'an unknown charset',
      { body: JSON.stringify({ query }), headers: { 'content-type': 'application/json; charset=utf-32' } },
      415,
    ],
    [
      'a compressed body',
      { body: gzipSync(JSON.stringify({ query })), headers: { ...json, 'content-encoding': 'gzip' } },
      415,
    ],
    ['more than 1 MB', { body: JSON.stringify({ query, variables: { a: 'x'.repeat(1_048_577) } }) }, 413],
    [
      'a persisted query',
      { body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } }) },
      400,
    ],
    [
      'an answer as a picture',
      { body: JSON.stringify({ query }), headers: { ...json, accept: 'image/png' } },
      406,
    ],
    ['PUT', { method: 'PUT', body: '{}' }, 405],
    ['DELETE', { method: 'DELETE' }, 405],
    ['PATCH', { method: 'PATCH', body: '{}' }, 405],
  ];

  it.each(unreadable)('%s is refused as JSON, in one line', async (_, init, status) => {
    const response = await send(init);
    expect(response.status).toBe(status);
    const { errors } = (await response.json()) as {
      errors: { message: string; extensions: { code: string } }[];
    };
    expect(errors[0]?.message).not.toContain('\n');
    expect(errors[0]?.extensions.code).toMatch(/^(BAD_REQUEST|PERSISTED_QUERY_NOT_SUPPORTED)$/);
    if (status === 405) expect(response.headers.get('allow')).toBe('GET, POST');
  });

  it('a body without content type is refused', async () => {
    const answer = await raw(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 415/);
  });

  it('TRACE is refused', async () => {
    expect(await raw('TRACE /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 405/,
    );
  });

  it('100 KB of headers are refused', async () => {
    const header = `X-A: ${'a'.repeat(100_000)}`;
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
  });
});

/** What the server sends until it closes. */
const raw = (request: string): Promise<string> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(running.url);
    let answer = '';
    const socket = connectTcp(Number(port), hostname, () => socket.write(request));
    socket.on('data', (data) => (answer += String(data)));
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
  });

describe('GET', () => {
  const preflight = { 'apollo-require-preflight': 'yes' };
  const search = (document: string) => `?query=${encodeURIComponent(document)}`;

  it('answers a query', async () => {
    const response = await send({ method: 'GET', headers: preflight }, search(query));
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('refuses a query that any page could send', async () => {
    expect((await send({ method: 'GET', headers: {} }, search(query))).status).toBe(400);
  });

  it('refuses a mutation, which does not run', async () => {
    const response = await send(
      { method: 'GET', headers: preflight },
      search('mutation { createOrders(inputs: []) { accepted } }'),
    );
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('an answer', () => {
  it('is 200 with data and 400 without', async () => {
    expect(await post(running.url, { query })).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    const refused = await post(running.url, { query: '{' }, { accept: 'application/graphql-response+json' });
    expect(refused.status).toBe(400);
    expect(refused).not.toHaveProperty('data');
    expect(refused.headers.get('content-type')).toContain('application/graphql-response+json');
  });

  it('of an unexpected failure tells an id only, under which the log has the error', async () => {
    const answer = await post(running.url, { query: '{ order(id: "x") { id } }' });
    expect(JSON.stringify(answer)).not.toContain('secret');
    const { code, id } = answer.errors?.[0]?.extensions ?? {};
    expect(code).toBe('INTERNAL_SERVER_ERROR');
    const entry = running.logged.find(({ details }) => details.id === id);
    expect(String(entry?.details.err)).toContain('secret');
  });

  it('of our own errors has their code, message and details', async () => {
    const input = '{ customerId: "a", totalAmount: 1, currency: "KRW" }';
    const created = await post(running.url, {
      query: `mutation { createOrder(input: ${input}) { position } }`,
    });
    expect(created.errors).toEqual([
      expect.objectContaining({
        message: 'there is one',
        path: ['createOrder'],
        extensions: { code: 'CONFLICT', reason: 'ALREADY_EXISTS' },
      }),
    ]);
    const listed = await post(running.url, { query: '{ orders { totalCount } }' });
    expect(listed.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'after' });
  });

  it('comes within the time limit: unavailable for a query, of unknown outcome for a mutation', async () => {
    const read = await post(running.url, { query: '{ orderStats(currency: "KRW") { version } }' });
    expect(read.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    const write = await post(running.url, {
      query: 'mutation { changeOrderStatus(orderId: "x", to: SHIPPED) { position } }',
    });
    expect(write.errors?.[0]?.extensions.code).toBe('OUTCOME_UNKNOWN');
  });

  it('to a subscription names the transports that have them', async () => {
    const answer = await post(running.url, { query: 'subscription { orderEvents { id } }' });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.errors?.[0]?.message).toMatch(/graphql-transport-ws.*\/graphql\/stream/);
  });
});

it('runs nothing for a request that will not be answered', async () => {
  ran = 0;
  const input = '{ customerId: "a", totalAmount: 1, currency: "KRW" }';
  await post(
    running.url,
    { query: `mutation { createOrder(input: ${input}) { position } }` },
    { accept: 'image/png' },
  );
  expect(ran).toBe(0);
});

it('passes the audits of GraphQL over HTTP, save where 400 is kept for application/json', async () => {
  const fetchFn = (url: string, init?: RequestInit) =>
    fetch(url, {
      ...init,
      headers: { ...(init?.headers as Record<string, string>), 'apollo-require-preflight': 'yes' },
    });
  const results = await Promise.all(
    serverAudits({ url: `${running.url}/graphql`, fetchFn }).map((audit) =>
      audit.fn().then((result) => ({ ...result, name: audit.name })),
    ),
  );
  const failed = results.filter(({ status }) => status === 'error');
  const warned = results.filter(({ status }) => status === 'warn');
  expect(failed).toEqual([]);
  expect(warned.length).toBeLessThanOrEqual(3);
});
