import type { TestDatabase } from './database.js';
import { eventually } from './await.js';
import type { TestClient } from './graphql.js';
import { readTopic, type StoredRecord } from './log.js';

/**
 * The verifier of the invariants, for orders, from data only: rows read by SQL and the log read by a consumer that shares
 * no code with `src`. Nothing in here is imported from there either: digits, rounding and windows are computed anew.
 *
 * I1 every accepted order has its row, and every version of every row at least one record. I2 every record has its row.
 * I3/I4 statistics and windows equal the replay of the log, each `ce_id` counted once. I5 the versions of an order are
 * first seen in order, and `millrace-seq` per partition is a run without gaps in which only repeats follow. Where the topic grew
 * each partition has a marker; what is before them all comes before what is behind, and a key has one partition between two of them.
 */
export interface VerifyOptions {
  readonly database: TestDatabase;
  readonly topicPrefix: string;
  /** Ids of the orders whose creation was answered with success. */
  readonly accepted?: Iterable<string>;
  /** Ids of orders that were refused for good and must not exist. */
  readonly refused?: Iterable<string>;
  /** Also compares what `orderStats` answers. */
  readonly client?: TestClient;
  /** How long relay and streams may take to get there. Default 30 s. */
  readonly timeoutMs?: number;
}

export interface OrdersReport {
  readonly orders: number;
  readonly events: number;
  readonly records: number;
  /** Records that repeat an earlier one. */
  readonly repeats: number;
}

const orderTopic = 'order.events.v1';
const statusByCode: Readonly<Record<number, string>> = { 20: 'PAID', 25: 'SHIPPED', 80: 'DELIVERED' };
const typeByVersion = ['order.created', 'order.shipped', 'order.delivered'];
const windowMs = { MINUTE: 60_000, FIVE_MINUTES: 300_000, HOUR: 3_600_000, DAY: 86_400_000 } as const;

/** @throws with every violation (the first 20 in words), once they do not go away within the time */
export const verifyOrders = (options: VerifyOptions): Promise<OrdersReport> =>
  eventually(
    async () => {
      const { violations, report } = await inspect(options);
      if (violations.length > 0)
        throw new Error(`${violations.length} violations:\n  ${violations.slice(0, 20).join('\n  ')}`);
      return report;
    },
    { timeoutMs: options.timeoutMs ?? 30_000, everyMs: 500 },
  );

const inspect = async ({ database, topicPrefix, accepted = [], refused = [], client }: VerifyOptions) => {
  const violations: string[] = [];
  // Rows before the log: a mutation that runs meanwhile may then be in the log, with a newer version, but not missing in it.
  const rows = new Map((await readRows(database)).map((row) => [row.id, row]));
  const log = await readTopic(`${topicPrefix}${orderTopic}`);
  const { events, repeats } = checkRuns(orderTopic, log, violations);

  for (const id of accepted) if (!rows.has(id)) violations.push(`order ${id} was accepted and has no row`);
  for (const id of refused) if (rows.has(id)) violations.push(`order ${id} was refused and has a row`);

  const versions = checkOrders(events, violations);
  for (const [id, seen] of versions) {
    const row = rows.get(id);
    if (!row) violations.push(`order ${id} is in the log and has no row`);
    else if (seen.length > row.version)
      violations.push(`order ${id} is at ${row.version}, the log at ${seen.length}`);
    else violations.push(...differences(row, seen));
  }
  for (const id of rows.keys())
    if (!versions.has(id)) violations.push(`order ${id} has a row and is not in the log`);

  const truth = replay(events);
  await compareTables(database, truth, violations);
  if (client) await compareAnswers(client, truth, violations);
  const records = log.reduce((sum, partition) => sum + partition.length, 0);
  return { violations, report: { orders: rows.size, events: events.length, records, repeats } };
};

interface OrderRow {
  readonly id: string;
  readonly customer_id: string;
  readonly customer_email: string | null;
  readonly region: string;
  readonly total_amount: string;
  readonly currency: string;
  readonly status: number;
  readonly version: number;
  readonly placed_at: string;
}

