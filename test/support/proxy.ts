import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { closeAtEnd } from './cleanup.js';

/**
 * A TCP proxy that makes faults. It knows two things about the bytes: Kafka's frames (length, API key, correlation id), so
 * that replies of Produce can be swallowed and the broker's own address is replaced by the proxy's in its metadata; and
 * text in what a client sends, so that the answer to one statement of Postgres can be lost.
 */
export interface Proxy {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Sockets that clients have open now. */
  readonly connections: number;
  /** Produce replies swallowed so far. */
  readonly swallowed: number;
  /** `url` with the proxy's address in place of the target's. */
  through(url: string): string;
  /** The next `count` replies to Produce do not arrive; the sockets stay open. */
  swallowProduceReplies(count: number): void;
  /** The next `count` times that a client sends `text`, it goes through, and the socket is cut in place of the answer. */
  cutReplyTo(text: string, count?: number): void;
  /** How often `cutReplyTo` struck so far. */
  readonly repliesCut: number;
  /** Everything takes so much longer, each way. */
  delay(ms: number): void;
  /** Sockets open and stay open, and no byte goes through. */
  blackHole(): void;
  /** Open sockets are reset (RST); new ones work. */
  reset(): void;
  /** Open sockets are reset, new ones are refused. */
  cut(): void;
  /** Ends every fault. What was in a black hole is reset, as its bytes are lost. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** `host:port` */
  readonly target: string;
  /** The bytes are Kafka's frames. */
  readonly kafka?: boolean;
}

interface Faults {
  swallow: number;
  swallowed: number;
  cutText: string;
  cuts: number;
  repliesCut: number;
  delayMs: number;
  hole: boolean;
}

const host = '127.0.0.1';
const apiProduce = 0;
const apiMetadata = 3;
const apiFindCoordinator = 10;

/** Listens at once; stops with the test file. */
export const createProxy = async ({ target, kafka = false }: ProxyOptions): Promise<Proxy> => {
  const [targetHost = host, targetPort = ''] = target.split(/:(?=\d+$)/);
  const faults: Faults = {
    swallow: 0,
    swallowed: 0,
    cutText: '',
    cuts: 0,
    repliesCut: 0,
    delayMs: 0,
    hole: false,
  };
  const clients = new Set<Socket>();
  const lostBytes = new Set<Socket>();

  const server = createServer((client) => {
    clients.add(client);
    const upstream = connect(Number(targetPort), targetHost);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    client.on('close', () => {
      clients.delete(client);
      lostBytes.delete(client);
    });
    const link = kafka
      ? kafkaLink(faults, { host: targetHost, port: Number(targetPort) }, portOf())
      : plainLink(faults, client);
    pump(client, upstream, link.request);
    pump(upstream, client, link.reply);
  });

  const pump = (from: Socket, to: Socket, through: (chunk: Buffer) => Buffer[]) => {
    const write = delayed(faults, (bytes) => void (to.destroyed || to.write(bytes)));
    from.on('data', (chunk) => {
      if (faults.hole) {
        for (const socket of [from, to]) if (clients.has(socket)) lostBytes.add(socket);
        return;
      }
      for (const bytes of through(chunk)) write(bytes);
    });
  };

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const portOf = () => port;

  const reset = (sockets: Iterable<Socket>) => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const stop = async () => {
    for (const socket of clients) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  closeAtEnd(stop);

  return {
    address: `${host}:${port}`,
    get connections() {
      return clients.size;
    },
    get swallowed() {
      return faults.swallowed;
    },
    get repliesCut() {
      return faults.repliesCut;
    },
    through: (url) => {
      const changed = new URL(url);
      changed.host = `${host}:${port}`;
      return changed.href;
    },
    swallowProduceReplies: (count) => void (faults.swallow = count),
    cutReplyTo: (text, count = 1) => {
      faults.cutText = text;
      faults.cuts = count;
    },
    delay: (ms) => void (faults.delayMs = ms),
    blackHole: () => void (faults.hole = true),
    reset: () => reset(clients),
    cut: () => {
      server.close();
      reset(clients);
    },
    heal: async () => {
      Object.assign(faults, { swallow: 0, cuts: 0, delayMs: 0, hole: false });
      reset(lostBytes);
      if (!server.listening) await listen(port);
    },
    stop,
  };
};

interface Link {
  request(chunk: Buffer): Buffer[];
  reply(chunk: Buffer): Buffer[];
}

const plainLink = (faults: Faults, client: Socket): Link => {
  let doomed = false;
  return {
    request: (chunk) => {
      if (faults.cuts > 0 && chunk.toString('latin1').toLowerCase().includes(faults.cutText.toLowerCase())) {
        faults.cuts -= 1;
        doomed = true;
      }
      return [chunk];
    },
    reply: (chunk) => {
      if (!doomed) return [chunk];
      if (!client.destroyed) faults.repliesCut += 1;
      client.resetAndDestroy();
      return [];
    },
  };
};

interface Address {
  readonly host: string;
  readonly port: number;
}

const kafkaLink = (faults: Faults, broker: Address, ownPort: number): Link => {
  const apis = new Map<number, number>();
  const requests = frames();
  const replies = frames();
  return {
    request: (chunk) => {
      const whole = requests(chunk);
      for (const frame of whole) apis.set(frame.readInt32BE(8), frame.readInt16BE(4));
      return whole;
    },
    reply: (chunk) =>
      replies(chunk).flatMap((frame) => {
        const correlation = frame.readInt32BE(4);
        const api = apis.get(correlation);
        apis.delete(correlation);
        if (api === apiProduce && faults.swallow > 0) {
          faults.swallow -= 1;
          faults.swallowed += 1;
          return [];
        }
        const names = api === apiMetadata || api === apiFindCoordinator;
        return [names ? readdress(frame, broker, { host, port: ownPort }) : frame];
      }),
  };
};

/** Cuts a stream into Kafka's frames: each begins with the length of the rest, four bytes. */
const frames = (): ((chunk: Buffer) => Buffer[]) => {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const whole: Buffer[] = [];
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      whole.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return whole;
  };
};

/** Replaces the broker's address wherever the reply has it: host as a string with two bytes of length, then the port. */
const readdress = (frame: Buffer, broker: Address, own: Address): Buffer => {
  let changed = frame;
  for (const name of new Set([broker.host, '127.0.0.1', 'localhost'])) {
    const before = encodeAddress({ host: name, port: broker.port });
    const at = changed.indexOf(before);
    if (at < 0) continue;
    changed = Buffer.concat([
      changed.subarray(0, at),
      encodeAddress(own),
      changed.subarray(at + before.length),
    ]);
    changed.writeInt32BE(changed.length - 4, 0);
  }
  return changed;
};

const encodeAddress = (address: Address): Buffer => {
  const name = Buffer.from(address.host);
  const bytes = Buffer.alloc(2 + name.length + 4);
  bytes.writeInt16BE(name.length, 0);
  name.copy(bytes, 2);
  bytes.writeInt32BE(address.port, 2 + name.length);
  return bytes;
};

/** Keeps the order also when the delay becomes shorter. */
const delayed = (faults: Faults, write: (bytes: Buffer) => void): ((bytes: Buffer) => void) => {
  let lastDue = 0;
  return (bytes) => {
    const now = performance.now();
    const due = Math.max(lastDue, now + faults.delayMs);
    if (faults.delayMs === 0 && lastDue <= now) return write(bytes);
    lastDue = due;
    setTimeout(() => write(bytes), due - now).unref();
  };
};
