import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { eventually } from '../support/await.js';
import { createTestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { servers } from '../support/servers.js';
import { createRandom } from '../crash/random.js';
import { verifyNumbers } from '../crash/numbers.js';
import { createWorld, startTraffic, verifyTraffic } from '../crash/world.js';
import { begin, grow, isPublished, partitionsInUse, refusal, sendOn, topic } from './growing.js';

test('a command that is killed, or that waits in vain, while the topic is held back, lets it go on', async () => {
  const random = createRandom('killed grow');
  const world = await createWorld();
  const millrace = await startMillrace({ env: world.env });
  const traffic = await startTraffic(millrace.url, random, 10, true);
  traffic.load.allow(100);
  await traffic.load.answered(50);
  // While the topic grows the statistics are late, so that they lack something when it is held back; and then they cannot move.
  await world.database.query(`
    create function stand_still() returns trigger language plpgsql as $$
    declare lease relay_lease;
    begin
      select * into lease from relay_lease;
      if lease.growing_until > now() then
        if lease.holds_back then raise exception 'standing still'; end if;
        perform pg_sleep(0.3);
      end if;
      return new;
    end $$`);
  await world.database.query(
    `create trigger stand_still before update of last_seq on positions for each row
     when (new.worker = 'order-stats' and new.last_seq <> old.last_seq) execute function stand_still()`,
  );
  const stop = sendOn(traffic, 20);
  const killed = begin(world, topic, '--partitions', '4');
  await killed.steps.until((line) => line.startsWith('Holding back'));
  killed.child.kill('SIGKILL');
  await isPublished(traffic);
  expect(await partitionsInUse(world)).toBe(3);

  const refused = await grow(world, topic, '--partitions', '4');
  expect(refused).toMatchObject({
    code: 69,
    ...refusal('UNAVAILABLE', /stays as it was, and goes on: within 10 s order-stats is \d+ events behind/),
  });
  expect(await partitionsInUse(world)).toBe(3);
  await isPublished(traffic);

  await world.database.query('drop trigger stand_still on positions');
  expect(await grow(world, topic, '--partitions', '4')).toMatchObject({
    code: 0,
    answer: { from: 3, to: 4 },
  });
  stop();
  await verifyTraffic(world, traffic);
  await verifyNumbers(world);
}, 300_000);

test('where nobody runs a reader or the relay the growth is refused before anything is held back', async () => {
  const random = createRandom('refused grow');
  const world = await createWorld();
  const gateway = await startMillrace({ env: world.env, roles: ['gateway', 'relay'] });
  const workers = await startMillrace({ env: world.env, roles: ['streams', 'consumers'] });
  const traffic = await startTraffic(gateway.url, random);
  traffic.load.allow(50);
  await traffic.load.answered(50);
  await workers.kill9();
  traffic.load.allow(50);
  await traffic.load.answered(100);
  const refused = begin(world, topic, '--partitions', '4', '--wait', '4');
  expect(await refused.answer()).toMatchObject({
    code: 69,
    ...refusal('UNAVAILABLE', /within 4 s .*\d+ events behind in order\.events\.v1\/\d, and nobody runs it/),
  });
  expect(refused.steps.all.join('\n')).not.toMatch(/Holding back/);
  await isPublished(traffic);
  const all = ['order-stats', 'copies', 'notification-consumer-group'].flatMap((name) => ['--without', name]);
  expect(await grow(world, topic, '--partitions', '4', ...all)).toMatchObject({ code: 0 });

  // What they had not read is read in order all the same.
  await startMillrace({ env: world.env, roles: ['streams', 'consumers'] });
  await verifyTraffic(world, traffic);
  await gateway.kill9();
  expect(await grow(world, topic, '--partitions', '5', '--wait', '4')).toMatchObject(
    refusal('UNAVAILABLE', /no relay is running/),
  );
}, 300_000);

const addPartitions = async (name: string, count: number): Promise<void> => {
  const admin = new kafkajs.Kafka({
    brokers: [...servers().kafkaBrokers],
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    await admin.createPartitions({ topicPartitions: [{ topic: name, count }] });
  } finally {
    await admin.disconnect();
  }
};

const ingest = `mutation ($inputs: [UserActivityInput!]!) { ingestUserActivities(inputs: $inputs) { accepted position } }`;

test('partitions that something else added are read; facts use them, and the relay only after a growth', async () => {
  const random = createRandom('added');
  const world = await createWorld();
  const millrace = await startMillrace({ env: world.env });
  const client = createTestClient(millrace.url);
  const traffic = await startTraffic(millrace.url, random);
  traffic.load.allow(100);
  const facts = 'telemetry.user-activity.v1';
  await addPartitions(`${world.topicPrefix}${facts}`, 4);
  await addPartitions(`${world.topicPrefix}${topic}`, 5);

  await eventually(() => /Kafka has more partitions of order\.events\.v1/.test(millrace.output()));
  let told = 0;
  await eventually(async () => {
    const inputs = Array.from({ length: 40 }, (_, n) => ({ userId: `user-${told + n}`, action: 'click' }));
    const { ingestUserActivities } = await client.data<{ ingestUserActivities: { position: string } }>(
      ingest,
      { inputs },
    );
    told += inputs.length;
    const asked =
      '($position: Position) { pipelineStats(consistentWith: $position, waitMs: 10000) { activities } }';
    const { pipelineStats } = await client.data<{ pipelineStats: { activities: number } }>(`query ${asked}`, {
      position: ingestUserActivities.position,
    });
    expect(pipelineStats.activities).toBe(told);
    return ((await readTopic(`${world.topicPrefix}${facts}`))[3]?.length ?? 0) > 0;
  });

  await traffic.load.answered(100);
  await isPublished(traffic);
  expect((await readTopic(`${world.topicPrefix}${topic}`)).map(({ length }) => length > 0)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(await grow(world, topic, '--partitions', '4')).toMatchObject(
    refusal('BAD_USER_INPUT', /name 5 or more/),
  );
  expect(await grow(world, topic, '--partitions', '5')).toMatchObject({
    code: 0,
    answer: { from: 3, to: 5 },
  });
  expect(await grow(world, facts, '--partitions', '6')).toMatchObject({
    code: 0,
    answer: { from: 4, to: 6 },
  });
  await isPublished(traffic);
  await verifyTraffic(world, traffic);
}, 300_000);
