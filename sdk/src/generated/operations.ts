/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { TypedDocumentString } from '../document.js';
export type CasinoActionInput = {
  /** Of BATTLE_PASS_PROGRESS and VIP_EVENT the points, 1 to 1,000,000. The others have none. */
  amount?: number | null | undefined;
  /** A UUID that the client chose, so that it may send the action again; made when absent. */
  id?: string | null | undefined;
  /** At most 64 KB as JSON. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Now unless given; at most five minutes ahead. */
  occurredAt?: string | null | undefined;
  playerId: string;
  type: CasinoActionType;
};

/** What a player did. Those that move tokens come from their own mutations only. */
export type CasinoActionType =
  | 'ADULT_CONTENT_VIEW'
  | 'BATTLE_PASS_PROGRESS'
  | 'GACHA_OPEN'
  | 'LOGIN'
  | 'LOGOUT'
  | 'SLOT_SPIN'
  | 'TOKENS_EARNED'
  | 'TOKENS_SPENT'
  | 'VIP_EVENT';

export type CreateOrderInput = {
  currency: string;
  customerEmail?: string | null | undefined;
  customerId: string;
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  id?: string | null | undefined;
  /** Now when absent. */
  placedAt?: string | null | undefined;
  /** `unknown` when absent. */
  region?: string | null | undefined;
  /** Above zero, with no more decimals than the currency has. */
  totalAmount: string;
};

export type CreatePostInput = {
  /** A user that is there, else NOT_FOUND. */
  authorId: string;
  /** At most 50,000 characters. */
  content: string;
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  id?: string | null | undefined;
  /** At most 200 characters. */
  title: string;
};

export type CreateProductInput = {
  currency: string;
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  id?: string | null | undefined;
  /** Zero or above, with no more decimals than the currency has. */
  price: string;
  productName: string;
  /** Zero or above. */
  stockQuantity: number;
};

export type CreateUserInput = {
  department: string;
  email: string;
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  id?: string | null | undefined;
  name: string;
  /** ACTIVE when absent. */
  status?: UserStatus | null | undefined;
};

/** All given conditions must hold. */
export type DeadLetterFilter = {
  consumer?: string | null | undefined;
  /** The record key as text. */
  key?: string | null | undefined;
  state?: DeadLetterState | null | undefined;
  /** Anywhere in the key, the value or the error. */
  text?: string | null | undefined;
  topic?: string | null | undefined;
};

export type DeadLetterState =
  | 'DISCARDED'
  | 'PENDING'
  | 'REDRIVEN';

export type ErrorLogInput = {
  /** A UUID that the client chose, so that it may send the line again; made when absent. */
  id?: string | null | undefined;
  level: LogLevel;
  /** At most 10,000 characters. */
  message: string;
  /** At most 64 KB as JSON. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Now unless given; at most five minutes ahead. */
  occurredAt?: string | null | undefined;
  service: string;
  /** At most 50,000 characters. */
  stack?: string | null | undefined;
};

export type LogLevel =
  | 'DEBUG'
  | 'ERROR'
  | 'FATAL'
  | 'INFO'
  | 'WARN';

/** All given conditions must hold. */
export type OrderEventFilter = {
  customerId?: string | null | undefined;
  orderId?: string | null | undefined;
  region?: string | null | undefined;
  types?: Array<string> | null | undefined;
};

/** Status of an order. Codes 20, 25 and 80; it moves only from PAID to SHIPPED to DELIVERED. */
export type OrderStatus =
  | 'DELIVERED'
  | 'PAID'
  | 'SHIPPED';

export type SendNotificationInput = {
  /** At most 10,000 characters. */
  body: string;
  /** At most 64 KB as JSON. */
  data?: Record<string, unknown> | null | undefined;
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  id?: string | null | undefined;
  kind: string;
  recipientId: string;
  /** At most 200 characters. */
  title: string;
};

export type SystemMetricInput = {
  host: string;
  /** A UUID that the client chose, so that it may send the measurement again; made when absent. */
  id?: string | null | undefined;
  /** At most 64 KB as JSON. */
  labels?: Record<string, unknown> | null | undefined;
  name: string;
  /** Now unless given; at most five minutes ahead. */
  occurredAt?: string | null | undefined;
  unit?: string | null | undefined;
  value: number;
};

/** What is absent stays as it is; null and empty text are refused. */
export type UpdatePostInput = {
  content?: string | null | undefined;
  title?: string | null | undefined;
};

/** What is absent stays as it is; null and empty text are refused. The currency stays. */
export type UpdateProductInput = {
  price?: string | null | undefined;
  productName?: string | null | undefined;
  stockQuantity?: number | null | undefined;
};

/** What is absent stays as it is; null and empty text are refused. */
export type UpdateUserInput = {
  department?: string | null | undefined;
  email?: string | null | undefined;
  name?: string | null | undefined;
  status?: UserStatus | null | undefined;
};

export type UserActivityInput = {
  action: string;
  /** A UUID that the client chose, so that it may send the activity again; made when absent. */
  id?: string | null | undefined;
  /** At most 64 KB as JSON. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Now unless given; at most five minutes ahead. */
  occurredAt?: string | null | undefined;
  userId: string;
};

/** Only ACTIVE users count as active in the statistics of their department. */
export type UserStatus =
  | 'ACTIVE'
  | 'INACTIVE'
  | 'SUSPENDED';

export type WindowSize =
  | 'DAY'
  | 'FIVE_MINUTES'
  | 'HOUR'
  | 'MINUTE';

export type PlayerFieldsFragment = { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number };

export type CasinoStatsFieldsFragment = { players: number, actions: number, tokensInCirculation: number, version: number, byType: Array<{ name: string, count: number }> };

