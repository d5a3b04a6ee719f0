import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { DeadLetterState } from 'millrace-sdk';
import type { CommonOptions } from './connect.js';
import {
  discardLetters,
  listLetters,
  redriveLetters,
  showLetter,
  type DiscardLettersOptions,
  type ListLettersOptions,
  type RedriveLettersOptions,
} from './dlq.js';
import { renderVariables } from './env-example.js';
import { mostPartitions } from '../events/topics.js';
import { explain, exitCodes } from './failure.js';
import { importAccessLog, type ImportAccessLogOptions } from './import-access-log.js';
import { importRetail, type ImportRetailOptions } from './import-retail.js';
import {
  runGrow,
  runRecover,
  runResume,
  type GrowCommandOptions,
  type RecoverCommandOptions,
  type ResumeCommandOptions,
} from './operate.js';
import { sendRandomOrders, type RandomOrdersOptions } from './random-orders.js';
import { showStats, type StatsOptions } from './stats.js';
import { showStatus } from './status.js';
import { printJson, printLine, type Terminal } from './terminal.js';
import {
  createTopic,
  deleteTopic,
  describeTopic,
  listGroups,
  listTopics,
  produceMessage,
  tailTopic,
  type CreateTopicOptions,
  type ProduceOptions,
  type TailOptions,
} from './topics.js';

const exitCodeTable = `Exit codes: 0 done, 1 failed, 2 wrong usage, 69 a Millrace or what it needs is away, 78 bad configuration,
130 interrupted.`;

/**
 * Runs one `millrace` command.
 * @param args without the node and script that begin `process.argv`
 * @returns the exit code; it never throws
 */
export const runCommand = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  let exitCode: number = exitCodes.ok;
  const program = describeProgram(terminal, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    const { exitCode: failed, code, message } = explain(error);
    if (!(error instanceof CommanderError)) printLine(terminal.err, message);
    if (failed !== exitCodes.ok && args.includes('--json')) printJson(terminal, { error: { code, message } });
    return failed;
  }
};

/** Runs `work` with the command's own options and the common ones, wherever they stood. */
type Action = <Options extends CommonOptions>(
  work: (options: Options, ...args: string[]) => Promise<number>,
) => (...given: unknown[]) => Promise<void>;

const describeProgram = (terminal: Terminal, finish: (exitCode: number) => void): Command => {
  const program = new Command('millrace')
    .description('GraphQL with live subscriptions over Kafka and Postgres.')
    .option('--url <url>', 'address of a running Millrace (default: http://localhost and PORT)', parseUrl)
    .option('--json', 'one JSON document on standard output, everything else on standard error')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      // One line, whatever Commander makes of it.
      outputError: (text, write) =>
        write(`${text.trim().replace(/\s+/g, ' ').replace(/[^.]$/, '$&.')} See millrace --help.\n`),
      getOutHelpWidth: () => terminal.out.columns ?? 110,
      getErrHelpWidth: () => terminal.err.columns ?? 110,
    })
    .exitOverride()
    .addHelpText('after', () => `\n${renderVariables()}\n\n${exitCodeTable}`);

  const action: Action =
    (work) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      finish(await work(command.optsWithGlobals(), ...command.args));
    };

  program
    .command('start')
    .description(
      'start this process: a gateway, relay, streams and consumers, with embedded servers where none are named',
    )
    .action(async () => {
      const { run } = await import('../main.js');
      await run();
    });

  program
    .command('status')
    .description('whether a Millrace is ready, and each of its dependencies')
    .action(action((options) => showStatus(terminal, options)));

  program
    .command('stats')
    .description('statistics of all orders of a currency, by region')
    .option('--currency <code>', 'ISO 4217 code', 'KRW')
    .option('--watch', 'go on with each change, until Ctrl-C; with --json one document a line')
    .action(action<StatsOptions>((options) => showStats(terminal, options)));

  program
    .command('orders')
    .description('send orders')
    .command('random')
    .description('orders of 서울, 부산, 대구, 인천 and 광주, the same for the same seed')
    .option('--count <n>', 'how many', parseWhole(1, 10_000_000), 15)
    .option('--rate <n>', 'orders a second (default: as fast as they are taken)', parseRate)
    .option('--seed <n>', 'repeats an earlier run (default: chosen, and printed)', parseWhole(0, 2 ** 32 - 1))
    .option('--currency <code>', 'ISO 4217 code', 'KRW')
    .action(action<RandomOrdersOptions>((options) => sendRandomOrders(terminal, options)));

  const importing = program.command('import').description('import a data set');
  importing
    .command('retail')
    .description('the invoices of the Online Retail data set as orders; run again, it changes nothing')
    .argument('<file>', '.csv or .csv.gz')
    .option(
      '--rejects <file>',
      'what was rejected and why: .csv or .jsonl (default: <file>.rejects.csv, here)',
    )
    .option('--batch <n>', 'orders per request', parseWhole(1, 1000), 500)
    .action(action<ImportRetailOptions>((options, file = '') => importRetail(terminal, file, options)));

  importing
    .command('access-log')
    .description(
      'the lines of a log in the combined format as activities and error logs; run again, it changes nothing',
    )
    .argument('<file>', 'plain or .gz')
    .option('--service <name>', 'whose log it is', 'apache')
    .option('--batch <n>', 'lines per request', parseWhole(1, 1000), 500)
    .action(action<ImportAccessLogOptions>((options, file = '') => importAccessLog(terminal, file, options)));

  program
    .command('recover')
    .description('go on from a database that was restored from an earlier copy beside a newer log')
    .option('--from-log', 'take what the database does not have from the log')
    .option('--accept-loss', 'go on without it')
    .action(action<RecoverCommandOptions>((options) => runRecover(terminal, options)));

  program
    .command('streams')
    .description('streams and consumers')
    .command('resume')
    .description('let partitions go on that stand still because records were lost')
    .argument('<name>', 'of the stream or consumer')
    .option('--accept-loss', 'go on without the records that were lost')
    .action(action<ResumeCommandOptions>((options, name = '') => runResume(terminal, name, options)));

  describeTopics(
    program.command('topics').description('topics of Kafka, and what is in them'),
    terminal,
    action,
  );
  program
    .command('groups')
    .description('consumer groups and how far behind they are')
    .action(action((options) => listGroups(terminal, options)));

  describeDlq(program.command('dlq').description('dead letters'), terminal, action);
  return program;
};

