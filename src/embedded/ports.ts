import { createConnection, createServer, type Server } from 'node:net';

const host = '127.0.0.1';

/**
 * `count` ports that are free now, `preferred` if they are. From 20,000 to 32,000: below the range from which
 * the system takes the ports of outgoing connections, which could otherwise be on ours when a server comes back.
 */
export const freePorts = async (count: number, preferred: readonly number[] = []): Promise<number[]> => {
  const held: Server[] = [];
  try {
    const ports: number[] = [];
    const candidates = preferred.length === count ? [...preferred] : [];
    for (let tries = 0; ports.length < count; tries += 1) {
      if (tries > 1_000) throw new Error('no free port between 20,000 and 32,000');
      const port = candidates.shift() ?? 20_000 + Math.floor(Math.random() * 12_000);
      const server = await listen(port);
      if (!server) continue;
      held.push(server);
      ports.push(port);
    }
    return ports;
  } finally {
    await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  }
};

const listen = (port: number): Promise<Server | undefined> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    server.listen(port, host, () => done(server));
  });

/** Sends `request` and answers the first bytes that satisfy `complete`; undefined when they do not come in time. */
export const ask = (
  port: number,
  request: Buffer | string,
  complete: (answer: Buffer) => boolean,
  timeoutMs = 1_000,
): Promise<Buffer | undefined> =>
  new Promise((done) => {
    let answer = Buffer.alloc(0);
    const socket = createConnection({ port, host });
    const end = (result: Buffer | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      done(result);
    };
    const timer = setTimeout(() => end(undefined), timeoutMs);
    socket.once('error', () => end(undefined));
    socket.once('close', () => end(undefined));
    socket.once('connect', () => socket.write(request));
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      if (complete(answer)) end(answer);
    });
  });
