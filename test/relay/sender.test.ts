import { expect, test } from '@jest/globals';
import { sequenceHeader } from '../../src/events/envelope.js';
import type { OutgoingRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import type { NumberedRow } from '../../src/postgres/relay.js';
import { createSender } from '../../src/relay/sender.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';

const topic = 'order.events.v1';

interface Part {
  readonly key?: Buffer;
  readonly value?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const rowsOf = (parts: readonly Part[]): NumberedRow[] =>
  parts.map(({ key = null, value = null, headers = {} }, n) => ({
    topic,
    partition: 0,
    id: n + 1,
    seq: n + 1,
    key,
    value,
    headers,
  }));

/** A sender of rows that are in the outbox, with what it sent and what it asked the outbox for. */
const start = (rows: readonly NumberedRow[]) => {
  const sent: (readonly OutgoingRecord[])[] = [];
  const asked: number[] = [];
  const sender = createSender({
    topic,
    partition: 0,
    publisher: {
      send: (_topic, _partition, records) => {
        sent.push(records);
        return Promise.resolve(0);
      },
      stop: () => Promise.resolve(),
    },
    ackedSeq: 0,
    lastSeq: 0,
    readNumbered: (after, most) => {
      asked.push(after);
      return Promise.resolve(rows.filter(({ seq }) => seq > after).slice(0, Math.min(most.rows, 10)));
    },
    park: () => Promise.reject(new Error('nothing is to be parked')),
    logger: createLogger('silent'),
  });
  closeAtEnd(sender.stop);
  return { sender, sent, asked };
};

const numbersOf = (sent: readonly (readonly OutgoingRecord[])[]) =>
  sent.flat().map(({ headers }) => Number(headers[sequenceHeader]));

const megabyte = 1_048_576;
const large = Buffer.alloc(300_000);

test.each<[string, Part]>([
  ['value', { value: large }],
  ['key', { key: large }],
  ['headers', { headers: { large: 'x'.repeat(300_000) } }],
])('records with a large %s are sent a few at a time', async (_, part) => {
  const rows = rowsOf(Array.from({ length: 20 }, () => part));
  const { sender, sent } = start(rows);
  sender.numbered(rows);
  await eventually(() => sender.acked() === 20);
  expect(numbersOf(sent)).toEqual(rows.map(({ seq }) => seq));
  expect(Math.max(...sent.map(({ length }) => length))).toBeLessThan(4);
});

test('many small records are sent at once', async () => {
  const rows = rowsOf(Array.from({ length: 1_200 }, () => ({ value: Buffer.alloc(400) })));
  const { sender, sent } = start(rows);
  sender.numbered(rows);
  await eventually(() => sender.acked() === 1_200);
  expect(sent.map(({ length }) => length)).toEqual([500, 500, 200]);
});

test('rows beyond 8 MB are read from the outbox when their turn comes, in the order of their numbers', async () => {
  const rows = rowsOf(Array.from({ length: 61 }, () => ({ value: Buffer.alloc(megabyte / 2) })));
  const stored = rows.slice(0, 60);
  const { sender, sent, asked } = start(stored);
  for (const row of stored) sender.numbered([row]);
  await eventually(() => sender.acked() === 60);
  // There is room again.
  sender.numbered(rows.slice(60));
  await eventually(() => sender.acked() === 61);
  expect(numbersOf(sent)).toEqual(rows.map(({ seq }) => seq));
  expect(asked).toEqual([16, 26, 36, 46, 56]);
});
