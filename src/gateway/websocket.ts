import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  CloseCode,
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  makeServer,
  type Context as SocketContext,
} from 'graphql-ws';
import { GraphQLError, type ExecutionArgs, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { MillraceError } from '../errors.js';
import type { Principal } from '../resolvers/context.js';
import type { Authenticate } from './authenticate.js';
import { counted } from './counted.js';
import type { Operation } from './documents.js';
import type { Delivery, Sink } from './delivery.js';
import type { Guard } from './guard.js';
import { UnreadableText, parseJson } from './json.js';
import { outcomeOf, type Metrics } from './metrics.js';
import { createOperationIds, type OperationIds } from './operation-ids.js';
import { spreadOver } from './spread.js';
import { createOutlet, type Outlet } from './outlet.js';
import { frameHead, frameTail } from './socket-frames.js';
import {
  closeReason,
  goAway,
  hearOnlyReaders,
  keepAlive,
  refuseUpgrade,
  send,
  textOf,
  whenClosed,
} from './socket.js';

/**
 * GraphQL over WebSocket, subprotocol graphql-transport-ws. graphql-ws speaks the protocol; what runs is the guard's.
 * Results of subscriptions do not pass through it: they are written as frames that equal subscriptions share, and graphql-ws
 * sees an iterator that only ends. Nothing queues for a slow client: results are taken while its socket has room.
 */
export interface WebSocketOptions {
  readonly schema: GraphQLSchema;
  readonly guard: Guard;
  readonly authenticate: Authenticate;
  /** Bytes that may be unsent on one socket. */
  readonly bufferBytes: number;
  readonly metrics: Metrics;
  readonly log: { error(details: object, message: string): void };
  readonly limits?: Partial<SocketLimits>;
}

export interface SocketLimits {
  /** Operations at once on one socket. */
  readonly operations: number;
  readonly messageBytes: number;
  readonly fragments: number;
  readonly initWaitMs: number;
  /** Between pings, and until the pong to one is missed. */
  readonly keepAliveMs: number;
}

const defaults: SocketLimits = {
  operations: 100,
  messageBytes: 128 * 1024,
  fragments: 64,
  initWaitMs: 3_000,
  keepAliveMs: 12_000,
};

interface Extra {
  readonly principal: Principal;
  readonly outlet: Outlet;
  readonly ids: OperationIds;
}

/** What graphql-ws carries from `onSubscribe` to `execute` and `subscribe`. */
interface GuardedArgs extends ExecutionArgs {
  readonly operation: Operation;
  readonly id: string;
  readonly extra: Extra;
}

const isGuarded = (args: ExecutionArgs): args is GuardedArgs => 'operation' in args && 'extra' in args;

const guarded = (args: ExecutionArgs): GuardedArgs => {
  if (isGuarded(args)) return args;
  throw new Error('graphql-ws runs an operation that the guard has not seen');
};

export const createWebSockets = (options: WebSocketOptions) => {
  const { schema, guard, authenticate, metrics, log } = options;
  const limits = { ...defaults, ...options.limits };
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    maxFragments: limits.fragments,
    perMessageDeflate: false,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
  let stopping = false;

  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: limits.initWaitMs,
    onSubscribe: (context, id, payload) => {
      if (operationsOf(context) > limits.operations) return [tooMany(limits.operations)];
      const prepared = guard.prepare(payload);
      if (!('document' in prepared)) {
        metrics.operations.inc({ transport: 'websocket', kind: 'none', outcome: outcomeOf(prepared) });
        return prepared;
      }
      const args: GuardedArgs = {
        schema,
        document: prepared.document,
        operationName: prepared.node.name?.value,
        variableValues: prepared.variables,
        contextValue: undefined,
        operation: prepared,
        id,
        extra: context.extra,
      };
      return args;
    },
    execute: async (args) => {
      const { operation, extra } = guarded(args);
      const began = performance.now();
      const result = await guard.execute(operation, extra.principal);
      metrics.operations.inc({
        transport: 'websocket',
        kind: operation.type,
        outcome: outcomeOf(result.errors),
      });
      metrics.seconds.observe(
        { transport: 'websocket', kind: operation.type },
        (performance.now() - began) / 1_000,
      );
      return result;
    },
    subscribe: (args) => {
      const { operation, id, extra } = guarded(args);
      return pushTo(extra.outlet, extra.ids.nameOf(id), (own) => {
        const { sink, stop } = counted(own, 'websocket', metrics);
        const subscription = guard.subscribe(operation, extra.principal, sink);
        return {
          wake: subscription.wake,
          stop: () => {
            stop();
            subscription.stop();
          },
        };
      });
    },
  });

  const accept = (socket: WebSocket, request: IncomingMessage, stream: Duplex): void => {
    metrics.sockets.inc();
    const outlet = createOutlet({
      stream,
      bufferBytes: options.bufferBytes,
      isOpen: () => socket.readyState === socket.OPEN,
      afterSlice: guard.afterSlice,
    });
    // `ws` closes the socket itself, with the code that fits; without a listener the error would end the process.
    socket.on('error', () => undefined);
    const ids = createOperationIds();
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => {
          outlet.flush();
          const text = ids.outgoing(data);
          return text === undefined ? Promise.resolve() : send(socket, text);
        },
        close: (code, reason) => socket.close(code, closeReason(reason ?? '')),
        onMessage: (handle) =>
          socket.on('message', (data, isBinary) => {
            receive(socket, ids, data, isBinary, handle);
            hearOnlyReaders(socket, stream, options.bufferBytes);
          }),
      },
      { principal: authenticate(request), outlet, ids },
    );
    socket.on('ping', () => hearOnlyReaders(socket, stream, options.bufferBytes));
    const stopPinging = keepAlive(socket, limits.keepAliveMs);
    socket.once('close', (code, reason) => {
      stopPinging();
      metrics.sockets.dec();
      closed(code, String(reason)).catch((error: unknown) =>
        log.error({ err: error }, 'a closed socket was not cleaned up'),
      );
    });
    if (stopping) goAway(socket);
  };

  const receive = (
    socket: WebSocket,
    ids: OperationIds,
    data: RawData,
    isBinary: boolean,
    handle: (data: string) => Promise<void>,
  ): void => {
    if (isBinary) return socket.close(CloseCode.BadRequest, 'Send text messages');
    const text = translate(socket, ids, textOf(data));
    if (text === undefined) return undefined;
    handle(text).catch((error: unknown) => {
      log.error({ err: error }, 'a message on a socket failed unexpectedly');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    });
    return undefined;
  };

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/graphql') return refuseUpgrade(stream, '404 Not Found');
    if (stopping) return refuseUpgrade(stream, '503 Service Unavailable');
    return sockets.handleUpgrade(request, stream, head, (socket) => accept(socket, request, stream));
  };

  return {
    attach: (server: Server): void => {
      server.on('upgrade', upgrade);
    },
    /**
     * Tells every client to reconnect, evenly spread over `spreadMs`, so that they do not all come to another gateway at once;
     * ends what is open after `deadlineMs`.
     */
    stop: async (deadlineMs: number, spreadMs = 0): Promise<void> => {
      stopping = true;
      const open = [...sockets.clients];
      const gone = Promise.all(open.map(whenClosed));
      const late = setTimeout(() => open.forEach((socket) => socket.terminate()), deadlineMs);
      await spreadOver(open, Math.min(spreadMs, deadlineMs), goAway);
      await gone;
      clearTimeout(late);
      sockets.close();
    },
  };
};

