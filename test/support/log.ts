import { eventually } from './await.js';
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { servers } from './servers.js';

/** A record as Kafka has it, read by a consumer that shares no code with `src/kafka`. */
export interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

const { Kafka, logLevel } = kafkajs;

const client = () =>
  new Kafka({
    brokers: [...servers().kafkaBrokers],
    clientId: 'test-log',
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 50 },
  });

/** All that the topic holds at the moment of the call, by partition, in order of offset. The name is the full one, with its prefix. */
export const readTopic = async (topic: string): Promise<StoredRecord[][]> => {
  const kafka = client();
  const admin = kafka.admin();
  const groupId = `test-log-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 50 });
  try {
    await admin.connect();
    const marks = await admin.fetchTopicOffsets(topic);
    const records: StoredRecord[][] = marks.map(() => []);
    const unread = new Map(
      marks
        .filter(({ low, high }) => Number(high) > Number(low))
        .map(({ partition, high }) => [partition, Number(high)]),
    );
    if (unread.size === 0) return records;

    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      const eachBatch: kafkajs.EachBatchHandler = ({ batch }) => {
        const end = unread.get(batch.partition);
        for (const message of batch.messages) {
          const offset = Number(message.offset);
          if (end !== undefined && offset < end)
            records[batch.partition]?.push(asRecord(topic, batch.partition, message));
        }
        if (end !== undefined && Number(batch.lastOffset()) >= end - 1) unread.delete(batch.partition);
        if (unread.size === 0) resolve();
        return Promise.resolve();
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    });
    return records;
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
};

/** Puts raw records on a topic, past Millrace: for bytes that are no event. */
export const writeRaw = async (
  topic: string,
  messages: readonly kafkajs.Message[],
  partition?: number,
  compression?: kafkajs.CompressionTypes,
): Promise<void> => {
  const producer = client().producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    await producer.send({
      topic,
      acks: -1,
      compression,
      messages: messages.map((message) => ({ partition, ...message })),
    });
  } finally {
    await producer.disconnect();
  }
};

/** Takes up two offsets that no reader is told of: a record of an aborted transaction and its marker. */
export const writeAborted = async (topic: string, partition: number): Promise<void> => {
  const producer = client().producer({
    transactionalId: randomUUID(),
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  try {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ partition, value: 'aborted' }] });
    await transaction.abort();
  } finally {
    await producer.disconnect();
  }
};

/** Makes the broker refuse what is larger. Other settings of the topic are reset. */
export const limitRecords = async (topic: string, bytes: number): Promise<void> => {
  const admin = client().admin();
  await admin.connect();
  try {
    const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
    });
    await eventually(async () => {
      const asked = [
        { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] },
      ];
      const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: asked });
      return resources[0]?.configEntries[0]?.configValue === String(bytes);
    });
  } finally {
    await admin.disconnect();
  }
};

/** Names of all topics with the prefix. */
export const topicNames = async (prefix: string): Promise<string[]> => {
  const admin = client().admin();
  await admin.connect();
  try {
    return (await admin.listTopics()).filter((name) => name.startsWith(prefix)).toSorted();
  } finally {
    await admin.disconnect();
  }
};

const asRecord = (topic: string, partition: number, message: kafkajs.KafkaMessage): StoredRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  key: message.key?.toString() ?? null,
  value: message.value,
  headers: Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
  ),
});
