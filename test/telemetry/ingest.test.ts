import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createRecordFacts } from '../../src/commands/facts.js';
import { createTelemetryCommands, type TelemetryCommands } from '../../src/commands/telemetry.js';
import { MillraceError } from '../../src/errors.js';
import type { FactRecord, FactsOutcome } from '../../src/kafka/kafka.js';
import { partitionOf } from '../../src/partitioning.js';
import { named } from '../support/refusals.js';

/** What is checked before anything is sent, and what becomes of the publisher's answers. The publisher is a plain object. */
const now = Date.parse('2026-03-01T12:00:00.000Z');
let sent: FactRecord[];
let answer: (records: readonly FactRecord[]) => FactsOutcome;
let telemetry: TelemetryCommands;

beforeEach(() => {
  sent = [];
  answer = () => ({ kind: 'STORED', places: [], refused: [] });
  const unused = () => {
    throw new Error('the test does not need it');
  };
  telemetry = createTelemetryCommands({
    recordFacts: createRecordFacts({
      publisher: {
        send: (records) => {
          sent.push(...records);
          return Promise.resolve(answer(records));
        },
        stop: unused,
      },
      consistency: {
        positionOf: unused,
        positionInLog: (places) => JSON.stringify(places),
        waitFor: unused,
      },
      partitionsOf: (topic) => (topic === 'telemetry.user-activity.v1' ? 7 : 3),
    }),
    now: () => now,
  });
});

const anActivity = (input: object = {}) => ({ userId: 'user-1', action: 'click', ...input });
const aMetric = (input: object = {}) => ({ host: 'web-1', name: 'cpu', value: 0.5, ...input });
const anError = (input: object = {}) => ({
  service: 'api',
  level: 'ERROR' as const,
  message: 'it broke',
  ...input,
});

const calls = {
  activity: (input: object) => telemetry.ingestUserActivities([anActivity(input)]),
  metric: (input: object) => telemetry.ingestSystemMetrics([aMetric(input)]),
  error: (input: object) => telemetry.ingestErrorLogs([anError(input)]),
};
type Kind = keyof typeof calls;

const expectRejected = async (kind: Kind, input: object, field: string) => {
  const { accepted, rejected, position } = await calls[kind](input);
  expect({ accepted, position, sent }).toEqual({ accepted: 0, position: null, sent: [] });
  expect(rejected).toEqual([
    {
      index: 0,
      code: 'BAD_USER_INPUT',
      field,
      message: expect.stringMatching(new RegExp(`^${field}: .{5,200}$`)),
    },
  ]);
};

const texts: [Kind, string][] = [
  ['activity', 'userId'],
  ['activity', 'action'],
  ['metric', 'host'],
  ['metric', 'name'],
  ['metric', 'unit'],
  ['error', 'service'],
];
const badTexts = ['', '  ', 'a\0b', '\ud800', 'a\udc00', 'x'.repeat(201), '😀'.repeat(201)];

