import { randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';
import { eventually } from './await.js';
import { servers } from './servers.js';

/** A TOPIC_PREFIX that nobody else has, so that test files share a broker without seeing each other. */
export const uniquePrefix = (): string => `t${randomBytes(5).toString('hex')}.`;

/** Creates a topic of the full name past Millrace, and waits until the broker has its partitions. */
export const createTopic = async (topic: kafkajs.ITopicConfig): Promise<void> => {
  const admin = new kafkajs.Kafka({
    brokers: [...servers().kafkaBrokers],
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    // Not by waitForLeaders: on a busy machine that fails where it should wait.
    await admin.createTopics({ waitForLeaders: false, topics: [topic] });
    await eventually(async () => (await admin.fetchTopicOffsets(topic.topic)).length === topic.numPartitions);
  } finally {
    await admin.disconnect();
  }
};
