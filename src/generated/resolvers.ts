import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Order as DomainOrder } from '../events/orders.js';
import type { Context } from '../resolvers/context.js';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** ISO 4217 code in upper case, such as `KRW`. */
  Currency: { input: string; output: string; }
  /** Opaque place in an event stream. Give it back as `after` and the stream continues with the next event. */
  Cursor: { input: string; output: string; }
  /** RFC 3339 date and time with zone, years 1900 to 9999. Answered in UTC with milliseconds. */
  DateTime: { input: string; output: string; }
  /** An exact decimal: an int or a plain decimal string, at most 15 integer digits. Answered with the digits of its currency. */
  Decimal: { input: string; output: string; }
  /** A JSON object. */
  JSONObject: { input: Record<string, unknown>; output: Record<string, unknown>; }
  /** An integer within ±(2^53 − 1), as a JSON number. */
  Long: { input: number; output: number; }
  /** Opaque place of one write. Give it as `consistentWith` and the answer contains that write. */
  Position: { input: string; output: string; }
};

/** Exact sums over orders of one currency. The average is rounded half-even to the currency's digits; it is zero without orders. */
export type Aggregate = {
  readonly averageAmount: Scalars['Decimal']['output'];
  readonly count: Scalars['Long']['output'];
  /** Null without orders. */
  readonly maxAmount?: Maybe<Scalars['Decimal']['output']>;
  /** Null without orders. */
  readonly minAmount?: Maybe<Scalars['Decimal']['output']>;
  readonly totalAmount: Scalars['Decimal']['output'];
};

/** The outcome of a batch. `replayed` are counted within `accepted`. */
export type BatchPayload = {
  readonly accepted: Scalars['Int']['output'];
  /** The place of the accepted writes, or null when nothing was accepted. */
  readonly position?: Maybe<Scalars['Position']['output']>;
  readonly rejected: ReadonlyArray<Rejection>;
  readonly replayed: Scalars['Int']['output'];
};

