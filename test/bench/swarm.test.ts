import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const selfCheck = fileURLToPath(new URL('../../bench/support/self-check.mjs', import.meta.url));

test('the swarm of the benchmark tells each event that was lost, repeated or swapped, and no other', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [selfCheck], { timeout: 60_000 });
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(7);
  expect(lines.filter((line) => !line.startsWith('told: '))).toEqual([]);
});