export type PlayerQueryVariables = Exact<{
  id: string;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type PlayerQuery = { player: { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number } | null };

export type CasinoStatsQueryVariables = Exact<{
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type CasinoStatsQuery = { casinoStats: { players: number, actions: number, tokensInCirculation: number, version: number, byType: Array<{ name: string, count: number }> } };

export type RegisterPlayerMutationVariables = Exact<{
  id: string;
  birthDate?: string | null | undefined;
}>;


export type RegisterPlayerMutation = { registerPlayer: { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number } };

export type RecordCasinoActionsMutationVariables = Exact<{
  inputs: Array<CasinoActionInput> | CasinoActionInput;
}>;


export type RecordCasinoActionsMutation = { recordCasinoActions: { accepted: number, replayed: number, position: string | null, rejected: Array<{ index: number, code: string, reason: string | null, field: string | null, message: string }> } };

export type SpinSlotMutationVariables = Exact<{
  playerId: string;
  bet: number;
  idempotencyKey?: string | null | undefined;
}>;


export type SpinSlotMutation = { spinSlot: { reels: Array<string>, bet: number, payout: number, position: string, replayed: boolean, player: { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number } } };

export type OpenGachaMutationVariables = Exact<{
  playerId: string;
  idempotencyKey?: string | null | undefined;
}>;


export type OpenGachaMutation = { openGacha: { rarity: string, item: string, position: string, replayed: boolean, player: { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number } } };

export type EarnTokensMutationVariables = Exact<{
  playerId: string;
  amount: number;
  reason: string;
  idempotencyKey?: string | null | undefined;
}>;


export type EarnTokensMutation = { earnTokens: { ledgerEntryId: string, position: string, replayed: boolean, player: { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number } } };

export type VerifyAgeMutationVariables = Exact<{
  playerId: string;
  birthDate: string;
}>;


export type VerifyAgeMutation = { verifyAge: { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number } };

export type SetDailySpendLimitMutationVariables = Exact<{
  playerId: string;
  limit?: number | null | undefined;
}>;


export type SetDailySpendLimitMutation = { setDailySpendLimit: { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number } };

export type WatchCasinoFeedbackSubscriptionVariables = Exact<{
  playerId?: string | null | undefined;
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchCasinoFeedbackSubscription = { casinoFeedback: { id: string, playerId: string, kind: string, intensity: number, message: string, causedBy: string, occurredAt: string, cursor: string } | null };

export type WatchPlayerSubscriptionVariables = Exact<{
  id: string;
}>;


export type WatchPlayerSubscription = { player: { id: string, tokens: number, spins: number, gachaOpens: number, battlePassLevel: number, battlePassXp: number, vipTier: number, spentToday: number, dailySpendLimit: number | null, pendingDailySpendLimit: number | null, dailySpendLimitChangesAt: string | null, ageVerified: boolean, version: number } | null };

export type WatchCasinoStatsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchCasinoStatsSubscription = { casinoStats: { players: number, actions: number, tokensInCirculation: number, version: number, byType: Array<{ name: string, count: number }> } };

export type DeadLetterFieldsFragment = { id: string, topic: string, partition: number, offset: string, key: string | null, encoding: string, consumer: string, error: string, attempts: number, state: DeadLetterState, reason: string | null, behind: number, failedAt: string };

export type DeadLetterDetailsFragment = { value: string | null, headers: Record<string, unknown> | null, id: string, topic: string, partition: number, offset: string, key: string | null, encoding: string, consumer: string, error: string, attempts: number, state: DeadLetterState, reason: string | null, behind: number, failedAt: string, history: Array<{ at: string, by: string, error: string | null }>, waiting: Array<{ topic: string, partition: number, offset: string, key: string | null, value: string | null, headers: Record<string, unknown> | null, encoding: string, timestamp: string }> };

export type MessageFieldsFragment = { topic: string, partition: number, offset: string, key: string | null, value: string | null, headers: Record<string, unknown> | null, encoding: string, timestamp: string };

export type DeadLetterQueryVariables = Exact<{
  id: string;
  waiting?: number | null | undefined;
}>;


export type DeadLetterQuery = { deadLetter: { value: string | null, headers: Record<string, unknown> | null, id: string, topic: string, partition: number, offset: string, key: string | null, encoding: string, consumer: string, error: string, attempts: number, state: DeadLetterState, reason: string | null, behind: number, failedAt: string, history: Array<{ at: string, by: string, error: string | null }>, waiting: Array<{ topic: string, partition: number, offset: string, key: string | null, value: string | null, headers: Record<string, unknown> | null, encoding: string, timestamp: string }> } | null };

export type DeadLettersQueryVariables = Exact<{
  filter?: DeadLetterFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeadLettersQuery = { deadLetters: { totalCount: number, nodes: Array<{ id: string, topic: string, partition: number, offset: string, key: string | null, encoding: string, consumer: string, error: string, attempts: number, state: DeadLetterState, reason: string | null, behind: number, failedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RedriveDeadLettersMutationVariables = Exact<{
  ids?: Array<string> | string | null | undefined;
  filter?: DeadLetterFilter | null | undefined;
  dryRun?: boolean | null | undefined;
  maxPerSecond?: number | null | undefined;
}>;


export type RedriveDeadLettersMutation = { redriveDeadLetters: { matched: number, redriven: number, dryRun: boolean } };

export type DiscardDeadLettersMutationVariables = Exact<{
  ids: Array<string> | string;
  reason: string;
}>;


export type DiscardDeadLettersMutation = { discardDeadLetters: number };

export type WatchDeadLettersSubscriptionVariables = Exact<{
  filter?: DeadLetterFilter | null | undefined;
}>;


export type WatchDeadLettersSubscription = { deadLetters: { id: string, topic: string, partition: number, offset: string, key: string | null, encoding: string, consumer: string, error: string, attempts: number, state: DeadLetterState, reason: string | null, behind: number, failedAt: string } };

export type NotificationFieldsFragment = { id: string, recipientId: string, kind: string, title: string, body: string, data: Record<string, unknown> | null, sourceEventId: string | null, version: number, createdAt: string, deliveredAt: string | null, readAt: string | null };

export type NotificationsQueryVariables = Exact<{
  recipientId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  unreadOnly?: boolean | null | undefined;
}>;


export type NotificationsQuery = { notifications: { totalCount: number, asOf: string, nodes: Array<{ id: string, recipientId: string, kind: string, title: string, body: string, data: Record<string, unknown> | null, sourceEventId: string | null, version: number, createdAt: string, deliveredAt: string | null, readAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SendNotificationMutationVariables = Exact<{
  input: SendNotificationInput;
  idempotencyKey?: string | null | undefined;
}>;


export type SendNotificationMutation = { sendNotification: { position: string, replayed: boolean, notification: { id: string, recipientId: string, kind: string, title: string, body: string, data: Record<string, unknown> | null, sourceEventId: string | null, version: number, createdAt: string, deliveredAt: string | null, readAt: string | null } } };

export type MarkNotificationReadMutationVariables = Exact<{
  id: string;
}>;


export type MarkNotificationReadMutation = { markNotificationRead: { position: string, replayed: boolean, notification: { id: string, recipientId: string, kind: string, title: string, body: string, data: Record<string, unknown> | null, sourceEventId: string | null, version: number, createdAt: string, deliveredAt: string | null, readAt: string | null } } };

export type WatchNotificationsSubscriptionVariables = Exact<{
  recipientId: string;
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchNotificationsSubscription = { notifications: { cursor: string | null, id: string, recipientId: string, kind: string, title: string, body: string, data: Record<string, unknown> | null, sourceEventId: string | null, version: number, createdAt: string, deliveredAt: string | null, readAt: string | null } | null };

export type OrderFieldsFragment = { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string };

export type AggregateFieldsFragment = { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null };

export type OrderStatsFieldsFragment = { currency: string, version: number, updatedAt: string | null, asOf: string, total: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null }, regions: Array<{ region: string, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } }> };

export type OrderStatsWindowFieldsFragment = { start: string, end: string, region: string | null, final: boolean, version: number, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } };

export type BatchFieldsFragment = { accepted: number, replayed: number, position: string | null, rejected: Array<{ index: number, code: string, reason: string | null, field: string | null, message: string }> };

export type OrderQueryVariables = Exact<{
  id: string;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type OrderQuery = { order: { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string } | null };

export type OrdersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  customerId?: string | null | undefined;
  region?: string | null | undefined;
  status?: OrderStatus | null | undefined;
}>;


export type OrdersQuery = { orders: { totalCount: number, asOf: string, nodes: Array<{ id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type OrderStatsQueryVariables = Exact<{
  currency: string;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type OrderStatsQuery = { orderStats: { currency: string, version: number, updatedAt: string | null, asOf: string, total: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null }, regions: Array<{ region: string, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } }> } };

export type OrderStatsWindowsQueryVariables = Exact<{
  currency: string;
  size: WindowSize;
  from: string;
  to: string;
  region?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type OrderStatsWindowsQuery = { orderStatsWindows: Array<{ start: string, end: string, region: string | null, final: boolean, version: number, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } }> };

export type CreateOrderMutationVariables = Exact<{
  input: CreateOrderInput;
  idempotencyKey?: string | null | undefined;
}>;


export type CreateOrderMutation = { createOrder: { position: string, replayed: boolean, order: { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string } } };

export type CreateOrdersMutationVariables = Exact<{
  inputs: Array<CreateOrderInput> | CreateOrderInput;
}>;


export type CreateOrdersMutation = { createOrders: { accepted: number, replayed: number, position: string | null, rejected: Array<{ index: number, code: string, reason: string | null, field: string | null, message: string }> } };

export type ChangeOrderStatusMutationVariables = Exact<{
  orderId: string;
  from?: OrderStatus | null | undefined;
  to: OrderStatus;
  idempotencyKey?: string | null | undefined;
}>;


export type ChangeOrderStatusMutation = { changeOrderStatus: { position: string, replayed: boolean, order: { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string } } };

export type WatchOrderEventsSubscriptionVariables = Exact<{
  filter?: OrderEventFilter | null | undefined;
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchOrderEventsSubscription = { orderEvents: { id: string, type: string, orderId: string, version: number, region: string, customerId: string, totalAmount: string, currency: string, previousStatus: OrderStatus | null, status: OrderStatus, occurredAt: string, cursor: string } | null };

export type WatchOrderStatsSubscriptionVariables = Exact<{
  currency: string;
  region?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type WatchOrderStatsSubscription = { orderStats: { currency: string, version: number, updatedAt: string | null, asOf: string, total: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null }, regions: Array<{ region: string, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } }> } };

export type WatchOrderStatsWindowsSubscriptionVariables = Exact<{
  currency: string;
  size: WindowSize;
  region?: string | null | undefined;
}>;


export type WatchOrderStatsWindowsSubscription = { orderStatsWindows: { start: string, end: string, region: string | null, final: boolean, version: number, aggregate: { count: number, totalAmount: string, averageAmount: string, minAmount: string | null, maxAmount: string | null } } };

export type WatchOrderSubscriptionVariables = Exact<{
  id: string;
}>;


export type WatchOrderSubscription = { order: { id: string, customerId: string, customerEmail: string | null, region: string, totalAmount: string, currency: string, status: OrderStatus, statusCode: number, version: number, placedAt: string, updatedAt: string } | null };

export type PostFieldsFragment = { id: string, title: string, content: string, authorId: string, authorName: string | null, department: string | null, version: number, createdAt: string, updatedAt: string };

export type PostQueryVariables = Exact<{
  id: string;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type PostQuery = { post: { id: string, title: string, content: string, authorId: string, authorName: string | null, department: string | null, version: number, createdAt: string, updatedAt: string } | null };

export type PostsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  department?: string | null | undefined;
  authorId?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type PostsQuery = { posts: { totalCount: number, asOf: string, nodes: Array<{ id: string, title: string, content: string, authorId: string, authorName: string | null, department: string | null, version: number, createdAt: string, updatedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreatePostMutationVariables = Exact<{
  input: CreatePostInput;
  idempotencyKey?: string | null | undefined;
}>;


export type CreatePostMutation = { createPost: { position: string, replayed: boolean, post: { id: string, title: string, content: string, authorId: string, authorName: string | null, department: string | null, version: number, createdAt: string, updatedAt: string } } };

export type UpdatePostMutationVariables = Exact<{
  id: string;
  input: UpdatePostInput;
  expectedVersion?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type UpdatePostMutation = { updatePost: { position: string, replayed: boolean, post: { id: string, title: string, content: string, authorId: string, authorName: string | null, department: string | null, version: number, createdAt: string, updatedAt: string } } };

export type DeletePostMutationVariables = Exact<{
  id: string;
  idempotencyKey?: string | null | undefined;
}>;


export type DeletePostMutation = { deletePost: { id: string, position: string, replayed: boolean } };

export type WatchPostEventsSubscriptionVariables = Exact<{
  department?: string | null | undefined;
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchPostEventsSubscription = { postEvents: { id: string, type: string, postId: string, version: number, department: string | null, occurredAt: string, cursor: string, post: { id: string, title: string, content: string, authorId: string, authorName: string | null, department: string | null, version: number, createdAt: string, updatedAt: string } | null } | null };

export type ProductFieldsFragment = { id: string, productName: string, price: string, currency: string, stockQuantity: number, version: number, createdAt: string, updatedAt: string };

export type ProductQueryVariables = Exact<{
  id: string;
}>;


export type ProductQuery = { product: { id: string, productName: string, price: string, currency: string, stockQuantity: number, version: number, createdAt: string, updatedAt: string } | null };

export type ProductsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  inStock?: boolean | null | undefined;
}>;


export type ProductsQuery = { products: { totalCount: number, asOf: string, nodes: Array<{ id: string, productName: string, price: string, currency: string, stockQuantity: number, version: number, createdAt: string, updatedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateProductMutationVariables = Exact<{
  input: CreateProductInput;
  idempotencyKey?: string | null | undefined;
}>;


export type CreateProductMutation = { createProduct: { position: string, replayed: boolean, product: { id: string, productName: string, price: string, currency: string, stockQuantity: number, version: number, createdAt: string, updatedAt: string } } };

export type UpdateProductMutationVariables = Exact<{
  id: string;
  input: UpdateProductInput;
  expectedVersion?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type UpdateProductMutation = { updateProduct: { position: string, replayed: boolean, product: { id: string, productName: string, price: string, currency: string, stockQuantity: number, version: number, createdAt: string, updatedAt: string } } };

export type WatchProductEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchProductEventsSubscription = { productEvents: { id: string, type: string, productId: string, version: number, occurredAt: string, cursor: string, product: { id: string, productName: string, price: string, currency: string, stockQuantity: number, version: number, createdAt: string, updatedAt: string } | null } | null };

export type UserActivityFieldsFragment = { id: string, userId: string, action: string, metadata: Record<string, unknown> | null, occurredAt: string };

export type SystemMetricFieldsFragment = { id: string, host: string, name: string, value: number, unit: string | null, labels: Record<string, unknown> | null, occurredAt: string, version: number };

export type ErrorLogFieldsFragment = { id: string, service: string, level: LogLevel, message: string, stack: string | null, metadata: Record<string, unknown> | null, occurredAt: string };

export type PipelineStatsFieldsFragment = { activities: number, metrics: number, errors: number, messages: number, perSecond: number, version: number, byAction: Array<{ name: string, count: number }>, byLevel: Array<{ name: string, count: number }> };

export type UserActivitiesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  userId?: string | null | undefined;
  action?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type UserActivitiesQuery = { userActivities: { totalCount: number, asOf: string, nodes: Array<{ id: string, userId: string, action: string, metadata: Record<string, unknown> | null, occurredAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SystemMetricsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  host?: string | null | undefined;
  name?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type SystemMetricsQuery = { systemMetrics: { totalCount: number, asOf: string, nodes: Array<{ id: string, host: string, name: string, value: number, unit: string | null, labels: Record<string, unknown> | null, occurredAt: string, version: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ErrorLogsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  service?: string | null | undefined;
  level?: LogLevel | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type ErrorLogsQuery = { errorLogs: { totalCount: number, asOf: string, nodes: Array<{ id: string, service: string, level: LogLevel, message: string, stack: string | null, metadata: Record<string, unknown> | null, occurredAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PipelineStatsQueryVariables = Exact<{
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type PipelineStatsQuery = { pipelineStats: { activities: number, metrics: number, errors: number, messages: number, perSecond: number, version: number, byAction: Array<{ name: string, count: number }>, byLevel: Array<{ name: string, count: number }> } };

export type StoredMessagesQueryVariables = Exact<{
  topic: string;
  partition: number;
  offset?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type StoredMessagesQuery = { storedMessages: Array<{ topic: string, partition: number, offset: string, key: string | null, value: string | null, headers: Record<string, unknown> | null, encoding: string, timestamp: string }> };

export type IngestUserActivitiesMutationVariables = Exact<{
  inputs: Array<UserActivityInput> | UserActivityInput;
}>;


export type IngestUserActivitiesMutation = { ingestUserActivities: { accepted: number, replayed: number, position: string | null, rejected: Array<{ index: number, code: string, reason: string | null, field: string | null, message: string }> } };

export type IngestSystemMetricsMutationVariables = Exact<{
  inputs: Array<SystemMetricInput> | SystemMetricInput;
}>;


export type IngestSystemMetricsMutation = { ingestSystemMetrics: { accepted: number, replayed: number, position: string | null, rejected: Array<{ index: number, code: string, reason: string | null, field: string | null, message: string }> } };

export type IngestErrorLogsMutationVariables = Exact<{
  inputs: Array<ErrorLogInput> | ErrorLogInput;
}>;


export type IngestErrorLogsMutation = { ingestErrorLogs: { accepted: number, replayed: number, position: string | null, rejected: Array<{ index: number, code: string, reason: string | null, field: string | null, message: string }> } };

export type WatchUserActivitiesSubscriptionVariables = Exact<{
  userId?: string | null | undefined;
  action?: string | null | undefined;
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchUserActivitiesSubscription = { userActivities: { cursor: string, activity: { id: string, userId: string, action: string, metadata: Record<string, unknown> | null, occurredAt: string } } | null };

export type WatchErrorLogsSubscriptionVariables = Exact<{
  service?: string | null | undefined;
  level?: LogLevel | null | undefined;
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchErrorLogsSubscription = { errorLogs: { cursor: string, log: { id: string, service: string, level: LogLevel, message: string, stack: string | null, metadata: Record<string, unknown> | null, occurredAt: string } } | null };

export type WatchSystemMetricsSubscriptionVariables = Exact<{
  host?: string | null | undefined;
  name?: string | null | undefined;
}>;


export type WatchSystemMetricsSubscription = { systemMetrics: { id: string, host: string, name: string, value: number, unit: string | null, labels: Record<string, unknown> | null, occurredAt: string, version: number } };

export type WatchPipelineStatsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchPipelineStatsSubscription = { pipelineStats: { activities: number, metrics: number, errors: number, messages: number, perSecond: number, version: number, byAction: Array<{ name: string, count: number }>, byLevel: Array<{ name: string, count: number }> } };

export type TopicFieldsFragment = { name: string, messages: number, sizeBytes: number | null, ratePerSecond: number | null, partitions: Array<{ id: number, earliest: string, latest: string, leader: number | null, replicas: Array<number>, inSync: Array<number> }> };

export type ConsumerGroupFieldsFragment = { id: string, state: string, members: number, lag: number, lagSeconds: number | null, ratePerSecond: number | null, topics: Array<{ topic: string, partition: number, committed: string, latest: string, lag: number }> };

export type TopicDetailsFragment = { config: Record<string, unknown> | null, name: string, messages: number, sizeBytes: number | null, ratePerSecond: number | null, partitions: Array<{ id: number, earliest: string, latest: string, leader: number | null, replicas: Array<number>, inSync: Array<number> }> };

export type TopicsQueryVariables = Exact<{ [key: string]: never; }>;


export type TopicsQuery = { topics: Array<{ name: string, messages: number, sizeBytes: number | null, ratePerSecond: number | null, partitions: Array<{ id: number, earliest: string, latest: string, leader: number | null, replicas: Array<number>, inSync: Array<number> }> }> };

export type TopicQueryVariables = Exact<{
  name: string;
}>;


export type TopicQuery = { topic: { config: Record<string, unknown> | null, name: string, messages: number, sizeBytes: number | null, ratePerSecond: number | null, partitions: Array<{ id: number, earliest: string, latest: string, leader: number | null, replicas: Array<number>, inSync: Array<number> }> } | null };

export type TopicStatusQueryVariables = Exact<{
  topic?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type TopicStatusQuery = { topicStatus: Array<{ topic: string, observedAt: string, partitions: number, messages: number, sizeBytes: number | null, ratePerSecond: number | null }> };

export type MessagesQueryVariables = Exact<{
  topic: string;
  partition?: number | null | undefined;
  offset?: string | null | undefined;
  from?: string | null | undefined;
  key?: string | null | undefined;
  text?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type MessagesQuery = { messages: Array<{ topic: string, partition: number, offset: string, key: string | null, value: string | null, headers: Record<string, unknown> | null, encoding: string, timestamp: string }> };

export type ConsumerGroupsQueryVariables = Exact<{ [key: string]: never; }>;


export type ConsumerGroupsQuery = { consumerGroups: Array<{ id: string, state: string, members: number, lag: number, lagSeconds: number | null, ratePerSecond: number | null, topics: Array<{ topic: string, partition: number, committed: string, latest: string, lag: number }> }> };

export type CreateTopicMutationVariables = Exact<{
  name: string;
  partitions?: number | null | undefined;
  config?: Record<string, unknown> | null | undefined;
}>;


export type CreateTopicMutation = { createTopic: { config: Record<string, unknown> | null, name: string, messages: number, sizeBytes: number | null, ratePerSecond: number | null, partitions: Array<{ id: number, earliest: string, latest: string, leader: number | null, replicas: Array<number>, inSync: Array<number> }> } };

export type DeleteTopicMutationVariables = Exact<{
  name: string;
}>;


export type DeleteTopicMutation = { deleteTopic: boolean };

export type ProduceMessageMutationVariables = Exact<{
  topic: string;
  key?: string | null | undefined;
  value: string;
  headers?: Record<string, unknown> | null | undefined;
}>;


export type ProduceMessageMutation = { produceMessage: { topic: string, partition: number, offset: string, position: string } };

export type WatchMessagesSubscriptionVariables = Exact<{
  topic: string;
  key?: string | null | undefined;
  text?: string | null | undefined;
  after?: string | null | undefined;
  fromStart?: boolean | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchMessagesSubscription = { messages: { cursor: string | null, topic: string, partition: number, offset: string, key: string | null, value: string | null, headers: Record<string, unknown> | null, encoding: string, timestamp: string } | null };

export type WatchTopicsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchTopicsSubscription = { topics: Array<{ name: string, messages: number, sizeBytes: number | null, ratePerSecond: number | null, partitions: Array<{ id: number, earliest: string, latest: string, leader: number | null, replicas: Array<number>, inSync: Array<number> }> }> };

export type WatchConsumerGroupsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchConsumerGroupsSubscription = { consumerGroups: Array<{ id: string, state: string, members: number, lag: number, lagSeconds: number | null, ratePerSecond: number | null, topics: Array<{ topic: string, partition: number, committed: string, latest: string, lag: number }> }> };

export type UserFieldsFragment = { id: string, name: string, email: string, department: string, status: UserStatus, version: number, createdAt: string, updatedAt: string };

export type DepartmentStatsFieldsFragment = { department: string, users: number, activeUsers: number, posts: number, version: number };

export type UserQueryVariables = Exact<{
  id: string;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type UserQuery = { user: { id: string, name: string, email: string, department: string, status: UserStatus, version: number, createdAt: string, updatedAt: string } | null };

export type UsersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  department?: string | null | undefined;
  status?: UserStatus | null | undefined;
}>;


export type UsersQuery = { users: { totalCount: number, asOf: string, nodes: Array<{ id: string, name: string, email: string, department: string, status: UserStatus, version: number, createdAt: string, updatedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type DepartmentStatsQueryVariables = Exact<{
  department?: string | null | undefined;
  consistentWith?: string | null | undefined;
  waitMs?: number | null | undefined;
}>;


export type DepartmentStatsQuery = { departmentStats: Array<{ department: string, users: number, activeUsers: number, posts: number, version: number }> };

export type CreateUserMutationVariables = Exact<{
  input: CreateUserInput;
  idempotencyKey?: string | null | undefined;
}>;


export type CreateUserMutation = { createUser: { position: string, replayed: boolean, user: { id: string, name: string, email: string, department: string, status: UserStatus, version: number, createdAt: string, updatedAt: string } } };

export type UpdateUserMutationVariables = Exact<{
  id: string;
  input: UpdateUserInput;
  expectedVersion?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type UpdateUserMutation = { updateUser: { position: string, replayed: boolean, user: { id: string, name: string, email: string, department: string, status: UserStatus, version: number, createdAt: string, updatedAt: string } } };

export type DeleteUserMutationVariables = Exact<{
  id: string;
  idempotencyKey?: string | null | undefined;
}>;


export type DeleteUserMutation = { deleteUser: { id: string, position: string, replayed: boolean } };

export type WatchUserEventsSubscriptionVariables = Exact<{
  department?: string | null | undefined;
  after?: string | null | undefined;
  heartbeat?: number | null | undefined;
}>;


export type WatchUserEventsSubscription = { userEvents: { id: string, type: string, userId: string, version: number, department: string, previousDepartment: string | null, occurredAt: string, cursor: string, user: { id: string, name: string, email: string, department: string, status: UserStatus, version: number, createdAt: string, updatedAt: string } | null } | null };

export type WatchDepartmentStatsSubscriptionVariables = Exact<{
  department?: string | null | undefined;
}>;


export type WatchDepartmentStatsSubscription = { departmentStats: { department: string, users: number, activeUsers: number, posts: number, version: number } };

export const PlayerFieldsFragmentDoc = new TypedDocumentString(`
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}
    `, {"fragmentName":"PlayerFields"});
export const CasinoStatsFieldsFragmentDoc = new TypedDocumentString(`
    fragment CasinoStatsFields on CasinoStats {
  players
  actions
  tokensInCirculation
  byType {
    name
    count
  }
  version
}
    `, {"fragmentName":"CasinoStatsFields"});
export const DeadLetterFieldsFragmentDoc = new TypedDocumentString(`
    fragment DeadLetterFields on DeadLetter {
  id
  topic
  partition
  offset
  key
  encoding
  consumer
  error
  attempts
  state
  reason
  behind
  failedAt
}
    `, {"fragmentName":"DeadLetterFields"});
export const MessageFieldsFragmentDoc = new TypedDocumentString(`
    fragment MessageFields on Message {
  topic
  partition
  offset
  key
  value
  headers
  encoding
  timestamp
}
    `, {"fragmentName":"MessageFields"});
export const DeadLetterDetailsFragmentDoc = new TypedDocumentString(`
    fragment DeadLetterDetails on DeadLetter {
  ...DeadLetterFields
  value
  headers
  history {
    at
    by
    error
  }
  waiting(first: $waiting) {
    ...MessageFields
  }
}
    fragment DeadLetterFields on DeadLetter {
  id
  topic
  partition
  offset
  key
  encoding
  consumer
  error
  attempts
  state
  reason
  behind
  failedAt
}
fragment MessageFields on Message {
  topic
  partition
  offset
  key
  value
  headers
  encoding
  timestamp
}`, {"fragmentName":"DeadLetterDetails"});
export const NotificationFieldsFragmentDoc = new TypedDocumentString(`
    fragment NotificationFields on Notification {
  id
  recipientId
  kind
  title
  body
  data
  sourceEventId
  version
  createdAt
  deliveredAt
  readAt
}
    `, {"fragmentName":"NotificationFields"});
export const OrderFieldsFragmentDoc = new TypedDocumentString(`
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}
    `, {"fragmentName":"OrderFields"});
export const AggregateFieldsFragmentDoc = new TypedDocumentString(`
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
    `, {"fragmentName":"AggregateFields"});
export const OrderStatsFieldsFragmentDoc = new TypedDocumentString(`
    fragment OrderStatsFields on OrderStats {
  currency
  total {
    ...AggregateFields
  }
  regions {
    region
    aggregate {
      ...AggregateFields
    }
  }
  version
  updatedAt
  asOf
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}`, {"fragmentName":"OrderStatsFields"});
export const OrderStatsWindowFieldsFragmentDoc = new TypedDocumentString(`
    fragment OrderStatsWindowFields on OrderStatsWindow {
  start
  end
  region
  aggregate {
    ...AggregateFields
  }
  final
  version
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}`, {"fragmentName":"OrderStatsWindowFields"});
export const BatchFieldsFragmentDoc = new TypedDocumentString(`
    fragment BatchFields on BatchPayload {
  accepted
  replayed
  rejected {
    index
    code
    reason
    field
    message
  }
  position
}
    `, {"fragmentName":"BatchFields"});
export const PostFieldsFragmentDoc = new TypedDocumentString(`
    fragment PostFields on Post {
  id
  title
  content
  authorId
  authorName
  department
  version
  createdAt
  updatedAt
}
    `, {"fragmentName":"PostFields"});
export const ProductFieldsFragmentDoc = new TypedDocumentString(`
    fragment ProductFields on Product {
  id
  productName
  price
  currency
  stockQuantity
  version
  createdAt
  updatedAt
}
    `, {"fragmentName":"ProductFields"});
export const UserActivityFieldsFragmentDoc = new TypedDocumentString(`
    fragment UserActivityFields on UserActivity {
  id
  userId
  action
  metadata
  occurredAt
}
    `, {"fragmentName":"UserActivityFields"});
export const SystemMetricFieldsFragmentDoc = new TypedDocumentString(`
    fragment SystemMetricFields on SystemMetric {
  id
  host
  name
  value
  unit
  labels
  occurredAt
  version
}
    `, {"fragmentName":"SystemMetricFields"});
export const ErrorLogFieldsFragmentDoc = new TypedDocumentString(`
    fragment ErrorLogFields on ErrorLog {
  id
  service
  level
  message
  stack
  metadata
  occurredAt
}
    `, {"fragmentName":"ErrorLogFields"});
export const PipelineStatsFieldsFragmentDoc = new TypedDocumentString(`
    fragment PipelineStatsFields on PipelineStats {
  activities
  metrics
  errors
  messages
  perSecond
  byAction {
    name
    count
  }
  byLevel {
    name
    count
  }
  version
}
    `, {"fragmentName":"PipelineStatsFields"});
export const ConsumerGroupFieldsFragmentDoc = new TypedDocumentString(`
    fragment ConsumerGroupFields on ConsumerGroup {
  id
  state
  members
  lag
  lagSeconds
  ratePerSecond
  topics {
    topic
    partition
    committed
    latest
    lag
  }
}
    `, {"fragmentName":"ConsumerGroupFields"});
export const TopicFieldsFragmentDoc = new TypedDocumentString(`
    fragment TopicFields on Topic {
  name
  messages
  sizeBytes
  ratePerSecond
  partitions {
    id
    earliest
    latest
    leader
    replicas
    inSync
  }
}
    `, {"fragmentName":"TopicFields"});
export const TopicDetailsFragmentDoc = new TypedDocumentString(`
    fragment TopicDetails on Topic {
  ...TopicFields
  config
}
    fragment TopicFields on Topic {
  name
  messages
  sizeBytes
  ratePerSecond
  partitions {
    id
    earliest
    latest
    leader
    replicas
    inSync
  }
}`, {"fragmentName":"TopicDetails"});
export const UserFieldsFragmentDoc = new TypedDocumentString(`
    fragment UserFields on User {
  id
  name
  email
  department
  status
  version
  createdAt
  updatedAt
}
    `, {"fragmentName":"UserFields"});
export const DepartmentStatsFieldsFragmentDoc = new TypedDocumentString(`
    fragment DepartmentStatsFields on DepartmentStats {
  department
  users
  activeUsers
  posts
  version
}
    `, {"fragmentName":"DepartmentStatsFields"});
export const PlayerDocument = new TypedDocumentString(`
    query player($id: ID!, $consistentWith: Position, $waitMs: Int) {
  player(id: $id, consistentWith: $consistentWith, waitMs: $waitMs) {
    ...PlayerFields
  }
}
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}`);
export const CasinoStatsDocument = new TypedDocumentString(`
    query casinoStats($consistentWith: Position, $waitMs: Int) {
  casinoStats(consistentWith: $consistentWith, waitMs: $waitMs) {
    ...CasinoStatsFields
  }
}
    fragment CasinoStatsFields on CasinoStats {
  players
  actions
  tokensInCirculation
  byType {
    name
    count
  }
  version
}`);
export const RegisterPlayerDocument = new TypedDocumentString(`
    mutation registerPlayer($id: ID!, $birthDate: String) {
  registerPlayer(id: $id, birthDate: $birthDate) {
    ...PlayerFields
  }
}
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}`);
export const RecordCasinoActionsDocument = new TypedDocumentString(`
    mutation recordCasinoActions($inputs: [CasinoActionInput!]!) {
  recordCasinoActions(inputs: $inputs) {
    ...BatchFields
  }
}
    fragment BatchFields on BatchPayload {
  accepted
  replayed
  rejected {
    index
    code
    reason
    field
    message
  }
  position
}`);
export const SpinSlotDocument = new TypedDocumentString(`
    mutation spinSlot($playerId: ID!, $bet: Int!, $idempotencyKey: ID) {
  spinSlot(playerId: $playerId, bet: $bet, idempotencyKey: $idempotencyKey) {
    reels
    bet
    payout
    player {
      ...PlayerFields
    }
    position
    replayed
  }
}
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}`);
export const OpenGachaDocument = new TypedDocumentString(`
    mutation openGacha($playerId: ID!, $idempotencyKey: ID) {
  openGacha(playerId: $playerId, idempotencyKey: $idempotencyKey) {
    rarity
    item
    player {
      ...PlayerFields
    }
    position
    replayed
  }
}
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}`);
export const EarnTokensDocument = new TypedDocumentString(`
    mutation earnTokens($playerId: ID!, $amount: Int!, $reason: String!, $idempotencyKey: ID) {
  earnTokens(
    playerId: $playerId
    amount: $amount
    reason: $reason
    idempotencyKey: $idempotencyKey
  ) {
    player {
      ...PlayerFields
    }
    ledgerEntryId
    position
    replayed
  }
}
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}`);
export const VerifyAgeDocument = new TypedDocumentString(`
    mutation verifyAge($playerId: ID!, $birthDate: String!) {
  verifyAge(playerId: $playerId, birthDate: $birthDate) {
    ...PlayerFields
  }
}
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}`);
export const SetDailySpendLimitDocument = new TypedDocumentString(`
    mutation setDailySpendLimit($playerId: ID!, $limit: Int) {
  setDailySpendLimit(playerId: $playerId, limit: $limit) {
    ...PlayerFields
  }
}
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}`);
export const WatchCasinoFeedbackDocument = new TypedDocumentString(`
    subscription watchCasinoFeedback($playerId: ID, $after: Cursor, $heartbeat: Int) {
  casinoFeedback(playerId: $playerId, after: $after, heartbeat: $heartbeat) {
    id
    playerId
    kind
    intensity
    message
    causedBy
    occurredAt
    cursor
  }
}
    `);
export const WatchPlayerDocument = new TypedDocumentString(`
    subscription watchPlayer($id: ID!) {
  player(id: $id) {
    ...PlayerFields
  }
}
    fragment PlayerFields on Player {
  id
  tokens
  spins
  gachaOpens
  battlePassLevel
  battlePassXp
  vipTier
  spentToday
  dailySpendLimit
  pendingDailySpendLimit
  dailySpendLimitChangesAt
  ageVerified
  version
}`);
export const WatchCasinoStatsDocument = new TypedDocumentString(`
    subscription watchCasinoStats {
  casinoStats {
    ...CasinoStatsFields
  }
}
    fragment CasinoStatsFields on CasinoStats {
  players
  actions
  tokensInCirculation
  byType {
    name
    count
  }
  version
}`);
export const DeadLetterDocument = new TypedDocumentString(`
    query deadLetter($id: ID!, $waiting: Int) {
  deadLetter(id: $id) {
    ...DeadLetterDetails
  }
}
    fragment DeadLetterFields on DeadLetter {
  id
  topic
  partition
  offset
  key
  encoding
  consumer
  error
  attempts
  state
  reason
  behind
  failedAt
}
fragment DeadLetterDetails on DeadLetter {
  ...DeadLetterFields
  value
  headers
  history {
    at
    by
    error
  }
  waiting(first: $waiting) {
    ...MessageFields
  }
}
fragment MessageFields on Message {
  topic
  partition
  offset
  key
  value
  headers
  encoding
  timestamp
}`);
export const DeadLettersDocument = new TypedDocumentString(`
    query deadLetters($filter: DeadLetterFilter, $first: Int, $after: String) {
  deadLetters(filter: $filter, first: $first, after: $after) {
    nodes {
      ...DeadLetterFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    fragment DeadLetterFields on DeadLetter {
  id
  topic
  partition
  offset
  key
  encoding
  consumer
  error
  attempts
  state
  reason
  behind
  failedAt
}`);
export const RedriveDeadLettersDocument = new TypedDocumentString(`
    mutation redriveDeadLetters($ids: [ID!], $filter: DeadLetterFilter, $dryRun: Boolean, $maxPerSecond: Int) {
  redriveDeadLetters(
    ids: $ids
    filter: $filter
    dryRun: $dryRun
    maxPerSecond: $maxPerSecond
  ) {
    matched
    redriven
    dryRun
  }
}
    `);
export const DiscardDeadLettersDocument = new TypedDocumentString(`
    mutation discardDeadLetters($ids: [ID!]!, $reason: String!) {
  discardDeadLetters(ids: $ids, reason: $reason)
}
    `);
export const WatchDeadLettersDocument = new TypedDocumentString(`
    subscription watchDeadLetters($filter: DeadLetterFilter) {
  deadLetters(filter: $filter) {
    ...DeadLetterFields
  }
}
    fragment DeadLetterFields on DeadLetter {
  id
  topic
  partition
  offset
  key
  encoding
  consumer
  error
  attempts
  state
  reason
  behind
  failedAt
}`);
export const NotificationsDocument = new TypedDocumentString(`
    query notifications($recipientId: ID!, $first: Int, $after: String, $unreadOnly: Boolean) {
  notifications(
    recipientId: $recipientId
    first: $first
    after: $after
    unreadOnly: $unreadOnly
  ) {
    nodes {
      ...NotificationFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment NotificationFields on Notification {
  id
  recipientId
  kind
  title
  body
  data
  sourceEventId
  version
  createdAt
  deliveredAt
  readAt
}`);
export const SendNotificationDocument = new TypedDocumentString(`
    mutation sendNotification($input: SendNotificationInput!, $idempotencyKey: ID) {
  sendNotification(input: $input, idempotencyKey: $idempotencyKey) {
    notification {
      ...NotificationFields
    }
    position
    replayed
  }
}
    fragment NotificationFields on Notification {
  id
  recipientId
  kind
  title
  body
  data
  sourceEventId
  version
  createdAt
  deliveredAt
  readAt
}`);
export const MarkNotificationReadDocument = new TypedDocumentString(`
    mutation markNotificationRead($id: ID!) {
  markNotificationRead(id: $id) {
    notification {
      ...NotificationFields
    }
    position
    replayed
  }
}
    fragment NotificationFields on Notification {
  id
  recipientId
  kind
  title
  body
  data
  sourceEventId
  version
  createdAt
  deliveredAt
  readAt
}`);
export const WatchNotificationsDocument = new TypedDocumentString(`
    subscription watchNotifications($recipientId: ID!, $after: Cursor, $heartbeat: Int) {
  notifications(recipientId: $recipientId, after: $after, heartbeat: $heartbeat) {
    ...NotificationFields
    cursor
  }
}
    fragment NotificationFields on Notification {
  id
  recipientId
  kind
  title
  body
  data
  sourceEventId
  version
  createdAt
  deliveredAt
  readAt
}`);
export const OrderDocument = new TypedDocumentString(`
    query order($id: ID!, $consistentWith: Position, $waitMs: Int) {
  order(id: $id, consistentWith: $consistentWith, waitMs: $waitMs) {
    ...OrderFields
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const OrdersDocument = new TypedDocumentString(`
    query orders($first: Int, $after: String, $customerId: ID, $region: String, $status: OrderStatus) {
  orders(
    first: $first
    after: $after
    customerId: $customerId
    region: $region
    status: $status
  ) {
    nodes {
      ...OrderFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const OrderStatsDocument = new TypedDocumentString(`
    query orderStats($currency: Currency!, $consistentWith: Position, $waitMs: Int) {
  orderStats(
    currency: $currency
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    ...OrderStatsFields
  }
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
fragment OrderStatsFields on OrderStats {
  currency
  total {
    ...AggregateFields
  }
  regions {
    region
    aggregate {
      ...AggregateFields
    }
  }
  version
  updatedAt
  asOf
}`);
export const OrderStatsWindowsDocument = new TypedDocumentString(`
    query orderStatsWindows($currency: Currency!, $size: WindowSize!, $from: DateTime!, $to: DateTime!, $region: String, $consistentWith: Position, $waitMs: Int) {
  orderStatsWindows(
    currency: $currency
    size: $size
    from: $from
    to: $to
    region: $region
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    ...OrderStatsWindowFields
  }
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
fragment OrderStatsWindowFields on OrderStatsWindow {
  start
  end
  region
  aggregate {
    ...AggregateFields
  }
  final
  version
}`);
export const CreateOrderDocument = new TypedDocumentString(`
    mutation createOrder($input: CreateOrderInput!, $idempotencyKey: ID) {
  createOrder(input: $input, idempotencyKey: $idempotencyKey) {
    order {
      ...OrderFields
    }
    position
    replayed
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const CreateOrdersDocument = new TypedDocumentString(`
    mutation createOrders($inputs: [CreateOrderInput!]!) {
  createOrders(inputs: $inputs) {
    ...BatchFields
  }
}
    fragment BatchFields on BatchPayload {
  accepted
  replayed
  rejected {
    index
    code
    reason
    field
    message
  }
  position
}`);
export const ChangeOrderStatusDocument = new TypedDocumentString(`
    mutation changeOrderStatus($orderId: ID!, $from: OrderStatus, $to: OrderStatus!, $idempotencyKey: ID) {
  changeOrderStatus(
    orderId: $orderId
    from: $from
    to: $to
    idempotencyKey: $idempotencyKey
  ) {
    order {
      ...OrderFields
    }
    position
    replayed
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const WatchOrderEventsDocument = new TypedDocumentString(`
    subscription watchOrderEvents($filter: OrderEventFilter, $after: Cursor, $heartbeat: Int) {
  orderEvents(filter: $filter, after: $after, heartbeat: $heartbeat) {
    id
    type
    orderId
    version
    region
    customerId
    totalAmount
    currency
    previousStatus
    status
    occurredAt
    cursor
  }
}
    `);
export const WatchOrderStatsDocument = new TypedDocumentString(`
    subscription watchOrderStats($currency: Currency!, $region: String, $consistentWith: Position, $waitMs: Int) {
  orderStats(
    currency: $currency
    region: $region
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    ...OrderStatsFields
  }
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
fragment OrderStatsFields on OrderStats {
  currency
  total {
    ...AggregateFields
  }
  regions {
    region
    aggregate {
      ...AggregateFields
    }
  }
  version
  updatedAt
  asOf
}`);
export const WatchOrderStatsWindowsDocument = new TypedDocumentString(`
    subscription watchOrderStatsWindows($currency: Currency!, $size: WindowSize!, $region: String) {
  orderStatsWindows(currency: $currency, size: $size, region: $region) {
    ...OrderStatsWindowFields
  }
}
    fragment AggregateFields on Aggregate {
  count
  totalAmount
  averageAmount
  minAmount
  maxAmount
}
fragment OrderStatsWindowFields on OrderStatsWindow {
  start
  end
  region
  aggregate {
    ...AggregateFields
  }
  final
  version
}`);
export const WatchOrderDocument = new TypedDocumentString(`
    subscription watchOrder($id: ID!) {
  order(id: $id) {
    ...OrderFields
  }
}
    fragment OrderFields on Order {
  id
  customerId
  customerEmail
  region
  totalAmount
  currency
  status
  statusCode
  version
  placedAt
  updatedAt
}`);
export const PostDocument = new TypedDocumentString(`
    query post($id: ID!, $consistentWith: Position, $waitMs: Int) {
  post(id: $id, consistentWith: $consistentWith, waitMs: $waitMs) {
    ...PostFields
  }
}
    fragment PostFields on Post {
  id
  title
  content
  authorId
  authorName
  department
  version
  createdAt
  updatedAt
}`);
export const PostsDocument = new TypedDocumentString(`
    query posts($first: Int, $after: String, $department: String, $authorId: ID, $consistentWith: Position, $waitMs: Int) {
  posts(
    first: $first
    after: $after
    department: $department
    authorId: $authorId
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    nodes {
      ...PostFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment PostFields on Post {
  id
  title
  content
  authorId
  authorName
  department
  version
  createdAt
  updatedAt
}`);
export const CreatePostDocument = new TypedDocumentString(`
    mutation createPost($input: CreatePostInput!, $idempotencyKey: ID) {
  createPost(input: $input, idempotencyKey: $idempotencyKey) {
    post {
      ...PostFields
    }
    position
    replayed
  }
}
    fragment PostFields on Post {
  id
  title
  content
  authorId
  authorName
  department
  version
  createdAt
  updatedAt
}`);
export const UpdatePostDocument = new TypedDocumentString(`
    mutation updatePost($id: ID!, $input: UpdatePostInput!, $expectedVersion: Long, $idempotencyKey: ID) {
  updatePost(
    id: $id
    input: $input
    expectedVersion: $expectedVersion
    idempotencyKey: $idempotencyKey
  ) {
    post {
      ...PostFields
    }
    position
    replayed
  }
}
    fragment PostFields on Post {
  id
  title
  content
  authorId
  authorName
  department
  version
  createdAt
  updatedAt
}`);
export const DeletePostDocument = new TypedDocumentString(`
    mutation deletePost($id: ID!, $idempotencyKey: ID) {
  deletePost(id: $id, idempotencyKey: $idempotencyKey) {
    id
    position
    replayed
  }
}
    `);
export const WatchPostEventsDocument = new TypedDocumentString(`
    subscription watchPostEvents($department: String, $after: Cursor, $heartbeat: Int) {
  postEvents(department: $department, after: $after, heartbeat: $heartbeat) {
    id
    type
    postId
    version
    department
    post {
      ...PostFields
    }
    occurredAt
    cursor
  }
}
    fragment PostFields on Post {
  id
  title
  content
  authorId
  authorName
  department
  version
  createdAt
  updatedAt
}`);
export const ProductDocument = new TypedDocumentString(`
    query product($id: ID!) {
  product(id: $id) {
    ...ProductFields
  }
}
    fragment ProductFields on Product {
  id
  productName
  price
  currency
  stockQuantity
  version
  createdAt
  updatedAt
}`);
export const ProductsDocument = new TypedDocumentString(`
    query products($first: Int, $after: String, $inStock: Boolean) {
  products(first: $first, after: $after, inStock: $inStock) {
    nodes {
      ...ProductFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment ProductFields on Product {
  id
  productName
  price
  currency
  stockQuantity
  version
  createdAt
  updatedAt
}`);
export const CreateProductDocument = new TypedDocumentString(`
    mutation createProduct($input: CreateProductInput!, $idempotencyKey: ID) {
  createProduct(input: $input, idempotencyKey: $idempotencyKey) {
    product {
      ...ProductFields
    }
    position
    replayed
  }
}
    fragment ProductFields on Product {
  id
  productName
  price
  currency
  stockQuantity
  version
  createdAt
  updatedAt
}`);
export const UpdateProductDocument = new TypedDocumentString(`
    mutation updateProduct($id: ID!, $input: UpdateProductInput!, $expectedVersion: Long, $idempotencyKey: ID) {
  updateProduct(
    id: $id
    input: $input
    expectedVersion: $expectedVersion
    idempotencyKey: $idempotencyKey
  ) {
    product {
      ...ProductFields
    }
    position
    replayed
  }
}
    fragment ProductFields on Product {
  id
  productName
  price
  currency
  stockQuantity
  version
  createdAt
  updatedAt
}`);
export const WatchProductEventsDocument = new TypedDocumentString(`
    subscription watchProductEvents($after: Cursor, $heartbeat: Int) {
  productEvents(after: $after, heartbeat: $heartbeat) {
    id
    type
    productId
    version
    product {
      ...ProductFields
    }
    occurredAt
    cursor
  }
}
    fragment ProductFields on Product {
  id
  productName
  price
  currency
  stockQuantity
  version
  createdAt
  updatedAt
}`);
export const UserActivitiesDocument = new TypedDocumentString(`
    query userActivities($first: Int, $after: String, $userId: ID, $action: String, $from: DateTime, $to: DateTime, $consistentWith: Position, $waitMs: Int) {
  userActivities(
    first: $first
    after: $after
    userId: $userId
    action: $action
    from: $from
    to: $to
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    nodes {
      ...UserActivityFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment UserActivityFields on UserActivity {
  id
  userId
  action
  metadata
  occurredAt
}`);
export const SystemMetricsDocument = new TypedDocumentString(`
    query systemMetrics($first: Int, $after: String, $host: String, $name: String, $from: DateTime, $to: DateTime, $consistentWith: Position, $waitMs: Int) {
  systemMetrics(
    first: $first
    after: $after
    host: $host
    name: $name
    from: $from
    to: $to
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    nodes {
      ...SystemMetricFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment SystemMetricFields on SystemMetric {
  id
  host
  name
  value
  unit
  labels
  occurredAt
  version
}`);
export const ErrorLogsDocument = new TypedDocumentString(`
    query errorLogs($first: Int, $after: String, $service: String, $level: LogLevel, $from: DateTime, $to: DateTime, $consistentWith: Position, $waitMs: Int) {
  errorLogs(
    first: $first
    after: $after
    service: $service
    level: $level
    from: $from
    to: $to
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    nodes {
      ...ErrorLogFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment ErrorLogFields on ErrorLog {
  id
  service
  level
  message
  stack
  metadata
  occurredAt
}`);
export const PipelineStatsDocument = new TypedDocumentString(`
    query pipelineStats($consistentWith: Position, $waitMs: Int) {
  pipelineStats(consistentWith: $consistentWith, waitMs: $waitMs) {
    ...PipelineStatsFields
  }
}
    fragment PipelineStatsFields on PipelineStats {
  activities
  metrics
  errors
  messages
  perSecond
  byAction {
    name
    count
  }
  byLevel {
    name
    count
  }
  version
}`);
export const StoredMessagesDocument = new TypedDocumentString(`
    query storedMessages($topic: String!, $partition: Int!, $offset: String, $first: Int) {
  storedMessages(
    topic: $topic
    partition: $partition
    offset: $offset
    first: $first
  ) {
    ...MessageFields
  }
}
    fragment MessageFields on Message {
  topic
  partition
  offset
  key
  value
  headers
  encoding
  timestamp
}`);
export const IngestUserActivitiesDocument = new TypedDocumentString(`
    mutation ingestUserActivities($inputs: [UserActivityInput!]!) {
  ingestUserActivities(inputs: $inputs) {
    ...BatchFields
  }
}
    fragment BatchFields on BatchPayload {
  accepted
  replayed
  rejected {
    index
    code
    reason
    field
    message
  }
  position
}`);
export const IngestSystemMetricsDocument = new TypedDocumentString(`
    mutation ingestSystemMetrics($inputs: [SystemMetricInput!]!) {
  ingestSystemMetrics(inputs: $inputs) {
    ...BatchFields
  }
}
    fragment BatchFields on BatchPayload {
  accepted
  replayed
  rejected {
    index
    code
    reason
    field
    message
  }
  position
}`);
export const IngestErrorLogsDocument = new TypedDocumentString(`
    mutation ingestErrorLogs($inputs: [ErrorLogInput!]!) {
  ingestErrorLogs(inputs: $inputs) {
    ...BatchFields
  }
}
    fragment BatchFields on BatchPayload {
  accepted
  replayed
  rejected {
    index
    code
    reason
    field
    message
  }
  position
}`);
export const WatchUserActivitiesDocument = new TypedDocumentString(`
    subscription watchUserActivities($userId: ID, $action: String, $after: Cursor, $heartbeat: Int) {
  userActivities(
    userId: $userId
    action: $action
    after: $after
    heartbeat: $heartbeat
  ) {
    activity {
      ...UserActivityFields
    }
    cursor
  }
}
    fragment UserActivityFields on UserActivity {
  id
  userId
  action
  metadata
  occurredAt
}`);
export const WatchErrorLogsDocument = new TypedDocumentString(`
    subscription watchErrorLogs($service: String, $level: LogLevel, $after: Cursor, $heartbeat: Int) {
  errorLogs(
    service: $service
    level: $level
    after: $after
    heartbeat: $heartbeat
  ) {
    log {
      ...ErrorLogFields
    }
    cursor
  }
}
    fragment ErrorLogFields on ErrorLog {
  id
  service
  level
  message
  stack
  metadata
  occurredAt
}`);
export const WatchSystemMetricsDocument = new TypedDocumentString(`
    subscription watchSystemMetrics($host: String, $name: String) {
  systemMetrics(host: $host, name: $name) {
    ...SystemMetricFields
  }
}
    fragment SystemMetricFields on SystemMetric {
  id
  host
  name
  value
  unit
  labels
  occurredAt
  version
}`);
export const WatchPipelineStatsDocument = new TypedDocumentString(`
    subscription watchPipelineStats {
  pipelineStats {
    ...PipelineStatsFields
  }
}
    fragment PipelineStatsFields on PipelineStats {
  activities
  metrics
  errors
  messages
  perSecond
  byAction {
    name
    count
  }
  byLevel {
    name
    count
  }
  version
}`);
export const TopicsDocument = new TypedDocumentString(`
    query topics {
  topics {
    ...TopicFields
  }
}
    fragment TopicFields on Topic {
  name
  messages
  sizeBytes
  ratePerSecond
  partitions {
    id
    earliest
    latest
    leader
    replicas
    inSync
  }
}`);
export const TopicDocument = new TypedDocumentString(`
    query topic($name: String!) {
  topic(name: $name) {
    ...TopicDetails
  }
}
    fragment TopicFields on Topic {
  name
  messages
  sizeBytes
  ratePerSecond
  partitions {
    id
    earliest
    latest
    leader
    replicas
    inSync
  }
}
fragment TopicDetails on Topic {
  ...TopicFields
  config
}`);
export const TopicStatusDocument = new TypedDocumentString(`
    query topicStatus($topic: String, $from: DateTime, $to: DateTime, $first: Int) {
  topicStatus(topic: $topic, from: $from, to: $to, first: $first) {
    topic
    observedAt
    partitions
    messages
    sizeBytes
    ratePerSecond
  }
}
    `);
export const MessagesDocument = new TypedDocumentString(`
    query messages($topic: String!, $partition: Int, $offset: String, $from: DateTime, $key: String, $text: String, $first: Int) {
  messages(
    topic: $topic
    partition: $partition
    offset: $offset
    from: $from
    key: $key
    text: $text
    first: $first
  ) {
    ...MessageFields
  }
}
    fragment MessageFields on Message {
  topic
  partition
  offset
  key
  value
  headers
  encoding
  timestamp
}`);
export const ConsumerGroupsDocument = new TypedDocumentString(`
    query consumerGroups {
  consumerGroups {
    ...ConsumerGroupFields
  }
}
    fragment ConsumerGroupFields on ConsumerGroup {
  id
  state
  members
  lag
  lagSeconds
  ratePerSecond
  topics {
    topic
    partition
    committed
    latest
    lag
  }
}`);
export const CreateTopicDocument = new TypedDocumentString(`
    mutation createTopic($name: String!, $partitions: Int, $config: JSONObject) {
  createTopic(name: $name, partitions: $partitions, config: $config) {
    ...TopicDetails
  }
}
    fragment TopicFields on Topic {
  name
  messages
  sizeBytes
  ratePerSecond
  partitions {
    id
    earliest
    latest
    leader
    replicas
    inSync
  }
}
fragment TopicDetails on Topic {
  ...TopicFields
  config
}`);
export const DeleteTopicDocument = new TypedDocumentString(`
    mutation deleteTopic($name: String!) {
  deleteTopic(name: $name)
}
    `);
export const ProduceMessageDocument = new TypedDocumentString(`
    mutation produceMessage($topic: String!, $key: String, $value: String!, $headers: JSONObject) {
  produceMessage(topic: $topic, key: $key, value: $value, headers: $headers) {
    topic
    partition
    offset
    position
  }
}
    `);
export const WatchMessagesDocument = new TypedDocumentString(`
    subscription watchMessages($topic: String!, $key: String, $text: String, $after: Cursor, $fromStart: Boolean, $heartbeat: Int) {
  messages(
    topic: $topic
    key: $key
    text: $text
    after: $after
    fromStart: $fromStart
    heartbeat: $heartbeat
  ) {
    ...MessageFields
    cursor
  }
}
    fragment MessageFields on Message {
  topic
  partition
  offset
  key
  value
  headers
  encoding
  timestamp
}`);
export const WatchTopicsDocument = new TypedDocumentString(`
    subscription watchTopics {
  topics {
    ...TopicFields
  }
}
    fragment TopicFields on Topic {
  name
  messages
  sizeBytes
  ratePerSecond
  partitions {
    id
    earliest
    latest
    leader
    replicas
    inSync
  }
}`);
export const WatchConsumerGroupsDocument = new TypedDocumentString(`
    subscription watchConsumerGroups {
  consumerGroups {
    ...ConsumerGroupFields
  }
}
    fragment ConsumerGroupFields on ConsumerGroup {
  id
  state
  members
  lag
  lagSeconds
  ratePerSecond
  topics {
    topic
    partition
    committed
    latest
    lag
  }
}`);
export const UserDocument = new TypedDocumentString(`
    query user($id: ID!, $consistentWith: Position, $waitMs: Int) {
  user(id: $id, consistentWith: $consistentWith, waitMs: $waitMs) {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  name
  email
  department
  status
  version
  createdAt
  updatedAt
}`);
export const UsersDocument = new TypedDocumentString(`
    query users($first: Int, $after: String, $department: String, $status: UserStatus) {
  users(first: $first, after: $after, department: $department, status: $status) {
    nodes {
      ...UserFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
  }
}
    fragment UserFields on User {
  id
  name
  email
  department
  status
  version
  createdAt
  updatedAt
}`);
export const DepartmentStatsDocument = new TypedDocumentString(`
    query departmentStats($department: String, $consistentWith: Position, $waitMs: Int) {
  departmentStats(
    department: $department
    consistentWith: $consistentWith
    waitMs: $waitMs
  ) {
    ...DepartmentStatsFields
  }
}
    fragment DepartmentStatsFields on DepartmentStats {
  department
  users
  activeUsers
  posts
  version
}`);
export const CreateUserDocument = new TypedDocumentString(`
    mutation createUser($input: CreateUserInput!, $idempotencyKey: ID) {
  createUser(input: $input, idempotencyKey: $idempotencyKey) {
    user {
      ...UserFields
    }
    position
    replayed
  }
}
    fragment UserFields on User {
  id
  name
  email
  department
  status
  version
  createdAt
  updatedAt
}`);
export const UpdateUserDocument = new TypedDocumentString(`
    mutation updateUser($id: ID!, $input: UpdateUserInput!, $expectedVersion: Long, $idempotencyKey: ID) {
  updateUser(
    id: $id
    input: $input
    expectedVersion: $expectedVersion
    idempotencyKey: $idempotencyKey
  ) {
    user {
      ...UserFields
    }
    position
    replayed
  }
}
    fragment UserFields on User {
  id
  name
  email
  department
  status
  version
  createdAt
  updatedAt
}`);
export const DeleteUserDocument = new TypedDocumentString(`
    mutation deleteUser($id: ID!, $idempotencyKey: ID) {
  deleteUser(id: $id, idempotencyKey: $idempotencyKey) {
    id
    position
    replayed
  }
}
    `);
export const WatchUserEventsDocument = new TypedDocumentString(`
    subscription watchUserEvents($department: String, $after: Cursor, $heartbeat: Int) {
  userEvents(department: $department, after: $after, heartbeat: $heartbeat) {
    id
    type
    userId
    version
    department
    previousDepartment
    user {
      ...UserFields
    }
    occurredAt
    cursor
  }
}
    fragment UserFields on User {
  id
  name
  email
  department
  status
  version
  createdAt
  updatedAt
}`);
export const WatchDepartmentStatsDocument = new TypedDocumentString(`
    subscription watchDepartmentStats($department: String) {
  departmentStats(department: $department) {
    ...DepartmentStatsFields
  }
}
    fragment DepartmentStatsFields on DepartmentStats {
  department
  users
  activeUsers
  posts
  version
}`);
export type Requester<C = {}> = <R, V>(doc: string, vars?: V, options?: C) => Promise<R> | AsyncIterable<R>
export function getSdk<C>(requester: Requester<C>) {
  return {
    player(variables: PlayerQueryVariables, options?: C): Promise<PlayerQuery> {
      return requester<PlayerQuery, PlayerQueryVariables>(PlayerDocument, variables, options) as Promise<PlayerQuery>;
    },
    casinoStats(variables?: CasinoStatsQueryVariables, options?: C): Promise<CasinoStatsQuery> {
      return requester<CasinoStatsQuery, CasinoStatsQueryVariables>(CasinoStatsDocument, variables, options) as Promise<CasinoStatsQuery>;
    },
    registerPlayer(variables: RegisterPlayerMutationVariables, options?: C): Promise<RegisterPlayerMutation> {
      return requester<RegisterPlayerMutation, RegisterPlayerMutationVariables>(RegisterPlayerDocument, variables, options) as Promise<RegisterPlayerMutation>;
    },
    recordCasinoActions(variables: RecordCasinoActionsMutationVariables, options?: C): Promise<RecordCasinoActionsMutation> {
      return requester<RecordCasinoActionsMutation, RecordCasinoActionsMutationVariables>(RecordCasinoActionsDocument, variables, options) as Promise<RecordCasinoActionsMutation>;
    },
    spinSlot(variables: SpinSlotMutationVariables, options?: C): Promise<SpinSlotMutation> {
      return requester<SpinSlotMutation, SpinSlotMutationVariables>(SpinSlotDocument, variables, options) as Promise<SpinSlotMutation>;
    },
    openGacha(variables: OpenGachaMutationVariables, options?: C): Promise<OpenGachaMutation> {
      return requester<OpenGachaMutation, OpenGachaMutationVariables>(OpenGachaDocument, variables, options) as Promise<OpenGachaMutation>;
    },
    earnTokens(variables: EarnTokensMutationVariables, options?: C): Promise<EarnTokensMutation> {
      return requester<EarnTokensMutation, EarnTokensMutationVariables>(EarnTokensDocument, variables, options) as Promise<EarnTokensMutation>;
    },
    verifyAge(variables: VerifyAgeMutationVariables, options?: C): Promise<VerifyAgeMutation> {
      return requester<VerifyAgeMutation, VerifyAgeMutationVariables>(VerifyAgeDocument, variables, options) as Promise<VerifyAgeMutation>;
    },
    setDailySpendLimit(variables: SetDailySpendLimitMutationVariables, options?: C): Promise<SetDailySpendLimitMutation> {
      return requester<SetDailySpendLimitMutation, SetDailySpendLimitMutationVariables>(SetDailySpendLimitDocument, variables, options) as Promise<SetDailySpendLimitMutation>;
    },
    watchCasinoFeedback(variables?: WatchCasinoFeedbackSubscriptionVariables, options?: C): AsyncIterable<WatchCasinoFeedbackSubscription> {
      return requester<WatchCasinoFeedbackSubscription, WatchCasinoFeedbackSubscriptionVariables>(WatchCasinoFeedbackDocument, variables, options) as AsyncIterable<WatchCasinoFeedbackSubscription>;
    },
    watchPlayer(variables: WatchPlayerSubscriptionVariables, options?: C): AsyncIterable<WatchPlayerSubscription> {
      return requester<WatchPlayerSubscription, WatchPlayerSubscriptionVariables>(WatchPlayerDocument, variables, options) as AsyncIterable<WatchPlayerSubscription>;
    },
    watchCasinoStats(variables?: WatchCasinoStatsSubscriptionVariables, options?: C): AsyncIterable<WatchCasinoStatsSubscription> {
      return requester<WatchCasinoStatsSubscription, WatchCasinoStatsSubscriptionVariables>(WatchCasinoStatsDocument, variables, options) as AsyncIterable<WatchCasinoStatsSubscription>;
    },
    deadLetter(variables: DeadLetterQueryVariables, options?: C): Promise<DeadLetterQuery> {
      return requester<DeadLetterQuery, DeadLetterQueryVariables>(DeadLetterDocument, variables, options) as Promise<DeadLetterQuery>;
    },
    deadLetters(variables?: DeadLettersQueryVariables, options?: C): Promise<DeadLettersQuery> {
      return requester<DeadLettersQuery, DeadLettersQueryVariables>(DeadLettersDocument, variables, options) as Promise<DeadLettersQuery>;
    },
    redriveDeadLetters(variables?: RedriveDeadLettersMutationVariables, options?: C): Promise<RedriveDeadLettersMutation> {
      return requester<RedriveDeadLettersMutation, RedriveDeadLettersMutationVariables>(RedriveDeadLettersDocument, variables, options) as Promise<RedriveDeadLettersMutation>;
    },
    discardDeadLetters(variables: DiscardDeadLettersMutationVariables, options?: C): Promise<DiscardDeadLettersMutation> {
      return requester<DiscardDeadLettersMutation, DiscardDeadLettersMutationVariables>(DiscardDeadLettersDocument, variables, options) as Promise<DiscardDeadLettersMutation>;
    },
    watchDeadLetters(variables?: WatchDeadLettersSubscriptionVariables, options?: C): AsyncIterable<WatchDeadLettersSubscription> {
      return requester<WatchDeadLettersSubscription, WatchDeadLettersSubscriptionVariables>(WatchDeadLettersDocument, variables, options) as AsyncIterable<WatchDeadLettersSubscription>;
    },
    notifications(variables: NotificationsQueryVariables, options?: C): Promise<NotificationsQuery> {
      return requester<NotificationsQuery, NotificationsQueryVariables>(NotificationsDocument, variables, options) as Promise<NotificationsQuery>;
    },
    sendNotification(variables: SendNotificationMutationVariables, options?: C): Promise<SendNotificationMutation> {
      return requester<SendNotificationMutation, SendNotificationMutationVariables>(SendNotificationDocument, variables, options) as Promise<SendNotificationMutation>;
    },
    markNotificationRead(variables: MarkNotificationReadMutationVariables, options?: C): Promise<MarkNotificationReadMutation> {
      return requester<MarkNotificationReadMutation, MarkNotificationReadMutationVariables>(MarkNotificationReadDocument, variables, options) as Promise<MarkNotificationReadMutation>;
    },
    watchNotifications(variables: WatchNotificationsSubscriptionVariables, options?: C): AsyncIterable<WatchNotificationsSubscription> {
      return requester<WatchNotificationsSubscription, WatchNotificationsSubscriptionVariables>(WatchNotificationsDocument, variables, options) as AsyncIterable<WatchNotificationsSubscription>;
    },
    order(variables: OrderQueryVariables, options?: C): Promise<OrderQuery> {
      return requester<OrderQuery, OrderQueryVariables>(OrderDocument, variables, options) as Promise<OrderQuery>;
    },
    orders(variables?: OrdersQueryVariables, options?: C): Promise<OrdersQuery> {
      return requester<OrdersQuery, OrdersQueryVariables>(OrdersDocument, variables, options) as Promise<OrdersQuery>;
    },
    orderStats(variables: OrderStatsQueryVariables, options?: C): Promise<OrderStatsQuery> {
      return requester<OrderStatsQuery, OrderStatsQueryVariables>(OrderStatsDocument, variables, options) as Promise<OrderStatsQuery>;
    },
    orderStatsWindows(variables: OrderStatsWindowsQueryVariables, options?: C): Promise<OrderStatsWindowsQuery> {
      return requester<OrderStatsWindowsQuery, OrderStatsWindowsQueryVariables>(OrderStatsWindowsDocument, variables, options) as Promise<OrderStatsWindowsQuery>;
    },
    createOrder(variables: CreateOrderMutationVariables, options?: C): Promise<CreateOrderMutation> {
      return requester<CreateOrderMutation, CreateOrderMutationVariables>(CreateOrderDocument, variables, options) as Promise<CreateOrderMutation>;
    },
    createOrders(variables: CreateOrdersMutationVariables, options?: C): Promise<CreateOrdersMutation> {
      return requester<CreateOrdersMutation, CreateOrdersMutationVariables>(CreateOrdersDocument, variables, options) as Promise<CreateOrdersMutation>;
    },
    changeOrderStatus(variables: ChangeOrderStatusMutationVariables, options?: C): Promise<ChangeOrderStatusMutation> {
      return requester<ChangeOrderStatusMutation, ChangeOrderStatusMutationVariables>(ChangeOrderStatusDocument, variables, options) as Promise<ChangeOrderStatusMutation>;
    },
    watchOrderEvents(variables?: WatchOrderEventsSubscriptionVariables, options?: C): AsyncIterable<WatchOrderEventsSubscription> {
      return requester<WatchOrderEventsSubscription, WatchOrderEventsSubscriptionVariables>(WatchOrderEventsDocument, variables, options) as AsyncIterable<WatchOrderEventsSubscription>;
    },
    watchOrderStats(variables: WatchOrderStatsSubscriptionVariables, options?: C): AsyncIterable<WatchOrderStatsSubscription> {
      return requester<WatchOrderStatsSubscription, WatchOrderStatsSubscriptionVariables>(WatchOrderStatsDocument, variables, options) as AsyncIterable<WatchOrderStatsSubscription>;
    },
    watchOrderStatsWindows(variables: WatchOrderStatsWindowsSubscriptionVariables, options?: C): AsyncIterable<WatchOrderStatsWindowsSubscription> {
      return requester<WatchOrderStatsWindowsSubscription, WatchOrderStatsWindowsSubscriptionVariables>(WatchOrderStatsWindowsDocument, variables, options) as AsyncIterable<WatchOrderStatsWindowsSubscription>;
    },
    watchOrder(variables: WatchOrderSubscriptionVariables, options?: C): AsyncIterable<WatchOrderSubscription> {
      return requester<WatchOrderSubscription, WatchOrderSubscriptionVariables>(WatchOrderDocument, variables, options) as AsyncIterable<WatchOrderSubscription>;
    },
    post(variables: PostQueryVariables, options?: C): Promise<PostQuery> {
      return requester<PostQuery, PostQueryVariables>(PostDocument, variables, options) as Promise<PostQuery>;
    },
    posts(variables?: PostsQueryVariables, options?: C): Promise<PostsQuery> {
      return requester<PostsQuery, PostsQueryVariables>(PostsDocument, variables, options) as Promise<PostsQuery>;
    },
    createPost(variables: CreatePostMutationVariables, options?: C): Promise<CreatePostMutation> {
      return requester<CreatePostMutation, CreatePostMutationVariables>(CreatePostDocument, variables, options) as Promise<CreatePostMutation>;
    },
    updatePost(variables: UpdatePostMutationVariables, options?: C): Promise<UpdatePostMutation> {
      return requester<UpdatePostMutation, UpdatePostMutationVariables>(UpdatePostDocument, variables, options) as Promise<UpdatePostMutation>;
    },
    deletePost(variables: DeletePostMutationVariables, options?: C): Promise<DeletePostMutation> {
      return requester<DeletePostMutation, DeletePostMutationVariables>(DeletePostDocument, variables, options) as Promise<DeletePostMutation>;
    },
    watchPostEvents(variables?: WatchPostEventsSubscriptionVariables, options?: C): AsyncIterable<WatchPostEventsSubscription> {
      return requester<WatchPostEventsSubscription, WatchPostEventsSubscriptionVariables>(WatchPostEventsDocument, variables, options) as AsyncIterable<WatchPostEventsSubscription>;
    },
    product(variables: ProductQueryVariables, options?: C): Promise<ProductQuery> {
      return requester<ProductQuery, ProductQueryVariables>(ProductDocument, variables, options) as Promise<ProductQuery>;
    },
    products(variables?: ProductsQueryVariables, options?: C): Promise<ProductsQuery> {
      return requester<ProductsQuery, ProductsQueryVariables>(ProductsDocument, variables, options) as Promise<ProductsQuery>;
    },
    createProduct(variables: CreateProductMutationVariables, options?: C): Promise<CreateProductMutation> {
      return requester<CreateProductMutation, CreateProductMutationVariables>(CreateProductDocument, variables, options) as Promise<CreateProductMutation>;
    },
    updateProduct(variables: UpdateProductMutationVariables, options?: C): Promise<UpdateProductMutation> {
      return requester<UpdateProductMutation, UpdateProductMutationVariables>(UpdateProductDocument, variables, options) as Promise<UpdateProductMutation>;
    },
    watchProductEvents(variables?: WatchProductEventsSubscriptionVariables, options?: C): AsyncIterable<WatchProductEventsSubscription> {
      return requester<WatchProductEventsSubscription, WatchProductEventsSubscriptionVariables>(WatchProductEventsDocument, variables, options) as AsyncIterable<WatchProductEventsSubscription>;
    },
    userActivities(variables?: UserActivitiesQueryVariables, options?: C): Promise<UserActivitiesQuery> {
      return requester<UserActivitiesQuery, UserActivitiesQueryVariables>(UserActivitiesDocument, variables, options) as Promise<UserActivitiesQuery>;
    },
    systemMetrics(variables?: SystemMetricsQueryVariables, options?: C): Promise<SystemMetricsQuery> {
      return requester<SystemMetricsQuery, SystemMetricsQueryVariables>(SystemMetricsDocument, variables, options) as Promise<SystemMetricsQuery>;
    },
    errorLogs(variables?: ErrorLogsQueryVariables, options?: C): Promise<ErrorLogsQuery> {
      return requester<ErrorLogsQuery, ErrorLogsQueryVariables>(ErrorLogsDocument, variables, options) as Promise<ErrorLogsQuery>;
    },
    pipelineStats(variables?: PipelineStatsQueryVariables, options?: C): Promise<PipelineStatsQuery> {
      return requester<PipelineStatsQuery, PipelineStatsQueryVariables>(PipelineStatsDocument, variables, options) as Promise<PipelineStatsQuery>;
    },
    storedMessages(variables: StoredMessagesQueryVariables, options?: C): Promise<StoredMessagesQuery> {
      return requester<StoredMessagesQuery, StoredMessagesQueryVariables>(StoredMessagesDocument, variables, options) as Promise<StoredMessagesQuery>;
    },
    ingestUserActivities(variables: IngestUserActivitiesMutationVariables, options?: C): Promise<IngestUserActivitiesMutation> {
      return requester<IngestUserActivitiesMutation, IngestUserActivitiesMutationVariables>(IngestUserActivitiesDocument, variables, options) as Promise<IngestUserActivitiesMutation>;
    },
    ingestSystemMetrics(variables: IngestSystemMetricsMutationVariables, options?: C): Promise<IngestSystemMetricsMutation> {
      return requester<IngestSystemMetricsMutation, IngestSystemMetricsMutationVariables>(IngestSystemMetricsDocument, variables, options) as Promise<IngestSystemMetricsMutation>;
    },
    ingestErrorLogs(variables: IngestErrorLogsMutationVariables, options?: C): Promise<IngestErrorLogsMutation> {
      return requester<IngestErrorLogsMutation, IngestErrorLogsMutationVariables>(IngestErrorLogsDocument, variables, options) as Promise<IngestErrorLogsMutation>;
    },
    watchUserActivities(variables?: WatchUserActivitiesSubscriptionVariables, options?: C): AsyncIterable<WatchUserActivitiesSubscription> {
      return requester<WatchUserActivitiesSubscription, WatchUserActivitiesSubscriptionVariables>(WatchUserActivitiesDocument, variables, options) as AsyncIterable<WatchUserActivitiesSubscription>;
    },
    watchErrorLogs(variables?: WatchErrorLogsSubscriptionVariables, options?: C): AsyncIterable<WatchErrorLogsSubscription> {
      return requester<WatchErrorLogsSubscription, WatchErrorLogsSubscriptionVariables>(WatchErrorLogsDocument, variables, options) as AsyncIterable<WatchErrorLogsSubscription>;
    },
    watchSystemMetrics(variables?: WatchSystemMetricsSubscriptionVariables, options?: C): AsyncIterable<WatchSystemMetricsSubscription> {
      return requester<WatchSystemMetricsSubscription, WatchSystemMetricsSubscriptionVariables>(WatchSystemMetricsDocument, variables, options) as AsyncIterable<WatchSystemMetricsSubscription>;
    },
    watchPipelineStats(variables?: WatchPipelineStatsSubscriptionVariables, options?: C): AsyncIterable<WatchPipelineStatsSubscription> {
      return requester<WatchPipelineStatsSubscription, WatchPipelineStatsSubscriptionVariables>(WatchPipelineStatsDocument, variables, options) as AsyncIterable<WatchPipelineStatsSubscription>;
    },
    topics(variables?: TopicsQueryVariables, options?: C): Promise<TopicsQuery> {
      return requester<TopicsQuery, TopicsQueryVariables>(TopicsDocument, variables, options) as Promise<TopicsQuery>;
    },
    topic(variables: TopicQueryVariables, options?: C): Promise<TopicQuery> {
      return requester<TopicQuery, TopicQueryVariables>(TopicDocument, variables, options) as Promise<TopicQuery>;
    },
    topicStatus(variables?: TopicStatusQueryVariables, options?: C): Promise<TopicStatusQuery> {
      return requester<TopicStatusQuery, TopicStatusQueryVariables>(TopicStatusDocument, variables, options) as Promise<TopicStatusQuery>;
    },
    messages(variables: MessagesQueryVariables, options?: C): Promise<MessagesQuery> {
      return requester<MessagesQuery, MessagesQueryVariables>(MessagesDocument, variables, options) as Promise<MessagesQuery>;
    },
    consumerGroups(variables?: ConsumerGroupsQueryVariables, options?: C): Promise<ConsumerGroupsQuery> {
      return requester<ConsumerGroupsQuery, ConsumerGroupsQueryVariables>(ConsumerGroupsDocument, variables, options) as Promise<ConsumerGroupsQuery>;
    },
    createTopic(variables: CreateTopicMutationVariables, options?: C): Promise<CreateTopicMutation> {
      return requester<CreateTopicMutation, CreateTopicMutationVariables>(CreateTopicDocument, variables, options) as Promise<CreateTopicMutation>;
    },
    deleteTopic(variables: DeleteTopicMutationVariables, options?: C): Promise<DeleteTopicMutation> {
      return requester<DeleteTopicMutation, DeleteTopicMutationVariables>(DeleteTopicDocument, variables, options) as Promise<DeleteTopicMutation>;
    },
    produceMessage(variables: ProduceMessageMutationVariables, options?: C): Promise<ProduceMessageMutation> {
      return requester<ProduceMessageMutation, ProduceMessageMutationVariables>(ProduceMessageDocument, variables, options) as Promise<ProduceMessageMutation>;
    },
    watchMessages(variables: WatchMessagesSubscriptionVariables, options?: C): AsyncIterable<WatchMessagesSubscription> {
      return requester<WatchMessagesSubscription, WatchMessagesSubscriptionVariables>(WatchMessagesDocument, variables, options) as AsyncIterable<WatchMessagesSubscription>;
    },
    watchTopics(variables?: WatchTopicsSubscriptionVariables, options?: C): AsyncIterable<WatchTopicsSubscription> {
      return requester<WatchTopicsSubscription, WatchTopicsSubscriptionVariables>(WatchTopicsDocument, variables, options) as AsyncIterable<WatchTopicsSubscription>;
    },
    watchConsumerGroups(variables?: WatchConsumerGroupsSubscriptionVariables, options?: C): AsyncIterable<WatchConsumerGroupsSubscription> {
      return requester<WatchConsumerGroupsSubscription, WatchConsumerGroupsSubscriptionVariables>(WatchConsumerGroupsDocument, variables, options) as AsyncIterable<WatchConsumerGroupsSubscription>;
    },
    user(variables: UserQueryVariables, options?: C): Promise<UserQuery> {
      return requester<UserQuery, UserQueryVariables>(UserDocument, variables, options) as Promise<UserQuery>;
    },
    users(variables?: UsersQueryVariables, options?: C): Promise<UsersQuery> {
      return requester<UsersQuery, UsersQueryVariables>(UsersDocument, variables, options) as Promise<UsersQuery>;
    },
    departmentStats(variables?: DepartmentStatsQueryVariables, options?: C): Promise<DepartmentStatsQuery> {
      return requester<DepartmentStatsQuery, DepartmentStatsQueryVariables>(DepartmentStatsDocument, variables, options) as Promise<DepartmentStatsQuery>;
    },
    createUser(variables: CreateUserMutationVariables, options?: C): Promise<CreateUserMutation> {
      return requester<CreateUserMutation, CreateUserMutationVariables>(CreateUserDocument, variables, options) as Promise<CreateUserMutation>;
    },
    updateUser(variables: UpdateUserMutationVariables, options?: C): Promise<UpdateUserMutation> {
      return requester<UpdateUserMutation, UpdateUserMutationVariables>(UpdateUserDocument, variables, options) as Promise<UpdateUserMutation>;
    },
    deleteUser(variables: DeleteUserMutationVariables, options?: C): Promise<DeleteUserMutation> {
      return requester<DeleteUserMutation, DeleteUserMutationVariables>(DeleteUserDocument, variables, options) as Promise<DeleteUserMutation>;
    },
    watchUserEvents(variables?: WatchUserEventsSubscriptionVariables, options?: C): AsyncIterable<WatchUserEventsSubscription> {
      return requester<WatchUserEventsSubscription, WatchUserEventsSubscriptionVariables>(WatchUserEventsDocument, variables, options) as AsyncIterable<WatchUserEventsSubscription>;
    },
    watchDepartmentStats(variables?: WatchDepartmentStatsSubscriptionVariables, options?: C): AsyncIterable<WatchDepartmentStatsSubscription> {
      return requester<WatchDepartmentStatsSubscription, WatchDepartmentStatsSubscriptionVariables>(WatchDepartmentStatsDocument, variables, options) as AsyncIterable<WatchDepartmentStatsSubscription>;
    }
  };
}
export type Sdk = ReturnType<typeof getSdk>;