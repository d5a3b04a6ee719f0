import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Order as DomainOrder } from '../events/orders.js';
import type { Context } from '../resolvers/context.js';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** ISO 4217 code in upper case, such as `KRW`. */
  Currency: { input: string; output: string; }
  /** Opaque place in an event stream. Give it back as `after` and the stream continues with the next event. */
  Cursor: { input: string; output: string; }
  /** RFC 3339 date and time with zone, years 1900 to 9999. Answered in UTC with milliseconds. */
  DateTime: { input: string; output: string; }
  /** An exact decimal: an int or a plain decimal string, at most 15 integer digits. Answered with the digits of its currency. */
  Decimal: { input: string; output: string; }
  /** A JSON object. */
  JSONObject: { input: Record<string, unknown>; output: Record<string, unknown>; }
  /** An integer within ±(2^53 − 1), as a JSON number. */
  Long: { input: number; output: number; }
  /** Opaque place of one write. Give it as `consistentWith` and the answer contains that write. */
  Position: { input: string; output: string; }
};

/** Exact sums over orders of one currency. The average is rounded half-even to the currency's digits; it is zero without orders. */
export type Aggregate = {
  readonly averageAmount: Scalars['Decimal']['output'];
  readonly count: Scalars['Long']['output'];
  /** Null without orders. */
  readonly maxAmount?: Maybe<Scalars['Decimal']['output']>;
  /** Null without orders. */
  readonly minAmount?: Maybe<Scalars['Decimal']['output']>;
  readonly totalAmount: Scalars['Decimal']['output'];
};

/** The outcome of a batch. `replayed` are counted within `accepted`. */
export type BatchPayload = {
  readonly accepted: Scalars['Int']['output'];
  /** The place of the accepted writes, or null when nothing was accepted. */
  readonly position?: Maybe<Scalars['Position']['output']>;
  readonly rejected: ReadonlyArray<Rejection>;
  readonly replayed: Scalars['Int']['output'];
};

export type CreateOrderInput = {
  readonly currency: Scalars['Currency']['input'];
  readonly customerEmail?: InputMaybe<Scalars['String']['input']>;
  readonly customerId: Scalars['ID']['input'];
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Now when absent. */
  readonly placedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** `unknown` when absent. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** Above zero, with no more decimals than the currency has. */
  readonly totalAmount: Scalars['Decimal']['input'];
};

export type CreateOrderPayload = {
  readonly order: Order;
  readonly position: Scalars['Position']['output'];
  /** The idempotency key, or the same order, was seen before: this is the first answer and nothing was written. */
  readonly replayed: Scalars['Boolean']['output'];
};

export type Mutation = {
  /** PAID to SHIPPED to DELIVERED. With `from` the change happens only if that is the status now. */
  readonly changeOrderStatus: CreateOrderPayload;
  readonly createOrder: CreateOrderPayload;
  /** Up to 1,000 orders. The good ones are accepted in one transaction, each bad one is named in `rejected`. */
  readonly createOrders: BatchPayload;
};


export type MutationChangeOrderStatusArgs = {
  from?: InputMaybe<OrderStatus>;
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  orderId: Scalars['ID']['input'];
  to: OrderStatus;
};


export type MutationCreateOrderArgs = {
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: CreateOrderInput;
};


export type MutationCreateOrdersArgs = {
  inputs: ReadonlyArray<CreateOrderInput>;
};

export type Order = {
  readonly currency: Scalars['Currency']['output'];
  readonly customerEmail?: Maybe<Scalars['String']['output']>;
  readonly customerId: Scalars['ID']['output'];
  readonly id: Scalars['ID']['output'];
  readonly placedAt: Scalars['DateTime']['output'];
  readonly region: Scalars['String']['output'];
  readonly status: OrderStatus;
  /** 20 (PAID), 25 (SHIPPED) or 80 (DELIVERED). */
  readonly statusCode: Scalars['Int']['output'];
  readonly totalAmount: Scalars['Decimal']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  /** Starts at 1 and rises with each change. */
  readonly version: Scalars['Long']['output'];
};

/** Orders, newest first by `placedAt`, then by id. */
export type OrderConnection = {
  /** Taken before the read: `orderEvents(after: asOf)` continues from here (merge by id and version). */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<OrderEdge>;
  readonly nodes: ReadonlyArray<Order>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type OrderEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: Order;
};

