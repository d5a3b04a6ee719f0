/** Tabs of the playground; each runs as it is. A test validates them against the schema. */
export interface Example {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The order that "Ship an order" makes and ships; both keys make a second run answer like the first. */
const shippedOrder = '5b0c6a52-3a53-4f0e-9c3d-8a4f0c2d7e11';

export const examples: readonly Example[] = [
  {
    name: 'Create an order',
    query: `# Stored in Postgres with its event, in one transaction. Run it several times and watch the statistics in the next tab.
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
    query: `# Every event once, in order per order. To continue after a break, give the last cursor as after.
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
    query: `# Mutations of one document run one after the other. The id and the key make it safe to run again.
mutation ShipAnOrder($input: CreateOrderInput!, $id: ID!, $key: ID!) {
  createOrder(input: $input) {
    order {
      id
      status
    }
    replayed
  }
  changeOrderStatus(orderId: $id, to: SHIPPED, idempotencyKey: $key) {
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
    variables: {
      input: {
        id: shippedOrder,
        customerId: 'customer-2',
        region: '부산',
        totalAmount: '31000',
        currency: 'KRW',
      },
      id: shippedOrder,
      key: 'playground-ship-an-order',
    },
  },
];
