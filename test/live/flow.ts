import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { eventHeaders } from '../../src/events/envelope.js';
import { partitionOf } from '../../src/partitioning.js';
import { between, oneOf, type Random } from '../crash/random.js';
import { closeAtEnd } from '../support/cleanup.js';
import type { TestDatabase } from '../support/database.js';
import { servers } from '../support/servers.js';
import type { Told } from './sequences.js';

/**
 * Events straight to a topic, many in a second, as a relay or a publisher of facts would write them: mutations would cost more
 * than what is under test. Of a topic of entities the last run of a partition is now and then sent again, with its numbers.
 */
export interface Flow {
  readonly kind: Kind;
  /** In the order of the log for each key. Acknowledged by Kafka. */
  readonly told: readonly Told[];
  /** By id: when it was handed to Kafka, as `performance.now` has it. */
  readonly toldAt: ReadonlyMap<string, number>;
  /** Records that repeat an earlier one. */
  readonly repeats: () => number;
  /** Sends `count` at once. */
  send(count: number): Promise<void>;
  /** Sends so many a second until `stop`. */
  start(perSecond: number): void;
  /** Resolves when the last is acknowledged. @throws what Kafka refused */
  stop(): Promise<void>;
}

/** What is told, and how it is asked for. */
export interface Kind {
  readonly topic: string;
  /** Takes `after`, `heartbeat`, and the variables of a {@link Want}. */
  readonly query: string;
  readonly numbered: boolean;
  make(n: number, padding: string): Told & { readonly type: string };
  /** The n-th of many subscribers: few take everything, most are after one of a hundred keys. */
  want(n: number): Want;
}

/** A filter, and what it should let pass. */
export interface Want {
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly matches: (told: Told) => boolean;
}

export const everything: Want = { name: 'everything', variables: {}, matches: () => true };
const [customers, ordersOfEach, regions] = [100, 3, 10];
const orderIds = Array.from({ length: customers * ordersOfEach }, () => randomUUID());
const time = '2026-01-31T09:00:00.000Z';

export const ordersBy = (filter: Readonly<Record<string, string>>): Want => ({
  name: `orders ${JSON.stringify(filter)}`,
  variables: { filter },
  matches: ({ data }) =>
    Object.entries(filter).every(([name, value]) => data[name === 'orderId' ? 'id' : name] === value),
});

export const orders: Kind = {
  topic: 'order.events.v1',
  query: `subscription ($filter: OrderEventFilter, $after: Cursor, $heartbeat: Int) {
    orderEvents(filter: $filter, after: $after, heartbeat: $heartbeat) { id cursor }
  }`,
  numbered: true,
  make: (n) => {
    const place = n % orderIds.length;
    const id = orderIds[place] as string;
    const data = {
      ...{ id, customerId: `customer-${place % customers}`, customerEmail: null },
      ...{ region: `region-${place % regions}`, totalAmount: '1000', currency: 'KRW', status: 'SHIPPED' },
      ...{ version: Math.floor(n / orderIds.length) + 1, placedAt: time, updatedAt: time },
      previousStatus: 'PAID',
    };
    return { id: randomUUID(), key: id, type: 'order.shipped', data };
  },
  want: (n) => {
    if (n % 50 === 0) return everything;
    if (n % 10 === 1) return ordersBy({ region: `region-${Math.floor(n / 10) % regions}` });
    if (n % 5 === 2) return ordersBy({ orderId: orderIds[n % orderIds.length] as string });
    return ordersBy({ customerId: `customer-${n % customers}` });
  },
};

