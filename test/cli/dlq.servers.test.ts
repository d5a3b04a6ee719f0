import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { changeStatus, createOrder } from '../orders/support.js';
import { eventually } from '../support/await.js';
import { startMillrace } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';

/** The command as a process of its own, against a Millrace whose deliveries fail until it is started anew. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const consumer = 'notification-consumer-group';
const env = { NOTIFICATION_RETRIES: '0' };
let letters: UnderTest;
beforeAll(async () => {
  letters = await startUnderTest({ env });
});

interface Run<Answer> {
  readonly code: number;
  readonly answer: Answer;
}

const dlq = <Answer>(...args: string[]): Promise<Run<Answer>> =>
  new Promise((resolve) => {
    const all = ['dist/cli/main.js', 'dlq', ...args, '--json', '--url', letters.millrace.url];
    execFile(process.execPath, all, { cwd: root }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), answer: JSON.parse(stdout) as Answer }),
    );
  });

interface Letter {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly behind: number;
}

const listed = async (...filter: string[]): Promise<readonly Letter[]> => {
  const { code, answer } = await dlq<{ nodes: Letter[]; totalCount: number }>('list', ...filter);
  expect([code, answer.totalCount]).toEqual([0, answer.nodes.length]);
  return answer.nodes;
};

/** An order that is shipped, and whose first notification fails. @returns its letter, behind which the second waits */
const parkedOrder = async (): Promise<{ customerId: string; key: string; id: string }> => {
  const customerId = `fail-${randomUUID()}`;
  const { order } = await createOrder(letters.client, { customerId });
  await changeStatus(letters.client, { orderId: order.id, to: 'SHIPPED' });
  await eventually(async () => {
    const waiting = await letters.database.query(
      `select from consumer_waiting w join consumer_queues q on q.id = w.queue join dead_letters l on l.id = q.letter
       where l.key = convert_to($1, 'UTF8')`,
      [order.id],
    );
    return waiting.length === 1;
  });
  const [letter] = await listed('--key', order.id);
  expect(letter).toMatchObject({ behind: 1 });
  return { customerId, key: order.id, id: letter!.id };
};

test('letters are listed, shown, redriven in vain, given up, and redriven once the fault is mended', async () => {
  const [mended, discarded] = await Promise.all([parkedOrder(), parkedOrder()]);
  const shown = await dlq<object>('show', mended.id);
  expect(shown).toMatchObject({
    code: 0,
    answer: {
      ...{ id: mended.id, key: mended.key, consumer, state: 'PENDING', attempts: 1 },
      headers: { ce_type: 'order.created' },
      history: [{ by: consumer, error: expect.stringMatching(/^DeliveryFailed: /) }],
      waiting: [{ key: mended.key, headers: { ce_type: 'order.shipped' } }],
    },
  });

  const selected = ['redrive', '--consumer', consumer, '--text', 'DELIVERYfailed'];
  expect(await dlq(...selected, '--dry-run')).toEqual({
    code: 0,
    answer: { matched: 2, redriven: 0, dryRun: true },
  });
  expect(await dlq(...selected, '--max-per-second', '100')).toEqual({
    code: 1,
    answer: { matched: 2, redriven: 0, dryRun: false },
  });
  for (const { id, attempts, state } of await listed('--state', 'pending'))
    expect({ id, attempts, state }).toEqual({ id, attempts: 2, state: 'PENDING' });

  const discarding = ['discard', discarded.id, '--reason', 'the customer is gone'];
  expect(await dlq(...discarding)).toEqual({ code: 0, answer: { discarded: 1 } });
  expect(await dlq(...discarding)).toEqual({ code: 0, answer: { discarded: 0 } });
  expect(await listed('--state', 'discarded')).toMatchObject([
    { id: discarded.id, reason: 'the customer is gone', behind: 0 },
  ]);

  const { millrace } = letters;
  await millrace.stop();
  const healthy = { ...letters.env, ...env, NOTIFICATION_FAIL_PREFIX: 'never-' };
  await startMillrace({ env: healthy, port: millrace.port });
  expect(await dlq('redrive', mended.id)).toEqual({
    code: 0,
    answer: { matched: 1, redriven: 1, dryRun: false },
  });
  expect(await listed('--state', 'redriven')).toMatchObject([{ id: mended.id, attempts: 3, behind: 0 }]);
  await eventually(async () => {
    const rows = await letters.database.query<{ kind: string }>(
      'select kind from notifications where recipient_id = $1',
      [mended.customerId],
    );
    expect(rows.map(({ kind }) => kind).toSorted()).toEqual(['order.created', 'order.shipped']);
    return true;
  });
});

test('a letter that is not there, and an id that is none, are failures with a code', async () => {
  expect(await dlq('show', randomUUID())).toMatchObject({ code: 1, answer: { error: { code: 'FAILED' } } });
  for (const command of [['show'], ['redrive'], ['discard', '--reason', 'x']])
    expect(await dlq(...command, "' or 1=1 --")).toMatchObject({
      code: 1,
      answer: { error: { code: 'BAD_USER_INPUT' } },
    });
});
