import type { GraphQLError } from 'graphql';
import type { Sink } from './delivery.js';
import { outcomeOf, type Metrics, type Transport } from './metrics.js';

/** The same sink, counted: the subscription while it is active, each delivery, and how it ended. `stop` when the client ends it. */
export const counted = (
  sink: Sink,
  transport: Transport,
  metrics: Metrics,
): { readonly sink: Sink; readonly stop: () => void } => {
  metrics.subscriptions.inc({ transport });
  let isOver = false;
  const end = (error: GraphQLError | undefined): void => {
    if (isOver) return;
    isOver = true;
    metrics.subscriptions.dec({ transport });
    metrics.operations.inc({ transport, kind: 'subscription', outcome: outcomeOf(error && [error]) });
  };
  return {
    sink: {
      get isFull() {
        return sink.isFull;
      },
      write: (payloads) => {
        metrics.delivered(transport, payloads.length);
        sink.write(payloads);
      },
      end: (error) => {
        end(error);
        sink.end(error);
      },
    },
    stop: () => end(undefined),
  };
};
