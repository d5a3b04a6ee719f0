import { fileURLToPath } from 'node:url';
import { createApp } from './app.js';
import { ConfigError, readConfig } from './config.js';
import { PrerequisiteError } from './embedded/embedded.js';
import { createLogger } from './logger.js';

/** Exit codes, as sysexits has them. */
const exitCodes = { ok: 0, failed: 1, unavailable: 69, badConfig: 78 } as const;

/** From the first signal to the end, also when something hangs. */
const stopDeadlineMs = 14_000;
const sameSignalMs = 500;
const cacheDir = fileURLToPath(new URL('../.cache', import.meta.url));

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const exitCodeOf = (error: unknown): number => {
  if (error instanceof ConfigError) return exitCodes.badConfig;
  return error instanceof PrerequisiteError ? exitCodes.unavailable : exitCodes.failed;
};

/** Runs Millrace until a signal ends it; then the process exits. */
export const run = async (): Promise<void> => {
  try {
    const config = readConfig();
    const logger = createLogger(config.logLevel);
    const end = async (code: number): Promise<never> => {
      await app.stop();
      process.exit(code);
    };
    const app = createApp({
      config,
      cacheDir,
      logger,
      progress: say,
      onFatal: (message) => {
        say(message);
        void end(exitCodes.failed);
      },
    });
    let firstSignalAt: number | undefined;
    const onSignal = (): void => {
      if (firstSignalAt !== undefined) {
        // npm passes on the Ctrl-C that the terminal sent to both: that is one signal.
        if (performance.now() - firstSignalAt > sameSignalMs) process.exit(exitCodes.failed);
        return;
      }
      firstSignalAt = performance.now();
      say('Stopping …');
      setTimeout(() => process.exit(exitCodes.failed), stopDeadlineMs).unref();
      void end(exitCodes.ok);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    if (config.profile === 'production')
      throw new ConfigError([
        'NODE_ENV: production needs authentication, which this version does not have yet',
      ]);
    const { url } = await app.start();
    say('Development mode: no authentication, everyone who reaches this address is an admin.');
    process.stdout.write(`${readyLine(url, config.roles)}\n`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exit(exitCodeOf(error));
  }
};

const readyLine = (url: string | undefined, roles: readonly string[]): string =>
  url === undefined
    ? `Millrace is ready (${roles.join(', ')})`
    : `Millrace is ready: ${url} (GraphQL ${url}/graphql, playground ${url}/playground, health ${url}/health/ready)`;

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
