import { requestTimeoutMs, type ClientFactory } from './client.js';
import { createConnections } from './connections.js';
import { PublishError, type Publisher } from './kafka.js';
import { createProduce } from './produce.js';
import { encodeRecordBatch } from './record-batch.js';

/**
 * Sends each call as one Produce request to the partition's leader, without retries and without kafkajs's "idempotence": after
 * a lost reply that reuses sequence numbers, and the broker then takes a new record for a repeat, which loses it. Who sends
 * repeats what was not acknowledged, and readers drop repeats by number or id.
 */
export const createPublisher = (clients: ClientFactory, prefix: string): Publisher => {
  const connections = createConnections(clients.cluster);
  const produce = createProduce(connections);
  let stopped = false;

  const sendOnce: Publisher['send'] = async (topic, partition, records) => {
    if (stopped) throw new PublishError('LOST', new Error('the publisher is stopped'));
    return produce({
      topic: prefix + topic,
      partition,
      batch: () => encodeRecordBatch(records, Date.now()),
      timeoutMs: requestTimeoutMs,
    });
  };

  return {
    send: async (topic, partition, records) => {
      try {
        return await sendOnce(topic, partition, records);
      } catch (error) {
        // Metadata is of all topics at once, so the missing one may be another that was deleted since. Fresh metadata decides.
        if (error instanceof PublishError && error.kind === 'NO_TOPIC')
          return sendOnce(topic, partition, records);
        throw error;
      }
    },
    stop: async () => {
      stopped = true;
      await connections.stop();
    },
  };
};
