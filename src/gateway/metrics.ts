import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type Transport = 'http' | 'websocket' | 'sse';

/** What equal subscriptions share. */
interface SharedCounts {
  readonly groups: number;
  readonly executions: number;
}

/** What the gateway counts, for whoever is on call. */
export const createMetrics = (registry: Registry, shared: () => SharedCounts) => {
  const registers = [registry];
  /** Counted as plain numbers: there are hundreds of thousands a second. */
  const delivered = new Map<Transport, number>();
  return {
    operations: new Counter({
      name: 'millrace_graphql_operations_total',
      help: 'Operations answered, by kind and outcome (ok, refused: by the client’s fault, failed: by ours). A subscription counts when it ends.',
      labelNames: ['transport', 'kind', 'outcome'] as const,
      registers,
    }),
    seconds: new Histogram({
      name: 'millrace_graphql_operation_seconds',
      help: 'Time from the request to the answer of queries and mutations.',
      labelNames: ['transport', 'kind'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
      registers,
    }),
    sockets: new Gauge({ name: 'millrace_websockets', help: 'Open WebSockets.', registers }),
    subscriptions: new Gauge({
      name: 'millrace_subscriptions',
      help: 'Active subscriptions, by transport.',
      labelNames: ['transport'] as const,
      registers,
    }),
    deliveries: new Counter({
      name: 'millrace_subscription_deliveries_total',
      help: 'Results handed to subscribers, by transport.',
      labelNames: ['transport'] as const,
      registers,
      collect() {
        for (const [transport, count] of delivered) this.inc({ transport }, count);
        delivered.clear();
      },
    }),
    delivered: (transport: Transport, count: number): void =>
      void delivered.set(transport, (delivered.get(transport) ?? 0) + count),
    executions: new Gauge({
      name: 'millrace_subscription_executions_total',
      help: 'Results made for subscribers: equal subscriptions share them, so deliveries are a multiple.',
      registers,
      collect() {
        this.set(shared().executions);
      },
    }),
    groups: new Gauge({
      name: 'millrace_subscription_groups',
      help: 'Groups of equal subscriptions.',
      registers,
      collect() {
        this.set(shared().groups);
      },
    }),
  };
};

export type Metrics = ReturnType<typeof createMetrics>;

/** Codes that mean that something of ours or beneath us failed. */
const failures = new Set<unknown>(['INTERNAL_SERVER_ERROR', 'UNAVAILABLE', 'OUTCOME_UNKNOWN']);

/** How an operation went, by its errors. */
export const outcomeOf = (
  errors: readonly { extensions?: Record<string, unknown> }[] | undefined,
): string => {
  if (!errors || errors.length === 0) return 'ok';
  return errors.some((error) => failures.has(error.extensions?.code)) ? 'failed' : 'refused';
};
