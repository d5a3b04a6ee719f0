import { describe, expect, test } from '@jest/globals';
import { ChannelStopped, DeliveryFailed, type Outgoing } from '../../src/channels/channel.js';
import { notTried } from '../../src/consumers/consumer.js';
import { createHeadquartersConsumer } from '../../src/consumers/headquarters.js';
import type { TokenEvent } from '../../src/events/casino.js';
import { eventHeaders } from '../../src/events/envelope.js';
import { casinoCyberTokens } from '../../src/events/topics.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import { createLogger } from '../../src/logger.js';

const time = '2026-01-31T09:30:00.000Z';
const entryOf = (n: number): string => `0191d2a4-6f0c-7cc1-8a53-00000000000${n}`;

const movement = (n: number, playerId: string, type = 'TOKENS_EARNED'): LogRecord => {
  const lines = [
    { account: 'issuance', amount: -5 },
    { account: 'player', amount: 5 },
  ];
  const about = { reason: 'gift', causedBy: null, lines, occurredAt: time };
  return {
    topic: casinoCyberTokens.name,
    partition: 1,
    offset: n,
    timestampMs: 0,
    key: Buffer.from(playerId),
    value: Buffer.from(JSON.stringify({ id: entryOf(n), playerId, type, amount: 5, balance: 5, ...about })),
    headers: eventHeaders({ id: `event-${n}`, type: 'casino.cyber-token', time }),
  };
};

/** A consumer whose collaborators are plain objects; `linked` are entries that headquarters know of, `lost` those that the ledger lacks. */
const open = (linked: readonly string[] = [], lost: readonly string[] = []) => {
  const sent: Outgoing[] = [];
  const consumer = createHeadquartersConsumer({
    database: {
      query: <Row extends object>(sql: string, values: readonly unknown[] = []) => {
        const asked = values[0] as readonly string[];
        const found = sql.includes('headquarters_links') ? linked : asked.filter((id) => !lost.includes(id));
        return Promise.resolve(found.map((id) => ({ id })) as unknown as Row[]);
      },
    },
    channel: {
      name: 'tested',
      send: (outgoing) => {
        const { recipientId } = outgoing.content;
        if (recipientId === 'away') return Promise.reject(new DeliveryFailed('answered 503'));
        if (recipientId === 'cut off') return Promise.reject(new ChannelStopped());
        sent.push(outgoing);
        return Promise.resolve();
      },
      stop: () => Promise.resolve(),
    },
    logger: createLogger('silent'),
  });
  const deliver = (...records: LogRecord[]) =>
    consumer.effect.deliver?.(
      records.map((record) => ({ event: consumer.parse(record) as TokenEvent, record, claim: 1 })),
      () => false,
    );
  return { consumer, deliver, sent };
};

describe('headquarters', () => {
  test('that stay away are tried for a quarter of an hour, ever less often, and then the player is parked', () => {
    const { policy } = open().consumer;
    const delaysMs = policy.kind === 'retry' ? policy.delaysMs : [];
    expect(policy).toEqual({ kind: 'retry', delaysMs, exhausted: 'park' });
    expect(delaysMs).toEqual(delaysMs.toSorted((a, b) => a - b));
    expect(delaysMs.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(15 * 60_000);
  });

  test('that refuse one entry hold up no other, and it is tried again', async () => {
    const { deliver, sent } = open();
    expect(await deliver(movement(1, 'away'), movement(2, 'player-1'), movement(3, 'cut off'))).toEqual([
      // Not a PermanentFailure, which would park it at once.
      new DeliveryFailed('answered 503'),
      undefined,
      notTried,
    ]);
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([entryOf(2)]);
  });

  test('are not told again what they know', async () => {
    const { deliver, sent } = open([entryOf(1)]);
    expect(await deliver(movement(1, 'player-1'), movement(2, 'player-1'))).toEqual([undefined, undefined]);
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([entryOf(2)]);
  });

  test('are not told of what a restored ledger went on without, and nothing waits behind it', async () => {
    const { deliver, sent } = open([], [entryOf(1)]);
    expect(await deliver(movement(1, 'player-1'), movement(2, 'player-1'))).toEqual([undefined, undefined]);
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([entryOf(2)]);
  });

  test.each(['TOKENS_SPENT', 'TOKENS_WON'])('are not told of %s', (type) => {
    expect(open().consumer.parse(movement(1, 'player-1', type))).toBeUndefined();
  });
});