export type CasinoActionInput = {
  /** Of BATTLE_PASS_PROGRESS and VIP_EVENT the points, 1 to 1,000,000. The others have none. */
  readonly amount?: InputMaybe<Scalars['Int']['input']>;
  /** A UUID that the client chose, so that it may send the action again; made when absent. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** At most 64 KB as JSON. */
  readonly metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** Now unless given; at most five minutes ahead. */
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly playerId: Scalars['ID']['input'];
  readonly type: CasinoActionType;
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

/** What a player is told at once. */
export type CasinoFeedback = {
  /** The event of the player that led to it. */
  readonly causedBy: Scalars['ID']['output'];
  /** Continue behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The event's id, the same on every delivery. */
  readonly id: Scalars['ID']['output'];
  /** 1 to 10. */
  readonly intensity: Scalars['Int']['output'];
  /**
   * Of a spin: `BIG_WIN` (10 bets and more), `WIN`, `NEAR_MISS` (two of a kind), `LOSS`, or `TAKE_A_BREAK` with each tenth spin in a row that
   * paid nothing. Of a capsule: `GACHA_REWARD`. Of points: `LEVEL_UP`, `VIP_UP`. Of a session, after each CASINO_SESSION_REMINDER_MINUTES:
   * `SESSION_REMINDER`, until its LOGOUT, another LOGIN, or 24 hours.
   */
  readonly kind: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly playerId: Scalars['ID']['output'];
};

export type CasinoStats = {
  /** What players did: spins, gacha opens, tokens earned, and recorded actions. */
  readonly actions: Scalars['Long']['output'];
  /** Actions by type. */
  readonly byType: ReadonlyArray<NamedCount>;
  readonly players: Scalars['Long']['output'];
  /** The tokens of all players together. */
  readonly tokensInCirculation: Scalars['Long']['output'];
  readonly version: Scalars['Long']['output'];
};

/** How far a consumer group is. Ours have no members: their places are kept in Postgres, and Kafka is told. */
export type ConsumerGroup = {
  readonly id: Scalars['ID']['output'];
  readonly lag: Scalars['Long']['output'];
  /** How old the oldest unread message is; null when nothing is unread, or it is not known. */
  readonly lagSeconds?: Maybe<Scalars['Float']['output']>;
  readonly members: Scalars['Int']['output'];
  /** Messages a second, over the last minute. */
  readonly ratePerSecond?: Maybe<Scalars['Float']['output']>;
  /** As Kafka calls it, e.g. `Empty`, `Stable`, `Dead`; `Running` for one of ours at work, `Stopped` for one of ours with a partition that stands. */
  readonly state: Scalars['String']['output'];
  readonly topics: ReadonlyArray<GroupTopicLag>;
};

export type CreateOrderInput = {
  readonly currency: Scalars['Currency']['input'];
  readonly customerEmail?: InputMaybe<Scalars['String']['input']>;
  readonly customerId: Scalars['ID']['input'];
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Now when absent. */
  readonly placedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** `unknown` when absent. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** Above zero, with no more decimals than the currency has. */
  readonly totalAmount: Scalars['Decimal']['input'];
};

export type CreateOrderPayload = {
  readonly order: Order;
  readonly position: Scalars['Position']['output'];
  /** The idempotency key, or the same order, was seen before: this is the first answer and nothing was written. */
  readonly replayed: Scalars['Boolean']['output'];
};

export type CreatePostInput = {
  /** A user that is there, else NOT_FOUND. */
  readonly authorId: Scalars['ID']['input'];
  /** At most 50,000 characters. */
  readonly content: Scalars['String']['input'];
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** At most 200 characters. */
  readonly title: Scalars['String']['input'];
};

export type CreateProductInput = {
  readonly currency: Scalars['Currency']['input'];
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Zero or above, with no more decimals than the currency has. */
  readonly price: Scalars['Decimal']['input'];
  readonly productName: Scalars['String']['input'];
  /** Zero or above. */
  readonly stockQuantity: Scalars['Int']['input'];
};

export type CreateUserInput = {
  readonly department: Scalars['String']['input'];
  readonly email: Scalars['String']['input'];
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly name: Scalars['String']['input'];
  /** ACTIVE when absent. */
  readonly status?: InputMaybe<UserStatus>;
};

/** An event that a stream or consumer could not use, with its original bytes. */
export type DeadLetter = {
  /** How often it was tried, redrives included. */
  readonly attempts: Scalars['Int']['output'];
  /** Later events of the same key that wait for this letter's redrive or discard. */
  readonly behind: Scalars['Int']['output'];
  /** The stream or consumer that failed, and that a redrive runs again. */
  readonly consumer: Scalars['String']['output'];
  /** `UTF8`, or `BASE64` where key or value is no UTF-8 text: then both are in it. */
  readonly encoding: Scalars['String']['output'];
  /** Class and message of the last error. */
  readonly error: Scalars['String']['output'];
  readonly failedAt: Scalars['DateTime']['output'];
  readonly headers?: Maybe<Scalars['JSONObject']['output']>;
  /** Every attempt, oldest first; the newest 100. */
  readonly history: ReadonlyArray<DeadLetterAttempt>;
  readonly id: Scalars['ID']['output'];
  /** Text, or as `encoding` says. */
  readonly key?: Maybe<Scalars['String']['output']>;
  readonly offset: Scalars['String']['output'];
  readonly partition: Scalars['Int']['output'];
  /** Why it was discarded. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  readonly state: DeadLetterState;
  /** Where the event came from. */
  readonly topic: Scalars['String']['output'];
  /** Text, or as `encoding` says; null for a record without value. */
  readonly value?: Maybe<Scalars['String']['output']>;
  /** The first of those that wait, in their order. `first` is 50 unless given, at most 500. */
  readonly waiting: ReadonlyArray<Message>;
};


/** An event that a stream or consumer could not use, with its original bytes. */
export type DeadLetterWaitingArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type DeadLetterAttempt = {
  readonly at: Scalars['DateTime']['output'];
  /** The consumer itself, or who redrove it. */
  readonly by: Scalars['String']['output'];
  /** Null when it succeeded. */
  readonly error?: Maybe<Scalars['String']['output']>;
};

/** Dead letters, newest first by `failedAt`, then by id. */
export type DeadLetterConnection = {
  readonly edges: ReadonlyArray<DeadLetterEdge>;
  readonly nodes: ReadonlyArray<DeadLetter>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type DeadLetterEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: DeadLetter;
};

/** All given conditions must hold. */
export type DeadLetterFilter = {
  readonly consumer?: InputMaybe<Scalars['String']['input']>;
  /** The record key as text. */
  readonly key?: InputMaybe<Scalars['String']['input']>;
  readonly state?: InputMaybe<DeadLetterState>;
  /** Anywhere in the key, the value or the error. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly topic?: InputMaybe<Scalars['String']['input']>;
};

export type DeadLetterState =
  | 'DISCARDED'
  | 'PENDING'
  | 'REDRIVEN';

export type DeletePayload = {
  readonly id: Scalars['ID']['output'];
  readonly position: Scalars['Position']['output'];
  /** The idempotency key was seen before: nothing was written. */
  readonly replayed: Scalars['Boolean']['output'];
};

/** What a department has now. Posts are those of its users; those of a deleted user are in no department. */
export type DepartmentStats = {
  readonly activeUsers: Scalars['Int']['output'];
  readonly department: Scalars['String']['output'];
  readonly posts: Scalars['Int']['output'];
  readonly users: Scalars['Int']['output'];
  /** Rises with each change; 0 while the department has never had a user. */
  readonly version: Scalars['Long']['output'];
};

/** A line of a service's log. A fact: it never changes. */
export type ErrorLog = {
  readonly id: Scalars['ID']['output'];
  readonly level: LogLevel;
  readonly message: Scalars['String']['output'];
  readonly metadata?: Maybe<Scalars['JSONObject']['output']>;
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly service: Scalars['String']['output'];
  readonly stack?: Maybe<Scalars['String']['output']>;
};

/** Log lines, newest first by `occurredAt`, then by id. */
export type ErrorLogConnection = {
  /** Taken before the read: `errorLogs(after: asOf)` continues from here (merge by id). */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<ErrorLogEdge>;
  readonly nodes: ReadonlyArray<ErrorLog>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type ErrorLogEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: ErrorLog;
};

export type ErrorLogEvent = {
  /** Continue behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  readonly log: ErrorLog;
};

export type ErrorLogInput = {
  /** A UUID that the client chose, so that it may send the line again; made when absent. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly level: LogLevel;
  /** At most 10,000 characters. */
  readonly message: Scalars['String']['input'];
  /** At most 64 KB as JSON. */
  readonly metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** Now unless given; at most five minutes ahead. */
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly service: Scalars['String']['input'];
  /** At most 50,000 characters. */
  readonly stack?: InputMaybe<Scalars['String']['input']>;
};

export type GachaResult = {
  readonly item: Scalars['String']['output'];
  /** As it is after this. */
  readonly player: Player;
  readonly position: Scalars['Position']['output'];
  /** `COMMON`, `RARE`, `EPIC` or `LEGENDARY`. */
  readonly rarity: Scalars['String']['output'];
  readonly replayed: Scalars['Boolean']['output'];
};

export type GroupTopicLag = {
  readonly committed: Scalars['String']['output'];
  readonly lag: Scalars['Long']['output'];
  readonly latest: Scalars['String']['output'];
  readonly partition: Scalars['Int']['output'];
  readonly topic: Scalars['String']['output'];
};

export type LogLevel =
  | 'DEBUG'
  | 'ERROR'
  | 'FATAL'
  | 'INFO'
  | 'WARN';

/** A record of a topic, as it is. */
export type Message = {
  /** Null outside subscriptions. */
  readonly cursor?: Maybe<Scalars['Cursor']['output']>;
  /** `UTF8`, or `BASE64` where key or value is no UTF-8 text: then both are in it. */
  readonly encoding: Scalars['String']['output'];
  readonly headers?: Maybe<Scalars['JSONObject']['output']>;
  /** Text, or as `encoding` says. */
  readonly key?: Maybe<Scalars['String']['output']>;
  readonly offset: Scalars['String']['output'];
  readonly partition: Scalars['Int']['output'];
  /** When the broker stored it. */
  readonly timestamp: Scalars['DateTime']['output'];
  readonly topic: Scalars['String']['output'];
  /** Text, or as `encoding` says; null for a record without value. */
  readonly value?: Maybe<Scalars['String']['output']>;
};

export type MessagePayload = {
  readonly offset: Scalars['String']['output'];
  readonly partition: Scalars['Int']['output'];
  readonly position: Scalars['Position']['output'];
  readonly topic: Scalars['String']['output'];
};

export type Mutation = {
  /** PAID to SHIPPED to DELIVERED. With `from` the change happens only if that is the status now. */
  readonly changeOrderStatus: CreateOrderPayload;
  readonly createOrder: CreateOrderPayload;
  /** Up to 1,000 orders. The good ones are accepted in one transaction, each bad one is named in `rejected`. */
  readonly createOrders: BatchPayload;
  readonly createPost: PostPayload;
  readonly createProduct: ProductPayload;
  /** `partitions` is 3 unless given. A topic that exists is CONFLICT (ALREADY_EXISTS). */
  readonly createTopic: Topic;
  /** CONFLICT with the reason EMAIL_TAKEN when another user has the email, in whatever case. */
  readonly createUser: UserPayload;
  readonly deletePost: DeletePayload;
  /** Refused for the topics of Millrace and for internal ones. True when it was there. */
  readonly deleteTopic: Scalars['Boolean']['output'];
  /** The user leaves the view; its posts stay, with `author`, `authorName` and `department` null. Its email may be used again, its id never. */
  readonly deleteUser: DeletePayload;
  /** Gives pending letters up, and lets go on what waits behind them. Answers how many. */
  readonly discardDeadLetters: Scalars['Int']['output'];
  /** Gives a player 1 to 10^9 tokens, up to 10^12 in all (CONFLICT, LIMIT_REACHED); adds an unknown player. */
  readonly earnTokens: TokenResult;
  /** As `ingestUserActivities`. */
  readonly ingestErrorLogs: BatchPayload;
  /** As `ingestUserActivities`. */
  readonly ingestSystemMetrics: BatchPayload;
  /**
   * Facts go straight to Kafka: acknowledged by it before the answer, stored a moment later (`position`). At most 1,000; each is checked by
   * itself. An id that was sent before is accepted again and counts once; within one call another content for it is CONFLICT.
   * UNAVAILABLE: nothing was sent. OUTCOME_UNKNOWN: send again with the same ids.
   */
  readonly ingestUserActivities: BatchPayload;
  /** Marking what is read already changes nothing. */
  readonly markNotificationRead: NotificationPayload;
  /** Opens a capsule for 100 tokens. Refused like `spinSlot`. */
  readonly openGacha: GachaResult;
  /**
   * One record, acknowledged by all in-sync replicas. Refused for topics that Millrace feeds itself, and for headers that begin with
   * `millrace-`. At most 256 KB.
   */
  readonly produceMessage: MessagePayload;
  /**
   * Facts, as `ingestUserActivities`: LOGIN, LOGOUT, BATTLE_PASS_PROGRESS, ADULT_CONTENT_VIEW and VIP_EVENT. An unknown player is NOT_FOUND; adult
   * content is CONFLICT with the reason AGE_UNVERIFIED unless the player, verified, was an adult on the day of `occurredAt`.
   */
  readonly recordCasinoActions: BatchPayload;
  /**
   * Runs the consumer that failed again, and nobody else, for the pending letters that `ids` and `filter` name (give at least one of them).
   * One that fails again stays the same pending letter, with one more attempt. `dryRun` only counts. `maxPerSecond` spreads them.
   */
  readonly redriveDeadLetters: RedrivePayload;
  /**
   * Adds a player without tokens. The same again changes nothing, another birth date is CONFLICT (ALREADY_EXISTS); one that was not said before
   * is taken. `birthDate`, such as `2001-02-28`, is what the player says; it counts once it is verified.
   */
  readonly registerPlayer: Player;
  /** Stored at once, and then delivered by the notification service: `deliveredAt` tells when. */
  readonly sendNotification: NotificationPayload;
  /** A lower limit counts at once, a higher one (also none: null, which must be said) from the next day, UTC. */
  readonly setDailySpendLimit: Player;
  /**
   * Bets 1 to 1,000,000 tokens on three reels. CONFLICT with the reason LIMIT_REACHED above the daily limit, INSUFFICIENT above the balance. With
   * an idempotency key a retry answers the first result and pays once.
   */
  readonly spinSlot: SpinResult;
  /** CONFLICT with the reason VERSION_MISMATCH when `expectedVersion` is not the version now. What changes nothing writes nothing. */
  readonly updatePost: PostPayload;
  /**
   * CONFLICT with the reason VERSION_MISMATCH when `expectedVersion` is not the version now: give it with a stock that was computed from one
   * that was read. What changes nothing writes nothing.
   */
  readonly updateProduct: ProductPayload;
  /** CONFLICT with the reason VERSION_MISMATCH when `expectedVersion` is not the version now. What changes nothing writes nothing. */
  readonly updateUser: UserPayload;
  /**
   * Records the birth date as verified; `ageVerified` of the answer says whether it makes the player an adult. Another date than one that was
   * verified before is CONFLICT (ALREADY_EXISTS).
   */
  readonly verifyAge: Player;
};


export type MutationChangeOrderStatusArgs = {
  from?: InputMaybe<OrderStatus>;
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  orderId: Scalars['ID']['input'];
  to: OrderStatus;
};


export type MutationCreateOrderArgs = {
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: CreateOrderInput;
};


export type MutationCreateOrdersArgs = {
  inputs: ReadonlyArray<CreateOrderInput>;
};


export type MutationCreatePostArgs = {
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: CreatePostInput;
};


export type MutationCreateProductArgs = {
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: CreateProductInput;
};


export type MutationCreateTopicArgs = {
  config?: InputMaybe<Scalars['JSONObject']['input']>;
  name: Scalars['String']['input'];
  partitions?: InputMaybe<Scalars['Int']['input']>;
};


export type MutationCreateUserArgs = {
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: CreateUserInput;
};


export type MutationDeletePostArgs = {
  id: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationDeleteTopicArgs = {
  name: Scalars['String']['input'];
};


export type MutationDeleteUserArgs = {
  id: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
};


export type MutationDiscardDeadLettersArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
  reason: Scalars['String']['input'];
};


export type MutationEarnTokensArgs = {
  amount: Scalars['Int']['input'];
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  playerId: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
};


export type MutationIngestErrorLogsArgs = {
  inputs: ReadonlyArray<ErrorLogInput>;
};


export type MutationIngestSystemMetricsArgs = {
  inputs: ReadonlyArray<SystemMetricInput>;
};


export type MutationIngestUserActivitiesArgs = {
  inputs: ReadonlyArray<UserActivityInput>;
};


export type MutationMarkNotificationReadArgs = {
  id: Scalars['ID']['input'];
};


export type MutationOpenGachaArgs = {
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  playerId: Scalars['ID']['input'];
};


export type MutationProduceMessageArgs = {
  headers?: InputMaybe<Scalars['JSONObject']['input']>;
  key?: InputMaybe<Scalars['String']['input']>;
  topic: Scalars['String']['input'];
  value: Scalars['String']['input'];
};


export type MutationRecordCasinoActionsArgs = {
  inputs: ReadonlyArray<CasinoActionInput>;
};


export type MutationRedriveDeadLettersArgs = {
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  filter?: InputMaybe<DeadLetterFilter>;
  ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  maxPerSecond?: InputMaybe<Scalars['Int']['input']>;
};


export type MutationRegisterPlayerArgs = {
  birthDate?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
};


export type MutationSendNotificationArgs = {
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: SendNotificationInput;
};


export type MutationSetDailySpendLimitArgs = {
  limit?: InputMaybe<Scalars['Int']['input']>;
  playerId: Scalars['ID']['input'];
};


export type MutationSpinSlotArgs = {
  bet: Scalars['Int']['input'];
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  playerId: Scalars['ID']['input'];
};


export type MutationUpdatePostArgs = {
  expectedVersion?: InputMaybe<Scalars['Long']['input']>;
  id: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: UpdatePostInput;
};


export type MutationUpdateProductArgs = {
  expectedVersion?: InputMaybe<Scalars['Long']['input']>;
  id: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: UpdateProductInput;
};


export type MutationUpdateUserArgs = {
  expectedVersion?: InputMaybe<Scalars['Long']['input']>;
  id: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  input: UpdateUserInput;
};


export type MutationVerifyAgeArgs = {
  birthDate: Scalars['String']['input'];
  playerId: Scalars['ID']['input'];
};

export type NamedCount = {
  readonly count: Scalars['Long']['output'];
  readonly name: Scalars['String']['output'];
};

export type Notification = {
  readonly body: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  /** Continue behind this one with `after`; null outside subscriptions. */
  readonly cursor?: Maybe<Scalars['Cursor']['output']>;
  readonly data?: Maybe<Scalars['JSONObject']['output']>;
  /** When its delivery succeeded; null until then. */
  readonly deliveredAt?: Maybe<Scalars['DateTime']['output']>;
  readonly id: Scalars['ID']['output'];
  /** The type of the event that it tells of, or what the sender called it. */
  readonly kind: Scalars['String']['output'];
  readonly readAt?: Maybe<Scalars['DateTime']['output']>;
  /** The customer's id for notifications of orders. */
  readonly recipientId: Scalars['ID']['output'];
  /** The event that it tells of; null for one that was sent by `sendNotification`. */
  readonly sourceEventId?: Maybe<Scalars['ID']['output']>;
  readonly title: Scalars['String']['output'];
  /** Starts at 1 and rises with each change. */
  readonly version: Scalars['Long']['output'];
};

/** Notifications, newest first by `createdAt`, then by id. */
export type NotificationConnection = {
  /** Taken before the read: `notifications(after: asOf)` of the subscription continues from here (merge by id and version). */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<NotificationEdge>;
  readonly nodes: ReadonlyArray<Notification>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type NotificationEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: Notification;
};

export type NotificationPayload = {
  readonly notification: Notification;
  readonly position: Scalars['Position']['output'];
  /** The idempotency key, or the same notification, was seen before, or it was read already: nothing was written. */
  readonly replayed: Scalars['Boolean']['output'];
};

export type Order = {
  readonly currency: Scalars['Currency']['output'];
  /** The user whose id is `customerId`; null when there is none. */
  readonly customer?: Maybe<User>;
  readonly customerEmail?: Maybe<Scalars['String']['output']>;
  readonly customerId: Scalars['ID']['output'];
  readonly id: Scalars['ID']['output'];
  /** Notifications that tell of this order, newest first. */
  readonly notifications: NotificationConnection;
  readonly placedAt: Scalars['DateTime']['output'];
  readonly region: Scalars['String']['output'];
  readonly status: OrderStatus;
  /** 20 (PAID), 25 (SHIPPED) or 80 (DELIVERED). */
  readonly statusCode: Scalars['Int']['output'];
  readonly totalAmount: Scalars['Decimal']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  /** Starts at 1 and rises with each change. */
  readonly version: Scalars['Long']['output'];
};


export type OrderNotificationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** Orders, newest first by `placedAt`, then by id. */
export type OrderConnection = {
  /** Taken before the read: `orderEvents(after: asOf)` continues from here (merge by id and version). */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<OrderEdge>;
  readonly nodes: ReadonlyArray<Order>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type OrderEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: Order;
};

export type OrderEvent = {
  readonly currency: Scalars['Currency']['output'];
  /** Continue behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  readonly customerId: Scalars['ID']['output'];
  /** The event's id, the same on every delivery. */
  readonly id: Scalars['ID']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  /** The order as it is now. */
  readonly order?: Maybe<Order>;
  readonly orderId: Scalars['ID']['output'];
  readonly previousStatus?: Maybe<OrderStatus>;
  readonly region: Scalars['String']['output'];
  readonly status: OrderStatus;
  readonly totalAmount: Scalars['Decimal']['output'];
  /** `order.created`, `order.shipped` or `order.delivered`. */
  readonly type: Scalars['String']['output'];
  /** The order's version after this event. */
  readonly version: Scalars['Long']['output'];
};

/** All given conditions must hold. */
export type OrderEventFilter = {
  readonly customerId?: InputMaybe<Scalars['ID']['input']>;
  readonly orderId?: InputMaybe<Scalars['ID']['input']>;
  readonly region?: InputMaybe<Scalars['String']['input']>;
  readonly types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

/** Statistics of all orders of one currency. The regions, by name, add up to the total in every answer, unless `region` narrows them. */
export type OrderStats = {
  /** The events that the numbers contain: `orderEvents(after: asOf)` continues with the first that they do not. */
  readonly asOf: Scalars['Cursor']['output'];
  readonly currency: Scalars['Currency']['output'];
  readonly regions: ReadonlyArray<RegionStats>;
  readonly total: Aggregate;
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Rises with each change; 0 while the currency has no orders. */
  readonly version: Scalars['Long']['output'];
};

/** Orders whose `placedAt` falls into one UTC window. Every event counts in its window, however late it comes. */
export type OrderStatsWindow = {
  readonly aggregate: Aggregate;
  readonly end: Scalars['DateTime']['output'];
  /** The window's end and 5 minutes of grace are past. Later events still correct it. */
  readonly final: Scalars['Boolean']['output'];
  /** Null is the total over all regions. */
  readonly region?: Maybe<Scalars['String']['output']>;
  readonly start: Scalars['DateTime']['output'];
  /** Rises with each change of this window. */
  readonly version: Scalars['Long']['output'];
};

/** Status of an order. Codes 20, 25 and 80; it moves only from PAID to SHIPPED to DELIVERED. */
export type OrderStatus =
  | 'DELIVERED'
  | 'PAID'
  | 'SHIPPED';

/** Where a page of a connection begins and ends (Relay cursor connections). */
export type PageInfo = {
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

export type Partition = {
  /** Offset of the first message kept. */
  readonly earliest: Scalars['String']['output'];
  readonly id: Scalars['Int']['output'];
  readonly inSync: ReadonlyArray<Scalars['Int']['output']>;
  /** Offset behind the last message. */
  readonly latest: Scalars['String']['output'];
  readonly leader?: Maybe<Scalars['Int']['output']>;
  readonly replicas: ReadonlyArray<Scalars['Int']['output']>;
};

/** What the pipeline has stored since it began. */
export type PipelineStats = {
  /** Activities, measurements and log lines stored, each id once. */
  readonly activities: Scalars['Long']['output'];
  /** Activities by action, the most frequent first: at most 100, and the others together as `(other)`. */
  readonly byAction: ReadonlyArray<NamedCount>;
  /** Log lines by level. */
  readonly byLevel: ReadonlyArray<NamedCount>;
  readonly errors: Scalars['Long']['output'];
  /** Messages read from the three topics, repeats included. */
  readonly messages: Scalars['Long']['output'];
  readonly metrics: Scalars['Long']['output'];
  /** Messages a second: the mean of the ten seconds up to the latest message; zero after ten seconds without. */
  readonly perSecond: Scalars['Float']['output'];
  readonly version: Scalars['Long']['output'];
};

/** A player of the casino. Tokens are whole and are not money; days are UTC. */
export type Player = {
  /** Whether a birth date was verified that makes the player an adult today. */
  readonly ageVerified: Scalars['Boolean']['output'];
  /** 1 and up: one level for each 1,000 points. */
  readonly battlePassLevel: Scalars['Int']['output'];
  readonly battlePassXp: Scalars['Long']['output'];
  /** Null: none. */
  readonly dailySpendLimit?: Maybe<Scalars['Long']['output']>;
  readonly dailySpendLimitChangesAt?: Maybe<Scalars['DateTime']['output']>;
  readonly gachaOpens: Scalars['Long']['output'];
  readonly id: Scalars['ID']['output'];
  /** A raised limit, which counts from `dailySpendLimitChangesAt` on. Null with such a time: the limit ends then. */
  readonly pendingDailySpendLimit?: Maybe<Scalars['Long']['output']>;
  /** Tokens that were bet or paid for gacha today. */
  readonly spentToday: Scalars['Long']['output'];
  readonly spins: Scalars['Long']['output'];
  readonly tokens: Scalars['Long']['output'];
  readonly version: Scalars['Long']['output'];
  /** 0 to 5. */
  readonly vipTier: Scalars['Int']['output'];
};

export type Post = {
  /** Null when the author is deleted. */
  readonly author?: Maybe<User>;
  readonly authorId: Scalars['ID']['output'];
  /** The author's name now, also when it changed after the post; null when the author is deleted. */
  readonly authorName?: Maybe<Scalars['String']['output']>;
  readonly content: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  /** The author's department now; null when the author is deleted. */
  readonly department?: Maybe<Scalars['String']['output']>;
  readonly id: Scalars['ID']['output'];
  readonly title: Scalars['String']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  /** Starts at 1 and rises with each change of the post itself. */
  readonly version: Scalars['Long']['output'];
};

/** Posts, newest first by `createdAt`, then by id. */
export type PostConnection = {
  /** Taken before the read: `postEvents(after: asOf)` continues from here (merge by id and version). */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<PostEdge>;
  readonly nodes: ReadonlyArray<Post>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type PostEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: Post;
};

export type PostEvent = {
  /** Continue behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The author's department when it happened; null when the author was deleted. */
  readonly department?: Maybe<Scalars['String']['output']>;
  /** The event's id, the same on every delivery. */
  readonly id: Scalars['ID']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  /** The post as it is now; null when it is deleted. */
  readonly post?: Maybe<Post>;
  readonly postId: Scalars['ID']['output'];
  /** `post.created`, `post.updated` or `post.deleted`. */
  readonly type: Scalars['String']['output'];
  /** The post's version after this event. */
  readonly version: Scalars['Long']['output'];
};

export type PostPayload = {
  readonly position: Scalars['Position']['output'];
  readonly post: Post;
  /** The idempotency key, or the same post, was seen before: nothing was written. */
  readonly replayed: Scalars['Boolean']['output'];
};

export type Product = {
  readonly createdAt: Scalars['DateTime']['output'];
  readonly currency: Scalars['Currency']['output'];
  readonly id: Scalars['ID']['output'];
  /** Zero or above, with the digits of the currency. */
  readonly price: Scalars['Decimal']['output'];
  readonly productName: Scalars['String']['output'];
  /** Zero or above. */
  readonly stockQuantity: Scalars['Int']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  /** Starts at 1 and rises with each change. */
  readonly version: Scalars['Long']['output'];
};

/** Products, newest first by `createdAt`, then by id. */
export type ProductConnection = {
  /** Taken before the read: `productEvents(after: asOf)` continues from here (merge by id and version). */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<ProductEdge>;
  readonly nodes: ReadonlyArray<Product>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type ProductEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: Product;
};

export type ProductEvent = {
  /** Continue behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The event's id, the same on every delivery. */
  readonly id: Scalars['ID']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  /** The product as it is now. */
  readonly product?: Maybe<Product>;
  readonly productId: Scalars['ID']['output'];
  /** `product.created` or `product.changed`. */
  readonly type: Scalars['String']['output'];
  /** The product's version after this event. */
  readonly version: Scalars['Long']['output'];
};

export type ProductPayload = {
  readonly position: Scalars['Position']['output'];
  readonly product: Product;
  /** The idempotency key, or the same product, was seen before: nothing was written. */
  readonly replayed: Scalars['Boolean']['output'];
};

export type Query = {
  readonly casinoStats: CasinoStats;
  readonly consumerGroups: ReadonlyArray<ConsumerGroup>;
  /** Null when there is none. */
  readonly deadLetter?: Maybe<DeadLetter>;
  /** Newest first. `first` is 50 unless given, at most 500. */
  readonly deadLetters: DeadLetterConnection;
  /**
   * The departments that have had a user, by name; with `department` that one, with zeros if nobody was ever in it.
   * With `consistentWith` the answer contains that write; it waits at most `waitMs` (2000, at most 10000), then fails with POSITION_TIMEOUT.
   */
  readonly departmentStats: ReadonlyArray<DepartmentStats>;
  readonly errorLogs: ErrorLogConnection;
  /**
   * A bounded scan, in the order of time and, within a partition, of offsets: from `offset` on (with `partition`), or from the time `from`, or, with
   * neither, the newest. `key` is compared exactly, `text` is searched in key and value. `first` is 50 unless given, at most 500; at most 20 MB
   * and 5 seconds of reading.
   */
  readonly messages: ReadonlyArray<Message>;
  /** Newest first. `first` is 50 unless given, at most 500. */
  readonly notifications: NotificationConnection;
  readonly order?: Maybe<Order>;
  /** With `consistentWith` the answer contains that write; it waits at most `waitMs` (2000, at most 10000), then fails with POSITION_TIMEOUT. */
  readonly orderStats: OrderStats;
  /** Windows that overlap `from` to `to`, oldest first, empty ones left out; the range may span at most 1,000 windows. Without `region`: the totals. */
  readonly orderStatsWindows: ReadonlyArray<OrderStatsWindow>;
  /** Newest first. `first` is 50 unless given, at most 500. */
  readonly orders: OrderConnection;
  readonly pipelineStats: PipelineStats;
  /** Null for an unknown player. */
  readonly player?: Maybe<Player>;
  /** Null when there is no such post, or it is deleted. */
  readonly post?: Maybe<Post>;
  /**
   * Newest first, joined with their authors by a stream. `first` is 50 unless given, at most 500. With `consistentWith` the answer contains
   * that write, of a post or a user; it waits at most `waitMs` (2000, at most 10000), then fails with POSITION_TIMEOUT.
   */
  readonly posts: PostConnection;
  readonly product?: Maybe<Product>;
  /** Newest first. `first` is 50 unless given, at most 500. `inStock: true`: with stock, `false`: without. */
  readonly products: ProductConnection;
  /**
   * Messages of the three telemetry topics as they were read, also when Kafka no longer keeps them: in the order of their offsets from `offset`
   * on, or the newest when it is not given. Only for admins. `first` is 50 unless given, at most 500.
   */
  readonly storedMessages: ReadonlyArray<Message>;
  readonly systemMetrics: SystemMetricConnection;
  readonly topic?: Maybe<Topic>;
  /** Observations, one a minute, newest first, of one topic or of all. `first` is 50 unless given, at most 500. */
  readonly topicStatus: ReadonlyArray<TopicStatus>;
  /** By name, those of Millrace and others under the same prefix. */
  readonly topics: ReadonlyArray<Topic>;
  /** Null when there is no such user, or it is deleted. */
  readonly user?: Maybe<User>;
  /** `from` is included, `to` is not; both are compared with `occurredAt`. */
  readonly userActivities: UserActivityConnection;
  /** Newest first. `first` is 50 unless given, at most 500. */
  readonly users: UserConnection;
};


export type QueryCasinoStatsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryDeadLetterArgs = {
  id: Scalars['ID']['input'];
};


export type QueryDeadLettersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<DeadLetterFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryDepartmentStatsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  department?: InputMaybe<Scalars['String']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryErrorLogsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  level?: InputMaybe<LogLevel>;
  service?: InputMaybe<Scalars['String']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryMessagesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  key?: InputMaybe<Scalars['String']['input']>;
  offset?: InputMaybe<Scalars['String']['input']>;
  partition?: InputMaybe<Scalars['Int']['input']>;
  text?: InputMaybe<Scalars['String']['input']>;
  topic: Scalars['String']['input'];
};


export type QueryNotificationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  recipientId: Scalars['ID']['input'];
  unreadOnly?: InputMaybe<Scalars['Boolean']['input']>;
};


export type QueryOrderArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  id: Scalars['ID']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryOrderStatsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  currency: Scalars['Currency']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryOrderStatsWindowsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  currency: Scalars['Currency']['input'];
  from: Scalars['DateTime']['input'];
  region?: InputMaybe<Scalars['String']['input']>;
  size: WindowSize;
  to: Scalars['DateTime']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryOrdersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  customerId?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  region?: InputMaybe<Scalars['String']['input']>;
  status?: InputMaybe<OrderStatus>;
};


