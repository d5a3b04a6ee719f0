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

const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const written = { out: '', err: '' };
  const code = await runCommand(['dlq', ...args, '--url', gateway.url], {
    out: { write: (text) => (written.out += text) },
    err: { write: (text) => (written.err += text) },
  });
  return { code, ...written };
};

/** Variables of the one request that was sent. */
const sent = (): object => {
  expect(gateway.requests).toHaveLength(1);
  return gateway.requests[0]?.variables ?? {};
};

const id = '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10';
const letter = {
  id,
  topic: 'order.events.v1',
  partition: 2,
  offset: '17',
  key: 'o-1',
  encoding: 'UTF8',
  consumer: 'notification-consumer-group',
  error: 'DeliveryFailed: no',
  attempts: 4,
  state: 'PENDING',
  reason: null,
  behind: 3,
  failedAt: '2026-01-31T09:30:00.000Z',
};
const details = {
  ...letter,
  value: '{"id":"o-1"}',
  headers: { ce_id: 'e-1', ce_type: 'order.created' },
  history: [
    { at: '2026-01-31T09:29:00.000Z', by: 'notification-consumer-group', error: 'DeliveryFailed: no' },
    { at: '2026-01-31T10:00:00.000Z', by: 'anna', error: null },
  ],
  waiting: [
    {
      topic: 'order.events.v1',
      partition: 2,
      offset: '18',
      key: 'o-1',
      value: '{}',
      headers: { ce_type: 'order.shipped' },
      encoding: 'UTF8',
      timestamp: '2026-01-31T09:31:00.000Z',
    },
  ],
};

test('list shows each letter and where the list goes on, or is one document', async () => {
  const unreadable = { ...letter, key: 'AP8=', encoding: 'BASE64', state: 'DISCARDED', reason: 'old', attempts: 1 }; // prettier-ignore
  const page = {
    nodes: [letter, unreadable],
    pageInfo: { hasNextPage: true, endCursor: 'abc' },
    totalCount: 1200,
  };
  data = { deadLetters: page };
  const listed = await run('list');
  expect(listed).toMatchObject({ code: 0, err: '' });
  expect(listed.out.split('\n')).toEqual([
    `${id}  PENDING  2026-01-31T09:30:00.000Z`,
    '  order.events.v1/2/17, key o-1',
    '  notification-consumer-group tried 4 times, 3 behind it',
    '  DeliveryFailed: no',
    '',
    `${id}  DISCARDED  2026-01-31T09:30:00.000Z`,
    '  order.events.v1/2/17, key base64 AP8=',
    '  notification-consumer-group tried once, 3 behind it',
    '  DeliveryFailed: no',
    '  discarded: old',
    '',
    '2 of 1,200 letters.',
    'The next ones: --after abc',
    '',
  ]);
  expect(sent()).toEqual({ first: 50 });
  expect(JSON.parse((await run('list', '--json')).out)).toEqual(page);
});

test('list asks for what its options name', async () => {
  data = { deadLetters: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 } };
  const options = ['--topic', 't', '--consumer', 'c', '--key', 'k', '--text', 'x', '--state', 'Redriven'];
  const { code, out } = await run('list', ...options, '--first', '7', '--after', 'abc');
  expect({ code, out }).toEqual({ code: 0, out: '0 of 0 letters.\n' });
  const filter = { topic: 't', consumer: 'c', key: 'k', text: 'x', state: 'REDRIVEN' };
  expect(sent()).toEqual({ filter, first: 7, after: 'abc' });
});

test('show prints a letter with its history and what waits behind it, or is one document', async () => {
  data = { deadLetter: details };
  const shown = await run('show', id);
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.out.split('\n').slice(4)).toEqual([
    'Headers:',
    '  ce_id: e-1',
    '  ce_type: order.created',
    'Value:',
    '  {"id":"o-1"}',
    'History:',
    '  2026-01-31T09:29:00.000Z  notification-consumer-group: DeliveryFailed: no',
    '  2026-01-31T10:00:00.000Z  anna: redriven',
    'Behind it: 3',
    '  2026-01-31T09:31:00.000Z  order.events.v1/2/18  order.shipped  {}',
    '  and 2 more',
    '',
  ]);
  expect(sent()).toEqual({ id });
  expect(JSON.parse((await run('show', id, '--json')).out)).toEqual(details);
});

