import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { usAt } from './clock.mjs';
import { createHistogram } from './histogram.mjs';
import { markOf } from './mark.mjs';

export const topic = 'telemetry.user-activity.v1';
export const keys = 100;

export const userIds = Array.from({ length: keys }, (_, key) => `user-${String(key).padStart(4, '0')}`);

/** What routers over Kafka need to know of a value; Millrace passes over it. */
const typeName = 'UserActivity';

/** Messages in one request. */
const mostAtOnce = 500;

const messageOf = (key, number, us) => {
  const id = crypto.randomUUID();
  const time = new Date().toISOString();
  const value = {
    __typename: typeName,
    id,
    userId: userIds[key],
    action: 'view',
    metadata: {
      mark: markOf(key, number, us),
      path: `/products/${number % 997}`,
      durationMs: number % 3_000,
    },
    occurredAt: time,
  };
  const headers = {
    ce_id: id,
    ce_type: 'telemetry.user-activity',
    ce_source: '/bench',
    ce_specversion: '1.0',
    ce_time: time,
    'content-type': 'application/json',
  };
  return { key: value.userId, value: JSON.stringify(value), headers };
};

export const kafkaClient = (brokers) => new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });

/** The topic, for systems that do not create it themselves. */
export const ensureTopic = async (brokers) => {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  await admin.disconnect();
};

/** Sends activities that carry marks, by kafkajs, with acks=all. `numbers` holds by key the number sent last. */
export const createProducer = async (brokers) => {
  const producer = kafkaClient(brokers).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    // What fails is to fail the run: a retry could repeat or swap.
    retry: { retries: 0 },
  });
  await producer.connect();
  const numbers = new Array(keys).fill(0);

  const next = (key, us) => messageOf(key, (numbers[key] += 1), us);
  const acknowledged = createHistogram();
  const waiting = [];
  let sending;
  let failure;
  const drain = async () => {
    try {
      while (waiting.length > 0) {
        const sent = performance.now();
        await producer.send({ topic, acks: -1, messages: waiting.splice(0, mostAtOnce) });
        acknowledged.add((performance.now() - sent) * 1_000);
      }
    } catch (error) {
      failure = error;
      waiting.length = 0;
    }
    sending = undefined;
  };
  /** One request after the other: kafkajs may swap those that are under way together. */
  const send = (messages) => {
    waiting.push(...messages);
    sending ??= drain();
  };
  const whenSent = async () => {
    await sending;
    const error = failure;
    failure = undefined;
    if (error) throw new Error(`Kafka did not take what the bench sent: ${error.message}`);
  };

  return {
    numbers,
    /** How long Kafka took to acknowledge a call. */
    acknowledged,
    /** One event of each of the first `count` keys. */
    probe: async (count) => {
      send(Array.from({ length: count }, (_, key) => next(key, usAt(performance.now()))));
      await whenSent();
    },
    /**
     * `rate` events a second over the first `keyCount` keys. Each carries when it was due, or when it was sent if `asSent`.
     * @returns how many, when all are acknowledged
     */
    pace: async ({ rate, seconds, keyCount, asSent = false }) => {
      const start = performance.now();
      const total = Math.round(rate * seconds);
      const shortestMs = rate > 500 ? 2 : 1;
      for (let n = 0; n < total;) {
        const due = Math.min(total, Math.floor(((performance.now() - start) / 1_000) * rate) + 1);
        const messages = [];
        for (; n < due; n += 1) {
          const dueMs = start + (n / rate) * 1_000;
          messages.push(next(n % keyCount, usAt(asSent ? performance.now() : dueMs)));
        }
        if (messages.length > 0) send(messages);
        await sleep(Math.max(shortestMs, start + (n / rate) * 1_000 - performance.now()));
      }
      await whenSent();
      return total;
    },
    /** As fast as Kafka takes them. @returns how long that was, in ms */
    burst: async (count, keyCount) => {
      const start = performance.now();
      const stamp = usAt(start);
      send(Array.from({ length: count }, (_, n) => next(n % keyCount, stamp)));
      await whenSent();
      return performance.now() - start;
    },
    stop: () => producer.disconnect(),
  };
};
