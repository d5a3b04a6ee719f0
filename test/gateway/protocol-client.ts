import { expect } from '@jest/globals';
import { openRawSocket, type Message, type RawSocket, type RawSocketOptions } from './raw-socket.js';

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

export interface ProtocolClientOptions extends RawSocketOptions {
  /** Whether the connection is acknowledged before it is returned; it is unless told otherwise. */
  readonly init?: boolean;
}

const watchQuery = 'subscription ($name: ID) { orderEvents(filter: { customerId: $name }) { region } }';

export const openClient = async (
  websocketUrl: string,
  { init = true, ...options }: ProtocolClientOptions = {},
): Promise<ProtocolClient> => {
  const client = clientOf(await openRawSocket(websocketUrl, options));
  if (!init) return client;
  client.send({ type: 'connection_init' });
  expect(await client.read()).toEqual({ type: 'connection_ack' });
  return client;
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
