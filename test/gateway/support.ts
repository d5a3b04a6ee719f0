import type { GraphQLSchema } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/gateway.js';
import { createSchema } from '../../src/gateway/schema.js';
import type { Services } from '../../src/resolvers/context.js';
import { scalars } from '../../src/resolvers/scalars.js';

/** A gateway on a free port over plain objects in place of the services. */
export interface Running {
  readonly gateway: Gateway;
  readonly url: string;
  readonly websocketUrl: string;
  readonly logged: { details: Record<string, unknown>; message: string }[];
  stop(): Promise<void>;
}

export const serve = async (
  resolvers: Record<string, object>,
  options: Partial<GatewayOptions> & { schema?: GraphQLSchema } = {},
): Promise<Running> => {
  const logged: Running['logged'] = [];
  const log = (details: object | string, message = '') => {
    logged.push({ details: typeof details === 'string' ? {} : { ...details }, message });
  };
  const gateway = createGateway({
    host: '127.0.0.1',
    port: 0,
    profile: 'development',
    schema: options.schema ?? createSchema(resolvers, scalars),
    services: {} as Services,
    health: async () => ({ kafka: { status: 'up' }, postgres: { status: 'up' }, redis: null }),
    log: { error: log, warn: log, info: log } as GatewayOptions['log'],
    ...options,
  });
  const { url } = await gateway.start();
  const websocketUrl = `${url.replace('http', 'ws')}/graphql`;
  return { gateway, url, websocketUrl, logged, stop: () => gateway.stop(2_000) };
};

export interface GraphQLAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: {
    message: string;
    path?: (string | number)[];
    extensions: Record<string, unknown>;
  }[];
  readonly extensions?: Record<string, unknown>;
}

export const post = async (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<GraphQLAnswer> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { ...(JSON.parse(text) as object), status: response.status, headers: response.headers };
};

export const connect = (websocketUrl: string): Client =>
  createClient({ url: websocketUrl, webSocketImpl: WebSocket, retryAttempts: 0, lazy: true });

/** The answer to one operation over WebSocket: its only result, or the errors that it ended with. */
export const ask = (
  client: Client,
  request: { query: string; variables?: Record<string, unknown>; operationName?: string },
): Promise<Omit<GraphQLAnswer, 'status' | 'headers'>> =>
  new Promise((resolve, reject) => {
    let result: Omit<GraphQLAnswer, 'status' | 'headers'> | undefined;
    client.subscribe(request, {
      next: (value) => {
        result ??= value as unknown as Omit<GraphQLAnswer, 'status' | 'headers'>;
      },
      error: (error) => {
        if (Array.isArray(error)) resolve({ errors: error as GraphQLAnswer['errors'] });
        else reject(error instanceof Error ? error : new Error('the socket closed'));
      },
      complete: () => resolve(result ?? {}),
    });
  });
