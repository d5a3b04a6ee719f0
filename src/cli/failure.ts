import { CommanderError } from 'commander';
import { MillraceError } from 'millrace-sdk';
import { ConfigError } from '../config.js';
import { PrerequisiteError } from '../embedded/embedded.js';
import { MillraceError as OwnError } from '../errors.js';

/** Of the process. 69 and 78 are those of sysexits.h. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unavailable: 69,
  badConfig: 78,
  interrupted: 130,
} as const;

/** A failure that a command words itself, in one line. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CommandError';
  }
}

export const nobodyAnswers = (url: string): CommandError =>
  new CommandError(
    exitCodes.unavailable,
    `No Millrace answers at ${url}. Start it with npm start, or name another with --url.`,
  );

/** The exit code of a failure, and what to say of it; what Commander throws it has said already. */
export const explain = (error: unknown): { exitCode: number; code: string; message: string } => {
  if (error instanceof CommanderError)
    return {
      exitCode: error.exitCode === 0 ? exitCodes.ok : exitCodes.usage,
      code: 'USAGE',
      message: error.code === 'commander.help' ? 'Name a command.' : error.message.replace(/^error: /, ''),
    };
  if (error instanceof ConfigError)
    return { exitCode: exitCodes.badConfig, code: 'BAD_CONFIG', message: error.message };
  if (error instanceof PrerequisiteError)
    return { exitCode: exitCodes.unavailable, code: 'UNAVAILABLE', message: error.message };
  if (error instanceof CommandError)
    return { exitCode: error.exitCode, code: codeOf(error.exitCode), message: error.message };
  if (error instanceof MillraceError || error instanceof OwnError) {
    const away = ['NETWORK', 'UNAVAILABLE', 'OUTCOME_UNKNOWN'].includes(error.code);
    return {
      exitCode: away ? exitCodes.unavailable : exitCodes.failed,
      code: error.code,
      message: `${error.code}: ${error.message}`,
    };
  }
  return { exitCode: exitCodes.failed, code: 'FAILED', message: messageOf(error) };
};

const codeOf = (exitCode: number): string => {
  if (exitCode === exitCodes.usage) return 'USAGE';
  return exitCode === exitCodes.unavailable ? 'UNAVAILABLE' : 'FAILED';
};

export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });

/** Of whatever was thrown. */
export const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