export type QueryPipelineStatsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryPlayerArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  id: Scalars['ID']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryPostArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  id: Scalars['ID']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryPostsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  authorId?: InputMaybe<Scalars['ID']['input']>;
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  department?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryProductArgs = {
  id: Scalars['ID']['input'];
};


export type QueryProductsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  inStock?: InputMaybe<Scalars['Boolean']['input']>;
};


export type QueryStoredMessagesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['String']['input']>;
  partition: Scalars['Int']['input'];
  topic: Scalars['String']['input'];
};


export type QuerySystemMetricsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  host?: InputMaybe<Scalars['String']['input']>;
  name?: InputMaybe<Scalars['String']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryTopicArgs = {
  name: Scalars['String']['input'];
};


export type QueryTopicStatusArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  topic?: InputMaybe<Scalars['String']['input']>;
};


export type QueryUserArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  id: Scalars['ID']['input'];
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryUserActivitiesArgs = {
  action?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  userId?: InputMaybe<Scalars['ID']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryUsersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  department?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<UserStatus>;
};

/** `redriven` of the `matched` pending letters have succeeded by now; of those that are still on their way their state tells later. */
export type RedrivePayload = {
  readonly dryRun: Scalars['Boolean']['output'];
  readonly matched: Scalars['Int']['output'];
  readonly redriven: Scalars['Int']['output'];
};

