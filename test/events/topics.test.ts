import { expect, test } from '@jest/globals';
import { copies, deadLetterTopic, topicNamed, topics } from '../../src/events/topics.js';

test('no topic is named twice', () => {
  const names = topics.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('every name is one that Kafka takes, with room for a prefix', () => {
  for (const { name } of topics) expect(name).toMatch(/^[a-zA-Z0-9._-]{1,150}$/);
});

test('each event type has a topic for its dead letters; changes of states and strangers share one', () => {
  const changes = ['order.stats.changed', 'casino.player.changed', 'dead-letter.changed'];
  const strangers = ['', 'no.such', '__proto__', '../../x', 'toString'];
  for (const type of [...changes, ...strangers]) expect(deadLetterTopic(type)).toBe('unknown.v1.dlq');
  for (const { kept, types } of topics)
    for (const type of types)
      expect(deadLetterTopic(type)).toBe(kept === '1 day' ? 'unknown.v1.dlq' : `${type}.v1.dlq`);
  const named = topics.map(({ name }) => name).filter((name) => name.endsWith('.dlq'));
  const reached = topics.flatMap(({ types }) => types.map(deadLetterTopic));
  expect(named.toSorted()).toEqual([...new Set(reached)].toSorted());
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
