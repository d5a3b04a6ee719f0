import { statusCodes, type Order, type OrderStatus } from '../events/orders.js';
import type { Queryable, Transaction } from './database.js';
import { lines, outboxColumns, type OutgoingEvent } from './outbox.js';
import {
  countPages,
  countRows,
  equals,
  listPage,
  listPages,
  type Condition,
  type Listing,
  type PageRequest,
  type PageRows,
} from './pages.js';

interface OrderRow extends Omit<Order, 'status'> {
  readonly statusCode: number;
}

const statuses = new Map(Object.entries(statusCodes).map(([status, code]) => [code, status as OrderStatus]));

const toOrder = ({ statusCode, ...row }: OrderRow): Order => ({
  ...row,
  status: statuses.get(statusCode) ?? 'PAID',
});

const columns = `id, customer_id as "customerId", customer_email as "customerEmail", region, total_amount as "totalAmount",
  currency, status as "statusCode", version, placed_at as "placedAt", updated_at as "updatedAt"`;

/** One array for each column, for `unnest`. */
const orderArrays = (orders: readonly Order[]): unknown[][] => [
  orders.map(({ id }) => id),
  orders.map(({ customerId }) => customerId),
  orders.map(({ customerEmail }) => customerEmail),
  orders.map(({ region }) => region),
  orders.map(({ totalAmount }) => totalAmount),
  orders.map(({ currency }) => currency),
  orders.map(({ status }) => statusCodes[status]),
  orders.map(({ version }) => version),
  orders.map(({ placedAt }) => placedAt),
  orders.map(({ updatedAt }) => updatedAt),
];

/**
 * Inserts the orders whose id is new, each with its event, in one statement; in the order of their ids, so that no two
 * transactions wait for each other. It is sent at once: it may be the transaction's last.
 * @param events one for each order, with the order's id as key
 * @returns the outbox id of each order that was inserted
 * @throws MillraceError at once, before anything is sent, when an event is too large
 */
export const insertOrders = (
  tx: Transaction,
  orders: readonly Order[],
  events: readonly OutgoingEvent[],
): Promise<Map<string, number>> => {
  const columns = [...orderArrays(orders), ...outboxColumns(events)];
  return tx
    .query<{ key: string; id: number; xid: string }>(
      `with created as (
         insert into orders (id, customer_id, customer_email, region, total_amount, currency, status, version, placed_at, updated_at)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::smallint[], $8::bigint[],
                              $9::timestamptz[], $10::timestamptz[]) as o (id)
         order by id
         on conflict (id) do nothing
         returning id)
       insert into outbox (topic, key, hash, value, headers)
       select topic, convert_to(key, 'UTF8'), hash, convert_to(value, 'UTF8'), headers::jsonb
       from unnest($11::text[], $12::text[], $13::int[], ${lines('$14')}, ${lines('$15')}) as e (topic, key, hash, value, headers)
       join created on created.id = e.key::uuid
       returning convert_from(key, 'UTF8') as key, id, pg_current_xact_id()::text as xid`,
      columns,
    )
    .then((rows) => {
      tx.id = rows[0]?.xid;
      return new Map(rows.map(({ key, id }) => [key, id]));
    });
};

/** In no particular order; ids without an order are left out. */
export const findOrders = async (db: Queryable, ids: readonly string[]): Promise<Order[]> => {
  const rows = await db.query<OrderRow>(`select ${columns} from orders where id = any($1::uuid[])`, [ids]);
  return rows.map(toOrder);
};

/** The order, locked until the transaction ends. */
export const lockOrder = async (tx: Transaction, id: string): Promise<Order | undefined> => {
  const [row] = await tx.query<OrderRow>(`select ${columns} from orders where id = $1 for update`, [id]);
  return row && toOrder(row);
};

export const updateOrderStatus = async (tx: Transaction, order: Order): Promise<void> => {
  await tx.query('update orders set status = $2, version = $3, updated_at = $4 where id = $1', [
    order.id,
    statusCodes[order.status],
    order.version,
    order.updatedAt,
  ]);
};

export interface OrderFilter {
  readonly customerId?: string | undefined;
  readonly region?: string | undefined;
  readonly status?: OrderStatus | undefined;
}

const listing: Listing = { table: 'orders', columns, time: 'placed_at' };

const conditionsOf = ({ customerId, region, status }: OrderFilter): Condition[] => [
  ...equals('customer_id', customerId),
  ...equals('region', region),
  // As a constant: an index on some statuses only fits a condition that names them.
  ...(status ? [[`status = ${statusCodes[status]}`] as const] : []),
];

/** Newest first by `placedAt`, then by id. */
export const listOrders = async (
  db: Queryable,
  filter: OrderFilter,
  page: PageRequest,
): Promise<PageRows<Order>> => toOrders(await listPage<OrderRow>(db, listing, conditionsOf(filter), page));

export const countOrders = (db: Queryable, filter: OrderFilter): Promise<number> =>
  countRows(db, listing, conditionsOf(filter));

const byCustomer = { parent: 'customer_id', type: 'text' } as const;

/** A page of orders for each customer, in their order. */
export const listOrdersOf = async (
  db: Queryable,
  customerIds: readonly string[],
  page: PageRequest,
): Promise<PageRows<Order>[]> =>
  (await listPages<OrderRow>(db, listing, byCustomer, customerIds, [], page)).map(toOrders);

export const countOrdersOf = (db: Queryable, customerIds: readonly string[]): Promise<number[]> =>
  countPages(db, listing, byCustomer, customerIds, []);

const toOrders = ({ rows, hasNextPage }: PageRows<OrderRow>): PageRows<Order> => ({
  rows: rows.map(toOrder),
  hasNextPage,
});

/** Writes orders as the log has them, where the row is missing or of an earlier version. */
export const restoreOrders = async (tx: Transaction, orders: readonly Order[]): Promise<void> => {
  await tx.query(
    `insert into orders (id, customer_id, customer_email, region, total_amount, currency, status, version, placed_at, updated_at)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::smallint[], $8::bigint[],
                          $9::timestamptz[], $10::timestamptz[])
     on conflict (id) do update set status = excluded.status, version = excluded.version, updated_at = excluded.updated_at
     where orders.version < excluded.version`,
    orderArrays(orders),
  );
};
