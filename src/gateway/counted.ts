import { GraphQLError, type ExecutionResult } from 'graphql';
import type { ResultIterator } from '../resolvers/iterate.js';
import { outcomeOf, type Metrics, type Transport } from './metrics.js';

type Results = ResultIterator<ExecutionResult>;

/** The same results, counted: the subscription while it is active, each delivery, and how it ended. */
export const counted = (results: Results, transport: Transport, metrics: Metrics): Results => {
  const labels = { transport };
  metrics.subscriptions.inc(labels);
  let ended = false;
  const end = (outcome: string): void => {
    if (ended) return;
    ended = true;
    metrics.subscriptions.dec(labels);
    metrics.operations.inc({ ...labels, kind: 'subscription', outcome });
  };
  const next = async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
    try {
      const result = await results.next();
      if (result.done) end('ok');
      else metrics.deliveries.inc(labels);
      return result;
    } catch (error) {
      end(outcomeOf(error instanceof GraphQLError ? [error] : undefined));
      throw error;
    }
  };
  return {
    ...results,
    next,
    return: () => {
      end('ok');
      return results.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
