import type { DeadLetter, DeadLetterDetails, DeadLetterFilter, DeadLetterState } from 'millrace-sdk';
import { withMillrace, type CommonOptions } from './connect.js';
import { CommandError, exitCodes } from './failure.js';
import { placeOf, shown } from './messages.js';
import { groupDigits, printable, printJson, printLine, type Terminal } from './terminal.js';

/** Which letters; all that is given must hold. */
export interface SelectionOptions extends CommonOptions {
  readonly topic?: string;
  readonly consumer?: string;
  readonly key?: string;
  readonly text?: string;
  readonly state?: DeadLetterState;
}

export interface ListLettersOptions extends SelectionOptions {
  readonly first: number;
  readonly after?: string;
}

/** `millrace dlq list`. */
export const listLetters = async (terminal: Terminal, options: ListLettersOptions): Promise<number> => {
  const { first, after, json } = options;
  const filter = filterOf(options);
  const page = await withMillrace(options, (millrace) => millrace.deadLetters({ filter, first, after }));
  if (json === true) {
    printJson(terminal, page);
    return exitCodes.ok;
  }
  const { nodes, totalCount, pageInfo } = page;
  for (const letter of nodes) printLine(terminal.out, `${summaryOf(letter).join('\n')}\n`);
  printLine(terminal.out, `${nodes.length} of ${counted(totalCount)}.`);
  if (pageInfo.hasNextPage) printLine(terminal.out, `The next ones: --after ${pageInfo.endCursor}`);
  return exitCodes.ok;
};

/** `millrace dlq show ID`. */
export const showLetter = async (terminal: Terminal, id: string, options: CommonOptions): Promise<number> => {
  const letter = await withMillrace(options, (millrace) => millrace.deadLetter({ id }));
  if (letter === null) throw new CommandError(exitCodes.failed, `There is no dead letter with the id ${id}.`);
  if (options.json === true) printJson(terminal, letter);
  else printLine(terminal.out, detailsOf(letter).join('\n'));
  return exitCodes.ok;
};

export interface RedriveLettersOptions extends SelectionOptions {
  readonly dryRun?: boolean;
  readonly maxPerSecond?: number;
}

/** `millrace dlq redrive [ID…]`. Answers the exit code: 1 when not all that matched are redriven. */
export const redriveLetters = async (
  terminal: Terminal,
  given: readonly string[],
  options: RedriveLettersOptions,
): Promise<number> => {
  const ids = given.length > 0 ? [...given] : undefined;
  const filter = filterOf(options);
  if (!ids && !filter)
    throw new CommandError(
      exitCodes.usage,
      'millrace dlq redrive: name letters by their ids, or by --topic, --consumer, --key, --text or --state. --state pending means all.',
    );
  const { dryRun = false, maxPerSecond, json } = options;
  const answer = await withMillrace(options, (millrace) =>
    millrace.redriveDeadLetters({ ids, filter, dryRun, maxPerSecond }),
  );
  const { matched, redriven } = answer;
  if (json === true) printJson(terminal, answer);
  else if (dryRun) printLine(terminal.out, `${counted(matched, 'pending ')} would be redriven.`);
  else printLine(terminal.out, `${redriven} of ${counted(matched, 'pending ')} redriven.`);
  if (dryRun || redriven === matched) return exitCodes.ok;
  printLine(terminal.err, 'The others failed again or are still on their way: see millrace dlq list.');
  return exitCodes.failed;
};

export interface DiscardLettersOptions extends CommonOptions {
  readonly reason: string;
}

/** `millrace dlq discard ID… --reason TEXT`. */
export const discardLetters = async (
  terminal: Terminal,
  given: readonly string[],
  options: DiscardLettersOptions,
): Promise<number> => {
  const { reason, json } = options;
  const ids = [...new Set(given)];
  const discarded = await withMillrace(options, (millrace) => millrace.discardDeadLetters({ ids, reason }));
  if (json === true) printJson(terminal, { discarded });
  else printLine(terminal.out, `${discarded} of ${counted(ids.length)} discarded.`);
  if (discarded < ids.length) printLine(terminal.err, 'The others were not pending, or are no dead letters.');
  return exitCodes.ok;
};

/** Undefined when nothing is given. */
const filterOf = ({ topic, consumer, key, text, state }: SelectionOptions): DeadLetterFilter | undefined => {
  const filter = { topic, consumer, key, text, state };
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined;
};

const counted = (count: number, kind = ''): string =>
  `${groupDigits(count.toString())} ${kind}${count === 1 ? 'letter' : 'letters'}`;

/** Headers of a record are text. */
const textOf = (header: unknown): string =>
  printable(typeof header === 'string' ? header : JSON.stringify(header));

const summaryOf = (letter: DeadLetter): string[] => {
  const { id, state, reason, failedAt, consumer, key, encoding, attempts, behind, error } = letter;
  return [
    `${id}  ${state}  ${failedAt}`,
    `  ${printable(placeOf(letter))}, key ${shown(key, encoding)}`,
    `  ${printable(consumer)} tried ${attempts === 1 ? 'once' : `${attempts} times`}, ${behind} behind it`,
    `  ${printable(error)}`,
    ...(reason === null ? [] : [`  discarded: ${printable(reason)}`]),
  ];
};

const detailsOf = (letter: DeadLetterDetails): string[] => {
  const { value, encoding, headers, history, waiting, behind } = letter;
  const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
  return [
    ...summaryOf(letter),
    'Headers:',
    ...indented(Object.entries(headers ?? {}).map(([name, text]) => `${printable(name)}: ${textOf(text)}`)),
    'Value:',
    ...indented([shown(value, encoding)]),
    'History:',
    ...indented(history.map(({ at, by, error }) => printable(`${at}  ${by}: ${error ?? 'redriven'}`))),
    `Behind it: ${behind}`,
    ...indented(
      waiting.map((message) => {
        const { headers: own, timestamp, value: text } = message;
        const type = textOf(own?.ce_type ?? 'of no type');
        return `${timestamp}  ${printable(placeOf(message))}  ${type}  ${shown(text, message.encoding)}`;
      }),
    ),
    ...(behind > waiting.length ? [`  and ${behind - waiting.length} more`] : []),
  ];
};
