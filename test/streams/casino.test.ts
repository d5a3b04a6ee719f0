import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type {
  CasinoAction,
  CasinoActionEvent,
  CasinoFactType,
  CasinoStats,
  FactAction,
  GameEvent,
  Player,
  TokenEvent,
} from '../../src/events/casino.js';
import { factTopicOf, feedbackGiven, parseCasinoAction, parseFeedback } from '../../src/events/casino.js';
import { eventHeaders, UnparseableEvent, type Event } from '../../src/events/envelope.js';
import { breakAfter } from '../../src/games/feedback.js';
import { longestSessionMs, noSession, remind, withVisits } from '../../src/games/sessions.js';
import type { LogRecord } from '../../src/kafka/kafka.js';
import type { Habits } from '../../src/postgres/casino-habits.js';
import { analyse, type PlayedEvent } from '../../src/streams/casino-analytics.js';
import { foldCasinoFeedback } from '../../src/streams/casino-feedback.js';
import { addProgress } from '../../src/streams/casino-players.js';
import { addToStats, foldCasinoStats, type CasinoEvent } from '../../src/streams/casino-stats.js';

const startMs = Date.parse('2026-01-31T09:00:00.000Z');
const at = (seconds: number): string => new Date(startMs + seconds * 1_000).toISOString();
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const action = (id: number, type: FactAction, amount: number | null = null, seconds = 0): CasinoAction => ({
  ...{ id: uuid(id), playerId: 'player-1', type, amount, metadata: null, occurredAt: at(seconds) },
});

const actionEvent = (data: CasinoAction): CasinoActionEvent => ({
  id: data.id,
  type: factTopicOf[data.type].types[0] as CasinoFactType,
  time: data.occurredAt,
  data,
});

const spin = (id: number, bet: number, payout: number, reels = ['BELL', 'STAR', 'SEVEN']): PlayedEvent => ({
  id: uuid(id),
  type: 'casino.game-event',
  time: at(id),
  data: { type: 'SLOT_SPIN', playerId: 'player-1', bet, payout, reels, occurredAt: at(id) },
});

const capsule = (id: number, rarity = 'RARE'): PlayedEvent => ({
  id: uuid(id),
  type: 'casino.game-event',
  time: at(id),
  data: {
    ...{ type: 'GACHA_OPEN', playerId: 'player-1', cost: 100, rarity, item: 'Jade Dice' },
    ...{ sinceHighest: 0, occurredAt: at(id) },
  },
});

const registered = (id: number): GameEvent => ({
  id: uuid(id),
  type: 'casino.game-event',
  time: at(id),
  data: { type: 'PLAYER_REGISTERED', playerId: `player-${id}`, occurredAt: at(id) },
});

const movement = (id: number, type: TokenEvent['data']['type'], amount: number): TokenEvent => {
  const received = type === 'TOKENS_SPENT' ? -amount : amount;
  return {
    id: uuid(id),
    type: 'casino.cyber-token',
    time: at(id),
    data: {
      ...{ id: uuid(id), playerId: 'player-1', type, amount, balance: 0, reason: 'r', causedBy: null },
      lines: [
        { account: 'player', amount: received },
        { account: 'slots', amount: -received },
      ],
      occurredAt: at(id),
    },
  };
};

const newcomer: Player = {
  ...{ id: 'player-1', tokens: 0, spins: 0, gachaOpens: 0, gachaPity: 0 },
  ...{ battlePassXp: 0, battlePassLevel: 1, vipPoints: 0, vipTier: 0 },
  ...{ spentOn: '2026-01-31', spent: 0, spendLimit: null, nextSpendLimit: null },
  ...{ birthDate: null, verifiedAt: null, version: 1, createdAt: at(0), updatedAt: at(0) },
};

