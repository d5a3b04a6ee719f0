import { parseEnvelope, type Event } from '../events/envelope.js';
import { parseNotificationEvent } from '../events/notifications.js';
import { parseOrderEvent } from '../events/orders.js';
import { parsePostEvent } from '../events/posts.js';
import { parseProductEvent } from '../events/products.js';
import {
  departmentStatsChanges,
  notificationEvents,
  orderEvents,
  orderStatsChanges,
  postEvents,
  productEvents,
  userEvents,
  type TopicSpec,
} from '../events/topics.js';
import { parseUserEvent } from '../events/users.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Transaction } from '../postgres/database.js';
import { raiseDepartmentVersions } from '../postgres/department-stats.js';
import { restoreNotifications } from '../postgres/notifications.js';
import { raiseStatsVersions } from '../postgres/order-stats.js';
import { restoreOrders } from '../postgres/orders.js';
import { creationOfPost, restorePosts } from '../postgres/posts.js';
import { creationOfProduct, restoreProducts } from '../postgres/products.js';
import { creationOfUser, restoreUsers } from '../postgres/users.js';

/** How records that a restored database has never seen come back into its tables, by topic; other topics have no rows of their own. */
export type Recovery = (tx: Transaction, records: readonly LogRecord[]) => Promise<void>;

/** The newest of each entity: its events carry the whole of it. */
const newestOf = <Entity extends { readonly id: string; readonly version: number }>(
  events: readonly Event<string, Entity>[],
): Entity[] => {
  const newest = new Map<string, Entity>();
  for (const { data } of events)
    if ((newest.get(data.id)?.version ?? 0) < data.version) newest.set(data.id, data);
  return [...newest.values()];
};

/** What the events of one type carry, by entity. */
const ofType = <Entity extends { readonly id: string }>(
  type: string,
  events: readonly Event<string, Entity>[],
): Map<string, Entity> =>
  new Map(events.filter((event) => event.type === type).map(({ data }) => [data.id, data]));

const recoverOrders: Recovery = (tx, records) => restoreOrders(tx, newestOf(records.map(parseOrderEvent)));

const recoverProducts: Recovery = (tx, records) => {
  const events = records.map(parseProductEvent);
  const created = ofType('product.created', events);
  return restoreProducts(
    tx,
    newestOf(events).map((product) => ({
      product,
      createdAs: creationOfProduct(created.get(product.id) ?? product),
    })),
  );
};

const recoverUsers: Recovery = (tx, records) => {
  const events = records.map(parseUserEvent);
  const created = ofType('user.created', events);
  const deleted = ofType('user.deleted', events);
  return restoreUsers(
    tx,
    newestOf(events).map((user) => ({
      user,
      deleted: deleted.has(user.id),
      createdAs: creationOfUser(created.get(user.id) ?? user),
    })),
  );
};

const recoverPosts: Recovery = (tx, records) => {
  const events = records.map(parsePostEvent);
  const created = ofType('post.created', events);
  const deleted = ofType('post.deleted', events);
  return restorePosts(
    tx,
    newestOf(events).map((post) => ({
      post,
      deleted: deleted.has(post.id),
      createdAs: creationOfPost(created.get(post.id) ?? post),
    })),
  );
};

const recoverNotifications: Recovery = (tx, records) =>
  restoreNotifications(tx, newestOf(records.map(parseNotificationEvent)));

/** The highest version of each key among the changes of a state. */
const highestVersions = (topic: TopicSpec, records: readonly LogRecord[]): Map<string, number> => {
  const versions = new Map<string, number>();
  for (const record of records) {
    const key = String(record.key);
    const { version } = parseEnvelope(record, topic.types).data as { version: number };
    versions.set(key, Math.max(versions.get(key) ?? 0, version));
  }
  return versions;
};

const recoverStatsVersions: Recovery = (tx, records) =>
  raiseStatsVersions(tx, highestVersions(orderStatsChanges, records));

const recoverDepartmentVersions: Recovery = (tx, records) =>
  raiseDepartmentVersions(tx, highestVersions(departmentStatsChanges, records));

/** Also when the entities of the log are given up: clients drop what is not newer than what they have seen. */
export const versionRecoveries: ReadonlyMap<string, Recovery> = new Map([
  [orderStatsChanges.name, recoverStatsVersions],
  [departmentStatsChanges.name, recoverDepartmentVersions],
]);

export const recoveries: ReadonlyMap<string, Recovery> = new Map([
  [orderEvents.name, recoverOrders],
  [userEvents.name, recoverUsers],
  [postEvents.name, recoverPosts],
  [productEvents.name, recoverProducts],
  [notificationEvents.name, recoverNotifications],
  ...versionRecoveries,
]);
