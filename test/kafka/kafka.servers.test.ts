import { describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createKafka } from '../../src/kafka/create-kafka.js';
import {
  PublishError,
  type FetchedBatch,
  type LogRecord,
  type OutgoingRecord,
  type ReadFault,
} from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { readTopic } from '../support/log.js';
import { createProxy } from '../support/proxy.js';
import { createQueue } from '../support/queue.js';
import { servers } from '../support/servers.js';
import { uniquePrefix } from '../support/topics.js';

const { CompressionTypes, Kafka, Partitioners, logLevel } = kafkajs;
const prefix = uniquePrefix();
const logger = createLogger('silent');
const broker = () => servers().kafkaBrokers[0] ?? '';

const open = (address = broker()) => {
  const kafka = createKafka({
    address: { brokers: [address], ssl: false, caFile: undefined, sasl: undefined },
    prefix,
    logger,
  });
  closeAtEnd(kafka.stop);
  return kafka;
};

const createTopic = async (name: string, partitions = 3): Promise<string> => {
  await open().ensureTopics([{ name, partitions, retentionMs: -1 }]);
  return name;
};

/** A reader whose records and faults are queues. */
const read = (kafka = open(), maxBytesPerPartition?: number) => {
  const records = createQueue<LogRecord>('the reader');
  const faults = createQueue<ReadFault>('the reader, of faults,');
  const batches: FetchedBatch[] = [];
  const reader = kafka.reader({
    onBatch: (batch) => {
      batches.push(batch);
      for (const record of batch.records) records.push(record);
    },
    onFault: faults.push,
    maxBytesPerPartition,
  });
  closeAtEnd(reader.stop);
  const take = async (count: number): Promise<LogRecord[]> => {
    const taken: LogRecord[] = [];
    while (taken.length < count) taken.push(await records.next());
    return taken;
  };
  return { reader, records, faults, batches, take };
};

const publish = (kafka = open()) => {
  const publisher = kafka.publisher();
  closeAtEnd(publisher.stop);
  return publisher;
};

const theirs = () =>
  new Kafka({ brokers: [broker()], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } });

/** By kafkajs's own producer. */
const writeTheirs = async (
  topic: string,
  messages: kafkajs.Message[],
  compression?: kafkajs.CompressionTypes,
): Promise<void> => {
  const producer = theirs().producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({
      topic: prefix + topic,
      messages: messages.map((message) => ({ partition: 0, ...message })),
      compression,
    });
  } finally {
    await producer.disconnect();
  }
};

const asAdmin = async <T>(ask: (admin: kafkajs.Admin) => Promise<T>): Promise<T> => {
  const admin = theirs().admin();
  await admin.connect();
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
};

const record = (value: string): OutgoingRecord => ({ key: 'k', value, headers: { ce_id: `id-${value}` } });
const some = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => record(`${from + n}`));
const valuesOf = (records: readonly { value: Buffer | null }[]) => records.map(({ value }) => String(value));

