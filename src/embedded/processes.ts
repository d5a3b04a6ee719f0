import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * When process `pid` began, as a text to compare: a recycled pid has another one, also after a reboot.
 * Undefined when there is no such process, or only its zombie.
 */
export const startedAt = (pid: number): string | undefined => {
  if (process.platform !== 'linux') return startedAtByPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything; after it come the state (field 3) and, as field 22, the start in ticks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${bootId()} ${fields[19]}`;
  } catch {
    return undefined;
  }
};

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

const startedAtByPs = (pid: number): string | undefined => {
  try {
    const [, state, start] = /^(\S+)\s+(.+)$/.exec(
      execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim(),
    ) ?? [undefined, 'Z', undefined];
    return state.startsWith('Z') ? undefined : start;
  } catch {
    return undefined;
  }
};

/**
 * The processes called `command` whose working directory is `dir` or below: a server whose state file was not yet
 * written when Millrace was killed. Linux only; elsewhere none.
 */
export const processesIn = (dir: string, command: string): number[] => {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const cwd = readlinkSync(`/proc/${pid}/cwd`);
        return (
          (cwd === dir || cwd.startsWith(`${dir}/`)) &&
          readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === command
        );
      } catch {
        return false;
      }
    });
};

/**
 * Ends process `pid` (begun at `start`): each of `signals` in turn, then SIGKILL to its process group.
 * Resolves once it is gone, at the latest a second after the last signal's time.
 */
export const endProcess = async (options: {
  pid: number;
  start: string;
  signals: readonly { signal: NodeJS.Signals; graceMs: number }[];
}): Promise<'ended' | 'killed'> => {
  const { pid, start, signals } = options;
  for (const { signal, graceMs } of signals) {
    if (startedAt(pid) !== start) return 'ended';
    kill(pid, signal);
    if (await gone(pid, start, graceMs)) return 'ended';
  }
  kill(-pid, 'SIGKILL');
  kill(pid, 'SIGKILL');
  await gone(pid, start, 1_000);
  return 'killed';
};

const gone = async (pid: number, start: string, withinMs: number): Promise<boolean> => {
  const deadline = Date.now() + withinMs;
  while (startedAt(pid) === start) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
};

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
};

/** Whether a program of this name can be run; `args` should make it end at once. */
export const canRun = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).error === undefined;