const describeTopics = (topics: Command, terminal: Terminal, action: Action): void => {
  const named = (command: Command): Command => command.argument('<name>', 'of the topic');

  topics
    .command('list')
    .description('all topics, by name')
    .action(action((options) => listTopics(terminal, options)));

  named(topics.command('describe'))
    .description('one of them: its partitions and settings')
    .action(action((options, name = '') => describeTopic(terminal, name, options)));

  named(topics.command('create'))
    .description('make a topic')
    .option('--partitions <n>', 'how many', parseWhole(1, mostPartitions), 3)
    .option('--config <name=value...>', 'settings of Kafka, such as retention.ms=3600000')
    .action(action<CreateTopicOptions>((options, name = '') => createTopic(terminal, name, options)));

  named(topics.command('grow'))
    .description(
      'give a topic of Millrace more partitions while it runs; needs its KAFKA_BROKERS and DATABASE_URL, or its data directory',
    )
    .requiredOption('--partitions <n>', 'how many it is to have', parseWhole(1, mostPartitions))
    .option('--wait <seconds>', 'for the relay and readers to come near its end', parseWhole(1, 3_600), 30)
    .option(
      '--without <name>',
      'a stream or consumer that is gone for good; may be repeated',
      (name, given: string[] = []) => [...given, name],
    )
    .action(action<GrowCommandOptions>((options, name = '') => runGrow(terminal, name, options)));

  named(topics.command('delete'))
    .description('delete a topic with all its messages; those of Millrace stay')
    .action(action((options, name = '') => deleteTopic(terminal, name, options)));

  named(topics.command('tail'))
    .description('each message as it comes, until Ctrl-C; with --json one document a line')
    .option('--after <cursor>', 'go on behind this place')
    .option('--from-start', 'begin with the oldest message kept')
    .option('--key <key>', 'only of this key')
    .option('--text <text>', 'only with this in key or value')
    .action(action<TailOptions>((options, name = '') => tailTopic(terminal, name, options)));

  named(topics.command('produce'))
    .description('write one message')
    .argument('[value]', 'of the message (default: standard input)')
    .option('--key <key>', 'decides the partition')
    .option('--header <name=value>', 'of the message; may be repeated', (header, given: string[] = []) => [
      ...given,
      header,
    ])
    .action(
      action<ProduceOptions>((options, name = '', ...value) =>
        produceMessage(terminal, name, value[0], options),
      ),
    );
};

const describeDlq = (dlq: Command, terminal: Terminal, action: Action): void => {
  const selecting = (command: Command): Command =>
    command
      .option('--topic <name>', 'where the event came from')
      .option('--consumer <name>', 'the stream or consumer that failed')
      .option('--key <key>', 'of the event')
      .option('--text <text>', 'anywhere in its key, value or error')
      .option('--state <state>', 'pending, redriven or discarded', parseState);

  selecting(dlq.command('list'))
    .description('dead letters, newest first')
    .option('--first <n>', 'how many', parseWhole(1, 500), 50)
    .option('--after <cursor>', 'the page behind this one')
    .action(action<ListLettersOptions>((options) => listLetters(terminal, options)));

  dlq
    .command('show')
    .description('one of them: what it holds, its history, and what waits behind it')
    .argument('<id>', 'of the letter')
    .action(action((options, id = '') => showLetter(terminal, id, options)));

  selecting(dlq.command('redrive'))
    .description(
      'run again what failed, for the pending ones that all of this names; exits with 1 unless all succeed',
    )
    .argument('[ids...]', 'of letters')
    .option('--dry-run', 'only count them')
    .option('--max-per-second <n>', 'spread them', parseWhole(1, 10_000))
    .action(action<RedriveLettersOptions>((options, ...ids) => redriveLetters(terminal, ids, options)));

  dlq
    .command('discard')
    .description('give pending ones up, and let go on what waits behind them')
    .argument('<ids...>', 'of letters')
    .requiredOption('--reason <text>', 'kept with them')
    .action(action<DiscardLettersOptions>((options, ...ids) => discardLetters(terminal, ids, options)));
};

const parseUrl = (text: string): string => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('It must be an http or https address.');
  return text;
};

const parseWhole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };

const states = ['PENDING', 'REDRIVEN', 'DISCARDED'] as const;

const parseState = (text: string): DeadLetterState => {
  const state = states.find((name) => name === text.toUpperCase());
  if (!state) throw new InvalidArgumentError('It must be pending, redriven or discarded.');
  return state;
};

const parseRate = (text: string): number => {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0)
    throw new InvalidArgumentError('It must be a number above zero.');
  return value;
};
