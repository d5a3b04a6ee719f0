import {
  type GraphQLError,
  Kind,
  createSourceEventStream,
  execute,
  type ExecutionResult,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { MillraceError, unavailable } from '../errors.js';
import type { Progress } from '../live/live.js';
import { mapItems, type ResultIterator } from '../resolvers/iterate.js';
import { withCode, type Documents, type Operation, type OperationRequest } from './documents.js';
import type { Mask } from './errors.js';
import { fragmentsOf, limits } from './limits.js';

/**
 * The one way in which operations run, for HTTP, WebSocket and SSE alike: limits, validation, time limit, masking.
 * No other file of the gateway calls graphql's `execute` or `subscribe`.
 */
export interface Guard {
  /** The operation, or why it may not run: 1 to 20 errors, each with its code. */
  prepare(request: OperationRequest): Operation | readonly GraphQLError[];
  /** Runs a query or mutation. `data` is absent when it was refused before anything ran. Never rejects. */
  execute(operation: Operation, context: () => unknown): Promise<ExecutionResult>;
  /**
   * Starts a subscription; `context` is called for each event. Results are made one at a time, when asked for.
   * What stops it, also at the start, is thrown by `next` as a GraphQL error ready for the client.
   */
  subscribe(operation: Operation, context: () => unknown): ResultIterator<ExecutionResult>;
}

export interface GuardOptions {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly mask: Mask;
  /** Longest run of one operation, or of one event of a subscription. */
  readonly timeLimitMs?: number;
}

export const createGuard = ({ schema, documents, mask, timeLimitMs = 15_000 }: GuardOptions): Guard => {
  const masked = (result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.slice(0, limits.errors).map(mask) } : result;

  const argumentsOf = (operation: Operation) => ({
    schema,
    document: operation.document,
    operationName: operation.node.name?.value,
    variableValues: operation.variables,
  });

  const run = async (
    operation: Operation,
    contextValue: unknown,
    rootValue?: unknown,
  ): Promise<ExecutionResult> => {
    try {
      const running = execute({ ...argumentsOf(operation), contextValue, rootValue });
      if (!isPromise(running)) return masked(running);
      return masked(await within(timeLimitMs, running, () => tooLate(operation, timeLimitMs)));
    } catch (error) {
      return { data: null, errors: [mask(error)] };
    }
  };

  const open = async (operation: Operation, contextValue: unknown): Promise<AsyncIterable<unknown>> => {
    const opening = createSourceEventStream({ ...argumentsOf(operation), contextValue });
    const late = () => {
      // The source may still open; nobody would end it then.
      opening
        .then((source) => (isIterable(source) ? source[Symbol.asyncIterator]().return?.() : undefined))
        .catch(() => undefined);
      return tooLate(operation, timeLimitMs);
    };
    const source = await within(timeLimitMs, opening, late);
    if (isIterable(source)) return source;
    throw source.errors?.[0] ?? new Error('the subscription did not start');
  };

  return {
    prepare: documents.prepare,
    execute: (operation, context) => run(operation, context()),
    subscribe: (operation, context) => {
      let cursor: string | undefined;
      const key = rootKey(operation);
      return mapItems(
        deferred(() => open(operation, context())),
        (item) => {
          cursor = cursorOf(item) ?? cursor;
          if (!isProgress(item)) return run(operation, context(), item);
          return { data: { [key]: null }, extensions: { cursor: item.cursor, upToDate: item.upToDate } };
        },
        (error) => withCursor(mask(error), cursor),
      );
    },
  };
};

const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && 'then' in value;

const isIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value;

const within = <T>(ms: number, work: PromiseLike<T>, late: () => Error): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    // It must not keep a process alive that has nothing else to do.
    timer.unref();
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });

const tooLate = (operation: Operation, ms: number): MillraceError =>
  operation.type === 'mutation'
    ? new MillraceError(
        'OUTCOME_UNKNOWN',
        `The mutation did not answer within ${ms} ms and may still succeed. Repeat it with the same idempotency key or ids: it then counts once.`,
        { retryable: true },
      )
    : unavailable(`The operation did not answer within ${ms} ms. Try again.`);

/** Opens the source with the first `next`, and ends it also when it was not open yet. */
const deferred = (open: () => Promise<AsyncIterable<unknown>>): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => {
    let opened: Promise<AsyncIterator<unknown>> | undefined;
    return {
      next: async () => {
        opened ??= open().then((source) => source[Symbol.asyncIterator]());
        return (await opened).next();
      },
      return: async () => {
        await (await opened)?.return?.();
        return { done: true, value: undefined };
      },
    };
  },
});

/** Name of the only root field in the answer. */
const rootKey = (operation: Operation): string => {
  const fragments = fragmentsOf(operation.document);
  const find = (set: SelectionSetNode): string | undefined => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) return (selection.alias ?? selection.name).value;
      const inside =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const key = inside && find(inside.selectionSet);
      if (key !== undefined) return key;
    }
    return undefined;
  };
  return find(operation.node.selectionSet) ?? '';
};

const isProgress = (item: unknown): item is Progress =>
  typeof item === 'object' && item !== null && 'kind' in item && item.kind === 'progress';

const cursorOf = (item: unknown): string | undefined =>
  typeof item === 'object' && item !== null && 'cursor' in item && typeof item.cursor === 'string'
    ? item.cursor
    : undefined;

/** Where the client may continue, unless the error says it itself; a masked error has its code. */
const withCursor = (error: GraphQLError, cursor: string | undefined): GraphQLError =>
  cursor === undefined ? error : withCode(error, 'INTERNAL_SERVER_ERROR', { cursor });
