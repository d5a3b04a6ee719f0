import { v5 as uuidv5 } from 'uuid';
import type { CreateOrderInput } from 'millrace-sdk';
import { parseTime } from './parse-time.js';
import { readCsv } from './read-csv.js';

/** Columns of the Online Retail data set, in their order. */
export const retailColumns = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

/** Ids of the orders are UUIDv5 of the invoice number under this, so that a second import is recognised. */
export const retailNamespace = uuidv5('https://doi.org/10.24432/C5BW33', uuidv5.URL);

export interface RetailOrder {
  /** Of its first line in the file, from 1. */
  readonly line: number;
  readonly invoice: string;
  readonly input: CreateOrderInput & { readonly id: string };
}

export type RetailReason = 'CANCELLATION' | 'NO_VALUE' | 'UNREADABLE_LINE' | 'INCOMPLETE';

export interface RetailReject {
  readonly line: number;
  readonly invoice: string;
  /** A {@link RetailReason}, or the code (and reason) with which the server refused the order. */
  readonly reason: string;
  readonly message: string;
}

export interface RetailFile {
  /** Data lines, without the header. */
  readonly lines: number;
  readonly invoices: number;
  readonly orders: readonly RetailOrder[];
  readonly rejects: readonly RetailReject[];
}

interface Invoice {
  readonly line: number;
  readonly customer: string;
  readonly country: string;
  readonly placedAt: string;
  /** In 10^-10 pounds. */
  amount: bigint;
}

/** Decimals of a price that are kept exactly. */
const scale = 10;

/**
 * Sums up lines by invoice, wherever in the file they stand; only the sums are held, not the lines. An invoice with a line
 * that cannot be read is rejected as INCOMPLETE, as its amount would be wrong.
 * @throws Error when the first line does not name the columns
 */
export const readRetail = async (file: AsyncIterable<string> | Iterable<string>): Promise<RetailFile> => {
  const invoices = new Map<string, Invoice>();
  const broken = new Map<string, number>();
  const rejects: RetailReject[] = [];
  let lines = 0;
  let header = false;
  for await (const record of readCsv(file, retailColumns.length)) {
    if (!header) {
      header =
        'fields' in record && record.fields.join().toLowerCase() === retailColumns.join().toLowerCase();
      if (!header) break;
      continue;
    }
    lines++;
    const parsed = 'fields' in record ? parseLine(record.fields) : record.problem;
    if (typeof parsed !== 'string') {
      addLine(invoices, record.line, parsed);
      continue;
    }
    const invoice = invoiceNumber(
      'fields' in record ? (record.fields[0] ?? '') : (record.text.split(',')[0] ?? ''),
    );
    rejects.push({ line: record.line, invoice, reason: 'UNREADABLE_LINE', message: parsed });
    if (!broken.has(invoice)) broken.set(invoice, record.line);
  }
  if (!header) throw new Error(`The first line must name the columns ${retailColumns.join()}.`);
  const orders: RetailOrder[] = [];
  for (const [number, invoice] of invoices) {
    const reject = (reason: RetailReason, message: string): void =>
      void rejects.push({ line: invoice.line, invoice: number, reason, message });
    const brokenLine = broken.get(number);
    const pence = roundHalfEven(invoice.amount, 10n ** BigInt(scale - 2));
    if (/^c/i.test(number)) reject('CANCELLATION', 'The invoice is a cancellation.');
    else if (brokenLine !== undefined)
      reject(
        'INCOMPLETE',
        `Line ${brokenLine} of the invoice could not be read, so its amount is not known.`,
      );
    else if (pence === 0n) reject('NO_VALUE', 'No line has a quantity and a price above zero.');
    else orders.push(toOrder(number, invoice, pence));
  }
  return { lines, invoices: invoices.size, orders, rejects };
};

interface Line {
  readonly invoice: string;
  readonly quantity: bigint;
  readonly price: bigint;
  readonly placedAt: string;
  readonly customer: string;
  readonly country: string;
}

/** The line, or what is wrong with it. */
const parseLine = (fields: readonly string[]): Line | string => {
  if (fields.length !== retailColumns.length)
    return `It has ${fields.length} columns instead of ${retailColumns.length}.`;
  const [invoice = '', , , quantity = '', date = '', price = '', customer = '', country = ''] = fields.map(
    (field) => field.trim(),
  );
  if (invoice === '') return 'InvoiceNo is empty.';
  if (!/^-?\d{1,15}$/.test(quantity)) return `Quantity is not an integer: ${quote(quantity)}.`;
  if (!new RegExp(`^-?\\d{1,15}(\\.\\d{1,${scale}})?$`).test(price))
    return `UnitPrice is not a price: ${quote(price)}.`;
  const placedAt = parseTime(date);
  if (placedAt === undefined) return `InvoiceDate is not a date and time with zone: ${quote(date)}.`;
  return { invoice, quantity: BigInt(quantity), price: toUnits(price), placedAt, customer, country };
};

const addLine = (invoices: Map<string, Invoice>, line: number, parsed: Line): void => {
  const { invoice: number, quantity, price, placedAt, country, customer } = parsed;
  let invoice = invoices.get(number);
  if (!invoice) invoices.set(number, (invoice = { line, customer, country, placedAt, amount: 0n }));
  if (quantity > 0n && price > 0n) invoice.amount += quantity * price;
};

const toOrder = (
  invoice: string,
  { line, customer, country, placedAt }: Invoice,
  pence: bigint,
): RetailOrder => ({
  line,
  invoice,
  input: {
    id: uuidv5(invoice, retailNamespace),
    customerId: customer === '' ? `guest-${invoice}` : customer,
    region: country,
    totalAmount: `${pence / 100n}.${(pence % 100n).toString().padStart(2, '0')}`,
    currency: 'GBP',
    placedAt,
  },
});

const toUnits = (price: string): bigint => {
  const [whole = '', fraction = ''] = price.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
};

/** `amount / unit` to the nearest integer, a half to the even one. `amount` is not negative. */
const roundHalfEven = (amount: bigint, unit: bigint): bigint => {
  const whole = amount / unit;
  const twice = (amount % unit) * 2n;
  return twice > unit || (twice === unit && whole % 2n === 1n) ? whole + 1n : whole;
};

const invoiceNumber = (field: string): string => field.replaceAll('"', '').trim().slice(0, 40);

const quote = (text: string): string => JSON.stringify(text.slice(0, 60));
