import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../../dist/kafka/create-kafka.js';
import { createLogger } from '../../dist/logger.js';
import { kafkaClient, topic } from '../support/activities.mjs';
import { nowUs } from '../support/clock.mjs';
import { createHistogram } from '../support/histogram.mjs';
import { within } from '../support/process.mjs';
import { digitsAt, needle, numberDigits, timeModulus } from '../support/mark.mjs';

/**
 * Of what an event's way to one client consists: Kafka's acknowledgement, and one hop through Kafka to a reader in this process, which is
 * kafkajs's consumer or Millrace's own reader.
 */
export const measureHops = async ({ brokers, producer, rate, seconds, warmUpSeconds }) => {
  const measure = async (startReading) => {
    const latency = createHistogram();
    const stop = await startReading(brokers, (value) => latency.add(latencyUs(value)));
    await producer.pace({ rate: 200, seconds: warmUpSeconds, keyCount: 1 });
    await sleep(500);
    latency.clear();
    producer.acknowledged.clear();
    await producer.pace({ rate, seconds, keyCount: 1, asSent: true });
    await sleep(500);
    await stop();
    return percentilesOf(latency);
  };
  const kafkajs = await measure(readByKafkajs);
  const acknowledged = percentilesOf(producer.acknowledged);
  return {
    'sent and acknowledged by Kafka': acknowledged,
    "sent and read by kafkajs's consumer": kafkajs,
    "sent and read by Millrace's reader": await measure(readByMillrace),
  };
};

const percentilesOf = (histogram) => ({
  p50: histogram.percentileMs(0.5),
  p99: histogram.percentileMs(0.99),
});

const latencyUs = (value) => {
  const timeAt = value.indexOf(needle) + needle.length + numberDigits.key + numberDigits.number + 2;
  return ((nowUs() % timeModulus) - digitsAt(value, timeAt, numberDigits.time) + timeModulus) % timeModulus;
};

const joinMs = 60_000;

const readByKafkajs = async (brokers, take) => {
  const consumer = kafkaClient(brokers).consumer({ groupId: `bench-hop-${Date.now()}` });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: false });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => batch.messages.forEach(({ value }) => take(value)),
  });
  await within(joinMs, "joining of kafkajs's consumer", joined);
  return () => consumer.disconnect();
};

const readByMillrace = async (brokers, take) => {
  const address = { brokers, ssl: false, caFile: undefined, sasl: undefined };
  const kafka = createKafka({ address, prefix: '', logger: createLogger('warn') });
  const reader = kafka.reader({
    onBatch: ({ records }) => records.forEach(({ value }) => take(value)),
    onFault: ({ error }) => console.error(`the hop failed: ${error.message}`),
  });
  for (const [partition, { latest }] of await kafka.watermarks(topic))
    reader.assign(topic, partition, latest);
  return async () => {
    await reader.stop();
    await kafka.stop();
  };
};