export const activities: Kind = {
  topic: 'telemetry.user-activity.v1',
  query: `subscription ($userId: ID, $action: String, $after: Cursor, $heartbeat: Int) {
    userActivities(userId: $userId, action: $action, after: $after, heartbeat: $heartbeat) {
      activity { id metadata } cursor
    }
  }`,
  numbered: false,
  make: (n, padding) => {
    const id = randomUUID();
    const userId = `user-${n % customers}`;
    const data = { id, userId, action: `action-${n % regions}`, metadata: { padding }, occurredAt: time };
    return { id, key: userId, type: 'telemetry.user-activity', data };
  },
  want: (n) => {
    if (n % 50 === 0) return everything;
    const by = (variables: Readonly<Record<string, string>>): Want => ({
      name: `activities ${JSON.stringify(variables)}`,
      variables,
      matches: ({ data }) => Object.entries(variables).every(([name, value]) => data[name] === value),
    });
    return by(
      n % 10 === 1
        ? { action: `action-${Math.floor(n / 10) % regions}` }
        : { userId: `user-${n % customers}` },
    );
  },
};

/** The numbers that the flow will send are as if persisted, or a gateway that starts would find the log ahead of its database. */
export const reserveNumbers = (database: TestDatabase): Promise<object[]> =>
  database.query('update outbox_partitions set last_seq = 1000000000 where topic = $1', [orders.topic]);

export interface FlowOptions {
  readonly kind: Kind;
  readonly topicPrefix: string;
  readonly random: Random;
  /** Of activities: characters of metadata for each. */
  readonly padding?: number;
}

const partitions = 3;
const tickMs = 10;
/** After a stall it catches up a request at a time, below what the broker takes. */
const mostAtOnce = 200;
const repeatsOneTickIn = 40;

export const createFlow = async ({ kind, topicPrefix, random, padding = 0 }: FlowOptions): Promise<Flow> => {
  const kafka = new kafkajs.Kafka({
    brokers: [...servers().kafkaBrokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    // A repeat that nobody knows of would be a wrong accusation.
    retry: { retries: 0 },
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const told: Told[] = [];
  const toldAt = new Map<string, number>();
  const numbers = Array.from({ length: partitions }, () => 0);
  /** By partition: what was sent there last. */
  const lastRun: kafkajs.Message[][] = Array.from({ length: partitions }, () => []);
  const filler = 'x'.repeat(padding);
  let made = 0;
  let repeats = 0;
  let running = Promise.resolve();
  let isStopping = true;

  const makeMessage = (): kafkajs.Message => {
    const { id, key, type, data } = kind.make(made, filler);
    made += 1;
    const partition = partitionOf(key, partitions);
    const number = (numbers[partition] = (numbers[partition] ?? 0) + 1);
    told.push({ id, key, data: { ...data, metadata: undefined } });
    toldAt.set(id, performance.now());
    return {
      key,
      partition,
      value: JSON.stringify(data),
      headers: {
        ...eventHeaders({ id, type, time }),
        ...(kind.numbered && { 'millrace-seq': String(number) }),
      },
    };
  };

  const put = async (messages: kafkajs.Message[]): Promise<void> => {
    if (messages.length > 0) await producer.send({ topic: topicPrefix + kind.topic, acks: -1, messages });
  };

  const send = async (count: number): Promise<void> => {
    const messages = Array.from({ length: count }, makeMessage);
    await put(messages);
    if (!kind.numbered) return;
    for (const [partition, run] of lastRun.entries()) {
      const sent = messages.filter((message) => message.partition === partition);
      if (sent.length > 0) run.splice(0, run.length, ...sent);
    }
    if (between(random, 1, repeatsOneTickIn) > 1) return;
    const again = oneOf(random, lastRun);
    repeats += again.length;
    await put(again);
  };

  const pace = async (perSecond: number): Promise<void> => {
    const begun = performance.now();
    for (let sent = 0; !isStopping;) {
      const due = Math.floor(((performance.now() - begun) / 1_000) * perSecond) - sent;
      const count = Math.min(Math.max(0, due), mostAtOnce);
      if (count > 0) await send(count);
      sent += count;
      await sleep(tickMs);
    }
  };

  const stop = async (): Promise<void> => {
    isStopping = true;
    await running;
  };
  closeAtEnd(async () => {
    await stop().catch(() => undefined);
    await producer.disconnect();
  });

  return {
    kind,
    told,
    toldAt,
    repeats: () => repeats,
    send,
    start: (perSecond) => {
      isStopping = false;
      running = pace(perSecond);
      running.catch(() => undefined);
    },
    stop,
  };
};
