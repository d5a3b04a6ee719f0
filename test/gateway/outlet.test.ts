import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { setImmediate as breathe } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { createOutlet } from '../../src/gateway/outlet.js';
import { eventually } from '../support/await.js';

const open: { end(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.end();
});

/** Both ends of a connection. */
const connection = async (): Promise<{ near: Socket; far: Socket }> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const far = connect(port, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  open.push({ end: () => (near.destroy(), far.destroy(), server.close()) });
  return { near, far };
};

const slices = (): { afterSlice: (work: () => void) => void; end: () => void } => {
  const works = new Set<() => void>();
  return {
    afterSlice: (work) => void works.add(work),
    end: () => {
      const now = [...works];
      works.clear();
      for (const work of now) work();
    },
  };
};

const bufferBytes = 100_000;
const part = Buffer.alloc(30_000, 'x');

it('everything of a slice is one write', async () => {
  const { near } = await connection();
  const { afterSlice, end } = slices();
  const written: number[] = [];
  const write = near.write.bind(near);
  near.write = ((chunk: Buffer) => (written.push(chunk.length), write(chunk))) as typeof near.write;
  const outlet = createOutlet({ stream: near, bufferBytes, isOpen: () => true, afterSlice });
  outlet.write([part]);
  outlet.write([part, part]);
  expect(written).toEqual([]);
  end();
  expect(written).toEqual([90_000]);
});

it('who was refused in a slice is woken when the stream has taken all at once, another one first each time', async () => {
  const { near, far } = await connection();
  far.resume();
  const { afterSlice, end } = slices();
  const outlet = createOutlet({ stream: near, bufferBytes, isOpen: () => true, afterSlice });
  const taken = new Map<string, number>();
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    outlet.onRoom(() => {
      if (outlet.isFull) return;
      outlet.write([part, part]);
      taken.set(name, (taken.get(name) ?? 0) + 1);
    });
  outlet.write([part, part, part, part]);
  expect(outlet.isFull).toBe(true);
  for (let round = 0; round < 20; round += 1) {
    end();
    await breathe();
  }
  await eventually(() => taken.size === 5);
  const counts = [...taken.values()];
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(6);
});

it('is full while the client does not read, and has room when it has read', async () => {
  const { near, far } = await connection();
  far.pause();
  const { afterSlice, end } = slices();
  const outlet = createOutlet({ stream: near, bufferBytes, isOpen: () => true, afterSlice });
  let woken = 0;
  outlet.onRoom(() => (woken += 1));
  await eventually(async () => {
    outlet.write([part]);
    end();
    await breathe();
    return outlet.isFull;
  });
  woken = 0;
  // What is unsent is bounded whoever writes.
  expect(near.writableLength).toBeLessThan(2 * bufferBytes);
  far.resume();
  await eventually(() => woken > 0);
  expect(outlet.isFull).toBe(false);
});
