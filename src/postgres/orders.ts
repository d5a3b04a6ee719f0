import { statusCodes, type Order, type OrderStatus } from '../events/orders.js';
import type { Queryable, Transaction } from './database.js';
import { lines, outboxColumns, type OutgoingEvent } from './outbox.js';

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

export interface OrderPage {
  readonly first: number;
  /** Place of the last order of the page before. */
  readonly after?: { readonly placedAt: string; readonly id: string } | undefined;
}

/** Text that limits to what the filter names, so that the planner sees which index fits; values are parameters. */
const filtered = (filter: OrderFilter): { conditions: string[]; values: unknown[] } => {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const add = (column: string, value: unknown): void => {
    if (value !== undefined) conditions.push(`${column} = $${values.push(value)}`);
  };
  add('customer_id', filter.customerId);
  add('region', filter.region);
  // As a constant: an index on some statuses only fits a condition that names them.
  if (filter.status) conditions.push(`status = ${statusCodes[filter.status]}`);
  return { conditions, values };
};

const where = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';

/** Newest first by `placedAt`, then by id. */
export const listOrders = async (
  db: Queryable,
  filter: OrderFilter,
  { first, after }: OrderPage,
): Promise<{ orders: Order[]; hasNextPage: boolean }> => {
  const { conditions, values } = filtered(filter);
  if (after)
    conditions.push(
      `(placed_at, id) < ($${values.push(after.placedAt)}::timestamptz, $${values.push(after.id)}::uuid)`,
    );
  const rows = await db.query<OrderRow>(
    `select ${columns} from orders ${where(conditions)} order by placed_at desc, id desc limit $${values.push(first + 1)}`,
    values,
  );
  return { orders: rows.slice(0, first).map(toOrder), hasNextPage: rows.length > first };
};

export const countOrders = async (db: Queryable, filter: OrderFilter): Promise<number> => {
  const { conditions, values } = filtered(filter);
  const [row] = await db.query<{ count: number }>(`select count(*) from orders ${where(conditions)}`, values);
  return row?.count ?? 0;
};

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
