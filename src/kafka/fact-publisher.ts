import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ClientFactory } from './client.js';
import { createConnections, type Connections } from './connections.js';
import { PublishError, type FactPublisher, type FactRecord, type FactsOutcome } from './kafka.js';
import { createProduce, type Produce } from './produce.js';
import { encodeRecordBatch } from './record-batch.js';

/**
 * Each partition has a queue and one request under way, which takes what waits at the moment when it is handed to the socket: while
 * the broker answers, the records of other calls gather for the next one. A request whose answer is lost is repeated, first in its
 * partition, as long as a caller waits for it; readers drop what came twice by its id.
 *
 * A call is over when all its records are acknowledged, or at its deadline. Then what still waits is withdrawn, so that
 * "not sent" stays true: a record is `sent` from the moment when it might reach the broker.
 */
const deadlineMs = 4_000;
/** Short enough for a second try before the deadline. */
const requestTimeoutMs = 2_000;
const mostRequestBytes = 700_000;
const mostWaitingBytes = 64 * 1_048_576;
/** About what key, headers and lengths take. */
const overheadBytes = 300;
const firstPauseMs = 50;
const longestPauseMs = 500;

interface Entry {
  readonly record: FactRecord;
  readonly bytes: number;
  readonly call: Call;
  sent: boolean;
}

interface Call {
  readonly entries: Entry[];
  /** Entries that are neither acknowledged nor refused. */
  left: number;
  isOver: boolean;
  readonly places: Map<Queue, number>;
  readonly refused: FactRecord[];
  readonly end: (outcome: FactsOutcome) => void;
}

/** Of one partition. */
interface Queue {
  readonly topic: string;
  readonly partition: number;
  readonly produce: Produce;
  waiting: Entry[];
  isSending: boolean;
  /** Why the last request failed. */
  trouble: unknown;
}

/** With connections of its own: kafkajs asks for the metadata of all topics of a connection, and fails when one is missing. */
interface Topic {
  readonly connections: Connections;
  readonly produce: Produce;
  readonly queues: Queue[];
}

/** Nobody waits any more for what a request was about to take. */
class Withdrawn extends Error {}

