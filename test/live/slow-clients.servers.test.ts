import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createRandom, report } from '../crash/random.js';
import { createWorld } from '../crash/world.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { watchMemory } from '../support/memory.js';
import { startMillrace } from '../support/process.js';
import { scale } from '../support/servers.js';
import { activities, createFlow, type Flow, type Want } from './flow.js';
import { createLatency } from './latency.js';
import { checkSequence } from './sequences.js';
import {
  openSocket,
  openStream,
  transportsOf,
  type Ending,
  type LiveSocket,
  type Stream,
  type StreamListener,
  type Transport,
} from './streams.js';
import { startSwarm } from './swarm.js';
import { readEvent } from './watchers.js';

/**
 * Clients that read nothing, or little, of an event field. Activities carry metadata, so that what the kernel takes in place of
 * them is soon full.
 */
const [readers, stalled] = [scale(90, 900), scale(10, 100)];
const [perSecond, padding] = [scale(500, 2_000), scale(4_000, 1_000)];
/** At full length the gateway ends those that answer no ping for 12 s, the ping coming after 12 s. */
const [warmSeconds, seconds] = [scale(2, 10), scale(10, 50)];
const bufferBytes = 262_144;

/** So much that the topic's ring is full, and that memory has been as high as garbage makes it between two collections. */
const warm = async (flow: Flow): Promise<void> => {
  for (let bytes = 0; bytes < 80_000_000; bytes += 200 * (padding + 300)) await flow.send(200);
};

const byUser = (n: number): Want => activities.want(2 + (n % 7) + 10 * n);

test(`${stalled} clients that never read cost bounded memory, do not slow down ${readers} that do, and lose nothing in the end`, async () => {
  const random = createRandom('stalled clients');
  const world = await createWorld();
  const env = { ...world.env, SUBSCRIBER_BUFFER_BYTES: String(bufferBytes), SUBSCRIBER_MOST_BEHIND: '2000' };
  const gateway = await startMillrace({ env, roles: ['gateway'] });
  const transports = await transportsOf(gateway.url);
  const flow = await createFlow({ kind: activities, topicPrefix: world.topicPrefix, random, padding });
  const latency = createLatency(flow.toldAt);
  const all = { kinds: [activities], urls: [gateway.url], transports, random };
  const reading = await startSwarm({ ...all, count: readers, want: byUser, onEvent: latency.note });
  const memory = watchMemory(gateway.pid);
  await warm(flow);
  const measure = async () => {
    flow.start(perSecond);
    await sleep(warmSeconds * 1_000);
    latency.take();
    await sleep(seconds * 1_000);
    const figures = latency.take();
    await flow.stop();
    return figures;
  };
  const without = { ...(await measure()), residentMb: memory.highest() };

  const from = flow.told.length;
  const stalling = await startSwarm({
    ...all,
    count: stalled,
    // At full count everything would be more than the swarm could read in the end.
    want: (n) => activities.want(scale(0, 10 * n + 1)),
    passing: ['GAP', 'UNAVAILABLE'],
  });
  for (const { watcher } of stalling.members) watcher.stall();
  const beside = await measure();
  await reading.verify(new Map([[activities, flow.told]]));
  const residentMb = memory.highest();

  for (const { watcher } of stalling.members) watcher.read();
  await stalling.verify(new Map([[activities, flow.told.slice(from)]]), scale(30_000, 120_000));
  const ways = stalling.members.map(({ watcher }) => watcher.endings.map(({ how }) => how).join(' '));
  report('stalled clients', JSON.stringify({ transports, without, beside: { ...beside, residentMb } }));
  report('stalled clients', `ended by ${[...new Set(ways)].join(', ')}; caught up at ${memory.highest()} MB`);
  expect(ways.every((way) => /GAP|closed/.test(way))).toBe(true);
  expect(residentMb).toBeLessThan(without.residentMb + (stalled * bufferBytes) / 1_048_576 + 50);
  expect(beside.p99).toBeLessThan(without.p99 * scale(3, 1.5) + scale(200, 50));
}, 600_000);

