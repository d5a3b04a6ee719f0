import DataLoader from 'dataloader';
import type { Order } from '../events/orders.js';
import type { Database } from '../postgres/database.js';
import { findOrders } from '../postgres/orders.js';

/** Look-ups of one operation, each batch one statement. */
export interface Loaders {
  /** By UUID in lower case; null for an order that does not exist. */
  readonly orders: DataLoader<string, Order | null>;
}

export const createLoaders = (database: Database): Loaders => {
  let orders: DataLoader<string, Order | null> | undefined;
  return {
    // Made when first asked for: most operations need none.
    get orders() {
      return (orders ??= new DataLoader(async (ids) => {
        const found = new Map((await findOrders(database, ids)).map((order) => [order.id, order]));
        return ids.map((id) => found.get(id) ?? null);
      }));
    },
  };
};
