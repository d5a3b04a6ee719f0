import kafkajs, { type Producer } from 'kafkajs';
import type { ClientFactory } from './client.js';
import { PublishError, type Publisher } from './kafka.js';

/**
 * kafkajs's producer with its own retries and its "idempotence" off: after a lost reply it reuses sequence numbers and the
 * broker then takes a new record for a repeat, which loses it. Who sends repeats what was not acknowledged, and readers drop
 * repeats by number or id. After any failure a fresh producer is used, so that no stuck connection is inherited.
 */
export const createPublisher = (clients: ClientFactory, prefix: string): Publisher => {
  let current: Lease | undefined;
  let stopped = false;

  const send: Publisher['send'] = async (topic, partition, records) => {
    if (stopped) throw new PublishError('LOST', new Error('the publisher is stopped'));
    const lease = (current ??= open(clients));
    lease.users += 1;
    try {
      const producer = await lease.producer;
      const [answer] = await producer.send({
        topic: prefix + topic,
        acks: -1,
        messages: records.map(({ key, value, headers }) => ({ key, value, headers, partition })),
      });
      return Number(answer?.baseOffset);
    } catch (error) {
      if (current === lease) current = undefined;
      throw new PublishError(kindOf(error), error);
    } finally {
      lease.users -= 1;
      if (lease !== current && lease.users === 0) await close(lease);
    }
  };

  return {
    send,
    stop: async () => {
      stopped = true;
      const last = current;
      current = undefined;
      if (last && last.users === 0) await close(last);
    },
  };
};

/** A producer and how many sends use it: it is closed when it was given up and the last has settled. */
interface Lease {
  readonly producer: Promise<Producer>;
  users: number;
}

const open = (clients: ClientFactory): Lease => {
  const producer = clients.client().producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
    metadataMaxAge: 30_000,
  });
  const connected = producer.connect().then(() => producer);
  connected.catch(() => {});
  return { producer: connected, users: 0 };
};

const close = async (lease: Lease): Promise<void> => {
  await lease.producer.then((producer) => producer.disconnect()).catch(() => {});
};

const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];
const noTopic = ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION'];

const kindOf = (error: unknown): PublishError['kind'] => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const type = 'type' in cause ? String(cause.type) : '';
    if (tooLarge.includes(type)) return 'TOO_LARGE';
    if (noTopic.includes(type)) return 'NO_TOPIC';
  }
  return 'LOST';
};
