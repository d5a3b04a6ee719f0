import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { readRetail, retailColumns, type RetailFile } from '../../src/cli/retail.js';
import { readLines } from '../../src/cli/read-lines.js';

const data = 'examples/data/online-retail-50k';

const header = retailColumns.join(',');
const line = (
  invoice: string,
  quantity: string,
  price: string,
  more: Partial<Record<string, string>> = {},
): string =>
  [
    invoice,
    'A1',
    more.description ?? 'LAMP',
    quantity,
    more.date ?? '2010-12-01T08:26:00Z',
    price,
    more.customer ?? '17850',
    more.country ?? 'United Kingdom',
  ].join(',');

const amounts = ({ orders }: RetailFile): Record<string, string> =>
  Object.fromEntries(orders.map(({ invoice, input }) => [invoice, input.totalAmount]));

const reasons = ({ rejects }: RetailFile): (readonly [number, string, string])[] =>
  rejects.map((reject) => [reject.line, reject.invoice, reject.reason] as const);

test('the example file comes to what is expected of it, to the penny in every country', async () => {
  const expected = JSON.parse(readFileSync(`${data}.expected.json`, 'utf8'));
  const { lines, invoices, orders, rejects } = await readRetail(readLines(`${data}.csv.gz`));
  expect(lines).toBe(49_999);
  const rejected: Record<string, number> = {};
  for (const { reason } of rejects) rejected[reason] = (rejected[reason] ?? 0) + 1;
  const pence = new Map<string, { count: number; total: bigint }>();
  for (const { input } of orders) {
    const region = pence.get(input.region ?? '') ?? { count: 0, total: 0n };
    pence.set(input.region ?? '', {
      count: region.count + 1,
      total: region.total + BigInt(input.totalAmount.replace('.', '')),
    });
  }
  const text = (total: bigint): string => total.toString().replace(/(..)$/, '.$1');
  expect({
    invoices,
    accepted: orders.length,
    totalAmount: text([...pence.values()].reduce((sum, { total }) => sum + total, 0n)),
    currency: 'GBP',
    rejected,
    regions: Object.fromEntries(
      [...pence].map(([region, { count, total }]) => [region, { count, totalAmount: text(total) }]),
    ),
  }).toEqual(expected);
  expect(new Set(orders.map(({ input }) => input.id)).size).toBe(orders.length);
});

test('the first invoice of the example file is this order', async () => {
  const { orders } = await readRetail(readLines(`${data}.csv.gz`));
  expect(orders[0]).toEqual({
    line: 2,
    invoice: '536365',
    input: {
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      customerId: '17850',
      region: 'United Kingdom',
      totalAmount: '139.12',
      currency: 'GBP',
      placedAt: '2010-12-01T08:26:00.000Z',
    },
  });
});

test('lines of an invoice count wherever they stand, and its first line gives time, customer and country', async () => {
  const file = await readRetail([
    header,
    line('1', '2', '1.5', { date: '2010-12-01T10:00:00+01:00', customer: '' }),
    line('2', '1', '4'),
    line('1', '3', '0.01', { date: '2009-01-01T00:00:00Z', country: 'France' }),
  ]);
  expect(file.orders.map(({ line: at, input }) => [at, input])).toMatchObject([
    [
      2,
      {
        totalAmount: '3.03',
        customerId: 'guest-1',
        region: 'United Kingdom',
        placedAt: '2010-12-01T09:00:00.000Z',
      },
    ],
    [3, { totalAmount: '4.00' }],
  ]);
});

test('amounts are exact and rounded once, a half to the even penny', async () => {
  const file = await readRetail([
    header,
    line('down', '1', '0.125'),
    line('up', '1', '0.135'),
    line('above', '1', '0.1250000001'),
    line('once', '1', '0.004'),
    line('once', '1', '0.004'),
    line('large', '999999999999999', '0.1'),
    line('float', '3', '0.1'),
  ]);
  expect(amounts(file)).toEqual({
    down: '0.12',
    up: '0.14',
    above: '0.13',
    once: '0.01',
    large: '99999999999999.90',
    float: '0.30',
  });
});

