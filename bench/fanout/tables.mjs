import { median, spread } from '../support/report.mjs';

/** Issue 6, point 9: for Millrace, by what is measured. */
const aims = {
  '1,000 equal, 100/s': '≥ 90,000/s, p99 ≤ 80 ms, ≤ 6 µs',
  '1,000 equal, 5,000 events at once': '≥ 500,000/s, ≥ 10 × the usual way',
  '1,000 over 100 keys, 2,000/s': 'keeps up, p99 ≤ 50 ms, ≤ 15 µs',
  'one client, 5/s': 'p50 ≤ 2.5 ms at a raw hop of 1.1 ms',
};
const memoryAim = '≤ 12 KB';

const over = (results, figure, digits) => {
  const values = results.map(figure).filter(Number.isFinite);
  return values.length > 0 ? spread(values, digits) : '';
};

const aimOf = ({ system, what }) => (system === 'Millrace' ? (aims[what] ?? '') : '');

/** The swarm is the limit itself above this. */
const busiest = 0.9;

/** What went wrong in any round; '0' if each event came once and in order to each client. */
export const amissIn = (results) => {
  const total = (name) => results.reduce((sum, result) => sum + (result[name] ?? 0), 0);
  const counted = ['lost', 'missing', 'repeated', 'swapped'].filter((name) => total(name) > 0);
  const troubles = results.flatMap(({ troubles = [] }) =>
    troubles.map(([what, times]) => `${times} × ${what}`),
  );
  const swarm = results.some(({ busy }) => busy > busiest) ? ['the swarm was busy all the time'] : [];
  return (
    [...counted.map((name) => `${total(name)} ${name}`), ...new Set(troubles), ...swarm].join('; ') || '0'
  );
};

const hasFailed = ({ results }) => results.length === 0;
const failedRow = ({ what, system, failures }, width) => [
  what,
  system,
  `failed: ${failures.join('; ')}`,
  ...new Array(width - 3).fill(''),
];

const deliveryColumns = [
  'what',
  'system',
  'deliveries/s',
  '× the usual way',
  'p50, ms',
  'p99, ms',
  'CPU µs per delivery',
  'cores: system, swarm, Kafka',
  'amiss',
  'aim',
];

const usualName = 'the usual way';
const rateOf = ({ results }) => median(results.map(({ rate }) => rate));

/** Bursts are compared whatever their size: the usual way takes too long for a large one. */
const timesUsual = (row, rows) => {
  const usual = rows.find(
    ({ system, scenario, what }) =>
      system === usualName && (what === row.what || (row.scenario === 'burst' && scenario === 'burst')),
  );
  return usual && !hasFailed(usual) ? (rateOf(row) / rateOf(usual)).toFixed(1) : '';
};

const deliveryRow = (row, rows) => {
  if (hasFailed(row)) return failedRow(row, deliveryColumns.length);
  const { what, system, results } = row;
  const cores = ['system', 'swarm', 'kafka'].map((name) =>
    (results.reduce((sum, result) => sum + result.cores[name], 0) / results.length).toFixed(2),
  );
  return [
    what,
    system,
    over(results, ({ rate }) => rate, 0),
    timesUsual(row, rows),
    over(results, ({ p50 }) => p50),
    over(results, ({ p99 }) => p99),
    over(results, ({ usPerDelivery }) => usPerDelivery),
    cores.join(', '),
    amissIn(results),
    aimOf(row),
  ];
};

const trickleColumns = ['what', 'system', 'p50, ms', 'p99, ms', 'amiss', 'aim'];

const trickleRow = (row) => {
  if (hasFailed(row)) return failedRow(row, trickleColumns.length);
  const { what, system, results } = row;
  return [
    what,
    system,
    over(results, ({ p50 }) => p50, 2),
    over(results, ({ p99 }) => p99, 2),
    results[0].troubles ? amissIn(results) : '',
    aimOf(row),
  ];
};

const memoryColumns = [
  'KB each, after a collection',
  'system',
  'socket: heap',
  'socket: resident',
  'subscription: heap',
  'subscription: resident',
  'aim',
];

const memoryRow = (row) => {
  if (hasFailed(row)) return failedRow(row, memoryColumns.length);
  const { what, system, results } = row;
  return [
    what,
    system,
    ...['socket', 'subscription'].flatMap((part) =>
      ['heap', 'resident'].map((name) => over(results, (result) => result[part][name])),
    ),
    system === 'Millrace' ? memoryAim : '',
  ];
};

const kinds = [
  { of: ['equal', 'burst', 'filtered'], columns: deliveryColumns, row: deliveryRow },
  { of: ['trickle'], columns: trickleColumns, row: trickleRow },
  { of: ['memory'], columns: memoryColumns, row: memoryRow },
];

/** @param {{ scenario: string, what: string, system: string, results: any[], failures: string[] }[]} rows */
export const tablesOf = (rows) =>
  kinds
    .map(({ of, columns, row }) => ({
      columns,
      rows: rows.filter(({ scenario }) => of.includes(scenario)).map((one) => row(one, rows)),
    }))
    .filter(({ rows: lines }) => lines.length > 0);
