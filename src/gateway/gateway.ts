import { once } from 'node:events';
import { createServer } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { createContext, type Services } from '../resolvers/context.js';
import { authenticateNobody, type Authenticate } from './authenticate.js';
import { createDocuments } from './documents.js';
import { createMask } from './errors.js';
import { createGuard } from './guard.js';
import { createReadiness, type HealthReport } from './health.js';
import { createHttp } from './http.js';
import { createMetrics } from './metrics.js';
import { homePage, homePolicy } from './pages.js';
import { playground } from './playground.js';
import { createStreams, type StreamLimits } from './sse.js';
import { createWebSockets, type SocketLimits } from './websocket.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly profile: 'development' | 'production' | 'test';
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly health: () => Promise<HealthReport>;
  readonly log: Pick<Logger, 'error' | 'warn' | 'info'>;
  /** Where metrics go; a new one with those of the process when absent. */
  readonly registry?: Registry;
  readonly authenticate?: Authenticate;
  readonly timeLimitMs?: number;
  readonly socketLimits?: Partial<SocketLimits>;
  readonly streamLimits?: Partial<StreamLimits>;
  readonly subscribers?: SubscriberLimits | undefined;
}

/** What a slow subscriber may cost. */
export interface SubscriberLimits {
  /** Bytes unsent on one connection, beyond which nothing is taken for it. */
  readonly bufferBytes: number;
  /** How many records one may fall back from its best place before its subscription ends with GAP. */
  readonly mostBehind: number;
  /** Over how long clients are told to reconnect at `stop`. */
  readonly reconnectSpreadMs: number;
}

export interface Gateway {
  /**
   * @returns address, e.g. `http://127.0.0.1:4000`
   * @throws Error with one line that names PORT or HOST when it cannot listen there
   */
  start(): Promise<{ readonly url: string }>;
  /** Refuses new work, tells subscriptions to reconnect, finishes requests, and is done after `deadlineMs` at the latest. */
  stop(deadlineMs: number): Promise<void>;
}

const bodyBytes = 1_048_576;
const defaultBufferBytes = 262_144;
const headersTimeoutMs = 20_000;
const requestTimeoutMs = 30_000;

/** GraphQL over HTTP, WebSocket and server-sent events on one port, with health, metrics and the playground beside it. */
export const createGateway = (options: GatewayOptions): Gateway => {
  const { schema, log, profile } = options;
  const introspection = profile !== 'production';
  const registry = options.registry ?? processRegistry();
  const guard = createGuard({
    schema,
    documents: createDocuments({ schema, introspection }),
    mask: createMask({ log, suggestions: introspection }),
    createContext: (principal, resumeAfter) => createContext(options.services, principal, resumeAfter),
    timeLimitMs: options.timeLimitMs,
    mostBehind: options.subscribers?.mostBehind,
  });
  const metrics = createMetrics(registry, guard.stats);
  const shared = {
    schema,
    guard,
    metrics,
    log,
    introspection,
    authenticate: options.authenticate ?? authenticateNobody,
  };
  const app = createApp();
  let stopping: Promise<void> | undefined;
  const http = createHttp(shared);
  const bufferBytes = options.subscribers?.bufferBytes ?? defaultBufferBytes;
  const webSockets = createWebSockets({ ...shared, bufferBytes, limits: options.socketLimits });
  const streams = createStreams({ ...shared, limits: { bufferBytes, ...options.streamLimits } });
  const readiness = createReadiness({ health: options.health, addresses: profile !== 'production' });

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
  });
  app.get('/', (_request, reply) =>
    reply
      .headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': homePolicy })
      .send(homePage),
  );
  app.get('/health/live', () => ({ live: true }));
  app.get('/health/ready', async (_request, reply) => {
    if (stopping) return reply.code(503).send({ ready: false, reason: 'stopping' });
    const { ready, body } = await readiness();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(body);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', registry.contentType).send(await registry.metrics()),
  );
  void app.register(http.plugin);
  void app.register(streams.plugin);
  void app.register(playground);
  webSockets.attach(app.server);

  const stop = async (deadlineMs: number): Promise<void> => {
    const late = setTimeout(() => app.server.closeAllConnections(), deadlineMs);
    const spreadMs = options.subscribers?.reconnectSpreadMs;
    await Promise.all([webSockets.stop(deadlineMs, spreadMs), streams.stop(deadlineMs, spreadMs)]);
    await app.close();
    clearTimeout(late);
    guard.stop();
    await http.stop();
  };

  return {
    start: async () => {
      await http.start();
      try {
        return { url: await app.listen({ host: options.host, port: options.port }) };
      } catch (error) {
        await app.close();
        await http.stop();
        throw listenError(error, options);
      }
    },
    stop: (deadlineMs) => (stopping ??= stop(deadlineMs)),
  };
};

const createApp = (): FastifyInstance =>
  fastify({
    bodyLimit: bodyBytes,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 5_000 },
    forceCloseConnections: 'idle',
    logger: false,
    exposeHeadRoutes: false,
  });

const processRegistry = (): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
};

/**
 * Finds out early, before servers are started, that the gateway could not listen.
 * @throws Error as {@link Gateway.start} does
 */
export const checkAddress = async (address: Pick<GatewayOptions, 'host' | 'port'>): Promise<void> => {
  const server = createServer();
  try {
    server.listen(address);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, address);
  } finally {
    server.close();
  }
};

const listenError = (error: unknown, { host, port }: Pick<GatewayOptions, 'host' | 'port'>): unknown => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const problems: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is taken: stop what uses it, or set PORT to another one.`,
    EACCES: `Port ${port} may not be used by this user: set PORT to one above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine: set HOST to one that is.`,
    ENOTFOUND: `${host} is no address of this machine: set HOST to one that is.`,
  };
  const problem = problems[String(code)];
  return problem === undefined ? error : new Error(problem, { cause: error });
};
