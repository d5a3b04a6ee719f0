import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { commit } from './millrace.mjs';

export const percentile = (samples, p) => {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
};

export const median = (samples) => percentile(samples, 0.5);

/** `median (least to most)` of one figure over the rounds; of one round the figure. */
export const spread = (values, digits = 1) => {
  if (values.length === 1) return values[0].toFixed(digits);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
};

const line = (cells) => `| ${cells.join(' | ')} |`;
const tableOf = ({ columns, rows }) => [line(columns), line(columns.map(() => '---')), ...rows.map(line), ''];

/**
 * Prints what was measured and appends it to `bench/results/<name>.md`, newest last.
 * @param {string} name of the benchmark
 * @param {{ command: string, notes: string, columns?: string[], rows?: string[][], tables?: { columns: string[], rows: string[][] }[], isKept?: boolean }} result one table, or several; kept in the file unless told otherwise
 */
export const report = (
  name,
  { command, notes, columns, rows, tables = [{ columns, rows }], isKept = true },
) => {
  const [cpu] = cpus();
  const text = [
    `## ${new Date().toISOString().slice(0, 16)}Z, commit ${commit()}`,
    '',
    `\`${command}\` on ${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; Kafka, Postgres, Millrace and the load on the same machine.`,
    notes,
    '',
    ...tables.flatMap(tableOf),
  ].join('\n');
  console.log(text);
  if (!isKept) return;
  const file = fileURLToPath(new URL(`../results/${name}.md`, import.meta.url));
  if (!existsSync(file)) writeFileSync(file, `# ${name}\n\n`);
  appendFileSync(file, `${text}\n`);
};
