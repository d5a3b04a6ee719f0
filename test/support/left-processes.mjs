import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * Kills the processes whose pids are file names in `pidDir` and that still run Millrace.
 * @returns their pids
 */
export const killLeftProcesses = async (pidDir) => {
  const left = pidsIn(pidDir).filter(runsMillrace);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  for (let tries = 0; tries < 50 && left.some(runsMillrace); tries += 1) await sleep(20);
  rmSync(pidDir, { recursive: true, force: true });
  return left;
};

const pidsIn = (dir) => {
  try {
    return readdirSync(dir).map(Number);
  } catch {
    return [];
  }
};

/** A pid may have been given to a stranger since; where /proc is missing, it is believed. */
const runsMillrace = (pid) => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(join('/proc', String(pid), 'cmdline'), 'utf8').includes('main.js');
  } catch {
    return true;
  }
};

/** Ends what a killed Jest left in its run directory: processes of tests, and the servers, by adopting them. */
export const clearRunDir = async (runDir) => {
  await killLeftProcesses(join(runDir, 'pids'));
  const dataDir = join(runDir, 'data');
  if (existsSync(dataDir)) {
    const { startEmbedded } = await import(new URL('../../dist/embedded/embedded.js', import.meta.url).href);
    const all = { kafka: true, postgres: true, redis: true };
    const servers = await startEmbedded({ dataDir, cacheDir: cacheDir(), ...all, progress: () => {} });
    await servers.stop();
  }
  rmSync(runDir, { recursive: true, force: true });
};

/** Where downloads are kept; the same as for `npm start`. */
export const cacheDir = () =>
  process.env.TEST_CACHE_DIR ?? fileURLToPath(new URL('../../.cache', import.meta.url));
