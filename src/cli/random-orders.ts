import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateOrderInput } from 'millrace-sdk';
import { withMillrace, type CommonOptions } from './connect.js';
import { exitCodes } from './failure.js';
import { createProgress } from './progress.js';
import { noOutcome, sendOrders, type Batch } from './send-orders.js';
import {
  groupDigits,
  printJson,
  printLine,
  renderTable,
  untilInterrupted,
  type Terminal,
} from './terminal.js';

export interface RandomOrdersOptions extends CommonOptions {
  readonly count: number;
  /** Orders a second; as fast as they are taken when absent. */
  readonly rate?: number;
  readonly seed?: number;
  readonly currency: string;
}

const regions = ['서울', '부산', '대구', '인천', '광주'] as const;
const retryForMs = 60_000;
const concurrency = 2;
const largestBatch = 500;
/** A paced run sends so often a second at most. */
const ticksPerSecond = 50;

/** `millrace orders random`. The seed decides customers, regions and amounts; ids are new in each run. */
export const sendRandomOrders = (terminal: Terminal, options: RandomOrdersOptions): Promise<number> =>
  untilInterrupted(async (signal) => {
    const seed = options.seed ?? randomInt(2 ** 32);
    const started = Date.now();
    const orders = randomOrders(seed, options.count, options.currency);
    const outcome = noOutcome();
    const progress = createProgress(terminal.err, 'Orders', orders.length);
    await withMillrace(
      options,
      async (millrace) => {
        // Tells at once that nothing answers, where the orders would be tried for a minute.
        await millrace.orderStats({ currency: options.currency }, { retryForMs: 0 });
        const batches = paced(orders, options.rate, signal);
        await sendOrders({ millrace, batches, concurrency, signal, onProgress: progress.update }, outcome);
      },
      { retryForMs },
    ).finally(() => progress.end());
    const { accepted, rejected, position } = outcome;
    const refused = new Set(rejected.map(({ index }) => index));
    const summary = {
      seed,
      currency: options.currency,
      count: orders.length,
      accepted,
      rejected,
      regions: sumByRegion(
        orders.filter((_, index) => !refused.has(index)),
        options.currency,
      ),
      position,
      seconds: (Date.now() - started) / 1000,
    };
    if (options.json === true) printJson(terminal, summary);
    else printSummary(terminal, summary);
    if (signal.aborted) return exitCodes.interrupted;
    return rejected.length > 0 ? exitCodes.failed : exitCodes.ok;
  });

/** The same orders, but for their ids, for the same arguments. Amounts are 1,000 to 100,000 of the currency's smallest unit. */
export const randomOrders = (seed: number, count: number, currency: string): CreateOrderInput[] => {
  const next = generator(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const digits = digitsOf(currency);
  return Array.from({ length: count }, () => ({
    id: randomUUID(),
    customerId: `customer-${(below(1000) + 1).toString().padStart(4, '0')}`,
    region: regions[below(regions.length)] ?? regions[0],
    totalAmount: fromUnits(BigInt(1000 + below(99_001)), digits),
    currency,
  }));
};

/** Mulberry32 (Tommy Ettinger, public domain): numbers from 0 to below 1, the same for the same seed. */
const generator = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

async function* paced(
  orders: readonly CreateOrderInput[],
  rate: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const size = rate === undefined ? largestBatch : Math.min(largestBatch, Math.ceil(rate / ticksPerSecond));
  const started = performance.now();
  for (let offset = 0; offset < orders.length; offset += size) {
    const due = rate === undefined ? 0 : started + (offset / rate) * 1000 - performance.now();
    // An abort ends the sleep; the sender then asks for no further batch.
    if (due > 0) await sleep(due, undefined, { signal }).catch(() => undefined);
    yield { offset, inputs: orders.slice(offset, offset + size) };
  }
}

const digitsOf = (currency: string): number => {
  try {
    const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    return options.maximumFractionDigits ?? 2;
  } catch {
    // No currency code at all: the server says so.
    return 0;
  }
};

const fromUnits = (units: bigint, digits: number): string => {
  const text = units.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

interface RegionSum {
  readonly region: string;
  readonly count: number;
  readonly totalAmount: string;
}

const sumByRegion = (orders: readonly CreateOrderInput[], currency: string): RegionSum[] =>
  regions
    .map((region) => {
      const amounts = orders.filter((order) => order.region === region).map(({ totalAmount }) => totalAmount);
      const units = amounts.reduce((sum, amount) => sum + BigInt(amount.replace('.', '')), 0n);
      return { region, count: amounts.length, totalAmount: fromUnits(units, digitsOf(currency)) };
    })
    .filter(({ count }) => count > 0);

const printSummary = (
  { out, err }: Terminal,
  summary: {
    seed: number;
    accepted: number;
    rejected: readonly { message: string }[];
    regions: RegionSum[];
    seconds: number;
  },
): void => {
  const { seed, accepted, rejected, seconds } = summary;
  printLine(
    out,
    `${groupDigits(accepted.toString())} orders accepted in ${seconds.toFixed(1)} s, seed ${seed}.`,
  );
  const rows = summary.regions.map((sum) => [
    sum.region,
    groupDigits(sum.count.toString()),
    groupDigits(sum.totalAmount),
  ]);
  if (accepted > 0) printLine(out, renderTable([['Region', 'Orders', 'Sum'], ...rows]));
  const [first] = rejected;
  if (first) printLine(err, `${rejected.length} orders rejected, the first because: ${first.message}`);
};
