/** Tabs of the playground; each runs as it is, any number of times. Tests validate them and run them in a browser. */
export interface Example {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Stands in the variables for a UUID that each browser gets anew. */
export const newId = '@new-id@';

export const examples: readonly Example[] = [
  {
    name: 'Create an order',
    query: `# Stored in Postgres with its event, in one transaction.
# Run it several times and watch the statistics in the next tab.
mutation CreateOrder($input: CreateOrderInput!) {
  createOrder(input: $input) {
    order {
      id
      region
      totalAmount
      currency
      status
      placedAt
    }
    # Give it as consistentWith, and a query's answer contains this order.
    position
  }
}
`,
    variables: {
      input: { customerId: 'customer-1', region: '서울', totalAmount: '25000', currency: 'KRW' },
    },
  },
  {
    name: 'Watch the statistics',
    query: `# The statistics now, then each newer version as orders arrive.
subscription WatchStatistics($currency: Currency!) {
  orderStats(currency: $currency) {
    version
    total {
      count
      totalAmount
      averageAmount
      minAmount
      maxAmount
    }
    regions {
      region
      aggregate {
        count
        totalAmount
      }
    }
  }
}
`,
    variables: { currency: 'KRW' },
  },
  {
    name: 'Order events',
    query: `# Every event once, in order per order, from now on.
# To continue after a break, give the last cursor as after.
subscription OrderEvents($filter: OrderEventFilter, $after: Cursor) {
  orderEvents(filter: $filter, after: $after) {
    type
    orderId
    region
    totalAmount
    currency
    previousStatus
    status
    occurredAt
    cursor
  }
}
`,
    variables: { filter: {}, after: null },
  },
  {
    name: 'Statistics',
    query: `# The statistics and the latest orders, as they are now.
query Statistics($currency: Currency!, $first: Int) {
  orderStats(currency: $currency) {
    version
    updatedAt
    total {
      count
      totalAmount
      averageAmount
    }
    regions {
      region
      aggregate {
        count
        totalAmount
      }
    }
  }
  orders(first: $first) {
    totalCount
    nodes {
      id
      region
      totalAmount
      currency
      status
      placedAt
    }
  }
}
`,
    variables: { currency: 'KRW', first: 10 },
  },
  {
    name: 'Ship an order',
    query: `# The fields of a mutation run one after the other: made, then shipped.
# Run it again: the same answer, replayed, and nothing happens twice.
# For another order, change the id (a UUID) under VARIABLES. The key is known
# for 24 hours; later a repeat is a CONFLICT: the order is shipped already.
mutation ShipAnOrder($id: ID!) {
  createOrder(
    input: {
      id: $id
      customerId: "customer-2"
      region: "부산"
      totalAmount: "31000"
      currency: "KRW"
    }
  ) {
    order {
      id
      status
    }
    replayed
  }
  changeOrderStatus(orderId: $id, from: PAID, to: SHIPPED, idempotencyKey: $id) {
    order {
      id
      status
      statusCode
      version
    }
    replayed
  }
}
`,
    variables: { id: newId },
  },
  {
    name: 'Write a post',
    query: `# A user, and a post of that user. A stream joins them: see the next tab.
# Run it again: the same user, and another post.
mutation WriteAPost($id: ID!, $email: String!) {
  createUser(input: { id: $id, name: "지우", email: $email, department: "Research" }) {
    user {
      id
      name
      department
      version
    }
    replayed
  }
  createPost(
    input: { authorId: $id, title: "Hello", content: "A first post." }
  ) {
    post {
      id
      title
    }
    # Give it as consistentWith, and the list of posts contains this post.
    position
  }
}
`,
    variables: { id: newId, email: `${newId}@example.com` },
  },
  {
    name: 'Posts',
    query: `# Posts with their authors as they are now, also when they changed after the post.
query Posts($department: String, $first: Int) {
  posts(department: $department, first: $first) {
    totalCount
    nodes {
      title
      authorName
      department
      createdAt
      author {
        email
        posts(first: 1) {
          totalCount
        }
      }
    }
  }
}
`,
    variables: { department: 'Research', first: 10 },
  },
  {
    name: 'Watch the departments',
    query: `# Each department now, then each newer version: write posts meanwhile.
subscription WatchDepartments($department: String) {
  departmentStats(department: $department) {
    department
    users
    activeUsers
    posts
    version
  }
}
`,
    variables: { department: null },
  },
  {
    name: 'Products',
    query: `# A product, made once, and sold: change the stock under VARIABLES and run it again.
# expectedVersion would make the change fail if somebody else was faster.
mutation SellAProduct($id: ID!, $change: UpdateProductInput!) {
  createProduct(
    input: {
      id: $id
      productName: "Lamp"
      price: "19.90"
      currency: "EUR"
      stockQuantity: 100
    }
  ) {
    product {
      id
      version
    }
    replayed
  }
  updateProduct(id: $id, input: $change) {
    product {
      productName
      price
      currency
      stockQuantity
      version
    }
  }
}
`,
    variables: { id: newId, change: { stockQuantity: 99, price: '18.50' } },
  },
  {
    name: 'Watch notifications',
    query: `# What the notification service tells a customer, from now on.
# Create an order in the first tab, which is one of customer-1.
subscription WatchNotifications($recipientId: ID!, $after: Cursor) {
  notifications(recipientId: $recipientId, after: $after) {
    kind
    title
    body
    deliveredAt
    readAt
    cursor
  }
}
`,
    variables: { recipientId: 'customer-1', after: null },
  },
  {
    name: 'Dead letters',
    query: `# Events that could not be used, with what waits behind them.
# To see one, create an order of the customer fail-1: its notification cannot be
# delivered, and after some tries it is a dead letter.
query DeadLetters($filter: DeadLetterFilter) {
  deadLetters(filter: $filter, first: 10) {
    totalCount
    nodes {
      id
      topic
      key
      consumer
      error
      attempts
      behind
      failedAt
      history {
        at
        by
        error
      }
    }
  }
}
`,
    variables: { filter: { state: 'PENDING' } },
  },
  {
    name: 'Redrive',
    query: `# Runs again what failed, at most ten a second, and lets what waits behind follow.
# What fails again stays the same letter, with one more attempt.
mutation Redrive($filter: DeadLetterFilter, $maxPerSecond: Int, $dryRun: Boolean) {
  redriveDeadLetters(filter: $filter, maxPerSecond: $maxPerSecond, dryRun: $dryRun) {
    matched
    redriven
    dryRun
  }
}
`,
    variables: { filter: { topic: 'order.events.v1' }, maxPerSecond: 10, dryRun: false },
  },
  {
    name: 'Send telemetry',
    query: `# Facts, acknowledged by Kafka before the answer and stored a moment later.
# Up to 1,000 in a call; each is checked by itself, and those at fault are named.
mutation SendTelemetry(
  $activities: [UserActivityInput!]!
  $metrics: [SystemMetricInput!]!
  $logs: [ErrorLogInput!]!
) {
  ingestUserActivities(inputs: $activities) {
    accepted
    rejected {
      index
      message
    }
    # Give it as consistentWith, and a query's answer contains these activities.
    position
  }
  ingestSystemMetrics(inputs: $metrics) {
    accepted
  }
  ingestErrorLogs(inputs: $logs) {
    accepted
  }
}
`,
    variables: {
      activities: [{ userId: 'user-1', action: 'login', metadata: { device: 'phone' } }],
      metrics: [{ host: 'web-1', name: 'cpu', value: 0.42, unit: 'ratio' }],
      logs: [{ service: 'checkout', level: 'ERROR', message: 'The card was refused.' }],
    },
  },
  {
    name: 'Telemetry',
    query: `# What is stored, newest first.
query Telemetry($userId: ID, $level: LogLevel, $first: Int) {
  userActivities(userId: $userId, first: $first) {
    totalCount
    nodes {
      userId
      action
      metadata
      occurredAt
    }
  }
  systemMetrics(first: $first) {
    nodes {
      host
      name
      value
      version
    }
  }
  errorLogs(level: $level, first: $first) {
    nodes {
      service
      level
      message
    }
  }
  pipelineStats {
    messages
    perSecond
    byAction {
      name
      count
    }
  }
}
`,
    variables: { userId: 'user-1', level: 'ERROR', first: 10 },
  },
  {
    name: 'Watch activities',
    query: `# Activities from now on, in order per user. Send some meanwhile.
subscription WatchActivities($userId: ID, $after: Cursor) {
  userActivities(userId: $userId, after: $after) {
    activity {
      id
      userId
      action
      metadata
      occurredAt
    }
    cursor
  }
}
`,
    variables: { userId: null, after: null },
  },
  {
    name: 'Watch the pipeline',
    query: `# What the pipeline has stored: now, then each newer version.
subscription WatchPipeline {
  pipelineStats {
    activities
    metrics
    errors
    perSecond
    byLevel {
      name
      count
    }
    version
  }
}
`,
    variables: {},
  },
  {
    name: 'Play',
    query: `# A player, made once, is given tokens and plays for them.
# Each token that moves is an entry of a double-entry ledger.
mutation Play($player: ID!, $birthDate: String!, $bet: Int!) {
  registerPlayer(id: $player) {
    version
  }
  verifyAge(playerId: $player, birthDate: $birthDate) {
    ageVerified
  }
  earnTokens(playerId: $player, amount: 200, reason: "Daily gift") {
    ledgerEntryId
    player {
      tokens
    }
  }
  spinSlot(playerId: $player, bet: $bet) {
    reels
    payout
    player {
      tokens
    }
  }
  openGacha(playerId: $player) {
    rarity
    item
    player {
      tokens
      spentToday
    }
  }
}
`,
    variables: { player: 'player-1', birthDate: '2001-02-28', bet: 10 },
  },
  {
    name: 'Watch the feedback',
    query: `# What the player is told at once. Play in the tab before, and see it come.
subscription WatchFeedback($player: ID, $after: Cursor) {
  casinoFeedback(playerId: $player, after: $after) {
    kind
    intensity
    message
    causedBy
    cursor
  }
}
`,
    variables: { player: 'player-1', after: null },
  },
  {
    name: 'Watch a player',
    query: `# The player now, then each newer version; null while nobody has this id.
subscription WatchPlayer($player: ID!) {
  player(id: $player) {
    tokens
    spins
    gachaOpens
    battlePassLevel
    battlePassXp
    vipTier
    spentToday
    dailySpendLimit
    version
  }
}
`,
    variables: { player: 'player-1' },
  },
  {
    name: 'Produce a message',
    query: `# A record as another program would write it: here a fact, whose id is in its
# value and in its headers. Run it again, and it still counts once.
mutation ProduceMessage($topic: String!, $key: String, $value: String!, $headers: JSONObject) {
  produceMessage(topic: $topic, key: $key, value: $value, headers: $headers) {
    topic
    partition
    offset
  }
}
`,
    variables: {
      topic: 'telemetry.user-activity.v1',
      key: 'user-2',
      value: `{"id":"${newId}","userId":"user-2","action":"login","metadata":null,"occurredAt":"2026-01-31T09:30:00.000Z"}`,
      headers: {
        ce_id: newId,
        ce_type: 'telemetry.user-activity',
        ce_source: 'playground',
        ce_specversion: '1.0',
        ce_time: '2026-01-31T09:30:00.000Z',
      },
    },
  },
  {
    name: 'Read messages',
    query: `# The newest messages of a topic. With partition and offset, or from a time, it
# reads from there on; text is searched in key and value.
query ReadMessages($topic: String!, $from: DateTime, $key: String, $text: String, $first: Int) {
  messages(topic: $topic, from: $from, key: $key, text: $text, first: $first) {
    partition
    offset
    key
    value
    headers
    timestamp
  }
}
`,
    variables: {
      topic: 'telemetry.user-activity.v1',
      from: null,
      key: null,
      text: 'login',
      first: 10,
    },
  },
  {
    name: 'Tail a topic',
    query: `# Every record of a topic from now on, in order per partition.
subscription TailTopic($topic: String!, $key: String, $after: Cursor) {
  messages(topic: $topic, key: $key, after: $after) {
    partition
    offset
    key
    value
    headers
    timestamp
    cursor
  }
}
`,
    variables: { topic: 'telemetry.user-activity.v1', key: null, after: null },
  },
  {
    name: 'Topics and groups',
    query: `# What is in Kafka, and how far its readers are.
query TopicsAndGroups($topic: String) {
  topics {
    name
    messages
    sizeBytes
    ratePerSecond
  }
  # Observed once a minute.
  topicStatus(topic: $topic, first: 5) {
    observedAt
    messages
    ratePerSecond
  }
  consumerGroups {
    id
    state
    lag
    lagSeconds
    ratePerSecond
  }
}
`,
    variables: { topic: 'telemetry.user-activity.v1' },
  },
];