describe('what the publisher sends', () => {
  test('is read back by kafkajs and by our reader as it was sent, with the offsets that were answered', async () => {
    const topic = await createTopic('sent');
    const kafka = open();
    const publisher = publish(kafka);
    const sent: OutgoingRecord[] = [
      {
        key: 'k1',
        value: Buffer.from([0, 255]),
        headers: { ce_id: '부산', 'content-type': 'application/json' },
      },
      { key: null, value: null, headers: {} },
      { key: Buffer.from('키'), value: '값'.repeat(5_000), headers: { long: 'x'.repeat(300) } },
    ];
    expect(await publisher.send(topic, 1, sent)).toBe(0);
    expect(await publisher.send(topic, 1, [record('more')])).toBe(3);

    const { reader, take } = read(kafka);
    reader.assign(topic, 1, 0);
    const received = await take(4);
    const expected = [...sent, record('more')].map(({ key, value, headers }, offset) => ({
      offset,
      key: key === null ? null : String(key),
      value: typeof value === 'string' ? Buffer.from(value) : value,
      headers,
    }));
    expect(received).toMatchObject(
      expected.map((fields) => ({ ...fields, key: fields.key === null ? null : Buffer.from(fields.key) })),
    );
    for (const { timestampMs } of received) expect(Math.abs(timestampMs - Date.now())).toBeLessThan(60_000);
    expect((await readTopic(prefix + topic))[1]).toMatchObject(expected);
    expect((await kafka.fetch(topic, 1, 2, 1)).records[0]).toMatchObject({
      offset: 2,
      headers: sent[2]?.headers,
    });
  });

  test('goes to many partitions at once over one connection', async () => {
    const topic = await createTopic('many');
    const proxy = await createProxy({ target: broker(), kafka: true });
    const publisher = publish(open(proxy.address));
    const sends = Array.from({ length: 60 }, (_, n) => publisher.send(topic, n % 3, [record(`${n}`)]));
    expect((await Promise.all(sends)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, n) => Math.floor(n / 3)),
    );
    expect(proxy.connections).toBe(1);
    expect(valuesOf((await readTopic(prefix + topic))[2] ?? [])).toEqual(
      Array.from({ length: 20 }, (_, n) => `${3 * n + 2}`),
    );
  });

  test('is refused with a kind: too large, or no such topic or partition', async () => {
    const topic = await createTopic('refused', 1);
    const publisher = publish();
    const large = publisher.send(topic, 0, [record('x'.repeat(1_100_000))]);
    await expect(large).rejects.toMatchObject({ name: 'PublishError', kind: 'TOO_LARGE' });
    await expect(publisher.send('missing', 0, [record('a')])).rejects.toMatchObject({ kind: 'NO_TOPIC' });
    await expect(publisher.send(topic, 7, [record('a')])).rejects.toBeInstanceOf(PublishError);
    expect(await publisher.send(topic, 0, [record('a')])).toBe(0);
  });

  test('is LOST when its reply does not come, while sends beside it are answered, and the next one works', async () => {
    const topic = await createTopic('lost');
    const proxy = await createProxy({ target: broker(), kafka: true });
    const publisher = publish(open(proxy.address));
    await publisher.send(topic, 0, [record('first')]);
    proxy.swallowProduceReplies(1);
    const lost = publisher.send(topic, 0, [record('second')]).catch((error: unknown) => error);
    await eventually(() => proxy.swallowed === 1);
    await publisher.send(topic, 1, [record('beside')]);
    expect(await lost).toMatchObject({ name: 'PublishError', kind: 'LOST' });
    expect(await publisher.send(topic, 0, [record('second')])).toBe(2);
    expect(valuesOf((await readTopic(prefix + topic))[0] ?? [])).toEqual(['first', 'second', 'second']);
  });

  test('is LOST at once when the connection is cut, and goes on when the broker is back', async () => {
    const topic = await createTopic('cut');
    const proxy = await createProxy({ target: broker(), kafka: true });
    const publisher = publish(open(proxy.address));
    await publisher.send(topic, 0, [record('0')]);
    proxy.cut();
    await expect(publisher.send(topic, 0, [record('1')])).rejects.toMatchObject({ kind: 'LOST' });
    await expect(publisher.send(topic, 0, [record('1')])).rejects.toMatchObject({ kind: 'LOST' });
    await proxy.heal();
    expect(await publisher.send(topic, 0, [record('1')])).toBe(1);
  });

  test('is not taken after stop', async () => {
    const publisher = publish();
    await publisher.stop();
    await expect(publisher.send('any', 0, [record('a')])).rejects.toMatchObject({ kind: 'LOST' });
  });
});

