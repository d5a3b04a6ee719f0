import { createSchema } from '../../src/gateway/schema.js';
import { badInput } from '../../src/errors.js';
import { scalars } from '../../src/resolvers/scalars.js';
import { openClient, type ProtocolClient, type ProtocolClientOptions } from './protocol-client.js';
import type { Message } from './raw-socket.js';
import { createSources } from './source.js';
import { serve, type Running } from './support.js';

/** A gateway whose sources and slow queries the test holds in its hand. */
export interface ProtocolGateway {
  readonly running: Running;
  readonly sources: ReturnType<typeof createSources>;
  /** Answers the oldest query `order(id)` that waits. */
  answer(id: string, order: object | null): void;
  /** How many queries `order(id)` wait. */
  waiting(id: string): number;
  /** Lets subscriptions to `stalled` begin. */
  proceed(): void;
  open(options?: ProtocolClientOptions): Promise<ProtocolClient>;
  closeClients(): Promise<void>;
}

export const eventOf = (region: string) => ({ kind: 'event', event: { region }, cursor: `behind ${region}` });

/** What the client gets of {@link eventOf}. */
export const nextOf = (id: string, region: string): Message => ({
  id,
  type: 'next',
  payload: { data: { orderEvents: { region } } },
});

const orderEvents = (sources: ProtocolGateway['sources'], stalled: ((value: unknown) => void)[]) => ({
  subscribe: async (_: unknown, { filter }: { filter: { customerId: string } }) => {
    if (filter.customerId === 'refused') throw badInput('filter.customerId', 'must be another');
    if (filter.customerId === 'stalled') await new Promise((resolve) => stalled.push(resolve));
    return sources.open(filter.customerId);
  },
  resolve: ({ event }: ReturnType<typeof eventOf>) => {
    if (event.region === 'unreadable') throw badInput('region', 'must be another');
    return event;
  },
});

export const startProtocolGateway = async (
  options: Parameters<typeof serve>[1] = {},
): Promise<ProtocolGateway> => {
  const sources = createSources();
  const stalled: ((value: unknown) => void)[] = [];
  const clients: ProtocolClient[] = [];
  const slow = new Map<string, ((order: object | null) => void)[]>();
  const schema = createSchema(
    {
      Query: {
        order: (_: unknown, { id }: { id: string }) =>
          new Promise((resolve) => slow.set(id, [...(slow.get(id) ?? []), resolve])),
        product: (_: unknown, { id }: { id: string }) => ({ id, productName: id }),
        user: () => {
          throw badInput('id', 'must be a UUID');
        },
      },
      Mutation: { deletePost: (_: unknown, { id }: { id: string }) => ({ id, replayed: false }) },
      Subscription: { orderEvents: orderEvents(sources, stalled) },
    },
    scalars,
  );
  const running = await serve({}, { schema, timeLimitMs: 60_000, ...options });
  return {
    running,
    sources,
    answer: (id, order) => slow.get(id)?.shift()?.(order),
    waiting: (id) => slow.get(id)?.length ?? 0,
    proceed: () => stalled.splice(0).forEach((resolve) => resolve(undefined)),
    open: async (options) => {
      const client = await openClient(running.websocketUrl, options);
      clients.push(client);
      return client;
    },
    closeClients: async () => {
      const open = clients.splice(0);
      open.forEach((client) => client.cut());
      await Promise.all(open.map(({ closed }) => closed));
    },
  };
};
