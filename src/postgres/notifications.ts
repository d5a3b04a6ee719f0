import type { Notification } from '../events/notifications.js';
import type { Queryable, Transaction } from './database.js';
import {
  countPages,
  countRows,
  listPage,
  listPages,
  type Condition,
  type Listing,
  type PageRequest,
  type PageRows,
} from './pages.js';

const names = `id, recipient_id, kind, title, body, data, order_id, source_event_id, version, created_at, delivered_at, read_at`;

const columns = `id, recipient_id as "recipientId", kind, title, body, data, order_id as "orderId", source_event_id as "sourceEventId",
  version, created_at as "createdAt", delivered_at as "deliveredAt", read_at as "readAt"`;

/** Rows of {@link notificationArrays}, under the names of the columns. */
const given = `(select id, recipient_id, kind, title, body, data::json, order_id, source_event_id, version, created_at, delivered_at, read_at
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::bigint[],
              $10::timestamptz[], $11::timestamptz[], $12::timestamptz[]) as g (${names}))`;

/** One array for each column, for `unnest`. */
const notificationArrays = (notifications: readonly Notification[]): unknown[][] => [
  notifications.map(({ id }) => id),
  notifications.map(({ recipientId }) => recipientId),
  notifications.map(({ kind }) => kind),
  notifications.map(({ title }) => title),
  notifications.map(({ body }) => body),
  notifications.map(({ data }) => data && JSON.stringify(data)),
  notifications.map(({ orderId }) => orderId),
  notifications.map(({ sourceEventId }) => sourceEventId),
  notifications.map(({ version }) => version),
  notifications.map(({ createdAt }) => createdAt),
  notifications.map(({ deliveredAt }) => deliveredAt),
  notifications.map(({ readAt }) => readAt),
];

/** One that a client sent. @returns whether its id was new */
export const insertSent = async (tx: Transaction, notification: Notification): Promise<boolean> => {
  const rows = await tx.query(
    `insert into notifications (${names}) select * from ${given} as n on conflict (id) do nothing returning id`,
    notificationArrays([notification]),
  );
  return rows.length > 0;
};

/** Those of events, each event's once. @returns the ids of those whose event was new */
export const insertOfEvents = async (
  tx: Transaction,
  notifications: readonly Notification[],
): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(
    `insert into notifications (${names}) select * from ${given} as n order by source_event_id
     on conflict (source_event_id) do nothing returning id`,
    notificationArrays(notifications),
  );
  return new Set(rows.map(({ id }) => id));
};

/** What was delivered before stays as it is. */
export const markDelivered = (tx: Transaction, ids: readonly string[], at: string): Promise<unknown> =>
  tx.query(
    `update notifications set delivered_at = $2, version = version + 1
     where id = any($1::uuid[]) and delivered_at is null`,
    [ids, at],
  );

/** Of these events those that have their notification. */
export const findSourceEvents = async (db: Queryable, eventIds: readonly string[]): Promise<Set<string>> => {
  const rows = await db.query<{ id: string }>(
    'select source_event_id as id from notifications where source_event_id = any($1::text[])',
    [eventIds],
  );
  return new Set(rows.map(({ id }) => id));
};

/** Of these notifications those that were delivered. */
export const findDeliveredIds = async (db: Queryable, ids: readonly string[]): Promise<Set<string>> => {
  const rows = await db.query<{ id: string }>(
    'select id from notifications where id = any($1::uuid[]) and delivered_at is not null',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
};

export const findNotification = async (db: Queryable, id: string): Promise<Notification | undefined> => {
  const [row] = await db.query<Notification>(`select ${columns} from notifications where id = $1`, [id]);
  return row;
};

/** The notification, locked until the transaction ends. */
export const lockNotification = async (tx: Transaction, id: string): Promise<Notification | undefined> => {
  const [row] = await tx.query<Notification>(
    `select ${columns} from notifications where id = $1 for update`,
    [id],
  );
  return row;
};

export const markRead = async (
  tx: Transaction,
  { id, version, readAt }: Pick<Notification, 'id' | 'version' | 'readAt'>,
): Promise<void> => {
  await tx.query('update notifications set read_at = $2, version = $3 where id = $1', [id, readAt, version]);
};

const listing: Listing = { table: 'notifications', columns, time: 'created_at' };

export interface NotificationFilter {
  readonly recipientId: string;
  readonly unreadOnly: boolean;
}

const conditionsOf = ({ recipientId, unreadOnly }: NotificationFilter): Condition[] => [
  ['recipient_id = ?', recipientId],
  ...(unreadOnly ? [['read_at is null'] as const] : []),
];

/** Newest first by `createdAt`, then by id. */
export const listNotifications = (
  db: Queryable,
  filter: NotificationFilter,
  page: PageRequest,
): Promise<PageRows<Notification>> => listPage(db, listing, conditionsOf(filter), page);

export const countNotifications = (db: Queryable, filter: NotificationFilter): Promise<number> =>
  countRows(db, listing, conditionsOf(filter));

const byOrder = { parent: 'order_id', type: 'uuid' } as const;

/** A page of notifications for each order, in their order. */
export const listNotificationsOfOrders = (
  db: Queryable,
  orderIds: readonly string[],
  page: PageRequest,
): Promise<PageRows<Notification>[]> => listPages(db, listing, byOrder, orderIds, [], page);

export const countNotificationsOfOrders = (db: Queryable, orderIds: readonly string[]): Promise<number[]> =>
  countPages(db, listing, byOrder, orderIds, []);

/** Writes notifications as the log has them, where the row is missing or of an earlier version. */
export const restoreNotifications = async (
  tx: Transaction,
  notifications: readonly Notification[],
): Promise<void> => {
  await tx.query(
    `with changed as (
       update notifications n set version = g.version, delivered_at = g.delivered_at, read_at = g.read_at
       from ${given} as g where n.id = g.id and n.version < g.version)
     insert into notifications (${names}) select * from ${given} as g on conflict do nothing`,
    notificationArrays(notifications),
  );
};
