import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { eventually } from '../support/await.js';
import { createTestClient, type TestClient } from '../support/graphql.js';
import { readTopic, writeAborted, writeRaw } from '../support/log.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { servers } from '../support/servers.js';
import { aUser, createUser } from '../users/support.js';
import { createWorld, type World } from './world.js';

/** Partitions that stand still: with a reason, nobody else with them, and on again by `streams resume` with every event counted once. */
const topic = 'order.events.v1';
const workers = ['copies', 'notification-consumer-group', 'order-stats'];
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let world: World;
let millrace: MillraceProcess;
let client: TestClient;
let orders = 0;

const start = async (): Promise<void> => {
  millrace = await startMillrace({ env: world.env });
  client = createTestClient(millrace.url);
};

const stop = async (): Promise<void> => {
  expect(await millrace.stop()).toEqual({ code: 0, signal: null });
};

beforeAll(async () => {
  world = await createWorld();
  await start();
  await createOrders(30);
  await whenAllIsThere();
});

const createOrders = async (count: number): Promise<void> => {
  const inputs = Array.from({ length: count }, () => ({
    customerId: 'customer',
    totalAmount: '10',
    currency: 'KRW',
  }));
  await client.data(
    'mutation ($inputs: [CreateOrderInput!]!) { createOrders(inputs: $inputs) { accepted } }',
    {
      inputs,
    },
  );
  orders += count;
};

const countAll = async () => {
  const [found] = await world.database.query<{ notified: number; counted: number }>(
    `select (select count(*)::int from notifications) as notified,
       (select count::int from order_stats where currency = 'KRW') as counted`,
  );
  return found;
};

const whenAllIsThere = () =>
  eventually(async () => {
    expect(await countAll()).toEqual({ notified: orders, counted: orders });
    return true;
  });

interface Standing {
  readonly worker: string;
  readonly partition: number;
  readonly offset: number;
  readonly fault: string;
}

const standing = () =>
  world.database.query<Standing>(
    `select worker, partition, next_offset::int as offset, fault from positions where fault is not null order by worker, topic, partition`,
  );

interface Resumed {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

const resume = async (worker: string): Promise<Resumed[]> => {
  const { PATH, HOME } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, 'streams', 'resume', worker, '--accept-loss', '--json'],
    { env: { PATH, HOME, KAFKA_BROKERS: servers().kafkaBrokers.join(','), ...world.env } },
  );
  return (JSON.parse(stdout) as { resumed: Resumed[] }).resumed;
};

test('a batch that cannot be read stops its partition for its readers, behind all that is before it, and nothing else', async () => {
  await createOrders(20);
  await whenAllIsThere();
  const ends = (await readTopic(world.topicPrefix + topic)).map(({ length }) => length);
  const bomb = { key: 'k', value: Buffer.alloc(64 * 1_048_576) };
  for (const partition of ends.keys()) {
    await writeAborted(world.topicPrefix + topic, partition);
    await writeRaw(world.topicPrefix + topic, [bomb], partition, kafkajs.CompressionTypes.GZIP);
  }
  const before = orders;
  await createOrders(20);

  const stood = await eventually(async () => {
    const found = await standing();
    return found.length === workers.length * ends.length && found;
  });
  expect(stood.map(({ worker, partition, offset }) => ({ worker, partition, offset }))).toEqual(
    workers.flatMap((worker) => ends.map((offset, partition) => ({ worker, partition, offset }))),
  );
  for (const { fault } of stood) expect(fault).toMatch(/^UNREADABLE: records compressed by gzip: /);
  expect(await countAll()).toEqual({ notified: before, counted: before });

  const { user } = await createUser(client, aUser({ department: 'Readable' }));
  await eventually(async () => {
    const [row] = await world.database.query('select from author_view where id = $1 and version = 1', [
      user.id,
    ]);
    return row !== undefined;
  });
}, 60_000);

test('a Millrace that starts behind such a batch relays, and goes on where it is told to, each event counted once', async () => {
  await stop();
  await start();
  await createOrders(10);
  await eventually(async () => {
    const unsent = await world.database.query(
      'select from outbox_partitions where topic = $1 and acked_seq < last_seq',
      [topic],
    );
    return unsent.length === 0;
  });
  const stood = await standing();
  await stop();

  for (const worker of workers) {
    const expected = stood
      .filter((one) => one.worker === worker)
      .map(({ partition, offset }) => ({ topic, partition, from: offset, to: offset + 3 }));
    expect(await resume(worker)).toEqual(expected);
    expect(await resume(worker)).toEqual([]);
  }
  const audited = await world.database.query('select from audit');
  expect(audited).toHaveLength(stood.length);
  await start();
  await whenAllIsThere();
  expect(await standing()).toEqual([]);
}, 60_000);

test('a partition whose numbers have a hole goes on behind it, and what it counted is not counted again', async () => {
  await stop();
  await world.database.query(
    `update positions set last_seq = last_seq - 2 where worker = 'order-stats' and topic = $1`,
    [topic],
  );
  await start();
  await createOrders(60);
  const stood = await eventually(async () => {
    const found = await standing();
    return found.length === 3 && found;
  });
  for (const { fault } of stood) expect(fault).toMatch(/^SEQUENCE_HOLE: /);
  await stop();
  expect((await resume('order-stats')).map(({ from, to }) => to - from)).toEqual([0, 0, 0]);
  await start();
  await whenAllIsThere();
  expect(await standing()).toEqual([]);
}, 60_000);

test('a partition whose effect failed goes on in place, with the number that it had', async () => {
  await stop();
  const places = () =>
    world.database.query(
      `select worker, partition, next_offset, last_seq, last_id from positions where worker = 'copies' order by topic, partition`,
    );
  await world.database.query(`update positions set fault = 'EFFECT_FAILED: by hand' where worker = 'copies'`);
  const before = await places();
  expect((await resume('copies')).filter(({ from, to }) => from !== to)).toEqual([]);
  expect(await places()).toEqual(before);
  expect(await standing()).toEqual([]);
  await start();
}, 60_000);
