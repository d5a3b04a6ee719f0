import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** An answer is waited for this much longer than what was asked may take. */
const graceMs = 10_000;
const spareFiles = 200;

/** @throws when this user may not open so many sockets; Node itself raises the soft limit to the hard one */
export const checkFileLimit = (sockets) => {
  let most = Number.POSITIVE_INFINITY;
  try {
    most = Number(
      /Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? most,
    );
  } catch {
    // No such file: not Linux.
  }
  if (most < sockets + spareFiles)
    throw new Error(
      `${sockets} sockets need a limit of ${sockets + spareFiles} open files in each process, and it is ${most}: raise it with "ulimit -n" first.`,
    );
};

/**
 * Starts the swarm. Its verbs, each of which has a deadline:
 * - `open`: sockets for that many clients, `perSocket` of them on each, acknowledged;
 * - `subscribe`: each client, to its key when `filtered`, else to all;
 * - `hasBegun`: how many clients have yet to see an event of a key of theirs;
 * - `begin`: counts anew;
 * - `finish`: waits until all have all numbers, or nobody gets anything for a while, and tells what was counted;
 * - `close`: all sockets.
 * `troubles` are what the server said that is no event: errors, ends, closed sockets, with how often.
 */
export const startSwarm = () => {
  const child = fork(fileURLToPath(new URL('swarm.mjs', import.meta.url)));
  const waiting = new Map();
  let lastId = 0;
  const fail = (reason) => {
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };
  child.on('message', ({ id, value, error }) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(`the swarm: ${error}`));
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  void exited.then((code) => fail(`the swarm ended with ${code}`));

  const ask = (verb, args = {}, deadlineMs = 30_000) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      const id = lastId;
      const late = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`the swarm did not ${verb} within ${deadlineMs + graceMs} ms`));
      }, deadlineMs + graceMs);
      const settle = (how) => (value) => {
        clearTimeout(late);
        how(value);
      };
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      child.send({ id, verb, args: { ...args, deadlineMs } });
    });

  return {
    pid: child.pid,
    open: (options) => ask('open', options),
    subscribe: (options) => ask('subscribe', options),
    hasBegun: () => ask('hasBegun'),
    begin: () => ask('begin'),
    finish: (numbers, deadlineMs, quietMs = 20_000) => ask('finish', { numbers, quietMs }, deadlineMs),
    close: () => ask('close'),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
