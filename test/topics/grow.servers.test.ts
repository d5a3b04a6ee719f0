import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { createQueue } from '../support/queue.js';
import { scale, servers } from '../support/servers.js';
import { verifyDelivered } from '../support/verify.js';
import { createRandom, report } from '../crash/random.js';
import { verifyNumbers } from '../crash/numbers.js';
import { watchEvents, type EventWatcher } from '../crash/watch.js';
import { createWorld, startTraffic, verifyTraffic, type Traffic, type World } from '../crash/world.js';

const topic = 'order.events.v1';
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const [before, after] = [scale(400, 5_000), scale(600, 20_000)];

/** `millrace topics grow …`, with what it tells as it comes. */
const begin = ({ env }: World, ...args: string[]) => {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [cli, 'topics', 'grow', ...args, '--json'], {
    env: { PATH, HOME, LOG_LEVEL: 'error', KAFKA_BROKERS: servers().kafkaBrokers.join(','), ...env },
  });
  const steps = createQueue<string>(`topics grow ${args.join(' ')}`);
  const written = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (written.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => {
    const lines = (written.err + bytes.toString()).split('\n');
    written.err = lines.pop() ?? '';
    for (const line of lines) steps.push(line);
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  closeAtEnd(() => {
    child.kill('SIGKILL');
    return exited;
  });
  const answer = async () => ({ code: await exited, answer: JSON.parse(written.out || 'null') as unknown });
  return { child, steps, exited, answer };
};

const grow = (world: World, ...args: string[]) => begin(world, ...args).answer();

const refusal = (code: string, message: RegExp) => ({
  answer: { error: { code, message: expect.stringMatching(message) } },
});

const partitionsInUse = async ({ database }: World, name = topic): Promise<number> => {
  const [row] = await database.query<{ count: number }>(
    'select count(*)::int as count from outbox_partitions where topic = $1',
    [name],
  );
  return row?.count ?? 0;
};

/** Orders go on being sent until the answer is called, as many as are taken. */
const sendOn = ({ load }: Traffic, atOnce: number): (() => void) => {
  const { sent } = load.journal;
  let until = 0;
  const timer = setInterval(() => {
    if (sent.size < until) return;
    until = sent.size + atOnce;
    load.allow(atOnce);
  }, 100);
  return () => clearInterval(timer);
};

/** What was accepted after the call reaches a subscriber within the time. */
const isPublished = async ({ load, events }: Traffic, timeoutMs = 10_000): Promise<void> => {
  const { accepted } = load.journal;
  const known = new Set(accepted);
  load.allow(30);
  const fresh = await eventually(() => [...accepted].find((id) => !known.has(id)));
  await eventually(() => events.delivered.some(({ orderId }) => orderId === fresh), { timeoutMs });
};

test('a topic grows from 3 to 5 under load: every event once and in order for everybody, in every process', async () => {
  const random = createRandom('grow');
  const world = await createWorld();
  const [first, second] = await Promise.all([
    startMillrace({ env: world.env, roles: ['gateway'] }),
    startMillrace({ env: world.env, roles: ['gateway'] }),
    startMillrace({ env: world.env, roles: ['relay', 'streams'] }),
    startMillrace({ env: world.env, roles: ['streams', 'consumers'] }),
  ]);
  const traffic = await startTraffic(first.url, random, 10, true);
  const { load, events } = traffic;
  const elsewhere = await watchEvents(second.url);
  const placeOf = ({ cursor, delivered }: EventWatcher) => ({ cursor: cursor(), delivered: [...delivered] });

  load.allow(before);
  await load.answered(before / 2);
  await eventually(() => events.delivered.length > before / 4);
  const earlier = placeOf(events);
  const stop = sendOn(traffic, 40);
  const { code, answer } = await grow(world, topic, '--partitions', '5');
  expect({ code, answer }).toMatchObject({ code: 0, answer: { topic, from: 3, to: 5 } });
  const later = placeOf(events);
  const watchers = [
    elsewhere,
    await watchEvents(first.url, earlier),
    await watchEvents(second.url, earlier),
    await watchEvents(second.url, later),
  ];
  stop();
  load.allow(after);
  const found = await verifyTraffic(world, traffic);
  await verifyNumbers(world);

  for (const watcher of watchers) {
    await eventually(() => watcher.delivered.length >= found.events);
    await verifyDelivered(world.topicPrefix, watcher.delivered);
    // Nobody had to come back.
    expect(watcher.connections()).toBe(1);
    await watcher.stop();
  }
  expect(events.connections()).toBe(1);
  const log = await readTopic(`${world.topicPrefix}${topic}`);
  expect(log.map((records) => records.filter(({ headers }) => 'millrace-grown' in headers).length)).toEqual([
    1, 1, 1, 1, 1,
  ]);
  for (const records of log.slice(3)) {
    expect(records[0]?.headers).toMatchObject({ 'millrace-seq': '1', 'millrace-grown': expect.any(String) });
    expect(records.length).toBeGreaterThan(1);
  }
  const audit = await world.database.query('select action, details from audit order by id');
  expect(audit).toMatchObject([
    { action: 'topics grow', details: { topic, from: 3, to: 5 } },
    { action: 'topics grow: in use', details: { topic, from: 3, to: 5, numbers: expect.any(Array) } },
  ]);
  report('grow', `${JSON.stringify(found)}; ${JSON.stringify(answer)}`);
}, 300_000);

test('a command that is killed, or that waits in vain, while the topic is held back, lets it go on', async () => {
  const random = createRandom('killed grow');
  const world = await createWorld();
  const millrace = await startMillrace({ env: world.env });
  const traffic = await startTraffic(millrace.url, random, 10, true);
  traffic.load.allow(100);
  await traffic.load.answered(50);
  // While anything is held back, the statistics cannot move.
  await world.database.query(`
    create function stand_still() returns trigger language plpgsql as $$ begin
      if (select holds_back and growing_until > now() from relay_lease) then raise exception 'standing still'; end if;
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

test('refusals say what is wrong', async () => {
  const world = await createWorld();
  const millrace = await startMillrace({ env: world.env });
  const client = createTestClient(millrace.url);
  await client.data('mutation { createTopic(name: "theirs") { name } }');
  const cases: [string[], string, RegExp][] = [
    [['nothing', '--partitions', '4'], 'NOT_FOUND', /There is no topic nothing/],
    [['theirs', '--partitions', '4'], 'FORBIDDEN', /theirs is not a topic of Millrace/],
    [[topic, '--partitions', '3'], 'BAD_USER_INPUT', /has 3 already/],
    [[topic, '--partitions', '1001'], 'USAGE', /from 1 to 1000/],
    [[topic], 'USAGE', /--partitions/],
  ];
  for (const [args, code, message] of cases)
    expect(await grow(world, ...args)).toMatchObject(refusal(code, message));
  await world.database.query(
    `update relay_lease set growing = 'user.events.v1', growing_by = 1, growing_until = now() + interval '1 minute'`,
  );
  expect(await grow(world, topic, '--partitions', '4')).toMatchObject(
    refusal('CONFLICT', /Another command grows user\.events\.v1/),
  );
}, 120_000);

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
