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
];
