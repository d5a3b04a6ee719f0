import type { CasinoCommands } from '../commands/casino.js';
import type { DeadLetterCommands } from '../commands/dead-letters.js';
import type { NotificationCommands } from '../commands/notifications.js';
import type { OrderCommands } from '../commands/orders.js';
import type { PostCommands } from '../commands/posts.js';
import type { ProductCommands } from '../commands/products.js';
import type { TelemetryCommands } from '../commands/telemetry.js';
import type { TopicCommands } from '../commands/topics.js';
import type { UserCommands } from '../commands/users.js';
import type { CasinoWatches } from '../live/casino.js';
import type { Cursors } from '../live/cursor.js';
import type { Live } from '../live/live.js';
import type { DepartmentWatches } from '../live/department-stats.js';
import type { OrderWatches } from '../live/order-stats.js';
import type { Topics } from '../live/topics.js';
import type { TelemetryWatches } from '../live/telemetry.js';
import type { Consistency } from '../postgres/consistency.js';
import type { Database } from '../postgres/database.js';
import { createLoaders, type Loaders } from './loaders.js';

/** Who asks. In development everyone is an anonymous admin. */
export interface Principal {
  /** Stable; idempotency keys are bound to it. */
  readonly id: string;
  readonly admin: boolean;
  /** What it may see: principals of one scope are shown the same, so their equal subscriptions are executed once. */
  readonly scope: string;
}

/** What resolvers may use; made once per process. */
export interface Services {
  readonly database: Database;
  readonly orders: OrderCommands;
  readonly users: UserCommands;
  readonly posts: PostCommands;
  readonly products: ProductCommands;
  readonly notifications: NotificationCommands;
  readonly telemetry: TelemetryCommands;
  readonly casino: CasinoCommands;
  readonly deadLetters: DeadLetterCommands;
  readonly consistency: Consistency;
  readonly cursors: Cursors;
  readonly live: Live;
  readonly orderWatches: OrderWatches;
  readonly departmentWatches: DepartmentWatches;
  readonly casinoWatches: CasinoWatches;
  readonly topics: Topics;
  readonly topicCommands: TopicCommands;
  readonly telemetryWatches: TelemetryWatches;
}

/** Made anew for each operation and each event of a subscription, so that loaders never answer from an earlier one. */
export interface Context {
  readonly principal: Principal;
  readonly services: Services;
  readonly loaders: Loaders;
  /** The cursor that a transport brings to a subscription to events by itself; it goes before the argument `after`. */
  readonly resumeAfter: string | undefined;
}

export const createContext = (services: Services, principal: Principal, resumeAfter?: string): Context => ({
  principal,
  services,
  loaders: createLoaders(services),
  resumeAfter,
});
