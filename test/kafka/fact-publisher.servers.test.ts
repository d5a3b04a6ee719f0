import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createKafka } from '../../src/kafka/create-kafka.js';
import type { FactPublisher, FactRecord, FactsOutcome } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { limitRecords, readTopic } from '../support/log.js';
import { createProxy, type Proxy } from '../support/proxy.js';
import { servers } from '../support/servers.js';
import { uniquePrefix } from '../support/topics.js';

/** Publishers behind proxies of their own, on topics of their own. */
const prefix = uniquePrefix();

const open = (address = servers().kafkaBrokers[0] ?? '') => {
  const kafka = createKafka({
    address: { brokers: [address], ssl: false, caFile: undefined, sasl: undefined },
    prefix,
    logger: createLogger('silent'),
  });
  closeAtEnd(kafka.stop);
  return kafka;
};

const topics = ['shared', 'lost', 'cut', 'hole', 'mute', 'large', 'stopped', 'beside'];
beforeAll(() => open().ensureTopics(topics.map((name) => ({ name, partitions: 3, retentionMs: -1 }))));

const openProxied = async (): Promise<{ proxy: Proxy; publisher: FactPublisher }> => {
  const proxy = await createProxy({ target: servers().kafkaBrokers[0] ?? '', kafka: true });
  const publisher = open(proxy.address).factPublisher();
  closeAtEnd(publisher.stop);
  return { proxy, publisher };
};

const aFact = (topic: string, partition: number, value = 'v', key = `key-${partition}`): FactRecord => ({
  topic,
  partition,
  key,
  value: Buffer.from(value),
  headers: { ce_id: randomUUID() },
});
const idOf = ({ headers }: { headers: Readonly<Record<string, string>> }): string => headers.ce_id ?? '';
/** By partition. */
const storedIds = async (topic: string): Promise<string[][]> =>
  (await readTopic(prefix + topic)).map((records) => records.map(idOf));

/** One to each partition. */
const aCall = (topic: string): FactRecord[] => [0, 1, 2].map((partition) => aFact(topic, partition));

test('concurrent calls share requests, and each is told the places behind its own records', async () => {
  const { proxy, publisher } = await openProxied();
  await publisher.send(aCall('shared'));
  // Requests then have times of their own, and the broker gives all records of a request the same one.
  proxy.delay(5);
  const calls = Array.from({ length: 200 }, (_, n) => [aFact('shared', n % 2), aFact('shared', 2)]);
  const outcomes = await Promise.all(calls.map((records) => publisher.send(records)));
  const stored = await readTopic(prefix + 'shared');
  for (const [n, outcome] of outcomes.entries()) {
    if (outcome.kind !== 'STORED') throw new Error(outcome.kind);
    expect(outcome.refused).toEqual([]);
    expect(outcome.places).toHaveLength(2);
    for (const { partition, nextOffset } of outcome.places)
      expect(calls[n]!.map(idOf)).toContain(idOf(stored[partition]![nextOffset - 1]!));
  }
  expect(stored[2]!.slice(1).map(idOf)).toEqual(calls.map(([, second]) => idOf(second!)));
  const { records } = await open().fetch('shared', 2, 1, 1_000_000);
  expect(records).toHaveLength(200);
  expect(new Set(records.map(({ timestampMs }) => timestampMs)).size).toBeLessThan(20);
});

test('lost replies and reset connections under concurrent calls lose nothing that was accepted, and no key its order', async () => {
  const { proxy, publisher } = await openProxied();
  const accepted: FactRecord[] = [];
  const told: FactsOutcome['kind'][] = [];
  let goesOn = true;
  const caller = async (n: number): Promise<void> => {
    for (let round = 0; goesOn; round += 1) {
      const key = `caller-${n}`;
      const records = Array.from({ length: 20 }, (_, i) => aFact('lost', n % 3, `${round * 20 + i}`, key));
      const { kind } = await publisher.send(records);
      told.push(kind);
      // What is not known would be repeated by a client, out of order with what came after.
      if (kind !== 'STORED') return;
      accepted.push(...records);
    }
  };
  const callers = Promise.all(Array.from({ length: 12 }, (_, n) => caller(n)));
  const whenSome = (count: number) => eventually(() => accepted.length > count);
  await whenSome(1_000);
  for (let resets = 0; resets < 5; resets += 1) {
    const before = accepted.length;
    proxy.reset();
    await whenSome(before + 500);
  }
  proxy.swallowProduceReplies(3);
  await eventually(() => proxy.swallowed === 3);
  await whenSome(accepted.length + 1_000);
  goesOn = false;
  await callers;

  expect(new Set(told)).toEqual(new Set(['STORED']));
  const stored = await readTopic(prefix + 'lost');
  const firsts = stored.map(
    (records) =>
      new Map(
        records.map((record) => [idOf(record), record]).toReversed() as [string, (typeof records)[number]][],
      ),
  );
  const known = new Set(firsts.flatMap((records) => [...records.keys()]));
  expect(accepted.filter((record) => !known.has(idOf(record)))).toEqual([]);
  expect(stored.flat().length).toBeGreaterThan(known.size);
  for (const records of stored) {
    const seen = new Set<string>();
    const order = new Map<string, number>();
    for (const record of records) {
      if (seen.has(idOf(record))) continue;
      seen.add(idOf(record));
      const next = order.get(record.key ?? '') ?? 0;
      expect(Number(String(record.value))).toBe(next);
      order.set(record.key ?? '', next + 1);
    }
  }
});

