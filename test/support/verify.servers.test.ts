import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type kafkajs from 'kafkajs';
import { createTestDatabase, type TestDatabase } from './database.js';
import { writeRaw } from './log.js';
import { createTopic, uniquePrefix } from './topics.js';
import { averageHalfEven, verifyDelivered, verifyOrders } from './verify.js';
import { readFile, readdir } from 'node:fs/promises';

/** The verifier must see each kind of damage: a world that is right is made by hand, then broken in one place. */
const migrations = new URL('../../src/postgres/migrations/', import.meta.url);

let template: string;
let ids: string[];
beforeAll(async () => {
  const database = await createTestDatabase();
  for (const file of (await readdir(migrations)).toSorted())
    await database.query(await readFile(new URL(file, migrations), 'utf8'));
  template = database.name;
  // Copying a database needs that nobody is connected to it.
  await database.disconnect();
});

interface World {
  readonly database: TestDatabase;
  readonly topicPrefix: string;
  readonly topic: string;
  readonly records: kafkajs.Message[];
}

/** Two orders of the same region and window, one of them shipped: three events. */
const makeWorld = async (
  change: (records: kafkajs.Message[]) => kafkajs.Message[] = (all) => all,
): Promise<World> => {
  ids = [randomUUID(), randomUUID()];
  const [a = '', b = ''] = ids;
  const database = await createTestDatabase({ template });
  for (const [id, amount, status, version] of [
    [a, '10.10', 25, 2],
    [b, '0.05', 20, 1],
  ])
    await database.query(
      `insert into orders values ($1, 'c', null, 'Wales', $2, 'GBP', $3, $4, '2026-01-31T09:30:15.250Z', now())`,
      [id, amount, status, version],
    );
  const numbers = `2, 10.15, 0.05, 10.10`;
  await database.query(`insert into order_stats values ('GBP', 2, now(), ${numbers})`);
  await database.query(`insert into order_region_stats values ('GBP', 'Wales', ${numbers}, 2)`);
  for (const [size, start] of [
    ['MINUTE', '09:30'],
    ['FIVE_MINUTES', '09:30'],
    ['HOUR', '09:00'],
    ['DAY', '00:00'],
  ])
    for (const region of ['', 'Wales'])
      await database.query(
        `insert into order_window_stats values ('GBP', $1, $2, $3, ${numbers}, false, 2)`,
        [size, `2026-01-31T${start}:00Z`, region],
      );

  const topicPrefix = uniquePrefix();
  const topic = `${topicPrefix}order.events.v1`;
  await createTopic({ topic, numPartitions: 1 });
  const records = change([
    record(1, 'e1', 'order.created', { id: a, totalAmount: '10.10', status: 'PAID', version: 1 }),
    record(2, 'e2', 'order.created', { id: b, totalAmount: '0.05', status: 'PAID', version: 1 }),
    record(3, 'e3', 'order.shipped', { id: a, totalAmount: '10.10', status: 'SHIPPED', version: 2 }),
  ]);
  await writeRaw(topic, records);
  return { database, topicPrefix, topic, records };
};

const record = (
  seq: number,
  id: string,
  type: string,
  data: { id: string; [field: string]: unknown },
): kafkajs.Message => ({
  key: data.id,
  value: JSON.stringify({
    customerId: 'c',
    customerEmail: null,
    region: 'Wales',
    currency: 'GBP',
    placedAt: '2026-01-31T09:30:15.250Z',
    ...data,
  }),
  headers: { ce_id: id, ce_type: type, 'millrace-seq': String(seq) },
});

const verify = ({ database, topicPrefix }: World, further: object = {}) =>
  verifyOrders({ database, topicPrefix, accepted: ids, timeoutMs: 0, ...further });

test('a world that is right passes, also with repeats at its end', async () => {
  const world = await makeWorld((all) => [...all, ...all]);
  expect(await verify(world)).toEqual({ orders: 2, events: 3, records: 6, repeats: 3 });
});