const points = fc
  .array(
    fc.record({
      type: fc.constantFrom('BATTLE_PASS_PROGRESS' as const, 'VIP_EVENT' as const, 'LOGIN' as const),
      amount: fc.integer({ min: 1, max: 200_000 }),
    }),
    { maxLength: 40 },
  )
  .map((given) =>
    given.map(({ type, amount }, id) => action(id, type, type === 'LOGIN' ? null : amount, id)),
  );

const sumOf = (facts: readonly CasinoAction[], type: FactAction): number =>
  facts.reduce((sum, fact) => (fact.type === type ? sum + (fact.amount ?? 0) : sum), 0);

describe('progress', () => {
  test('is the sum of the points, however they are batched, and each rise of level or tier is told once by the fact that brought it', () => {
    fc.assert(
      fc.property(points, fc.nat(40), (facts, cut) => {
        const first = addProgress(newcomer, facts.slice(0, cut));
        const second = addProgress(first.player, facts.slice(cut));
        const xp = sumOf(facts, 'BATTLE_PASS_PROGRESS');
        const vip = sumOf(facts, 'VIP_EVENT');
        expect(second.player).toMatchObject({
          battlePassXp: xp,
          battlePassLevel: 1 + Math.floor(xp / 1_000),
          vipPoints: vip,
          vipTier: [1_000, 5_000, 20_000, 100_000, 500_000].filter((from) => vip >= from).length,
        });

        // The model: told at each fact behind which the level, or the tier, is another.
        const expected = facts.flatMap((fact, n) => {
          const [before, after] = [facts.slice(0, n), facts.slice(0, n + 1)].map(
            (some) => addProgress(newcomer, some).player,
          );
          return [
            ...(before?.battlePassLevel === after?.battlePassLevel ? [] : [`LEVEL_UP ${fact.id}`]),
            ...(before?.vipTier === after?.vipTier ? [] : [`VIP_UP ${fact.id}`]),
          ];
        });
        const told = [...first.feedback, ...second.feedback];
        expect(told.map(({ kind, causedBy }) => `${kind} ${causedBy}`)).toEqual(expected);
      }),
    );
  });

  test('of facts that have no points leaves the player the same', () => {
    expect(addProgress(newcomer, [action(1, 'LOGIN'), action(2, 'ADULT_CONTENT_VIEW')]).player).toBe(
      newcomer,
    );
  });
});

const minuteMs = 60_000;

describe('a session', () => {
  const visits = fc.uniqueArray(
    fc.record({ type: fc.constantFrom('LOGIN' as const, 'LOGOUT' as const), seconds: fc.nat(10_000) }),
    { maxLength: 12, selector: ({ seconds }) => seconds },
  );

  test('is open when its newest LOGIN is newer than its newest LOGOUT, in whatever order and batches they come', () => {
    fc.assert(
      fc.property(
        visits.chain((given) => fc.shuffledSubarray(given, { minLength: given.length })),
        fc.nat(12),
        (given, cut) => {
          const facts = given.map(({ type, seconds }, id) => action(id, type, null, seconds));
          const some = withVisits(noSession('player-1'), facts.slice(0, cut), startMs, minuteMs);
          const session = withVisits(some, facts.slice(cut), startMs, minuteMs);
          const newest = (wanted: FactAction): number =>
            Math.max(-1, ...given.filter(({ type }) => type === wanted).map(({ seconds }) => seconds));
          const [login, logout] = [newest('LOGIN'), newest('LOGOUT')];
          expect(session.loginAt).toBe(login < 0 ? null : at(login));
          expect(session.logoutAt).toBe(logout < 0 ? null : at(logout));
          expect(session.remindAt).toBe(login > logout ? at(login + 60) : null);
        },
      ),
    );
  });

  test('reminds after each interval until it ends by itself', () => {
    let session = withVisits(noSession('player-1'), [action(1, 'LOGIN')], startMs, 6 * 60 * minuteMs);
    const times: (string | undefined)[] = [];
    while (session.remindAt !== null) {
      const reminded = remind(session, 6 * 60 * minuteMs);
      times.push(reminded.reminder?.occurredAt);
      expect(reminded.reminder).toMatchObject({ causedBy: uuid(1), count: times.length });
      session = reminded.session;
    }
    expect(times).toEqual([6, 12, 18, 24].map((hours) => at(hours * 3_600)));
    expect(longestSessionMs).toBe(24 * 60 * minuteMs);
  });

  test('that is told of late does not bring reminders that were due before', () => {
    const nowMs = startMs + 150_000;
    const session = withVisits(noSession('player-1'), [action(1, 'LOGIN')], nowMs, minuteMs);
    expect(session.remindAt).toBe(at(180));
    const over = withVisits(
      noSession('player-1'),
      [action(1, 'LOGIN')],
      startMs + longestSessionMs,
      minuteMs,
    );
    expect(over.remindAt).toBeNull();
  });

  test('ends with a LOGOUT of the same moment', () => {
    const facts = [action(1, 'LOGIN', null, 5), action(2, 'LOGOUT', null, 5)];
    expect(withVisits(noSession('player-1'), facts, startMs, minuteMs).remindAt).toBeNull();
  });
});