describe('within five seconds a call is answered', () => {
  /** Each test waits for the deadline, so they wait together. */
  let cut: Promise<{
    outcomes: FactsOutcome['kind'][];
    full: FactsOutcome;
    stored: string[][];
    late: FactRecord[];
  }>;
  let hole: ReturnType<typeof silenced>;
  let mute: ReturnType<typeof silenced>;
  let beside: Promise<FactsOutcome[]>;
  beforeAll(() => {
    cut = refused();
    hole = silenced('hole', (proxy) => proxy.blackHole());
    mute = silenced('mute', (proxy) => proxy.swallowProduceReplies(1_000));
    beside = missing();
  });

  const refused = async () => {
    const { proxy, publisher } = await openProxied();
    proxy.cut();
    const large = aFact('cut', 0, 'x'.repeat(262_144));
    const calls = [publisher.send(aCall('cut')), publisher.send(Array<FactRecord>(200).fill(large))];
    // 52 MB wait.
    const full = await Promise.race([publisher.send(Array<FactRecord>(100).fill(large)), ...calls]);
    const outcomes = await Promise.all(calls);
    await proxy.heal();
    const late = aCall('cut');
    outcomes.push(await publisher.send(late));
    return { outcomes: outcomes.map(({ kind }) => kind), full, stored: await storedIds('cut'), late };
  };

  const silenced = async (topic: string, fault: (proxy: Proxy) => void) => {
    const { proxy, publisher } = await openProxied();
    const before = aCall(topic);
    await publisher.send(before);
    fault(proxy);
    const call = aCall(topic);
    const first = await publisher.send(call);
    const stuck = await storedIds(topic);
    await proxy.heal();
    return {
      before,
      call,
      stuck,
      outcomes: [first.kind, (await publisher.send(call)).kind],
      stored: await storedIds(topic),
    };
  };

  const missing = async () => {
    const publisher = open().factPublisher();
    closeAtEnd(publisher.stop);
    const lost = publisher.send(aCall('no-such-topic'));
    const outcomes: FactsOutcome[] = [];
    for (let n = 0; n < 20; n += 1) outcomes.push(await publisher.send(aCall('beside')));
    return [await lost, ...outcomes];
  };

  test('that nothing was sent, when nothing could be; it never is, and past a bound of bytes the answer comes at once', async () => {
    const { outcomes, full, stored, late } = await cut;
    expect(full.kind).toBe('UNSENT');
    expect(outcomes).toEqual(['UNSENT', 'UNSENT', 'STORED']);
    expect(stored).toEqual(late.map((record) => [idOf(record)]));
  });

  test('that the outcome is unknown, when Kafka fell silent; sent again it is stored', async () => {
    const { outcomes, call, stored } = await hole;
    expect(outcomes).toEqual(['UNKNOWN', 'STORED']);
    for (const [n, record] of call.entries()) expect(stored[n]).toContain(idOf(record));
  });

  test('that the outcome is unknown, when Kafka stores but no answer arrives; what was tried twice has the same id', async () => {
    const { outcomes, before, call, stuck, stored } = await mute;
    expect(outcomes).toEqual(['UNKNOWN', 'STORED']);
    for (const [n, record] of call.entries()) {
      expect(stuck[n]!.length).toBeGreaterThan(1);
      expect(new Set(stored[n])).toEqual(new Set([idOf(before[n]!), idOf(record)]));
    }
  });

  test('that nothing was sent, when the topic is missing; other topics go on', async () => {
    const [lost, ...others] = (await beside).map(({ kind }) => kind);
    expect(lost).toBe('UNSENT');
    expect(new Set(others)).toEqual(new Set(['STORED']));
  });
});

test('a record that Kafka refuses for good is named, and fails none that shared its request', async () => {
  const { proxy, publisher } = await openProxied();
  await limitRecords(`${prefix}large`, 5_000);
  // The broker takes the limit a moment later.
  await eventually(async () => {
    const outcome = await publisher.send([aFact('large', 0, 'x'.repeat(6_000))]);
    return outcome.kind === 'STORED' && outcome.refused.length === 1;
  });
  const before = (await storedIds('large'))[0]!.length;
  proxy.delay(20);
  const tooLarge = [aFact('large', 0, 'x'.repeat(6_000)), aFact('large', 0, 'x'.repeat(6_001))];
  const calls = Array.from({ length: 40 }, (_, n) => {
    const records = [aFact('large', 0), aFact('large', 0)];
    if (n === 7) records.splice(1, 0, ...tooLarge);
    return records;
  });
  const outcomes = await Promise.all(calls.map((records) => publisher.send(records)));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['STORED']));
  expect(outcomes.flatMap((outcome) => (outcome.kind === 'STORED' ? outcome.refused : []))).toEqual(tooLarge);
  const good = calls.flat().filter((record) => !tooLarge.includes(record));
  expect((await storedIds('large'))[0]!.slice(before)).toEqual(good.map(idOf));
});

test('stopping finishes what is under way and refuses what comes later', async () => {
  const { proxy, publisher } = await openProxied();
  await publisher.send(aCall('stopped'));
  proxy.delay(100);
  const underWay = [publisher.send(aCall('stopped')), publisher.send(aCall('stopped'))];
  await publisher.stop();
  expect((await Promise.all(underWay)).map(({ kind }) => kind)).toEqual(['STORED', 'STORED']);
  expect((await publisher.send(aCall('stopped'))).kind).toBe('UNSENT');
  await publisher.stop();
  expect((await storedIds('stopped')).map((ids) => ids.length)).toEqual([3, 3, 3]);
});
