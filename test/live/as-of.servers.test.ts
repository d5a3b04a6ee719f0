import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { startLoad } from '../crash/load.js';
import { between, createRandom, oneOf, report, type Random } from '../crash/random.js';
import { eventually } from '../support/await.js';
import { createTestClient, type TestClient, type TestSubscription } from '../support/graphql.js';
import { scale } from '../support/servers.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

/**
 * Lists that are read at random moments while mutations run, each with a subscription behind its `asOf`: what the list had and what
 * then came, merged by id and version, is in the end what the table has.
 */
const rounds = scale(40, 400);
const perRound = 25;

let underTest: UnderTest;
beforeAll(async () => {
  underTest = await startUnderTest();
});

interface Item {
  readonly id: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

interface Page {
  readonly asOf: string;
  readonly nodes: readonly Item[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** A list and the event field that continues it. */
interface Listed {
  readonly list: string;
  readonly listQuery: string;
  readonly events: string;
  readonly subscription: string;
  readonly filters: readonly Readonly<Record<string, string>>[];
  readonly variables: (filter: Readonly<Record<string, string>>) => Record<string, unknown>;
  readonly itemOf: (event: never) => Item;
}

const page = 'asOf pageInfo { hasNextPage endCursor }';

const orders: Listed = {
  list: 'orders',
  listQuery: `query ($first: Int, $after: String, $customerId: ID, $region: String) {
    orders(first: $first, after: $after, customerId: $customerId, region: $region) { ${page} nodes { id version status } }
  }`,
  events: 'orderEvents',
  subscription: `subscription ($filter: OrderEventFilter, $after: Cursor) {
    orderEvents(filter: $filter, after: $after, heartbeat: 1) { orderId version status cursor }
  }`,
  filters: [
    {},
    { customerId: 'customer-7' },
    { customerId: 'customer-23' },
    { region: '부산' },
    { customerId: 'customer-30', region: '서울' },
  ],
  variables: (filter) => ({ filter }),
  itemOf: ({ orderId, version, status }: { orderId: string; version: number; status: string }) => ({
    id: orderId,
    version,
    status,
  }),
};

const activities: Listed = {
  list: 'userActivities',
  listQuery: `query ($first: Int, $after: String, $userId: ID, $action: String) {
    userActivities(first: $first, after: $after, userId: $userId, action: $action) { ${page} nodes { id action } }
  }`,
  events: 'userActivities',
  subscription: `subscription ($userId: ID, $action: String, $after: Cursor) {
    userActivities(userId: $userId, action: $action, after: $after, heartbeat: 1) { activity { id action } cursor }
  }`,
  filters: [
    {},
    { userId: 'user-1' },
    { userId: 'user-2', action: 'SEEN' },
    { userId: 'user-7' },
    { action: 'DONE' },
  ],
  variables: (filter) => filter,
  itemOf: ({ activity }: { activity: { id: string; action: string } }) => ({ ...activity, version: 1 }),
};

/** All pages; each is read at a moment of its own, and the first says from where on to go on. */
const readList = async (
  client: TestClient,
  { list, listQuery }: Listed,
  filter: object,
  first: number,
): Promise<{ asOf: string; items: Map<string, Item> }> => {
  const items = new Map<string, Item>();
  let asOf: string | undefined;
  for (let after: string | null = null; ;) {
    const data: Record<string, Page> = await client.data(listQuery, { ...filter, first, after });
    const { nodes, pageInfo, asOf: place } = data[list]!;
    asOf ??= place;
    // What a page has twice is two moments of it.
    for (const item of nodes) merge(items, { ...item, version: item.version ?? 1 });
    if (!pageInfo.hasNextPage) return { asOf, items };
    after = pageInfo.endCursor;
  }
};

const merge = (items: Map<string, Item>, item: Item): void => {
  if (item.version > (items.get(item.id)?.version ?? 0)) items.set(item.id, item);
};

interface Round {
  readonly filter: Readonly<Record<string, string>>;
  readonly items: Map<string, Item>;
  readonly watched: TestSubscription<Record<string, unknown>>;
}

/** As many rounds as asked for, over sockets of 50 each; `more` lets a share of the load go. */
const watchLists = async (listed: Listed, random: Random, more: () => void): Promise<Round[]> => {
  const taken: Round[] = [];
  let socket = underTest.client;
  while (taken.length < rounds) {
    if (taken.length % 50 === 0) socket = createTestClient(underTest.millrace.url);
    more();
    await sleep(random() * 100);
    const filter = oneOf(random, listed.filters);
    const { asOf, items } = await readList(underTest.client, listed, filter, between(random, 20, 500));
    // A client that takes its time is no worse off.
    if (random() < 0.3) await sleep(random() * 1_000);
    const variables = { ...listed.variables(filter), after: asOf };
    taken.push({ filter, items, watched: socket.subscribe(listed.subscription, variables) });
  }
  return taken;
};

/** Merges what came and holds it against the lists as they are once all is quiet. */
const verify = async (listed: Listed, taken: readonly Round[]): Promise<number> => {
  await Promise.all(taken.map(({ watched }) => whenUpToDate(watched)));
  const inTheEnd = new Map<object, ReadonlyMap<string, Item>>();
  let merged = 0;
  for (const { filter, items, watched } of taken) {
    watched.complete();
    merged += mergeEvents(listed, items, watched);
    const now = inTheEnd.get(filter) ?? (await readList(underTest.client, listed, filter, 500)).items;
    inTheEnd.set(filter, now);
    expect(new Map([...items].toSorted())).toEqual(new Map([...now].toSorted()));
  }
  return merged;
};

/** A heartbeat from now on says that nothing more comes. */
const whenUpToDate = async ({ all }: Round['watched']): Promise<void> => {
  const from = all.length;
  await eventually(() => all.slice(from).some(({ extensions }) => extensions?.upToDate === true), {
    everyMs: 200,
  });
};

const mergeEvents = (listed: Listed, items: Map<string, Item>, { all }: Round['watched']): number => {
  const versions = new Map<string, number>();
  let merged = 0;
  for (const { data, errors } of all) {
    expect(errors).toBeUndefined();
    const event = data?.[listed.events];
    if (!event) continue;
    const item = listed.itemOf(event as never);
    expect(item.version).toBeGreaterThan(versions.get(item.id) ?? 0);
    versions.set(item.id, item.version);
    merge(items, item);
    merged += 1;
  }
  return merged;
};

test(`orders: ${rounds} lists at random moments and what came behind their asOf make the table`, async () => {
  const random = createRandom('orders as of');
  const load = startLoad({ client: underTest.client, random, clients: 4, mostPauseMs: 60 });
  const taken = await watchLists(orders, random, () => load.allow(perRound));
  await load.end();
  const merged = await verify(orders, taken);
  report(
    'orders as of',
    `${load.journal.sent.size} orders, ${taken.length} lists, ${merged} events behind them`,
  );
  expect(merged).toBeGreaterThan(0);
}, 600_000);

test(`userActivities: ${rounds} lists at random moments and what came behind their asOf make the table`, async () => {
  const random = createRandom('activities as of');
  let [isOver, allowed] = [false, 0];
  const ids: string[] = [];
  const ingest = async (): Promise<void> => {
    while (!isOver || allowed > 0) {
      const inputs = Array.from({ length: Math.min(allowed, between(random, 1, 30)) }, () => ({
        id: randomUUID(),
        userId: `user-${between(random, 1, 8)}`,
        action: oneOf(random, ['SEEN', 'DONE', 'LEFT']),
        occurredAt: new Date(Date.UTC(2026, 0, 1) + between(random, 0, 1e9)).toISOString(),
      }));
      allowed -= inputs.length;
      await underTest.client.data(
        'mutation ($inputs: [UserActivityInput!]!) { ingestUserActivities(inputs: $inputs) { accepted } }',
        { inputs },
      );
      ids.push(...inputs.map(({ id }) => id));
      await sleep(random() * 60);
    }
  };
  const ingesting = Promise.all([ingest(), ingest(), ingest()]);
  const taken = await watchLists(activities, random, () => (allowed += perRound));
  isOver = true;
  await ingesting;
  await eventually(
    async () => (await readList(underTest.client, activities, {}, 500)).items.size === ids.length,
    { everyMs: 500 },
  );
  const merged = await verify(activities, taken);
  report('activities as of', `${ids.length} activities, ${taken.length} lists, ${merged} events behind them`);
  expect(merged).toBeGreaterThan(0);
}, 600_000);
