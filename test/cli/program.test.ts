import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCommand } from '../../src/cli/program.js';
import { renderEnvExample } from '../../src/cli/env-example.js';
import { variables } from '../../src/config.js';
import { startSmallGateway, type SmallGateway } from '../sdk/small-gateway.js';

interface Sent {
  readonly id: string;
  readonly region: string;
  readonly totalAmount: string;
  readonly customerId: string;
}

let gateway: SmallGateway;
let folder: string;
let orders: Map<string, Sent>;
let refuse: (order: Sent) => boolean;

const aggregate = {
  count: 2,
  totalAmount: '1234567',
  averageAmount: '617284',
  minAmount: '1',
  maxAmount: '1234566',
};
const stats = {
  currency: 'KRW',
  total: aggregate,
  regions: [{ region: '서울', aggregate }],
  version: 7,
  updatedAt: '2026-01-01T00:00:00.000Z',
  asOf: 'cursor',
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-'));
  orders = new Map();
  refuse = () => false;
  gateway = await startSmallGateway();
  gateway.answer = ({ query, variables: given }, response) => {
    const inputs = given.inputs as Sent[] | undefined;
    if (!inputs) return response.end(JSON.stringify({ data: { orderStats: stats } }));
    const rejected = inputs.flatMap((order, index) =>
      refuse(order)
        ? [{ index, code: 'BAD_USER_INPUT', reason: null, field: 'region', message: 'region: no' }]
        : [],
    );
    const taken = inputs.filter((order) => !refuse(order));
    const replayed = taken.filter(({ id }) => orders.has(id)).length;
    taken.forEach((order) => orders.set(order.id, order));
    expect(query).toMatch(/^mutation createOrders/);
    return response.end(
      JSON.stringify({
        data: { createOrders: { accepted: taken.length, replayed, rejected, position: 'place' } },
      }),
    );
  };
});

afterEach(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const written = { out: '', err: '' };
  const code = await runCommand(args, {
    out: { write: (text) => (written.out += text) },
    err: { write: (text) => (written.err += text) },
  });
  return { code, ...written };
};

const at = (): string[] => ['--url', gateway.url];

test('--help names every variable and the exit codes', async () => {
  const { code, out, err } = await run('--help');
  expect(code).toBe(0);
  expect(err).toBe('');
  for (const name of Object.keys(variables)) expect(out).toContain(`  ${name} `);
  expect(out).toContain('(default: 4000)');
  expect(out).toContain('Exit codes:');
});

test('.env.example sets nothing, and names each variable with its default', () => {
  const lines = renderEnvExample().split('\n');
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  expect(lines).toContain('# PORT=4000');
  expect(lines).toContain('# MILLRACE_ROLES=gateway,relay,streams,consumers');
  expect(lines).toContain('# DATABASE_URL=');
});

test.each([
  ['nothing'],
  ['orders random --count 0', 'orders', 'random', '--count', '0'],
  ['orders random --rate x', 'orders', 'random', '--rate', 'x'],
  ['an unknown option', 'stats', '--nothing'],
  ['an address that is none', 'stats', '--url', 'localhost'],
  ['import without a file', 'import', 'retail'],
])('wrong usage exits with 2: %s', async (_, ...args) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  if (args.length > 0) expect(err).toMatch(/^error: .+\. See millrace --help\.\n$/);
  const json = await run(...args, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'USAGE', message: expect.any(String) } });
});

test.each([[['status']], [['stats']], [['stats', '--watch']], [['orders', 'random']]])(
  '%j exits with 69 and one line where nothing answers',
  async (args) => {
    await gateway.stop();
    const { code, out, err } = await run(...args, ...at());
    expect({ code, out }).toEqual({ code: 69, out: '' });
    expect(err.split('\n').at(-2)).toBe(
      `No Millrace answers at ${gateway.url}. Start it with npm start, or name another with --url.`,
    );
    const json = await run(...args, '--json', ...at());
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'UNAVAILABLE' } });
  },
);

test('stats are a table, or one document', async () => {
  const table = await run('stats', ...at());
  expect(table).toMatchObject({ code: 0, err: '' });
  expect(table.out).toBe(
    [
      'Orders in KRW, version 7, 2026-01-01T00:00:00.000Z',
      'Region  Orders        Sum  Average  Least       Most',
      '서울         2  1,234,567  617,284      1  1,234,566',
      'Total        2  1,234,567  617,284      1  1,234,566',
      '',
    ].join('\n'),
  );
  const json = await run('stats', '--json', ...at());
  expect(JSON.parse(json.out)).toEqual(stats);
});

