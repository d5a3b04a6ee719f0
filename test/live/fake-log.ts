import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import type { TopicSpec } from '../../src/events/topics.js';
import { growthHeaders, type Growth } from '../../src/events/growth.js';
import { eventHeaders, sequenceHeader, skipHeader, type Event } from '../../src/events/envelope.js';
import { UnreadableRecords } from '../../src/kafka/decode.js';
import type { FetchedBatch, Kafka, LogReaderOptions, LogRecord, ReadFault } from '../../src/kafka/kafka.js';

export const silent = pino({ level: 'silent' });

export const things: TopicSpec = {
  name: 'things.v1',
  key: 'thing',
  fedBy: 'outbox',
  types: ['thing.happened'],
  kept: 'for ever',
};

/** The same topic with records that have no numbers. */
export const facts: TopicSpec = { ...things, fedBy: 'facts' };

/** The event in these tests: the partition and number that its record carries. */
export interface Thing {
  readonly partition: number;
  readonly number: number;
  readonly text: string;
}

/** Lets everything run that needs no timer and no outside. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 4; i += 1) await turn();
};

interface Partition {
  records: LogRecord[];
  earliest: number;
  latest: number;
  spoiled: number[];
}

/** One topic in memory, as the brokers have it. */
export interface FakeLog {
  /** `number` 0: a record without one. */
  append(
    partition: number,
    number: number,
    options?: { text?: string; key?: string; skip?: boolean; event?: Event; growth?: Growth },
  ): LogRecord;
  /** So many in all. */
  addPartitions(count: number): void;
  /** Takes up an offset that no reader ever sees, as a control record does. */
  leaveHole(partition: number): void;
  /** Takes up an offset that nobody can read. */
  spoil(partition: number): void;
  trim(partition: number, earliest: number): void;
  connect(options?: ConnectOptions): FakeKafka;
}

export interface ConnectOptions {
  /** Readers get records only through `deliver`, as at a gateway that lags. */
  readonly held?: boolean;
  /** Records per page of `fetch`. */
  readonly pageRecords?: number;
}

/** One gateway's connection. */
export interface FakeKafka extends Pick<Kafka, 'reader' | 'watermarks' | 'partitionCounts' | 'fetch'> {
  /** Brings up to `count` more records of a partition to the readers. */
  deliver(partition: number, count: number): void;
  fault(partition: number, kind: ReadFault['kind']): void;
  /** While set, `watermarks` and `fetch` fail with it. */
  failure: Error | undefined;
  readonly fetches: { partition: number; offset: number }[];
}

export const createFakeLog = (partitionCount = 3, { name: topic }: TopicSpec = things): FakeLog => {
  const partitions: Partition[] = [];
  const addPartitions = (count: number): void => {
    while (partitions.length < count) partitions.push({ records: [], earliest: 0, latest: 0, spoiled: [] });
  };
  addPartitions(partitionCount);
  const following = new Set<(partition: number) => void>();
  const at = (partition: number): Partition => partitions[partition]!;

  return {
    append: (partition, number, { text = '', key = 'k', skip = false, event, growth } = {}) => {
      const log = at(partition);
      const record: LogRecord = {
        topic,
        partition,
        offset: log.latest,
        timestampMs: 1_000 + number,
        key: Buffer.from(key),
        value: Buffer.from(event ? JSON.stringify(event.data) : text),
        headers: {
          ...(event && eventHeaders(event)),
          ...(number > 0 ? { [sequenceHeader]: String(number) } : {}),
          ...(skip ? { [skipHeader]: '1' } : {}),
          ...(growth && growthHeaders(growth, '2026-01-01T00:00:00.000Z')),
        },
      };
      log.records.push(record);
      log.latest += 1;
      for (const follow of following) follow(partition);
      return record;
    },
    addPartitions,
    leaveHole: (partition) => {
      at(partition).latest += 1;
      for (const follow of following) follow(partition);
    },
    spoil: (partition) => {
      at(partition).spoiled.push(at(partition).latest);
      at(partition).latest += 1;
    },
    trim: (partition, earliest) => {
      at(partition).earliest = earliest;
      at(partition).records = at(partition).records.filter(({ offset }) => offset >= earliest);
    },
    connect: (options) => connect(topic, partitions, following, options),
  };
};

const connect = (
  topic: string,
  partitions: readonly Partition[],
  following: Set<(partition: number) => void>,
  { held = false, pageRecords = 100 }: ConnectOptions = {},
): FakeKafka => {
  const assigned = new Map<number, number>();
  /** What their readers have not taken yet. */
  const busy = new Set<number>();
  let listener: LogReaderOptions | undefined;
  const at = (partition: number): Partition => partitions[partition]!;

  const read = (partition: number, offset: number, count: number): FetchedBatch => {
    const log = at(partition);
    if (offset < log.earliest || offset > log.latest) throw new Error('OFFSET_OUT_OF_RANGE');
    if (log.spoiled.includes(offset)) throw new UnreadableRecords('spoiled', undefined, offset + 1);
    const end = log.spoiled.find((spoiled) => spoiled > offset) ?? log.latest;
    const behind = log.records.filter((record) => record.offset >= offset && record.offset < end);
    const records = behind.slice(0, count);
    // A hole belongs to the batch before it.
    const nextOffset = behind[count]?.offset ?? end;
    return { topic, partition, records, nextOffset, logEnd: log.latest };
  };

  const deliver = (partition: number, count: number): void => {
    const offset = assigned.get(partition);
    if (offset === undefined || !listener || busy.has(partition)) return;
    if (at(partition).spoiled.includes(offset)) return kafka.fault(partition, 'UNREADABLE');
    const batch = read(partition, offset, count);
    assigned.set(partition, batch.nextOffset);
    const taken = listener.onBatch(batch);
    if (taken) {
      busy.add(partition);
      void taken.then(() => {
        busy.delete(partition);
        follow(partition);
      });
      return;
    }
    if (!held && batch.nextOffset < batch.logEnd) deliver(partition, count);
  };
  const follow = (partition: number): void => {
    if (!held) deliver(partition, Number.POSITIVE_INFINITY);
  };

  const kafka: FakeKafka = {
    failure: undefined,
    fetches: [],
    deliver,
    fault: (partition, kind) => {
      assigned.delete(partition);
      listener?.onFault({ topic, partition, kind, error: new Error(kind) });
    },
    reader: (options) => {
      listener = options;
      following.add(follow);
      return {
        assign: (_topic, partition, offset) => {
          assigned.set(partition, offset);
          void turn().then(() => follow(partition));
        },
        unassign: (_topic, partition) => assigned.delete(partition),
        stop: () => {
          following.delete(follow);
          assigned.clear();
          return Promise.resolve();
        },
      };
    },
    watermarks: async () => {
      await turn();
      if (kafka.failure) throw kafka.failure;
      return new Map(partitions.map(({ earliest, latest }, partition) => [partition, { earliest, latest }]));
    },
    partitionCounts: async () => {
      await turn();
      if (kafka.failure) throw kafka.failure;
      return new Map([[topic, partitions.length]]);
    },
    fetch: async (_topic, partition, offset) => {
      kafka.fetches.push({ partition, offset });
      await turn();
      if (kafka.failure) throw kafka.failure;
      return read(partition, offset, pageRecords);
    },
  };
  return kafka;
};
