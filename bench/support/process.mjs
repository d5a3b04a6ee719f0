import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The first start fetches Kafka. */
const readyMs = 300_000;
const stopMs = 20_000;
const memoryMs = 20_000;

export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Rejects when `work` takes longer. */
export const within = (ms, what, work) => {
  let late;
  const tooLate = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(late));
};

/**
 * A process that ends with this one, whatever ends this one but SIGKILL.
 * @param {{ name: string, command: string, args: string[], env: NodeJS.ProcessEnv, isReady: (output: string) => boolean }} options
 * @returns {Promise<{ pid: number, exited: Promise<unknown>, stop: () => Promise<void>, memory: () => Promise<NodeJS.MemoryUsage> }>} when it is ready
 */
export const startProcess = async ({ name, command, args, env, isReady }) => {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  void exited.then(() => process.off('exit', end));
  const stop = async () => {
    end();
    const killing = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await exited;
    clearTimeout(killing);
  };
  const ready = new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (text) => {
      if (output === undefined) return;
      output += text;
      if (!isReady(output)) return;
      output = undefined;
      resolve();
    });
    void exited.then((code) => reject(new Error(`${name} ended with ${code}`)));
  });
  try {
    await within(readyMs, `the start of ${name}`, ready);
  } catch (error) {
    await stop();
    throw error;
  }
  /** After a collection of garbage. Only of a process that has the probe (memory-probe.mjs). */
  const memory = () =>
    within(
      memoryMs,
      `the memory of ${name}`,
      new Promise((resolve) => {
        child.once('message', resolve);
        child.send('memory');
      }),
    );
  return { pid: child.pid, exited, stop, memory };
};

/** Environment in which a Node process has the probe for its memory. */
export const withProbe = (env = {}) => {
  const probe = new URL('memory-probe.mjs', import.meta.url).href;
  return {
    ...process.env,
    ...env,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${probe}`.trim(),
  };
};

const ticksPerSecond = 100;

/** CPU that a process has used so far, in s, with all its threads. NaN where there is no /proc. */
export const cpuSeconds = (pid) => {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  const stat = readFileSync(file, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};
