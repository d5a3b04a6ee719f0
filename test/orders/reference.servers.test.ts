import { beforeAll, expect, test } from '@jest/globals';
import { createOrder, orderStats, orderStatsWindows, statsFields, type Stats } from './support.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

/** The 15 orders of the system that Millrace replaces: 383,454 won over five regions. */
const amounts: Readonly<Record<string, readonly number[]>> = {
  부산: [12_345, 45_678, 8_900, 31_250, 27_990, 19_999, 24_769],
  대구: [50_000, 21_410, 20_000],
  인천: [25_000, 25_071, 25_000],
  서울: [34_280],
  광주: [11_762],
};
const expected = [
  { region: '광주', count: 1, totalAmount: '11762' },
  { region: '대구', count: 3, totalAmount: '91410' },
  { region: '부산', count: 7, totalAmount: '170931' },
  { region: '서울', count: 1, totalAmount: '34280' },
  { region: '인천', count: 3, totalAmount: '75071' },
];

const placedAt = (n: number): string => new Date(Date.UTC(2026, 0, 31, 9, n * 7)).toISOString();

let orders: UnderTest;
let states: readonly Stats[];
let answered: Stats;
let position: string;

beforeAll(async () => {
  orders = await startUnderTest();
  const { client } = orders;
  const watched = client.subscribe<{ orderStats: Stats }>(
    `subscription { orderStats(currency: "KRW") ${statsFields} }`,
  );
  await watched.next();
  const inputs = Object.entries(amounts).flatMap(([region, list]) =>
    list.map((totalAmount) => ({ region, totalAmount })),
  );
  for (const [n, input] of inputs.entries())
    ({ position } = await createOrder(client, {
      ...input,
      customerId: `customer-${n}`,
      placedAt: placedAt(n),
    }));
  answered = await orderStats(client, 'KRW', position);
  await watched.until(({ data }) => data?.orderStats.total.count === inputs.length);
  watched.complete();
  states = watched.all.map(({ data }) => data!.orderStats);
});

const shortened = ({ regions }: Stats) =>
  regions.map(({ region, aggregate: { count, totalAmount } }) => ({ region, count, totalAmount }));

test('the 15 orders of the reference run add up to the won, in total and in every region', () => {
  expect(answered.total).toEqual({
    count: 15,
    totalAmount: '383454',
    averageAmount: '25564',
    minAmount: '8900',
    maxAmount: '50000',
  });
  expect(shortened(answered)).toEqual(expected);
  expect(answered.regions[2]?.aggregate).toMatchObject({
    averageAmount: '24419',
    minAmount: '8900',
    maxAmount: '45678',
  });
});

test('the subscription begins with zeros and ends with what the query answers', () => {
  expect(states[0]).toMatchObject({ version: 0, regions: [], updatedAt: null });
  expect(states[0]?.total).toEqual({
    count: 0,
    totalAmount: '0',
    averageAmount: '0',
    minAmount: null,
    maxAmount: null,
  });
  const { asOf: _, ...last } = states.at(-1)!;
  expect(answered).toMatchObject(last);
});

test('in every delivered state the regions add up to the total', () => {
  for (const { total, regions } of states) {
    expect(regions.reduce((sum, { aggregate }) => sum + aggregate.count, 0)).toBe(total.count);
    expect(regions.reduce((sum, { aggregate }) => sum + BigInt(aggregate.totalAmount), 0n)).toBe(
      BigInt(total.totalAmount),
    );
  }
});

test('versions of the delivered states strictly rise', () => {
  const versions = states.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
  expect(versions.length).toBeGreaterThan(1);
});

test.each(['MINUTE', 'FIVE_MINUTES', 'HOUR', 'DAY'])(
  'windows of size %s add up, in total and in every region',
  async (size) => {
    const asked = {
      currency: 'KRW',
      size,
      from: '2026-01-31T00:00:00Z',
      to: '2026-01-31T15:00:00Z',
      position,
    };
    const total = await orderStatsWindows(orders.client, asked);
    expect(sum(total)).toEqual([15, 383_454n]);
    expect(total.map(({ start }) => start)).toEqual(total.map(({ start }) => start).toSorted());
    for (const { region, count, totalAmount } of expected)
      expect(sum(await orderStatsWindows(orders.client, { ...asked, region }))).toEqual([
        count,
        BigInt(totalAmount),
      ]);
  },
);

const sum = (windows: readonly { aggregate: { count: number; totalAmount: string } }[]) => [
  windows.reduce((all, { aggregate }) => all + aggregate.count, 0),
  windows.reduce((all, { aggregate }) => all + BigInt(aggregate.totalAmount), 0n),
];
