import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Policy } from '../../src/consumers/consumer.js';
import { sequenceHeader } from '../../src/events/envelope.js';
import { eventually } from '../support/await.js';
import { createWorld, factsOf, type Fact, type World } from './support.js';

const park: Policy = { kind: 'retry', delaysMs: [20, 20], exhausted: 'park' };
const skip: Policy = { ...park, exhausted: 'skip' };
const patient: Policy = { kind: 'retry', delaysMs: [3_600_000], exhausted: 'park' };

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

const ids = (facts: readonly { readonly id: string }[]): string[] => facts.map(({ id }) => id);

const ofKey = async (key: string): Promise<Fact[]> =>
  (await world.effects()).filter((effect) => effect.key === key);

const wholeEffects = (count: number) =>
  eventually(async () => {
    const effects = await world.effects();
    expect(effects).toHaveLength(count);
    return effects;
  });

const letter = (where: (letter: Awaited<ReturnType<World['letters']>>[number]) => boolean = () => true) =>
  eventually(async () => (await world.letters()).find(where));

describe('effects', () => {
  test('happen once for each event, in the order of its key', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'].map((key) => factsOf(key, 40));
    await world.start(park);
    await world.publish(keys.flat());
    await wholeEffects(200);
    expect([...world.delivered].sort()).toEqual(ids(keys.flat()).sort());
    for (const facts of keys) expect(ids(await ofKey(facts[0]?.key ?? ''))).toEqual(ids(facts));
  });

  test('are tried again without end, and not counted, while the outside is away', async () => {
    const facts = factsOf('a', 3);
    world.away = true;
    await world.start({ kind: 'retry', delaysMs: [], exhausted: 'park' });
    await world.publish(facts);
    await eventually(() => world.awayCount >= 3);
    expect(await world.database.query('select from positions where next_offset > 0')).toEqual([]);
    world.away = false;
    await wholeEffects(3);
    expect(await world.letters()).toEqual([]);
  });

  test('of a consumer that was stopped go on where it was', async () => {
    const facts = factsOf('a', 20);
    const first = await world.start(park);
    await world.publish(facts.slice(0, 10));
    await wholeEffects(10);
    await first.stop();
    await world.publish(facts.slice(10));
    await world.start(park);
    await wholeEffects(20);
    expect(world.delivered).toEqual(ids(facts));
  });
});

describe('a failing event', () => {
  test('is tried again after each delay, and its key waits while others go on', async () => {
    const [a, b] = [factsOf('a', 5), factsOf('b', 5)];
    world.troubles.set(a[1]?.id ?? '', 1);
    await world.start(patient);
    await world.publish([...a, ...b]);
    await eventually(async () => (await ofKey('b')).length === 5);
    await eventually(async () => (await world.waiting()) === 4);
    expect(ids(await ofKey('a'))).toEqual(ids(a.slice(0, 1)));
    await world.publish(factsOf('a', 1, 5));
    await eventually(async () => (await world.waiting()) === 5);
    await world.database.query('update consumer_queues set due_at = now()');
    await eventually(async () => (await ofKey('a')).length === 6);
    expect((await ofKey('a')).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await world.waiting()).toBe(0);
    expect(await world.database.query('select from consumer_queues')).toEqual([]);
  });

  test('becomes a dead letter with every attempt after the last delay', async () => {
    const facts = factsOf('a', 1);
    world.troubles.set(facts[0]?.id ?? '', 100);
    await world.start(park);
    await world.publish(facts);
    const filed = await letter();
    expect(filed).toMatchObject({
      event: facts[0]?.id,
      state: 'PENDING',
      attempts: 3,
      error: 'not this time',
    });
    expect(filed.history).toHaveLength(3);
    expect(filed.history.every(({ by, error }) => by === 'tested' && error === 'Error: not this time')).toBe(
      true,
    );
  });

  test('that no retry can mend becomes a dead letter at once', async () => {
    const facts = factsOf('a', 1);
    world.troubles.set(facts[0]?.id ?? '', 'permanent');
    await world.start(patient);
    await world.publish(facts);
    expect(await letter()).toMatchObject({ attempts: 1, error: 'never' });
  });

  test('whose row is refused fails alone, and the rows of other keys are written', async () => {
    const facts = [...factsOf('a', 3), ...factsOf('b', 3)];
    world.troubles.set(facts[1]?.id ?? '', 'refused row');
    await world.start(patient);
    await world.publish(facts);
    await wholeEffects(4);
    expect(await letter()).toMatchObject({ event: facts[1]?.id, attempts: 1, behind: 1 });
  });
});