const nothingPlayed: Habits = {
  ...{ playerId: 'player-1', spins: 0, wagered: 0, paid: 0, losingStreak: 0, gachaOpens: 0, gachaSpent: 0 },
};

const played = fc
  .array(
    fc.oneof(
      fc.record({
        bet: fc.integer({ min: 1, max: 1_000_000 }),
        multiple: fc.constantFrom(0, 0, 0, 1, 6, 1_000),
      }),
      fc.constant('capsule' as const),
    ),
    { maxLength: 60 },
  )
  .map((given) =>
    given.map((one, id) =>
      one === 'capsule' ? capsule(id) : spin(id, one.bet, one.bet * one.multiple, ['BELL', 'BELL', 'STAR']),
    ),
  );

const analyseAll = (events: readonly PlayedEvent[]) => {
  let habits = nothingPlayed;
  return events.map((event) => {
    const analysed = analyse(habits, event);
    habits = analysed.habits;
    return analysed;
  });
};

describe('an analysis', () => {
  test('of each game says what the player has played up to it', () => {
    fc.assert(
      fc.property(played, (events) => {
        const analysed = analyseAll(events);
        events.forEach(({ id, data }, n) => {
          const upTo = events.slice(0, n + 1).map((event) => event.data);
          const spins = upTo.flatMap((one) => (one.type === 'SLOT_SPIN' ? [one] : []));
          const opens = upTo.filter(({ type }) => type === 'GACHA_OPEN').length;
          const analysis = analysed[n]?.analysis;
          expect(analysis).toMatchObject({ playerId: 'player-1', causedBy: id, occurredAt: data.occurredAt });
          if (data.type === 'SLOT_SPIN') {
            const lastWin = spins.findLastIndex(({ payout }) => payout > 0);
            const wagered = spins.reduce((sum, { bet }) => sum + bet, 0);
            const paid = spins.reduce((sum, { payout }) => sum + payout, 0);
            expect(analysis).toMatchObject({
              ...{ kind: 'SPIN', bet: data.bet, payout: data.payout, multiple: data.payout / data.bet },
              ...{ losingStreak: spins.length - 1 - lastWin, nearMiss: data.payout === 0 },
              playerReturn: paid / wagered,
            });
          } else {
            const spent = opens * 100;
            const segment = spent >= 10_000 ? 'WHALE' : spent >= 1_000 ? 'DOLPHIN' : 'MINNOW';
            expect(analysis).toMatchObject({
              kind: 'MONETISATION',
              gachaSpent: spent,
              gachaOpens: opens,
              segment,
            });
          }
        });
      }),
    );
  });

  test('of a bet of nothing has no ratio that is no number', () => {
    expect(analyse(nothingPlayed, spin(1, 0, 0)).analysis).toMatchObject({ multiple: 0, playerReturn: 0 });
  });
});

