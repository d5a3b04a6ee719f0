import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { startUnderTest } from '../support/under-test.js';

/** A webhook that never answers for recipients that begin with `hanging-`, while it hangs. */
const startReceiver = async () => {
  const receiver = { url: '', hangs: true, hung: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { recipientId } = JSON.parse(Buffer.concat(chunks).toString()) as { recipientId: string };
      if (!receiver.hangs || !recipientId.startsWith('hanging-')) response.end();
      else receiver.hung += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return receiver;
};

const start = async (timeoutMs: number) => {
  const receiver = await startReceiver();
  const channel = {
    NOTIFICATION_CHANNELS: 'webhook',
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_WEBHOOK_ALLOW_PRIVATE: 'true',
    NOTIFICATION_WEBHOOK_TIMEOUT_MS: String(timeoutMs),
  };
  const tested = await startUnderTest({ env: channel });
  return { receiver, ...tested, env: { ...tested.env, ...channel } };
};

const createOrders = (client: TestClient, customers: readonly string[]) =>
  client.data('mutation ($inputs: [CreateOrderInput!]!) { createOrders(inputs: $inputs) { accepted } }', {
    inputs: customers.map((customerId) => ({ customerId, totalAmount: '1', currency: 'USD' })),
  });

const hanging = Array.from({ length: 300 }, (_, n) => `hanging-${n}`);

test('deliveries that hang hold up no others: those are begun beside them', async () => {
  const { client, database, receiver } = await start(5_000);
  await createOrders(client, hanging);
  await eventually(() => receiver.hung > 0);
  // All of them wait to be tried, again or at last, which takes minutes: who comes now does not wait with them.
  await eventually(async () => {
    const [row] = await database.query<{ n: number }>(
      'select (select count(*) from consumer_waiting)::int + (select count(*) from dead_letters)::int as n',
    );
    return row?.n === hanging.length;
  });
  await createOrders(client, ['customer']);
  await eventually(
    async () => {
      const rows = await database.query(`select from notifications where recipient_id = 'customer'`);
      return rows.length === 1;
    },
    { timeoutMs: 40_000 },
  );
});

test('what hangs at a stop is cut off in time, counts as not tried, and is delivered after the restart', async () => {
  const { client, database, millrace, receiver, env } = await start(20_000);
  await createOrders(client, hanging);
  await eventually(() => receiver.hung > 0);
  expect(await millrace.stop()).toEqual({ code: 0, signal: null });
  expect(await database.query(`select from consumer_waiting where history <> '[]'`)).toEqual([]);
  receiver.hangs = false;
  const again = await startMillrace({ env });
  await createOrders(createTestClient(again.url), ['customer']);
  await eventually(async () => {
    const [row] = await database.query<{ n: number }>('select count(*)::int as n from notifications');
    return row?.n === hanging.length + 1;
  });
  expect(await database.query('select from dead_letters')).toEqual([]);
});