export type OrderEvent = {
  readonly currency: Scalars['Currency']['output'];
  /** Continue behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  readonly customerId: Scalars['ID']['output'];
  /** The event's id, the same on every delivery. */
  readonly id: Scalars['ID']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  /** The order as it is now. */
  readonly order?: Maybe<Order>;
  readonly orderId: Scalars['ID']['output'];
  readonly previousStatus?: Maybe<OrderStatus>;
  readonly region: Scalars['String']['output'];
  readonly status: OrderStatus;
  readonly totalAmount: Scalars['Decimal']['output'];
  /** `order.created`, `order.shipped` or `order.delivered`. */
  readonly type: Scalars['String']['output'];
  /** The order's version after this event. */
  readonly version: Scalars['Long']['output'];
};

/** All given conditions must hold. */
export type OrderEventFilter = {
  readonly customerId?: InputMaybe<Scalars['ID']['input']>;
  readonly orderId?: InputMaybe<Scalars['ID']['input']>;
  readonly region?: InputMaybe<Scalars['String']['input']>;
  readonly types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

/** Statistics of all orders of one currency. The regions, by name, add up to the total in every answer, unless `region` narrows them. */
export type OrderStats = {
  /** The events that the numbers contain: `orderEvents(after: asOf)` continues with the first that they do not. */
  readonly asOf: Scalars['Cursor']['output'];
  readonly currency: Scalars['Currency']['output'];
  readonly regions: ReadonlyArray<RegionStats>;
  readonly total: Aggregate;
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Rises with each change; 0 while the currency has no orders. */
  readonly version: Scalars['Long']['output'];
};

/** Orders whose `placedAt` falls into one UTC window. Every event counts in its window, however late it comes. */
export type OrderStatsWindow = {
  readonly aggregate: Aggregate;
  readonly end: Scalars['DateTime']['output'];
  /** The window's end and 5 minutes of grace are past. Later events still correct it. */
  readonly final: Scalars['Boolean']['output'];
  /** Null is the total over all regions. */
  readonly region?: Maybe<Scalars['String']['output']>;
  readonly start: Scalars['DateTime']['output'];
  /** Rises with each change of this window. */
  readonly version: Scalars['Long']['output'];
};

/** Status of an order. Codes 20, 25 and 80; it moves only from PAID to SHIPPED to DELIVERED. */
export type OrderStatus =
  | 'DELIVERED'
  | 'PAID'
  | 'SHIPPED';

/** Where a page of a connection begins and ends (Relay cursor connections). */
export type PageInfo = {
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

export type Query = {
  readonly order?: Maybe<Order>;
  /** With `consistentWith` the answer contains that write; it waits at most `waitMs` (2000, at most 10000), then fails with POSITION_TIMEOUT. */
  readonly orderStats: OrderStats;
  /** Windows that overlap `from` to `to`, oldest first, empty ones left out; the range may span at most 1,000 windows. Without `region`: the totals. */
  readonly orderStatsWindows: ReadonlyArray<OrderStatsWindow>;
  /** Newest first. `first` is 50 unless given, at most 500. */
  readonly orders: OrderConnection;
};


export type QueryOrderArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  id: Scalars['ID']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryOrderStatsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  currency: Scalars['Currency']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryOrderStatsWindowsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  currency: Scalars['Currency']['input'];
  from: Scalars['DateTime']['input'];
  region?: InputMaybe<Scalars['String']['input']>;
  size: WindowSize;
  to: Scalars['DateTime']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryOrdersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  customerId?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  region?: InputMaybe<Scalars['String']['input']>;
  status?: InputMaybe<OrderStatus>;
};

export type RegionStats = {
  readonly aggregate: Aggregate;
  readonly region: Scalars['String']['output'];
};

/** One item of a batch that was refused. The other items are not affected. */
export type Rejection = {
  /** An error code, as in `errors[].extensions.code`. */
  readonly code: Scalars['String']['output'];
  /** The input field that is at fault, where there is one. */
  readonly field?: Maybe<Scalars['String']['output']>;
  /** Place in the batch, from 0. */
  readonly index: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  /** For `CONFLICT`: which rule was broken. */
  readonly reason?: Maybe<Scalars['String']['output']>;
};

export type Subscription = {
  /**
   * Fed by `order.events.v1`: the order now (null while it does not exist), then each newer version.
   * Latest: a slow client skips to the newest.
   */
  readonly order?: Maybe<Order>;
  /**
   * Fed by `order.events.v1`: live from now, or behind `after`; every event once, in order per order.
   * Lossless: a slow client continues from the log. `heartbeat` (1 to 60 seconds) asks for progress:
   * at once, and whenever nothing came for so long, a result whose root field is null and whose
   * `extensions` are `{ cursor, upToDate }`.
   */
  readonly orderEvents?: Maybe<OrderEvent>;
  /**
   * Fed by `order.stats.v1`: the statistics now, then each newer version, never an older one.
   * Latest: a slow client skips to the newest. With `region`, only changes of that region.
   */
  readonly orderStats: OrderStats;
  /**
   * Fed by `order.stats.v1`: the windows that are not final yet, then each window that changes, once more when it becomes final.
   * Latest per window: a slow client gets the newest of each. Without `region`: the totals.
   */
  readonly orderStatsWindows: OrderStatsWindow;
};


export type SubscriptionOrderArgs = {
  id: Scalars['ID']['input'];
};


export type SubscriptionOrderEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<OrderEventFilter>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
};


