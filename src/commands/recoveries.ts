import { parsePlayerEvent, parseTokenEvent } from '../events/casino.js';
import { parseEnvelope, type Event } from '../events/envelope.js';
import { parseNotificationEvent } from '../events/notifications.js';
import { parseOrderEvent } from '../events/orders.js';
import { parsePostEvent } from '../events/posts.js';
import { parseProductEvent } from '../events/products.js';
import {
  casinoCyberTokens,
  casinoPlayerChanges,
  casinoStatsChanges,
  departmentStatsChanges,
  notificationEvents,
  orderEvents,
  orderStatsChanges,
  postEvents,
  productEvents,
  telemetryChanges,
  userEvents,
  type TopicSpec,
} from '../events/topics.js';
import { seriesKey, statsKey, type StoredMetric } from '../events/telemetry.js';
import { parseUserEvent } from '../events/users.js';
import { levelOf, tierOf } from '../games/progress.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Transaction } from '../postgres/database.js';
import { raiseCasinoStatsVersion } from '../postgres/casino-stats.js';
import { raiseDepartmentVersions } from '../postgres/department-stats.js';
import { restoreSeries } from '../postgres/metric-series.js';
import { restoreNotifications } from '../postgres/notifications.js';
import { raiseStatsVersions } from '../postgres/order-stats.js';
import { restoreOrders } from '../postgres/orders.js';
import { raisePlayerVersions, restorePlayers } from '../postgres/players.js';
import { creationOfPost, restorePosts } from '../postgres/posts.js';
import { creationOfProduct, restoreProducts } from '../postgres/products.js';
import { raisePipelineVersion } from '../postgres/telemetry-stats.js';
import { creationOfUser, restoreUsers } from '../postgres/users.js';
import { restoreEntries } from './recover-ledger.js';

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

/** Of a series also the measurement: who watches it may have seen it. */
const recoverTelemetry: Recovery = async (tx, records) => {
  const stats = highestVersions(telemetryChanges, records).get(statsKey);
  if (stats !== undefined) await raisePipelineVersion(tx, stats);
  const latest = new Map<string, StoredMetric>();
  for (const record of records) {
    if (String(record.key) === statsKey) continue;
    const metric = parseEnvelope(record, telemetryChanges.types).data as unknown as StoredMetric;
    const isWhole = !('tooLarge' in metric);
    if (isWhole && metric.version > (latest.get(seriesKey(metric))?.version ?? 0))
      latest.set(seriesKey(metric), metric);
  }
  await restoreSeries(tx, [...latest.values()]);
};

const recoverPlayerVersions: Recovery = (tx, records) =>
  raisePlayerVersions(tx, highestVersions(casinoPlayerChanges, records));

/** Points and levels are folded from facts, again: a player that is missing begins without. */
const recoverPlayers: Recovery = async (tx, records) => {
  const unfolded = {
    battlePassXp: 0,
    battlePassLevel: levelOf(0),
    vipPoints: 0,
    vipTier: tierOf(0),
    birthDate: null,
    verifiedAt: null,
  };
  const newest = newestOf(records.map(parsePlayerEvent));
  await restorePlayers(
    tx,
    newest.map((player) => ({ ...player, ...unfolded })),
  );
  await recoverPlayerVersions(tx, records);
};

const recoverTokens: Recovery = (tx, records) =>
  restoreEntries(
    tx,
    records.map(parseTokenEvent).map(({ data }) => data),
  );

const recoverCasinoStatsVersion: Recovery = async (tx, records) => {
  for (const version of highestVersions(casinoStatsChanges, records).values())
    await raiseCasinoStatsVersion(tx, version);
};

/** Also when the entities of the log are given up: clients drop what is not newer than what they have seen. */
export const versionRecoveries: ReadonlyMap<string, Recovery> = new Map([
  [orderStatsChanges.name, recoverStatsVersions],
  [departmentStatsChanges.name, recoverDepartmentVersions],
  [casinoStatsChanges.name, recoverCasinoStatsVersion],
  [casinoPlayerChanges.name, recoverPlayerVersions],
  [telemetryChanges.name, recoverTelemetry],
]);

export const recoveries: ReadonlyMap<string, Recovery> = new Map([
  [orderEvents.name, recoverOrders],
  [userEvents.name, recoverUsers],
  [postEvents.name, recoverPosts],
  [productEvents.name, recoverProducts],
  [notificationEvents.name, recoverNotifications],
  ...versionRecoveries,
  [casinoPlayerChanges.name, recoverPlayers],
  [casinoCyberTokens.name, recoverTokens],
]);
