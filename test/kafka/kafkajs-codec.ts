import { createRequire } from 'node:module';

/** kafkajs's own codec, as the other opinion on what our bytes mean. */
export interface KafkajsRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>;
}

export interface RecordToEncode {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly timestampDelta: number;
}

export interface BatchToEncode {
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  readonly gzip?: boolean;
  readonly records: readonly RecordToEncode[];
}

const load = createRequire(import.meta.url) as (path: string) => unknown;
const Decoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decode = load('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: object,
) => Promise<{ records: KafkajsRecord[] }>;
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: object) => Promise<{ buffer: Buffer }>;
};
const Record = load('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => object;
const crc = load('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;
const murmur = load('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer | string) => number;

export const decodeWithKafkajs = async (bytes: Buffer): Promise<KafkajsRecord[]> =>
  (await decode(new Decoder(bytes))).records;

export const encodeWithKafkajs = async ({
  firstOffset,
  firstTimestamp,
  gzip = false,
  records,
}: BatchToEncode): Promise<Buffer> => {
  const { buffer } = await RecordBatch({
    firstOffset,
    firstTimestamp,
    maxTimestamp: firstTimestamp,
    compression: gzip ? 1 : 0,
    lastOffsetDelta: records.length - 1,
    records: records.map((record, offsetDelta) => Record({ ...record, offsetDelta })),
  });
  return Buffer.from(buffer);
};

export const crcOfKafkajs = (bytes: Buffer): number => crc(bytes) >>> 0;
export const murmurOfKafkajs = murmur;
