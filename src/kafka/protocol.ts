import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import type { Broker, ConnectionPool, Exchange } from 'kafkajs/src/types.js';
import { readInt64, whenDecodable, type AbortedTransaction } from './decode.js';

/**
 * The two requests that carry records, Fetch version 11 and Produce version 7 (Kafka's documentation, "Protocol"; Kafka 2.3 and
 * later speak both), sent over kafkajs's connections, which authenticate, frame, number and time out. Ours are the bytes
 * inside: kafkajs's own take most of the time that a record costs, and its Fetch fails for all partitions when one has an error.
 */

export interface PartitionToFetch {
  /** The full name. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface FetchRequest {
  readonly partitions: readonly PartitionToFetch[];
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytesPerPartition: number;
}

/** What a broker answered for one partition; its record batches are not decoded yet. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Why there are no records. Concerns this partition only. */
  readonly error: Error | undefined;
  /** First offset behind the last stable record. */
  readonly logEnd: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly bytes: Buffer;
}

export interface ProduceRequest {
  /** The full name. */
  readonly topic: string;
  readonly partition: number;
  /** A record batch. */
  readonly batch: Buffer;
  /** How long the broker waits for its replicas. */
  readonly timeoutMs: number;
}

/** @throws what failed for the request as a whole: the connection, the time limit */
export const fetchFrom = async (broker: Broker, request: FetchRequest): Promise<FetchedPartition[]> => {
  const answers = await exchange(broker, {
    request: { apiKey: 1, apiVersion: 11, apiName: 'Fetch', encode: () => payloadOf(encodeFetch(request)) },
    response: { decode: decodeFetched, parse: ({ answer }) => answer },
  });
  await whenDecodable(answers);
  return answers;
};

/**
 * Resolves when all in-sync replicas have the batch.
 *
 * @returns the offset of its first record
 * @throws a protocol error of kafkajs, with `type`, for the broker's refusal
 */
export const produceTo = (broker: Broker, request: ProduceRequest): Promise<number> =>
  exchange(broker, {
    request: {
      apiKey: 0,
      apiVersion: 7,
      apiName: 'Produce',
      encode: () => payloadOf(encodeProduce(request)),
    },
    response: { decode: decodeProduced, parse: ({ answer }) => answer },
  });

const connecting = new WeakMap<ConnectionPool, Map<number, Promise<unknown>>>();

/**
 * kafkajs has two connections per broker, one of them for Fetch, and opens that one unguarded: two requests at once would open
 * two sockets and leave one behind.
 */
const exchange = async <Answer>(broker: Broker, message: Exchange<Answer>): Promise<Answer> => {
  const pool = broker.connectionPool;
  const { apiKey } = message.request;
  let openings = connecting.get(pool);
  if (!openings) connecting.set(pool, (openings = new Map<number, Promise<unknown>>()));
  let opening = openings.get(apiKey);
  if (!opening) {
    opening = pool.getConnectionByRequest(message).finally(() => openings.delete(apiKey));
    openings.set(apiKey, opening);
  }
  await opening;
  return pool.send(message);
};

/** As kafkajs's encoder shows itself to who copies from it. */
const payloadOf = (bytes: Buffer) => ({ buf: bytes, buffer: bytes });

/** Without a fetch session. One topic entry per partition, as Kafka allows: the order is the caller's. */
const encodeFetch = ({ partitions, maxWaitMs, minBytes, maxBytesPerPartition }: FetchRequest): Buffer => {
  const readCommitted = 1;
  const names = partitions.map(({ topic }) => Buffer.from(topic));
  const size = names.reduce((total, { length }) => total + length + 38, 35);
  const writer = createWriter(size);
  writer.int32(-1); // replica: none, a consumer
  writer.int32(maxWaitMs);
  writer.int32(minBytes);
  writer.int32(maxBytesPerPartition * partitions.length);
  writer.int8(readCommitted);
  writer.int32(0); // session
  writer.int32(-1); // its epoch: none
  writer.int32(partitions.length);
  for (const [index, { partition, offset }] of partitions.entries()) {
    writer.string(names[index] as Buffer);
    writer.int32(1);
    writer.int32(partition);
    writer.int32(-1); // leader epoch: not known
    writer.int64(offset);
    writer.int64(-1); // log start: of followers only
    writer.int32(maxBytesPerPartition);
  }
  writer.int32(0); // topics that leave the session
  writer.string(Buffer.alloc(0)); // rack
  return writer.bytes();
};

