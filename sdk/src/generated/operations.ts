/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { TypedDocumentString } from '../document.js';
export type CreateOrderInput = {
  currency: string;
  customerEmail?: string | null | undefined;
  customerId: string;
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  id?: string | null | undefined;
  /** Now when absent. */
  placedAt?: string | null | undefined;
  /** `unknown` when absent. */
  region?: string | null | undefined;
  /** Above zero, with no more decimals than the currency has. */
  totalAmount: string;
};

/** All given conditions must hold. */
export type OrderEventFilter = {
  customerId?: string | null | undefined;
  orderId?: string | null | undefined;
  region?: string | null | undefined;
  types?: Array<string> | null | undefined;
};

/** Status of an order. Codes 20, 25 and 80; it moves only from PAID to SHIPPED to DELIVERED. */
export type OrderStatus =
  | 'DELIVERED'
  | 'PAID'
  | 'SHIPPED';

export type WindowSize =
  | 'DAY'
  | 'FIVE_MINUTES'
  | 'HOUR'
  | 'MINUTE';

export type OrderFieldsFragment = { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string };

export type AggregateFieldsFragment = { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null };

export type OrderStatsFieldsFragment = { currency: string, version: number, updatedAt: string | null, asOf: string, total: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null }, regions: Array<{ region: string, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } }> };

export type OrderStatsWindowFieldsFragment = { start: string, end: string, region: string | null, final: boolean, version: number, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } };

export type OrderQueryVariables = Exact<{
  id: string;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type OrderQuery = { order: { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string } | null };

export type OrdersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  customerId?: string | null | undefined;
  region?: string | null | undefined;
  status?: OrderStatus | null | undefined;
}>;


