import { beforeAll, expect, test } from '@jest/globals';
import { report } from '../crash/random.js';
import { createOrder, createOrders, statsFields, type Stats } from '../orders/support.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { openSocket, type LiveSocket, type Result } from './streams.js';

/** Clients that stop reading a state: each state is large, so that the kernel can keep a few of them only. */
let underTest: UnderTest;
beforeAll(async () => {
  underTest = await startUnderTest({ env: { SUBSCRIBER_BUFFER_BYTES: '65536' } });
});

interface Versioned {
  readonly version: number;
}

/** One subscriber with a socket of its own. */
interface Watching<State> {
  readonly states: readonly State[];
  /** Of all that came. */
  readonly bytes: number;
  readonly socket: LiveSocket;
  readonly ending: unknown;
}

const watchStates = <State extends Versioned>(query: string): Watching<State> => {
  const states: State[] = [];
  let [bytes, ending] = [0, undefined as unknown];
  const socket = openSocket(underTest.millrace.url);
  closeAtEnd(socket.cut);
  const onNext = ({ data }: Result): void => {
    states.push(Object.values(data ?? {})[0] as State);
    bytes += JSON.stringify(data).length;
  };
  socket.subscribe({ query, variables: {} }, { onNext, onEnd: (how) => (ending = how) });
  return {
    states,
    socket,
    get bytes() {
      return bytes;
    },
    get ending() {
      return ending;
    },
  };
};

const rises = (states: readonly Versioned[]): boolean =>
  states.every(({ version }, at) => at === 0 || version > (states[at - 1]?.version ?? 0));

/** Shorter than the time after which a socket that answers no ping is ended. */
const stallMs = 8_000;
/** What the kernel's buffers of a connection may have taken, twice over. */
const kernelBytes = 12_000_000;

/** Changes the state, four writers at a time, until the time is over. */
const changeFor = async (change: (n: number) => Promise<unknown>): Promise<number> => {
  const until = performance.now() + stallMs;
  let made = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < until) await change((made += 1));
  };
  await Promise.all([work(), work(), work(), work()]);
  return made;
};

/** `slow` reads nothing while changes come; what it then gets is what the kernel had taken, and the newest. */
const stallDuring = async <State extends Versioned>(
  name: string,
  [reading, slow]: readonly [Watching<State>, Watching<State>],
  change: (n: number) => Promise<unknown>,
  isNewest: (watching: Watching<State>, changes: number) => boolean,
): Promise<void> => {
  slow.socket.pause();
  const [before, bytes, read] = [slow.states.length, slow.bytes, reading.states.length];
  const changes = await changeFor(change);
  await eventually(() => isNewest(reading, changes));
  slow.socket.resume();
  await eventually(() => isNewest(slow, changes));
  const [skipped, got] = [reading.states.length - read, slow.states.length - before];
  report(name, `${changes} changes: ${skipped} states for who read, ${got} for who did not`);
  expect(slow.bytes - bytes).toBeLessThan(kernelBytes);
  for (const { ending } of [reading, slow]) expect(ending).toBeUndefined();
};

test('orderStats: a client that stopped reading during hundreds of changes skips to the newest, and is live again', async () => {
  const { client } = underTest;
  const regions = 2_000;
  const inputs = Array.from({ length: regions }, (_, n) => ({ region: `region ${n}`, currency: 'JPY' }));
  for (const at of [0, 1_000]) await createOrders(client, inputs.slice(at, at + 1_000));
  const query = `subscription { orderStats(currency: "JPY") ${statsFields} }`;
  const both = [watchStates<Stats>(query), watchStates<Stats>(query)] as const;
  const counts = ({ states }: Watching<Stats>): number | undefined => states.at(-1)?.total.count;
  await eventually(() => both.every((watching) => counts(watching) === regions));
  const order = (n: number) =>
    createOrder(client, { region: `region ${n % regions}`, currency: 'JPY', totalAmount: n });
  let made = regions;
  await stallDuring('orderStats', both, order, (watching, changes) => {
    made = regions + changes;
    return counts(watching) === made;
  });
  const [reading, slow] = both;
  expect(slow.states.at(-1)).toEqual(reading.states.at(-1));
  const { orderStats } = await client.data<{ orderStats: Stats }>(
    `{ orderStats(currency: "JPY") ${statsFields} }`,
  );
  expect(slow.states.at(-1)).toEqual(orderStats);
  await order(1);
  await eventually(() => counts(slow) === made + 1);
  for (const { states } of both) expect(rises(states)).toBe(true);
});

test('systemMetrics: a client that stopped reading during hundreds of measurements of two series gets the newest of each', async () => {
  const { client } = underTest;
  interface Metric extends Versioned {
    readonly name: string;
    readonly value: number;
  }
  const names = ['cpu', 'mem'];
  const ingest =
    'mutation ($inputs: [SystemMetricInput!]!) { ingestSystemMetrics(inputs: $inputs) { accepted } }';
  const labels = { filler: 'x'.repeat(60_000) };
  const measure = (n: number): Promise<unknown> =>
    client.data(ingest, { inputs: [{ host: 'slow', name: names[n % 2], value: n, labels }] });
  for (const n of [0, 1]) await measure(n);
  const query = 'subscription { systemMetrics(host: "slow") { name value version labels } }';
  const both = [watchStates<Metric>(query), watchStates<Metric>(query)] as const;
  const versionOf = ({ states }: Watching<Metric>, name: string): number =>
    states.findLast((state) => state.name === name)?.version ?? 0;
  await eventually(() => both.every((watching) => names.every((name) => versionOf(watching, name) === 1)));
  // Each measurement is a version of its series.
  await stallDuring(
    'systemMetrics',
    both,
    measure,
    (watching, changes) =>
      names.reduce((sum, name) => sum + versionOf(watching, name), 0) === changes + names.length,
  );
  for (const { states } of both)
    for (const name of names) expect(rises(states.filter((state) => state.name === name))).toBe(true);
});
