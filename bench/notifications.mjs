import { setTimeout as sleep } from 'node:timers/promises';
import { createNotificationConsumer, notificationGroup } from '../dist/consumers/notifications.js';
import { createReservations } from '../dist/consumers/reservations.js';
import { runConsumer } from '../dist/consumers/run-consumer.js';
import { createKafka } from '../dist/kafka/create-kafka.js';
import { createLogger } from '../dist/logger.js';
import { createDatabase } from '../dist/postgres/database.js';
import { createPresence } from '../dist/postgres/presence.js';
import { createRedis } from '../dist/redis/redis.js';
import { createPoster, order } from './support/http.mjs';
import { startMillrace } from './support/millrace.mjs';
import { report, spread } from './support/report.mjs';

/** How many notifications a second the consumer writes, with reservations in Redis, in Postgres, and without; its channel takes no time. */
const rounds = 5;
const orders = 20_000;
const batchSize = 500;

const logger = createLogger('warn');
const free = { reserve: async () => new Set(), release: async () => {} };
const channel = { name: 'none', send: async () => {}, stop: async () => {} };

// The consumer runs in here, so that it is the same loop each time.
const millrace = await startMillrace({ MILLRACE_ROLES: 'gateway,relay,streams' });
const database = createDatabase({
  url: millrace.databaseUrl,
  logger,
  poolSize: 8,
  statementTimeoutMs: 15_000,
});
const presence = createPresence({ database, logger, onOutbox: () => {} });
const address = { brokers: millrace.brokers, ssl: false, caFile: undefined, sasl: undefined };
const kafka = createKafka({ address, prefix: '', logger });
const redis = millrace.redisUrl && createRedis(millrace.redisUrl, logger);

const count = async () => (await database.query('select count(*) as n from notifications'))[0].n;

const createOrders = async () => {
  const post = createPoster(millrace.url, 2);
  for (let sent = 0; sent < orders; sent += batchSize) {
    const inputs = Array.from({ length: batchSize }, (_, n) => order(sent + n, crypto.randomUUID()));
    const query = 'mutation ($inputs: [CreateOrderInput!]!) { createOrders(inputs: $inputs) { accepted } }';
    await post(JSON.stringify({ query, variables: { inputs } }));
  }
  for (;;) {
    const [{ unsent }] = await database.query(
      `select sum(last_seq - acked_seq) as unsent from outbox_partitions where topic = 'order.events.v1'`,
    );
    const [{ unnumbered }] = await database.query(
      'select count(*) as unnumbered from outbox o, relay_lease l where o.id > l.frontier',
    );
    if (Number(unsent) === 0 && unnumbered === 0) return;
    await sleep(100);
  }
};

/** From the start of the log until every order has its notification. @returns notifications a second */
const measure = async (reservations) => {
  await database.query('truncate notifications, reservations');
  await database.query('delete from positions where worker = $1', [notificationGroup]);
  const consumer = createNotificationConsumer({
    database,
    reservations,
    channel,
    logger,
    failPrefix: 'fail-',
    retries: 3,
    retryDelayMs: 2_000,
  });
  const running = runConsumer(consumer, {
    kafka,
    database,
    owner: presence.owner,
    logger,
    onCommitted: () => {},
  });
  const start = performance.now();
  await running.start();
  while ((await count()) < orders) await sleep(20);
  const seconds = (performance.now() - start) / 1000;
  await running.stop();
  return orders / seconds;
};

try {
  await presence.start();
  await createOrders();
  const open = (client) =>
    createReservations({ consumer: notificationGroup, redis: client, database, prefix: '', logger });
  const ways = [
    ['without reservation', () => free],
    ...(redis ? [['reservation in Redis', () => open(redis)]] : []),
    ['reservation in Postgres', () => open(undefined)],
  ].map(([name, make]) => ({ name, make, rates: [] }));
  for (const { make } of ways) await measure(make());
  for (let round = 0; round < rounds; round += 1)
    for (const { make, rates } of ways) rates.push(await measure(make()));
  const [plain] = ways;
  report('notifications', {
    command: 'npm run bench notifications',
    notes: `Notifications a second for ${orders} orders that are in the log, each with its row and its event; median of ${rounds} rounds (least to most). The channel takes no time.`,
    columns: ['what', 'notifications/s', 'of the loop without reservation'],
    rows: ways.map(({ name, rates }) => [
      name,
      spread(rates, 0),
      spread(
        rates.map((rate, n) => rate / plain.rates[n]),
        2,
      ),
    ]),
  });
} finally {
  await redis?.stop();
  await kafka.stop();
  await presence.stop();
  await database.stop();
  await millrace.stop();
}