test('random orders are the same for the same seed, but for their ids', async () => {
  const first = await run('orders', 'random', '--count', '1200', '--seed', '7', '--json', ...at());
  expect(first.code).toBe(0);
  const summary = JSON.parse(first.out);
  expect(summary).toMatchObject({ seed: 7, currency: 'KRW', count: 1200, accepted: 1200, position: 'place' });
  const content = (): string[] =>
    [...orders.values()].map(({ id: _, ...order }) => JSON.stringify(order)).toSorted();
  const before = content();
  const ids = new Set(orders.keys());
  orders.clear();
  const second = await run('orders', 'random', '--count', '1200', '--seed', '7', '--json', ...at());
  expect(content()).toEqual(before);
  expect([...orders.keys()].filter((id) => ids.has(id))).toEqual([]);
  expect(JSON.parse(second.out).regions).toEqual(summary.regions);
  expect(summary.regions.map(({ region }: { region: string }) => region)).toEqual([
    '서울',
    '부산',
    '대구',
    '인천',
    '광주',
  ]);
});

test('random orders keep to their rate', async () => {
  const started = performance.now();
  const { code, out } = await run('orders', 'random', '--count', '30', '--rate', '100', ...at());
  expect(code).toBe(0);
  expect(out).toMatch(/^30 orders accepted in 0\.[2-9] s, seed \d+\.\n/);
  expect(performance.now() - started).toBeGreaterThan(250);
});

const retail = [
  'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
  '1,A,LAMP,1,2010-12-01T08:26:00Z,5,17850,France',
  'C2,A,LAMP,-1,2010-12-01T08:26:00Z,5,17850,France',
  '3,A,LAMP,1,2010-12-01T08:26:00Z,5,,Atlantis',
  '4,A,"LAMP, ""BIG""",x,2010-12-01T08:26:00Z,5,,France',
  '5,A,LAMP,2,2010-12-01T08:26:00Z,5,,France',
].join('\n');

test('an import counts, rejects with line and reason, and changes nothing when it is run again', async () => {
  const file = join(folder, 'retail.csv');
  const rejects = join(folder, 'rejects.csv');
  await writeFile(file, retail);
  refuse = ({ region }) => region === 'Atlantis';
  const args = ['import', 'retail', file, '--rejects', rejects, '--batch', '1', '--json', ...at()];
  const first = await run(...args);
  expect(first).toMatchObject({ code: 0 });
  expect(JSON.parse(first.out)).toMatchObject({
    lines: 5,
    invoices: 4,
    accepted: 2,
    replayed: 0,
    rejected: { CANCELLATION: 1, BAD_USER_INPUT: 1, UNREADABLE_LINE: 1 },
    rejectsFile: rejects,
  });
  expect(await readFile(rejects, 'utf8')).toBe(
    [
      'line,invoice,reason,message',
      '3,C2,CANCELLATION,The invoice is a cancellation.',
      '4,3,BAD_USER_INPUT,region: no',
      '5,4,UNREADABLE_LINE,"Quantity is not an integer: ""x""."',
      '',
    ].join('\n'),
  );
  expect([...orders.values()].map(({ totalAmount, customerId }) => [totalAmount, customerId])).toEqual([
    ['5.00', '17850'],
    ['10.00', 'guest-5'],
  ]);
  const second = await run(...args);
  expect(JSON.parse(second.out)).toMatchObject({ accepted: 2, replayed: 2 });
  expect(orders.size).toBe(2);
});

test('an import survives answers that are lost', async () => {
  const file = join(folder, 'retail.csv');
  await writeFile(file, retail);
  const { answer } = gateway;
  let lost = 0;
  gateway.answer = (request, response) => {
    if (request.variables.inputs === undefined || lost === 2) return answer(request, response);
    lost++;
    return response.destroy();
  };
  const { code, out } = await run('import', 'retail', file, '--rejects', join(folder, 'r.jsonl'), ...at());
  expect(code).toBe(0);
  expect(out).toMatch(/^Accepted +3$/m);
  expect(lost).toBe(2);
  const rejects = (await readFile(join(folder, 'r.jsonl'), 'utf8')).trim().split('\n');
  expect(rejects.map((line) => JSON.parse(line).reason)).toEqual(['CANCELLATION', 'UNREADABLE_LINE']);
});

test('a file that is not there is one line', async () => {
  const { code, out, err } = await run('import', 'retail', join(folder, 'nothing.csv'), ...at());
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^\S+nothing\.csv cannot be read: ENOENT: no such file or directory[^\n]*\n$/);
});
