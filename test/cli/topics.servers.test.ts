import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { closeAtEnd } from '../support/cleanup.js';
import { createQueue } from '../support/queue.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

let started: UnderTest;
beforeAll(async () => {
  started = await startUnderTest({ roles: ['gateway'] });
});

/** `millrace …`, with the lines that it writes as they come. */
const begin = (...args: string[]) => {
  const all = ['dist/cli/main.js', ...args, '--url', started.millrace.url];
  const child = spawn(process.execPath, all, { cwd: root });
  const lines = createQueue<string>(`millrace ${args.join(' ')}`);
  const written = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => {
    const ready = (written.out + bytes.toString()).split('\n');
    written.out = ready.pop() ?? '';
    for (const line of ready) lines.push(line);
  });
  child.stderr.on('data', (bytes: Buffer) => (written.err += bytes.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  closeAtEnd(() => {
    child.kill('SIGKILL');
    return exited;
  });
  return { child, lines, exited, errors: () => written.err };
};

const run = async <Answer>(...args: string[]): Promise<{ code: number | null; answer: Answer }> => {
  const { child, lines, exited } = begin(...args, '--json');
  child.stdin.end();
  const code = await exited;
  return { code, answer: JSON.parse(lines.all.join('\n')) as Answer };
};

test('a topic is made, written, followed until Ctrl-C, followed again behind the cursor, and deleted', async () => {
  const name = 'their.clicks';
  expect(
    await run('topics', 'create', name, '--partitions', '1', '--config', 'retention.ms=60000'),
  ).toMatchObject({
    code: 0,
    answer: { name, config: { 'retention.ms': '60000' } },
  });
  expect(await run('topics', 'produce', name, 'first', '--key', 'k')).toMatchObject({
    code: 0,
    answer: { topic: name, partition: 0, offset: '0' },
  });
  const piped = begin('topics', 'produce', name, '--key', 'k', '--header', 'a=b');
  piped.child.stdin.end('second\u001b');
  expect(await piped.exited).toBe(0);

  const tail = begin('topics', 'tail', name, '--from-start');
  expect(await tail.lines.next()).toMatch(/^\d{4}-\S+Z {2}their\.clicks\/0\/0 {2}k {2}first$/);
  expect(await tail.lines.next()).toMatch(/their\.clicks\/0\/1 {2}k {2}second\\u\{1b\}$/);
  tail.child.kill('SIGINT');
  expect(await tail.exited).toBe(0);
  const [, cursor = ''] = /--after (\S+)\n$/.exec(tail.errors()) ?? [];

  await run('topics', 'produce', name, 'other', '--key', 'else');
  await run('topics', 'produce', name, 'third', '--key', 'k');
  const on = begin('topics', 'tail', name, '--after', cursor, '--key', 'k', '--json');
  expect(JSON.parse(await on.lines.next())).toMatchObject({ offset: '3', value: 'third' });
  expect(await run('topics', 'delete', name)).toEqual({ code: 0, answer: { deleted: true } });
  expect(await on.exited).toBe(1);
  expect(on.errors()).toMatch(/NOT_FOUND/);
  expect(await run('topics', 'delete', name)).toEqual({ code: 1, answer: { deleted: false } });
});

test('topics and groups are listed, and those of Millrace stay', async () => {
  const { answer } = await run<{ name: string }[]>('topics', 'list');
  expect(answer.map(({ name }) => name)).toContain('order.events.v1');
  expect(await run('topics', 'describe', 'order.events.v1')).toMatchObject({
    code: 0,
    answer: { name: 'order.events.v1', config: { 'retention.ms': '-1' } },
  });
  expect(await run('topics', 'delete', 'order.events.v1')).toMatchObject({
    code: 1,
    answer: { error: { code: 'FORBIDDEN' } },
  });
  expect(await run('groups')).toMatchObject({ code: 0 });
});