test('what a letter holds cannot steer the terminal', async () => {
  const hostile = '\u001b[2J\r\n\u202eevil\u0007';
  const [waiting] = details.waiting;
  data = {
    deadLetter: {
      ...details,
      key: hostile,
      value: hostile,
      error: hostile,
      headers: { [hostile]: hostile },
      history: [{ at: '2026', by: hostile, error: hostile }],
      waiting: [{ ...waiting, value: hostile, headers: { ce_type: hostile } }],
    },
  };
  const { code, out } = await run('show', id);
  expect(code).toBe(0);
  expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(out).toContain('Value:\n  \\u{1b}[2J\\u{d}\\u{a}\\u{202e}evil\\u{7}\n');
});

test('a letter that is not there is one line', async () => {
  data = { deadLetter: null };
  const message = `There is no dead letter with the id ${id}.`;
  expect(await run('show', id)).toEqual({ code: 1, out: '', err: `${message}\n` });
  const { out } = await run('show', id, '--json');
  expect(JSON.parse(out)).toEqual({ error: { code: 'FAILED', message } });
});

test('redrive tells how many succeeded, and fails unless all did', async () => {
  data = { redriveDeadLetters: { matched: 2, redriven: 2, dryRun: false } };
  expect(await run('redrive', id, 'b', '--state', 'pending', '--max-per-second', '5')).toEqual({
    code: 0,
    out: '2 of 2 pending letters redriven.\n',
    err: '',
  });
  expect(sent()).toEqual({ ids: [id, 'b'], filter: { state: 'PENDING' }, dryRun: false, maxPerSecond: 5 });

  data = { redriveDeadLetters: { matched: 1, redriven: 0, dryRun: false } };
  expect(await run('redrive', id)).toEqual({
    code: 1,
    out: '0 of 1 pending letter redriven.\n',
    err: 'The others failed again or are still on their way: see millrace dlq list.\n',
  });
  const { code, out } = await run('redrive', '--key', 'o-1', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({ matched: 1, redriven: 0, dryRun: false });
});

test('redrive --dry-run only counts', async () => {
  data = { redriveDeadLetters: { matched: 3, redriven: 0, dryRun: true } };
  const { code, out } = await run('redrive', '--topic', 'order.events.v1', '--dry-run');
  expect({ code, out }).toEqual({ code: 0, out: '3 pending letters would be redriven.\n' });
  expect(sent()).toEqual({ filter: { topic: 'order.events.v1' }, dryRun: true });
});

test('discard tells how many were pending', async () => {
  data = { discardDeadLetters: 1 };
  expect(await run('discard', id, '--reason', 'a test')).toEqual({
    code: 0,
    out: '1 of 1 letter discarded.\n',
    err: '',
  });
  expect(sent()).toEqual({ ids: [id], reason: 'a test' });
  const { code, out, err } = await run('discard', id, 'b', 'b', '--reason', 'a test', '--json');
  expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { discarded: 1 } });
  expect(err).toBe('The others were not pending, or are no dead letters.\n');
});

test.each([
  ['no command'],
  ['show without an id', 'show'],
  ['discard without ids', 'discard', '--reason', 'x'],
  ['discard without a reason', 'discard', id],
  ['redrive of nothing', 'redrive'],
  ['redrive of nothing, slowly', 'redrive', '--max-per-second', '5'],
  ['no rate', 'redrive', id, '--max-per-second', '0'],
  ['a state that is none', 'list', '--state', 'lost'],
  ['a page of none', 'list', '--first', '0'],
])('wrong usage exits with 2 and asks nothing: %s', async (_, ...args) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).not.toBe('');
  expect(gateway.requests).toEqual([]);
});

test('a refusal of the server is one line, with its code', async () => {
  const refused = { message: 'ids: must be a UUID', extensions: { code: 'BAD_USER_INPUT', field: 'ids' } };
  gateway.answer = (_, response) => response.end(JSON.stringify({ errors: [refused] }));
  const { code, out, err } = await run('redrive', 'x', '--json');
  expect({ code, err }).toEqual({ code: 1, err: 'BAD_USER_INPUT: ids: must be a UUID\n' });
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'BAD_USER_INPUT' } });
});

test.each([[['list']], [['show', id]], [['redrive', id]], [['discard', id, '--reason', 'x']]])(
  '%j exits with 69 where nothing answers',
  async (args) => {
    await gateway.stop();
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 69, out: '' });
    expect(err).toMatch(/^No Millrace answers at \S+\. Start it/);
  },
);
