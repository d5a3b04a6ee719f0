import {
  createSourceEventStream,
  execute,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { MillraceError, unavailable } from '../errors.js';
import type { Progress } from '../live/live.js';
import { pullOf } from '../live/pull.js';
import type { Principal } from '../resolvers/context.js';
import { createDelivery, type Delivery, type Sink } from './delivery.js';
import { withCode, type Documents, type Operation, type OperationRequest } from './documents.js';
import type { Mask } from './errors.js';
import { createGroups, payloadOf, type Group, type Groups } from './groups.js';
import { limits } from './limits.js';
import { createScheduler } from './scheduler.js';

/**
 * The one way in which operations run, for HTTP, WebSocket and SSE alike: limits, validation, time limit, masking.
 * No other file of the gateway calls graphql's `execute` or `subscribe`.
 */
export interface Guard {
  /** The operation, or why it may not run: 1 to 20 errors, each with its code. */
  prepare(request: OperationRequest): Operation | readonly GraphQLError[];
  /** Runs a query or mutation. `data` is absent when it was refused before anything ran. Never rejects. */
  execute(operation: Operation, principal: Principal): Promise<ExecutionResult>;
  /** Starts a subscription; `sink` gets its results, or why there are none. */
  subscribe(operation: Operation, principal: Principal, sink: Sink, options?: SubscribeOptions): Subscription;
  /** Called behind whatever is being delivered now. */
  afterSlice(work: () => void): void;
  stats: Groups['stats'];
  stop(): void;
}

export interface SubscribeOptions {
  /** A cursor that the transport brings; events continue behind it, whatever the document says. */
  readonly resumeAfter?: string | undefined;
}

export interface Subscription extends Delivery {
  /** The cursor behind all that was written; undefined before there is one, and now and then. */
  place(): string | undefined;
  /**
   * The client is somebody else now, or may see other things: the field is asked again whether it may be watched, from
   * where the subscription is, and its results are those of the new scope's group.
   */
  reauthorise(principal: Principal): Promise<void>;
}

export interface GuardOptions {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly mask: Mask;
  /** What resolvers get; made for each operation and each event. */
  readonly createContext: (principal: Principal, resumeAfter?: string) => unknown;
  /** Longest run of one operation, or of one event of a subscription. */
  readonly timeLimitMs?: number;
  /** How many records a client that takes nothing may fall behind before its subscription ends with GAP. */
  readonly mostBehind?: number;
}

export const createGuard = ({
  schema,
  documents,
  mask,
  createContext,
  timeLimitMs = 15_000,
  mostBehind = 100_000,
}: GuardOptions): Guard => {
  const groups = createGroups();
  const scheduler = createScheduler({ mostBehind });

  const masked = (result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.slice(0, limits.errors).map(mask) } : result;

  const argumentsOf = (operation: Operation) => ({
    schema,
    document: operation.document,
    operationName: operation.node.name?.value,
    variableValues: operation.variables,
  });

  const failed = (error: unknown): ExecutionResult => ({ data: null, errors: [mask(error)] });

  /** Answers at once what needs no waiting. */
  const run = (
    operation: Operation,
    contextValue: unknown,
    rootValue?: unknown,
  ): ExecutionResult | Promise<ExecutionResult> => {
    try {
      const running = execute({ ...argumentsOf(operation), contextValue, rootValue });
      if (!isPromise(running)) return masked(running);
      return within(timeLimitMs, running, () => tooLate(operation, timeLimitMs)).then(masked, failed);
    } catch (error) {
      return failed(error);
    }
  };

  const open = async (operation: Operation, contextValue: unknown): Promise<AsyncIterable<unknown>> => {
    const opening = createSourceEventStream({ ...argumentsOf(operation), contextValue });
    const late = () => {
      // The source may still open; nobody would end it then.
      opening
        .then((source) => (isIterable(source) ? pullOf(source).close() : undefined))
        .catch(() => undefined);
      return tooLate(operation, timeLimitMs);
    };
    const source = await within(timeLimitMs, opening, late);
    if (isIterable(source)) return source;
    throw source.errors?.[0] ?? new Error('the subscription did not start');
  };

  const progressOf = ({ root }: Operation, item: Progress): ExecutionResult => ({
    data: { [(root.alias ?? root.name).value]: null },
    extensions: { cursor: item.cursor, upToDate: item.upToDate },
  });

  const subscribe: Guard['subscribe'] = (operation, first, sink, { resumeAfter } = {}) => {
    let isOver = false;
    let group: Group | undefined;
    let delivery: ReturnType<typeof createDelivery> | undefined;
    let place: () => string | undefined = () => undefined;
    /** Counts the times that it was opened: what an earlier one brings is not wanted. */
    let attempt = 0;

    const release = (): void => {
      delivery?.stop();
      group?.leave();
      delivery = group = undefined;
    };

    const end = (failure?: { readonly error: unknown }): void => {
      if (isOver) return;
      isOver = true;
      const cursor = place();
      release();
      sink.end(failure && withCursor(mask(failure.error), cursor));
    };

    const deliver = (principal: Principal, source: AsyncIterable<unknown>): void => {
      const joined = groups.join(operation, principal.scope, (item) =>
        run(operation, createContext(principal), item),
      );
      release();
      group = joined;
      const pull = pullOf(source);
      place = () => pull.place?.();
      delivery = createDelivery({
        pull,
        sink,
        scheduler,
        payloadOf: (item) =>
          isProgress(item) ? payloadOf(progressOf(operation, item), item) : joined.payloadOf(item),
        onEnd: end,
      });
    };

    const start = (principal: Principal, after: string | undefined): void => {
      const mine = (attempt += 1);
      open(operation, createContext(principal, after)).then(
        (source) => {
          if (isOver || mine !== attempt) pullOf(source).close();
          else deliver(principal, source);
        },
        (error: unknown) => mine === attempt && end({ error }),
      );
    };

    start(first, resumeAfter);
    return {
      wake: () => delivery?.wake(),
      place: () => (delivery?.isSettled ? place() : undefined),
      reauthorise: async (principal) => {
        const mine = (attempt += 1);
        await delivery?.pause();
        if (isOver || mine !== attempt) return;
        const at = place() ?? resumeAfter;
        release();
        start(principal, at);
      },
      stop: () => {
        isOver = true;
        release();
      },
    };
  };

  return {
    prepare: documents.prepare,
    execute: async (operation, principal) => run(operation, createContext(principal)),
    subscribe,
    afterSlice: scheduler.afterSlice,
    stats: groups.stats,
    stop: scheduler.stop,
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

const isProgress = (item: unknown): item is Progress =>
  typeof item === 'object' && item !== null && 'kind' in item && item.kind === 'progress';

/** Where the client may continue, unless the error says it itself; a masked error has its code. */
const withCursor = (error: GraphQLError, cursor: string | undefined): GraphQLError =>
  cursor === undefined ? error : withCode(error, 'INTERNAL_SERVER_ERROR', { cursor });