/** Feedback of games, as the two streams bring it. */
const feedbackOf = (...events: PlayedEvent[]) =>
  analyseAll(events).flatMap(({ analysis }, n) =>
    foldCasinoFeedback([
      events[n] as PlayedEvent,
      { id: uuid(900 + n), type: 'casino.analytics', time: at(0), data: analysis },
    ]),
  );

describe('feedback', () => {
  test.each<[string, number, string, number]>([
    ['1,000 bets', 1_000, 'BIG_WIN', 10],
    ['100 bets', 100, 'BIG_WIN', 9],
    ['12 bets', 12, 'BIG_WIN', 6],
    ['6 bets', 6, 'WIN', 4],
    ['the bet', 1, 'WIN', 2],
  ])('of a spin that pays %s', (_, multiple, kind, intensity) => {
    const [told, ...others] = feedbackOf(spin(1, 10, 10 * multiple));
    expect(told).toMatchObject({ kind, intensity, playerId: 'player-1', causedBy: uuid(1) });
    expect(others).toEqual([]);
  });

  test('of a spin that pays nothing tells two of a kind from none', () => {
    const told = feedbackOf(spin(1, 10, 0, ['BELL', 'STAR', 'BELL']), spin(2, 10, 0));
    expect(told.map(({ kind }) => kind)).toEqual(['NEAR_MISS', 'LOSS']);
  });

  test('asks for a break with every tenth spin in a row that pays nothing', () => {
    expect(breakAfter).toBe(10);
    const lost = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => spin(from + n, 10, 0));
    const told = feedbackOf(...lost(0, 9), spin(9, 10, 60), ...lost(10, 21));
    const breaks = told.flatMap(({ kind, causedBy }) => (kind === 'TAKE_A_BREAK' ? [causedBy] : []));
    expect(breaks).toEqual([uuid(19), uuid(29)]);
    expect(told).toHaveLength(31);
  });

  test('of a capsule is told once, by the capsule itself and by how rare it is', () => {
    const rarities = ['COMMON', 'RARE', 'EPIC', 'LEGENDARY'];
    const told = feedbackOf(...rarities.map((rarity, n) => capsule(n, rarity)));
    expect(told.map(({ causedBy }) => causedBy)).toEqual([0, 1, 2, 3].map(uuid));
    const intensities = told.map(({ intensity }) => intensity);
    expect(intensities).toEqual(intensities.toSorted((a, b) => a - b));
    expect(new Set(intensities).size).toBe(4);
  });

  test('of whatever was played is an event that its topic takes', () => {
    fc.assert(
      fc.property(played, (events) => {
        const told = feedbackOf(...events);
        expect(told.map(({ causedBy }) => causedBy)).toEqual(events.map(({ id }) => id));
        for (const feedback of told) {
          const { topic, key, event } = feedbackGiven(feedback);
          expect(parseFeedback(recordOf(topic, key, event)).data).toEqual(feedback);
        }
      }),
    );
  });
});

const recordOf = (topic: string, key: string, event: Event): LogRecord => ({
  ...{ topic, partition: 0, offset: 0, timestampMs: 0, key: Buffer.from(key), headers: eventHeaders(event) },
  value: Buffer.from(JSON.stringify(event.data)),
});

const none: CasinoStats = { players: 0, actions: 0, tokensInCirculation: 0, byType: [], version: 0 };

const casinoEvents: fc.Arbitrary<CasinoEvent[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ...(['register', 'spin', 'capsule', 'earn', 'spend', 'win', 'login', 'vip', 'repeat'] as const),
      ),
      fc.integer({ min: 1, max: 1_000_000 }),
    ),
    { maxLength: 60 },
  )
  .map((given) =>
    given.map(([what, amount], id): CasinoEvent => {
      if (what === 'register') return registered(id);
      if (what === 'spin') return spin(id, amount, 0);
      if (what === 'capsule') return capsule(id);
      if (what === 'earn') return movement(id, 'TOKENS_EARNED', amount);
      if (what === 'spend') return movement(id, 'TOKENS_SPENT', amount);
      if (what === 'win') return movement(id, 'TOKENS_WON', amount);
      if (what === 'login') return actionEvent(action(id, 'LOGIN'));
      if (what === 'vip') return actionEvent(action(id, 'VIP_EVENT', 1 + (amount % 1_000)));
      return actionEvent(action(1_000, 'LOGOUT'));
    }),
  );

