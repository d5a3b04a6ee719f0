import type { TestDatabase } from '../support/database.js';
import type { TestClient } from '../support/graphql.js';

export interface OrderInput {
  readonly id?: string | null;
  readonly customerId?: string;
  readonly customerEmail?: string | null;
  readonly region?: string | null;
  readonly totalAmount?: string | number;
  readonly currency?: string;
  readonly placedAt?: string | null;
}

export interface OrderAnswer {
  readonly id: string;
  readonly customerId: string;
  readonly customerEmail: string | null;
  readonly region: string;
  readonly totalAmount: string;
  readonly currency: string;
  readonly status: string;
  readonly statusCode: number;
  readonly version: number;
  readonly placedAt: string;
  readonly updatedAt: string;
}

export interface Payload {
  readonly order: OrderAnswer;
  readonly position: string;
  readonly replayed: boolean;
}

export interface Batch {
  readonly accepted: number;
  readonly replayed: number;
  readonly rejected: readonly {
    readonly index: number;
    readonly code: string;
    readonly reason: string | null;
    readonly field: string | null;
    readonly message: string;
  }[];
  readonly position: string | null;
}

export const orderFields =
  '{ id customerId customerEmail region totalAmount currency status statusCode version placedAt updatedAt }';
const payloadFields = `{ order ${orderFields} position replayed }`;

export const createOrderMutation = `mutation ($input: CreateOrderInput!, $key: ID) {
  createOrder(input: $input, idempotencyKey: $key) ${payloadFields}
}`;
export const createOrdersMutation = `mutation ($inputs: [CreateOrderInput!]!) {
  createOrders(inputs: $inputs) { accepted replayed rejected { index code reason field message } position }
}`;
export const changeStatusMutation = `mutation ($orderId: ID!, $from: OrderStatus, $to: OrderStatus!, $key: ID) {
  changeOrderStatus(orderId: $orderId, from: $from, to: $to, idempotencyKey: $key) ${payloadFields}
}`;

/** An order whose fields do not matter to the test, but for those given. */
export const anOrder = (input: OrderInput = {}): OrderInput => ({
  customerId: 'customer-1',
  totalAmount: '1000',
  currency: 'KRW',
  ...input,
});

export const createOrder = async (client: TestClient, input: OrderInput, key?: string): Promise<Payload> =>
  (await client.data<{ createOrder: Payload }>(createOrderMutation, { input: anOrder(input), key }))
    .createOrder;

export const createOrders = async (client: TestClient, inputs: readonly OrderInput[]): Promise<Batch> =>
  (await client.data<{ createOrders: Batch }>(createOrdersMutation, { inputs: inputs.map(anOrder) }))
    .createOrders;

export interface StatusChange {
  readonly orderId: string;
  readonly from?: string;
  readonly to: string;
  readonly key?: string;
}

export const changeStatus = async (client: TestClient, change: StatusChange): Promise<Payload> =>
  (await client.data<{ changeOrderStatus: Payload }>(changeStatusMutation, change)).changeOrderStatus;

export interface Aggregate {
  readonly count: number;
  readonly totalAmount: string;
  readonly averageAmount: string;
  readonly minAmount: string | null;
  readonly maxAmount: string | null;
}

export interface Stats {
  readonly currency: string;
  readonly total: Aggregate;
  readonly regions: readonly { readonly region: string; readonly aggregate: Aggregate }[];
  readonly version: number;
  readonly updatedAt: string | null;
  readonly asOf: string;
}

export interface Window {
  readonly start: string;
  readonly end: string;
  readonly region: string | null;
  readonly aggregate: Aggregate;
  readonly final: boolean;
  readonly version: number;
}

export const aggregateFields = '{ count totalAmount averageAmount minAmount maxAmount }';
export const statsFields = `{ currency total ${aggregateFields} regions { region aggregate ${aggregateFields} } version updatedAt asOf }`;
export const windowFields = `{ start end region aggregate ${aggregateFields} final version }`;

const statsQuery = `query ($currency: Currency!, $position: Position, $waitMs: Int) {
  orderStats(currency: $currency, consistentWith: $position, waitMs: $waitMs) ${statsFields}
}`;
const windowsQuery = `query ($currency: Currency!, $size: WindowSize!, $from: DateTime!, $to: DateTime!, $region: String, $position: Position) {
  orderStatsWindows(currency: $currency, size: $size, from: $from, to: $to, region: $region, consistentWith: $position, waitMs: 10000) ${windowFields}
}`;

export const orderStats = async (
  client: TestClient,
  currency: string,
  position?: string | null,
): Promise<Stats> =>
  (await client.data<{ orderStats: Stats }>(statsQuery, { currency, position, waitMs: 10_000 })).orderStats;

export interface WindowsAsked {
  readonly currency: string;
  readonly size: string;
  readonly from: string;
  readonly to: string;
  readonly region?: string;
  readonly position?: string | null;
}

export const orderStatsWindows = async (client: TestClient, asked: WindowsAsked): Promise<Window[]> =>
  (await client.data<{ orderStatsWindows: Window[] }>(windowsQuery, asked)).orderStatsWindows;

export interface OrderEventAnswer {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
  readonly version: number;
  readonly region: string;
  readonly previousStatus: string | null;
  readonly status: string;
  readonly cursor: string;
}

/** Null where the result is a heartbeat. */
export interface EventsAnswer {
  readonly orderEvents: OrderEventAnswer | null;
}

export const eventsSubscription = `subscription ($filter: OrderEventFilter, $after: Cursor, $heartbeat: Int) {
  orderEvents(filter: $filter, after: $after, heartbeat: $heartbeat) {
    id type orderId version region previousStatus status cursor
  }
}`;

/** Rows of all that a mutation may write. */
export const countRows = async (database: TestDatabase): Promise<Record<string, number>> => {
  const [row] = await database.query<Record<string, number>>(
    `select (select count(*) from orders)::int as orders,
       (select count(*) from outbox where topic = 'order.events.v1')::int as outbox,
       (select count(*) from idempotency_keys)::int as keys`,
  );
  return row ?? {};
};