describe('an item is rejected, and nothing is sent, for', () => {
  test.each(
    texts.flatMap(([kind, field]) => named(badTexts).map(([name, text]) => [kind, field, name, text])),
  )('the %s with the %s %s', (kind, field, _, text) =>
    expectRejected(kind as Kind, { [field as string]: text }, field as string),
  );

  test.each(named(['x', '', '0191d2a46f0c7cc18a532f2d9c1e7b10', '{0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10}', '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10\0', "' or 1=1"]))(
    'the id %s',
    async (_, id) => {
      for (const kind of Object.keys(calls) as Kind[]) await expectRejected(kind, { id }, 'id');
    },
  ); // prettier-ignore

  test.each(named(['', 'now', '2026-03-01', '2026-03-01T12:00:00', '2026-02-30T00:00:00Z', '2026-03-01T24:00:00Z', '1899-12-31T23:59:59Z', '0000-01-01T00:00:00Z', '2026-03-01T12:05:00.001Z', '2026-03-01T14:05:00.001+02:00', '2027-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-03-01T12:00:00Z\0']))(
    'the time %s',
    async (_, occurredAt) => {
      for (const kind of Object.keys(calls) as Kind[])
        await expectRejected(kind, { occurredAt }, 'occurredAt');
    },
  ); // prettier-ignore

  const objects: [Kind, string][] = [
    ['activity', 'metadata'],
    ['metric', 'labels'],
    ['error', 'metadata'],
  ];
  test.each(named([{ a: '\0' }, { 'a\0': 1 }, { a: [{ b: ['\ud800'] }] }, { a: Infinity }, { a: 'x'.repeat(65_536) }, { a: '부'.repeat(22_000) }, { a: '\u0001'.repeat(11_000) }, { a: Array(33_000).fill(1) }]))(
    'the object %s',
    async (_, value) => {
      for (const [kind, field] of objects) await expectRejected(kind, { [field]: value }, field);
    },
  ); // prettier-ignore

  test.each([Infinity, -Infinity, NaN])('the value %s', (value) =>
    expectRejected('metric', { value }, 'value'),
  );
  test.each(named(['', '\n', 'a\0', '\ud800', 'x'.repeat(10_001), '😀'.repeat(10_001)]))(
    'the message %s',
    (_, message) => expectRejected('error', { message }, 'message'),
  );
  test.each(named(['a\0', '\ud800', 'x'.repeat(50_001), '😀'.repeat(50_001)]))('the stack %s', (_, stack) =>
    expectRejected('error', { stack }, 'stack'),
  );

  test('a record of more than 256 KB whose fields each are within their limits', async () => {
    const { accepted, rejected } = await telemetry.ingestErrorLogs([
      anError({ message: '\u0001'.repeat(10_000), stack: '\u0001'.repeat(50_000) }),
      anError(),
    ]);
    expect([accepted, rejected]).toMatchObject([1, [{ index: 0, code: 'BAD_USER_INPUT' }]]);
    expect(sent).toHaveLength(1);
  });
});

describe('a batch', () => {
  test('of 1,000 is taken, and one of 1,001 is refused as a whole', async () => {
    const inputs = Array.from({ length: 1_001 }, () => aMetric());
    expect((await telemetry.ingestSystemMetrics(inputs.slice(1))).accepted).toBe(1_000);
    const error = await telemetry.ingestSystemMetrics(inputs).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'inputs' } });
    expect(sent).toHaveLength(1_000);
  });

  test('of nothing answers nothing', async () => {
    expect(await telemetry.ingestUserActivities([])).toEqual({
      accepted: 0,
      replayed: 0,
      rejected: [],
      position: null,
    });
  });

  test('is accepted but for the items at fault, which are named in their order', async () => {
    const id = randomUUID();
    const { accepted, replayed, rejected } = await telemetry.ingestUserActivities([
      anActivity({ id, action: 'first' }),
      anActivity({ action: '' }),
      anActivity({ id, action: 'second' }),
      anActivity({ occurredAt: '2027-01-01T00:00:00Z' }),
      anActivity(),
    ]);
    expect([accepted, replayed]).toEqual([2, 0]);
    expect(rejected).toMatchObject([
      { index: 1, code: 'BAD_USER_INPUT', field: 'action' },
      { index: 2, code: 'CONFLICT', reason: 'ALREADY_EXISTS', message: expect.stringContaining(id) },
      { index: 3, code: 'BAD_USER_INPUT', field: 'occurredAt' },
    ]);
    expect(sent.map(({ value }) => (JSON.parse(String(value)) as { action: string }).action)).toEqual([
      'first',
      'click',
    ]);
  });

  test('may tell the same twice, in any form of the same values: it is sent once', async () => {
    const id = randomUUID();
    const { accepted, rejected } = await telemetry.ingestUserActivities([
      anActivity({ id, metadata: { a: 1, b: { c: 2, d: 3 } }, occurredAt: '2026-03-01T11:00:00Z' }),
      anActivity({ id: id.toUpperCase(), metadata: { b: { d: 3, c: 2 }, a: 1 }, occurredAt: '2026-03-01T13:00:00.000+02:00' }),
      anActivity({ id, metadata: { a: 1, b: { c: 2, d: 4 } }, occurredAt: '2026-03-01T11:00:00Z' }),
    ]); // prettier-ignore
    expect([accepted, rejected]).toMatchObject([2, [{ index: 2, code: 'CONFLICT' }]]);
    expect(sent).toHaveLength(1);
  });

  test('in which an item at fault comes before another of its id takes the one that is right', async () => {
    const id = randomUUID();
    const { accepted, rejected } = await telemetry.ingestUserActivities([
      anActivity({ id, action: '' }),
      anActivity({ id }),
    ]);
    expect([accepted, rejected.map(({ index }) => index)]).toEqual([1, [0]]);
  });
});

