import type { FastifyReply } from 'fastify';
import type { GraphQLError } from 'graphql';
import type { Principal } from '../resolvers/context.js';
import { counted } from './counted.js';
import type { Operation } from './documents.js';
import type { Guard, Subscription } from './guard.js';
import { outcomeOf, type Metrics } from './metrics.js';
import { complete, events, failure, ping } from './sse-frames.js';
import type { EventStream, EventStreamOptions } from './sse-stream.js';

export type CreateStream = (
  reply: FastifyReply,
  options?: Pick<EventStreamOptions, 'onDrain' | 'place'>,
) => EventStream;

export interface StreamSubscriptionOptions {
  readonly guard: Guard;
  readonly operation: Operation;
  readonly principal: Principal;
  /** The cursor that the client brought. */
  readonly resumeAfter: string | undefined;
  readonly metrics: Metrics;
  /** Whether the status waits for the first result, or for an error that then becomes it; for `standsMs` at most. */
  readonly holds: boolean;
  /** By then a subscription stands, as a rule, and has a place. */
  readonly standsMs: number;
  readonly createStream: CreateStream;
  readonly reply: FastifyReply;
}

/** A stream of the results of one subscription. */
export interface SubscriptionStream {
  readonly closed: Promise<void>;
  /** Ends the response without `complete`, so that its client comes again, with its place. */
  sendAway(): void;
  destroy(): void;
}

/** Sends the results of a subscription as events until it ends or the client is gone. */
export const streamSubscription = (options: StreamSubscriptionOptions): SubscriptionStream => {
  const { guard, operation, principal, resumeAfter, metrics, createStream, reply } = options;
  let subscription: Pick<Subscription, 'wake' | 'place' | 'stop'> = none;
  let delivered = false;
  const place = (): string | undefined => subscription.place();
  const stream = createStream(reply, { onDrain: () => subscription.wake(), place });
  if (!options.holds) stream.open();
  // So that who has seen no event yet has a place too, should the gateway die.
  const stands = setTimeout(() => stream.write(ping(place())), options.standsMs);

  const fail = (error: GraphQLError): void => {
    if (isPassing(error, delivered)) stream.end(ping(error.extensions.cursor));
    else if (stream.isNew && outcomeOf([error]) === 'refused') stream.refuse(400, { errors: [error] });
    else stream.end(failure([error]));
  };
  const { sink, stop } = counted(
    {
      get isFull() {
        return stream.isFull;
      },
      write: (payloads) => {
        delivered = true;
        stream.write(events(payloads));
      },
      end: (error) => (error ? fail(error) : stream.end(complete)),
    },
    'sse',
    metrics,
  );
  void stream.closed.then(() => {
    clearTimeout(stands);
    subscription.stop();
    stop();
  });
  subscription = guard.subscribe(operation, principal, sink, { resumeAfter });
  return {
    closed: stream.closed,
    sendAway: () => {
      stream.end(ping(place()));
      subscription.stop();
    },
    destroy: stream.destroy,
  };
};

const none = { wake: () => undefined, place: () => undefined, stop: () => undefined };

/** A stream that stood and lost what is beneath it: its client is to come again by itself. */
const isPassing = ({ extensions }: GraphQLError, delivered: boolean): boolean =>
  extensions.code === 'UNAVAILABLE' && (delivered || typeof extensions.cursor === 'string');
