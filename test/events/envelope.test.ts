import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  eventHeaders,
  isSkip,
  parseEnvelope,
  sequenceOf,
  UnparseableEvent,
} from '../../src/events/envelope.js';
import type { LogRecord } from '../../src/kafka/kafka.js';

const event = { id: 'e1', type: 'order.created', time: '2026-01-31T09:30:00.000Z' } as const;
const types = ['order.created', 'order.shipped'] as const;

const record = (change: Partial<LogRecord> = {}): LogRecord => ({
  topic: 'order.events.v1',
  partition: 0,
  offset: 7,
  timestampMs: 0,
  key: Buffer.from('k'),
  value: Buffer.from('{"a":1}'),
  headers: eventHeaders(event),
  ...change,
});

const withHeader = (name: string, value: string): LogRecord =>
  record({ headers: { ...eventHeaders(event), [name]: value } });

const without = (name: string): LogRecord =>
  record({
    headers: Object.fromEntries(Object.entries(eventHeaders(event)).filter(([key]) => key !== name)),
  });

test('the headers are those of CloudEvents 1.0 in binary mode', () => {
  expect(eventHeaders(event)).toEqual({
    ce_id: 'e1',
    ce_type: 'order.created',
    ce_source: '/millrace',
    ce_specversion: '1.0',
    ce_time: '2026-01-31T09:30:00.000Z',
    'content-type': 'application/json',
  });
});

test('a record with its headers is the event that was sent', () => {
  expect(parseEnvelope(record(), types)).toEqual({ ...event, data: { a: 1 } });
});

describe('bytes that are no event are named as such', () => {
  const cases: [string, LogRecord, RegExp][] = [
    ...['ce_id', 'ce_type', 'ce_time'].map((name): [string, LogRecord, RegExp] => [
      `no ${name}`,
      without(name),
      /ce_id/,
    ]),
    ['an empty id', withHeader('ce_id', ''), /ce_id/],
    ['no version', without('ce_specversion'), /missing/],
    ['another version', withHeader('ce_specversion', '2.0'), /2\.0/],
    ['a type of another topic', withHeader('ce_type', 'user.created'), /user\.created/],
    ['a type of the prototype', withHeader('ce_type', 'constructor'), /constructor/],
    ['a time that is none', withHeader('ce_time', 'noon'), /ce_time/],
    ['no value', record({ value: null }), /null/],
    ['an empty value', record({ value: Buffer.alloc(0) }), /not JSON/],
    ['half a JSON text', record({ value: Buffer.from('{"a":') }), /not JSON/],
    ['bytes that are not UTF-8', record({ value: Buffer.from([0x22, 0xff, 0x22]) }), /not JSON/],
    ['an array', record({ value: Buffer.from('[]') }), /object/],
    ['a null', record({ value: Buffer.from('null') }), /object/],
    ['a string', record({ value: Buffer.from('"x"') }), /object/],
    ['deep nesting', record({ value: Buffer.from('['.repeat(100_000)) }), /not JSON/],
  ];
  test.each(cases)('%s', (_, bad, message) => {
    expect(() => parseEnvelope(bad, types)).toThrow(UnparseableEvent);
    expect(() => parseEnvelope(bad, types)).toThrow(message);
  });

  test('whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          parseEnvelope(record({ value: Buffer.from(bytes) }), types);
        } catch (error) {
          expect(error).toBeInstanceOf(UnparseableEvent);
        }
      }),
    );
  });
});

test('a sequence number is a whole number from 1 on, anything else is none', () => {
  expect(sequenceOf(withHeader('millrace-seq', '42'))).toBe(42);
  expect(sequenceOf(record())).toBeUndefined();
  for (const text of ['', '0', '-1', '1.5', 'x', 'Infinity', '9007199254740993'])
    expect([text, sequenceOf(withHeader('millrace-seq', text))]).toEqual([text, undefined]);
});

test('a skip marker is known by its header', () => {
  expect([isSkip(record()), isSkip(withHeader('millrace-skip', '1'))]).toEqual([false, true]);
});