/** A gateway with one subscriber to everything, which reads as `pause` says while events come, and then all. */
const readSlowly = async (
  transport: Transport,
  pause: (slow: Stream) => void,
): Promise<{ url: string; flow: Flow; reader: Reader; slow: LiveSocket } | undefined> => {
  const random = createRandom(`slow client over ${transport}`);
  const world = await createWorld();
  const env = { ...world.env, SUBSCRIBER_BUFFER_BYTES: '65536', SUBSCRIBER_MOST_BEHIND: '1000' };
  const gateway = await startMillrace({ env, roles: ['gateway'] });
  const { url } = gateway;
  if (!(await transportsOf(url)).includes(transport)) return undefined;
  const { topicPrefix } = world;
  const flow = await createFlow({ kind: activities, topicPrefix, random, padding: 8_000 });
  const reader = createReader();
  const slow = reader.open(url, transport, undefined);
  await eventually(() => reader.cursor !== undefined);
  reader.afterEach(() => pause(slow));
  flow.start(500);
  await sleep(slowMs);
  await flow.stop();
  reader.afterEach(undefined);
  slow.resume();
  return { url, flow, reader, slow };
};

/** Less than the time after which a socket that answers no ping is ended. */
const slowMs = 10_000;

describe.each(['websocket', 'sse'] as const)('over %s', (transport) => {
  test('a client that takes next to nothing ends in GAP, and behind its cursor comes exactly the rest', async () => {
    const pauseLong = (slow: Stream): void => {
      slow.pause();
      setTimeout(slow.resume, 4_500).unref();
    };
    const made = await readSlowly(transport, pauseLong);
    if (!made) return;
    const { url, flow, reader, slow } = made;
    const ending = await eventually(() => reader.ending);
    expect(ending).toMatchObject({ kind: 'error', errors: [{ extensions: { code: 'GAP' } }] });
    const [failure] = ending.kind === 'error' ? ending.errors : [];
    expect(failure?.message).toMatch(/cursor/);
    const before = reader.seen.length;
    // A WebSocket stays; an event stream is over.
    const socket = slow.isOpen ? slow : undefined;
    expect(socket !== undefined).toBe(transport === 'websocket');
    reader.open(url, transport, String(failure?.extensions.cursor), socket);
    await eventually(() => reader.seen.length >= flow.told.length && reader.isUpToDate);
    report(`slow over ${transport}`, `GAP behind ${before} events, ${reader.seen.length - before} behind it`);
    expect(checkSequence(flow.told, reader.seen)).toEqual([]);
  }, 120_000);

  test('a client that takes less than comes, but steadily, falls back to the log and gets everything once', async () => {
    const pauseShort = (slow: Stream): void => {
      slow.pause();
      setTimeout(slow.resume, 120).unref();
    };
    const made = await readSlowly(transport, pauseShort);
    if (!made) return;
    const { flow, reader } = made;
    const before = reader.seen.length;
    await eventually(() => reader.seen.length >= flow.told.length && reader.isUpToDate);
    report(`steady over ${transport}`, `${before} of ${flow.told.length} events while they came`);
    expect(reader.ending).toBeUndefined();
    expect(checkSequence(flow.told, reader.seen)).toEqual([]);
  }, 120_000);
});

type Reader = ReturnType<typeof createReader>;

/** One subscriber to everything, by hand. */
const createReader = () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  let ending: Ending | undefined;
  let isUpToDate = false;
  let then: (() => void) | undefined;
  const listener: StreamListener = {
    onNext: ({ data, extensions }) => {
      const event = readEvent(data);
      if (event) seen.push(event.id);
      cursor = event?.cursor ?? String(extensions?.cursor);
      isUpToDate = extensions?.upToDate === true;
      if (event) then?.();
    },
    onEnd: (how) => (ending = how),
  };
  return {
    seen,
    get cursor() {
      return cursor;
    },
    get ending() {
      return ending;
    },
    get isUpToDate() {
      return isUpToDate;
    },
    afterEach: (next: (() => void) | undefined) => (then = next),
    /** On a socket that is open already, or on one of its own. */
    open: (url: string, transport: Transport, after: string | undefined, socket?: LiveSocket): LiveSocket => {
      const subscription = { query: activities.query, variables: { after, heartbeat: 1 } };
      ending = undefined;
      isUpToDate = false;
      if (transport === 'sse') {
        const stream = openStream({ url, transport, ...subscription, ...listener });
        closeAtEnd(stream.cut);
        return { ...stream, isOpen: false, subscribe: () => undefined };
      }
      const used = socket ?? openSocket(url);
      if (!socket) closeAtEnd(used.cut);
      used.subscribe(subscription, listener);
      return used;
    },
  };
};
