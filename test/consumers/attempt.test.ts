import { describe, expect, test } from '@jest/globals';
import { attempt, type Item } from '../../src/consumers/attempt.js';
import {
  notTried,
  PermanentFailure,
  type Answer,
  type Consumer,
  type Policy,
} from '../../src/consumers/consumer.js';
import { nextDelayMs } from '../../src/consumers/settle.js';

const retry: Policy = { kind: 'retry', delaysMs: [100, 200], exhausted: 'park' };

const item = (event: string, tried = 0): Item<string> => ({
  record: { topic: 't', partition: 0, offset: 0, timestampMs: 0, key: null, value: null, headers: {} },
  parsed: { event },
  claim: 1,
  history: Array.from({ length: tried }, () => ({ at: '', by: '', error: '' })),
});

/** Delivers all but what `errors` names; `rounds` are the events of each call. */
const consumerOf = (errors: Record<string, Answer>, policy: Policy = retry) => {
  const rounds: string[][] = [];
  const consumer: Consumer<string> = {
    name: 'tested',
    topics: [],
    parse: () => undefined,
    effect: {
      deliver: async (deliveries) => {
        rounds.push(deliveries.map(({ event }) => event));
        return deliveries.map(({ event }) => errors[event]);
      },
    },
    policy,
  };
  return { consumer, rounds };
};

const events = (items: readonly Item<string>[]) =>
  items.map(({ parsed }) => ('event' in parsed ? parsed.event : 'unparsed'));

describe('attempt', () => {
  test('meets no two events of a key at once, and fewer keys do not hold up others', async () => {
    const { consumer, rounds } = consumerOf({ a2: new Error('no') });
    const [a, b] = await attempt(
      consumer,
      [
        [item('a1'), item('a2'), item('a3')],
        [item('b1'), item('b2'), item('b3')],
      ],
      () => false,
    );
    expect(rounds).toEqual([['a1', 'b1'], ['a2', 'b2'], ['b3']]);
    expect(events(a?.done ?? [])).toEqual(['a1']);
    expect(a?.failed).toMatchObject({ isPermanent: false });
    expect(events(a?.rest ?? [])).toEqual(['a3']);
    expect(events(b?.done ?? [])).toEqual(['b1', 'b2', 'b3']);
  });

  test('passes over what failed for good where the policy is to skip', async () => {
    const { consumer } = consumerOf({ a1: new PermanentFailure('never') }, { ...retry, exhausted: 'skip' });
    const [a] = await attempt(consumer, [[item('a1'), item('a2')]], () => false);
    expect(a?.passed).toHaveLength(1);
    expect(events(a?.done ?? [])).toEqual(['a2']);
  });

  test('begins no new round once its time is over', async () => {
    const { consumer, rounds } = consumerOf({});
    const [a] = await attempt(consumer, [[item('a1'), item('a2')]], () => rounds.length === 1);
    expect(rounds).toEqual([['a1']]);
    expect(events(a?.done ?? [])).toEqual(['a1']);
    expect(events(a?.rest ?? [])).toEqual(['a2']);
  });

  test('leaves what was not tried where it is, and its key goes no further', async () => {
    const { consumer, rounds } = consumerOf({ a2: notTried });
    const [a, b] = await attempt(
      consumer,
      [
        [item('a1'), item('a2'), item('a3')],
        [item('b1'), item('b2'), item('b3')],
      ],
      () => false,
    );
    expect(rounds).toEqual([['a1', 'b1'], ['a2', 'b2'], ['b3']]);
    expect(a).toMatchObject({ failed: undefined, passed: [] });
    expect(events(a?.rest ?? [])).toEqual(['a2', 'a3']);
    expect(events(b?.done ?? [])).toEqual(['b1', 'b2', 'b3']);
  });

  test('delivers nothing that could not be parsed', async () => {
    const { consumer, rounds } = consumerOf({});
    const broken: Item<string> = { ...item('x'), parsed: { error: new Error('no JSON') } };
    const [a] = await attempt(consumer, [[broken, item('a2')]], () => false);
    expect(rounds).toEqual([]);
    expect(a?.failed).toMatchObject({ isPermanent: true });
  });
});

describe('the delay before the next try', () => {
  const failed = (tried: number, isPermanent = false) => ({
    item: item('a', tried),
    error: new Error('no'),
    isPermanent,
  });

  test('is the policy’s, and up to a tenth longer at random', () => {
    expect(nextDelayMs(retry, failed(0), () => 0)).toBe(100);
    expect(nextDelayMs(retry, failed(1), () => 0.5)).toBe(210);
  });

  test('ends with the last one, and there is none for what no retry can mend', () => {
    expect(nextDelayMs(retry, failed(2))).toBeUndefined();
    expect(nextDelayMs(retry, failed(0, true))).toBeUndefined();
    expect(nextDelayMs({ kind: 'halt' }, failed(0))).toBeUndefined();
  });
});