const isoUtc = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`;

const readRows = (database: TestDatabase): Promise<OrderRow[]> =>
  database.query<OrderRow>(
    `select id, customer_id, customer_email, region, total_amount, currency, status::int, version::int, ${isoUtc('placed_at')}
     from orders`,
  );

interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly data: OrderData;
}

/** The fields of an order event's value that are compared. */
interface OrderData {
  readonly id: string;
  readonly customerId: string;
  readonly customerEmail: string | null;
  readonly region: string;
  readonly totalAmount: string;
  readonly currency: string;
  readonly status: string;
  readonly version: number;
  readonly placedAt: string;
}

/** Checks the run of each partition, and answers its events once each, in order of the log. */
const checkRuns = (topic: string, log: readonly StoredRecord[][], violations: string[]) => {
  /** By growth: those before the first markers, those before the second, and so on. */
  const events: StoredEvent[][] = [];
  const partitionOf = new Map<string, number>();
  const eventIds = new Set<string>();
  let repeats = 0;
  for (const [partition, records] of log.entries()) {
    const bySequence: StoredRecord[] = [];
    let age = 0;
    for (const record of records) {
      const where = `${topic}[${partition}]@${record.offset}`;
      const sequence = Number(record.headers['millrace-seq']);
      const before = bySequence[sequence - 1];
      if (before) {
        repeats += 1;
        if (!sameRecord(before, record)) violations.push(`${where}: repeats ${sequence} with other content`);
        continue;
      }
      if (sequence !== bySequence.length + 1) {
        violations.push(`${where}: number ${record.headers['millrace-seq']} after ${bySequence.length}`);
        continue;
      }
      bySequence.push(record);
      if ('millrace-grown' in record.headers) age = ageBehind(record, age);
      if ('millrace-skip' in record.headers) continue;
      const id = record.headers.ce_id ?? '';
      if (id === '' || eventIds.has(id))
        violations.push(`${where}: event id ${id || 'missing'} has two numbers`);
      eventIds.add(id);
      const home = partitionOf.get(`${age} ${record.key}`) ?? partition;
      if (home !== partition) violations.push(`${where}: key ${record.key} is also in partition ${home}`);
      partitionOf.set(`${age} ${record.key}`, partition);
      const data = JSON.parse(record.value?.toString() ?? 'null') as OrderData;
      (events[age] ??= []).push({ id, type: record.headers.ce_type ?? '', key: record.key, data });
    }
  }
  return { events: events.flat(), repeats };
};

/** A new partition begins with the marker of the growth that made it: its number of partitions tells how old that is. */
const ageBehind = ({ headers }: StoredRecord, age: number): number =>
  Math.max(age, (JSON.parse(headers['millrace-grown'] ?? '{}') as { to: number }).to);

const sameRecord = (one: StoredRecord, other: StoredRecord): boolean =>
  one.key === other.key &&
  one.headers.ce_id === other.headers.ce_id &&
  'millrace-skip' in one.headers === 'millrace-skip' in other.headers &&
  (one.value ?? Buffer.alloc(0)).equals(other.value ?? Buffer.alloc(0));

/** First-seen order per order is 1, 2, 3, each with the type and status of its place. */
const checkOrders = (events: readonly StoredEvent[], violations: string[]): Map<string, OrderData[]> => {
  const versions = new Map<string, OrderData[]>();
  for (const { id, type, key, data } of events) {
    const seen = versions.get(data.id) ?? [];
    versions.set(data.id, seen);
    if (key !== data.id) violations.push(`event ${id}: its key is ${key}, its order ${data.id}`);
    if (data.version !== seen.length + 1)
      violations.push(`order ${data.id}: version ${data.version} after ${seen.length}`);
    if (type !== typeByVersion[seen.length])
      violations.push(`order ${data.id}: ${type} as version ${data.version}`);
    seen.push(data);
  }
  return versions;
};

/** What the row says beside its last event in the log. */
const differences = (row: OrderRow, seen: readonly OrderData[]): string[] => {
  const last = seen.at(-1);
  if (!last || seen.length < row.version)
    return [`order ${row.id} is at ${row.version}, the log at ${seen.length}`];
  const pairs: [string, unknown, unknown][] = [
    ['customerId', row.customer_id, last.customerId],
    ['customerEmail', row.customer_email, last.customerEmail],
    ['region', row.region, last.region],
    ['totalAmount', scaled(row.total_amount), scaled(last.totalAmount)],
    ['currency', row.currency, last.currency],
    ['status', statusByCode[row.status], last.status],
    ['placedAt', row.placed_at, last.placedAt],
  ];
  return pairs
    .filter(([, stored, logged]) => stored !== logged)
    .map(
      ([field, stored, logged]) =>
        `order ${row.id}: ${field} is ${String(stored)}, in the log ${String(logged)}`,
    );
};

/** Amounts as whole units of 10^-6, which is finer than any currency. */
const scaled = (text: string): bigint => {
  const [whole = '0', fraction = ''] = text.split('.');
  if (/[1-9]/.test(fraction.slice(6))) throw new Error(`${text} is finer than any currency`);
  return BigInt(whole + fraction.slice(0, 6).padEnd(6, '0'));
};

interface Aggregate {
  count: bigint;
  total: bigint;
  min: bigint;
  max: bigint;
}

interface Truth {
  /** Keys: `KRW`, `KRW|부산` and `KRW|HOUR|2026-01-31T09:00:00.000Z|부산` (the last part empty for the total). */
  readonly currencies: ReadonlyMap<string, Aggregate>;
  readonly regions: ReadonlyMap<string, Aggregate>;
  readonly windows: ReadonlyMap<string, Aggregate>;
  /** Digits of each currency, as its amounts are written in the log. */
  readonly digits: ReadonlyMap<string, number>;
}

const replay = (events: readonly StoredEvent[]): Truth => {
  const [currencies, regions, windows] = [1, 2, 3].map(() => new Map<string, Aggregate>()) as [
    Map<string, Aggregate>,
    Map<string, Aggregate>,
    Map<string, Aggregate>,
  ];
  const digits = new Map<string, number>();
  for (const { type, data } of events) {
    if (type !== 'order.created') continue;
    const { currency, region, totalAmount } = data;
    const amount = scaled(totalAmount);
    digits.set(currency, totalAmount.split('.')[1]?.length ?? 0);
    add(currencies, currency, amount);
    add(regions, `${currency}|${region}`, amount);
    for (const [size, length] of Object.entries(windowMs)) {
      const time = Date.parse(data.placedAt);
      const start = new Date(time - (((time % length) + length) % length)).toISOString();
      add(windows, `${currency}|${size}|${start}|`, amount);
      add(windows, `${currency}|${size}|${start}|${region}`, amount);
    }
  }
  return { currencies, regions, windows, digits };
};

const add = (into: Map<string, Aggregate>, key: string, amount: bigint): void => {
  const { count, total, min, max } = into.get(key) ?? { count: 0n, total: 0n, min: amount, max: amount };
  into.set(key, {
    count: count + 1n,
    total: total + amount,
    min: amount < min ? amount : min,
    max: amount > max ? amount : max,
  });
};

interface StatsRow {
  readonly key: string;
  readonly count: string;
  readonly total: string;
  readonly min: string;
  readonly max: string;
}

const compareTables = async (database: TestDatabase, truth: Truth, violations: string[]): Promise<void> => {
  const numbers = 'count::text, total::text, min::text, max::text';
  const start = `to_char(start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const tables: [string, ReadonlyMap<string, Aggregate>, string][] = [
    ['order_stats', truth.currencies, 'currency'],
    ['order_region_stats', truth.regions, `currency || '|' || region`],
    ['order_window_stats', truth.windows, `currency || '|' || size || '|' || ${start} || '|' || region`],
  ];
  for (const [table, expected, key] of tables) {
    const rows = await database.query<StatsRow>(`select ${key} as key, ${numbers} from ${table}`);
    const stored = new Map(rows.map((row) => [row.key, asAggregate(row)]));
    violations.push(...compare(table, stored, expected));
  }
};