describe('park', () => {
  test('keeps later events of the key behind the letter, in order, until it is redriven', async () => {
    const facts = factsOf('a', 6);
    world.troubles.set(facts[2]?.id ?? '', 'permanent');
    await world.start(park);
    await world.publish([...facts.slice(0, 4), ...factsOf('b', 4)]);
    await wholeEffects(6);
    await world.publish(facts.slice(4));
    const filed = await letter(({ behind }) => behind === 3);
    expect((await ofKey('a')).map(({ n }) => n)).toEqual([0, 1]);
    world.troubles.clear();
    await world.redrive(filed.id);
    await wholeEffects(10);
    expect((await ofKey('a')).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5]);
    const [settled] = await world.letters();
    expect(settled).toMatchObject({ state: 'REDRIVEN', attempts: 2, behind: 0 });
    expect(settled?.history.at(-1)).toMatchObject({ by: 'tester', error: null });
  });

  test('keeps what comes behind a letter behind which nothing waited yet', async () => {
    const facts = factsOf('a', 2);
    world.troubles.set(facts[0]?.id ?? '', 'permanent');
    await world.start(park);
    await world.publish(facts.slice(0, 1));
    await letter();
    await world.publish(facts.slice(1));
    await letter(({ behind }) => behind === 1);
    expect(await world.effects()).toEqual([]);
  });

  test('a redrive that fails again leaves one letter with its history, and what waits goes on waiting', async () => {
    const facts = factsOf('a', 2);
    world.troubles.set(facts[0]?.id ?? '', 'permanent');
    await world.start(park);
    await world.publish(facts);
    const filed = await letter();
    await world.redrive(filed.id);
    await letter(({ attempts }) => attempts === 2);
    await world.redrive(filed.id);
    const again = await letter(({ attempts }) => attempts === 3);
    expect(await world.letters()).toHaveLength(1);
    expect(again.history.map(({ by }) => by)).toEqual(['tested', 'tester', 'tester']);
    expect(again).toMatchObject({ state: 'PENDING', behind: 1 });
  });

  test('a later event that fails becomes a letter of its own, and the rest waits behind that', async () => {
    const facts = factsOf('a', 5);
    world.troubles.set(facts[0]?.id ?? '', 'permanent').set(facts[2]?.id ?? '', 'permanent');
    await world.start(park);
    await world.publish(facts);
    const first = await letter();
    world.troubles.delete(facts[0]?.id ?? '');
    await world.redrive(first.id);
    const second = await letter(({ event }) => event === facts[2]?.id);
    expect(second).toMatchObject({ state: 'PENDING', behind: 2 });
    expect((await ofKey('a')).map(({ n }) => n)).toEqual([0, 1]);
    world.troubles.clear();
    await world.redrive(second.id);
    await wholeEffects(5);
    expect((await ofKey('a')).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  });

  test('a redrive that two processes run and two ask for has its effect once', async () => {
    const facts = factsOf('a', 1);
    world.troubles.set(facts[0]?.id ?? '', 'permanent');
    await world.start(park);
    await world.start(park);
    await world.publish(facts);
    const filed = await letter();
    world.troubles.clear();
    await Promise.all([world.redrive(filed.id), world.redrive(filed.id)]);
    await letter(({ state }) => state === 'REDRIVEN');
    await world.redrive(filed.id);
    await world.publish(factsOf('a', 1, 1));
    await wholeEffects(2);
    expect((await world.letters())[0]).toMatchObject({ state: 'REDRIVEN', attempts: 2 });
    expect(world.delivered.filter((id) => id === facts[0]?.id)).toHaveLength(1);
  });
});

test('skip lets later events of the key go on', async () => {
  const facts = factsOf('a', 5);
  world.troubles.set(facts[1]?.id ?? '', 'permanent').set(facts[3]?.id ?? '', 100);
  await world.start(skip);
  await world.publish(facts);
  await wholeEffects(3);
  expect((await ofKey('a')).map(({ n }) => n)).toEqual([0, 2, 4]);
  await letter(({ event }) => event === facts[3]?.id);
  expect(await world.letters()).toHaveLength(2);
  await eventually(async () => (await world.waiting()) === 0);
});

test('halt stops the partition at the event, with a reason, and nothing behind it counts', async () => {
  const facts = factsOf('a', 5);
  world.troubles.set(facts[2]?.id ?? '', 'permanent');
  await world.start({ kind: 'halt' });
  await world.publish(facts);
  const stopped = await eventually(async () => {
    const [row] = await world.database.query<{ fault: string; next_offset: string }>(
      'select fault, next_offset from positions where fault is not null',
    );
    return row;
  });
  expect(stopped).toEqual({ fault: 'EFFECT_FAILED: never', next_offset: '2' });
  expect((await ofKey('a')).map(({ n }) => n)).toEqual([0, 1]);
  expect(await world.letters()).toEqual([]);
});

describe('what is no event', () => {
  test('but has a number is a letter that its key waits behind', async () => {
    const headers = { ce_id: 'broken', ce_type: 'order.created' };
    await world.start(park);
    await world.publish(factsOf('a', 1));
    await wholeEffects(1);
    const [position] = await eventually(async () => {
      const rows = await world.database.query<{ partition: number; last_seq: string }>(
        'select partition, last_seq from positions where last_seq > 0',
      );
      return rows.length > 0 && rows;
    });
    const next = String(Number(position?.last_seq) + 1);
    await world.publishRaw(
      [{ key: 'a', value: '{', headers: { ...headers, [sequenceHeader]: next } }],
      position?.partition,
    );
    expect(await letter()).toMatchObject({ error: 'the value is not JSON', attempts: 1 });
    expect(await world.database.query('select from consumer_queues where letter is not null')).toHaveLength(
      1,
    );
  });

  test('and has no number is a letter that nothing waits behind, and that no redrive makes an event', async () => {
    await world.start(park);
    await world.publishRaw([
      { key: 'a', value: JSON.stringify(factsOf('a', 1)[0]), headers: { ce_id: 'stranger' } },
      { key: null, value: null, headers: {} },
    ]);
    const strange = await letter(({ event }) => event === 'stranger');
    await world.publish(factsOf('a', 3));
    await wholeEffects(3);
    await world.redrive(strange.id);
    await letter(({ attempts }) => attempts === 2);
    expect(await world.letters()).toHaveLength(2);
    expect((await world.letters()).every(({ error }) => error.includes('millrace-seq'))).toBe(true);
    expect(await world.effects()).toHaveLength(3);
  });
});
