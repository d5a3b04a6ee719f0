import { createClient, type Client, type FormattedExecutionResult } from 'graphql-ws';
import { fromGraphQL, MillraceError, property } from './errors.js';
import type { Variables } from './http.js';

export interface SocketOptions {
  readonly url: string;
  readonly token: () => Promise<string | undefined>;
  /** Whether `token` may answer another one after the server closed with 4403. */
  readonly freshToken: boolean;
  readonly webSocketImpl: unknown;
}

export interface Attachment {
  readonly next: (result: FormattedExecutionResult<Record<string, unknown>, unknown>) => void;
  /** Once. Without an error when the server completed the stream. */
  readonly end: (error?: MillraceError) => void;
}

export interface Socket {
  /** Subscribes once on the shared connection; answers what detaches. Nothing is called after that. */
  attach(
    payload: { query: string; operationName: string; variables: Variables },
    attachment: Attachment,
  ): () => void;
  close(): void;
}

const pingMs = 12_000;
const pongMs = 6_000;

/**
 * graphql-ws on one connection for all subscriptions, opened by the first and closed after the last. Its own retries would
 * send the first payload again, without the newer cursor, so whoever is attached is detached at every close and error.
 */
export const createSocket = (options: SocketOptions): Socket => {
  const drops = new Set<(error: MillraceError) => void>();
  const dropAll = (error: MillraceError): void => [...drops].forEach((drop) => drop(error));
  let client: Client | undefined;
  let pongTimer: ReturnType<typeof setTimeout> | undefined;

  const open = (): Client => {
    if (options.webSocketImpl === undefined && typeof WebSocket === 'undefined')
      throw new TypeError(
        'There is no global WebSocket here: give createMillrace a `webSocketImpl`, such as the one of `ws`.',
      );
    return createClient({
      url: options.url,
      webSocketImpl: options.webSocketImpl,
      connectionParams: async () => {
        const token = await options.token();
        return token === undefined ? {} : { authorization: `Bearer ${token}` };
      },
      retryAttempts: 0,
      connectionAckWaitTimeout: 10_000,
      keepAlive: pingMs,
      on: {
        ping: (received) => {
          if (!received) pongTimer = setTimeout(() => client?.terminate(), pongMs);
        },
        pong: () => clearTimeout(pongTimer),
        closed: (event) => {
          clearTimeout(pongTimer);
          dropAll(describeFailure(event, options));
        },
      },
    });
  };

  return {
    attach: (payload, { next, end }) => {
      client ??= open();
      let attached = true;
      const detach = (): void => {
        if (!attached) return;
        attached = false;
        drops.delete(drop);
        release();
      };
      const drop = (error?: MillraceError): void => {
        if (!attached) return;
        detach();
        end(error);
      };
      drops.add(drop);
      const release = client.subscribe<Record<string, unknown>>(
        { ...payload, variables: { ...payload.variables } },
        {
          next: (result) => attached && next(result),
          error: (error) => drop(Array.isArray(error) ? fromGraphQL(error) : describeFailure(error, options)),
          complete: () => drop(),
        },
      );
      return detach;
    },
    close: () => {
      clearTimeout(pongTimer);
      void client?.dispose();
      client = undefined;
    },
  };
};

/** Close codes after which the same connection would fail again. */
const fatalCloseCodes = new Set([1002, 1003, 1007, 1008, 1009, 1010, 4004, 4005, 4400, 4406, 4409, 4429]);

const describeFailure = (failure: unknown, { url, freshToken }: SocketOptions): MillraceError => {
  const code = property(failure, 'code');
  if (typeof code !== 'number')
    return new MillraceError('NETWORK', `No connection to ${url}.`, {
      cause: property(failure, 'error') ?? failure,
    });
  const reason = property(failure, 'reason');
  const extensions = { closeCode: code, reason };
  const said = typeof reason === 'string' && reason !== '' ? `${code} (${reason})` : code.toString();
  if (code === 4401 || (code === 4403 && !freshToken))
    return new MillraceError('UNAUTHENTICATED', `The server closed the connection with ${said}.`, {
      extensions,
    });
  if (fatalCloseCodes.has(code))
    return new MillraceError('BAD_RESPONSE', `The server closed the connection with ${said}.`, {
      extensions,
    });
  return new MillraceError('NETWORK', `The connection was closed with ${said}.`, { extensions });
};
