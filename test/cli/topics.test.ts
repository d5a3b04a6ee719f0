import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCommand } from '../../src/cli/program.js';
import { startSmallGateway, type SmallGateway } from '../sdk/small-gateway.js';

let gateway: SmallGateway;
let data: object;
beforeEach(async () => {
  gateway = await startSmallGateway();
  data = {};
  gateway.answer = (_, response) => response.end(JSON.stringify({ data }));
});
afterEach(() => gateway.stop());

const runWith = async (
  input: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> => {
  const written = { out: '', err: '' };
  const code = await runCommand([...args, '--url', gateway.url], {
    in: Readable.from([Buffer.from(input)]),
    out: { write: (text) => (written.out += text) },
    err: { write: (text) => (written.err += text) },
  });
  return { code, ...written };
};
const run = (...args: string[]) => runWith('', ...args);

/** Variables of the one request that was sent. */
const sent = (): object => {
  expect(gateway.requests).toHaveLength(1);
  return gateway.requests[0]?.variables ?? {};
};

const topic = {
  name: 'clicks',
  messages: 1234,
  sizeBytes: 56_789,
  ratePerSecond: null,
  partitions: [{ id: 0, earliest: '3', latest: '1237', leader: null, replicas: [1, 2], inSync: [2] }],
  config: { 'retention.ms': '60000' },
};

test('list shows each topic on a line, or is one document', async () => {
  data = { topics: [topic] };
  const { code, out } = await run('topics', 'list');
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    'Topic   Partitions  Messages   Bytes  A second',
    'clicks           1     1,234  56,789         -',
    '',
  ]);
  expect(JSON.parse((await run('topics', 'list', '--json')).out)).toEqual([topic]);
});

test('describe shows partitions and settings', async () => {
  data = { topic };
  const { code, out } = await run('topics', 'describe', 'clicks');
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    'clicks: 1,234 messages, 56,789 bytes, - a second',
    'Partition  Earliest  Latest  Leader  Replicas  In sync',
    '0                 3    1237    none       1,2        2',
    'Config:',
    '  retention.ms=60000',
    '',
  ]);
  expect(sent()).toEqual({ name: 'clicks' });
  data = { topic: null };
  expect(await run('topics', 'describe', 'x\u001b')).toEqual({
    code: 1,
    out: '',
    err: 'There is no topic x\\u{1b}.\n',
  });
});

test('create sends partitions and settings', async () => {
  data = { createTopic: topic };
  const config = ['--config', 'retention.ms=60000', 'a=b=c'];
  expect(await run('topics', 'create', 'clicks', '--partitions', '1', ...config)).toEqual({
    code: 0,
    out: 'clicks is there, with 1 partition.\n',
    err: '',
  });
  expect(sent()).toEqual({ name: 'clicks', partitions: 1, config: { 'retention.ms': '60000', a: 'b=c' } });
});

test('delete exits with 1 when there was none', async () => {
  data = { deleteTopic: true };
  expect(await run('topics', 'delete', 'clicks')).toMatchObject({ code: 0, out: 'clicks is deleted.\n' });
  data = { deleteTopic: false };
  expect(await run('topics', 'delete', 'clicks')).toMatchObject({
    code: 1,
    err: 'There is no topic clicks.\n',
  });
});

test('produce takes its value from the argument or from standard input', async () => {
  data = { produceMessage: { topic: 'clicks', partition: 2, offset: '7', position: 'p' } };
  const given = await run(
    'topics',
    'produce',
    'clicks',
    '--header',
    'a=b',
    '값',
    '--key',
    'k',
    '--header',
    'c=',
  );
  expect(given).toEqual({ code: 0, out: 'clicks/2/7\n', err: '' });
  expect(sent()).toEqual({ topic: 'clicks', key: 'k', value: '값', headers: { a: 'b', c: '' } });
  await runWith('two\nlines\n', 'topics', 'produce', 'clicks');
  expect(gateway.requests[1]?.variables).toEqual({ topic: 'clicks', value: 'two\nlines\n' });
});

test('groups shows how far each is behind', async () => {
  const group = {
    id: 'g',
    state: 'Stable',
    members: 2,
    lag: 1500,
    lagSeconds: 2.5,
    ratePerSecond: null,
    topics: [],
  };
  data = { consumerGroups: [group] };
  expect((await run('groups')).out.split('\n')).toEqual([
    'Group   State  Members    Lag  Seconds behind  A second',
    'g      Stable        2  1,500             2.5         -',
    '',
  ]);
  expect(JSON.parse((await run('groups', '--json')).out)).toEqual([group]);
});

test.each([
  ['no command', 'topics'],
  ['no name', 'topics', 'describe'],
  ['no partitions', 'topics', 'create', 'x', '--partitions', '0'],
  ['a setting without a value', 'topics', 'create', 'x', '--config', 'retention.ms'],
  ['a header without a name', 'topics', 'produce', 'x', 'v', '--header', '=v'],
  ['a flag that is none', 'topics', 'tail', 'x', '--form-start'],
])('wrong usage exits with 2 and asks nothing: %s', async (_, ...args) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).not.toBe('');
  expect(gateway.requests).toEqual([]);
});

test.each([[['topics', 'list']], [['topics', 'tail', 'x']], [['topics', 'produce', 'x', 'v']], [['groups']]])(
  '%j exits with 69 where nothing answers',
  async (args) => {
    await gateway.stop();
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 69, out: '' });
    expect(err).toMatch(/^No Millrace answers at \S+\. Start it/);
  },
);