export type RegionStats = {
  readonly aggregate: Aggregate;
  readonly region: Scalars['String']['output'];
};

/** One item of a batch that was refused. The other items are not affected. */
export type Rejection = {
  /** An error code, as in `errors[].extensions.code`. */
  readonly code: Scalars['String']['output'];
  /** The input field that is at fault, where there is one. */
  readonly field?: Maybe<Scalars['String']['output']>;
  /** Place in the batch, from 0. */
  readonly index: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  /** For `CONFLICT`: which rule was broken. */
  readonly reason?: Maybe<Scalars['String']['output']>;
};

export type SendNotificationInput = {
  /** At most 10,000 characters. */
  readonly body: Scalars['String']['input'];
  /** At most 64 KB as JSON. */
  readonly data?: InputMaybe<Scalars['JSONObject']['input']>;
  /** A UUID that the client chose; made when absent. The same id with the same input is accepted again and changes nothing. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly kind: Scalars['String']['input'];
  readonly recipientId: Scalars['ID']['input'];
  /** At most 200 characters. */
  readonly title: Scalars['String']['input'];
};

export type SpinResult = {
  readonly bet: Scalars['Int']['output'];
  readonly payout: Scalars['Int']['output'];
  /** As it is after this spin. */
  readonly player: Player;
  readonly position: Scalars['Position']['output'];
  readonly reels: ReadonlyArray<Scalars['String']['output']>;
  /** The idempotency key was seen before: the answer is the first one's, nothing was played. */
  readonly replayed: Scalars['Boolean']['output'];
};

export type Subscription = {
  /**
   * Fed by `casino.feedback.v1`: live from now, or behind `after`; every event once, in order per player. `lossless`: a slow client continues
   * from the log. `heartbeat` as in `orderEvents`.
   */
  readonly casinoFeedback?: Maybe<CasinoFeedback>;
  /** Fed by `casino.stats.v1`: the numbers now, then each newer version. `latest`: a slow client skips to the newest. */
  readonly casinoStats: CasinoStats;
  /** All groups now, then at most once a second, when anything has changed but `lagSeconds`. `latest`: a slow client skips to the newest. */
  readonly consumerGroups: ReadonlyArray<ConsumerGroup>;
  /** Each change of each letter that matches, from now on. `latest` per letter: each delivery shows the letter as it is then. */
  readonly deadLetters: DeadLetter;
  /**
   * Fed by `department.stats.v1`: each department now (zeros for one that has never had a user), then each newer version, never an older one.
   * `latest` per department: a slow client gets the newest of each.
   */
  readonly departmentStats: DepartmentStats;
  /** Fed by `telemetry.error-log.v1`, as `userActivities`; in order per service. `lossless`. */
  readonly errorLogs?: Maybe<ErrorLogEvent>;
  /**
   * Any topic, live from now or behind `after`, each record once, in order per partition. `lossless`: a slow client continues from the log.
   * Shows what is no event of Millrace as well. Ends with NOT_FOUND when the topic is deleted. `fromStart`, without `after`: from the
   * oldest record kept. `heartbeat` as in `orderEvents`.
   */
  readonly messages?: Maybe<Message>;
  /**
   * Fed by `notification.events.v1`: each notification of the recipient when it is created and when it is read, live from now, or behind `after`;
   * every event once, in order. `lossless`: a slow client continues from the log. `heartbeat` as in `orderEvents`.
   */
  readonly notifications?: Maybe<Notification>;
  /**
   * Fed by `order.events.v1`: the order now (null while it does not exist), then each newer version.
   * `latest`: a slow client skips to the newest.
   */
  readonly order?: Maybe<Order>;
  /**
   * Fed by `order.events.v1`: live from now, or behind `after`; every event once, in order per order.
   * `lossless`: a slow client continues from the log, and one that falls too far behind ends with GAP and the cursor
   * to continue from. `heartbeat` (1 to 60 seconds) asks for progress:
   * at once, and whenever nothing came for so long, a result whose root field is null and whose
   * `extensions` are `{ cursor, upToDate }`.
   */
  readonly orderEvents?: Maybe<OrderEvent>;
  /**
   * Fed by `order.stats.v1`: the statistics now, then each newer version, never an older one.
   * `latest`: a slow client skips to the newest. With `region`, only changes of that region.
   */
  readonly orderStats: OrderStats;
  /**
   * Fed by `order.stats.v1`: the windows that are not final yet, then each window that changes, once more when it becomes final.
   * `latest` per window: a slow client gets the newest of each. Without `region`: the totals.
   */
  readonly orderStatsWindows: OrderStatsWindow;
  /** Fed by `telemetry.stats.v1`: the numbers now, then each newer version. `latest`: a slow client skips to the newest. */
  readonly pipelineStats: PipelineStats;
  /** Fed by `casino.player.v1`: the player now (null while unknown), then each newer version. `latest`: a slow client skips to the newest. */
  readonly player?: Maybe<Player>;
  /**
   * Fed by `post.events.v1`: live from now, or behind `after`; every event once, in order per post. With `department`: posts whose author was
   * in it when the event happened. `lossless`: a slow client continues from the log. `heartbeat` as in `orderEvents`.
   */
  readonly postEvents?: Maybe<PostEvent>;
  /**
   * Fed by `product.events.v1`: live from now, or behind `after`; every event once, in order per product.
   * `lossless`: a slow client continues from the log. `heartbeat` as in `orderEvents`.
   */
  readonly productEvents?: Maybe<ProductEvent>;
  /**
   * Fed by `telemetry.stats.v1`: the last value of each host and name now, then each newer one, of at most 10,000 series.
   * `latest` per series: a slow client gets the newest of each.
   */
  readonly systemMetrics: SystemMetric;
  /** All topics now, then at most once a second, when anything has changed but `config`. `latest`: a slow client skips to the newest. */
  readonly topics: ReadonlyArray<Topic>;
  /**
   * Fed by `telemetry.user-activity.v1`: live from now, or behind `after`, in order per user. What its sender sent again may come again, with
   * the same id. `lossless`: a slow client continues from the log. `heartbeat` as in `orderEvents`.
   */
  readonly userActivities?: Maybe<UserActivityEvent>;
  /**
   * Fed by `user.events.v1`: live from now, or behind `after`; every event once, in order per user. With `department`: events of users that
   * are in it, enter it or leave it. `lossless`: a slow client continues from the log. `heartbeat` as in `orderEvents`.
   */
  readonly userEvents?: Maybe<UserEvent>;
};


export type SubscriptionCasinoFeedbackArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
  playerId?: InputMaybe<Scalars['ID']['input']>;
};


export type SubscriptionDeadLettersArgs = {
  filter?: InputMaybe<DeadLetterFilter>;
};


export type SubscriptionDepartmentStatsArgs = {
  department?: InputMaybe<Scalars['String']['input']>;
};


export type SubscriptionErrorLogsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
  level?: InputMaybe<LogLevel>;
  service?: InputMaybe<Scalars['String']['input']>;
};


export type SubscriptionMessagesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  fromStart?: InputMaybe<Scalars['Boolean']['input']>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
  key?: InputMaybe<Scalars['String']['input']>;
  text?: InputMaybe<Scalars['String']['input']>;
  topic: Scalars['String']['input'];
};


export type SubscriptionNotificationsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
  recipientId: Scalars['ID']['input'];
};


export type SubscriptionOrderArgs = {
  id: Scalars['ID']['input'];
};


export type SubscriptionOrderEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<OrderEventFilter>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
};


export type SubscriptionOrderStatsArgs = {
  consistentWith?: InputMaybe<Scalars['Position']['input']>;
  currency: Scalars['Currency']['input'];
  region?: InputMaybe<Scalars['String']['input']>;
  waitMs?: InputMaybe<Scalars['Int']['input']>;
};


export type SubscriptionOrderStatsWindowsArgs = {
  currency: Scalars['Currency']['input'];
  region?: InputMaybe<Scalars['String']['input']>;
  size: WindowSize;
};


