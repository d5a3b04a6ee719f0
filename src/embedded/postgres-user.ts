// Postgres refuses to run as root. Millrace never creates a user, so root runs Postgres as one that exists. That user
// may be unable to enter the directories above the data (a clone below a directory of mode 0700); then Postgres
// gets one capability, to pass such directories and nothing else of root's, by setpriv of util-linux.

import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PrerequisiteError } from './prerequisite.js';
import type { ServerCommand } from './server.js';

/** How a command of Postgres is to be run. */
export interface PostgresUser {
  run(program: string, args: readonly string[]): ServerCommand;
  /** Gives a file or directory to the user. */
  own(path: string): void;
}

// Not the user's own: neither their library path nor their PG variables may reach it.
const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * The user for the Postgres whose data is, or will be, in `data`, with its binaries in `native`; `above` is the existing
 * directory that holds `data`.
 * @throws PrerequisiteError when no existing user can run it
 */
export const postgresUser = (options: { data: string; above: string; native: string }): PostgresUser => {
  const { data, above, native } = options;
  if (process.getuid?.() !== 0)
    return { run: (program, args) => ({ program, args, env }), own: () => undefined };
  const user = ownerOf(data) ?? lookUp('postgres') ?? lookUp('nobody');
  if (!user)
    throw new PrerequisiteError(
      'Postgres does not run as root, and there is neither a user `postgres` nor `nobody`: start Millrace as an ordinary user, or set DATABASE_URL to a running Postgres',
    );
  const way = ways(user).find((run) => reaches(run, above, native));
  if (!way)
    throw new PrerequisiteError(
      `Postgres does not run as root, and user ${user.name} cannot enter ${above}: start Millrace as an ordinary user, move it to a directory that others may enter (chmod o+x), or set DATABASE_URL to a running Postgres`,
    );
  return { run: way, own: (path) => chownSync(path, user.uid, user.gid) };
};

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

type Run = PostgresUser['run'];

const ways = ({ uid, gid }: User): Run[] => [
  (program, args) => ({ program, args, env, uid, gid }),
  withCapability({ uid, gid, capability: 'dac_read_search' }),
  // Containers often have only this one.
  withCapability({ uid, gid, capability: 'dac_override' }),
];

const withCapability =
  ({ uid, gid, capability }: { uid: number; gid: number; capability: string }): Run =>
  (program, args) => ({
    program: 'setpriv',
    args: [
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
      // Without it the access(2) by which Postgres looks for its own files ignores the capability.
      '--securebits=+no_setuid_fixup',
      '--',
      program,
      ...args,
    ],
    env,
  });

/** By trying: enter the directory, run the binary with its libraries, read a file of its share. */
const reaches = (run: Run, above: string, native: string): boolean => {
  const share = join(native, 'share', 'postgresql', 'postgresql.conf.sample');
  const script = 'cd "$1" && "$2" --version && exec < "$3"';
  const { program, args, uid, gid } = run('/bin/sh', [
    '-c',
    script,
    'sh',
    above,
    join(native, 'bin', 'postgres'),
    share,
  ]);
  return spawnSync(program, args, { uid, gid, env, stdio: 'ignore' }).status === 0;
};

/** Data that an ordinary user's Millrace made stays theirs. */
const ownerOf = (data: string): User | undefined => {
  if (!existsSync(data)) return undefined;
  const { uid, gid } = statSync(data);
  return uid === 0 ? undefined : { name: String(uid), uid, gid };
};

const lookUp = (name: string): User | undefined => {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { name, uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
};