test('a record has the key of its kind, the partition of that key, the event of the contract, and canonical values', async () => {
  const id = randomUUID();
  await telemetry.ingestUserActivities([
    anActivity({
      id: id.toUpperCase(),
      userId: id.toUpperCase(),
      action: 'cafe\u0301',
      metadata: JSON.parse('{ "__proto__": 1, "b": null }') as object,
      occurredAt: '2015-05-17T12:05:03.123456+02:00',
    }),
  ]);
  await telemetry.ingestSystemMetrics([aMetric({ value: -1.7976931348623157e308, unit: '%' })]);
  await telemetry.ingestErrorLogs([
    anError({ message: 'two\r\nlines', stack: 'at a\n\tat b', occurredAt: '2026-03-01T12:05:00Z' }),
    anError({ stack: '' }),
  ]);
  const [activity, metric, error, plain] = sent.map(({ value, ...rest }) => ({
    ...rest,
    data: JSON.parse(String(value)) as Record<string, unknown>,
  }));
  expect(activity).toEqual({
    topic: 'telemetry.user-activity.v1',
    partition: partitionOf(id, 7),
    key: id,
    headers: {
      ce_id: id,
      ce_type: 'telemetry.user-activity',
      ce_source: '/millrace',
      ce_specversion: '1.0',
      ce_time: '2015-05-17T10:05:03.123Z',
      'content-type': 'application/json',
    },
    data: {
      id,
      userId: id,
      action: 'caf\u00e9',
      metadata: JSON.parse('{ "__proto__": 1, "b": null }') as unknown,
      occurredAt: '2015-05-17T10:05:03.123Z',
    },
  });
  expect(metric).toMatchObject({
    topic: 'telemetry.system-metric.v1',
    key: 'web-1',
    data: { value: -1.7976931348623157e308, unit: '%', labels: null, occurredAt: '2026-03-01T12:00:00.000Z' },
  });
  expect(error).toMatchObject({
    topic: 'telemetry.error-log.v1',
    key: 'api',
    data: { message: 'two\r\nlines', stack: 'at a\n\tat b', occurredAt: '2026-03-01T12:05:00.000Z' },
  });
  expect(plain?.data).toMatchObject({ stack: '', metadata: null });
  for (const fact of [metric, error, plain]) expect(fact?.headers.ce_id).toBe(fact?.data.id);
});

describe('when the publisher answers that', () => {
  const ids = [randomUUID(), randomUUID()];
  const call = () =>
    telemetry.ingestUserActivities([
      ...ids.map((id) => anActivity({ id })),
      anActivity({ action: '' }),
      anActivity({ id: ids[0] }),
    ]);
  const failure = async (): Promise<MillraceError> => {
    const error = await call().catch((reason: unknown) => reason);
    if (!(error instanceof MillraceError)) throw new Error('it did not fail');
    return error;
  };

  test('nothing was sent, the call is UNAVAILABLE', async () => {
    answer = () => ({ kind: 'UNSENT', cause: new Error('cut') });
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });

  test('some may be stored, the outcome is unknown, with the ids of what was sent, each once', async () => {
    answer = () => ({ kind: 'UNKNOWN', cause: new Error('silent') });
    expect(await failure()).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true, details: { ids } });
  });

  test('a record is too large, all items that told it are rejected, and the others are accepted', async () => {
    const places = [{ topic: 'telemetry.user-activity.v1', partition: 1, nextOffset: 9 }];
    answer = (records) => ({ kind: 'STORED', places, refused: records.slice(0, 1) });
    expect(await call()).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, code: 'BAD_USER_INPUT' }, { index: 2 }, { index: 3, code: 'BAD_USER_INPUT' }],
      position: JSON.stringify(places),
    });
  });
});
