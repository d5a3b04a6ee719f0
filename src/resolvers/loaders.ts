import DataLoader from 'dataloader';
import type { Player } from '../events/casino.js';
import type { Notification } from '../events/notifications.js';
import type { Order } from '../events/orders.js';
import type { EnrichedPost } from '../events/posts.js';
import type { Product } from '../events/products.js';
import type { User } from '../events/users.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Live } from '../live/live.js';
import type { Topics } from '../live/topics.js';
import type { Database } from '../postgres/database.js';
import {
  countBehind,
  findContents,
  findLetters,
  listBehind,
  type DeadLetter,
  type LetterContent,
} from '../postgres/dead-letter-operations.js';
import { countNotificationsOfOrders, listNotificationsOfOrders } from '../postgres/notifications.js';
import { countOrdersOf, findOrders, listOrdersOf } from '../postgres/orders.js';
import type { PageRequest, PageRows } from '../postgres/pages.js';
import { findPlayers } from '../postgres/players.js';
import { countPostsOf, findPosts, listPostsOf } from '../postgres/posts.js';
import { findProducts } from '../postgres/products.js';
import { findUsers } from '../postgres/users.js';

/** Contents of letters that one operation may hold. */
export const mostContentBytes = 32 * 1024 * 1024;

/** Look-ups of one operation: each batch is one statement, however many fields ask. */
export interface Loaders {
  /** By UUID in lower case; null for an order that does not exist. */
  readonly orders: DataLoader<string, Order | null>;
  /** Of orders, by their id. */
  readonly orderNotifications: PageLoader<Notification>;
  /** By UUID in lower case; null for one that does not exist, or is deleted. */
  readonly users: DataLoader<string, User | null>;
  readonly posts: DataLoader<string, EnrichedPost | null>;
  /** Of users, by their id. */
  readonly postsOf: PageLoader<EnrichedPost>;
  readonly ordersOf: PageLoader<Order>;
  /** By UUID in lower case; null for a product that does not exist. */
  readonly products: DataLoader<string, Product | null>;
  readonly players: DataLoader<string, Player | null>;
  readonly deadLetters: DataLoader<string, DeadLetter | null>;
  /** Null for those that are not there, and those that do not fit into {@link mostContentBytes} together. */
  readonly letterContents: DataLoader<string, LetterContent | null>;
  /** What waits behind dead letters, by their id. */
  readonly behindLetters: PageLoader<LogRecord>;
  /** By name; null for a topic that does not tell. */
  readonly topicConfigs: DataLoader<string, Readonly<Record<string, string | null>> | null>;
  /** The cursor of now of a topic, asked for once. */
  asOf(topic: string): Promise<string>;
}

export const createLoaders = ({
  database,
  live,
  topics,
}: {
  readonly database: Database;
  readonly live: Pick<Live, 'asOf'>;
  readonly topics: Pick<Topics, 'configs'>;
}): Loaders => {
  /** Each is made when first asked for: most operations need none. */
  const made = new Map<string, unknown>();
  const once = <T>(name: string, make: () => T): T => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  };
  return {
    get orders() {
      return once('orders', () => byId((ids) => findOrders(database, ids)));
    },
    get orderNotifications() {
      return once('orderNotifications', () =>
        pagesOf(
          (ids, page) => listNotificationsOfOrders(database, ids, page),
          (ids) => countNotificationsOfOrders(database, ids),
        ),
      );
    },
    get users() {
      return once('users', () => byId((ids) => findUsers(database, ids)));
    },
    get posts() {
      return once('posts', () => byId((ids) => findPosts(database, ids)));
    },
    get postsOf() {
      return once('postsOf', () =>
        pagesOf(
          (ids, page) => listPostsOf(database, ids, page),
          (ids) => countPostsOf(database, ids),
        ),
      );
    },
    get ordersOf() {
      return once('ordersOf', () =>
        pagesOf(
          (ids, page) => listOrdersOf(database, ids, page),
          (ids) => countOrdersOf(database, ids),
        ),
      );
    },
    get products() {
      return once('products', () => byId((ids) => findProducts(database, ids)));
    },
    get players() {
      return once('players', () => byId((ids) => findPlayers(database, ids)));
    },
    get deadLetters() {
      return once('deadLetters', () => byId((ids) => findLetters(database, ids)));
    },
    get letterContents() {
      return once('letterContents', () => byId((ids) => findContents(database, ids, mostContentBytes)));
    },
    get behindLetters() {
      return once('behindLetters', () =>
        pagesOf(
          (ids, page) => listBehind(database, ids, page),
          (ids) => countBehind(database, ids),
        ),
      );
    },
    get topicConfigs() {
      return once(
        'topicConfigs',
        () =>
          new DataLoader<string, Readonly<Record<string, string | null>> | null>(async (names) => {
            const configs = await topics.configs(names);
            return names.map((name) => configs.get(name) ?? null);
          }),
      );
    },
    asOf: (topic) => once(`asOf ${topic}`, () => live.asOf(topic)),
  };
};

/** Entities by id; null for one that is not there. */
export const byId = <Entity extends { readonly id: string }>(
  find: (ids: readonly string[]) => Promise<readonly Entity[]>,
): DataLoader<string, Entity | null> =>
  new DataLoader(async (ids) => {
    const found = new Map((await find(ids)).map((entity) => [entity.id, entity]));
    return ids.map((id) => found.get(id) ?? null);
  });

/** A page of each parent's list. Parents that are asked for the same page share a statement. */
export interface PageLoader<Node> {
  list(parent: string, page: PageRequest): Promise<PageRows<Node>>;
  count(parent: string): Promise<number>;
}

export const pagesOf = <Node>(
  list: (parents: readonly string[], page: PageRequest) => Promise<readonly PageRows<Node>[]>,
  count: (parents: readonly string[]) => Promise<readonly number[]>,
): PageLoader<Node> => {
  const lists = new Map<string, DataLoader<string, PageRows<Node>>>();
  const counts = new DataLoader<string, number>(count);
  return {
    list: (parent, page) => {
      const name = JSON.stringify([page.first, page.after]);
      let loader = lists.get(name);
      if (!loader) lists.set(name, (loader = new DataLoader((parents) => list(parents, page))));
      return loader.load(parent);
    },
    count: (parent) => counts.load(parent),
  };
};
