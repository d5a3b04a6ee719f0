import { expect, test } from '@jest/globals';
import { createTopicCommands } from '../../src/commands/topics.js';
import type { KafkaAdmin } from '../../src/kafka/kafka.js';
import type { Consistency } from '../../src/postgres/consistency.js';
import type { Database } from '../../src/postgres/database.js';

const refusing = (type: string) =>
  createTopicCommands({
    admin: {
      longestName: 249,
      describeTopics: ([name = ''] = []) =>
        Promise.resolve([{ name, isInternal: false, partitions: [], sizeBytes: null }]),
      deleteTopic: () => Promise.resolve({ type, reason: 'so it is' }),
    } as Partial<KafkaAdmin> as KafkaAdmin,
    database: { query: () => Promise.resolve([]) } as Partial<Database> as Database,
    consistency: {} as Consistency,
  });

test.each([
  ['TOPIC_AUTHORIZATION_FAILED', 'FORBIDDEN'],
  ['TOPIC_DELETION_DISABLED', 'FORBIDDEN'],
  ['NOT_CONTROLLER', 'UNAVAILABLE'],
])('a deletion that Kafka refuses with %s is %s, no fault of the name', async (type, code) => {
  await expect(refusing(type).delete('me', 'their.topic')).rejects.toMatchObject({ code });
});

test('a topic that went away meanwhile was not there', async () => {
  expect(await refusing('UNKNOWN_TOPIC_OR_PARTITION').delete('me', 'their.topic')).toBe(false);
});
