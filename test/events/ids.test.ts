import { expect, test } from '@jest/globals';
import { parseUuid } from '../../src/commands/inputs.js';
import { parseCasinoAction, parseTokenEvent } from '../../src/events/casino.js';
import { parseDeadLetterEvent } from '../../src/events/dead-letters.js';
import { eventHeaders, type Event } from '../../src/events/envelope.js';
import { parseNotificationEvent } from '../../src/events/notifications.js';
import { parseOrderEvent } from '../../src/events/orders.js';
import { parsePostEvent } from '../../src/events/posts.js';
import { parseProductEvent } from '../../src/events/products.js';
import { parseErrorLog, parseSystemMetric, parseUserActivity } from '../../src/events/telemetry.js';
import {
  casinoCyberTokens,
  casinoVipFacts,
  deadLetterChanges,
  errorLogFacts,
  notificationEvents,
  orderEvents,
  postEvents,
  productEvents,
  systemMetricFacts,
  userActivityFacts,
  userEvents,
  type TopicSpec,
} from '../../src/events/topics.js';
import { parseUserEvent } from '../../src/events/users.js';
import type { LogRecord } from '../../src/kafka/kafka.js';

const time = '2026-01-31T09:30:00.000Z';
const entity = { version: 1, createdAt: time, updatedAt: time };
const price = { price: '1.00', currency: 'EUR', stockQuantity: 1 };
const amount = { totalAmount: '1.00', currency: 'EUR', status: 'PAID', previousStatus: null };
const person = { name: 'n', email: 'e', department: 'd', status: 'ACTIVE', previousDepartment: null };
const note = { recipientId: 'r', kind: 'k', title: 't', body: 'b', data: null, sourceEventId: null };
const times = { createdAt: time, deliveredAt: null, readAt: null };
const action = { playerId: 'p', type: 'VIP_EVENT', amount: 1, metadata: null };
const tokens = { playerId: 'p', type: 'TOKENS_EARNED', amount: 1, balance: 1, reason: 'r', causedBy: null };

type Parse = (record: LogRecord) => Event<string, { readonly id: string }>;

/** Each parser of data with ids of this kind, and an example whose ids are all `id`. */
const parsers: readonly [TopicSpec, Parse, (id: string) => object][] = [
  [
    orderEvents,
    parseOrderEvent,
    () => ({ customerId: 'c', customerEmail: null, region: 'r', ...amount, ...entity, placedAt: time }),
  ],
  [userEvents, parseUserEvent, () => ({ ...person, ...entity })],
  [
    postEvents,
    parsePostEvent,
    (id) => ({ title: 't', content: 'c', authorId: id, ...entity, department: null }),
  ],
  [productEvents, parseProductEvent, () => ({ productName: 'p', ...price, ...entity })],
  [notificationEvents, parseNotificationEvent, (id) => ({ ...note, orderId: id, version: 1, ...times })],
  [userActivityFacts, parseUserActivity, () => ({ userId: 'u', action: 'a', metadata: null })],
  [
    systemMetricFacts,
    parseSystemMetric,
    () => ({ host: 'h', name: 'n', value: 1, unit: null, labels: null }),
  ],
  [
    errorLogFacts,
    parseErrorLog,
    () => ({ service: 's', level: 'INFO', message: 'm', stack: null, metadata: null }),
  ],
  [casinoVipFacts, parseCasinoAction, () => action],
  [casinoCyberTokens, parseTokenEvent, () => ({ ...tokens, lines: [] })],
  [deadLetterChanges, parseDeadLetterEvent, () => ({ topic: 't', consumer: 'c' })],
];

const cases = parsers.map((parser) => [parser[0].name, ...parser] as const);

const recordOf = ({ name, types }: TopicSpec, data: object, id: string): LogRecord => ({
  topic: name,
  partition: 0,
  offset: 0,
  timestampMs: 0,
  key: null,
  value: Buffer.from(JSON.stringify({ occurredAt: time, ...data, id })),
  headers: eventHeaders({ id, type: types[0] ?? '', time }),
});

test.each(cases)('records of %s take every id that clients may choose', (_, topic, parse, dataOf) => {
  for (const id of [
    '11111111-1111-1111-1111-111111111111',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ])
    expect(parse(recordOf(topic, dataOf(id), parseUuid('id', id))).data).toMatchObject({ id });
});

test.each(cases)('records of %s have no other ids', (_, topic, parse, dataOf) => {
  for (const id of ['no-id', '11111111111111111111111111111111', "1' or 1=1"])
    expect(() => parse(recordOf(topic, dataOf(id), id))).toThrow(/malformed: (id|authorId|orderId): /);
});
