import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import type { Broker } from 'kafkajs/src/types.js';
import type { KafkaRefusal } from './kafka.js';
import { createReader, exchange, payloadOf, type Reader } from './protocol.js';

/**
 * The requests of an operator, in the oldest versions that Kafka 4 still speaks, as `protocol.ts` has those that carry records
 * (Kafka's documentation, "Protocol"). kafkajs's own leave out what is asked for here: the reason of a refusal, the size on disk,
 * and all that an answer has beside one partition or topic with an error.
 */

export interface ClusterMetadata {
  readonly brokers: readonly number[];
  readonly topics: readonly TopicMetadata[];
}

export interface TopicMetadata {
  /** The full name. */
  readonly name: string;
  readonly error: Error | undefined;
  readonly isInternal: boolean;
  readonly partitions: readonly PartitionMetadata[];
}

export interface PartitionMetadata {
  readonly id: number;
  /** -1: none now. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** Of the topics with these full names, or of all; it creates none. */
export const requestMetadata = (
  broker: Broker,
  names: readonly string[] | undefined,
): Promise<ClusterMetadata> =>
  ask(
    broker,
    { apiKey: 3, apiVersion: 5, apiName: 'Metadata' },
    [nullableArray(names, string), int8(0)],
    (reader) => {
      reader.int32(); // throttle time
      const brokers = reader.array(() => {
        const id = reader.int32();
        reader.string(); // host
        reader.int32(); // port
        reader.nullableString(); // rack
        return id;
      });
      reader.nullableString(); // cluster
      reader.int32(); // controller
      const topics = reader.array((): TopicMetadata => {
        const error = errorOf(reader.int16());
        const name = reader.string();
        const isInternal = reader.int8() !== 0;
        return { name, error, isInternal, partitions: reader.array(() => readPartition(reader)) };
      });
      return { brokers, topics };
    },
  );

const readPartition = (reader: Reader): PartitionMetadata => {
  reader.int16(); // no leader: then it is -1
  const id = reader.int32();
  const leader = reader.int32();
  const replicas = reader.array(reader.int32);
  const inSync = reader.array(reader.int32);
  reader.array(reader.int32); // offline
  return { id, leader, replicas, inSync };
};

export const earliest = -2;
export const latest = -1;

/**
 * Of partitions that this broker leads: {@link earliest}, {@link latest}, or of the first record at or behind a time, -1 where there
 * is none.
 */
export const requestOffsets = (
  broker: Broker,
  partitions: readonly TopicPartition[],
  timestampMs: number,
): Promise<PartitionOffset[]> => {
  const readCommitted = 1;
  const body = [
    int32(-1), // replica: none, a consumer
    int8(readCommitted),
    array([...byTopic(partitions)], ([topic, ids]) => [
      string(topic),
      array(ids, (id) => [int32(id), int64(timestampMs)]),
    ]),
  ];
  return ask(broker, { apiKey: 2, apiVersion: 2, apiName: 'ListOffsets' }, body, (reader) => {
    reader.int32();
    return readByTopic(reader, (topic) => {
      const partition = reader.int32();
      throwIf(reader.int16());
      reader.int64(); // timestamp
      const offset = reader.int64();
      return { topic, partition, offset };
    });
  });
};

const topicResource = 2;

/** Settings by topic, those with a secret value as null. Topics with an error are left out. */
export const requestConfigs = (
  broker: Broker,
  names: readonly string[],
): Promise<Map<string, Record<string, string | null>>> => {
  const body = [
    array(names, (name) => [int8(topicResource), string(name), int32(-1)]), // all settings
    int8(0), // no synonyms
  ];
  return ask(broker, { apiKey: 32, apiVersion: 1, apiName: 'DescribeConfigs' }, body, (reader) => {
    reader.int32();
    const all = new Map<string, Record<string, string | null>>();
    reader.array(() => {
      const error = reader.int16();
      reader.nullableString();
      reader.int8();
      const name = reader.string();
      const config = Object.fromEntries(reader.array(() => readSetting(reader)));
      if (error === 0) all.set(name, config);
    });
    return all;
  });
};

const readSetting = (reader: Reader): [string, string | null] => {
  const name = reader.string();
  const value = reader.nullableString();
  reader.int8(); // read only
  reader.int8(); // source
  reader.int8(); // sensitive
  reader.array(() => {
    reader.string();
    reader.nullableString();
    reader.int8();
  });
  return [name, value];
};

export interface PartitionSize extends TopicPartition {
  readonly bytes: number;
}

/** On this broker's disks. */
export const requestSizes = (
  broker: Broker,
  partitions: readonly TopicPartition[],
): Promise<PartitionSize[]> => {
  const body = [array([...byTopic(partitions)], ([topic, ids]) => [string(topic), array(ids, int32)])];
  return ask(broker, { apiKey: 35, apiVersion: 1, apiName: 'DescribeLogDirs' }, body, (reader) => {
    reader.int32();
    return reader
      .array(() => {
        reader.int16();
        reader.string(); // folder
        return readByTopic(reader, (topic) => {
          const partition = reader.int32();
          const bytes = reader.int64();
          reader.int64(); // how far it is behind
          reader.int8(); // whether it is to replace another
          return { topic, partition, bytes };
        });
      })
      .flat();
  });
};

export interface CreateTopicRequest {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export const requestCreation = (
  broker: Broker,
  { name, partitions, config, timeoutMs }: CreateTopicRequest,
): Promise<KafkaRefusal | undefined> => {
  const topic = [
    string(name),
    int32(partitions),
    int16(-1), // replicas: the broker's default
    int32(0), // no partition is assigned by hand
    array(Object.entries(config), ([setting, value]) => [string(setting), string(value)]),
  ];
  const body = [int32(1), ...topic, int32(timeoutMs), int8(0)];
  return ask(broker, { apiKey: 19, apiVersion: 4, apiName: 'CreateTopics' }, body, (reader) => {
    reader.int32();
    const [refusal] = reader.array(() => {
      reader.string();
      return refusalOf(reader.int16(), reader.nullableString());
    });
    return refusal;
  });
};

export const requestDeletion = (
  broker: Broker,
  name: string,
  timeoutMs: number,
): Promise<KafkaRefusal | undefined> =>
  ask(
    broker,
    { apiKey: 20, apiVersion: 1, apiName: 'DeleteTopics' },
    [int32(1), string(name), int32(timeoutMs)],
    (reader) => {
      reader.int32();
      const [refusal] = reader.array(() => {
        reader.string();
        return refusalOf(reader.int16());
      });
      return refusal;
    },
  );

/** So many in all, each where the controller chooses. */
export const requestPartitions = (
  broker: Broker,
  name: string,
  partitions: number,
  timeoutMs: number,
): Promise<KafkaRefusal | undefined> => {
  const body = [
    int32(1),
    string(name),
    int32(partitions),
    int32(-1), // no replica is assigned by hand
    int32(timeoutMs),
    int8(0), // not only checked
  ];
  return ask(broker, { apiKey: 37, apiVersion: 1, apiName: 'CreatePartitions' }, body, (reader) => {
    reader.int32();
    const [refusal] = reader.array(() => {
      reader.string();
      return refusalOf(reader.int16(), reader.nullableString());
    });
    return refusal;
  });
};

/** Ids of the groups that this broker coordinates. */
export const requestGroups = (broker: Broker): Promise<string[]> =>
  ask(broker, { apiKey: 16, apiVersion: 1, apiName: 'ListGroups' }, [], (reader) => {
    reader.int32();
    throwIf(reader.int16());
    return reader.array(() => {
      const id = reader.string();
      reader.string(); // protocol
      return id;
    });
  });

export interface GroupState {
  readonly id: string;
  readonly state: string;
  readonly members: number;
}

/** Of groups that this broker coordinates. */
export const requestGroupStates = (broker: Broker, ids: readonly string[]): Promise<GroupState[]> =>
  ask(broker, { apiKey: 15, apiVersion: 1, apiName: 'DescribeGroups' }, [array(ids, string)], (reader) => {
    reader.int32();
    return reader.array(() => {
      reader.int16(); // then it is in state Dead, without members
      const id = reader.string();
      const state = reader.string();
      reader.string(); // protocol type
      reader.string(); // protocol
      const members = reader.array(() => {
        reader.string(); // member
        reader.string(); // client
        reader.string(); // host
        reader.raw(reader.int32()); // metadata
        reader.raw(reader.int32()); // assignment
      });
      return { id, state, members: members.length };
    });
  });

/** All that a group has committed, asked of its coordinator. */
export const requestCommitted = (broker: Broker, group: string): Promise<PartitionOffset[]> =>
  ask(
    broker,
    { apiKey: 9, apiVersion: 3, apiName: 'OffsetFetch' },
    [string(group), int32(-1)], // all topics
    (reader) => {
      reader.int32();
      const committed = readByTopic(reader, (topic) => {
        const partition = reader.int32();
        const offset = reader.int64();
        reader.nullableString(); // metadata
        const error = reader.int16();
        return error === 0 && offset >= 0 ? { topic, partition, offset } : undefined;
      });
      throwIf(reader.int16());
      return committed;
    },
  );

const ask = <Answer>(
  broker: Broker,
  api: { readonly apiKey: number; readonly apiVersion: number; readonly apiName: string },
  body: Bytes,
  read: (reader: Reader) => Answer,
): Promise<Answer> =>
  exchange(broker, {
    request: { ...api, encode: () => payloadOf(concat(body)) },
    response: {
      // The server has waited out the throttle itself.
      decode: (payload) => ({ clientSideThrottleTime: 0, answer: read(createReader(payload)) }),
      parse: ({ answer }) => answer,
    },
  });

const refusalOf = (code: number, reason: string | null = null): KafkaRefusal | undefined => {
  if (code === 0) return undefined;
  const { type, message } = createErrorFromCode(code);
  return { type, reason: reason ?? message };
};

const errorOf = (code: number): Error | undefined => (code === 0 ? undefined : createErrorFromCode(code));

const throwIf = (code: number): void => {
  const error = errorOf(code);
  if (error) throw error;
};

const byTopic = (partitions: readonly TopicPartition[]): Map<string, number[]> => {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  return topics;
};

/** Topics with their partitions, as one list; what `read` answers undefined for is left out. */
const readByTopic = <Item>(reader: Reader, read: (topic: string) => Item | undefined): Item[] =>
  reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => read(topic));
    })
    .flat()
    .filter((item) => item !== undefined);

type Bytes = Buffer | Bytes[];

const concat = (bytes: Bytes): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes.map(concat)));

const written = (size: number, write: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.allocUnsafe(size);
  write(bytes);
  return bytes;
};
const int8 = (value: number): Buffer => written(1, (bytes) => bytes.writeInt8(value));
const int16 = (value: number): Buffer => written(2, (bytes) => bytes.writeInt16BE(value));
const int32 = (value: number): Buffer => written(4, (bytes) => bytes.writeInt32BE(value));
const int64 = (value: number): Buffer => written(8, (bytes) => bytes.writeBigInt64BE(BigInt(value)));

const string = (text: string): Bytes => {
  const bytes = Buffer.from(text);
  return [int16(bytes.length), bytes];
};

const array = <Item>(items: readonly Item[], encode: (item: Item) => Bytes): Bytes => [
  int32(items.length),
  ...items.map(encode),
];

const nullableArray = <Item>(items: readonly Item[] | undefined, encode: (item: Item) => Bytes): Bytes =>
  items ? array(items, encode) : int32(-1);
