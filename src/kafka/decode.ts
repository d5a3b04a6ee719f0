import Batch from 'kafkajs/src/consumer/batch.js';
import type { PartitionData } from 'kafkajs/src/types.js';
import type { FetchedBatch, LogRecord } from './kafka.js';

/** What a fetch answered for one partition, as plain records. `topic` is the name without prefix. */
export const decodeBatch = (topic: string, offset: number, data: PartitionData): FetchedBatch => {
  const { partition } = data;
  const batch = new Batch(topic, String(offset), data);
  const records = batch.messages.map(
    (message): LogRecord => ({
      topic,
      partition,
      offset: Number(message.offset),
      timestampMs: Number(message.timestamp),
      key: message.key,
      value: message.value,
      headers: decodeHeaders(message.headers),
    }),
  );
  return {
    topic,
    partition,
    records,
    nextOffset: Math.max(offset, behind(batch.rawMessages)),
    logEnd: Number(data.lastStableOffset ?? data.highWatermark),
  };
};

/** Behind the last offset of the last record batch, also where its last records were compacted or are control records. */
const behind = (messages: { batchContext?: { firstOffset: string; lastOffsetDelta: number } }[]): number => {
  const last = messages.at(-1)?.batchContext;
  return last ? Number(last.firstOffset) + last.lastOffsetDelta + 1 : 0;
};

const decodeHeaders = (headers: Record<string, Buffer | Buffer[] | undefined>): Record<string, string> => {
  const decoded: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    const first = Array.isArray(value) ? value[0] : value;
    if (first) decoded[name] = first.toString('utf8');
  }
  return decoded;
};