describe('the reader', () => {
  test('reads what kafkajs wrote, plain and gzip, from any offset', async () => {
    const topic = await createTopic('theirs', 1);
    const messages = ['a', 'b', 'c'].map((value) => ({ key: 'k', value, headers: { n: [value, 'second'] } }));
    await writeTheirs(topic, messages);
    await writeTheirs(topic, messages, CompressionTypes.GZIP);
    const { reader, take } = read();
    reader.assign(topic, 0, 1);
    const received = await take(5);
    expect(valuesOf(received)).toEqual(['b', 'c', 'a', 'b', 'c']);
    expect(received.map(({ offset, headers }) => `${offset}${headers.n}`)).toEqual([
      '1b',
      '2c',
      '3a',
      '4b',
      '5c',
    ]);
    reader.assign(topic, 0, 4);
    expect(valuesOf(await take(2))).toEqual(['b', 'c']);
  });

  test('leaves out aborted transactions and ends up behind their markers', async () => {
    const topic = await createTopic('transactions', 1);
    const producer = theirs().producer({ transactionalId: prefix, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    closeAtEnd(() => producer.disconnect());
    for (const [value, commit] of [
      ['a', true],
      ['b', false],
      ['c', true],
      ['d', false],
    ] as const) {
      // prettier-ignore
      const transaction = await producer.transaction();
      await transaction.send({ topic: prefix + topic, messages: [{ partition: 0, value }] });
      await (commit ? transaction.commit() : transaction.abort());
    }
    const { reader, take, batches, records } = read();
    reader.assign(topic, 0, 0);
    expect(valuesOf(await take(2))).toEqual(['a', 'c']);
    await eventually(() => batches.at(-1)?.nextOffset === 8);
    expect(records.all).toHaveLength(2);
  });

  test('reads a partition with batches larger than its share beside one that never ends', async () => {
    const topic = await createTopic('large', 2);
    const publisher = publish();
    for (let n = 0; n < 20; n += 1) await publisher.send(topic, 0, [record('x'.repeat(9_000))]);
    await publisher.send(topic, 1, [record('y'.repeat(60_000))]);
    await publisher.send(topic, 1, [record('z'.repeat(60_000))]);
    const { reader, records } = read(open(), 10_000);
    reader.assign(topic, 0, 0);
    reader.assign(topic, 1, 0);
    await records.until(({ value }) => value?.[0] === 'z'.charCodeAt(0));
    await eventually(() => records.all.length === 22);
  });

  test('raises an offset out of range for its partition and reads the others on', async () => {
    const topic = await createTopic('range');
    const publisher = publish();
    const { reader, faults, take } = read();
    reader.assign(topic, 0, 0);
    reader.assign(topic, 1, 100);
    reader.assign(topic, 2, 0);
    await publisher.send(topic, 0, [record('zero')]);
    expect(await faults.next()).toMatchObject({ topic, partition: 1, kind: 'OUT_OF_RANGE' });
    await publisher.send(topic, 2, [record('two')]);
    expect(valuesOf(await take(2)).toSorted()).toEqual(['two', 'zero']);
    reader.assign(topic, 1, 0);
    await publisher.send(topic, 1, [record('one')]);
    expect(valuesOf(await take(1))).toEqual(['one']);
    expect(faults.all).toHaveLength(1);
    await expect(open().fetch(topic, 1, 100, 1_000)).rejects.toMatchObject({ type: 'OFFSET_OUT_OF_RANGE' });
  });

  test('raises a deleted topic, and reads the others on', async () => {
    const [gone, kept] = [await createTopic('gone', 2), await createTopic('kept', 1)];
    const publisher = publish();
    await publisher.send(gone, 0, [record('g')]);
    const { reader, faults, records, take } = read();
    for (const partition of [0, 1]) reader.assign(gone, partition, 0);
    reader.assign(kept, 0, 0);
    await take(1);
    await asAdmin((admin) => admin.deleteTopics({ topics: [prefix + gone] }));
    const raised = [await faults.next(), await faults.next()];
    expect(raised.map(({ topic, kind }) => `${topic} ${kind}`)).toEqual(
      Array(2).fill(`${gone} UNKNOWN_TOPIC`),
    );
    await publisher.send(kept, 0, [record('after')]);
    await records.until(({ value }) => String(value) === 'after');
  });

  test('raises a topic that was never there', async () => {
    const { reader, faults } = read();
    reader.assign('never', 0, 0);
    expect(await faults.next()).toMatchObject({ topic: 'never', kind: 'UNKNOWN_TOPIC' });
  });

  test('stops only the partition with a batch of more than 64 MB, behind the records before it', async () => {
    const topic = await createTopic('bomb', 2);
    const publisher = publish();
    await publisher.send(topic, 0, [record('before')]);
    await writeTheirs(topic, [{ value: Buffer.alloc(64 * 1024 * 1024) }], CompressionTypes.GZIP);
    const { reader, faults, records, take } = read();
    reader.assign(topic, 0, 0);
    reader.assign(topic, 1, 0);
    expect(valuesOf(await take(1))).toEqual(['before']);
    const fault = await faults.next();
    expect(fault).toMatchObject({ topic, partition: 0, kind: 'UNREADABLE' });
    expect(fault.error.message).toMatch(/^records compressed by gzip: .*67108864 bytes/);
    await expect(open().fetch(topic, 0, 1, 1_000)).rejects.toThrow('compressed by gzip');
    await publisher.send(topic, 1, [record('beside')]);
    await records.until(({ value }) => String(value) === 'beside');
    expect(faults.all).toHaveLength(1);
    await publisher.send(topic, 0, [record('behind')]);
    reader.assign(topic, 0, 2);
    await records.until(({ value }) => String(value) === 'behind');
  });

  test('goes on where it was after its connection was reset, cut or silent', async () => {
    const topic = await createTopic('resumed');
    const proxy = await createProxy({ target: broker(), kafka: true });
    const publisher = publish();
    const { reader, take, faults } = read(open(proxy.address));
    for (const partition of [0, 1, 2]) reader.assign(topic, partition, 0);
    await publisher.send(topic, 0, some(0, 10));
    expect(valuesOf(await take(10))).toEqual(some(0, 10).map(({ value }) => value));

    proxy.reset();
    await publisher.send(topic, 0, some(10, 20));
    expect((await take(10)).map(({ offset }) => offset)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);

    proxy.cut();
    await publisher.send(topic, 0, some(20, 25));
    await proxy.heal();
    expect((await take(5)).map(({ offset }) => offset)).toEqual([20, 21, 22, 23, 24]);

    proxy.blackHole();
    await publisher.send(topic, 1, some(0, 2));
    await proxy.heal();
    expect((await take(2)).map(({ partition, offset }) => [partition, offset])).toEqual([[1, 0], [1, 1]]); // prettier-ignore
    expect(faults.all).toHaveLength(0);
  });

  test('leaves no connection when it is stopped while it connects', async () => {
    const topic = await createTopic('stopped', 1);
    const proxy = await createProxy({ target: broker(), kafka: true });
    const { reader } = read(open(proxy.address));
    proxy.delay(100);
    reader.assign(topic, 0, 0);
    await eventually(() => proxy.connections > 0);
    await reader.stop();
    await eventually(() => proxy.connections === 0);
  });

  test('does not fetch a partition again while its batch is being taken', async () => {
    const topic = await createTopic('busy', 2);
    const publisher = publish();
    await publisher.send(topic, 0, some(0, 1));
    const taken = createQueue<FetchedBatch>('the reader');
    let release = () => {};
    const reader = open().reader({
      onBatch: (batch) => {
        if (batch.records.length === 0) return;
        taken.push(batch);
        if (batch.partition === 0) return new Promise<void>((resolve) => (release = resolve));
      },
      onFault: () => {},
    });
    closeAtEnd(reader.stop);
    reader.assign(topic, 0, 0);
    reader.assign(topic, 1, 0);
    await taken.next();
    await publisher.send(topic, 0, some(1, 2));
    await publisher.send(topic, 1, some(0, 1));
    expect(await taken.next()).toMatchObject({ partition: 1 });
    release();
    expect(await taken.next()).toMatchObject({ partition: 0, nextOffset: 2 });
    release();
  });
});

describe('questions', () => {
  test('many fetches at once use one connection', async () => {
    const topic = await createTopic('asked', 1);
    await publish().send(topic, 0, some(0, 3));
    const proxy = await createProxy({ target: broker(), kafka: true });
    const kafka = open(proxy.address);
    const batches = await Promise.all(Array.from({ length: 20 }, () => kafka.fetch(topic, 0, 1, 1_000)));
    for (const batch of batches) expect(batch).toMatchObject({ nextOffset: 3, logEnd: 3 });
    // One for fetches and one for the rest, as kafkajs has it.
    expect(proxy.connections).toBe(2);
  });

  test('watermarks are where the log begins and ends', async () => {
    const topic = await createTopic('marks', 2);
    const kafka = open();
    await publish(kafka).send(topic, 1, some(0, 5));
    await asAdmin(async (admin) => {
      // Deleting needs the metadata that this loads.
      await admin.fetchTopicOffsets(prefix + topic);
      await admin.deleteTopicRecords({ topic: prefix + topic, partitions: [{ partition: 1, offset: '2' }] });
    });
    expect(await kafka.partitionCount(topic)).toBe(2);
    expect(await kafka.watermarks(topic)).toEqual(
      new Map([
        [0, { earliest: 0, latest: 0 }],
        [1, { earliest: 2, latest: 5 }],
      ]),
    );
    await kafka.ping();
  });

  test('committed offsets are seen by the tools of Kafka', async () => {
    const topic = await createTopic('committed', 2);
    await publish().send(topic, 1, some(0, 5));
    await open().commitOffsets('workers', [{ topic, partition: 1, offset: 4 }]);
    const [seen] = await asAdmin((admin) =>
      admin.fetchOffsets({ groupId: `${prefix}workers`, topics: [prefix + topic] }),
    );
    expect(seen?.partitions.find(({ partition }) => partition === 1)).toMatchObject({ offset: '4' });
  });
});
