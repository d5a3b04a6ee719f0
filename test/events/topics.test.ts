import { expect, test } from '@jest/globals';
import { copies, deadLetterTopic, topicNamed, topics } from '../../src/events/topics.js';

test('no topic is named twice', () => {
  const names = topics.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('every name is one that Kafka takes, with room for a prefix', () => {
  for (const { name } of topics) expect(name).toMatch(/^[a-zA-Z0-9._-]{1,150}$/);
});

test('every event type has a topic for its dead letters, and strangers share one', () => {
  for (const type of topics.flatMap((topic) => topic.types))
    expect(topicNamed(deadLetterTopic(type))).toBeDefined();
  expect(deadLetterTopic('order.created')).toBe('order.created.v1.dlq');
  for (const type of ['', 'no.such', '__proto__', '../../x', 'toString'])
    expect(deadLetterTopic(type)).toBe('unknown.v1.dlq');
});

test('a copy has only types of the topic that it copies, and is never copied itself', () => {
  for (const { from, types } of copies) {
    expect(from.fedBy).not.toBe('copies');
    for (const type of types) expect(from.types).toContain(type);
  }
});

test('order events are kept for ever, the changes of statistics for a day', () => {
  expect(topicNamed('order.events.v1')).toMatchObject({ fedBy: 'outbox', kept: 'for ever', key: 'orderId' });
  expect(topicNamed('order.stats.v1')).toMatchObject({ fedBy: 'outbox', kept: '1 day', key: 'currency' });
  expect(topicNamed('no.such.v1')).toBeUndefined();
});
