import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { withMillrace, type CommonOptions } from './connect.js';
import { asError, CommandError, exitCodes, explain, messageOf } from './failure.js';
import { createProgress } from './progress.js';
import { readLines } from './read-lines.js';
import { readRetail, type RetailFile, type RetailOrder, type RetailReject } from './retail.js';
import { noOutcome, sendOrders, type Batch, type Outcome } from './send-orders.js';
import {
  groupDigits,
  printJson,
  printLine,
  renderTable,
  untilInterrupted,
  type Terminal,
} from './terminal.js';

export interface ImportRetailOptions extends CommonOptions {
  /** JSON lines where it ends in `.jsonl`, else CSV. */
  readonly rejects?: string;
  /** Orders per request, 1 to 1000. */
  readonly batch: number;
}

const concurrency = 2;
/** How long a request is tried again: the ids make that safe. */
const retryForMs = 60_000;

/**
 * `millrace import retail FILE`: each invoice an order, through `createOrders`. Run again, it changes nothing: what was
 * accepted before is replayed.
 */
export const importRetail = (
  terminal: Terminal,
  file: string,
  options: ImportRetailOptions,
): Promise<number> =>
  untilInterrupted(async (signal) => {
    const started = Date.now();
    const retail = await read(file);
    const rejectsFile = options.rejects ?? `${basename(file)}.rejects.csv`;
    // Before anything is sent: a file that cannot be written must not be found out at the end.
    await writeRejects(rejectsFile, retail.rejects);
    const outcome = noOutcome();
    const failure = await send(terminal, options, retail.orders, outcome, signal).then(
      () => undefined,
      asError,
    );
    const rejects = [...retail.rejects, ...refusals(retail.orders, outcome)].toSorted(
      (a, b) => a.line - b.line,
    );
    await writeRejects(rejectsFile, rejects);
    if (failure !== undefined && outcome.accepted === 0) throw failure;
    const summary = {
      file,
      lines: retail.lines,
      invoices: retail.invoices,
      accepted: outcome.accepted,
      replayed: outcome.replayed,
      rejected: countReasons(rejects),
      rejectsFile,
      position: outcome.position,
      seconds: (Date.now() - started) / 1000,
    };
    if (failure !== undefined || signal.aborted) throw incomplete(failure, outcome, retail);
    if (options.json === true) printJson(terminal, summary);
    else printSummary(terminal, summary);
    return exitCodes.ok;
  });

const read = async (file: string): Promise<RetailFile> => {
  try {
    return await readRetail(readLines(file));
  } catch (error) {
    throw new CommandError(exitCodes.failed, `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
};

const send = (
  terminal: Terminal,
  options: ImportRetailOptions,
  orders: readonly RetailOrder[],
  outcome: Outcome,
  signal: AbortSignal,
): Promise<void> => {
  const progress = createProgress(terminal.err, 'Orders', orders.length);
  return withMillrace(
    options,
    async (millrace) => {
      // Tells at once that nothing answers, where the orders would be tried for a minute.
      await millrace.orderStats({ currency: 'GBP' }, { retryForMs: 0 });
      const batches = inBatches(orders, options.batch);
      await sendOrders({ millrace, batches, concurrency, signal, onProgress: progress.update }, outcome);
    },
    { retryForMs },
  ).finally(() => progress.end());
};

function* inBatches(orders: readonly RetailOrder[], size: number): Generator<Batch> {
  for (let offset = 0; offset < orders.length; offset += size)
    yield { offset, inputs: orders.slice(offset, offset + size).map(({ input }) => input) };
}

const refusals = (orders: readonly RetailOrder[], { rejected }: Outcome): RetailReject[] =>
  rejected.map(({ index, code, message }) => ({
    line: orders[index]?.line ?? 0,
    invoice: orders[index]?.invoice ?? '',
    reason: code,
    message,
  }));

const writeRejects = async (path: string, rejects: readonly RetailReject[]): Promise<void> => {
  const lines = path.endsWith('.jsonl')
    ? rejects.map((reject) => JSON.stringify(reject))
    : [
        'line,invoice,reason,message',
        ...rejects.map(({ line, invoice, reason, message }) =>
          [line, ...[invoice, reason, message].map(quote)].join(),
        ),
      ];
  try {
    await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  } catch (error) {
    throw new CommandError(exitCodes.failed, `The rejects cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
};

const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const countReasons = (rejects: readonly RetailReject[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { reason } of rejects) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};

const incomplete = (
  failure: Error | undefined,
  { accepted, rejected }: Outcome,
  { orders }: RetailFile,
): CommandError => {
  const left = orders.length - accepted - rejected.length;
  const { exitCode, message } =
    failure === undefined
      ? { exitCode: exitCodes.interrupted, message: 'It was interrupted.' }
      : explain(failure);
  return new CommandError(
    exitCode,
    `${message} ${left} of ${orders.length} orders were not answered. Run it again: those that were accepted count once.`,
    { cause: failure },
  );
};

const printSummary = (
  { out }: Terminal,
  summary: {
    invoices: number;
    accepted: number;
    replayed: number;
    rejected: Record<string, number>;
    rejectsFile: string;
    seconds: number;
  },
): void => {
  const rows: [string, number][] = [
    ['Invoices', summary.invoices],
    ['Accepted', summary.accepted],
    ['  of them replayed', summary.replayed],
    ...Object.entries(summary.rejected).map(([reason, count]): [string, number] => [
      `Rejected: ${reason}`,
      count,
    ]),
  ];
  printLine(out, renderTable(rows.map(([name, count]) => [name, groupDigits(count.toString())])));
  printLine(
    out,
    `${summary.seconds.toFixed(1)} s. The rejects, with line and reason, are in ${summary.rejectsFile}.`,
  );
};
