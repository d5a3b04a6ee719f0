import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { oneOf, type Random } from '../crash/random.js';
import { eventually } from '../support/await.js';
import { checkSequence, type Told } from './sequences.js';
import type { Kind, Want } from './flow.js';
import type { Transport } from './streams.js';
import { startWatcher, type Watcher } from './watchers.js';

/** Many watchers, each with what it wants. */
export interface Swarm {
  readonly members: readonly Member[];
  readonly deliveries: () => number;
  /** Cuts each of them so many times, at moments chosen at random, and only while something has come over its connection. */
  cutEach(times: number, mostPauseMs: number): Promise<number>;
  /** Waits until each has seen as many as it should and was told that there are no more; then holds each against `told`. */
  verify(told: ReadonlyMap<Kind, readonly Told[]>, timeoutMs?: number): Promise<void>;
  stop(): void;
}

export interface Member {
  readonly kind: Kind;
  readonly want: Want;
  readonly watcher: Watcher;
}

export interface SwarmOptions {
  readonly count: number;
  readonly kinds: readonly Kind[];
  /** What the n-th wants, unless its kind says it. */
  readonly want?: (n: number) => Want;
  readonly urls: readonly string[];
  /** Those that the gateway has. */
  readonly transports: readonly Transport[];
  readonly random: Random;
  readonly passing?: readonly string[];
  readonly onEvent?: (id: string) => void;
}

/** Resolves when each is live: what happens from then on is to be seen. */
export const startSwarm = async (options: SwarmOptions): Promise<Swarm> => {
  const { count, kinds, urls, random } = options;
  const mostPauseMs = 20 + count / 4;
  const members = Array.from({ length: count }, (_, n): Member => {
    const kind = kinds[n % kinds.length] as Kind;
    const want = options.want?.(n) ?? kind.want(Math.floor(n / kinds.length));
    const watcher = startWatcher({
      ...options,
      ...{ name: `watcher ${n} of ${want.name}`, query: kind.query, variables: want.variables },
      url: () => oneOf(random, urls),
      transport: changeTransports(n, options.transports),
      mostPauseMs,
    });
    return { kind, want, watcher };
  });
  const watchers = members.map(({ watcher }) => watcher);
  await eventually(() => watchers.every(({ isLive }) => isLive), { timeoutMs: 60_000, everyMs: 100 });
  const deliveries = (): number => watchers.reduce((sum, { seen }) => sum + seen.length, 0);

  return {
    members,
    deliveries,
    cutEach: async (times, pauseMs) => {
      const cutOften = async (watcher: Watcher): Promise<void> => {
        for (let n = 0; n < times; n += 1) {
          await sleep(random() * pauseMs);
          while (!watcher.isLive) await sleep(20);
          watcher.cut();
        }
      };
      await Promise.all(watchers.map(cutOften));
      return times * watchers.length;
    },
    verify: (told, timeoutMs) => verify(members, told, timeoutMs),
    stop: () => watchers.forEach((watcher) => watcher.stop()),
  };
};

/** A third stays with each transport, and a third changes it with each connection. */
const changeTransports = (n: number, transports: readonly Transport[]): (() => Transport) => {
  let connections = n;
  return () => {
    const at = n % 3 === 2 ? (connections += 1) : n % 3;
    return transports[at % transports.length] as Transport;
  };
};

const mostWords = 20;

const verify = async (
  members: readonly Member[],
  told: ReadonlyMap<Kind, readonly Told[]>,
  timeoutMs = 60_000,
): Promise<void> => {
  const byWant = new Map<string, readonly Told[]>();
  const expected = ({ kind, want }: Member): readonly Told[] => {
    const name = `${kind.topic} ${want.name}`;
    let found = byWant.get(name);
    if (!found) byWant.set(name, (found = (told.get(kind) ?? []).filter(want.matches)));
    return found;
  };
  // Whoever misses something for good is named below.
  const whole = await eventually(
    () => members.every((member) => member.watcher.seen.length >= expected(member).length),
    { timeoutMs, everyMs: 100 },
  ).catch(() => false);
  const since = performance.now();
  if (whole) await eventually(() => members.every(({ watcher }) => watcher.upToDateAt > since));
  const violations = members.flatMap((member) => {
    const { name, seen, complaints } = member.watcher;
    return [...complaints, ...checkSequence(expected(member), seen)].map((words) => `${name}: ${words}`);
  });
  if (violations.length > 0)
    throw new Error(`${violations.length} violations:\n  ${violations.slice(0, mostWords).join('\n  ')}`);
  const events = members.reduce((sum, member) => sum + expected(member).length, 0);
  expect(members.reduce((sum, { watcher }) => sum + watcher.seen.length, 0)).toBe(events);
};
