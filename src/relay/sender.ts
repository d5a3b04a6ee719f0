import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isSkip, sequenceHeader, skipHeader } from '../events/envelope.js';
import { PublishError, type OutgoingRecord, type Publisher } from '../kafka/kafka.js';
import type { Most, NumberedRow } from '../postgres/relay.js';
import { sizeOf } from '../record-size.js';

/**
 * Sends the numbered rows of one partition in the order of their numbers, one send under way. A failed send is repeated, never
 * passed over; only what Kafka refuses for good gives its place to a skip marker. So the partition always holds a gap-free run
 * of numbers, in which repeats may follow.
 */
export interface Sender {
  readonly topic: string;
  readonly partition: number;
  /** Rows that were just numbered; those that do not fit into memory are read from the database when their turn comes. */
  numbered(rows: readonly NumberedRow[]): void;
  /** The last number that Kafka acknowledged. */
  acked(): number;
  /** The last number given out. */
  last(): number;
  /** Why it stands, or undefined while it sends. */
  trouble(): string | undefined;
  /** Sends what was numbered before this process took over. */
  start(): void;
  stop(): Promise<void>;
}

export interface SenderOptions {
  readonly topic: string;
  readonly partition: number;
  readonly publisher: Publisher;
  readonly ackedSeq: number;
  readonly lastSeq: number;
  readonly readNumbered: (afterSeq: number, most: Most) => Promise<NumberedRow[]>;
  /** Files a row that Kafka refuses for good, and makes it a skip marker. */
  readonly park: (row: NumberedRow, error: Error) => Promise<void>;
  readonly logger: Logger;
}

const mostRows = 500;
const mostBytes = 700_000;
const mostInMemory = { rows: 4_000, bytes: 8 * 1_048_576 };
const firstPauseMs = 50;
const longestPauseMs = 2_000;
const missingTopicPauseMs = 5_000;

export const createSender = (options: SenderOptions): Sender => {
  const { topic, partition, publisher, readNumbered, park, logger } = options;
  let queue: NumberedRow[] = [];
  /** Of the queue. */
  let bytes = 0;
  let ackedSeq = options.ackedSeq;
  let lastSeq = options.lastSeq;
  let trouble: string | undefined;
  let sending: Promise<void> | undefined;
  const stopping = new AbortController();

  const pump = (): void => {
    if (sending || stopping.signal.aborted || ackedSeq >= lastSeq) return;
    sending = sendOn().finally(() => {
      sending = undefined;
      pump();
    });
  };

  const sendOn = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted && ackedSeq < lastSeq) {
      try {
        if (queue.length === 0) hold(await readNumbered(ackedSeq, mostInMemory));
        await sendSome(nextRows(queue));
        failures = 0;
        trouble = undefined;
      } catch (error) {
        failures += 1;
        trouble = error instanceof Error ? error.message : String(error);
        const missing = error instanceof PublishError && error.kind === 'NO_TOPIC';
        logger[missing ? 'error' : 'warn'](
          { err: error, topic, partition },
          'a partition is not taking records: trying again',
        );
        const pause = missing ? missingTopicPauseMs : Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };

  const sendSome = async (rows: readonly NumberedRow[]): Promise<void> => {
    const [first] = rows;
    if (!first) throw new Error(`numbers after ${ackedSeq} of ${topic}/${partition} are not in the outbox`);
    if (first.headers === null) {
      logger.error(
        { topic, partition, seq: first.seq },
        'a row is not in the outbox any more: its number is skipped',
      );
      await publisher.send(topic, partition, [toSkip(first)]);
      return acknowledge([first]);
    }
    try {
      await publisher.send(topic, partition, rows.map(toRecord));
      acknowledge(rows);
    } catch (error) {
      if (!(error instanceof PublishError) || error.kind !== 'TOO_LARGE') throw error;
      if (rows.length > 1) return sendSome(rows.slice(0, Math.ceil(rows.length / 2)));
      if (isSkip({ headers: first.headers })) throw error;
      // All earlier sends are settled, because one is under way at a time.
      logger.error(
        { err: error, topic, partition, seq: first.seq },
        'Kafka refuses a record for good: it is parked',
      );
      // Read again, as the marker that it is from then on, also when the answer is lost.
      queue = [];
      bytes = 0;
      await park(first, error);
    }
  };

  const acknowledge = (rows: readonly NumberedRow[]): void => {
    ackedSeq += rows.length;
    for (const row of queue.splice(0, rows.length)) bytes -= sizeOf(row);
  };

  const hold = (rows: readonly NumberedRow[]): void => {
    for (const row of rows) {
      queue.push(row);
      bytes += sizeOf(row);
    }
  };

  return {
    topic,
    partition,
    numbered: (rows) => {
      const behind = queue.at(-1)?.seq ?? ackedSeq;
      // Only what follows what is in memory; the rest is read when it is due.
      const hasRoom = queue.length < mostInMemory.rows && bytes < mostInMemory.bytes;
      if (hasRoom && rows[0]?.seq === behind + 1) hold(rows);
      lastSeq = rows.at(-1)?.seq ?? lastSeq;
      pump();
    },
    acked: () => ackedSeq,
    last: () => lastSeq,
    trouble: () => trouble,
    stop: async () => {
      stopping.abort();
      await sending;
    },
    start: pump,
  };
};

const nextRows = (queue: readonly NumberedRow[]): NumberedRow[] => {
  let bytes = 0;
  const end = queue.findIndex((row, n) => {
    bytes += sizeOf(row);
    return n >= mostRows || (n > 0 && (bytes > mostBytes || row.headers === null));
  });
  return queue.slice(0, end < 0 ? queue.length : end);
};

const toRecord = ({ key, value, headers, seq }: NumberedRow): OutgoingRecord => ({
  key,
  value,
  headers: { ...headers, [sequenceHeader]: String(seq) },
});

const toSkip = ({ key, headers, seq }: NumberedRow): OutgoingRecord => ({
  key,
  value: null,
  headers: { ...headers, [sequenceHeader]: String(seq), [skipHeader]: '1' },
});
