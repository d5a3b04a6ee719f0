import pg from 'pg';
import { createOrder, createPoster, order } from './support/http.mjs';
import { startMillrace } from './support/millrace.mjs';
import { load } from './support/rate.mjs';
import { percentile, report, spread } from './support/report.mjs';

/** How many orders a second are taken: one each from 64 clients, and in batches of 500; beside Postgres inserting the same rows alone. */
const rounds = 3;
const seconds = 10;
const clients = 64;
const batchSize = 500;
const batchClients = 4;

let n = 0;
const next = () => (n += 1);

const batch = () =>
  JSON.stringify({
    query: 'mutation ($inputs: [CreateOrderInput!]!) { createOrders(inputs: $inputs) { accepted } }',
    variables: { inputs: Array.from({ length: batchSize }, () => order(next(), crypto.randomUUID())) },
  });

/** Until the statistics hold every order: how long the pipeline behind the mutations still has. */
const drain = async (post) => {
  const start = performance.now();
  for (;;) {
    const { orders, orderStats } = await post(
      JSON.stringify({
        query: '{ orders(first: 1) { totalCount } orderStats(currency: "KRW") { total { count } } }',
      }),
    );
    if (orders.totalCount === orderStats.total.count) return (performance.now() - start) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** The limit: the same rows and indexes, inserted in batches of 500 without anything else. */
const measureInserts = async (databaseUrl) => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: batchClients });
  await pool.query('create table bench_orders (like orders including all)');
  const insert = () =>
    pool.query(
      `insert into bench_orders select gen_random_uuid(), 'customer-' || n % 1000, null, '서울', 1000 + n, 'KRW', 20, 1, now(), now()
       from generate_series(1, $1) as n`,
      [batchSize],
    );
  const { rate } = await load(batchClients, seconds / 2, insert);
  await pool.query('drop table bench_orders');
  await pool.end();
  return rate * batchSize;
};

const millrace = await startMillrace();
try {
  const post = createPoster(millrace.url, clients);
  const single = () => post(createOrder(next(), crypto.randomUUID()));
  await load(clients, 5, single);
  await drain(post);
  const [singles, batches, inserts, drains] = [[], [], [], []];
  for (let round = 0; round < rounds; round += 1) {
    inserts.push(await measureInserts(millrace.databaseUrl));
    singles.push(await load(clients, seconds, single));
    drains.push(await drain(post));
    batches.push(await load(batchClients, seconds, () => post(batch())));
    drains.push(await drain(post));
  }
  const p99 = (results) => spread(results.map(({ latencies }) => percentile(latencies, 0.99)));
  report('orders', {
    command: 'npm run bench orders',
    notes: `Orders a second, median of ${rounds} rounds of ${seconds} s (least to most). After each load the statistics had every order ${spread(drains)} s later.`,
    columns: ['what', 'orders/s', 'request p99, ms'],
    rows: [
      ['limit: Postgres alone, inserts of 500', spread(inserts, 0), ''],
      [
        `createOrder, ${clients} clients`,
        spread(
          singles.map(({ rate }) => rate),
          0,
        ),
        p99(singles),
      ],
      [
        `createOrders of ${batchSize}, ${batchClients} clients`,
        spread(
          batches.map(({ rate }) => rate * batchSize),
          0,
        ),
        p99(batches),
      ],
    ],
  });
} finally {
  await millrace.stop();
}
