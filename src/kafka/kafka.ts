/**
 * Kafka as the rest of Millrace sees it: five verbs over plain records. kafkajs stays behind `createKafka`.
 * Topic names are those of the topic table; the prefix is put on and taken off in here.
 */

/** One record of the log. Offsets are numbers: Kafka's reach 2^63, ours stay below 2^53. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When the broker stored it, in milliseconds since 1970. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface OutgoingRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** What one fetch brought for one partition. `records` may be empty when only `logEnd` moved. */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** The offset to ask for next. */
  readonly nextOffset: number;
  /** First offset behind the last stable record. */
  readonly logEnd: number;
}

/** Why a partition cannot be read on. `OUT_OF_RANGE`: the asked offset is before the log's start or beyond its end. */
export interface ReadFault {
  readonly topic: string;
  readonly partition: number;
  readonly kind: 'OUT_OF_RANGE' | 'UNKNOWN_TOPIC' | 'UNREADABLE';
  readonly error: Error;
}

/**
 * Reads partitions from given offsets on, for ever, without a consumer group. Faults of the network are retried inside.
 * A partition whose `onBatch` has not settled is not fetched again: that is the back-pressure.
 * A partition with a {@link ReadFault} is unassigned first, then `onFault` is called.
 */
export interface LogReader {
  /** Starts, or restarts elsewhere, one partition at `offset`. */
  assign(topic: string, partition: number, offset: number): void;
  unassign(topic: string, partition: number): void;
  stop(): Promise<void>;
}

export interface LogReaderOptions {
  readonly onBatch: (batch: FetchedBatch) => void | Promise<void>;
  readonly onFault: (fault: ReadFault) => void;
  readonly maxBytesPerPartition?: number;
  /** While records flow, lets the broker collect more for so long: fewer and larger batches, a little later. Default 0. */
  readonly lingerMs?: number;
}

/** Sends in the order of the calls per partition; a call resolves when all in-sync replicas have the records. */
export interface Publisher {
  /**
   * @returns the offset of the first record
   * @throws PublishError
   */
  send(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<number>;
  stop(): Promise<void>;
}

/** `TOO_LARGE`: this batch is refused for good. `NO_TOPIC`: topic or right is missing. `LOST`: the answer did not come, it may be stored. */
export class PublishError extends Error {
  constructor(
    readonly kind: 'TOO_LARGE' | 'NO_TOPIC' | 'LOST',
    cause: unknown,
  ) {
    super(
      `Kafka did not take the records (${kind}): ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
    this.name = 'PublishError';
  }
}

/** A record with its place; its reader tells a repeat by its `ce_id`. */
export interface FactRecord extends OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer;
}

/**
 * What became of the records of a call.
 * - `STORED`: all but `refused`, which Kafka takes in no company, are in the log, in each partition before `nextOffset`.
 * - `UNSENT`: nothing is, and nothing will be.
 * - `UNKNOWN`: some may be.
 */
export type FactsOutcome =
  | {
      readonly kind: 'STORED';
      readonly places: readonly { topic: string; partition: number; nextOffset: number }[];
      readonly refused: readonly FactRecord[];
    }
  | { readonly kind: 'UNSENT' | 'UNKNOWN'; readonly cause: unknown };

/** Sends facts. Records of concurrent calls share requests; those with the same key keep their order. */
export interface FactPublisher {
  /** Resolves within 5 s, whatever happens. What Kafka did not acknowledge by then is not sent again. */
  send(records: readonly FactRecord[]): Promise<FactsOutcome>;
  /** Finishes what is under way; refuses what comes later. */
  stop(): Promise<void>;
}

/** Offsets of a partition: `earliest` is the first record kept, `latest` is behind the last. */
export interface Watermarks {
  readonly earliest: number;
  readonly latest: number;
}

export interface TopicToCreate {
  readonly name: string;
  readonly partitions: number;
  /** -1: for ever. */
  readonly retentionMs: number;
}

export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface TopicDescription {
  readonly name: string;
  /** Kafka's own. */
  readonly isInternal: boolean;
  /** In the order of their ids. */
  readonly partitions: readonly PartitionDescription[];
  /** On the brokers' disks, all replicas together; null when they did not say. */
  readonly sizeBytes: number | null;
}

export interface PartitionDescription extends Watermarks {
  readonly id: number;
  readonly leader: number | null;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

export interface GroupDescription {
  readonly id: string;
  readonly state: string;
  readonly members: number;
  /** Committed. */
  readonly offsets: readonly GroupOffset[];
}

/** What Kafka refused: the name of its error, such as TOPIC_ALREADY_EXISTS, and its words. */
export interface KafkaRefusal {
  readonly type: string;
  readonly reason: string;
}

/**
 * What operators see and do, of topics and groups under the prefix. Reads throw MillraceError UNAVAILABLE; so does a change of which
 * nothing was sent, and OUTCOME_UNKNOWN when its answer is lost.
 */
export interface KafkaAdmin {
  /** Characters that Kafka leaves for a topic's name. */
  readonly longestName: number;
  /** Those of these names that are there, or all, by name. */
  describeTopics(names?: readonly string[]): Promise<TopicDescription[]>;
  /** All settings by topic; a secret is null. */
  configs(names: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string | null>>>>;
  /** By partition, the first record at or behind a time; none where all are older. */
  offsetsAt(topic: string, timestampMs: number): Promise<ReadonlyMap<number, number>>;
  /** By id. */
  groups(): Promise<GroupDescription[]>;
  /** Resolves when the brokers know the topic. */
  createTopic(topic: NewTopic): Promise<KafkaRefusal | undefined>;
  /** Resolves when the brokers have forgotten it. */
  deleteTopic(name: string): Promise<KafkaRefusal | undefined>;
  /** Gives a topic so many partitions in all. Resolves when the brokers know of them. */
  addPartitions(name: string, partitions: number): Promise<KafkaRefusal | undefined>;
  /** @returns the offset of the record, which all in-sync replicas have */
  produce(topic: string, partition: number, record: OutgoingRecord): Promise<number | KafkaRefusal>;
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface Kafka {
  readonly admin: KafkaAdmin;
  /** Creates what is missing; changes nothing that is there. */
  ensureTopics(topics: readonly TopicToCreate[]): Promise<void>;
  /** Number of partitions of a topic. Cached until the metadata is 30 s old. */
  partitionCount(topic: string): Promise<number>;
  /** By topic, asked afresh; topics that are not there are left out. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** By partition, asked afresh. */
  watermarks(topic: string): Promise<ReadonlyMap<number, Watermarks>>;
  /** Records of one partition from `offset` on, at most about `maxBytes`, without waiting for new ones. */
  fetch(topic: string, partition: number, offset: number, maxBytes: number): Promise<FetchedBatch>;
  reader(options: LogReaderOptions): LogReader;
  publisher(): Publisher;
  factPublisher(): FactPublisher;
  /** Tells Kafka's own tools how far a group is. The group must have no members. */
  commitOffsets(group: string, offsets: readonly GroupOffset[]): Promise<void>;
  /** Resolves when a broker answers. @throws when none does. */
  ping(): Promise<void>;
  stop(): Promise<void>;
}