const encodeProduce = ({ topic, partition, batch, timeoutMs }: ProduceRequest): Buffer => {
  const name = Buffer.from(topic);
  const writer = createWriter(26 + name.length + batch.length);
  writer.int16(-1); // no transaction
  writer.int16(-1); // acks: all in-sync replicas
  writer.int32(timeoutMs);
  writer.int32(1);
  writer.string(name);
  writer.int32(1);
  writer.int32(partition);
  writer.int32(batch.length);
  writer.raw(batch);
  return writer.bytes();
};

const decodeFetched = (payload: Buffer) => {
  const reader = createReader(payload);
  const clientSideThrottleTime = reader.int32();
  const error = errorOf(reader.int16());
  if (error) throw error;
  reader.int32(); // session
  const answer: FetchedPartition[] = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topic = reader.string();
    for (let partitions = reader.int32(); partitions > 0; partitions -= 1)
      answer.push(readPartition(topic, reader));
  }
  return { clientSideThrottleTime, answer };
};

const readPartition = (topic: string, reader: Reader): FetchedPartition => {
  const partition = reader.int32();
  const error = errorOf(reader.int16());
  const highWatermark = reader.int64();
  const lastStable = reader.int64();
  reader.int64(); // log start
  const aborted: AbortedTransaction[] = [];
  for (let count = reader.int32(); count > 0; count -= 1)
    aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  reader.int32(); // preferred replica
  const logEnd = lastStable < 0 ? highWatermark : lastStable;
  return { topic, partition, error, logEnd, aborted, bytes: reader.raw(Math.max(0, reader.int32())) };
};

/** One partition, as it was asked for. */
const decodeProduced = (payload: Buffer) => {
  const reader = createReader(payload);
  reader.int32();
  reader.string();
  reader.int32();
  reader.int32(); // partition
  const error = errorOf(reader.int16());
  if (error) throw error;
  const answer = reader.int64();
  reader.int64(); // append time
  reader.int64(); // log start
  return { clientSideThrottleTime: reader.int32(), answer };
};

const errorOf = (code: number): Error | undefined => (code === 0 ? undefined : createErrorFromCode(code));

/** The name of the broker's refusal in `error` or what caused it. */
export const errorType = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return 'cause' in error ? errorType(error.cause) : undefined;
};

const createWriter = (size: number) => {
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  const raw = (value: Buffer): void => {
    bytes.set(value, at);
    at += value.length;
  };
  const int16 = (value: number): void => void (at = bytes.writeInt16BE(value, at));
  return {
    raw,
    int16,
    int8: (value: number): void => void (at = bytes.writeInt8(value, at)),
    int32: (value: number): void => void (at = bytes.writeInt32BE(value, at)),
    int64: (value: number): void => void (at = bytes.writeBigInt64BE(BigInt(value), at)),
    string: (value: Buffer): void => {
      int16(value.length);
      raw(value);
    },
    bytes: () => bytes.subarray(0, at),
  };
};

type Reader = ReturnType<typeof createReader>;

/** @throws RangeError behind the end */
const createReader = (bytes: Buffer) => {
  let at = 0;
  const moved = (by: number): number => (at += by) - by;
  const int16 = (): number => bytes.readInt16BE(moved(2));
  const raw = (length: number): Buffer => {
    const start = moved(length);
    return bytes.subarray(start, at);
  };
  return {
    raw,
    int16,
    int32: (): number => bytes.readInt32BE(moved(4)),
    int64: (): number => readInt64(bytes, moved(8)),
    string: (): string => raw(int16()).toString('utf8'),
  };
};
