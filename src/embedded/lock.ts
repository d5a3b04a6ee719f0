import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../errors.js';
import { PrerequisiteError } from './prerequisite.js';
import { startedAt } from './processes.js';

/**
 * Takes the data directory for this process; the answer gives it back. The lock of a dead process is taken over.
 * @throws PrerequisiteError when a living process holds it.
 */
export const lockDataDir = async (dataDir: string): Promise<() => void> => {
  const path = join(dataDir, 'millrace.lock');
  const mine = JSON.stringify({ pid: process.pid, startedAt: startedAt(process.pid) });
  for (;;) {
    try {
      writeFileSync(path, mine, { flag: 'wx' });
      return () => {
        if (readText(path) === mine) rmSync(path, { force: true });
      };
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const holder = livingHolder(path);
    if (holder)
      throw new PrerequisiteError(
        `Millrace already runs on ${dataDir} (process ${holder}): stop it first, or set MILLRACE_DATA_DIR to another directory`,
      );
    await removeStale(path);
  }
};

/**
 * Two processes may find the same stale lock. Only who makes the guard directory may remove it, after looking again;
 * otherwise the slower one would remove the lock that the faster one has just written.
 */
const removeStale = async (path: string): Promise<void> => {
  const guard = `${path}.stale`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const ageMs = Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (ageMs > 5_000) removeDirectory(guard);
    await delay(20);
    return;
  }
  try {
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    // An empty lock is one that is being written, unless it stays so.
    const beingWritten = readText(path) === '' && ageMs < 2_000;
    if (!beingWritten && livingHolder(path) === undefined) rmSync(path, { force: true });
  } finally {
    removeDirectory(guard);
  }
  await delay(20);
};

const livingHolder = (path: string): number | undefined => {
  try {
    const { pid, startedAt: start } = JSON.parse(readText(path)) as { pid: number; startedAt?: string };
    return startedAt(pid) === start && start !== undefined ? pid : undefined;
  } catch {
    return undefined;
  }
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const removeDirectory = (path: string): void => {
  try {
    rmdirSync(path);
  } catch {
    // Somebody else removed it.
  }
};