describe('damage in the log is seen', () => {
  const cases: [string, (records: kafkajs.Message[]) => kafkajs.Message[], RegExp][] = [
    ['a lost event', ([one, two]) => [one!, two!], /is at 2, the log at 1/],
    ['a lost event in the middle', ([one, , three]) => [one!, three!], /number 3 after 1/],
    ['another order', ([one, two, three]) => [one!, three!, two!], /number 3 after 1/],
    ['a repeat with other content', (all) => [...all, { ...all[0]!, value: '{}' }], /other content/],
    [
      'one event under two numbers',
      (all) => [...all, { ...all[2]!, headers: { ...all[2]!.headers, 'millrace-seq': '4' } }],
      /has two numbers/,
    ],
    [
      'a phantom',
      (all) => [
        ...all,
        record(4, 'e4', 'order.created', {
          id: randomUUID(),
          totalAmount: '1.00',
          status: 'PAID',
          version: 1,
        }),
      ],
      /has no row/,
    ],
    [
      'no number at all',
      ([one, ...rest]) => [{ ...one!, headers: { ce_id: 'e1' } }, ...rest],
      /number undefined/,
    ],
  ];
  test.each(cases)('%s', async (_, change, message) => {
    await expect(verify(await makeWorld(change))).rejects.toThrow(message);
  });
});

describe('damage in the tables is seen', () => {
  const cases: [string, string, RegExp][] = [
    ['an order counted twice', 'update order_stats set count = 3', /order_stats GBP: is 3 orders/],
    [
      'a penny too much',
      'update order_region_stats set total = total + 0.01',
      /order_region_stats GBP\|Wales/,
    ],
    ['a wrong least amount', 'update order_stats set min = 0.06', /order_stats GBP/],
    [
      'a missing window',
      `delete from order_window_stats where size = 'HOUR' and region = ''`,
      /HOUR.*is missing/,
    ],
    [
      'a window too much',
      `update order_window_stats set start = start - interval '1 day'`,
      /the log says missing/,
    ],
    ['a region too much', `insert into order_region_stats values ('GBP', 'Kent', 1, 1, 1, 1, 1)`, /Kent/],
    ['a row behind the log', `update orders set version = 1 where version = 2`, /is at 1, the log at 2/],
    ['a row with another amount', `update orders set total_amount = 11 where version = 2`, /totalAmount/],
    ['a lost row', `delete from orders where version = 1`, /was accepted and has no row/],
  ];
  test.each(cases)('%s', async (_, damage, message) => {
    const world = await makeWorld();
    await world.database.query(damage);
    await expect(verify(world)).rejects.toThrow(message);
  });
});

test('an order that was refused and exists is seen', async () => {
  const world = await makeWorld();
  await expect(verify(world, { accepted: [], refused: [ids[0]] })).rejects.toThrow(
    /was refused and has a row/,
  );
});

test('a subscriber is right only with each event once and in order', async () => {
  const { topicPrefix } = await makeWorld();
  const [a = '', b = ''] = ids;
  const all = [
    { id: 'e1', orderId: a, version: 1 },
    { id: 'e2', orderId: b, version: 1 },
    { id: 'e3', orderId: a, version: 2 },
  ];
  await verifyDelivered(topicPrefix, all);
  await expect(verifyDelivered(topicPrefix, all.slice(0, 2))).rejects.toThrow(/e3 never came/);
  await expect(verifyDelivered(topicPrefix, [...all, all[1]!])).rejects.toThrow(/e2 came twice/);
  await expect(verifyDelivered(topicPrefix, all.toReversed())).rejects.toThrow(/came after 0/);
  await expect(verifyDelivered(topicPrefix, [...all, { id: 'e4', orderId: b, version: 2 }])).rejects.toThrow(
    /not in the log/,
  );
});

test.each([
  [10_000n, 2n, 2, 0n],
  [20_000n, 2n, 2, 10_000n],
  [30_000n, 2n, 2, 20_000n],
  [50_000n, 2n, 2, 20_000n],
  [383_454_000_000n, 15n, 0, 25_564_000_000n],
])('the average of %d over %d, to %d digits, is %d', (total, count, digits, expected) => {
  expect(averageHalfEven(total, count, digits)).toBe(expected);
});
