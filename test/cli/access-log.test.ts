import { describe, expect, test } from '@jest/globals';
import { readAccessLog, type AccessEntry } from '../../src/cli/access-log.js';
import { readLines } from '../../src/cli/read-lines.js';

const file = 'examples/data/apache-access-10k.log.gz';

const read = async (
  lines: AsyncIterable<string> | readonly string[],
  name = 'access.log',
): Promise<{ entries: AccessEntry[]; problems: [number, string][] }> => {
  const entries: AccessEntry[] = [];
  const problems: [number, string][] = [];
  for await (const entry of readAccessLog(lines, { file: name, service: 'apache' }))
    if ('problem' in entry) problems.push([entry.line, entry.problem]);
    else entries.push(entry);
  return { entries, problems };
};

const line = ({
  address = '192.0.2.1',
  user = '-',
  time = '17/May/2015:10:05:03 +0000',
  request = 'GET /a HTTP/1.1',
  status = '200',
  bytes = '5',
  referrer = '-',
  agent = 'curl/8',
} = {}): string => `${address} - ${user} [${time}] "${request}" ${status} ${bytes} "${referrer}" "${agent}"`;

const readOne = async (text: string): Promise<AccessEntry> => {
  const { entries, problems } = await read([text]);
  expect(problems).toEqual([]);
  expect(entries).toHaveLength(1);
  return entries[0]!;
};

