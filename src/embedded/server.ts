// One life cycle for the three embedded servers. A server runs detached, in its own process group, with its output in
// files, so that neither Ctrl-C nor the death of Millrace reaches it. Its state file says which process it is; at the
// next start a server that is still there and answers is adopted, another one is ended, and then a new one is started.

import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './ports.js';
import { diskFull, PrerequisiteError } from './prerequisite.js';
import { endProcess, processesIn, startedAt } from './processes.js';

export interface ServerPlan {
  readonly name: string;
  /** Variable that names a server elsewhere instead. */
  readonly variable: string;
  /** Working directory; also holds state file and logs. Must exist. */
  readonly dir: string;
  /** Name of the process, as in `/proc/PID/comm`. */
  readonly comm: string;
  readonly portCount: number;
  readonly bootMs: number;
  readonly stopSignals: readonly { signal: NodeJS.Signals; graceMs: number }[];
  /** Files in `dir` that the server writes to and that explain a failed start; `output` is its stdout and stderr. */
  readonly logs: { readonly output: string; readonly others: readonly string[] };
  readonly command: (ports: readonly number[]) => ServerCommand;
  /** Called when no process of the server is left, before a new one is started. */
  readonly beforeStart?: () => void;
  readonly answers: (ports: readonly number[]) => Promise<boolean>;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Configuration to write into `dir` first: name to content. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

export interface RunningServer {
  readonly ports: readonly number[];
  readonly adopted: boolean;
  /** Ends the server; may be called twice. */
  stop(): Promise<void>;
}

interface ServerState {
  readonly pid: number;
  readonly startedAt: string;
  readonly ports: readonly number[];
  /** Hash of the command: a server that an older Millrace started in another way is not adopted. */
  readonly command: string;
}

const adoptWithinMs = 2_000;
const startAttempts = 3;

/**
 * Adopts the server that the last Millrace left behind, or starts one on the same data.
 * @throws PrerequisiteError when it does not come up; nothing is left running then.
 */
export const bringUp = async (plan: ServerPlan, signal: AbortSignal): Promise<RunningServer> => {
  const state = readState(plan);
  if (state && startedAt(state.pid) === state.startedAt) {
    if (state.command === fingerprint(plan.command(state.ports)) && (await answersInTime(plan, state)))
      return running(plan, state, true);
    await end(plan, state);
  }
  await endLeftBehind(plan);
  signal.throwIfAborted();
  for (let attempt = 1; ; attempt += 1) {
    const started = start(plan, await freePorts(plan.portCount, attempt === 1 ? state?.ports : undefined));
    try {
      await whenUp(plan, started, signal);
      return running(plan, started.state, false);
    } catch (error) {
      await end(plan, started.state);
      // Between our look and the server's own bind somebody else may take the port.
      if (attempt < startAttempts && !signal.aborted && /already in use/i.test(logTail(plan))) continue;
      throw error;
    }
  }
};

/** Ports of the server that runs in `dir`, whoever started it. */
export const runningPorts = (dir: string): readonly number[] | undefined => {
  const state = readState({ dir });
  return state && startedAt(state.pid) === state.startedAt ? state.ports : undefined;
};

const running = (plan: ServerPlan, state: ServerState, adopted: boolean): RunningServer => {
  let stopped: Promise<void> | undefined;
  return { ports: state.ports, adopted, stop: () => (stopped ??= end(plan, state)) };
};

const end = async (plan: ServerPlan, state: ServerState): Promise<void> => {
  await endProcess({ pid: state.pid, start: state.startedAt, signals: plan.stopSignals });
};

const endLeftBehind = async (plan: ServerPlan): Promise<void> => {
  await Promise.all(
    processesIn(plan.dir, plan.comm).map(async (pid) => {
      const start = startedAt(pid);
      if (start !== undefined) await endProcess({ pid, start, signals: plan.stopSignals });
    }),
  );
};

const answersInTime = async (plan: ServerPlan, state: ServerState): Promise<boolean> => {
  const deadline = Date.now() + adoptWithinMs;
  while (Date.now() < deadline && startedAt(state.pid) === state.startedAt) {
    if (await plan.answers(state.ports)) return true;
    await delay(50);
  }
  return false;
};

interface Started {
  readonly child: ChildProcess;
  readonly state: ServerState;
}

const start = (plan: ServerPlan, ports: readonly number[]): Started => {
  plan.beforeStart?.();
  const command = plan.command(ports);
  for (const [name, content] of Object.entries(command.files ?? {}))
    writeFileSync(join(plan.dir, name), content, { mode: 0o600 });
  for (const name of [plan.logs.output, ...plan.logs.others])
    if (existsSync(join(plan.dir, name)))
      renameSync(join(plan.dir, name), join(plan.dir, `${name}.previous`));
  const output = openSync(join(plan.dir, plan.logs.output), 'w', 0o600);
  const child = spawn(command.program, command.args, {
    cwd: plan.dir,
    detached: true,
    stdio: ['ignore', output, output],
    env: command.env,
    uid: command.uid,
    gid: command.gid,
  });
  closeSync(output);
  child.unref();
  child.once('error', () => undefined);
  const pid = child.pid ?? 0;
  const state = { pid, startedAt: (pid && startedAt(pid)) || 'gone', ports, command: fingerprint(command) };
  try {
    writeState(plan, state);
  } catch (error) {
    // A server that no state file names would outlive us unseen.
    child.kill('SIGKILL');
    throw error;
  }
  return { child, state };
};

const whenUp = async (plan: ServerPlan, { child, state }: Started, signal: AbortSignal): Promise<void> => {
  const deadline = Date.now() + plan.bootMs;
  while (!(await plan.answers(state.ports))) {
    signal.throwIfAborted();
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
      throw failure(plan, 'ended while starting');
    if (Date.now() > deadline) throw failure(plan, `did not answer within ${plan.bootMs / 1_000} s`);
    await delay(25);
  }
};

const failure = (plan: ServerPlan, what: string): PrerequisiteError => {
  const log = logTail(plan);
  if (/No space left on device|ENOSPC|Disk quota exceeded/i.test(log)) return diskFull(plan.dir);
  if (
    /Cannot allocate memory|insufficient memory|could not map anonymous shared memory|Could not reserve enough space/i.test(
      log,
    )
  )
    return new PrerequisiteError(
      `${plan.name} ${what}, as there is too little free memory: free some, or set ${plan.variable} to a running ${plan.name}`,
    );
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const said = lines.findLast((line) => /\b(FATAL|ERROR|PANIC|Exception|Error)\b/.test(line)) ?? lines.at(-1);
  return new PrerequisiteError(
    `${plan.name} ${what}${said ? ` (${said.trim().slice(0, 300)})` : ''}: see ${join(plan.dir, plan.logs.output)}, or set ${plan.variable} to a running ${plan.name}`,
  );
};

const logTail = (plan: ServerPlan): string =>
  [plan.logs.output, ...plan.logs.others]
    .map((name) => join(plan.dir, name))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').slice(-20_000))
    .join('\n');

const fingerprint = ({ program, args, files, env, uid, gid }: ServerCommand): string =>
  createHash('sha256')
    .update(JSON.stringify([program, args, files, env, uid, gid]))
    .digest('hex')
    .slice(0, 16);

const statePath = (plan: Pick<ServerPlan, 'dir'>): string => join(plan.dir, 'server.json');

const readState = (plan: Pick<ServerPlan, 'dir'>): ServerState | undefined => {
  try {
    return JSON.parse(readFileSync(statePath(plan), 'utf8')) as ServerState;
  } catch {
    return undefined;
  }
};

/** By a new name and a rename: a reader sees the old state or the new one, never half of it. */
const writeState = (plan: ServerPlan, state: ServerState): void => {
  writeFileSync(`${statePath(plan)}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${statePath(plan)}.new`, statePath(plan));
};

/**
 * Makes `dir` by `fill`, so that `dir` is there only when `fill` ran to its end, whatever interrupted an earlier run.
 * Each run has a folder of its own: what an interrupted one started may still be writing.
 */
export const makeWhole = async (dir: string, fill: (temporary: string) => Promise<void>): Promise<void> => {
  if (existsSync(dir)) return;
  for (const name of readdirSync(dirname(dir)))
    if (name.startsWith(`${basename(dir)}.new-`))
      rmSync(join(dirname(dir), name), { recursive: true, force: true, maxRetries: 10 });
  const temporary = mkdtempSync(`${dir}.new-`);
  await fill(temporary);
  renameSync(temporary, dir);
};