export type SubscriptionOrderStatsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  currency: Scalars['Currency']['input'];
  region?: InputMaybe<Scalars['String']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type SubscriptionOrderStatsWindowsArgs = {
  currency: Scalars['Currency']['input'];
  region?: InputMaybe<Scalars['String']['input']>;
  size: WindowSize;
};

export type WindowSize =
  | 'DAY'
  | 'FIVE_MINUTES'
  | 'HOUR'
  | 'MINUTE';



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Aggregate: ResolverTypeWrapper<Aggregate>;
  BatchPayload: ResolverTypeWrapper<BatchPayload>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CreateOrderInput: CreateOrderInput;
  CreateOrderPayload: ResolverTypeWrapper<Omit<CreateOrderPayload, 'order'> & { order: ResolversTypes['Order'] }>;
  Currency: ResolverTypeWrapper<Scalars['Currency']['output']>;
  Cursor: ResolverTypeWrapper<Scalars['Cursor']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  JSONObject: ResolverTypeWrapper<Scalars['JSONObject']['output']>;
  Long: ResolverTypeWrapper<Scalars['Long']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Order: ResolverTypeWrapper<DomainOrder>;
  OrderConnection: ResolverTypeWrapper<Omit<OrderConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['OrderEdge']>, nodes: ReadonlyArray<ResolversTypes['Order']> }>;
  OrderEdge: ResolverTypeWrapper<Omit<OrderEdge, 'node'> & { node: ResolversTypes['Order'] }>;
  OrderEvent: ResolverTypeWrapper<Omit<OrderEvent, 'order'> & { order?: Maybe<ResolversTypes['Order']> }>;
  OrderEventFilter: OrderEventFilter;
  OrderStats: ResolverTypeWrapper<OrderStats>;
  OrderStatsWindow: ResolverTypeWrapper<OrderStatsWindow>;
  OrderStatus: OrderStatus;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Position: ResolverTypeWrapper<Scalars['Position']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RegionStats: ResolverTypeWrapper<RegionStats>;
  Rejection: ResolverTypeWrapper<Rejection>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  WindowSize: WindowSize;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Aggregate: Aggregate;
  BatchPayload: BatchPayload;
  Boolean: Scalars['Boolean']['output'];
  CreateOrderInput: CreateOrderInput;
  CreateOrderPayload: Omit<CreateOrderPayload, 'order'> & { order: ResolversParentTypes['Order'] };
  Currency: Scalars['Currency']['output'];
  Cursor: Scalars['Cursor']['output'];
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  JSONObject: Scalars['JSONObject']['output'];
  Long: Scalars['Long']['output'];
  Mutation: Record<PropertyKey, never>;
  Order: DomainOrder;
  OrderConnection: Omit<OrderConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['OrderEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Order']> };
  OrderEdge: Omit<OrderEdge, 'node'> & { node: ResolversParentTypes['Order'] };
  OrderEvent: Omit<OrderEvent, 'order'> & { order?: Maybe<ResolversParentTypes['Order']> };
  OrderEventFilter: OrderEventFilter;
  OrderStats: OrderStats;
  OrderStatsWindow: OrderStatsWindow;
  PageInfo: PageInfo;
  Position: Scalars['Position']['output'];
  Query: Record<PropertyKey, never>;
  RegionStats: RegionStats;
  Rejection: Rejection;
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
};

export type AggregateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Aggregate'] = ResolversParentTypes['Aggregate']> = {
  averageAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  maxAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  minAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  totalAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type BatchPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BatchPayload'] = ResolversParentTypes['BatchPayload']> = {
  accepted?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  position?: Resolver<Maybe<ResolversTypes['Position']>, ParentType, ContextType>;
  rejected?: Resolver<ReadonlyArray<ResolversTypes['Rejection']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CreateOrderPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateOrderPayload'] = ResolversParentTypes['CreateOrderPayload']> = {
  order?: Resolver<ResolversTypes['Order'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export interface CurrencyScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Currency'], any> {
  name: 'Currency';
}

export interface CursorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Cursor'], any> {
  name: 'Cursor';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export interface JsonObjectScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSONObject'], any> {
  name: 'JSONObject';
}

