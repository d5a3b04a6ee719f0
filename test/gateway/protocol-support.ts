import { expect } from '@jest/globals';
import { createSchema } from '../../src/gateway/schema.js';
import { badInput } from '../../src/errors.js';
import { scalars } from '../../src/resolvers/scalars.js';
import { openRawSocket, type Message, type RawSocket, type RawSocketOptions } from './raw-socket.js';
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
  open(options?: RawSocketOptions & { readonly init?: boolean }): Promise<ProtocolClient>;
  closeClients(): Promise<void>;
}

export interface ProtocolClient extends Omit<RawSocket, 'received'> {
  readonly received: readonly Message[];
  read(): Promise<Message>;
  subscribe(id: string, query: string, more?: object): void;
  complete(id: string): void;
  /** Subscribes to the source of that name. */
  watch(id: string, name: string): void;
  /** Fails when a message comes that was not read; the socket must be open. */
  isQuiet(): Promise<void>;
}

const watchQuery = 'subscription ($name: ID) { orderEvents(filter: { customerId: $name }) { region } }';

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
  socketLimits: Parameters<typeof serve>[1] = {},
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
  const running = await serve({}, { schema, timeLimitMs: 60_000, ...socketLimits });
  return {
    running,
    sources,
    answer: (id, order) => slow.get(id)?.shift()?.(order),
    waiting: (id) => slow.get(id)?.length ?? 0,
    proceed: () => stalled.splice(0).forEach((resolve) => resolve(undefined)),
    open: async ({ init = true, ...options } = {}) => {
      const client = clientOf(await openRawSocket(running.websocketUrl, options));
      clients.push(client);
      if (!init) return client;
      client.send({ type: 'connection_init' });
      expect(await client.read()).toEqual({ type: 'connection_ack' });
      return client;
    },
    closeClients: async () => {
      const open = clients.splice(0);
      open.forEach((client) => client.cut());
      await Promise.all(open.map(({ closed }) => closed));
    },
  };
};

const clientOf = (socket: RawSocket): ProtocolClient => {
  const { received, send } = socket;
  const read = () => received.next(5_000);
  const subscribe: ProtocolClient['subscribe'] = (id, query, more = {}) =>
    send({ id, type: 'subscribe', payload: { query, ...more } });
  return {
    ...socket,
    received: received.all,
    read,
    subscribe,
    complete: (id) => send({ id, type: 'complete' }),
    watch: (id, name) => subscribe(id, watchQuery, { variables: { name } }),
    // An operation goes through all that the gateway does; whatever was on its way is there by the end of the second.
    isQuiet: async () => {
      for (const id of ['quiet?', 'quiet!']) {
        subscribe(id, '{ __typename }');
        expect(await read()).toEqual({ id, type: 'next', payload: { data: { __typename: 'Query' } } });
        expect(await read()).toEqual({ id, type: 'complete' });
      }
    },
  };
};
