import { beforeAll, expect, test } from '@jest/globals';
import { createCursors } from '../../src/live/cursor.js';
import { createTokens } from '../../src/tokens.js';
import { createRandom } from '../crash/random.js';
import { createWorld, type World } from '../crash/world.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createForeignKafka } from '../support/foreign-kafka.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { createQueue } from '../support/queue.js';
import { expectRefusal, refusal } from '../support/refusals.js';
import { activities, createFlow, orders, reserveNumbers, type Flow, type Kind } from './flow.js';
import { checkSequence } from './sequences.js';
import { openStream, transportsOf, type Ending, type Result, type Transport } from './streams.js';
import { readEvent } from './watchers.js';

/** Cursors are the same on each transport and gateway of a database, and good for one topic, whatever the filter. */
let world: World;
let gateway: MillraceProcess;
let transports: readonly Transport[];
let flows: readonly Flow[];
/** Before all events, by topic. */
const starts = new Map<Kind, string>();
beforeAll(async () => {
  world = await createWorld();
  gateway = await startMillrace({ env: world.env, roles: ['gateway'] });
  transports = await transportsOf(gateway.url);
  await reserveNumbers(world.database);
  const random = createRandom('cursors');
  const { topicPrefix } = world;
  const create = (kind: Kind): Promise<Flow> => createFlow({ kind, topicPrefix, random });
  flows = [await create(orders), await create(activities)];
  for (const { kind } of flows) starts.set(kind, (await read({ kind, transport: 'websocket' })).last);
  for (const flow of flows) for (let n = 0; n < 30; n += 1) await flow.send(20);
});

interface Way {
  readonly transport: Transport;
  /** Gives the cursor as an EventSource does that comes back. */
  readonly asHeader?: boolean;
}

interface Asked extends Way {
  readonly kind: Kind;
  readonly after?: unknown;
  readonly variables?: object;
}

const subscribe = ({ kind, transport, after, asHeader, variables }: Asked) => {
  const results = createQueue<Result | Ending>(`The stream over ${transport}`);
  const stream = openStream({
    ...{ url: gateway.url, transport, query: kind.query },
    variables: { ...variables, heartbeat: 1, ...(!asHeader && { after }) },
    lastEventId: asHeader ? String(after) : undefined,
    onNext: (result) => results.push(result),
    onEnd: (ending) => results.push(ending),
  });
  closeAtEnd(stream.cut);
  return { results, cut: stream.cut };
};

/** What comes until the stream is up to date. */
const read = async (asked: Asked): Promise<{ ids: string[]; cursors: string[]; last: string }> => {
  const { results, cut } = subscribe(asked);
  const end = await results.until((item) => 'kind' in item || item.extensions?.upToDate === true);
  cut();
  if ('kind' in end) throw new Error(`The stream ended: ${JSON.stringify(end)}`);
  const events = results.all.flatMap((item) => ('kind' in item ? [] : (readEvent(item.data) ?? [])));
  return {
    ids: events.map(({ id }) => id),
    cursors: events.map(({ cursor }) => String(cursor)),
    last: String(end.extensions?.cursor),
  };
};

const endingOf = async (asked: Asked): Promise<Ending> => {
  const { results, cut } = subscribe(asked);
  const first = await results.next();
  cut();
  if (!('kind' in first)) throw new Error(`delivered ${JSON.stringify(first)}`);
  return first;
};

const expectRefused = async (asked: Asked, code: string): Promise<Record<string, unknown>> => {
  const ending = await endingOf(asked);
  expect(ending.kind).toBe('error');
  const failure = refusal({ errors: ending.kind === 'error' ? ending.errors : [] });
  expectRefusal(failure, code, code === 'CURSOR_INVALID' ? 'after' : undefined);
  return failure.extensions;
};

const startOf = (kind: Kind): string => starts.get(kind) ?? '';

test('the cursor of any event, of a heartbeat and of the start continue on each transport, as argument and as header', async () => {
  const continues = async ({ kind, told }: Flow, made: Transport): Promise<void> => {
    const { ids, cursors, last } = await read({ kind, transport: made, after: startOf(kind) });
    expect(checkSequence(told, ids)).toEqual([]);
    const ways: Way[] = transports.map((transport) => ({ transport }));
    if (transports.includes('sse')) ways.push({ transport: 'sse', asHeader: true });
    const check = async (way: Way, at: number): Promise<void> => {
      const after = at < ids.length ? cursors[at] : last;
      const rest = await read({ kind, ...way, after });
      expect(checkSequence(told, [...ids.slice(0, at + 1), ...rest.ids])).toEqual([]);
    };
    await Promise.all(ways.flatMap((way) => [0, 299, 598, 599, 600].map((at) => check(way, at))));
  };
  await Promise.all(flows.flatMap((flow) => transports.map((transport) => continues(flow, transport))));
});

test('a cursor belongs to its topic, not to its filter', async () => {
  for (const { kind, told } of flows)
    for (const transport of transports) {
      const want = kind.want(3);
      const { cursors, ids } = await read({ kind, transport, after: startOf(kind) });
      const behind = new Set(ids.slice(0, 200));
      const asked = { kind, transport, after: cursors[199], variables: want.variables };
      const expected = told.filter((event) => want.matches(event) && !behind.has(event.id));
      expect(expected.length).toBeGreaterThan(0);
      expect(checkSequence(expected, (await read(asked)).ids)).toEqual([]);
    }
});

