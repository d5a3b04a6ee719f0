import { parseOrderEvent, type Order } from '../events/orders.js';
import { parseEnvelope } from '../events/envelope.js';
import { orderEvents, orderStatsChanges } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Transaction } from '../postgres/database.js';
import { raiseStatsVersions } from '../postgres/order-stats.js';
import { restoreOrders } from '../postgres/orders.js';

/** How records that a restored database has never seen come back into its tables, by topic; other topics have no rows of their own. */
export type Recovery = (tx: Transaction, records: readonly LogRecord[]) => Promise<void>;

/** The newest of each order: its events carry the whole of it. */
const recoverOrders: Recovery = async (tx, records) => {
  const newest = new Map<string, Order>();
  for (const record of records) {
    const { data } = parseOrderEvent(record);
    if ((newest.get(data.id)?.version ?? 0) < data.version) newest.set(data.id, data);
  }
  await restoreOrders(tx, [...newest.values()]);
};

const recoverStatsVersions: Recovery = async (tx, records) => {
  const versions = new Map<string, number>();
  for (const record of records) {
    const { currency, version } = parseEnvelope(record, orderStatsChanges.types).data as {
      currency: string;
      version: number;
    };
    versions.set(currency, Math.max(versions.get(currency) ?? 0, version));
  }
  await raiseStatsVersions(tx, versions);
};

/** Also when the entities of the log are given up: clients drop what is not newer than what they have seen. */
export const versionRecoveries: ReadonlyMap<string, Recovery> = new Map([
  [orderStatsChanges.name, recoverStatsVersions],
]);

export const recoveries: ReadonlyMap<string, Recovery> = new Map([
  [orderEvents.name, recoverOrders],
  ...versionRecoveries,
]);
