import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createOrderCommands } from '../../src/commands/orders.js';
import { MillraceError } from '../../src/errors.js';
import { CommitUnknown } from '../../src/postgres/database.js';

const unused = () => Promise.reject(new Error('the test does not need it'));

/** Commands on a database that loses the answer of every COMMIT. */
const commandsInDoubt = () => {
  let transactions = 0;
  const commands = createOrderCommands({
    database: {
      query: unused,
      connect: unused,
      stop: unused,
      transaction: () => {
        transactions += 1;
        return Promise.reject(new CommitUnknown(new Error('the connection was lost')));
      },
    },
    consistency: { positionOf: () => 'position', positionInLog: () => 'position', waitFor: unused },
    onCommitted: () => undefined,
    now: Date.now,
  });
  return { commands, transactions: () => transactions };
};

const anOrder = () => ({ id: randomUUID(), customerId: 'customer-1', totalAmount: '1', currency: 'KRW' });

const idsOf = async (call: Promise<unknown>): Promise<unknown> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MillraceError)) throw error;
  expect(error.code).toBe('OUTCOME_UNKNOWN');
  return error.details.ids;
};

test('callers that share a transaction of unknown outcome are each told the id of their own order', async () => {
  const { commands, transactions } = commandsInDoubt();
  const inputs = Array.from({ length: 20 }, anOrder);
  const told = await Promise.all(inputs.map((input) => idsOf(commands.createOrder('caller', input))));
  expect(told).toEqual(inputs.map(({ id }) => [id]));
  expect(transactions()).toBeLessThan(inputs.length);
});

test('a batch or a status change of unknown outcome names all that it would have written', async () => {
  const { commands } = commandsInDoubt();
  const inputs = Array.from({ length: 5 }, anOrder);
  expect(await idsOf(commands.createOrders('caller', inputs))).toEqual(inputs.map(({ id }) => id));
  const orderId = randomUUID();
  expect(await idsOf(commands.changeOrderStatus('caller', { orderId, to: 'SHIPPED' }))).toEqual([orderId]);
});
