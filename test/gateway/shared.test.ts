import { setImmediate as breathe } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLError, type GraphQLSchema } from 'graphql';
import { MillraceError } from '../../src/errors.js';
import type { Payload, Sink } from '../../src/gateway/delivery.js';
import { createDocuments, type Operation } from '../../src/gateway/documents.js';
import { createMask } from '../../src/gateway/errors.js';
import { createGuard, type Guard } from '../../src/gateway/guard.js';
import { iterate, type Items } from '../../src/live/pull.js';
import type { Principal } from '../../src/resolvers/context.js';

interface Tick {
  readonly n: number;
  readonly cursor: string;
}

/** What all subscribers take from: each has a place in it, as in the hub's ring. */
let log: Tick[];
let wakes: Set<() => void>;
let executed: string[];
let opened: { readonly principal: string; readonly after: string | undefined }[];
let guard: Guard;
/** Waits that the field `slow` must make. */
let slow: (() => void)[];
let gaveUp: number;

const admin: Principal = { id: 'a', admin: true, scope: 'admin' };
const schema: GraphQLSchema = buildSchema(`
  type Tick { n: Int!, slow: Int!, broken: Int }
  type Query { ok: Boolean }
  type Subscription { ticks(name: String, after: String, heartbeat: Int): Tick }
`);
const { ticks } = schema.getSubscriptionType()!.getFields() as Record<'ticks', object>;
const tick = schema.getType('Tick') as unknown as { getFields(): Record<string, object> };

interface Context {
  readonly principal: Principal;
  readonly after: string | undefined;
}

const watch = (after: string | undefined): Items<Tick> => {
  let next = after === undefined ? log.length : Number(after);
  let wake = (): void => {};
  const listener = (): void => wake();
  let failure: Error | undefined;
  wakes.add(listener);
  return iterate({
    take: () => {
      if (failure) throw failure;
      return next < log.length ? log[next++] : undefined;
    },
    onReady: (ready) => (wake = ready),
    place: () => String(next),
    behind: () => log.length - next,
    giveUp: () => {
      gaveUp += 1;
      failure = new MillraceError('GAP', 'too slow', { details: { cursor: String(next) } });
    },
    close: () => void wakes.delete(listener),
  });
};

Object.assign(ticks, {
  subscribe: (_: unknown, args: { after?: string }, { principal, after }: Context) => {
    opened.push({ principal: principal.id, after });
    if (principal.scope === 'nobody') throw new MillraceError('FORBIDDEN', 'not for you');
    return watch(after ?? args.after);
  },
  resolve: (item: Tick, _: unknown, { principal }: Context) => {
    executed.push(`${principal.scope} ${item.n}`);
    return item;
  },
});
Object.assign(tick.getFields().slow!, {
  resolve: async ({ n }: Tick) => {
    await new Promise<void>((resolve) => slow.push(resolve));
    return n;
  },
});
Object.assign(tick.getFields().broken!, {
  resolve: () => {
    throw new MillraceError('NOT_FOUND', 'none');
  },
});

beforeEach(() => {
  log = [];
  wakes = new Set();
  executed = [];
  opened = [];
  slow = [];
  gaveUp = 0;
  guard = createGuard({
    schema,
    documents: createDocuments({ schema, introspection: true }),
    mask: createMask({ log: { error: () => {} }, suggestions: true }),
    createContext: (principal, after): Context => ({ principal, after }),
    mostBehind: 5,
  });
});
afterEach(() => guard.stop());

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i += 1) await breathe();
};

const emit = async (...numbers: number[]): Promise<void> => {
  for (const n of numbers) log.push({ n, cursor: String(log.length + 1) });
  for (const wake of wakes) wake();
  await settle();
};

const createSink = () => {
  const writes: Payload[][] = [];
  const sink = {
    isFull: false,
    error: undefined as GraphQLError | undefined,
    ended: 0,
    writes,
    write: (payloads: readonly Payload[]) => void writes.push([...payloads]),
    end: (error: GraphQLError | undefined) => {
      sink.ended += 1;
      sink.error = error;
    },
    numbers: () =>
      writes.flat().map(({ json }) => (JSON.parse(String(json)) as { data: { ticks: Tick } }).data.ticks.n),
  };
  return sink satisfies Sink;
};

const prepare = (query: string, variables: Record<string, unknown> = {}): Operation => {
  const prepared = guard.prepare({ query, variables });
  if (!('document' in prepared)) throw new Error(String(prepared[0]));
  return prepared;
};

const subscribe = (query: string, variables?: Record<string, unknown>, principal = admin) => {
  const sink = createSink();
  const subscription = guard.subscribe(prepare(query, variables), principal, sink);
  return { sink, ...subscription };
};