export type SubscriptionPlayerArgs = {
  id: Scalars['ID']['input'];
};


export type SubscriptionPostEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  department?: InputMaybe<Scalars['String']['input']>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
};


export type SubscriptionProductEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
};


export type SubscriptionSystemMetricsArgs = {
  host?: InputMaybe<Scalars['String']['input']>;
  name?: InputMaybe<Scalars['String']['input']>;
};


export type SubscriptionUserActivitiesArgs = {
  action?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
  userId?: InputMaybe<Scalars['ID']['input']>;
};


export type SubscriptionUserEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  department?: InputMaybe<Scalars['String']['input']>;
  heartbeat?: InputMaybe<Scalars['Int']['input']>;
};

/** A measurement of a system. A fact: it never changes. */
export type SystemMetric = {
  readonly host: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
  readonly labels?: Maybe<Scalars['JSONObject']['output']>;
  readonly name: Scalars['String']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly unit?: Maybe<Scalars['String']['output']>;
  readonly value: Scalars['Float']['output'];
  /** Its number among those of its host and name, in the order in which they were stored. */
  readonly version: Scalars['Long']['output'];
};

/** Measurements, newest first by `occurredAt`, then by id. */
export type SystemMetricConnection = {
  /** Taken before the read: what is stored later comes behind it on `telemetry.system-metric.v1`. */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<SystemMetricEdge>;
  readonly nodes: ReadonlyArray<SystemMetric>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type SystemMetricEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: SystemMetric;
};

export type SystemMetricInput = {
  readonly host: Scalars['String']['input'];
  /** A UUID that the client chose, so that it may send the measurement again; made when absent. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** At most 64 KB as JSON. */
  readonly labels?: InputMaybe<Scalars['JSONObject']['input']>;
  readonly name: Scalars['String']['input'];
  /** Now unless given; at most five minutes ahead. */
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly unit?: InputMaybe<Scalars['String']['input']>;
  readonly value: Scalars['Float']['input'];
};

export type TokenResult = {
  readonly ledgerEntryId: Scalars['ID']['output'];
  /** As it is after this. */
  readonly player: Player;
  readonly position: Scalars['Position']['output'];
  readonly replayed: Scalars['Boolean']['output'];
};

/** A topic of Kafka. Names are without `TOPIC_PREFIX`. */
export type Topic = {
  /** As Kafka describes it; null when it did not say. */
  readonly config?: Maybe<Scalars['JSONObject']['output']>;
  /** Offsets between the earliest and the latest, over all partitions. */
  readonly messages: Scalars['Long']['output'];
  readonly name: Scalars['String']['output'];
  readonly partitions: ReadonlyArray<Partition>;
  /** Messages a second, over the last minute; null until it was observed for some seconds. */
  readonly ratePerSecond?: Maybe<Scalars['Float']['output']>;
  /** On the brokers' disks, all replicas together. */
  readonly sizeBytes?: Maybe<Scalars['Long']['output']>;
};

/** A topic as it was observed at one time. Kept in Postgres. */
export type TopicStatus = {
  readonly messages: Scalars['Long']['output'];
  readonly observedAt: Scalars['DateTime']['output'];
  readonly partitions: Scalars['Int']['output'];
  readonly ratePerSecond?: Maybe<Scalars['Float']['output']>;
  readonly sizeBytes?: Maybe<Scalars['Long']['output']>;
  readonly topic: Scalars['String']['output'];
};

/** What is absent stays as it is; null and empty text are refused. */
export type UpdatePostInput = {
  readonly content?: InputMaybe<Scalars['String']['input']>;
  readonly title?: InputMaybe<Scalars['String']['input']>;
};

/** What is absent stays as it is; null and empty text are refused. The currency stays. */
export type UpdateProductInput = {
  readonly price?: InputMaybe<Scalars['Decimal']['input']>;
  readonly productName?: InputMaybe<Scalars['String']['input']>;
  readonly stockQuantity?: InputMaybe<Scalars['Int']['input']>;
};

/** What is absent stays as it is; null and empty text are refused. */
export type UpdateUserInput = {
  readonly department?: InputMaybe<Scalars['String']['input']>;
  readonly email?: InputMaybe<Scalars['String']['input']>;
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly status?: InputMaybe<UserStatus>;
};

export type User = {
  readonly createdAt: Scalars['DateTime']['output'];
  readonly department: Scalars['String']['output'];
  /** In lower case; no two users that are there have the same. */
  readonly email: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  /** Orders whose `customerId` is this user's id, newest first. */
  readonly orders: OrderConnection;
  /** Posts of this user, newest first. */
  readonly posts: PostConnection;
  readonly status: UserStatus;
  readonly updatedAt: Scalars['DateTime']['output'];
  /** Starts at 1 and rises with each change. */
  readonly version: Scalars['Long']['output'];
};


export type UserOrdersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type UserPostsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** Something that a user did. A fact: it never changes. */
export type UserActivity = {
  readonly action: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
  readonly metadata?: Maybe<Scalars['JSONObject']['output']>;
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly userId: Scalars['ID']['output'];
};

/** Activities, newest first by `occurredAt`, then by id. */
export type UserActivityConnection = {
  /** Taken before the read: `userActivities(after: asOf)` continues from here (merge by id). */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<UserActivityEdge>;
  readonly nodes: ReadonlyArray<UserActivity>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type UserActivityEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: UserActivity;
};

export type UserActivityEvent = {
  readonly activity: UserActivity;
  /** Continue behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
};

export type UserActivityInput = {
  readonly action: Scalars['String']['input'];
  /** A UUID that the client chose, so that it may send the activity again; made when absent. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** At most 64 KB as JSON. */
  readonly metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** Now unless given; at most five minutes ahead. */
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly userId: Scalars['ID']['input'];
};

/** Users, newest first by `createdAt`, then by id. */
export type UserConnection = {
  /** Taken before the read: `userEvents(after: asOf)` continues from here (merge by id and version). */
  readonly asOf: Scalars['Cursor']['output'];
  readonly edges: ReadonlyArray<UserEdge>;
  readonly nodes: ReadonlyArray<User>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Long']['output'];
};

export type UserEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: User;
};

export type UserEvent = {
  /** Continue behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** After this event. */
  readonly department: Scalars['String']['output'];
  /** The event's id, the same on every delivery. */
  readonly id: Scalars['ID']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  /** The department that this event made the user leave. */
  readonly previousDepartment?: Maybe<Scalars['String']['output']>;
  /** `user.created`, `user.updated` or `user.deleted`. */
  readonly type: Scalars['String']['output'];
  /** The user as it is now; null when it is deleted. */
  readonly user?: Maybe<User>;
  readonly userId: Scalars['ID']['output'];
  /** The user's version after this event. */
  readonly version: Scalars['Long']['output'];
};