describe('statistics', () => {
  test('count players, what they did and the tokens that they hold, in whatever order, and a repeated fact once', () => {
    fc.assert(
      fc.property(
        casinoEvents.chain((events) => fc.shuffledSubarray(events, { minLength: events.length })),
        (events) => {
          const stats = addToStats(none, foldCasinoStats(events));
          const games = events.flatMap(({ data }) => ('reels' in data || 'rarity' in data ? [data] : []));
          const moved = events.flatMap((event) => (event.type === 'casino.cyber-token' ? [event.data] : []));
          const facts = new Map(
            events.flatMap(({ data }) => ('metadata' in data ? [[data.id, data] as const] : [])),
          );
          const sum = (type: string): number =>
            moved.reduce((total, one) => (one.type === type ? total + one.amount : total), 0);
          const did = [
            ...games.map(({ type }) => type),
            ...moved.flatMap(({ type }) => (type === 'TOKENS_EARNED' ? [type] : [])),
            ...[...facts.values()].map(({ type }) => type),
          ].toSorted();
          expect(stats).toEqual({
            players: events.filter(({ data }) => 'type' in data && data.type === 'PLAYER_REGISTERED').length,
            actions: did.length,
            tokensInCirculation: sum('TOKENS_EARNED') + sum('TOKENS_WON') - sum('TOKENS_SPENT'),
            byType: [...new Set(did)].map((name) => ({
              name,
              count: did.filter((one) => one === name).length,
            })),
            version: 1,
          });
        },
      ),
    );
  });

  test('add up over batches, a version for each', () => {
    fc.assert(
      fc.property(casinoEvents, fc.nat(60), (events, cut) => {
        const unique = events.filter(({ id }) => id !== uuid(1_000));
        const once = addToStats(none, foldCasinoStats(unique));
        const some = addToStats(none, foldCasinoStats(unique.slice(0, cut)));
        expect(addToStats(some, foldCasinoStats(unique.slice(cut)))).toEqual({ ...once, version: 2 });
      }),
    );
  });
});

describe('what is on a topic of facts is no action when', () => {
  const good = action(1, 'VIP_EVENT', 5);
  const record = (data: object, topic = 'casino.vip.v1', type = 'casino.vip'): LogRecord =>
    recordOf(topic, 'player-1', { id: good.id, type, time: at(0), data });

  test.each<[string, LogRecord]>([
    ['its points are missing', record({ ...good, amount: null })],
    ['its points are none', record({ ...good, amount: 0 })],
    ['its points are too many', record({ ...good, amount: 1_000_001 })],
    ['its points are a part of one', record({ ...good, amount: 0.5 })],
    ['it has points and its type has none', record({ ...good, type: 'ADULT_CONTENT_VIEW' })],
    ['its type moves tokens', record({ ...good, type: 'TOKENS_EARNED' })],
    ['its type belongs on another topic', record({ ...good, type: 'BATTLE_PASS_PROGRESS' })],
    ['its event belongs on another topic', record(good, 'casino.vip.v1', 'casino.battle-pass')],
    ['its id is another', record({ ...good, id: uuid(2) })],
    ['it says no player', record({ ...good, playerId: undefined })],
    ['its time is no time', record({ ...good, occurredAt: 'yesterday' })],
  ])('%s', (_, bad) => {
    expect(parseCasinoAction(record(good)).data).toEqual(good);
    expect(() => parseCasinoAction(bad)).toThrow(UnparseableEvent);
  });
});
