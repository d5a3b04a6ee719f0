import { MillraceError, type Millrace, type OrderStats } from 'millrace-sdk';
import { withMillrace, type CommonOptions } from './connect.js';
import { exitCodes } from './failure.js';
import {
  groupDigits,
  printJson,
  printLine,
  renderTable,
  untilInterrupted,
  type Terminal,
} from './terminal.js';

export interface StatsOptions extends CommonOptions {
  readonly currency: string;
  readonly watch?: boolean;
}

/** `millrace stats`. With `--watch`, each newer state until Ctrl-C; as JSON then one document a line. */
export const showStats = async (terminal: Terminal, options: StatsOptions): Promise<number> => {
  await withMillrace(options, async (millrace) => {
    // Asked first in any case: it tells at once that nothing answers, where the subscription would wait for it.
    const stats = await millrace.orderStats({ currency: options.currency });
    if (options.watch === true) await watchStats(terminal, options, millrace);
    else if (options.json === true) printJson(terminal, stats);
    else printLine(terminal.out, render(stats));
  });
  return exitCodes.ok;
};

const watchStats = (
  terminal: Terminal,
  { currency, json }: StatsOptions,
  millrace: Millrace,
): Promise<void> =>
  untilInterrupted(async (signal) => {
    let linesToClear = 0;
    for await (const stats of millrace.watchOrderStats({ currency }, { signal })) {
      if (signal.aborted) return;
      if (json === true) {
        printJson(terminal, stats);
        continue;
      }
      const text = render(stats);
      if (terminal.out.isTTY === true && linesToClear > 0)
        terminal.out.write(`\u001B[${linesToClear}A\u001B[J`);
      printLine(terminal.out, text);
      linesToClear = text.split('\n').length;
    }
    if (!signal.aborted) throw new MillraceError('NETWORK', 'The stream of statistics ended.');
  });

const render = ({ currency, total, regions, version, updatedAt }: OrderStats): string => {
  const row = (
    name: string,
    { count, totalAmount, averageAmount, minAmount, maxAmount }: OrderStats['total'],
  ) => [
    name,
    groupDigits(count.toString()),
    ...[totalAmount, averageAmount, minAmount ?? '-', maxAmount ?? '-'].map(groupDigits),
  ];
  return [
    `Orders in ${currency}, version ${version}${updatedAt === null ? '' : `, ${updatedAt}`}`,
    renderTable([
      ['Region', 'Orders', 'Sum', 'Average', 'Least', 'Most'],
      ...regions.map(({ region, aggregate }) => row(region, aggregate)),
      row('Total', total),
    ]),
  ].join('\n');
};