export type UserPayload = {
  readonly position: Scalars['Position']['output'];
  /** The idempotency key, or the same user, was seen before: nothing was written. */
  readonly replayed: Scalars['Boolean']['output'];
  readonly user: User;
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



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Aggregate: ResolverTypeWrapper<Aggregate>;
  BatchPayload: ResolverTypeWrapper<BatchPayload>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CasinoActionInput: CasinoActionInput;
  CasinoActionType: CasinoActionType;
  CasinoFeedback: ResolverTypeWrapper<CasinoFeedback>;
  CasinoStats: ResolverTypeWrapper<CasinoStats>;
  ConsumerGroup: ResolverTypeWrapper<ConsumerGroup>;
  CreateOrderInput: CreateOrderInput;
  CreateOrderPayload: ResolverTypeWrapper<Omit<CreateOrderPayload, 'order'> & { order: ResolversTypes['Order'] }>;
  CreatePostInput: CreatePostInput;
  CreateProductInput: CreateProductInput;
  CreateUserInput: CreateUserInput;
  Currency: ResolverTypeWrapper<Scalars['Currency']['output']>;
  Cursor: ResolverTypeWrapper<Scalars['Cursor']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeadLetter: ResolverTypeWrapper<DeadLetter>;
  DeadLetterAttempt: ResolverTypeWrapper<DeadLetterAttempt>;
  DeadLetterConnection: ResolverTypeWrapper<DeadLetterConnection>;
  DeadLetterEdge: ResolverTypeWrapper<DeadLetterEdge>;
  DeadLetterFilter: DeadLetterFilter;
  DeadLetterState: DeadLetterState;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  DeletePayload: ResolverTypeWrapper<DeletePayload>;
  DepartmentStats: ResolverTypeWrapper<DepartmentStats>;
  ErrorLog: ResolverTypeWrapper<ErrorLog>;
  ErrorLogConnection: ResolverTypeWrapper<ErrorLogConnection>;
  ErrorLogEdge: ResolverTypeWrapper<ErrorLogEdge>;
  ErrorLogEvent: ResolverTypeWrapper<ErrorLogEvent>;
  ErrorLogInput: ErrorLogInput;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  GachaResult: ResolverTypeWrapper<GachaResult>;
  GroupTopicLag: ResolverTypeWrapper<GroupTopicLag>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  JSONObject: ResolverTypeWrapper<Scalars['JSONObject']['output']>;
  LogLevel: LogLevel;
  Long: ResolverTypeWrapper<Scalars['Long']['output']>;
  Message: ResolverTypeWrapper<Message>;
  MessagePayload: ResolverTypeWrapper<MessagePayload>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NamedCount: ResolverTypeWrapper<NamedCount>;
  Notification: ResolverTypeWrapper<Notification>;
  NotificationConnection: ResolverTypeWrapper<NotificationConnection>;
  NotificationEdge: ResolverTypeWrapper<NotificationEdge>;
  NotificationPayload: ResolverTypeWrapper<NotificationPayload>;
  Order: ResolverTypeWrapper<DomainOrder>;
  OrderConnection: ResolverTypeWrapper<Omit<OrderConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['OrderEdge']>, nodes: ReadonlyArray<ResolversTypes['Order']> }>;
  OrderEdge: ResolverTypeWrapper<Omit<OrderEdge, 'node'> & { node: ResolversTypes['Order'] }>;
  OrderEvent: ResolverTypeWrapper<Omit<OrderEvent, 'order'> & { order?: Maybe<ResolversTypes['Order']> }>;
  OrderEventFilter: OrderEventFilter;
  OrderStats: ResolverTypeWrapper<OrderStats>;
  OrderStatsWindow: ResolverTypeWrapper<OrderStatsWindow>;
  OrderStatus: OrderStatus;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Partition: ResolverTypeWrapper<Partition>;
  PipelineStats: ResolverTypeWrapper<PipelineStats>;
  Player: ResolverTypeWrapper<Player>;
  Position: ResolverTypeWrapper<Scalars['Position']['output']>;
  Post: ResolverTypeWrapper<Omit<Post, 'author'> & { author?: Maybe<ResolversTypes['User']> }>;
  PostConnection: ResolverTypeWrapper<Omit<PostConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['PostEdge']>, nodes: ReadonlyArray<ResolversTypes['Post']> }>;
  PostEdge: ResolverTypeWrapper<Omit<PostEdge, 'node'> & { node: ResolversTypes['Post'] }>;
  PostEvent: ResolverTypeWrapper<Omit<PostEvent, 'post'> & { post?: Maybe<ResolversTypes['Post']> }>;
  PostPayload: ResolverTypeWrapper<Omit<PostPayload, 'post'> & { post: ResolversTypes['Post'] }>;
  Product: ResolverTypeWrapper<Product>;
  ProductConnection: ResolverTypeWrapper<ProductConnection>;
  ProductEdge: ResolverTypeWrapper<ProductEdge>;
  ProductEvent: ResolverTypeWrapper<ProductEvent>;
  ProductPayload: ResolverTypeWrapper<ProductPayload>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RedrivePayload: ResolverTypeWrapper<RedrivePayload>;
  RegionStats: ResolverTypeWrapper<RegionStats>;
  Rejection: ResolverTypeWrapper<Rejection>;
  SendNotificationInput: SendNotificationInput;
  SpinResult: ResolverTypeWrapper<SpinResult>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  SystemMetric: ResolverTypeWrapper<SystemMetric>;
  SystemMetricConnection: ResolverTypeWrapper<SystemMetricConnection>;
  SystemMetricEdge: ResolverTypeWrapper<SystemMetricEdge>;
  SystemMetricInput: SystemMetricInput;
  TokenResult: ResolverTypeWrapper<TokenResult>;
  Topic: ResolverTypeWrapper<Topic>;
  TopicStatus: ResolverTypeWrapper<TopicStatus>;
  UpdatePostInput: UpdatePostInput;
  UpdateProductInput: UpdateProductInput;
  UpdateUserInput: UpdateUserInput;
  User: ResolverTypeWrapper<Omit<User, 'orders' | 'posts'> & { orders: ResolversTypes['OrderConnection'], posts: ResolversTypes['PostConnection'] }>;
  UserActivity: ResolverTypeWrapper<UserActivity>;
  UserActivityConnection: ResolverTypeWrapper<UserActivityConnection>;
  UserActivityEdge: ResolverTypeWrapper<UserActivityEdge>;
  UserActivityEvent: ResolverTypeWrapper<UserActivityEvent>;
  UserActivityInput: UserActivityInput;
  UserConnection: ResolverTypeWrapper<Omit<UserConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['UserEdge']>, nodes: ReadonlyArray<ResolversTypes['User']> }>;
  UserEdge: ResolverTypeWrapper<Omit<UserEdge, 'node'> & { node: ResolversTypes['User'] }>;
  UserEvent: ResolverTypeWrapper<Omit<UserEvent, 'user'> & { user?: Maybe<ResolversTypes['User']> }>;
  UserPayload: ResolverTypeWrapper<Omit<UserPayload, 'user'> & { user: ResolversTypes['User'] }>;
  UserStatus: UserStatus;
  WindowSize: WindowSize;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Aggregate: Aggregate;
  BatchPayload: BatchPayload;
  Boolean: Scalars['Boolean']['output'];
  CasinoActionInput: CasinoActionInput;
  CasinoFeedback: CasinoFeedback;
  CasinoStats: CasinoStats;
  ConsumerGroup: ConsumerGroup;
  CreateOrderInput: CreateOrderInput;
  CreateOrderPayload: Omit<CreateOrderPayload, 'order'> & { order: ResolversParentTypes['Order'] };
  CreatePostInput: CreatePostInput;
  CreateProductInput: CreateProductInput;
  CreateUserInput: CreateUserInput;
  Currency: Scalars['Currency']['output'];
  Cursor: Scalars['Cursor']['output'];
  DateTime: Scalars['DateTime']['output'];
  DeadLetter: DeadLetter;
  DeadLetterAttempt: DeadLetterAttempt;
  DeadLetterConnection: DeadLetterConnection;
  DeadLetterEdge: DeadLetterEdge;
  DeadLetterFilter: DeadLetterFilter;
  Decimal: Scalars['Decimal']['output'];
  DeletePayload: DeletePayload;
  DepartmentStats: DepartmentStats;
  ErrorLog: ErrorLog;
  ErrorLogConnection: ErrorLogConnection;
  ErrorLogEdge: ErrorLogEdge;
  ErrorLogEvent: ErrorLogEvent;
  ErrorLogInput: ErrorLogInput;
  Float: Scalars['Float']['output'];
  GachaResult: GachaResult;
  GroupTopicLag: GroupTopicLag;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  JSONObject: Scalars['JSONObject']['output'];
  Long: Scalars['Long']['output'];
  Message: Message;
  MessagePayload: MessagePayload;
  Mutation: Record<PropertyKey, never>;
  NamedCount: NamedCount;
  Notification: Notification;
  NotificationConnection: NotificationConnection;
  NotificationEdge: NotificationEdge;
  NotificationPayload: NotificationPayload;
  Order: DomainOrder;
  OrderConnection: Omit<OrderConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['OrderEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Order']> };
  OrderEdge: Omit<OrderEdge, 'node'> & { node: ResolversParentTypes['Order'] };
  OrderEvent: Omit<OrderEvent, 'order'> & { order?: Maybe<ResolversParentTypes['Order']> };
  OrderEventFilter: OrderEventFilter;
  OrderStats: OrderStats;
  OrderStatsWindow: OrderStatsWindow;
  PageInfo: PageInfo;
  Partition: Partition;
  PipelineStats: PipelineStats;
  Player: Player;
  Position: Scalars['Position']['output'];
  Post: Omit<Post, 'author'> & { author?: Maybe<ResolversParentTypes['User']> };
  PostConnection: Omit<PostConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['PostEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Post']> };
  PostEdge: Omit<PostEdge, 'node'> & { node: ResolversParentTypes['Post'] };
  PostEvent: Omit<PostEvent, 'post'> & { post?: Maybe<ResolversParentTypes['Post']> };
  PostPayload: Omit<PostPayload, 'post'> & { post: ResolversParentTypes['Post'] };
  Product: Product;
  ProductConnection: ProductConnection;
  ProductEdge: ProductEdge;
  ProductEvent: ProductEvent;
  ProductPayload: ProductPayload;
  Query: Record<PropertyKey, never>;
  RedrivePayload: RedrivePayload;
  RegionStats: RegionStats;
  Rejection: Rejection;
  SendNotificationInput: SendNotificationInput;
  SpinResult: SpinResult;
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  SystemMetric: SystemMetric;
  SystemMetricConnection: SystemMetricConnection;
  SystemMetricEdge: SystemMetricEdge;
  SystemMetricInput: SystemMetricInput;
  TokenResult: TokenResult;
  Topic: Topic;
  TopicStatus: TopicStatus;
  UpdatePostInput: UpdatePostInput;
  UpdateProductInput: UpdateProductInput;
  UpdateUserInput: UpdateUserInput;
  User: Omit<User, 'orders' | 'posts'> & { orders: ResolversParentTypes['OrderConnection'], posts: ResolversParentTypes['PostConnection'] };
  UserActivity: UserActivity;
  UserActivityConnection: UserActivityConnection;
  UserActivityEdge: UserActivityEdge;
  UserActivityEvent: UserActivityEvent;
  UserActivityInput: UserActivityInput;
  UserConnection: Omit<UserConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['UserEdge']>, nodes: ReadonlyArray<ResolversParentTypes['User']> };
  UserEdge: Omit<UserEdge, 'node'> & { node: ResolversParentTypes['User'] };
  UserEvent: Omit<UserEvent, 'user'> & { user?: Maybe<ResolversParentTypes['User']> };
  UserPayload: Omit<UserPayload, 'user'> & { user: ResolversParentTypes['User'] };
};

export type AggregateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Aggregate'] = ResolversParentTypes['Aggregate']> = {
  averageAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  maxAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  minAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  totalAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type BatchPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BatchPayload'] = ResolversParentTypes['BatchPayload']> = {
  accepted?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  position?: Resolver<Maybe<ResolversTypes['Position']>, ParentType, ContextType>;
  rejected?: Resolver<ReadonlyArray<ResolversTypes['Rejection']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CasinoFeedbackResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CasinoFeedback'] = ResolversParentTypes['CasinoFeedback']> = {
  causedBy?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  intensity?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  playerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type CasinoStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CasinoStats'] = ResolversParentTypes['CasinoStats']> = {
  actions?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  byType?: Resolver<ReadonlyArray<ResolversTypes['NamedCount']>, ParentType, ContextType>;
  players?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  tokensInCirculation?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type ConsumerGroupResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ConsumerGroup'] = ResolversParentTypes['ConsumerGroup']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lag?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  lagSeconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  members?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  ratePerSecond?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  topics?: Resolver<ReadonlyArray<ResolversTypes['GroupTopicLag']>, ParentType, ContextType>;
};

export type CreateOrderPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateOrderPayload'] = ResolversParentTypes['CreateOrderPayload']> = {
  order?: Resolver<ResolversTypes['Order'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export interface CurrencyScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Currency'], any> {
  name: 'Currency';
}

export interface CursorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Cursor'], any> {
  name: 'Cursor';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeadLetterResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeadLetter'] = ResolversParentTypes['DeadLetter']> = {
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  behind?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  consumer?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  encoding?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  error?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  failedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  headers?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  history?: Resolver<ReadonlyArray<ResolversTypes['DeadLetterAttempt']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  offset?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  partition?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['DeadLetterState'], ParentType, ContextType>;
  topic?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  waiting?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType, Partial<DeadLetterWaitingArgs>>;
};

export type DeadLetterAttemptResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeadLetterAttempt'] = ResolversParentTypes['DeadLetterAttempt']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  by?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type DeadLetterConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeadLetterConnection'] = ResolversParentTypes['DeadLetterConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['DeadLetterEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['DeadLetter']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type DeadLetterEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeadLetterEdge'] = ResolversParentTypes['DeadLetterEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['DeadLetter'], ParentType, ContextType>;
};

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type DeletePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeletePayload'] = ResolversParentTypes['DeletePayload']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type DepartmentStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DepartmentStats'] = ResolversParentTypes['DepartmentStats']> = {
  activeUsers?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  department?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  posts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  users?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type ErrorLogResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ErrorLog'] = ResolversParentTypes['ErrorLog']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  level?: Resolver<ResolversTypes['LogLevel'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  metadata?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  service?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  stack?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ErrorLogConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ErrorLogConnection'] = ResolversParentTypes['ErrorLogConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['ErrorLogEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ErrorLog']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type ErrorLogEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ErrorLogEdge'] = ResolversParentTypes['ErrorLogEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ErrorLog'], ParentType, ContextType>;
};

export type ErrorLogEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ErrorLogEvent'] = ResolversParentTypes['ErrorLogEvent']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  log?: Resolver<ResolversTypes['ErrorLog'], ParentType, ContextType>;
};

export type GachaResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GachaResult'] = ResolversParentTypes['GachaResult']> = {
  item?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  player?: Resolver<ResolversTypes['Player'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  rarity?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type GroupTopicLagResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GroupTopicLag'] = ResolversParentTypes['GroupTopicLag']> = {
  committed?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lag?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  latest?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  partition?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  topic?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export interface JsonObjectScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSONObject'], any> {
  name: 'JSONObject';
}

export interface LongScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Long'], any> {
  name: 'Long';
}

