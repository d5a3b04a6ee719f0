import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { kafkaJars } from '../../src/embedded/kafka-jars.js';
import { canRun } from '../../src/embedded/processes.js';
import { createClientFactory } from '../../src/kafka/client.js';
import { codecNames } from '../../src/kafka/codecs.js';
import { createKafka } from '../../src/kafka/create-kafka.js';
import type { LogRecord, OutgoingRecord, ReadFault } from '../../src/kafka/kafka.js';
import { fetchFrom } from '../../src/kafka/protocol.js';
import { layout } from '../../src/kafka/record-batch.js';
import { createLogger } from '../../src/logger.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createQueue } from '../support/queue.js';
import { servers } from '../support/servers.js';
import { createTopic, uniquePrefix } from '../support/topics.js';

/** Batches that Kafka's own Java code compressed: its producer, and the broker for a topic that says so. */
const codecs = ['gzip', 'snappy', 'lz4', 'zstd'];
const logger = createLogger('silent');

const address = () => ({
  brokers: [...servers().kafkaBrokers],
  ssl: false,
  caFile: undefined,
  sasl: undefined,
});

const open = (prefix: string) => {
  const kafka = createKafka({ address: address(), prefix, logger });
  closeAtEnd(kafka.stop);
  return kafka;
};

const topicOf = (topic: string, codec: string) => ({
  topic,
  numPartitions: 1,
  configEntries: [{ name: 'compression.type', value: codec }],
});

/** By which codec the first batch of partition 0 is stored. */
const codecOf = async (topic: string): Promise<string | undefined> => {
  const cluster = createClientFactory(address(), logger).cluster();
  await cluster.connect();
  try {
    await cluster.addMultipleTargetTopics([topic]);
    const nodeId = String(cluster.findTopicPartitionMetadata(topic)[0]?.leader);
    const partitions = [{ topic, partition: 0, offset: 0 }];
    const request = { partitions, maxWaitMs: 1_000, minBytes: 1, maxBytesPerPartition: 1_000 };
    const [answer] = await fetchFrom(await cluster.findBroker({ nodeId }), request);
    return codecNames[(answer?.bytes.readInt16BE(layout.attributes) ?? 0) & 7];
  } finally {
    await cluster.disconnect();
  }
};

/** From `offset` on, by the reader. */
const read = async (prefix: string, topic: string, offset: number, count: number): Promise<LogRecord[]> => {
  const records = createQueue<LogRecord | ReadFault>('the reader');
  const reader = open(prefix).reader({
    onBatch: (batch) => batch.records.forEach(records.push),
    onFault: records.push,
  });
  closeAtEnd(reader.stop);
  reader.assign(topic, 0, offset);
  const taken: (LogRecord | ReadFault)[] = [];
  while (taken.length < count) taken.push(await records.next());
  await reader.stop();
  expect(taken.filter((item) => 'error' in item)).toEqual([]);
  return taken as LogRecord[];
};

/** As `Produce.java` writes them. */
const count = 300;
const written = Array.from({ length: count }, (_, n) => ({
  offset: n,
  key: `k${n}`,
  value: n % 10 === 9 ? null : `${n} ${'주문 '.repeat(10 * n)}`,
  headers: { n: `n-${n}` },
}));

/** As text: long ones are compared at once. */
const textOf = (field: Buffer | string | null): string | null => (field === null ? null : String(field));
const shown = ({ offset, key, value, headers }: LogRecord) => ({
  offset,
  key: textOf(key),
  value: textOf(value),
  headers,
});

const hasCompiler = canRun('javac', ['-version']);
if (!hasCompiler)
  // oxlint-disable-next-line no-console -- a skipped test must not go unseen
  console.warn('NO JAVA COMPILER ON THE PATH: batches of the Java producer are NOT tested. Install a JDK.');
const withJava = hasCompiler ? describe : describe.skip;

withJava('what the Java producer compressed', () => {
  const prefix = uniquePrefix();

  beforeAll(async () => {
    for (const codec of codecs) await createTopic(topicOf(prefix + codec, 'producer'));
    const cacheDir = process.env.TEST_CACHE_DIR ?? fileURLToPath(new URL('../../.cache', import.meta.url));
    const { signal } = new AbortController();
    const jars = await kafkaJars({ cacheDir, progress: () => {}, signal });
    const source = fileURLToPath(new URL('Produce.java', import.meta.url));
    const wanted = [servers().kafkaBrokers.join(), prefix, String(count), ...codecs];
    await promisify(execFile)('java', ['-cp', join(jars, '*'), source, ...wanted]);
  });

  test.each(codecs)('by %s is read by the reader and by fetch, from any offset', async (codec) => {
    expect(await codecOf(prefix + codec)).toBe(codec);
    expect((await read(prefix, codec, 0, count)).map(shown)).toEqual(written);
    expect((await read(prefix, codec, 123, count - 123)).map(shown)).toEqual(written.slice(123));
    const fetched = await open(prefix).fetch(codec, 0, 7, 1_000);
    expect(fetched.records.slice(0, 5).map(shown)).toEqual(written.slice(7, 12));
    expect(fetched.logEnd).toBe(count);
  });
});

describe('what a broker compressed', () => {
  test.each(codecs)('by %s is read as it was sent', async (codec) => {
    const prefix = uniquePrefix();
    await createTopic(topicOf(prefix + codec, codec));
    const kafka = open(prefix);
    const publisher = kafka.publisher();
    closeAtEnd(publisher.stop);
    const sent: OutgoingRecord[] = [
      { key: 'k', value: '부산 '.repeat(20_000), headers: { ce_id: '서울' } },
      { key: null, value: Buffer.from('부산'), headers: {} },
      { key: 'k', value: null, headers: {} },
    ];
    await publisher.send(codec, 0, sent);
    expect(await codecOf(prefix + codec)).toBe(codec);
    const expected = sent.map(({ key, value, headers }, offset) => ({
      offset,
      key: textOf(key),
      value: textOf(value),
      headers,
    }));
    expect((await kafka.fetch(codec, 0, 0, 1_000)).records.map(shown)).toEqual(expected);
    expect((await read(prefix, codec, 1, 2)).map(shown)).toEqual(expected.slice(1));
  });
});
