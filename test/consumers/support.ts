import { randomUUID } from 'node:crypto';
import { PermanentFailure, type Consumer, type Delivery, type Policy } from '../../src/consumers/consumer.js';
import { runConsumer, type RunningConsumer } from '../../src/consumers/run-consumer.js';
import { sequenceHeader, UnparseableEvent } from '../../src/events/envelope.js';
import { orderEvents } from '../../src/events/topics.js';
import { createKafka } from '../../src/kafka/create-kafka.js';
import type { Kafka, OutgoingRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import { partitionOf } from '../../src/partitioning.js';
import { createDatabase, type Transaction } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import { createPresence } from '../../src/postgres/presence.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { servers } from '../support/servers.js';
import { uniquePrefix } from '../support/topics.js';

/** An event whose effect is a row of `effects`. */
export interface Fact {
  readonly id: string;
  readonly key: string;
  readonly n: number;
}

/** What goes wrong with an event, by its id: so many tries fail, or all; or its row is refused; or the consumer throws. */
export type Trouble = number | 'permanent' | 'refused row';

export interface World {
  readonly database: TestDatabase;
  readonly troubles: Map<string, Trouble>;
  /** Ids in the order in which they left. */
  readonly delivered: string[];
  /** While set, the outside is away. */
  away: boolean;
  /** How often it was found away. */
  awayCount: number;
  /** Puts events on the topic as the relay would, `raw` ones as anybody could. */
  publish(facts: readonly Fact[]): Promise<void>;
  publishRaw(records: readonly OutgoingRecord[], partition?: number): Promise<void>;
  /** A process that runs the consumer. */
  start(policy: Policy): Promise<RunningConsumer>;
  effects(): Promise<Fact[]>;
  letters(): Promise<Letter[]>;
  /** How many events wait in queues. */
  waiting(): Promise<number>;
  redrive(id: string): Promise<void>;
}

export interface Letter {
  readonly id: string;
  readonly event: string | null;
  readonly state: string;
  readonly error: string;
  readonly attempts: number;
  readonly history: readonly { readonly by: string; readonly error: string | null }[];
  readonly behind: number;
}

const topic = orderEvents.name;
const partitions = 3;

export const createWorld = async (): Promise<World> => {
  const database = await createTestDatabase();
  const prefix = uniquePrefix();
  const logger = createLogger('silent');
  const openKafka = (): Kafka => {
    const address = { brokers: servers().kafkaBrokers, ssl: false, caFile: undefined, sasl: undefined };
    const kafka = createKafka({ address, prefix, logger });
    closeAtEnd(kafka.stop);
    return kafka;
  };
  const openDatabase = () => {
    const opened = createDatabase({ url: database.url, logger, poolSize: 6, statementTimeoutMs: 15_000 });
    closeAtEnd(opened.stop);
    return opened;
  };
  await migrate(openDatabase());
  await database.query(
    'create table effects (event_id text unique, key text, n int check (n >= 0), at bigint generated always as identity)',
  );
  const kafka = openKafka();
  await kafka.ensureTopics([{ name: topic, partitions, retentionMs: -1 }]);
  const publisher = kafka.publisher();
  closeAtEnd(publisher.stop);
  const sequences = new Map<number, number>();

  const world: World = {
    database,
    troubles: new Map(),
    delivered: [],
    away: false,
    awayCount: 0,
    publish: async (facts) => {
      for (let partition = 0; partition < partitions; partition += 1) {
        const own = facts.filter(({ key }) => partitionOf(key, partitions) === partition);
        const records = own.map(({ id, key, n }) => {
          const sequence = (sequences.get(partition) ?? 0) + 1;
          sequences.set(partition, sequence);
          const headers = { ce_id: id, ce_type: 'order.created', [sequenceHeader]: String(sequence) };
          return { key, value: JSON.stringify({ id, key, n }), headers };
        });
        if (records.length > 0) await publisher.send(topic, partition, records);
      }
    },
    publishRaw: async (records, partition = 0) => {
      await publisher.send(topic, partition, records);
    },
    start: async (policy) => {
      const own = openDatabase();
      const presence = createPresence({ database: own, logger, onOutbox: () => undefined });
      closeAtEnd(presence.stop);
      await presence.start();
      const running = runConsumer(consumerOf(world, policy), {
        kafka: openKafka(),
        database: own,
        owner: presence.owner,
        logger,
        onCommitted: () => undefined,
      });
      closeAtEnd(running.stop);
      await running.start();
      return running;
    },
    effects: () => database.query<Fact>('select event_id as id, key, n from effects order by at'),
    letters: () =>
      database.query<Letter>(
        `select l.id, l.headers->>'ce_id' as event, l.state, l.error, l.attempts, l.history,
           (select count(*)::int from consumer_waiting w join consumer_queues q on q.id = w.queue where q.letter = l.id) as behind
         from dead_letters l order by l.failed_at, l.id`,
      ),
    waiting: async () => {
      const [row] = await database.query<{ n: number }>('select count(*)::int as n from consumer_waiting');
      return row?.n ?? 0;
    },
    redrive: async (id) => {
      await database.query(
        `update dead_letters set redrive_at = now(), redrive_by = 'tester' where id = $1 and state = 'PENDING'`,
        [id],
      );
    },
  };
  return world;
};

const consumerOf = (world: World, policy: Policy): Consumer<Fact> => ({
  name: 'tested',
  topics: [orderEvents],
  parse: ({ value }) => {
    try {
      return JSON.parse(String(value)) as Fact;
    } catch (error) {
      throw new UnparseableEvent('the value is not JSON', error);
    }
  },
  effect: {
    deliver: (deliveries) => {
      if (world.away) {
        world.awayCount += 1;
        return Promise.reject(new Error('the outside is away'));
      }
      return Promise.resolve(deliveries.map(({ event }) => deliverOne(world, event)));
    },
    write: writeEffects(world),
  },
  policy,
});

const deliverOne = ({ troubles, delivered }: World, { id }: Fact): Error | undefined => {
  const trouble = troubles.get(id);
  if (trouble === 'permanent') return new PermanentFailure('never');
  if (typeof trouble === 'number' && trouble > 0) {
    troubles.set(id, trouble - 1);
    return new Error('not this time');
  }
  delivered.push(id);
  return undefined;
};

const writeEffects =
  ({ troubles }: World) =>
  async (tx: Transaction, deliveries: readonly Delivery<Fact>[]) => {
    const events = deliveries.map(({ event }) => event);
    await tx.query(
      `insert into effects (event_id, key, n)
       select id, key, n from unnest($1::text[], $2::text[], $3::int[]) with ordinality as e (id, key, n, place) order by place
       on conflict do nothing`,
      [
        events.map(({ id }) => id),
        events.map(({ key }) => key),
        // The check constraint refuses it.
        events.map(({ id, n }) => (troubles.get(id) === 'refused row' ? -1 : n)),
      ],
    );
    return [];
  };

/** `count` events of a key, in order. */
export const factsOf = (key: string, count: number, from = 0): Fact[] =>
  Array.from({ length: count }, (_, n) => ({ id: randomUUID(), key, n: from + n }));