export interface LongScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Long'], any> {
  name: 'Long';
}

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  changeOrderStatus?: Resolver<ResolversTypes['CreateOrderPayload'], ParentType, ContextType, RequireFields<MutationChangeOrderStatusArgs, 'orderId' | 'to'>>;
  createOrder?: Resolver<ResolversTypes['CreateOrderPayload'], ParentType, ContextType, RequireFields<MutationCreateOrderArgs, 'input'>>;
  createOrders?: Resolver<ResolversTypes['BatchPayload'], ParentType, ContextType, RequireFields<MutationCreateOrdersArgs, 'inputs'>>;
};

export type OrderResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Order'] = ResolversParentTypes['Order']> = {
  currency?: Resolver<ResolversTypes['Currency'], ParentType, ContextType>;
  customerEmail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  customerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  placedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OrderStatus'], ParentType, ContextType>;
  statusCode?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OrderConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderConnection'] = ResolversParentTypes['OrderConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrderEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Order']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OrderEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderEdge'] = ResolversParentTypes['OrderEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Order'], ParentType, ContextType>;
};

export type OrderEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderEvent'] = ResolversParentTypes['OrderEvent']> = {
  currency?: Resolver<ResolversTypes['Currency'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  customerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  order?: Resolver<Maybe<ResolversTypes['Order']>, ParentType, ContextType>;
  orderId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  previousStatus?: Resolver<Maybe<ResolversTypes['OrderStatus']>, ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OrderStatus'], ParentType, ContextType>;
  totalAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OrderStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderStats'] = ResolversParentTypes['OrderStats']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['Currency'], ParentType, ContextType>;
  regions?: Resolver<ReadonlyArray<ResolversTypes['RegionStats']>, ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Aggregate'], ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OrderStatsWindowResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderStatsWindow'] = ResolversParentTypes['OrderStatsWindow']> = {
  aggregate?: Resolver<ResolversTypes['Aggregate'], ParentType, ContextType>;
  end?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  final?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  region?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  start?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface PositionScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Position'], any> {
  name: 'Position';
}

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  order?: Resolver<Maybe<ResolversTypes['Order']>, ParentType, ContextType, RequireFields<QueryOrderArgs, 'id'>>;
  orderStats?: Resolver<ResolversTypes['OrderStats'], ParentType, ContextType, RequireFields<QueryOrderStatsArgs, 'currency'>>;
  orderStatsWindows?: Resolver<ReadonlyArray<ResolversTypes['OrderStatsWindow']>, ParentType, ContextType, RequireFields<QueryOrderStatsWindowsArgs, 'currency' | 'from' | 'size' | 'to'>>;
  orders?: Resolver<ResolversTypes['OrderConnection'], ParentType, ContextType, Partial<QueryOrdersArgs>>;
};

export type RegionStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RegionStats'] = ResolversParentTypes['RegionStats']> = {
  aggregate?: Resolver<ResolversTypes['Aggregate'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RejectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Rejection'] = ResolversParentTypes['Rejection']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  field?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  order?: SubscriptionResolver<Maybe<ResolversTypes['Order']>, "order", ParentType, ContextType, RequireFields<SubscriptionOrderArgs, 'id'>>;
  orderEvents?: SubscriptionResolver<Maybe<ResolversTypes['OrderEvent']>, "orderEvents", ParentType, ContextType, Partial<SubscriptionOrderEventsArgs>>;
  orderStats?: SubscriptionResolver<ResolversTypes['OrderStats'], "orderStats", ParentType, ContextType, RequireFields<SubscriptionOrderStatsArgs, 'currency'>>;
  orderStatsWindows?: SubscriptionResolver<ResolversTypes['OrderStatsWindow'], "orderStatsWindows", ParentType, ContextType, RequireFields<SubscriptionOrderStatsWindowsArgs, 'currency' | 'size'>>;
};

export type Resolvers<ContextType = Context> = {
  Aggregate?: AggregateResolvers<ContextType>;
  BatchPayload?: BatchPayloadResolvers<ContextType>;
  CreateOrderPayload?: CreateOrderPayloadResolvers<ContextType>;
  Currency?: GraphQLScalarType;
  Cursor?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  JSONObject?: GraphQLScalarType;
  Long?: GraphQLScalarType;
  Mutation?: MutationResolvers<ContextType>;
  Order?: OrderResolvers<ContextType>;
  OrderConnection?: OrderConnectionResolvers<ContextType>;
  OrderEdge?: OrderEdgeResolvers<ContextType>;
  OrderEvent?: OrderEventResolvers<ContextType>;
  OrderStats?: OrderStatsResolvers<ContextType>;
  OrderStatsWindow?: OrderStatsWindowResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Position?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  RegionStats?: RegionStatsResolvers<ContextType>;
  Rejection?: RejectionResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
};