const plain =
  'subscription ($name: String, $from: String, $beat: Int) { ticks(name: $name, after: $from, heartbeat: $beat) { n } }';

it('equal subscriptions are executed once per event and get the same bytes', async () => {
  const all = Array.from({ length: 100 }, () => subscribe(plain, { name: 'x' }));
  await settle();
  await emit(1, 2);
  expect(executed).toEqual(['admin 1', 'admin 2']);
  expect(guard.stats()).toEqual({ groups: 1, executions: 2 });
  for (const { sink } of all) expect(sink.numbers()).toEqual([1, 2]);
  expect(new Set(all.map(({ sink }) => sink.writes[0]![0]!.json)).size).toBe(1);
  for (const { stop } of all) stop();
  expect(guard.stats().groups).toBe(0);
  expect(wakes.size).toBe(0);
});

it('where they begin and how often they tell their progress does not set them apart; all else does', async () => {
  const same = [{ name: 'x' }, { name: 'x', from: '0' }, { name: 'x', beat: 5 }, { beat: 6, name: 'x' }];
  for (const variables of same) subscribe(plain, variables);
  await settle();
  expect(guard.stats().groups).toBe(1);
  subscribe(plain, { name: 'y' });
  subscribe('subscription { ticks(name: "x") { n } }');
  subscribe('subscription ($after: String) { ticks(name: $after, after: $after) { n } }', { after: '0' });
  subscribe('subscription ($after: String) { ticks(name: $after, after: $after) { n } }', { after: '1' });
  await settle();
  expect(guard.stats().groups).toBe(5);
});

it('two scopes share nothing', async () => {
  const mine = subscribe(plain);
  const theirs = subscribe(plain, {}, { id: 'b', admin: false, scope: 'b' });
  await settle();
  await emit(1);
  expect(executed.toSorted()).toEqual(['admin 1', 'b 1']);
  expect([mine, theirs].map(({ sink }) => sink.numbers())).toEqual([[1], [1]]);
});

it('what became ready together is written together, and in order also where it must be waited for', async () => {
  const quick = subscribe(plain);
  const late = subscribe('subscription { ticks { n slow } }');
  await settle();
  await emit(1, 2, 3);
  expect(quick.sink.writes.map(({ length }) => length)).toEqual([3]);
  expect(late.sink.writes).toEqual([]);
  while (slow.length > 0) {
    slow.shift()!();
    await settle();
  }
  expect(late.sink.numbers()).toEqual([1, 2, 3]);
});

it('errors within a result are part of it, masked like everywhere', async () => {
  const { sink } = subscribe('subscription { ticks { n broken } }');
  await settle();
  await emit(1);
  expect(JSON.parse(String(sink.writes[0]![0]!.json))).toMatchObject({
    data: { ticks: { n: 1, broken: null } },
    errors: [{ extensions: { code: 'NOT_FOUND' }, path: ['ticks', 'broken'] }],
  });
});

it('nothing is taken for a full sink, and what waited comes when it has room', async () => {
  const { sink, wake } = subscribe(plain);
  await settle();
  sink.isFull = true;
  await emit(1, 2);
  expect(executed).toEqual([]);
  sink.isFull = false;
  wake();
  await settle();
  expect(sink.numbers()).toEqual([1, 2]);
});

it('one that takes nothing and falls too far behind ends with GAP and its cursor', async () => {
  const { sink } = subscribe(plain);
  const other = subscribe(plain);
  await settle();
  await emit(1);
  sink.isFull = true;
  await emit(2, 3, 4, 5, 6, 7);
  const began = Date.now();
  while (sink.ended === 0 && Date.now() - began < 8_000)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(sink.error?.extensions).toEqual({ code: 'GAP', cursor: '1' });
  expect(gaveUp).toBe(1);
  expect(other.sink.numbers()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it('one whose scope changes goes on from its place with the results of its new scope', async () => {
  const { sink, reauthorise } = subscribe('subscription { ticks { n slow } }');
  await settle();
  await emit(1, 2);
  const changing = reauthorise({ id: 'b', admin: false, scope: 'b' });
  await settle();
  slow.shift()!();
  await changing;
  await settle();
  expect(opened).toEqual([
    { principal: 'a', after: undefined },
    { principal: 'b', after: '1' },
  ]);
  slow.shift()!();
  await settle();
  expect(executed).toEqual(['admin 1', 'b 2']);
  expect(sink.numbers()).toEqual([1, 2]);
  expect(wakes.size).toBe(1);
});

it('one that may no longer watch ends with what the field says, and where it was', async () => {
  const { sink, reauthorise } = subscribe(plain);
  await settle();
  await emit(1);
  await reauthorise({ id: 'b', admin: false, scope: 'nobody' });
  await settle();
  expect(sink.error?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  expect(sink.ended).toBe(1);
  expect(wakes.size).toBe(0);
});
