import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockDataDir } from '../../src/embedded/lock.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a directory in use is refused in one line that names the process', async () => {
  const release = await lockDataDir(dir);
  await expect(lockDataDir(dir)).rejects.toThrow(`(process ${process.pid})`);
  release();
  (await lockDataDir(dir))();
});

test('the lock of a process whose pid another program has by now is taken over by one only', async () => {
  writeFileSync(join(dir, 'millrace.lock'), JSON.stringify({ pid: process.ppid, startedAt: 'long ago' }));
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(dir)));
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
});