export type OrdersQuery = { orders: { totalCount: number, asOf: string, nodes: Array<{ id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type OrderStatsQueryVariables = Exact<{
  currency: string;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type OrderStatsQuery = { orderStats: { currency: string, version: number, updatedAt: string | null, asOf: string, total: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null }, regions: Array<{ region: string, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } }> } };

export type OrderStatsWindowsQueryVariables = Exact<{
  currency: string;
  size: WindowSize;
  from: string;
  to: string;
  region?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type OrderStatsWindowsQuery = { orderStatsWindows: Array<{ start: string, end: string, region: string | null, final: boolean, version: number, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } }> };

export type CreateOrderMutationVariables = Exact<{
  input: CreateOrderInput;
  idempotencyKey?: string | null | undefined;
}>;


export type CreateOrderMutation = { createOrder: { position: string, replayed: boolean, order: { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string } } };

export type CreateOrdersMutationVariables = Exact<{
  inputs: Array<CreateOrderInput> | CreateOrderInput;
}>;


export type CreateOrdersMutation = { createOrders: { accepted: number, replayed: number, position: string | null, rejected: Array<{ index: number, code: string, reason: string | null, field: string | null, message: string }> } };

export type ChangeOrderStatusMutationVariables = Exact<{
  orderId: string;
  from?: OrderStatus | null | undefined;
  to: OrderStatus;
  idempotencyKey?: string | null | undefined;
}>;


export type ChangeOrderStatusMutation = { changeOrderStatus: { position: string, replayed: boolean, order: { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string } } };

export type WatchOrderEventsSubscriptionVariables = Exact<{
  filter?: OrderEventFilter | null | undefined;
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchOrderEventsSubscription = { orderEvents: { id: string, type: string, orderId: string, version: number, region: string, customerId: string, totalAmount: string, currency: string, previousStatus: OrderStatus | null, status: OrderStatus, occurredAt: string, cursor: string } | null };

export type WatchOrderStatsSubscriptionVariables = Exact<{
  currency: string;
  region?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type WatchOrderStatsSubscription = { orderStats: { currency: string, version: number, updatedAt: string | null, asOf: string, total: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null }, regions: Array<{ region: string, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } }> } };

export type WatchOrderStatsWindowsSubscriptionVariables = Exact<{
  currency: string;
  size: WindowSize;
  region?: string | null | undefined;
}>;


export type WatchOrderStatsWindowsSubscription = { orderStatsWindows: { start: string, end: string, region: string | null, final: boolean, version: number, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } } };

export type WatchOrderSubscriptionVariables = Exact<{
  id: string;
}>;


export type WatchOrderSubscription = { order: { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string } | null };

export const OrderFieldsFragmentDoc = new TypedDocumentString(`
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}
    `, {"fragmentName":"OrderFields"});
export const AggregateFieldsFragmentDoc = new TypedDocumentString(`
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
    `, {"fragmentName":"AggregateFields"});
export const OrderStatsFieldsFragmentDoc = new TypedDocumentString(`
    fragment OrderStatsFields on OrderStats {
  currency
  total {
    ...AggregateFields
  }
  regions {
    region
    aggregate {
      ...AggregateFields
    }
  }
  version
  updatedAt
  asOf
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}`, {"fragmentName":"OrderStatsFields"});
export const OrderStatsWindowFieldsFragmentDoc = new TypedDocumentString(`
    fragment OrderStatsWindowFields on OrderStatsWindow {
  start
  end
  region
  aggregate {
    ...AggregateFields
  }
  final
  version
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}`, {"fragmentName":"OrderStatsWindowFields"});
export const OrderDocument = new TypedDocumentString(`
    query order($id: ID!, $consistentWith: Position, $waitMs: Int) {
  order(id: $id, consistentWith: $consistentWith, waitMs: $waitMs) {
    ...OrderFields
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const OrdersDocument = new TypedDocumentString(`
    query orders($first: Int, $after: String, $customerId: ID, $region: String, $status: OrderStatus) {
  orders(
    first: $first
    after: $after
    customerId: $customerId
    region: $region
    status: $status
  ) {
    nodes {
      ...OrderFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const OrderStatsDocument = new TypedDocumentString(`
    query orderStats($currency: Currency!, $consistentWith: Position, $waitMs: Int) {
  orderStats(
    currency: $currency
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    ...OrderStatsFields
  }
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
fragment OrderStatsFields on OrderStats {
  currency
  total {
    ...AggregateFields
  }
  regions {
    region
    aggregate {
      ...AggregateFields
    }
  }
  version
  updatedAt
  asOf
}`);
export const OrderStatsWindowsDocument = new TypedDocumentString(`
    query orderStatsWindows($currency: Currency!, $size: WindowSize!, $from: DateTime!, $to: DateTime!, $region: String, $consistentWith: Position, $waitMs: Int) {
  orderStatsWindows(
    currency: $currency
    size: $size
    from: $from
    to: $to
    region: $region
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    ...OrderStatsWindowFields
  }
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
fragment OrderStatsWindowFields on OrderStatsWindow {
  start
  end
  region
  aggregate {
    ...AggregateFields
  }
  final
  version
}`);
export const CreateOrderDocument = new TypedDocumentString(`
    mutation createOrder($input: CreateOrderInput!, $idempotencyKey: ID) {
  createOrder(input: $input, idempotencyKey: $idempotencyKey) {
    order {
      ...OrderFields
    }
    position
    replayed
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const CreateOrdersDocument = new TypedDocumentString(`
    mutation createOrders($inputs: [CreateOrderInput!]!) {
  createOrders(inputs: $inputs) {
    accepted
    replayed
    rejected {
      index
      code
      reason
      field
      message
    }
    position
  }
}
    `);
export const ChangeOrderStatusDocument = new TypedDocumentString(`
    mutation changeOrderStatus($orderId: ID!, $from: OrderStatus, $to: OrderStatus!, $idempotencyKey: ID) {
  changeOrderStatus(
    orderId: $orderId
    from: $from
    to: $to
    idempotencyKey: $idempotencyKey
  ) {
    order {
      ...OrderFields
    }
    position
    replayed
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const WatchOrderEventsDocument = new TypedDocumentString(`
    subscription watchOrderEvents($filter: OrderEventFilter, $after: Cursor, $heartbeat: Int) {
  orderEvents(filter: $filter, after: $after, heartbeat: $heartbeat) {
    id
    type
    orderId
    version
    region
    customerId
    totalAmount
    currency
    previousStatus
    status
    occurredAt
    cursor
  }
}
    `);
export const WatchOrderStatsDocument = new TypedDocumentString(`
    subscription watchOrderStats($currency: Currency!, $region: String, $consistentWith: Position, $waitMs: Int) {
  orderStats(
    currency: $currency
    region: $region
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    ...OrderStatsFields
  }
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
fragment OrderStatsFields on OrderStats {
  currency
  total {
    ...AggregateFields
  }
  regions {
    region
    aggregate {
      ...AggregateFields
    }
  }
  version
  updatedAt
  asOf
}`);
export const WatchOrderStatsWindowsDocument = new TypedDocumentString(`
    subscription watchOrderStatsWindows($currency: Currency!, $size: WindowSize!, $region: String) {
  orderStatsWindows(currency: $currency, size: $size, region: $region) {
    ...OrderStatsWindowFields
  }
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
fragment OrderStatsWindowFields on OrderStatsWindow {
  start
  end
  region
  aggregate {
    ...AggregateFields
  }
  final
  version
}`);
export const WatchOrderDocument = new TypedDocumentString(`
    subscription watchOrder($id: ID!) {
  order(id: $id) {
    ...OrderFields
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export type Requester<C = {}> = <R, V>(doc: string, vars?: V, options?: C) => Promise<R> | AsyncIterable<R>
export function getSdk<C>(requester: Requester<C>) {
  return {
    order(variables: OrderQueryVariables, options?: C): Promise<OrderQuery> {
      return requester<OrderQuery, OrderQueryVariables>(OrderDocument, variables, options) as Promise<OrderQuery>;
    },
    orders(variables?: OrdersQueryVariables, options?: C): Promise<OrdersQuery> {
      return requester<OrdersQuery, OrdersQueryVariables>(OrdersDocument, variables, options) as Promise<OrdersQuery>;
    },
    orderStats(variables: OrderStatsQueryVariables, options?: C): Promise<OrderStatsQuery> {
      return requester<OrderStatsQuery, OrderStatsQueryVariables>(OrderStatsDocument, variables, options) as Promise<OrderStatsQuery>;
    },
    orderStatsWindows(variables: OrderStatsWindowsQueryVariables, options?: C): Promise<OrderStatsWindowsQuery> {
      return requester<OrderStatsWindowsQuery, OrderStatsWindowsQueryVariables>(OrderStatsWindowsDocument, variables, options) as Promise<OrderStatsWindowsQuery>;
    },
    createOrder(variables: CreateOrderMutationVariables, options?: C): Promise<CreateOrderMutation> {
      return requester<CreateOrderMutation, CreateOrderMutationVariables>(CreateOrderDocument, variables, options) as Promise<CreateOrderMutation>;
    },
    createOrders(variables: CreateOrdersMutationVariables, options?: C): Promise<CreateOrdersMutation> {
      return requester<CreateOrdersMutation, CreateOrdersMutationVariables>(CreateOrdersDocument, variables, options) as Promise<CreateOrdersMutation>;
    },
    changeOrderStatus(variables: ChangeOrderStatusMutationVariables, options?: C): Promise<ChangeOrderStatusMutation> {
      return requester<ChangeOrderStatusMutation, ChangeOrderStatusMutationVariables>(ChangeOrderStatusDocument, variables, options) as Promise<ChangeOrderStatusMutation>;
    },
    watchOrderEvents(variables?: WatchOrderEventsSubscriptionVariables, options?: C): AsyncIterable<WatchOrderEventsSubscription> {
      return requester<WatchOrderEventsSubscription, WatchOrderEventsSubscriptionVariables>(WatchOrderEventsDocument, variables, options) as AsyncIterable<WatchOrderEventsSubscription>;
    },
    watchOrderStats(variables: WatchOrderStatsSubscriptionVariables, options?: C): AsyncIterable<WatchOrderStatsSubscription> {
      return requester<WatchOrderStatsSubscription, WatchOrderStatsSubscriptionVariables>(WatchOrderStatsDocument, variables, options) as AsyncIterable<WatchOrderStatsSubscription>;
    },
    watchOrderStatsWindows(variables: WatchOrderStatsWindowsSubscriptionVariables, options?: C): AsyncIterable<WatchOrderStatsWindowsSubscription> {
      return requester<WatchOrderStatsWindowsSubscription, WatchOrderStatsWindowsSubscriptionVariables>(WatchOrderStatsWindowsDocument, variables, options) as AsyncIterable<WatchOrderStatsWindowsSubscription>;
    },
    watchOrder(variables: WatchOrderSubscriptionVariables, options?: C): AsyncIterable<WatchOrderSubscription> {
      return requester<WatchOrderSubscription, WatchOrderSubscriptionVariables>(WatchOrderDocument, variables, options) as AsyncIterable<WatchOrderSubscription>;
    }
  };
}
export type Sdk = ReturnType<typeof getSdk>;