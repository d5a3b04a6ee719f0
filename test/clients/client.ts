import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as createSocketClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface Observer {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
}

/** A client of others, as its own documentation has it set up, behind the verbs that the tests need. */
export interface StandardClient {
  /** @throws what the client itself throws */
  query(query: string, variables?: Record<string, unknown>): Promise<Result>;
  /** @throws what the client itself throws */
  mutate(query: string, variables?: Record<string, unknown>): Promise<Result>;
  /** Ends it when the returned function is called. */
  subscribe(query: string, variables: Record<string, unknown>, observer: Observer): () => void;
  /** The GraphQL errors in what the client throws or gives to `error`; none when it is of another form than the client documents. */
  errorsIn(error: unknown): Promise<readonly GraphQLFailure[]>;
  stop(): unknown;
}

export interface GraphQLFailure {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Thrown for clients that hand out the errors of an answer as a part of it. */
export class AnsweredWithErrors extends Error {
  constructor(readonly errors: readonly GraphQLFailure[]) {
    super(errors.map(({ message }) => message).join('; '));
    this.name = 'AnsweredWithErrors';
  }
}

/** The first result of a client that iterates over them. */
export const firstOf = async (
  results: AsyncIterable<{ readonly errors?: readonly GraphQLFailure[] }>,
): Promise<Result> => {
  for await (const { errors, ...result } of results) {
    if (errors) throw new AnsweredWithErrors(errors);
    return result;
  }
  throw new Error('no result came');
};

/** Of clients that give the array of an `error` message to `error` as it is. */
export const errorsInArray = (error: unknown): readonly GraphQLFailure[] =>
  error instanceof AnsweredWithErrors
    ? error.errors
    : Array.isArray(error)
      ? (error as GraphQLFailure[])
      : [];

export interface ClientKind {
  readonly name: string;
  /** Of the gateway's metrics. */
  readonly transport: 'websocket' | 'sse';
  create(options: ClientOptions): StandardClient;
}

export interface ClientOptions {
  readonly url: string;
  readonly retryAttempts: number;
}

/** Sooner than the clients' own seconds, so that a restart takes no longer than it must. */
export const retryWait = (): Promise<void> => sleep(100);

/** What all clients over WebSocket stand on. */
export const socketClient = ({ url, retryAttempts }: ClientOptions): Client =>
  createSocketClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts,
    retryWait,
    // By default it gives up where nobody listens, as while a lone gateway starts anew.
    shouldRetry: () => true,
  });
