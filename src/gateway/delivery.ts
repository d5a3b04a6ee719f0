import type { GraphQLError } from 'graphql';
import type { Principal } from '../resolvers/context.js';
import type { Operation } from './documents.js';

/** One result of a subscription, serialised once for all who receive it. */
export interface Payload {
  /** JSON of the execution result, UTF-8. */
  readonly json: Buffer;
  /** The cursor behind it; undefined on state fields. */
  readonly cursor: string | undefined;
}

/** Where the results of one subscription go: an id on a socket, or an SSE response. */
export interface Sink {
  /** Nothing is taken for it while this is true; call `wake` of the delivery when that ends. */
  readonly isFull: boolean;
  /** Results that became ready together, to be written together. */
  write(payloads: readonly Payload[]): void;
  /** The subscription ended by itself, nothing follows; with an error that is ready for the client, or complete. */
  end(error: GraphQLError | undefined): void;
}

export interface Delivery {
  wake(): void;
  stop(): void;
}

/** Starts a subscription whose results go to `sink` until `stop` is called. */
export type Subscribe = (operation: Operation, principal: Principal, sink: Sink) => Delivery;
