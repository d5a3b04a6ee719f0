import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { changeStatus, createOrder, orderStats, type OrderAnswer } from '../orders/support.js';
import { page as notificationPage } from '../notifications/support.js';
import { eventually } from '../support/await.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { limitRecords, readTopic, writeRaw } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { discard, insertLetters, page, readLetter, redrive, type LetterAnswer } from './support.js';

/** Letters of whole processes: all that redrives them is there. */
let letters: UnderTest;
let client: TestClient;
/** Of a second gateway. */
let other: TestClient;
const fastRetries = { NOTIFICATION_RETRIES: '1', NOTIFICATION_RETRY_DELAY_MS: '10' };

beforeAll(async () => {
  letters = await startUnderTest({ env: fastRetries });
  ({ client } = letters);
  other = createTestClient((await startMillrace({ env: letters.env, roles: ['gateway'] })).url);
});

const topicOf = (name: string): string => `${letters.topicPrefix}${name}`;

/** The only letter that the filter names, once `matches` holds. */
const onlyLetter = (filter: object, matches: (letter: LetterAnswer) => boolean = () => true) =>
  eventually(async () => {
    const { nodes } = await page(client, { filter });
    expect(nodes).toHaveLength(1);
    const letter = await readLetter(client, nodes[0]!.id);
    return letter && matches(letter) ? letter : undefined;
  });

test('bytes that are no event are one letter of the stream, with its history, however often it is redriven', async () => {
  const key = randomUUID();
  await writeRaw(topicOf('order.events.v1'), [{ key, value: '{"no": "event"', headers: { ce_id: 'x' } }]);
  const filter = { consumer: 'order-stats', key };
  const filed = await onlyLetter(filter);
  expect(filed).toMatchObject({ state: 'PENDING', attempts: 1, value: '{"no": "event"', behind: 0 });
  expect(filed.error).toMatch(/^UnparseableEvent: .*millrace-seq/);
  for (const from of [client, other])
    expect(await redrive(from, { filter })).toEqual({ matched: 1, redriven: 0, dryRun: false });
  const again = await onlyLetter(filter, ({ attempts }) => attempts === 3);
  expect(again.history.map(({ by, error }) => [by, error])).toEqual([
    ['order-stats', filed.error],
    ['anonymous', filed.error],
    ['anonymous', filed.error],
  ]);
  expect(again).toMatchObject({ id: filed.id, state: 'PENDING', failedAt: filed.failedAt });
});

test('a letter of a stream that is an event now is folded once, however many ask at once', async () => {
  const time = '2026-01-31T09:30:00.000Z';
  const order = {
    ...{ id: randomUUID(), customerId: 'customer', customerEmail: null, region: '서울', version: 1 },
    ...{ totalAmount: '1250', currency: 'JPY', status: 'PAID', previousStatus: null },
    ...{ placedAt: time, updatedAt: time },
  };
  const [id] = await insertLetters(letters.database, [
    {
      consumer: 'order-stats',
      key: order.id,
      value: JSON.stringify(order),
      headers: {
        ...{ ce_id: randomUUID(), ce_type: 'order.created', ce_time: time },
        ...{ ce_specversion: '1.0', 'millrace-seq': '1000000' },
      },
    },
  ]);
  const answers = await Promise.all(
    [client, other, client, other].map((from) => redrive(from, { ids: [id!] })),
  );
  for (const { matched, redriven } of answers) expect(redriven).toBe(matched);
  expect(answers.some(({ matched }) => matched === 1)).toBe(true);
  expect(await redrive(other, { ids: [id!] })).toEqual({ matched: 0, redriven: 0, dryRun: false });
  expect(await readLetter(client, id!)).toMatchObject({ state: 'REDRIVEN', attempts: 2 });
  expect((await orderStats(client, 'JPY')).total).toMatchObject({ count: 1, totalAmount: '1250' });
});

test('what Kafka refuses is one letter of the relay, is published once when it is redriven, and not without', async () => {
  const topic = topicOf('order.events.v1');
  const filter = { consumer: 'relay' };
  const [nothing, markers, anything] = [100, 500, 1_048_588];
  await limitRecords(topic, nothing);
  const { order } = await createOrder(client, { currency: 'CHF', totalAmount: '1' });
  const refused = await onlyLetter(filter);
  expect(refused).toMatchObject({ key: order.id, topic: 'order.events.v1', state: 'PENDING' });
  // While not even its marker is taken it gets a new row, and that waits.
  expect(await redrive(client, { filter })).toMatchObject({ matched: 1, redriven: 1 });
  expect(await onlyLetter(filter)).toMatchObject({ state: 'REDRIVEN', attempts: 2 });

  await limitRecords(topic, markers);
  const again = await onlyLetter(filter, ({ state }) => state === 'PENDING');
  expect(again.id).toBe(refused.id);
  expect(again.history.map(({ by, error }) => [by, error === null])).toEqual([
    ['relay', false],
    ['anonymous', true],
    ['relay', false],
  ]);

  await limitRecords(topic, anything);
  const { position } = await createOrder(client, { currency: 'CHF', totalAmount: '2' });
  expect((await orderStats(client, 'CHF', position)).total).toMatchObject({ count: 1, totalAmount: '2.00' });
  await Promise.all([client, other].map((from) => redrive(from, { filter })));
  await eventually(async () => (await orderStats(client, 'CHF')).total.count === 2);
  expect((await orderStats(client, 'CHF')).total.totalAmount).toBe('3.00');
  expect(await onlyLetter(filter)).toMatchObject({ id: refused.id, state: 'REDRIVEN', attempts: 4 });

  const records = (await readTopic(topic)).flat().filter(({ key }) => key === order.id);
  expect(records.map(({ headers }) => 'millrace-skip' in headers)).toEqual([true, true, false]);
  expect(new Set(records.map(({ headers }) => headers['millrace-seq'])).size).toBe(3);
});