export type MessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  cursor?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  encoding?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  headers?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  key?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  offset?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  partition?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  timestamp?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  topic?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MessagePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessagePayload'] = ResolversParentTypes['MessagePayload']> = {
  offset?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  partition?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  topic?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  changeOrderStatus?: Resolver<ResolversTypes['CreateOrderPayload'], ParentType, ContextType, RequireFields<MutationChangeOrderStatusArgs, 'orderId' | 'to'>>;
  createOrder?: Resolver<ResolversTypes['CreateOrderPayload'], ParentType, ContextType, RequireFields<MutationCreateOrderArgs, 'input'>>;
  createOrders?: Resolver<ResolversTypes['BatchPayload'], ParentType, ContextType, RequireFields<MutationCreateOrdersArgs, 'inputs'>>;
  createPost?: Resolver<ResolversTypes['PostPayload'], ParentType, ContextType, RequireFields<MutationCreatePostArgs, 'input'>>;
  createProduct?: Resolver<ResolversTypes['ProductPayload'], ParentType, ContextType, RequireFields<MutationCreateProductArgs, 'input'>>;
  createTopic?: Resolver<ResolversTypes['Topic'], ParentType, ContextType, RequireFields<MutationCreateTopicArgs, 'name'>>;
  createUser?: Resolver<ResolversTypes['UserPayload'], ParentType, ContextType, RequireFields<MutationCreateUserArgs, 'input'>>;
  deletePost?: Resolver<ResolversTypes['DeletePayload'], ParentType, ContextType, RequireFields<MutationDeletePostArgs, 'id'>>;
  deleteTopic?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteTopicArgs, 'name'>>;
  deleteUser?: Resolver<ResolversTypes['DeletePayload'], ParentType, ContextType, RequireFields<MutationDeleteUserArgs, 'id'>>;
  discardDeadLetters?: Resolver<ResolversTypes['Int'], ParentType, ContextType, RequireFields<MutationDiscardDeadLettersArgs, 'ids' | 'reason'>>;
  earnTokens?: Resolver<ResolversTypes['TokenResult'], ParentType, ContextType, RequireFields<MutationEarnTokensArgs, 'amount' | 'playerId' | 'reason'>>;
  ingestErrorLogs?: Resolver<ResolversTypes['BatchPayload'], ParentType, ContextType, RequireFields<MutationIngestErrorLogsArgs, 'inputs'>>;
  ingestSystemMetrics?: Resolver<ResolversTypes['BatchPayload'], ParentType, ContextType, RequireFields<MutationIngestSystemMetricsArgs, 'inputs'>>;
  ingestUserActivities?: Resolver<ResolversTypes['BatchPayload'], ParentType, ContextType, RequireFields<MutationIngestUserActivitiesArgs, 'inputs'>>;
  markNotificationRead?: Resolver<ResolversTypes['NotificationPayload'], ParentType, ContextType, RequireFields<MutationMarkNotificationReadArgs, 'id'>>;
  openGacha?: Resolver<ResolversTypes['GachaResult'], ParentType, ContextType, RequireFields<MutationOpenGachaArgs, 'playerId'>>;
  produceMessage?: Resolver<ResolversTypes['MessagePayload'], ParentType, ContextType, RequireFields<MutationProduceMessageArgs, 'topic' | 'value'>>;
  recordCasinoActions?: Resolver<ResolversTypes['BatchPayload'], ParentType, ContextType, RequireFields<MutationRecordCasinoActionsArgs, 'inputs'>>;
  redriveDeadLetters?: Resolver<ResolversTypes['RedrivePayload'], ParentType, ContextType, Partial<MutationRedriveDeadLettersArgs>>;
  registerPlayer?: Resolver<ResolversTypes['Player'], ParentType, ContextType, RequireFields<MutationRegisterPlayerArgs, 'id'>>;
  sendNotification?: Resolver<ResolversTypes['NotificationPayload'], ParentType, ContextType, RequireFields<MutationSendNotificationArgs, 'input'>>;
  setDailySpendLimit?: Resolver<ResolversTypes['Player'], ParentType, ContextType, RequireFields<MutationSetDailySpendLimitArgs, 'playerId'>>;
  spinSlot?: Resolver<ResolversTypes['SpinResult'], ParentType, ContextType, RequireFields<MutationSpinSlotArgs, 'bet' | 'playerId'>>;
  updatePost?: Resolver<ResolversTypes['PostPayload'], ParentType, ContextType, RequireFields<MutationUpdatePostArgs, 'id' | 'input'>>;
  updateProduct?: Resolver<ResolversTypes['ProductPayload'], ParentType, ContextType, RequireFields<MutationUpdateProductArgs, 'id' | 'input'>>;
  updateUser?: Resolver<ResolversTypes['UserPayload'], ParentType, ContextType, RequireFields<MutationUpdateUserArgs, 'id' | 'input'>>;
  verifyAge?: Resolver<ResolversTypes['Player'], ParentType, ContextType, RequireFields<MutationVerifyAgeArgs, 'birthDate' | 'playerId'>>;
};

export type NamedCountResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NamedCount'] = ResolversParentTypes['NamedCount']> = {
  count?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type NotificationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Notification'] = ResolversParentTypes['Notification']> = {
  body?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  cursor?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  data?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  deliveredAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  readAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  recipientId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sourceEventId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type NotificationConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotificationConnection'] = ResolversParentTypes['NotificationConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['NotificationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Notification']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type NotificationEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotificationEdge'] = ResolversParentTypes['NotificationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Notification'], ParentType, ContextType>;
};

export type NotificationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotificationPayload'] = ResolversParentTypes['NotificationPayload']> = {
  notification?: Resolver<ResolversTypes['Notification'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type OrderResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Order'] = ResolversParentTypes['Order']> = {
  currency?: Resolver<ResolversTypes['Currency'], ParentType, ContextType>;
  customer?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  customerEmail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  customerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  notifications?: Resolver<ResolversTypes['NotificationConnection'], ParentType, ContextType, Partial<OrderNotificationsArgs>>;
  placedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OrderStatus'], ParentType, ContextType>;
  statusCode?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OrderConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderConnection'] = ResolversParentTypes['OrderConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrderEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Order']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OrderEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderEdge'] = ResolversParentTypes['OrderEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Order'], ParentType, ContextType>;
};

export type OrderEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderEvent'] = ResolversParentTypes['OrderEvent']> = {
  currency?: Resolver<ResolversTypes['Currency'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  customerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  order?: Resolver<Maybe<ResolversTypes['Order']>, ParentType, ContextType>;
  orderId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  previousStatus?: Resolver<Maybe<ResolversTypes['OrderStatus']>, ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OrderStatus'], ParentType, ContextType>;
  totalAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OrderStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderStats'] = ResolversParentTypes['OrderStats']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['Currency'], ParentType, ContextType>;
  regions?: Resolver<ReadonlyArray<ResolversTypes['RegionStats']>, ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Aggregate'], ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OrderStatsWindowResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderStatsWindow'] = ResolversParentTypes['OrderStatsWindow']> = {
  aggregate?: Resolver<ResolversTypes['Aggregate'], ParentType, ContextType>;
  end?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  final?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  region?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  start?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PartitionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Partition'] = ResolversParentTypes['Partition']> = {
  earliest?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  inSync?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  latest?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  leader?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  replicas?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type PipelineStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PipelineStats'] = ResolversParentTypes['PipelineStats']> = {
  activities?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  byAction?: Resolver<ReadonlyArray<ResolversTypes['NamedCount']>, ParentType, ContextType>;
  byLevel?: Resolver<ReadonlyArray<ResolversTypes['NamedCount']>, ParentType, ContextType>;
  errors?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  metrics?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  perSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type PlayerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Player'] = ResolversParentTypes['Player']> = {
  ageVerified?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  battlePassLevel?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  battlePassXp?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  dailySpendLimit?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  dailySpendLimitChangesAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  gachaOpens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  pendingDailySpendLimit?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  spentToday?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  spins?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  vipTier?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export interface PositionScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Position'], any> {
  name: 'Position';
}

export type PostResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Post'] = ResolversParentTypes['Post']> = {
  author?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  authorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  authorName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  content?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  department?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type PostConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PostConnection'] = ResolversParentTypes['PostConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['PostEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Post']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type PostEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PostEdge'] = ResolversParentTypes['PostEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Post'], ParentType, ContextType>;
};

export type PostEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PostEvent'] = ResolversParentTypes['PostEvent']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  department?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  post?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType>;
  postId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type PostPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PostPayload'] = ResolversParentTypes['PostPayload']> = {
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  post?: Resolver<ResolversTypes['Post'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ProductResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Product'] = ResolversParentTypes['Product']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['Currency'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  productName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  stockQuantity?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type ProductConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProductConnection'] = ResolversParentTypes['ProductConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['ProductEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Product']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type ProductEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProductEdge'] = ResolversParentTypes['ProductEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Product'], ParentType, ContextType>;
};

export type ProductEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProductEvent'] = ResolversParentTypes['ProductEvent']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  product?: Resolver<Maybe<ResolversTypes['Product']>, ParentType, ContextType>;
  productId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type ProductPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProductPayload'] = ResolversParentTypes['ProductPayload']> = {
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  product?: Resolver<ResolversTypes['Product'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  casinoStats?: Resolver<ResolversTypes['CasinoStats'], ParentType, ContextType, Partial<QueryCasinoStatsArgs>>;
  consumerGroups?: Resolver<ReadonlyArray<ResolversTypes['ConsumerGroup']>, ParentType, ContextType>;
  deadLetter?: Resolver<Maybe<ResolversTypes['DeadLetter']>, ParentType, ContextType, RequireFields<QueryDeadLetterArgs, 'id'>>;
  deadLetters?: Resolver<ResolversTypes['DeadLetterConnection'], ParentType, ContextType, Partial<QueryDeadLettersArgs>>;
  departmentStats?: Resolver<ReadonlyArray<ResolversTypes['DepartmentStats']>, ParentType, ContextType, Partial<QueryDepartmentStatsArgs>>;
  errorLogs?: Resolver<ResolversTypes['ErrorLogConnection'], ParentType, ContextType, Partial<QueryErrorLogsArgs>>;
  messages?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType, RequireFields<QueryMessagesArgs, 'topic'>>;
  notifications?: Resolver<ResolversTypes['NotificationConnection'], ParentType, ContextType, RequireFields<QueryNotificationsArgs, 'recipientId'>>;
  order?: Resolver<Maybe<ResolversTypes['Order']>, ParentType, ContextType, RequireFields<QueryOrderArgs, 'id'>>;
  orderStats?: Resolver<ResolversTypes['OrderStats'], ParentType, ContextType, RequireFields<QueryOrderStatsArgs, 'currency'>>;
  orderStatsWindows?: Resolver<ReadonlyArray<ResolversTypes['OrderStatsWindow']>, ParentType, ContextType, RequireFields<QueryOrderStatsWindowsArgs, 'currency' | 'from' | 'size' | 'to'>>;
  orders?: Resolver<ResolversTypes['OrderConnection'], ParentType, ContextType, Partial<QueryOrdersArgs>>;
  pipelineStats?: Resolver<ResolversTypes['PipelineStats'], ParentType, ContextType, Partial<QueryPipelineStatsArgs>>;
  player?: Resolver<Maybe<ResolversTypes['Player']>, ParentType, ContextType, RequireFields<QueryPlayerArgs, 'id'>>;
  post?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<QueryPostArgs, 'id'>>;
  posts?: Resolver<ResolversTypes['PostConnection'], ParentType, ContextType, Partial<QueryPostsArgs>>;
  product?: Resolver<Maybe<ResolversTypes['Product']>, ParentType, ContextType, RequireFields<QueryProductArgs, 'id'>>;
  products?: Resolver<ResolversTypes['ProductConnection'], ParentType, ContextType, Partial<QueryProductsArgs>>;
  storedMessages?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType, RequireFields<QueryStoredMessagesArgs, 'partition' | 'topic'>>;
  systemMetrics?: Resolver<ResolversTypes['SystemMetricConnection'], ParentType, ContextType, Partial<QuerySystemMetricsArgs>>;
  topic?: Resolver<Maybe<ResolversTypes['Topic']>, ParentType, ContextType, RequireFields<QueryTopicArgs, 'name'>>;
  topicStatus?: Resolver<ReadonlyArray<ResolversTypes['TopicStatus']>, ParentType, ContextType, Partial<QueryTopicStatusArgs>>;
  topics?: Resolver<ReadonlyArray<ResolversTypes['Topic']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
  userActivities?: Resolver<ResolversTypes['UserActivityConnection'], ParentType, ContextType, Partial<QueryUserActivitiesArgs>>;
  users?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, Partial<QueryUsersArgs>>;
};