test('cursors outlive their gateway: the secret is in the database', async () => {
  const { cursors, ids } = await read({ kind: orders, transport: 'websocket', after: startOf(orders) });
  await gateway.kill9();
  gateway = await startMillrace({ env: world.env, port: gateway.port, roles: ['gateway'] });
  for (const transport of transports)
    expect((await read({ kind: orders, transport, after: cursors[500] })).ids).toHaveLength(ids.length - 501);
});

test('what is no cursor of the topic is CURSOR_INVALID on each transport, and the stream goes on for others', async () => {
  const other = subscribe({ kind: orders, transport: 'websocket' });
  const [row] = await world.database.query<{ value: string }>(
    `select value from settings where name = 'cursor-secret'`,
  );
  const [own, foreign] = [String(row?.value), 'another installation'].map((secret) =>
    createCursors(createTokens(secret)),
  );
  const good = startOf(orders);
  const beyond = { partition: 0, nextOffset: 10_000_000, sequence: 0 };
  const swap = (at: number): string =>
    good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1);
  const bad: Record<string, string | undefined> = {
    'tampered with at the start': swap(4),
    'tampered with at the end': swap(good.length - 1),
    'cut off': good.slice(0, -1),
    'of another topic': startOf(activities),
    'of another installation': foreign?.encode('order.events.v1', [{ ...beyond, nextOffset: 0 }]),
    'beyond the end': own?.encode('order.events.v1', [beyond]),
    'of a partition that is not there': own?.encode('order.events.v1', [
      { partition: 7, nextOffset: 0, sequence: 0 },
    ]),
    'of 10,000 characters': Buffer.alloc(7_500, 'x').toString('base64'),
    'of no meaning': 'end',
  };
  for (const transport of transports)
    for (const [name, after] of Object.entries(bad))
      for (const asHeader of transport === 'sse' && name !== 'of no meaning' ? [true, false] : [false]) {
        const asked = { kind: orders, transport, after, asHeader };
        await expectRefused(asked, 'CURSOR_INVALID').catch((error: unknown) => {
          throw new Error(`${transport}, a cursor ${name}: ${String(error)}`, { cause: error });
        });
      }
  expect(other.results.all.every((item) => !('kind' in item))).toBe(true);
  other.cut();
});

test('a megabyte in place of a cursor costs its sender the connection, and nobody else anything', async () => {
  const other = subscribe({ kind: orders, transport: 'websocket' });
  await other.results.next();
  const after = Buffer.alloc(786_432, 'x').toString('base64');
  const codes = { websocket: [1009], sse: [400, 413, 414, 431] };
  for (const transport of transports) {
    const ending = await endingOf({ kind: orders, transport, after });
    expect(ending.kind).toBe('closed');
    expect(codes[transport]).toContain(ending.kind === 'closed' && ending.code);
  }
  await other.results.until((item) => !('kind' in item) && item.extensions?.upToDate === true);
  other.cut();
});

// Takes the log away from the tests before, so it stands last.
test('a cursor before what is kept is CURSOR_EXPIRED on each transport, and behind `earliest` comes all that is', async () => {
  for (const { kind, told } of flows) {
    const { ids, cursors } = await read({ kind, transport: 'websocket', after: startOf(kind) });
    const kept = await expireAbout(world.topicPrefix + kind.topic, 100);
    for (const transport of transports) {
      const { earliest } = await expectRefused({ kind, transport, after: startOf(kind) }, 'CURSOR_EXPIRED');
      const rest = await read({ kind, transport, after: earliest });
      const keptIds = new Set(rest.ids);
      expect(rest.ids.length).toBeLessThan(told.length);
      expect(rest.ids.length).toBeGreaterThanOrEqual(Math.min(kept, ids.length) - flows[0]!.repeats());
      expect(
        checkSequence(
          told.filter(({ id }) => keptIds.has(id)),
          rest.ids,
        ),
      ).toEqual([]);
      // Those kept are the newest of each key.
      const lost = new Set(ids.filter((id) => !keptIds.has(id)));
      const keys = new Map(told.map(({ id, key }) => [id, key]));
      const keptKeys = new Set<string | undefined>();
      for (const { id } of told) {
        if (keptIds.has(id)) keptKeys.add(keys.get(id));
        else expect(lost.has(id) && !keptKeys.has(keys.get(id))).toBe(true);
      }
      expect((await read({ kind, transport, after: cursors.at(-1) })).ids).toEqual([]);
    }
  }
});

/** Moves the start of each partition forward by so many records; answers how many are left in all. */
const expireAbout = async (topic: string, records: number): Promise<number> => {
  const admin = createForeignKafka().admin();
  await admin.connect();
  try {
    const marks = await admin.fetchTopicOffsets(topic);
    const partitions = marks.map(({ partition }) => ({ partition, offset: String(records) }));
    await admin.deleteTopicRecords({ topic, partitions });
    return marks.reduce((sum, { high }) => sum + Number(high) - records, 0);
  } finally {
    await admin.disconnect();
  }
};