export const createFactPublisher = (
  clients: ClientFactory,
  prefix: string,
  logger: Logger,
): FactPublisher => {
  const topics = new Map<string, Topic>();
  const underWay = new Set<Promise<FactsOutcome>>();
  let waitingBytes = 0;
  let isStopped = false;

  const openTopic = (): Topic => {
    const connections = createConnections(() => clients.cluster(requestTimeoutMs));
    return { connections, produce: createProduce(connections), queues: [] };
  };

  const queueOf = (topic: string, partition: number): Queue => {
    let opened = topics.get(topic);
    if (!opened) topics.set(topic, (opened = openTopic()));
    const { produce, queues } = opened;
    return (queues[partition] ??= {
      topic,
      partition,
      produce,
      waiting: [],
      isSending: false,
      trouble: undefined,
    });
  };

  /** Sends until nothing waits. */
  const sendOn = async (queue: Queue): Promise<void> => {
    if (queue.isSending) return;
    queue.isSending = true;
    for (let failures = 0; queue.waiting.length > 0;) {
      try {
        await sendSome(queue, Infinity);
        failures = 0;
        queue.trouble = undefined;
      } catch (error) {
        if (isWithdrawn(error)) continue;
        failures += 1;
        queue.trouble = error;
        const { topic, partition } = queue;
        if (failures === 1)
          logger.warn({ err: error, topic, partition }, 'a partition takes no facts: trying again');
        await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** failures));
      }
    }
    queue.isSending = false;
  };

  /** One request. A record that Kafka refuses for good is found by halving, so that it fails no other. */
  const sendSome = async (queue: Queue, most: number): Promise<void> => {
    let taken: Entry[] = [];
    try {
      const offset = await queue.produce({
        topic: prefix + queue.topic,
        partition: queue.partition,
        batch: () => {
          taken = take(queue, most);
          for (const entry of taken) entry.sent = true;
          return encodeRecordBatch(
            taken.map(({ record }) => record),
            Date.now(),
          );
        },
        timeoutMs: requestTimeoutMs,
      });
      for (const [n, { call }] of taken.entries()) {
        call.places.set(queue, offset + n + 1);
        settle(call);
      }
    } catch (error) {
      const kind = error instanceof PublishError ? error.kind : 'LOST';
      const [first] = taken;
      if (kind === 'TOO_LARGE' && first && taken.length === 1) {
        first.call.refused.push(first.record);
        settle(first.call);
        return;
      }
      queue.waiting.unshift(...taken.filter(({ call }) => !call.isOver));
      if (kind !== 'TOO_LARGE') throw error;
      await sendSome(queue, Math.ceil(taken.length / 2));
    }
  };

  const settle = (call: Call): void => {
    call.left -= 1;
    if (call.left > 0) return;
    const places = [...call.places].map(([{ topic, partition }, nextOffset]) => ({
      topic,
      partition,
      nextOffset,
    }));
    call.end({ kind: 'STORED', places, refused: call.refused });
  };

  const expire = (call: Call, touched: ReadonlySet<Queue>): void => {
    const kind = call.entries.some(({ sent }) => sent) ? 'UNKNOWN' : 'UNSENT';
    const cause = [...touched].find(({ trouble }) => trouble !== undefined)?.trouble;
    call.end({
      kind,
      cause: cause ?? new Error(`Kafka did not acknowledge the facts within ${deadlineMs} ms`),
    });
    for (const queue of touched) queue.waiting = queue.waiting.filter((entry) => entry.call !== call);
  };

  const run = (records: readonly FactRecord[], bytes: number): Promise<FactsOutcome> =>
    new Promise((resolve) => {
      const touched = new Set<Queue>();
      const end: Call['end'] = (outcome) => {
        if (call.isOver) return;
        call.isOver = true;
        clearTimeout(timer);
        waitingBytes -= bytes;
        resolve(outcome);
      };
      const call: Call = {
        entries: [],
        left: records.length,
        isOver: false,
        places: new Map(),
        refused: [],
        end,
      };
      const timer = setTimeout(() => expire(call, touched), deadlineMs);
      waitingBytes += bytes;
      for (const record of records) {
        const queue = queueOf(record.topic, record.partition);
        const entry: Entry = { record, bytes: sizeOf(record), call, sent: false };
        call.entries.push(entry);
        queue.waiting.push(entry);
        touched.add(queue);
      }
      for (const queue of touched) void sendOn(queue);
    });

  return {
    send: async (records) => {
      if (records.length === 0) return { kind: 'STORED', places: [], refused: [] };
      if (isStopped) return { kind: 'UNSENT', cause: new Error('the publisher is stopped') };
      const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
      if (waitingBytes + bytes > mostWaitingBytes)
        return { kind: 'UNSENT', cause: new Error(`${waitingBytes} bytes wait for Kafka already`) };
      const outcome = run(records, bytes);
      underWay.add(outcome);
      return outcome.finally(() => underWay.delete(outcome));
    },
    stop: async () => {
      isStopped = true;
      await Promise.all(underWay);
      await Promise.all([...topics.values()].map(({ connections }) => connections.stop()));
    },
  };
};

/** The next entries of a request: at least one. @throws Withdrawn */
const take = (queue: Queue, most: number): Entry[] => {
  let bytes = 0;
  const end = queue.waiting.findIndex((entry, n) => {
    bytes += entry.bytes;
    return n > 0 && (n >= most || bytes > mostRequestBytes);
  });
  const taken = queue.waiting.splice(0, end < 0 ? queue.waiting.length : end);
  if (taken.length === 0) throw new Withdrawn('nobody waits for these facts any more');
  return taken;
};

const isWithdrawn = (error: unknown): boolean =>
  error instanceof PublishError && error.cause instanceof Withdrawn;

const sizeOf = ({ key, value }: FactRecord): number => key.length + value.length + overheadBytes;
