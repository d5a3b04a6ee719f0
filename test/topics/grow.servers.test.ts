import { expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { createTestClient } from '../support/graphql.js';
import { readTopic } from '../support/log.js';
import { startMillrace } from '../support/process.js';
import { scale } from '../support/servers.js';
import { verifyDelivered } from '../support/verify.js';
import { createRandom, report } from '../crash/random.js';
import { verifyNumbers } from '../crash/numbers.js';
import { watchEvents, type EventWatcher } from '../crash/watch.js';
import { createWorld, startTraffic, verifyTraffic } from '../crash/world.js';
import { grow, refusal, sendOn, topic } from './growing.js';

const [before, after] = [scale(200, 5_000), scale(300, 20_000)];

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
