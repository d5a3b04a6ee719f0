import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { HealthReport } from '../../src/gateway/health.js';
import { createDocuments } from '../../src/gateway/documents.js';
import { examples } from '../../src/gateway/playground-examples.js';
import { createSchema } from '../../src/gateway/schema.js';
import { scalars } from '../../src/resolvers/scalars.js';
import { post, serve } from './support.js';

const up: HealthReport = {
  kafka: { status: 'up', brokers: ['127.0.0.1:9092'] },
  postgres: { status: 'up', url: 'postgres://millrace:password@127.0.0.1:5432/millrace' },
  redis: null,
};

describe('readiness', () => {
  const ask = async (
    health: () => Promise<HealthReport>,
    profile: 'development' | 'production' = 'development',
  ) => {
    const running = await serve({}, { health, profile });
    const response = await fetch(`${running.url}/health/ready`);
    const body: unknown = await response.json();
    await running.stop();
    return { status: response.status, body };
  };

  it('shows each dependency, with its address in development', async () => {
    expect(await ask(async () => up)).toEqual({ status: 200, body: { ready: true, ...up } });
  });

  it('shows no address in production', async () => {
    const { body } = await ask(async () => up, 'production');
    expect(body).toEqual({ ready: true, kafka: { status: 'up' }, postgres: { status: 'up' }, redis: null });
  });

  it('is 503 when Postgres is away', async () => {
    const postgres = { status: 'down', reason: 'connection refused' } as const;
    expect(await ask(async () => ({ ...up, postgres }))).toMatchObject({
      status: 503,
      body: { ready: false, postgres },
    });
  });

  it('is 503 soon when a dependency hangs', async () => {
    const began = performance.now();
    expect(await ask(() => new Promise(() => undefined))).toMatchObject({
      status: 503,
      body: { ready: false },
    });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('is 503 when the probes fail, and tells nothing of why', async () => {
    const { status, body } = await ask(() => Promise.reject(new Error('secret')));
    expect(status).toBe(503);
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});

describe('stop', () => {
  it('tells sockets to reconnect, finishes requests in flight, refuses new ones', async () => {
    let finish: (value: unknown) => void = () => undefined;
    let arrived: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (arrived = resolve));
    const resolvers = {
      Query: {
        orders: () => {
          arrived();
          return new Promise((resolve) => (finish = resolve));
        },
      },
    };
    const served = await serve(resolvers);
    const socket = new WebSocket(served.websocketUrl, 'graphql-transport-ws');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    const answer = post(served.url, { query: '{ orders { nodes { id } } }' });
    await running;
    const stopped = served.gateway.stop(5_000);
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1001, expect.stringContaining('reconnect')]);
    finish({ nodes: [], orders: [] });
    expect(await answer).toMatchObject({ status: 200 });
    await stopped;
    await expect(fetch(served.url)).rejects.toThrow();
    await served.gateway.stop(5_000);
  });

  it('is done at its deadline though a client does not close', async () => {
    const served = await serve({ Query: { orders: () => new Promise(() => undefined) } });
    const socket = new WebSocket(served.websocketUrl, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.pause();
    const answer = post(served.url, { query: '{ orders { totalCount } }' });
    const refused = answer.then(
      () => false,
      () => true,
    );
    const began = performance.now();
    await served.gateway.stop(300);
    expect(await refused).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
    socket.resume();
    socket.terminate();
  });
});

it('a port that is taken is one line that names PORT', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(serve({}, { port })).rejects.toThrow(/^Port \d+ on 127.0.0.1 is taken: .*PORT.*$/);
  await new Promise((resolve) => other.close(resolve));
});

it('pages come with headers that keep them to themselves', async () => {
  const running = await serve({});
  const pages = ['/', '/playground/', '/playground/main.js', '/health/live', '/metrics'];
  for (const page of pages) {
    const response = await fetch(`${running.url}${page}`);
    await response.text();
    expect([page, response.status]).toEqual([page, 200]);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
  }
  const home = await fetch(running.url);
  expect(home.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  await home.text();
  await running.stop();
});

it('operations, sockets and subscriptions are counted', async () => {
  const running = await serve({});
  await post(running.url, { query: '{ __typename }' });
  await post(running.url, { query: '{ nonsense }' });
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  expect(metrics).toContain(
    'millrace_graphql_operations_total{transport="http",kind="query",outcome="ok"} 1',
  );
  expect(metrics).toContain(
    'millrace_graphql_operations_total{transport="http",kind="none",outcome="refused"} 1',
  );
  expect(metrics).toContain('millrace_websockets 0');
  expect(metrics).toContain('process_cpu_seconds_total');
  await running.stop();
});

it('the examples of the playground are valid, and within the limits', () => {
  const { prepare } = createDocuments({ schema: createSchema({}, scalars), introspection: true });
  for (const { query, variables } of examples)
    expect(prepare({ query, variables })).toHaveProperty('document');
});
