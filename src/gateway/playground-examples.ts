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
];
