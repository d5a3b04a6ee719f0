import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import kafkajs from 'kafkajs';
import pg from 'pg';
import WebSocket from 'ws';
import { createKafka } from '../dist/kafka/create-kafka.js';
import { createLogger } from '../dist/logger.js';
import { partitionOf } from '../dist/partitioning.js';
import { createPoster } from './support/http.mjs';
import { startMillrace } from './support/millrace.mjs';
import { atRate, load } from './support/rate.mjs';
import { percentile, report, spread } from './support/report.mjs';

/**
 * How many activities a second are accepted through GraphQL, acknowledged by Kafka and stored, while the stream keeps up; and how long after
 * it was sent is one stored, and seen by a subscription? Beside the same records into Kafka alone, and the same rows into Postgres alone.
 */
const rounds = 3;
const seconds = 30;
const batchSize = 500;
const clients = 4;
/** Activities a second, and how many to a call. */
const rates = [
  { rate: 1_000, size: 10 },
  { rate: 10_000, size: batchSize },
  { rate: 20_000, size: batchSize },
];
const topic = 'telemetry.user-activity.v1';
const partitions = 3;

const actions = ['view', 'click', 'search', 'login', 'purchase'];

const activity = (n, userId = `user-${n % 5000}`) => ({
  id: crypto.randomUUID(),
  userId,
  action: actions[n % actions.length],
  metadata: { path: `/products/${n % 997}`, durationMs: n % 3000, agent: 'Mozilla/5.0 (X11; Linux x86_64)' },
  occurredAt: new Date().toISOString(),
});

let n = 0;
const activities = (size) => Array.from({ length: size }, () => activity((n += 1)));

const ingest = async (post, inputs) => {
  const query =
    'mutation ($inputs: [UserActivityInput!]!) { ingestUserActivities(inputs: $inputs) { accepted } }';
  const { ingestUserActivities } = await post(JSON.stringify({ query, variables: { inputs } }));
  if (ingestUserActivities.accepted !== inputs.length)
    throw new Error(`${ingestUserActivities.accepted} accepted`);
};

const storedCount = async (post) =>
  (await post(JSON.stringify({ query: '{ pipelineStats { activities } }' }))).pipelineStats.activities;

/** The same rows into a table with the same indexes, in one COPY. @returns rows a second */
const measureCopy = async (pool) => {
  const rows = 200_000;
  const file = join(tmpdir(), `millrace-bench-${process.pid}.tsv`);
  const line = ({ id, userId, action, metadata, occurredAt }) =>
    [occurredAt, id, userId, action, JSON.stringify(metadata), occurredAt].join('\t');
  writeFileSync(file, activities(rows).map(line).join('\n'));
  await pool.query('create table bench_activities (like user_activities including all)');
  const start = performance.now();
  await pool.query(
    `copy bench_activities (arrived_at, id, user_id, action, metadata, occurred_at) from '${file}'`,
  );
  const rate = (rows / (performance.now() - start)) * 1000;
  await pool.query('drop table bench_activities');
  rmSync(file);
  return rate;
};

/** The same records in batches of the same size through our publisher of facts, into a topic that nobody reads. @returns records a second */
const measurePublisher = async (kafka, rawTopic) => {
  const publisher = kafka.factPublisher();
  const record = (fact) => ({
    topic: rawTopic,
    partition: partitionOf(fact.userId, partitions),
    key: fact.userId,
    value: Buffer.from(JSON.stringify(fact)),
    headers: { ce_id: fact.id, ce_type: 'telemetry.user-activity', 'content-type': 'application/json' },
  });
  const { rate } = await load(clients, seconds / 3, async () => {
    const outcome = await publisher.send(activities(batchSize).map(record));
    if (outcome.kind !== 'STORED') throw new Error(outcome.kind, { cause: outcome.cause });
  });
  await publisher.stop();
  return rate * batchSize;
};

/** How many messages the stream has yet to store, each second from now on. */
const watchLag = (admin, pool) => {
  const lags = [];
  let watching = true;
  const watch = async () => {
    while (watching) {
      const ends = await admin.fetchTopicOffsets(topic);
      const { rows } = await pool.query(
        "select partition, next_offset from positions where worker = 'telemetry' and topic = $1",
        [topic],
      );
      const next = new Map(rows.map(({ partition, next_offset: offset }) => [partition, Number(offset)]));
      lags.push(
        ends.reduce((sum, { partition, high }) => sum + Number(high) - (next.get(partition) ?? 0), 0),
      );
      await sleep(1_000);
    }
  };
  const watched = watch();
  return async () => {
    watching = false;
    await watched;
    return lags;
  };
};

/** When activities of `userId` are in Postgres, and when a subscription brings them. `sentAt` by id. */
const watchProbes = (url, pool, userId, sentAt) => {
  const samples = { stored: [], seen: [] };
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const follow = async () => {
    const query = `subscription { userActivities(userId: "${userId}") { activity { id } } }`;
    for await (const { data } of client.iterate({ query }))
      samples.seen.push(performance.now() - sentAt.get(data.userActivities.activity.id));
  };
  let polling = true;
  const known = new Set();
  const poll = async () => {
    while (polling) {
      const { rows } = await pool.query(
        'select id from user_activities where user_id = $1 order by occurred_at desc, id desc limit 100',
        [userId],
      );
      const now = performance.now();
      for (const { id } of rows)
        if (!known.has(id)) {
          known.add(id);
          samples.stored.push(now - sentAt.get(id));
        }
      await sleep(5);
    }
  };
  void follow();
  const polled = poll();
  return {
    samples,
    stop: async () => {
      polling = false;
      await polled;
      await client.dispose();
    },
  };
};

