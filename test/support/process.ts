import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, within } from './await.js';
import { closeAtEnd } from './cleanup.js';
import { servers } from './servers.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const stopDeadlineMs = 15_000;

export interface MillraceOptions {
  /** Added to, or put over, the addresses of the shared servers. Undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: all. */
  readonly roles?: readonly ('gateway' | 'relay' | 'streams' | 'consumers')[];
  /** Default: a free one. */
  readonly port?: number;
  /** Default 60 s. */
  readonly readyWithinMs?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface MillraceProcess {
  readonly pid: number;
  readonly port: number;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly exited: Promise<Exit>;
  /** All that it wrote, both streams. */
  output(): string;
  /** SIGKILL; resolves when it is gone. */
  kill9(): Promise<void>;
  /** SIGTERM, then SIGKILL after 15 s, which is an error. */
  stop(): Promise<Exit>;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
}

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/**
 * Runs `node dist/main.js` on the shared servers (give DATABASE_URL and TOPIC_PREFIX in `env`) and waits until it is
 * ready. It ends with the test file. Its output is in `test-results/logs`.
 *
 * @throws when it exits or is not ready in time; the message ends with its last output
 */
export const startMillrace = async (options: MillraceOptions = {}): Promise<MillraceProcess> => {
  const millrace = await spawnMillrace(options);
  try {
    await whenReady(millrace, options);
  } catch (error) {
    await millrace.kill9();
    throw new Error(`Millrace did not get ready: ${String(error)}\n${millrace.output().slice(-4000)}`, {
      cause: error,
    });
  }
  return millrace;
};

/** As `startMillrace`, without waiting: for starts that are to fail. */
export const spawnMillrace = async (options: MillraceOptions = {}): Promise<MillraceProcess> => {
  const { runDir, logDir } = servers();
  const port = options.port ?? (await freePort());
  const logFile = join(logDir, `${Date.now()}-${randomBytes(2).toString('hex')}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [join(root, 'dist', 'main.js')], {
    cwd: runDir,
    env: environment(options, port),
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = await started(child);
  const pidFile = join(runDir, 'pids', String(pid));
  writeFileSync(pidFile, '');
  void exited.then(() => rmSync(pidFile, { force: true }));

  const running = () => child.exitCode === null && child.signalCode === null;
  const kill9 = async () => {
    if (running()) child.kill('SIGKILL');
    await exited;
  };
  closeAtEnd(kill9);
  const output = () => readFileSync(logFile, 'utf8');
  return {
    pid,
    port,
    url: `http://127.0.0.1:${port}`,
    exited,
    output,
    kill9,
    stop: async () => {
      if (running()) child.kill('SIGTERM');
      try {
        return await within(
          exited,
          stopDeadlineMs,
          () => `Millrace (${pid}) did not stop\n${output().slice(-4000)}`,
        );
      } catch (error) {
        await kill9();
        throw error;
      }
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
};

/** Nothing of the test run's own environment but what a process needs to run at all. */
const environment = ({ env, roles }: MillraceOptions, port: number): NodeJS.ProcessEnv => {
  const { kafkaBrokers, databaseUrl, redisUrl } = servers();
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  const all = {
    PATH,
    HOME,
    TMPDIR,
    LANG,
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'info',
    KAFKA_BROKERS: kafkaBrokers.join(','),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    MILLRACE_ROLES: roles?.join(','),
    ...env,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

const started = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', reject);
  });

const whenReady = async (
  millrace: MillraceProcess,
  { roles, readyWithinMs = 60_000 }: MillraceOptions,
): Promise<void> => {
  let gone: Exit | undefined;
  void millrace.exited.then((exit) => (gone = exit));
  await eventually(() => gone ?? /^Millrace is ready/m.test(millrace.output()), { timeoutMs: readyWithinMs });
  if (gone) throw new Error(`it ended with ${gone.signal ?? gone.code}`);
  if (roles && !roles.includes('gateway')) return;
  await eventually(async () => (await fetch(`${millrace.url}/health/ready`)).ok, {
    timeoutMs: readyWithinMs,
  });
};
