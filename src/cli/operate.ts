import { fileURLToPath } from 'node:url';
import { readConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { growRunning, recover, resumeStream, type OperationOptions } from '../operations.js';
import type { CommonOptions } from './connect.js';
import { CommandError, exitCodes } from './failure.js';
import { printJson, printLine, untilInterrupted, type Terminal } from './terminal.js';

/** Commands that work on Kafka and Postgres themselves, all but `topics grow` while no Millrace runs on them. */
const optionsFor = (terminal: Terminal): OperationOptions => {
  const config = readConfig();
  return {
    config,
    cacheDir: fileURLToPath(new URL('../../.cache', import.meta.url)),
    logger: createLogger(config.logLevel === 'debug' ? 'warn' : config.logLevel),
    progress: (line) => printLine(terminal.err, line),
  };
};

export interface RecoverCommandOptions extends CommonOptions {
  readonly fromLog?: boolean;
  readonly acceptLoss?: boolean;
}

/** `millrace recover --from-log | --accept-loss`. */
export const runRecover = async (terminal: Terminal, options: RecoverCommandOptions): Promise<number> => {
  if (options.fromLog === options.acceptLoss)
    throw new CommandError(exitCodes.usage, 'millrace recover: name one way, --from-log or --accept-loss.');
  const recovered = await recover(optionsFor(terminal), options.fromLog ? 'from-log' : 'accept-loss');
  if (options.json) printJson(terminal, { recovered });
  else if (recovered.length === 0)
    printLine(terminal.out, 'The database is not behind the log: nothing to recover.');
  for (const { topic, partition, events } of options.json ? [] : recovered)
    printLine(terminal.out, `${topic}/${partition}: ${events} events recovered`);
  return exitCodes.ok;
};

export interface ResumeCommandOptions extends CommonOptions {
  readonly acceptLoss?: boolean;
}

/** `millrace streams resume NAME --accept-loss`. */
export const runResume = async (
  terminal: Terminal,
  name: string,
  options: ResumeCommandOptions,
): Promise<number> => {
  if (!options.acceptLoss)
    throw new CommandError(
      exitCodes.usage,
      'millrace streams resume: goes on without the records that were lost; say so with --accept-loss.',
    );
  const resumed = await resumeStream(optionsFor(terminal), name);
  if (options.json) printJson(terminal, { resumed });
  else if (resumed.length === 0) printLine(terminal.out, `No partition of ${name} stands still.`);
  for (const { topic, partition, from, to } of options.json ? [] : resumed)
    printLine(terminal.out, `${topic}/${partition}: goes on at ${to}, stood at ${from}`);
  return exitCodes.ok;
};

export interface GrowCommandOptions extends CommonOptions {
  readonly partitions: number;
  /** Seconds. */
  readonly wait: number;
  readonly without?: readonly string[];
}

/** `millrace topics grow NAME --partitions N`. Ctrl-C lets the topic go on as it was. */
export const runGrow = async (
  terminal: Terminal,
  topic: string,
  { partitions, wait, without = [], json }: GrowCommandOptions,
): Promise<number> => {
  const grown = await untilInterrupted(async (signal) => {
    try {
      return await growRunning(optionsFor(terminal), {
        topic,
        partitions,
        waitMs: wait * 1_000,
        without,
        signal,
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new CommandError(exitCodes.interrupted, `Interrupted: ${topic} goes on as it was.`, {
        cause: error,
      });
    }
  });
  if (json) printJson(terminal, grown);
  else printLine(terminal.out, `${grown.topic} has ${grown.to} partitions instead of ${grown.from}.`);
  return exitCodes.ok;
};