/** `rate` activities a second for a while, the first of each call a probe. */
const measureAt = async ({ url, post, pool, admin }, { rate, size }, round) => {
  const userId = `probe-${rate}-${round}`;
  const sentAt = new Map();
  const probes = watchProbes(url, pool, userId, sentAt);
  await sleep(500);
  const before = await storedCount(post);
  const start = performance.now();
  const stopLag = watchLag(admin, pool);
  const answers = [];
  const calls = await atRate(rate / size, seconds, (call, due) => {
    const probe = activity(call, userId);
    sentAt.set(probe.id, due);
    answers.push(ingest(post, [probe, ...activities(size - 1)]));
  });
  await Promise.all(answers);
  const accepted = (calls * size) / ((performance.now() - start) / 1000);
  const stored = ((await storedCount(post)) - before) / ((performance.now() - start) / 1000);
  const lags = await stopLag();
  for (let tries = 0; probes.samples.seen.length < calls && tries < 200; tries += 1) await sleep(50);
  await probes.stop();
  return { accepted, stored, lags, latencies: probes.samples };
};

/** As fast as the calls are answered. */
const measureMost = async ({ post, pool, admin }) => {
  const before = await storedCount(post);
  const start = performance.now();
  const stopLag = watchLag(admin, pool);
  const { rate } = await load(clients, seconds, () => ingest(post, activities(batchSize)));
  const stored = ((await storedCount(post)) - before) / ((performance.now() - start) / 1000);
  return { accepted: rate * batchSize, stored, lags: await stopLag() };
};

/** Until the stream has stored everything. */
const drain = async ({ pool, admin }) => {
  for (;;) {
    const stopLag = watchLag(admin, pool);
    const [lag] = await stopLag();
    if (lag === 0) return;
    await sleep(100);
  }
};

/** What the lag was at every fifth second, in each round. */
const lagsOf = (results) =>
  results.map(({ lags }) => lags.filter((_, second) => second % 5 === 4).join(' ')).join(', ');

const millrace = await startMillrace();
const kafkaClient = new kafkajs.Kafka({ brokers: millrace.brokers, logLevel: kafkajs.logLevel.NOTHING });
const admin = kafkaClient.admin();
const pool = new pg.Pool({ connectionString: millrace.databaseUrl, max: 4 });
const address = { brokers: millrace.brokers, ssl: false, caFile: undefined, sasl: undefined };
const kafka = createKafka({ address, prefix: '', logger: createLogger('warn') });
try {
  await admin.connect();
  const rawTopic = 'bench-telemetry';
  await admin.createTopics({
    topics: [{ topic: rawTopic, numPartitions: partitions }],
    waitForLeaders: true,
  });
  const context = { url: millrace.url, post: createPoster(millrace.url, 64), pool, admin };
  await load(clients, seconds / 3, () => ingest(context.post, activities(batchSize)));
  await drain(context);
  const [copies, published, most] = [[], [], []];
  const atRates = rates.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    copies.push(await measureCopy(pool));
    published.push(await measurePublisher(kafka, rawTopic));
    for (const [index, rate] of rates.entries()) {
      atRates[index].push(await measureAt(context, rate, round));
      await drain(context);
    }
    most.push(await measureMost(context));
    await drain(context);
  }
  const over = (results, figure, digits) => spread(results.map(figure), digits);
  const latency = (results, name, p) =>
    results[0].latencies ? over(results, ({ latencies }) => percentile(latencies[name], p)) : '';
  const row = (what, results) => [
    what,
    over(results, ({ accepted }) => accepted, 0),
    over(results, ({ stored }) => stored, 0),
    ...['stored', 'seen'].flatMap((name) => [0.5, 0.99].map((p) => latency(results, name, p))),
    lagsOf(results),
  ];
  report('telemetry', {
    command: 'npm run bench telemetry',
    notes: `Activities a second and milliseconds from when a call was due, median of ${rounds} rounds of ${seconds} s (least to most). Lag: messages that were not stored yet, every 5 s, of each round.`,
    columns: ['what', 'accepted/s', 'stored/s', 'in Postgres, p50', 'p99', 'seen, p50', 'p99', 'lag'],
    rows: [
      ['limit: COPY into an equal table', '', spread(copies, 0), '', '', '', '', ''],
      [`limit: our publisher alone, batches of ${batchSize}`, spread(published, 0), '', '', '', '', '', ''],
      ...rates.map(({ rate, size }, index) => row(`${rate}/s in calls of ${size}`, atRates[index])),
      row(`${clients} clients, calls of ${batchSize}`, most),
    ],
  });
} finally {
  await pool.end();
  await kafka.stop();
  await admin.disconnect();
  await millrace.stop();
}
