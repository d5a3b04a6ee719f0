import { createClosing } from './closing.js';
import { describeOperation } from './document.js';
import { getSdk, type Sdk } from './generated/operations.js';
import { createHttp, type Variables } from './http.js';
import { createSocket } from './socket.js';
import { createWatch, type WatchContext } from './watch.js';
import type { CallOptions, MillraceOptions, Watch, WatchOptions } from './options.js';

/**
 * The generated operations with their one root field unwrapped. Queries and mutations are promises that reject with a
 * MillraceError; subscriptions (`watch…`) are async iterables that resume by themselves.
 */
export type Operations = { readonly [Name in keyof Sdk]: Unwrapped<Sdk[Name]> };

type Unwrapped<F> = F extends (variables: infer V, options?: unknown) => infer R
  ? R extends Promise<infer Data>
    ? Call<V, CallOptions, Promise<Data[keyof Data]>>
    : R extends AsyncIterable<infer Data>
      ? // Event fields answer null for progress, which the SDK keeps to itself; a state may be null.
        Call<
          V,
          WatchOptions,
          Watch<'heartbeat' extends keyof NonNullable<V> ? NonNullable<Data[keyof Data]> : Data[keyof Data]>
        >
      : never
  : never;

type Call<V, Options, Result> = undefined extends V
  ? (variables?: V, options?: Options) => Result
  : (variables: V, options?: Options) => Result;

export interface Millrace extends Operations {
  /** A query or mutation of your own; answers `data`. The text begins with its name: `query mine { … }`. */
  request<Data>(document: string, variables?: Variables, options?: CallOptions): Promise<Data>;
  /**
   * A subscription of your own; answers its root field. With a variable `$heartbeat` it is an event stream and selects `id`, `version`
   * and `cursor`; else it is a state and selects `version`.
   */
  watch<Value>(document: string, variables?: Variables, options?: WatchOptions): Watch<Value>;
  /** Ends all subscriptions and calls, and closes the connection. */
  dispose(): void;
}

/** Nothing connects before the first call. */
export const createMillrace = (options: MillraceOptions): Millrace => {
  const closing = createClosing();
  const url = endpoint(options.url);
  const { token } = options;
  const readToken = async (): Promise<string | undefined> => (typeof token === 'function' ? token() : token);
  const backoff = { minMs: 100, maxMs: 10_000, ...options.backoff };
  const http = createHttp({
    url: url.href,
    token: readToken,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    backoff,
    timeoutMs: options.timeoutMs ?? 30_000,
    retryForMs: options.retryForMs ?? 5_000,
    closing,
  });
  const socket = createSocket({
    url: url.href.replace(/^http/, 'ws'),
    token: readToken,
    freshToken: typeof token === 'function',
    webSocketImpl: options.webSocketImpl,
  });
  const context: WatchContext = {
    socket,
    backoff,
    bufferSize: options.bufferSize ?? 1000,
    cursorStore: options.cursorStore,
    onStatus: options.onStatus ?? (() => undefined),
    closing,
  };

  const requester = (document: string, variables?: unknown, callOptions?: unknown): unknown => {
    const operation = describeOperation(document);
    const given = { ...(variables as Variables | undefined) };
    return operation.kind === 'subscription'
      ? createWatch(context, operation, given, callOptions as WatchOptions | undefined)
      : http
          .request(operation, given, callOptions as CallOptions | undefined)
          .then((data) => Object.values(data as object)[0] as unknown);
  };

  return {
    // The generated types tell of the root object, `Operations` of the field in it that the requester answers.
    ...(getSdk(requester as Parameters<typeof getSdk>[0]) as unknown as Operations),
    request: async <Data>(document: string, variables: Variables = {}, callOptions?: CallOptions) =>
      (await http.request(describeOperation(document), variables, callOptions)) as Data,
    watch: <Value>(document: string, variables: Variables = {}, watchOptions?: WatchOptions) =>
      createWatch<Value>(context, describeOperation(document), variables, watchOptions),
    dispose: () => {
      closing.close();
      socket.close();
    },
  };
};

const endpoint = (text: string): URL => {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/graphql';
  return url;
};

export { MillraceError } from './errors.js';
export type * from './options.js';
export type { Variables } from './http.js';
export type {
  BatchFieldsFragment as BatchOutcome,
  CasinoActionInput,
  CasinoActionType,
  CasinoStatsFieldsFragment as CasinoStats,
  ConsumerGroupFieldsFragment as ConsumerGroup,
  CreateOrderInput,
  CreatePostInput,
  CreateProductInput,
  CreateUserInput,
  DeadLetterDetailsFragment as DeadLetterDetails,
  DeadLetterFieldsFragment as DeadLetter,
  DeadLetterFilter,
  DeadLetterState,
  DepartmentStatsFieldsFragment as DepartmentStats,
  ErrorLogFieldsFragment as ErrorLog,
  ErrorLogInput,
  LogLevel,
  MessageFieldsFragment as Message,
  NotificationFieldsFragment as Notification,
  OrderEventFilter,
  OrderFieldsFragment as Order,
  OrderStatsFieldsFragment as OrderStats,
  OrderStatsWindowFieldsFragment as OrderStatsWindow,
  OrderStatus,
  PipelineStatsFieldsFragment as PipelineStats,
  PlayerFieldsFragment as Player,
  PostFieldsFragment as Post,
  ProductFieldsFragment as Product,
  SendNotificationInput,
  SystemMetricFieldsFragment as SystemMetric,
  SystemMetricInput,
  TopicDetailsFragment as TopicDetails,
  TopicFieldsFragment as Topic,
  UpdatePostInput,
  UpdateProductInput,
  UpdateUserInput,
  UserActivityFieldsFragment as UserActivity,
  UserActivityInput,
  UserFieldsFragment as User,
  UserStatus,
  WindowSize,
} from './generated/operations.js';
