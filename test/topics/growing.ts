import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createQueue } from '../support/queue.js';
import { servers } from '../support/servers.js';
import type { Traffic, World } from '../crash/world.js';

export const topic = 'order.events.v1';
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** `millrace topics grow …`, with what it tells as it comes. */
export const begin = ({ env }: World, ...args: string[]) => {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [cli, 'topics', 'grow', ...args, '--json'], {
    env: { PATH, HOME, LOG_LEVEL: 'error', KAFKA_BROKERS: servers().kafkaBrokers.join(','), ...env },
  });
  const steps = createQueue<string>(`topics grow ${args.join(' ')}`);
  const written = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (written.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => {
    const lines = (written.err + bytes.toString()).split('\n');
    written.err = lines.pop() ?? '';
    for (const line of lines) steps.push(line);
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  closeAtEnd(() => {
    child.kill('SIGKILL');
    return exited;
  });
  const answer = async () => ({ code: await exited, answer: JSON.parse(written.out || 'null') as unknown });
  return { child, steps, exited, answer };
};

export const grow = (world: World, ...args: string[]) => begin(world, ...args).answer();

export const refusal = (code: string, message: RegExp) => ({
  answer: { error: { code, message: expect.stringMatching(message) } },
});

export const partitionsInUse = async ({ database }: World, name = topic): Promise<number> => {
  const [row] = await database.query<{ count: number }>(
    'select count(*)::int as count from outbox_partitions where topic = $1',
    [name],
  );
  return row?.count ?? 0;
};

/** Orders go on being sent until the answer is called, as many as are taken. */
export const sendOn = ({ load }: Traffic, atOnce: number): (() => void) => {
  const { sent } = load.journal;
  let until = 0;
  const timer = setInterval(() => {
    if (sent.size < until) return;
    until = sent.size + atOnce;
    load.allow(atOnce);
  }, 100);
  const stop = () => clearInterval(timer);
  closeAtEnd(stop);
  return stop;
};

/** What was accepted after the call reaches a subscriber within the time. */
export const isPublished = async ({ load, events }: Traffic, timeoutMs = 10_000): Promise<void> => {
  const { accepted } = load.journal;
  const known = new Set(accepted);
  load.allow(30);
  const fresh = await eventually(() => [...accepted].find((id) => !known.has(id)));
  await eventually(() => events.delivered.some(({ orderId }) => orderId === fresh), { timeoutMs });
};