const asAggregate = ({ count, total, min, max }: Omit<StatsRow, 'key'>): Aggregate => ({
  count: BigInt(count),
  total: scaled(total),
  min: scaled(min),
  max: scaled(max),
});

const compare = (
  what: string,
  stored: ReadonlyMap<string, Aggregate>,
  expected: ReadonlyMap<string, Aggregate>,
): string[] =>
  [...new Set([...stored.keys(), ...expected.keys()])]
    .map((key) => [key, show(stored.get(key)), show(expected.get(key))])
    .filter(([, is, shouldBe]) => is !== shouldBe)
    .map(([key, is, shouldBe]) => `${what} ${key}: is ${is}, the log says ${shouldBe}`);

const show = (aggregate: Aggregate | undefined): string =>
  aggregate
    ? `${aggregate.count} orders, total ${aggregate.total}, min ${aggregate.min}, max ${aggregate.max} (10^-6)`
    : 'missing';

interface AnsweredAggregate {
  readonly count: number;
  readonly totalAmount: string;
  readonly averageAmount: string;
  readonly minAmount: string;
  readonly maxAmount: string;
}

interface AnsweredStats {
  readonly orderStats: {
    readonly total: AnsweredAggregate;
    readonly regions: readonly { readonly region: string; readonly aggregate: AnsweredAggregate }[];
  };
}

