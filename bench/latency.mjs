import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import kafkajs from 'kafkajs';
import WebSocket from 'ws';
import { createOrder, createPoster } from './support/http.mjs';
import { startMillrace } from './support/millrace.mjs';
import { atRate } from './support/rate.mjs';
import { percentile, report, spread } from './support/report.mjs';

/**
 * How long after a mutation is sent is it answered, is its event delivered, are its statistics delivered? At fixed rates, beside
 * one raw kafkajs hop (produce with acks=all → eachBatch) at the same rate on the same broker.
 */
const rates = [200, 1_000];
const rounds = 3;
const seconds = 10;
/** Until V8 has compiled what is hot. */
const warmUpSeconds = 20;

const measureRawHop = async (brokers, rate) => {
  const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
  const topic = `bench-raw-${Date.now()}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  const consumer = kafka.consumer({ groupId: topic });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const samples = [];
  await consumer.connect();
  await producer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages)
        samples.push(performance.now() - Number(value.toString().slice(0, 20)));
    },
  });
  await sleep(1_500);
  const padding = 'x'.repeat(330);
  const sends = [];
  await atRate(rate, seconds / 2, (n) => {
    const value = `${performance.now().toFixed(6).padEnd(20)}${padding}`;
    sends.push(producer.send({ topic, acks: -1, messages: [{ key: String(n), value }] }));
  });
  await Promise.all(sends);
  await sleep(500);
  await consumer.disconnect();
  await producer.disconnect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  return samples;
};

/** One round on a fresh currency, so that counts tell which orders a state contains. */
const measure = async (url, post, rate, currency, forSeconds) => {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const sentAt = [];
  const numberOf = new Map();
  const samples = { mutation: [], event: [], stats: [] };
  const follow = async (query, onData) => {
    for await (const { data } of client.iterate({ query })) onData(data);
  };
  void follow('subscription { orderEvents { orderId } }', ({ orderEvents: { orderId } }) => {
    const n = numberOf.get(orderId);
    if (n !== undefined) samples.event.push(performance.now() - sentAt[n]);
  });
  // Mutations at one rate are answered nearly in order, so the k-th order counted is taken for the k-th sent.
  let counted = 0;
  void follow(
    `subscription { orderStats(currency: "${currency}") { total { count } } }`,
    ({ orderStats }) => {
      for (; counted < orderStats.total.count; counted += 1)
        samples.stats.push(performance.now() - sentAt[counted]);
    },
  );
  await sleep(500);
  const answers = [];
  await atRate(rate, forSeconds, (n) => {
    const id = crypto.randomUUID();
    numberOf.set(id, n);
    sentAt[n] = performance.now();
    const body = createOrder(n, id).replace('KRW', currency);
    answers.push(post(body).then(() => samples.mutation.push(performance.now() - sentAt[n])));
  });
  await Promise.all(answers);
  for (let tries = 0; counted < sentAt.length && tries < 200; tries += 1) await sleep(50);
  await client.dispose();
  return samples;
};

const millrace = await startMillrace();
try {
  const post = createPoster(millrace.url, 64);
  const currencies = ['USD', 'EUR', 'GBP', 'AUD', 'CAD', 'CHF', 'NZD', 'SEK', 'NOK', 'DKK'];
  await measure(millrace.url, post, 500, 'SGD', warmUpSeconds);
  const rows = [];
  for (const rate of rates) {
    const raw = await measureRawHop(millrace.brokers, rate);
    const results = [];
    for (let round = 0; round < rounds; round += 1)
      results.push(await measure(millrace.url, post, rate, currencies.shift(), seconds));
    const row = (name, all) => [
      String(rate),
      name,
      ...[0.5, 0.95, 0.99].map((p) => spread(all.map((samples) => percentile(samples, p)))),
      (percentile(all.flat(), 0.5) / percentile(raw, 0.5)).toFixed(1),
      String(all.flat().length),
    ];
    rows.push(row('raw kafkajs hop', [raw]));
    rows.push(
      row(
        'mutation answered',
        results.map(({ mutation }) => mutation),
      ),
    );
    rows.push(
      row(
        'orderEvents delivered',
        results.map(({ event }) => event),
      ),
    );
    rows.push(
      row(
        'orderStats delivered',
        results.map(({ stats }) => stats),
      ),
    );
  }
  report('latency', {
    command: 'npm run bench latency',
    notes: `Milliseconds from sending the mutation, median of ${rounds} rounds of ${seconds} s (least to most).`,
    columns: ['orders/s', 'what', 'p50', 'p95', 'p99', 'p50 in raw hops', 'samples'],
    rows,
  });
} finally {
  await millrace.stop();
}