test('every line of the example file is an activity, and what failed an error log as well', async () => {
  const { entries, problems } = await read(readLines(file), 'apache-access-10k.log.gz');
  expect(problems).toEqual([]);
  expect(entries).toHaveLength(10_000);
  expect(new Set(entries.map(({ activity }) => activity.id)).size).toBe(10_000);
  const counts: Record<string, number> = {};
  for (const { log } of entries) {
    if (!log) continue;
    const kind = `${log.level} ${log.message.slice(0, 3)}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  expect(counts).toEqual({ 'WARN 404': 213, 'WARN 403': 2, 'WARN 416': 2, 'ERROR 500': 3 });
  expect(entries[0]).toEqual({
    line: 1,
    activity: {
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
      userId: '83.149.9.216',
      action: 'GET',
      metadata: {
        path: '/presentations/logstash-monitorama-2013/images/kibana-search.png',
        status: 200,
        bytes: 203023,
        agent:
          'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.77 Safari/537.36',
        referrer: 'http://semicomplete.com/presentations/logstash-monitorama-2013/',
        protocol: 'HTTP/1.1',
      },
      occurredAt: '2015-05-17T10:05:03.000Z',
    },
  });
});

test('a request that failed is an error log of the service, with the id of its activity', async () => {
  const { activity, log } = await readOne(line({ status: '404', time: '01/Jan/2016:00:30:00 +0900' }));
  expect(log).toEqual({
    id: activity.id,
    service: 'apache',
    level: 'WARN',
    message: '404 GET /a',
    metadata: { userId: '192.0.2.1' },
    occurredAt: '2015-12-31T15:30:00.000Z',
  });
  expect((await readOne(line({ status: '599' }))).log).toMatchObject({ level: 'ERROR' });
  expect((await readOne(line({ status: '399' }))).log).toBeUndefined();
});

test('an id is that of file, line and text: repeated lines count, a file that is packed or grows does not count again', async () => {
  const ids = async (lines: readonly string[], name?: string) =>
    (await read(lines, name)).entries.map(({ activity }) => activity.id);
  const [first, second, ...none] = await ids([line(), line()]);
  expect(none).toEqual([]);
  expect(second).not.toBe(first);
  expect(await ids([line(), line(), line()], 'access.log.gz')).toEqual([first, second, expect.any(String)]);
  expect(await ids([line(), line()], 'other.log')).not.toContain(first);
  expect(await ids([line({ bytes: '6' })])).not.toContain(first);
});

describe('what servers log', () => {
  test.each<[string, object, Record<string, unknown>, string]>([
    ['no path and no protocol', { request: '-', status: '408' }, { action: '-', path: '-' }, '408 -'],
    ['no protocol', { request: 'GET /old', status: '400' }, { action: 'GET', path: '/old' }, '400 GET /old'],
    [
      'what is no request',
      { request: String.raw`\x16\x03\x01 \x02`, status: '400' },
      { action: '-', path: String.raw`\x16\x03\x01 \x02` },
      String.raw`400 \x16\x03\x01 \x02`,
    ],
    [
      'spaces in the path',
      { request: 'GET /a b HTTP/1.0', status: '404' },
      { action: 'GET', path: '/a b', protocol: 'HTTP/1.0' },
      '404 GET /a b',
    ],
    [
      'escaped quotes and backslashes in the request',
      { request: String.raw`GET /\"a\\ HTTP/1.1`, status: '404' },
      { action: 'GET', path: '/"a\\', protocol: 'HTTP/1.1' },
      '404 GET /"a\\',
    ],
    [
      'a path that ends like another field',
      { request: String.raw`GET /\" 200 5 \"-\" HTTP/1.1`, status: '500' },
      { path: '/" 200 5 "-"' },
      '500 GET /" 200 5 "-"',
    ],
    ['SQL', { request: "GET /';drop--", status: '404' }, { path: "/';drop--" }, "404 GET /';drop--"],
  ])('%s', async (_, fields, { action = 'GET', ...metadata }, message) => {
    const { activity, log } = await readOne(line(fields));
    expect(activity).toMatchObject({ action, metadata });
    expect(log?.message).toBe(message);
  });

  test('fields that are not there are left out', async () => {
    const { activity } = await readOne(line({ bytes: '-', referrer: '-', agent: '' }));
    expect(activity.metadata).toEqual({ path: '/a', status: 200, protocol: 'HTTP/1.1' });
    const common = await readOne('::1 - jane [17/May/2015:10:05:03 +0000] "HEAD / HTTP/1.1" 304 -');
    expect(common.activity).toMatchObject({ userId: '::1', action: 'HEAD' });
  });

  test('a quote in the agent, and one that is missing because the line was cut short', async () => {
    const quoted = await readOne(line({ agent: String.raw`a \"b\" \\` }));
    expect(quoted.activity.metadata).toMatchObject({ agent: 'a "b" \\' });
    const cut = await readOne(line({ agent: 'Googlebot/2.1; +http' }).slice(0, -1));
    expect(cut.activity.metadata).toMatchObject({ agent: 'Googlebot/2.1; +http' });
  });

  test('users with spaces, and what a server appends', async () => {
    const { activity } = await readOne(`${line({ user: 'Jane Doe' })} "-" 0.005`);
    expect(activity.metadata).toMatchObject({ agent: 'curl/8' });
  });

  test('bytes that are no text', async () => {
    const { activity } = await readOne(line({ agent: '\uFFFD\u0001\u2028' }));
    expect(activity.metadata).toMatchObject({ agent: '\uFFFD\u0001\u2028' });
  });

  test('a long path, of which the error log shows as much as it may', async () => {
    const request = `GET /${'😀'.repeat(9_000)}x HTTP/1.1`;
    const { activity, log } = await readOne(line({ request, status: '414' }));
    expect((activity.metadata as { path: string }).path).toHaveLength(18_002);
    expect(log?.message).toHaveLength(10_000);
    expect(log?.message.isWellFormed()).toBe(true);
  });
});

test('a line that is none is named with its number, and the rest goes on', async () => {
  const bad = [
    'garbage',
    '"',
    line({ status: '20' }),
    line({ bytes: '-5' }),
    line({ time: '31/Feb/2015:10:05:03 +0000' }),
    line({ time: '17/Mai/2015:10:05:03 +0000' }),
    line({ time: '17/May/2015:25:05:03 +0000' }),
    line({ time: '2015-05-17' }),
    line({ request: 'GET /"a HTTP/1.1' }),
    line().replace('"-"', '"-'),
    line().slice(0, 60),
    `[${'['.repeat(30_000)}`,
    line({ request: `GET /${'\\'.repeat(60_001)}` }),
    line({ agent: 'x'.repeat(65_536) }),
    `${'192.0.2.1 - - [17/May/2015:10:05:03 +0000] "'.repeat(1_400)}`,
  ];
  const { entries, problems } = await read([line(), ...bad, '', ' ', line()]);
  expect(entries.map((entry) => entry.line)).toEqual([1, bad.length + 4]);
  expect(problems.map(([number]) => number)).toEqual(bad.map((_, index) => index + 2));
  expect(problems[0]).toEqual([2, 'It is not of the combined log format: "garbage".']);
  expect(problems[4]).toEqual([6, 'It has no date and time with zone: "31/Feb/2015:10:05:03 +0000".']);
});
