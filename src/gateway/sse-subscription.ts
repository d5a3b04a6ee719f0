import type { FastifyReply } from 'fastify';
import type { GraphQLError } from 'graphql';
import type { Principal } from '../resolvers/context.js';
import type { Delivery, Sink } from './delivery.js';
import type { Operation } from './documents.js';
import type { Guard } from './guard.js';
import { outcomeOf, type Metrics } from './metrics.js';
import { complete, events, failure, place } from './sse-frames.js';
import type { EventStream } from './sse-stream.js';

export type CreateStream = (reply: FastifyReply, onDrain?: () => void) => EventStream;

export interface StreamSubscriptionOptions {
  readonly guard: Guard;
  readonly operation: Operation;
  readonly principal: Principal;
  /** The cursor that the client brought. */
  readonly resumeAfter: string | undefined;
  readonly metrics: Metrics;
  /** For how long the status waits for the first result, or for an error that then becomes it. */
  readonly holdMs: number;
  readonly createStream: CreateStream;
  readonly reply: FastifyReply;
}

const transport = 'sse';

/** Sends the results of a subscription as events until it ends or the client is gone. */
export const streamSubscription = (options: StreamSubscriptionOptions): EventStream => {
  const { guard, operation, principal, resumeAfter, metrics, holdMs, createStream, reply } = options;
  let delivery: Delivery = { wake: nothing, stop: nothing };
  let delivered = false;
  let outcome = 'ok';
  const stream = createStream(reply, () => delivery.wake());
  const hold = holdMs > 0 ? setTimeout(stream.open, holdMs) : undefined;
  if (!hold) stream.open();
  metrics.subscriptions.inc({ transport });
  void stream.closed.then(() => {
    clearTimeout(hold);
    delivery.stop();
    metrics.subscriptions.dec({ transport });
    metrics.operations.inc({ transport, kind: 'subscription', outcome });
  });

  const fail = (error: GraphQLError): void => {
    outcome = outcomeOf([error]);
    if (isPassing(error, delivered)) stream.end(place(error.extensions.cursor));
    else if (stream.isNew && outcome === 'refused') stream.refuse(400, { errors: [error] });
    else stream.end(failure([error]));
  };
  const sink: Sink = {
    get isFull() {
      return stream.isFull;
    },
    write: (payloads) => {
      delivered = true;
      metrics.delivered(transport, payloads.length);
      stream.write(events(payloads));
    },
    end: (error) => (error ? fail(error) : stream.end(complete)),
  };
  delivery = guard.subscribe(operation, principal, sink, { resumeAfter });
  return stream;
};

const nothing = (): void => undefined;

/** A stream that stood and lost what is beneath it, as when the gateway stops: its client is to come again by itself. */
const isPassing = ({ extensions }: GraphQLError, delivered: boolean): boolean =>
  extensions.code === 'UNAVAILABLE' && (delivered || typeof extensions.cursor === 'string');
