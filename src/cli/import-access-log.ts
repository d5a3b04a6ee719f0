import { basename } from 'node:path';
import { MillraceError, type BatchOutcome, type Millrace } from 'millrace-sdk';
import { readAccessLog, type AccessEntry } from './access-log.js';
import { withMillrace, type CommonOptions } from './connect.js';
import { asError, CommandError, exitCodes, explain, messageOf } from './failure.js';
import { createProgress } from './progress.js';
import { readLines } from './read-lines.js';
import { sendBatches } from './send-batches.js';
import {
  groupDigits,
  printJson,
  printLine,
  renderTable,
  untilInterrupted,
  type Terminal,
} from './terminal.js';

export interface ImportAccessLogOptions extends CommonOptions {
  readonly service: string;
  /** Lines per request, 1 to 1000. */
  readonly batch: number;
}

interface Outcome {
  lines: number;
  activities: number;
  logs: number;
  rejected: number;
  /** The first of them. */
  readonly rejects: { line: number; reason: string; message: string }[];
  readonly positions: string[];
}

const concurrency = 2;
/** How long a request is tried again: the ids make that safe. */
const retryForMs = 60_000;
/** How long the command waits until what was accepted is stored. */
const storeForMs = 60_000;
const longestWaitMs = 10_000;
/** Of a request, as JSON; the gateway takes 1 MiB. */
const largestRequest = 800_000;
const mostRejects = 1_000;
const mostShown = 20;

/**
 * `millrace import access-log FILE`: each line an activity, and those with a status of 400 or above error logs as well. Run again, it
 * changes nothing.
 */
export const importAccessLog = (
  terminal: Terminal,
  file: string,
  options: ImportAccessLogOptions,
): Promise<number> =>
  untilInterrupted(async (signal) => {
    const started = Date.now();
    const outcome: Outcome = { lines: 0, activities: 0, logs: 0, rejected: 0, rejects: [], positions: [] };
    const progress = createProgress(terminal.err, 'Lines');
    const work = async (millrace: Millrace): Promise<boolean> => {
      // Tells at once that nothing answers, where the lines would be tried for a minute.
      await millrace.pipelineStats({}, { retryForMs: 0 });
      const batches = inBatches(readEntries(file, options.service, outcome), options.batch);
      const send = async (entries: readonly AccessEntry[]): Promise<void> => {
        await sendEntries(millrace, entries, outcome);
        progress.update(outcome.lines);
      };
      await sendBatches({ batches, send, concurrency, signal });
      return isStored(millrace, outcome.positions, signal);
    };
    const result = await withMillrace(options, work, { retryForMs })
      .catch(asError)
      .finally(() => progress.end());
    const { positions: _, ...counts } = outcome;
    if (result instanceof Error || signal.aborted) throw incomplete(result, counts);
    const summary = { file, ...counts, stored: result, seconds: (Date.now() - started) / 1000 };
    if (options.json === true) printJson(terminal, summary);
    else printSummary(terminal, summary);
    if (!result)
      printLine(terminal.err, 'It is accepted, but not all of it is stored yet: see millrace status.');
    return result && (counts.activities > 0 || counts.rejected === 0) ? exitCodes.ok : exitCodes.failed;
  });

/** What can be sent; the other lines are rejected. */
async function* readEntries(file: string, service: string, outcome: Outcome): AsyncGenerator<AccessEntry> {
  try {
    for await (const entry of readAccessLog(readLines(file), { file: basename(file), service })) {
      outcome.lines++;
      if ('problem' in entry) reject(outcome, entry.line, 'UNREADABLE_LINE', entry.problem);
      else yield entry;
    }
  } catch (error) {
    throw new CommandError(exitCodes.failed, `${file} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

async function* inBatches(
  entries: AsyncIterable<AccessEntry>,
  size: number,
): AsyncGenerator<readonly AccessEntry[]> {
  let batch: AccessEntry[] = [];
  let bytes = 0;
  for await (const entry of entries) {
    const more = Buffer.byteLength(JSON.stringify(entry.activity));
    if (batch.length === size || (batch.length > 0 && bytes + more > largestRequest)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

const sendEntries = async (
  millrace: Millrace,
  entries: readonly AccessEntry[],
  outcome: Outcome,
): Promise<void> => {
  const activities = await millrace.ingestUserActivities({ inputs: entries.map(({ activity }) => activity) });
  outcome.activities += take(activities, entries, outcome);
  const failed = entries.filter(({ log }) => log !== undefined);
  if (failed.length === 0) return;
  const logs = await millrace.ingestErrorLogs({ inputs: failed.flatMap(({ log }) => log ?? []) });
  outcome.logs += take(logs, failed, outcome);
};

/** How many were accepted; the others are rejected by their lines. */
const take = (
  { accepted, rejected, position }: BatchOutcome,
  entries: readonly AccessEntry[],
  outcome: Outcome,
): number => {
  if (position !== null) outcome.positions.push(position);
  for (const { index, code, reason, message } of rejected)
    reject(outcome, entries[index]?.line ?? 0, reason ?? code, message);
  return accepted;
};

const reject = (outcome: Outcome, line: number, reason: string, message: string): void => {
  outcome.rejected++;
  if (outcome.rejects.length < mostRejects) outcome.rejects.push({ line, reason, message });
};

const isStored = async (
  millrace: Millrace,
  positions: readonly string[],
  signal: AbortSignal,
): Promise<boolean> => {
  const until = Date.now() + storeForMs;
  try {
    for (const consistentWith of positions) {
      const waitMs = Math.max(0, Math.min(longestWaitMs, until - Date.now()));
      await millrace.pipelineStats({ consistentWith, waitMs }, { signal });
    }
    return true;
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'POSITION_TIMEOUT') return false;
    throw error;
  }
};

const incomplete = (result: unknown, { activities }: { activities: number }): Error => {
  if (result instanceof Error && activities === 0) return result;
  const { exitCode, message } =
    result instanceof Error
      ? explain(result)
      : { exitCode: exitCodes.interrupted, message: 'It was interrupted.' };
  return new CommandError(
    exitCode,
    `${message} ${activities} activities were accepted before. Run it again: they count once.`,
    { cause: result },
  );
};

const printSummary = (
  { out, err }: Terminal,
  summary: Omit<Outcome, 'positions'> & { readonly seconds: number },
): void => {
  const { lines, activities, logs, rejected, rejects, seconds } = summary;
  const rows: [string, number][] = [
    ['Lines', lines],
    ['Activities', activities],
    ['Error logs', logs],
    ['Rejected', rejected],
  ];
  printLine(out, renderTable(rows.map(([name, count]) => [name, groupDigits(count.toString())])));
  printLine(out, `${seconds.toFixed(1)} s.`);
  for (const { line, reason, message } of rejects.slice(0, mostShown))
    printLine(err, `Line ${line}: ${reason}: ${message}`);
  if (rejected > mostShown)
    printLine(err, `and ${rejected - mostShown} more; --json names up to ${mostRejects}.`);
};
