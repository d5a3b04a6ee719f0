import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { postgresBinaries } from './postgres-binaries.js';
import { postgresUser, type PostgresUser } from './postgres-user.js';
import { diskFull, PrerequisiteError } from './prerequisite.js';
import { bringUp, makeWhole, runningPorts, type RunningServer } from './server.js';

/**
 * A Postgres with its data in `dir`, reached by `url` with a password that is kept in `dir`.
 * @throws PrerequisiteError
 */
export const startPostgres = async (options: {
  dir: string;
  progress: (line: string) => void;
  signal: AbortSignal;
}): Promise<RunningServer & { readonly url: string }> => {
  const { dir, progress, signal } = options;
  const native = postgresBinaries();
  mkdirSync(dir, { recursive: true });
  const data = join(dir, 'data');
  const user = postgresUser({ data, above: dir, native });
  const password = keptPassword(join(dir, 'password'));
  if (!existsSync(data)) progress('Preparing the data directory of Postgres …');
  await makeWhole(data, (temporary) => initialise({ dir, data: temporary, native, user, password, signal }));
  const url = (port: number): string => urlOf(port, password);
  const server = await bringUp(
    {
      name: 'Postgres',
      variable: 'DATABASE_URL',
      dir,
      comm: 'postgres',
      portCount: 1,
      // After a crash it replays up to max_wal_size first.
      bootMs: 120_000,
      // Fast shutdown, which disconnects clients and writes a checkpoint; then the immediate one, which leaves that to recovery.
      stopSignals: [
        { signal: 'SIGINT', graceMs: 5_000 },
        { signal: 'SIGQUIT', graceMs: 1_500 },
      ],
      logs: { output: 'postgres.log', others: [] },
      command: ([port]) =>
        user.run(join(native, 'bin', 'postgres'), [
          '-D',
          data,
          '-p',
          String(port),
          ...settings.flatMap((it) => ['-c', it]),
        ]),
      // No server of this directory is left, but the pid in its file may be another program's by now, which Postgres would trust.
      beforeStart: () => {
        if (process.platform === 'linux') rmSync(join(data, 'postmaster.pid'), { force: true });
      },
      answers: ([port]) => accepts(url(port ?? 0)),
    },
    signal,
  );
  return { ...server, url: url(server.ports[0] ?? 0) };
};

const urlOf = (port: number, password: string): string =>
  `postgres://millrace:${password}@127.0.0.1:${port}/postgres`;

/** Of the Postgres that runs in `dir`. */
export const runningPostgres = (dir: string): string | undefined => {
  const [port] = runningPorts(dir) ?? [];
  return port === undefined ? undefined : urlOf(port, keptPassword(join(dir, 'password')));
};

const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=256MB',
  'jit=off',
  'wal_compression=on',
  'max_wal_size=2GB',
  'checkpoint_timeout=15min',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_checkpoints=off',
];

const initialise = async (options: {
  dir: string;
  data: string;
  native: string;
  user: PostgresUser;
  password: string;
  signal: AbortSignal;
}): Promise<void> => {
  const { dir, data, native, user, password, signal } = options;
  const passwordFile = join(dir, 'password.initdb');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  user.own(passwordFile);
  user.own(data);
  const { program, args, ...how } = user.run(join(native, 'bin', 'initdb'), [
    ...['-D', data, '-U', 'millrace', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
    // Texts sort by code point, the same on every machine; upper and lower case work beyond ASCII.
    ...[
      '-E',
      'UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
  ]);
  try {
    await promisify(execFile)(program, [...args], { ...how, cwd: dir, signal });
  } catch (error) {
    signal.throwIfAborted();
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    if (/No space left on device|Disk quota exceeded/i.test(said)) throw diskFull(dir, error);
    throw new PrerequisiteError(
      `Postgres could not prepare ${data} (${said.slice(-300)}): correct that, or set DATABASE_URL to a running Postgres`,
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
};

const keptPassword = (path: string): string => {
  // Empty: an earlier run was interrupted, before there was data.
  if (!statSync(path, { throwIfNoEntry: false })?.size)
    writeFileSync(path, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(path, 'utf8');
};

const accepts = async (connectionString: string): Promise<boolean> => {
  const client = new Client({ connectionString, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};