test('cancellations and invoices without a line of value are rejected', async () => {
  const file = await readRetail([
    header,
    line('C1', '-1', '5'),
    line('2', '-1', '-5'),
    line('2', '1', '0'),
    line('3', '1', '0.004'),
  ]);
  expect(reasons(file)).toEqual([
    [2, 'C1', 'CANCELLATION'],
    [3, '2', 'NO_VALUE'],
    [5, '3', 'NO_VALUE'],
  ]);
  expect(file.orders).toEqual([]);
});

test('a line that cannot be read is rejected with its number, and so is its invoice', async () => {
  const file = await readRetail([
    header,
    line('1', '1', '5'),
    line('1', 'many', '5'),
    line('2', '1', '1e3'),
    line('3', '1', '5', { date: '2010-02-30T00:00:00Z' }),
    line('4', '1', '5', { date: '12/1/2010 8:26' }),
    'garbage',
    line('5', '1', '5', { description: 'A,B' }),
    line('', '1', '5'),
    line('6', '1', '5'),
    '',
  ]);
  expect(reasons(file)).toEqual([
    [3, '1', 'UNREADABLE_LINE'],
    [4, '2', 'UNREADABLE_LINE'],
    [5, '3', 'UNREADABLE_LINE'],
    [6, '4', 'UNREADABLE_LINE'],
    [7, 'garbage', 'UNREADABLE_LINE'],
    [8, '5', 'UNREADABLE_LINE'],
    [9, '', 'UNREADABLE_LINE'],
    [2, '1', 'INCOMPLETE'],
  ]);
  expect(amounts(file)).toEqual({ 6: '5.00' });
});

test('quoted fields may hold commas, quotes and line breaks', async () => {
  const file = await readRetail([
    `\uFEFF${header}`,
    line('1', '"1"', '5', { description: '"LAMP, 12"" HIGH"' }),
    ...line('2', '1', '6', { description: '"TWO\nLINES"' }).split('\n'),
    line('3', '1', '7', { description: 'NUL\0' }),
  ]);
  expect(amounts(file)).toEqual({ 1: '5.00', 2: '6.00', 3: '7.00' });
  expect(file.orders.map((order) => order.line)).toEqual([2, 3, 5]);
});

test('a quote that is not closed costs its own line only', async () => {
  const rest = Array.from({ length: 50 }, (_, index) =>
    line(`after-${index}`, '1', '1', { description: '"x, y"' }),
  );
  const file = await readRetail([
    header,
    line('1', '1', '5', { description: '"LAMP' }),
    ...rest,
    line('2', '1', '5', { description: '"END' }),
  ]);
  expect(reasons(file)).toEqual([
    [2, '1', 'UNREADABLE_LINE'],
    [53, '2', 'UNREADABLE_LINE'],
  ]);
  expect(file.orders).toHaveLength(50);
  const stray = await readRetail([
    header,
    line('1', '1', '5', { description: '12" LAMP' }),
    line('2', '1', '5'),
  ]);
  expect(reasons(stray)).toEqual([[2, '1', 'UNREADABLE_LINE']]);
  expect(amounts(stray)).toEqual({ 2: '5.00' });
});

test('lines are not swallowed by a quote that the next line seems to close', async () => {
  const file = await readRetail([
    header,
    line('1', '1', '5', { description: '"LAMP' }),
    line('2', '1', '5', { description: '12" LAMP' }),
    line('3', '1', '5', { description: '"LAMP' }),
    line('4', '1', '5', { country: '"' }),
    line('5', '1', '5'),
  ]);
  expect(reasons(file).map(([at]) => at)).toEqual([2, 3, 4, 5]);
  expect(amounts(file)).toEqual({ 5: '5.00' });
});

test('a file of something else is refused', async () => {
  for (const lines of [[], ['a,b'], ['"']])
    await expect(readRetail(lines)).rejects.toThrow(
      'The first line must name the columns InvoiceNo,StockCode',
    );
});

test('a gzip that is cut short is an error and not the end of the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-'));
  try {
    const whole = gzipSync([header, line('1', '1', '5')].join('\r\n'));
    writeFileSync(join(folder, 'whole'), whole);
    expect(amounts(await readRetail(readLines(join(folder, 'whole'))))).toEqual({ 1: '5.00' });
    writeFileSync(join(folder, 'cut'), whole.subarray(0, -20));
    await expect(readRetail(readLines(join(folder, 'cut')))).rejects.toThrow('unexpected end of file');
  } finally {
    await rm(folder, { recursive: true });
  }
});
