import { pino, type Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard error with ISO times; standard output is for what a command answers. */
export const createLogger = (level: LogLevel): Logger =>
  pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      base: undefined,
      redact: ['*.password', '*.databaseUrl', '*.authorization'],
    },
    pino.destination({ dest: 2, sync: true }),
  );