export type WebSockets = ReturnType<typeof createWebSockets>;

/**
 * An iterator for graphql-ws that brings nothing and ends when the subscription does: its results go straight to the outlet.
 * graphql-ws ends it when the client completes the subscription or is gone.
 */
const pushTo = (
  outlet: Outlet,
  id: string,
  subscribe: (sink: Sink) => Delivery,
): AsyncIterableIterator<ExecutionResult, undefined> => {
  const tail = frameTail(id);
  const done = { done: true, value: undefined } as const;
  let finish = (): void => {};
  const over = new Promise<typeof done>((resolve, reject) => {
    const sink: Sink = {
      get isFull() {
        return outlet.isFull;
      },
      write: (payloads) =>
        outlet.write(payloads.flatMap((payload) => [frameHead(payload, tail.length), tail])),
      end: (error) => {
        forget();
        if (error) reject(error);
        else resolve(done);
      },
    };
    const delivery = subscribe(sink);
    const forget = outlet.onRoom(delivery.wake);
    finish = () => {
      forget();
      delivery.stop();
      resolve(done);
    };
  });
  // Who ended it does not ask how it ended.
  over.catch(() => undefined);
  const end = (): Promise<typeof done> => {
    finish();
    return Promise.resolve(done);
  };
  return {
    next: () => over,
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

/** Messages that only servers send. */
const ofServers = new Set<unknown>(['connection_ack', 'next', 'error']);

/** A client's message as graphql-ws gets it; undefined when it closes the socket. */
const translate = (socket: WebSocket, ids: OperationIds, text: string): string | undefined => {
  let message: unknown;
  try {
    message = parseJson(text);
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    socket.close(CloseCode.BadRequest, closeReason(error.message));
    return undefined;
  }
  if (typeof message !== 'object' || message === null || !('type' in message)) return text;
  const { type } = message;
  if (ofServers.has(type)) {
    socket.close(CloseCode.BadRequest, `Clients do not send ${String(type)}`);
    return undefined;
  }
  const name = 'id' in message && typeof message.id === 'string' ? message.id : '';
  if (name === '' || (type !== 'subscribe' && type !== 'complete')) return text;
  const id = type === 'subscribe' ? ids.begin(name) : (ids.end(name) ?? '0');
  if (id !== undefined) return JSON.stringify({ ...message, id });
  socket.close(CloseCode.SubscriberAlreadyExists, closeReason(`Subscriber for ${name} already exists`));
  return undefined;
};

const operationsOf = (context: SocketContext<Record<string, unknown>, Extra>): number =>
  Object.keys(context.subscriptions).length;

const tooMany = (limit: number): GraphQLError => {
  const error = new MillraceError(
    'RATE_LIMITED',
    `This socket already has ${limit} operations. Complete one, or open another socket.`,
  );
  return new GraphQLError(error.message, { extensions: { code: error.code } });
};