describe('notifications', () => {
  const customers = { redriven: `fail-${randomUUID()}`, discarded: `fail-${randomUUID()}` };
  const consumer = 'notification-consumer-group';
  /** Of each customer, the letter of the first event. */
  const parked = new Map<string, LetterAnswer>();
  /** In the order of their events. */
  const kindsOf = async (recipientId: string): Promise<string[]> => {
    const rows = await letters.database.query<{ kind: string }>(
      `select convert_from(value, 'UTF8')::jsonb ->> 'kind' as kind from outbox
       where topic = 'notification.events.v1' and convert_from(key, 'UTF8') = $1 order by id`,
      [recipientId],
    );
    const kinds = rows.map(({ kind }) => kind);
    const { nodes } = await notificationPage(client, { recipientId });
    expect(nodes.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
    return kinds;
  };

  beforeAll(async () => {
    for (const customerId of Object.values(customers)) {
      const { order }: { order: OrderAnswer } = await createOrder(client, { customerId });
      for (const to of ['SHIPPED', 'DELIVERED']) await changeStatus(client, { orderId: order.id, to });
      parked.set(customerId, await onlyLetter({ consumer, key: order.id }, ({ behind }) => behind === 2));
    }
  });

  test('that fail are one letter with every attempt, and later ones of the order wait behind it', async () => {
    const letter = parked.get(customers.redriven)!;
    expect(letter).toMatchObject({ consumer, topic: 'order.events.v1', attempts: 2, state: 'PENDING' });
    const { deadLetter } = await client.data<{ deadLetter: { waiting: { headers: object }[] } }>(
      'query ($id: ID!) { deadLetter(id: $id) { waiting { headers } } }',
      { id: letter.id },
    );
    expect(deadLetter.waiting).toMatchObject([
      { headers: { ce_type: 'order.shipped' } },
      { headers: { ce_type: 'order.delivered' } },
    ]);
    expect(await redrive(other, { ids: [letter.id] })).toMatchObject({ matched: 1, redriven: 0 });
    const again = await onlyLetter({ consumer, key: letter.key }, ({ attempts }) => attempts === 3);
    expect(again.history.map(({ by }) => by)).toEqual([consumer, consumer, 'anonymous']);
    expect(new Set(again.history.map(({ error }) => error))).toEqual(new Set([again.error]));
    expect(again).toMatchObject({ id: letter.id, state: 'PENDING', behind: 2 });
    expect(await kindsOf(customers.redriven)).toEqual([]);
  });

  test('come in their order once delivery works again: all behind a redrive, the later ones behind a discard', async () => {
    await letters.millrace.stop();
    const env = { ...letters.env, ...fastRetries, NOTIFICATION_FAIL_PREFIX: 'never-' };
    await startMillrace({ env, port: letters.millrace.port });
    const [redriven, discarded] = [parked.get(customers.redriven)!, parked.get(customers.discarded)!];
    const answers = await Promise.all([client, other].map((from) => redrive(from, { ids: [redriven.id] })));
    expect(answers.some(({ redriven: n }) => n === 1)).toBe(true);
    expect(await discard(other, [discarded.id], 'the customer knows')).toBe(1);

    const later = ['order.shipped', 'order.delivered'];
    await eventually(async () => (await kindsOf(customers.redriven)).length === 3);
    expect(await kindsOf(customers.redriven)).toEqual(['order.created', ...later]);
    await eventually(async () => (await kindsOf(customers.discarded)).length === 2);
    expect(await kindsOf(customers.discarded)).toEqual(later);
    expect(await readLetter(client, redriven.id)).toMatchObject({
      state: 'REDRIVEN',
      attempts: 4,
      behind: 0,
    });
    expect(await readLetter(client, discarded.id)).toMatchObject({ state: 'DISCARDED', behind: 0 });
    expect(await letters.database.query('select from consumer_waiting')).toEqual([]);
  });
});
