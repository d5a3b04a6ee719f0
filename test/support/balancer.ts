import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { closeAtEnd } from './cleanup.js';

/** A TCP balancer in front of several ports of this machine: each connection goes to the next that takes it. */
export interface Balancer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
}

const host = '127.0.0.1';

/** Listens at once; stops with the test file. */
export const createBalancer = async (ports: readonly number[]): Promise<Balancer> => {
  const clients = new Set<Socket>();
  let turn = 0;

  /** Hands the client to a port; when that refuses, to the next, once around. */
  const forward = (client: Socket, tries: number): void => {
    if (tries === ports.length) return void client.resetAndDestroy();
    const upstream = connect(ports[(turn += 1) % ports.length] as number, host);
    upstream.setNoDelay(true);
    const refused = (): void => forward(client, tries + 1);
    upstream.once('error', refused);
    upstream.once('connect', () => {
      upstream.off('error', refused);
      join(client, upstream);
    });
    return undefined;
  };

  const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    client.on('error', () => undefined);
    forward(client, 0);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closeAtEnd(async () => {
    for (const client of clients) client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://${host}:${(server.address() as AddressInfo).port}` };
};

const join = (client: Socket, upstream: Socket): void => {
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
    one.pipe(other);
  }
};