export type RedrivePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RedrivePayload'] = ResolversParentTypes['RedrivePayload']> = {
  dryRun?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  matched?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  redriven?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type RegionStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RegionStats'] = ResolversParentTypes['RegionStats']> = {
  aggregate?: Resolver<ResolversTypes['Aggregate'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RejectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Rejection'] = ResolversParentTypes['Rejection']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  field?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SpinResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SpinResult'] = ResolversParentTypes['SpinResult']> = {
  bet?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  payout?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  player?: Resolver<ResolversTypes['Player'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  reels?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  casinoFeedback?: SubscriptionResolver<Maybe<ResolversTypes['CasinoFeedback']>, "casinoFeedback", ParentType, ContextType, Partial<SubscriptionCasinoFeedbackArgs>>;
  casinoStats?: SubscriptionResolver<ResolversTypes['CasinoStats'], "casinoStats", ParentType, ContextType>;
  consumerGroups?: SubscriptionResolver<ReadonlyArray<ResolversTypes['ConsumerGroup']>, "consumerGroups", ParentType, ContextType>;
  deadLetters?: SubscriptionResolver<ResolversTypes['DeadLetter'], "deadLetters", ParentType, ContextType, Partial<SubscriptionDeadLettersArgs>>;
  departmentStats?: SubscriptionResolver<ResolversTypes['DepartmentStats'], "departmentStats", ParentType, ContextType, Partial<SubscriptionDepartmentStatsArgs>>;
  errorLogs?: SubscriptionResolver<Maybe<ResolversTypes['ErrorLogEvent']>, "errorLogs", ParentType, ContextType, Partial<SubscriptionErrorLogsArgs>>;
  messages?: SubscriptionResolver<Maybe<ResolversTypes['Message']>, "messages", ParentType, ContextType, RequireFields<SubscriptionMessagesArgs, 'topic'>>;
  notifications?: SubscriptionResolver<Maybe<ResolversTypes['Notification']>, "notifications", ParentType, ContextType, RequireFields<SubscriptionNotificationsArgs, 'recipientId'>>;
  order?: SubscriptionResolver<Maybe<ResolversTypes['Order']>, "order", ParentType, ContextType, RequireFields<SubscriptionOrderArgs, 'id'>>;
  orderEvents?: SubscriptionResolver<Maybe<ResolversTypes['OrderEvent']>, "orderEvents", ParentType, ContextType, Partial<SubscriptionOrderEventsArgs>>;
  orderStats?: SubscriptionResolver<ResolversTypes['OrderStats'], "orderStats", ParentType, ContextType, RequireFields<SubscriptionOrderStatsArgs, 'currency'>>;
  orderStatsWindows?: SubscriptionResolver<ResolversTypes['OrderStatsWindow'], "orderStatsWindows", ParentType, ContextType, RequireFields<SubscriptionOrderStatsWindowsArgs, 'currency' | 'size'>>;
  pipelineStats?: SubscriptionResolver<ResolversTypes['PipelineStats'], "pipelineStats", ParentType, ContextType>;
  player?: SubscriptionResolver<Maybe<ResolversTypes['Player']>, "player", ParentType, ContextType, RequireFields<SubscriptionPlayerArgs, 'id'>>;
  postEvents?: SubscriptionResolver<Maybe<ResolversTypes['PostEvent']>, "postEvents", ParentType, ContextType, Partial<SubscriptionPostEventsArgs>>;
  productEvents?: SubscriptionResolver<Maybe<ResolversTypes['ProductEvent']>, "productEvents", ParentType, ContextType, Partial<SubscriptionProductEventsArgs>>;
  systemMetrics?: SubscriptionResolver<ResolversTypes['SystemMetric'], "systemMetrics", ParentType, ContextType, Partial<SubscriptionSystemMetricsArgs>>;
  topics?: SubscriptionResolver<ReadonlyArray<ResolversTypes['Topic']>, "topics", ParentType, ContextType>;
  userActivities?: SubscriptionResolver<Maybe<ResolversTypes['UserActivityEvent']>, "userActivities", ParentType, ContextType, Partial<SubscriptionUserActivitiesArgs>>;
  userEvents?: SubscriptionResolver<Maybe<ResolversTypes['UserEvent']>, "userEvents", ParentType, ContextType, Partial<SubscriptionUserEventsArgs>>;
};

export type SystemMetricResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SystemMetric'] = ResolversParentTypes['SystemMetric']> = {
  host?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  labels?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  unit?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type SystemMetricConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SystemMetricConnection'] = ResolversParentTypes['SystemMetricConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['SystemMetricEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['SystemMetric']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type SystemMetricEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SystemMetricEdge'] = ResolversParentTypes['SystemMetricEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['SystemMetric'], ParentType, ContextType>;
};

export type TokenResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TokenResult'] = ResolversParentTypes['TokenResult']> = {
  ledgerEntryId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  player?: Resolver<ResolversTypes['Player'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type TopicResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Topic'] = ResolversParentTypes['Topic']> = {
  config?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  partitions?: Resolver<ReadonlyArray<ResolversTypes['Partition']>, ParentType, ContextType>;
  ratePerSecond?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sizeBytes?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
};

export type TopicStatusResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TopicStatus'] = ResolversParentTypes['TopicStatus']> = {
  messages?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  partitions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  ratePerSecond?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sizeBytes?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  topic?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  department?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  orders?: Resolver<ResolversTypes['OrderConnection'], ParentType, ContextType, Partial<UserOrdersArgs>>;
  posts?: Resolver<ResolversTypes['PostConnection'], ParentType, ContextType, Partial<UserPostsArgs>>;
  status?: Resolver<ResolversTypes['UserStatus'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type UserActivityResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserActivity'] = ResolversParentTypes['UserActivity']> = {
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  metadata?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type UserActivityConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserActivityConnection'] = ResolversParentTypes['UserActivityConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['UserActivityEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['UserActivity']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type UserActivityEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserActivityEdge'] = ResolversParentTypes['UserActivityEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['UserActivity'], ParentType, ContextType>;
};

export type UserActivityEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserActivityEvent'] = ResolversParentTypes['UserActivityEvent']> = {
  activity?: Resolver<ResolversTypes['UserActivity'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  asOf?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['User']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type UserEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserEvent'] = ResolversParentTypes['UserEvent']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  department?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  previousDepartment?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type UserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserPayload'] = ResolversParentTypes['UserPayload']> = {
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Aggregate?: AggregateResolvers<ContextType>;
  BatchPayload?: BatchPayloadResolvers<ContextType>;
  CasinoFeedback?: CasinoFeedbackResolvers<ContextType>;
  CasinoStats?: CasinoStatsResolvers<ContextType>;
  ConsumerGroup?: ConsumerGroupResolvers<ContextType>;
  CreateOrderPayload?: CreateOrderPayloadResolvers<ContextType>;
  Currency?: GraphQLScalarType;
  Cursor?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  DeadLetter?: DeadLetterResolvers<ContextType>;
  DeadLetterAttempt?: DeadLetterAttemptResolvers<ContextType>;
  DeadLetterConnection?: DeadLetterConnectionResolvers<ContextType>;
  DeadLetterEdge?: DeadLetterEdgeResolvers<ContextType>;
  Decimal?: GraphQLScalarType;
  DeletePayload?: DeletePayloadResolvers<ContextType>;
  DepartmentStats?: DepartmentStatsResolvers<ContextType>;
  ErrorLog?: ErrorLogResolvers<ContextType>;
  ErrorLogConnection?: ErrorLogConnectionResolvers<ContextType>;
  ErrorLogEdge?: ErrorLogEdgeResolvers<ContextType>;
  ErrorLogEvent?: ErrorLogEventResolvers<ContextType>;
  GachaResult?: GachaResultResolvers<ContextType>;
  GroupTopicLag?: GroupTopicLagResolvers<ContextType>;
  JSONObject?: GraphQLScalarType;
  Long?: GraphQLScalarType;
  Message?: MessageResolvers<ContextType>;
  MessagePayload?: MessagePayloadResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NamedCount?: NamedCountResolvers<ContextType>;
  Notification?: NotificationResolvers<ContextType>;
  NotificationConnection?: NotificationConnectionResolvers<ContextType>;
  NotificationEdge?: NotificationEdgeResolvers<ContextType>;
  NotificationPayload?: NotificationPayloadResolvers<ContextType>;
  Order?: OrderResolvers<ContextType>;
  OrderConnection?: OrderConnectionResolvers<ContextType>;
  OrderEdge?: OrderEdgeResolvers<ContextType>;
  OrderEvent?: OrderEventResolvers<ContextType>;
  OrderStats?: OrderStatsResolvers<ContextType>;
  OrderStatsWindow?: OrderStatsWindowResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Partition?: PartitionResolvers<ContextType>;
  PipelineStats?: PipelineStatsResolvers<ContextType>;
  Player?: PlayerResolvers<ContextType>;
  Position?: GraphQLScalarType;
  Post?: PostResolvers<ContextType>;
  PostConnection?: PostConnectionResolvers<ContextType>;
  PostEdge?: PostEdgeResolvers<ContextType>;
  PostEvent?: PostEventResolvers<ContextType>;
  PostPayload?: PostPayloadResolvers<ContextType>;
  Product?: ProductResolvers<ContextType>;
  ProductConnection?: ProductConnectionResolvers<ContextType>;
  ProductEdge?: ProductEdgeResolvers<ContextType>;
  ProductEvent?: ProductEventResolvers<ContextType>;
  ProductPayload?: ProductPayloadResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RedrivePayload?: RedrivePayloadResolvers<ContextType>;
  RegionStats?: RegionStatsResolvers<ContextType>;
  Rejection?: RejectionResolvers<ContextType>;
  SpinResult?: SpinResultResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  SystemMetric?: SystemMetricResolvers<ContextType>;
  SystemMetricConnection?: SystemMetricConnectionResolvers<ContextType>;
  SystemMetricEdge?: SystemMetricEdgeResolvers<ContextType>;
  TokenResult?: TokenResultResolvers<ContextType>;
  Topic?: TopicResolvers<ContextType>;
  TopicStatus?: TopicStatusResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserActivity?: UserActivityResolvers<ContextType>;
  UserActivityConnection?: UserActivityConnectionResolvers<ContextType>;
  UserActivityEdge?: UserActivityEdgeResolvers<ContextType>;
  UserActivityEvent?: UserActivityEventResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  UserEdge?: UserEdgeResolvers<ContextType>;
  UserEvent?: UserEventResolvers<ContextType>;
  UserPayload?: UserPayloadResolvers<ContextType>;
};