const aggregateFields = '{ count totalAmount averageAmount minAmount maxAmount }';
const statsQuery = `query ($currency: Currency!) {
  orderStats(currency: $currency) { total ${aggregateFields} regions { region aggregate ${aggregateFields} } }
}`;

const compareAnswers = async (client: TestClient, truth: Truth, violations: string[]): Promise<void> => {
  for (const [currency, total] of truth.currencies) {
    const { orderStats } = await client.data<AnsweredStats>(statsQuery, { currency });
    const digits = truth.digits.get(currency) ?? 0;
    const answered = new Map([['total', orderStats.total]]);
    for (const { region, aggregate } of orderStats.regions) answered.set(`region ${region}`, aggregate);
    const expected = new Map([['total', total]]);
    for (const [key, aggregate] of truth.regions)
      if (key.startsWith(`${currency}|`)) expected.set(`region ${key.slice(currency.length + 1)}`, aggregate);

    for (const name of new Set([...answered.keys(), ...expected.keys()])) {
      const [is, shouldBe] = [answered.get(name), expected.get(name)];
      const [text, wanted] = [JSON.stringify(is), JSON.stringify(shouldBe && asAnswer(shouldBe, digits))];
      if (text !== wanted)
        violations.push(`orderStats ${currency} ${name}: answers ${text}, the log says ${wanted}`);
    }
  }
};

const asAnswer = ({ count, total, min, max }: Aggregate, digits: number): AnsweredAggregate => ({
  count: Number(count),
  totalAmount: written(total, digits),
  averageAmount: written(averageHalfEven(total, count, digits), digits),
  minAmount: written(min, digits),
  maxAmount: written(max, digits),
});

/** Half-even at the currency's digits: 2 × total ÷ (count × unit) rounded down says which half, its remainder whether a tie. */
export const averageHalfEven = (total: bigint, count: bigint, digits: number): bigint => {
  const unit = 10n ** BigInt(6 - digits);
  const whole = total / (count * unit);
  const excess = 2n * (total - whole * count * unit) - count * unit;
  const rounded = excess > 0n || (excess === 0n && whole % 2n !== 0n) ? whole + 1n : whole;
  return rounded * unit;
};

const written = (amount: bigint, digits: number): string => {
  const text = amount.toString().padStart(7, '0');
  return digits === 0
    ? text.slice(0, -6)
    : `${text.slice(0, -6)}.${text.slice(-6, -6 + digits || undefined)}`;
};

/** An event as a subscriber of `orderEvents` has it. */
export interface DeliveredEvent {
  readonly id: string;
  readonly orderId: string;
  readonly version: number;
}

/**
 * I7: what a subscriber that watched from the start got, over all its connections, is each event of the log once, and the
 * versions of each order in order.
 *
 * @throws with the violations
 */
export const verifyDelivered = async (
  topicPrefix: string,
  delivered: readonly DeliveredEvent[],
): Promise<void> => {
  const violations: string[] = [];
  const { events } = checkRuns(orderTopic, await readTopic(`${topicPrefix}${orderTopic}`), violations);
  const seen = new Set<string>();
  const versions = new Map<string, number>();
  for (const { id, orderId, version } of delivered) {
    if (seen.has(id)) violations.push(`event ${id} came twice`);
    seen.add(id);
    const before = versions.get(orderId) ?? 0;
    if (version !== before + 1) violations.push(`order ${orderId}: version ${version} came after ${before}`);
    versions.set(orderId, version);
  }
  const logged = new Set(events.map(({ id }) => id));
  for (const id of logged) if (!seen.has(id)) violations.push(`event ${id} never came`);
  for (const id of seen) if (!logged.has(id)) violations.push(`event ${id} came and is not in the log`);
  if (violations.length > 0)
    throw new Error(`${violations.length} violations:\n  ${violations.slice(0, 20).join('\n  ')}`);
};
