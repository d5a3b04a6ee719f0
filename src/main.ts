import { fileURLToPath } from 'node:url';
import { createApp } from './app.js';
import { ConfigError, readConfig } from './config.js';
import { PrerequisiteError } from './embedded/embedded.js';
import { createLogger } from './logger.js';

/** Exit codes, as sysexits has them. */
const exitCodes = { ok: 0, failed: 1, unavailable: 69, badConfig: 78 } as const;

/** From the first signal to the end, also when something hangs. */
const stopDeadlineMs = 14_000;
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
    let signals = 0;
    const onSignal = (): void => {
      signals += 1;
      if (signals > 1) process.exit(exitCodes.failed);
      say('Stopping …');
      setTimeout(() => process.exit(exitCodes.failed), stopDeadlineMs).unref();
      void end(exitCodes.ok);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    if (config.profile === 'production')
      throw new ConfigError(['NODE_ENV: production needs authentication, which this version does not have yet']);
    say('Development mode: no authentication, everyone who reaches this address is an admin.');
    const { url } = await app.start();
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
