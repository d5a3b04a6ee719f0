import { expect, test } from '@jest/globals';
import { eventHeaders, UnparseableEvent } from '../../src/events/envelope.js';
import { parseUserActivity } from '../../src/events/telemetry.js';
import { userActivityFacts } from '../../src/events/topics.js';
import type { LogRecord } from '../../src/kafka/kafka.js';

const id = '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10';
const time = '2026-01-31T09:30:00.000Z';

const nested = (levels: number): LogRecord => {
  const metadata = '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
  return {
    ...{ topic: userActivityFacts.name, partition: 0, offset: 0, timestampMs: 0, key: null },
    value: Buffer.from(
      `{"id":"${id}","userId":"u","action":"a","metadata":${metadata},"occurredAt":"${time}"}`,
    ),
    headers: eventHeaders({ id, type: 'telemetry.user-activity', time }),
  };
};

test('what is nested so deeply that nobody could be told of it is no event', () => {
  expect(parseUserActivity(nested(500)).data.userId).toBe('u');
  expect(() => parseUserActivity(nested(501))).toThrow(UnparseableEvent);
  expect(() => parseUserActivity(nested(40_000))).toThrow(UnparseableEvent);
});
