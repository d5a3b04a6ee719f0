import { createClient, type ExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import { closeAtEnd } from './cleanup.js';
import { createQueue, type Queue } from './queue.js';

/** An answer as a test reads it: any field may be asked for, a wrong guess is undefined at run time. */
export interface Answer<Data = Record<string, never>> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphQLFailure[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface GraphQLFailure {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
}

/** A subscription was ended by an `error` message. */
export class SubscriptionFailed extends Error {
  constructor(readonly errors: readonly GraphQLFailure[]) {
    super(`The subscription ended with ${JSON.stringify(errors)}`);
    this.name = 'SubscriptionFailed';
  }
}

/** `next` and `until` reject with {@link SubscriptionFailed}, or with what closed the socket. */
export interface TestSubscription<Data> extends Pick<Queue<Answer<Data>>, 'all' | 'next' | 'until'> {
  /** Resolves when the server completed it; rejects as `next` does. */
  readonly ended: Promise<void>;
  complete(): void;
}

export interface TestClient {
  /** POST; answers the body whatever the HTTP status is. */
  post<Data>(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer<Data>>;
  /** As `post`. @throws when there are errors */
  data<Data>(query: string, variables?: object): Promise<Data>;
  subscribe<Data>(query: string, variables?: Record<string, unknown>): TestSubscription<Data>;
  /** Closes the socket; subscriptions end. Cuts it without a close frame when `abruptly`. */
  disconnect(options?: { abruptly?: boolean }): Promise<void>;
}

/** A client of the gateway at `url` (`http://…`). Its socket opens with the first subscription and is never reopened by itself. */
export const createTestClient = (url: string, connectionParams?: Record<string, unknown>): TestClient => {
  const endpoint = `${url}/graphql`;
  const sockets = new Set<WebSocket>();
  class RememberedSocket extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols);
      sockets.add(this);
      this.once('close', () => sockets.delete(this));
    }
  }
  const client = createClient({
    url: endpoint.replace(/^http/, 'ws'),
    webSocketImpl: RememberedSocket,
    connectionParams,
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    onNonLazyError: () => undefined,
  });
  const disconnect: TestClient['disconnect'] = async ({ abruptly = false } = {}) => {
    const open = [...sockets];
    const closed = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of open) {
      if (abruptly) socket.terminate();
      else socket.close(1000, 'bye');
    }
    await Promise.all(closed);
  };
  closeAtEnd(() => disconnect({ abruptly: true }));

  const post = async <Data>(query: string, variables?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer<Data>;
  };

  return {
    post,
    data: async <Data>(query: string, variables?: object) => {
      const { data, errors } = await post<Data>(query, variables);
      if (errors || !data) throw new Error(`GraphQL answered ${JSON.stringify(errors)}`);
      return data;
    },
    subscribe: <Data>(query: string, variables?: Record<string, unknown>): TestSubscription<Data> => {
      const queue = createQueue<Answer<Data>>(`The subscription ${query.replace(/\s+/g, ' ').slice(0, 80)}`);
      let unsubscribe = () => {};
      const ended = new Promise<void>((resolve, reject) => {
        unsubscribe = client.subscribe<Data>(
          { query, variables },
          {
            next: (result: ExecutionResult<Data, unknown>) => queue.push(result as Answer<Data>),
            error: (cause) => {
              const error = asError(cause);
              queue.end(error);
              reject(error);
            },
            complete: () => {
              queue.end(new Error('The subscription is complete.'));
              resolve();
            },
          },
        );
      });
      // Whoever does not look at `ended` learns of it from `next`.
      ended.catch(() => undefined);
      return { all: queue.all, next: queue.next, until: queue.until, ended, complete: () => unsubscribe() };
    },
    disconnect,
  };
};

/** graphql-ws hands over the errors of an `error` message as an array, else what closed the socket. */
const asError = (cause: unknown): Error => {
  if (Array.isArray(cause)) return new SubscriptionFailed(cause as GraphQLFailure[]);
  if (cause instanceof Error) return cause;
  const { code, reason } = (cause ?? {}) as { code?: number; reason?: string };
  return new Error(`The socket closed${code ? ` with ${code} ${reason ?? ''}` : ''}.`, { cause });
};

/** A bare WebSocket for tests of the protocol itself: `received` has the parsed messages, `closed` the close code. */
export interface RawSocket {
  readonly received: Queue<Record<string, unknown>>;
  readonly closed: Promise<{ code: number; reason: string }>;
  send(message: object | string | Buffer): void;
  terminate(): void;
}

export const openRawSocket = async (
  url: string,
  {
    protocol = 'graphql-transport-ws',
    headers = {},
  }: { protocol?: string; headers?: Record<string, string> } = {},
): Promise<RawSocket> => {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, protocol, { headers });
  const received = createQueue<Record<string, unknown>>('The socket');
  socket.on('message', (bytes: Buffer) =>
    received.push(JSON.parse(bytes.toString()) as Record<string, unknown>),
  );
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      received.end(new Error(`The socket closed with ${code} ${reason.toString()}`));
      resolve({ code, reason: reason.toString() });
    });
  });
  closeAtEnd(() => {
    socket.terminate();
    return closed;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    received,
    closed,
    send: (message) =>
      socket.send(
        typeof message === 'object' && !Buffer.isBuffer(message) ? JSON.stringify(message) : message,
      ),
    terminate: () => socket.terminate(),
  };
};
