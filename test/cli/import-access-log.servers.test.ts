import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { runCommand } from '../../src/cli/program.js';
import { closeAtEnd } from '../support/cleanup.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

const file = 'examples/data/apache-access-10k.log.gz';

let underTest: UnderTest;
let folder: string;

beforeAll(async () => {
  underTest = await startUnderTest();
  folder = mkdtempSync(join(tmpdir(), 'access-log-'));
  closeAtEnd(() => rmSync(folder, { recursive: true }));
});

const run = async (path: string, url = underTest.millrace.url) => {
  let out = '';
  const terminal = { out: { write: (text: string) => (out += text) }, err: { write: () => undefined } };
  const code = await runCommand(['import', 'access-log', path, '--url', url, '--json'], terminal);
  return { code, answer: JSON.parse(out) as Record<string, unknown> };
};

const stored = async () => ({
  activities: await underTest.database.query('select count(*)::int as count from user_activities'),
  logs: await underTest.database.query(
    'select level, left(message, 3) as status, count(*)::int as count from error_logs group by 1, 2 order by 1, 2',
  ),
});

const example = {
  activities: [{ count: 10_000 }],
  logs: [
    { level: 'ERROR', status: '500', count: 3 },
    { level: 'WARN', status: '403', count: 2 },
    { level: 'WARN', status: '404', count: 213 },
    { level: 'WARN', status: '416', count: 2 },
  ],
};

test('the requests to a real site are stored when the command ends, and a second import changes nothing', async () => {
  const summary = { lines: 10_000, activities: 10_000, logs: 220, rejected: 0, rejects: [], stored: true };
  for (let times = 0; times < 2; times++) {
    expect(await run(file)).toMatchObject({ code: 0, answer: summary });
    expect(await stored()).toEqual(example);
  }
  const answer = await underTest.client.data(
    `{ pipelineStats { activities errors byAction { name count } byLevel { name count } }
       errorLogs(first: 1, service: "apache", level: ERROR) { totalCount nodes { message } }
       userActivities(first: 1, userId: "83.149.9.216", to: "2015-05-17T10:05:01Z") {
         totalCount nodes { occurredAt action metadata } } }`,
  );
  expect(answer).toMatchObject({
    pipelineStats: {
      activities: 10_000,
      errors: 220,
      byAction: [
        { name: 'GET', count: 9952 },
        { name: 'HEAD', count: 42 },
        { name: 'POST', count: 5 },
        { name: 'OPTIONS', count: 1 },
      ],
    },
    errorLogs: { totalCount: 3 },
    userActivities: {
      totalCount: 1,
      nodes: [{ occurredAt: '2015-05-17T10:05:00.000Z', action: 'GET', metadata: { status: 200 } }],
    },
  });
});

test('a line that cannot be read and one that is refused are named, and the others count', async () => {
  const [good = ''] = gunzipSync(readFileSync(file)).toString().split('\n');
  const path = join(folder, 'some.log');
  writeFileSync(path, [good, 'garbage', good.replace('83.149.9.216', 'x'.repeat(300)), good, ''].join('\n'));
  const before = await stored();
  expect(await run(path)).toMatchObject({
    code: 0,
    answer: {
      lines: 4,
      activities: 2,
      logs: 0,
      rejected: 2,
      rejects: [
        { line: 2, reason: 'UNREADABLE_LINE' },
        { line: 3, reason: 'BAD_USER_INPUT' },
      ],
    },
  });
  expect((await stored()).activities).toEqual([
    { count: (before.activities[0] as { count: number }).count + 2 },
  ]);
});

test('what is no log, no file, half a file or sent to nobody fails and says so', async () => {
  const path = join(folder, 'other');
  writeFileSync(path, 'InvoiceNo,StockCode\n1,2\n');
  expect(await run(path)).toMatchObject({ code: 1, answer: { lines: 2, activities: 0, rejected: 2 } });
  const none = await run(join(folder, 'none'));
  expect(none).toMatchObject({ code: 1, answer: { error: { code: 'FAILED' } } });
  expect(JSON.stringify(none.answer)).toContain('cannot be read: ENOENT');
  writeFileSync(path, readFileSync(file).subarray(0, 1000));
  expect(JSON.stringify((await run(path)).answer)).toContain('cannot be read: unexpected end of file');
  expect(await run(file, 'http://127.0.0.1:1')).toMatchObject({ code: 69 });
});
