import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { AnalysisData, Feedback, GameEventData, TokenMovement } from '../../src/events/casino.js';
import { eventHeaders } from '../../src/events/envelope.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import type { TestClient } from '../support/graphql.js';
import { readTopic, writeRaw } from '../support/log.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { badTexts, expectEnded, expectRefused, named } from '../support/refusals.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { watch, type Watched } from '../support/watch.js';
import {
  earn,
  feedbackSubscription,
  openGacha,
  playerQuery,
  playerSubscription,
  readPlayer,
  readStats,
  record,
  spin,
  statsQuery,
  statsSubscription,
  type FeedbackAnswer,
  type PlayerAnswer,
  type StatsAnswer,
} from './support.js';

/** What players do, through Kafka and back to them. The streams run in a process of their own, which a test kills. */
interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: { readonly recipientId: string; readonly data: TokenMovement };
}

const secret = 'the secret of headquarters';
const posted: Posted[] = [];
/** Those of whom headquarters take nothing now. */
const away = new Set<string>();

let casino: UnderTest;
let client: TestClient;
let streams: MillraceProcess;
const startStreams = async (): Promise<void> => {
  streams = await startMillrace({
    env: { ...casino.env, CASINO_SESSION_REMINDER_MINUTES: '1' },
    roles: ['streams'],
  });
};

const startHeadquarters = async (): Promise<string> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = JSON.parse(text) as Posted['body'];
      posted.push({ headers: request.headers, text, body });
      response.writeHead(away.has(body.recipientId) ? 503 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ledger`;
};

beforeAll(async () => {
  casino = await startUnderTest({
    roles: ['gateway', 'relay', 'consumers'],
    env: {
      CASINO_HQ_WEBHOOK_URL: await startHeadquarters(),
      CASINO_HQ_WEBHOOK_SECRET: secret,
      CASINO_HQ_WEBHOOK_ALLOW_PRIVATE: 'true',
    },
  });
  ({ client } = casino);
  await startStreams();
}, 120_000);

const somebody = (): string => `player-${randomUUID()}`;

const watchFeedback = (variables: object = {}): Promise<Watched<FeedbackAnswer>> =>
  watch(client, 'casinoFeedback', feedbackSubscription, variables);

interface OnTopic<Data> {
  readonly id: string;
  readonly key: string | null;
  readonly data: Data;
}

/** What the topic holds of the player, in its order. */
const onTopic = async <Data>(topic: string, playerId: string): Promise<OnTopic<Data>[]> =>
  (await readTopic(`${casino.topicPrefix}casino.${topic}.v1`))
    .flat()
    .map(({ key, value, headers }) => ({
      id: String(headers.ce_id),
      key,
      data: JSON.parse(String(value)) as Data,
    }))
    .filter(({ data }) => (data as { playerId: string }).playerId === playerId);

const whenOnTopic = <Data>(topic: string, playerId: string, count: number): Promise<OnTopic<Data>[]> =>
  eventually(
    async () => {
      const found = await onTopic<Data>(topic, playerId);
      expect(found).toHaveLength(count);
      return found;
    },
    { everyMs: 100, timeoutMs: 30_000 },
  );

test('a spin is analysed, and its feedback reaches its player and nobody else', async () => {
  const [mine, other] = [somebody(), somebody()];
  const [own, others] = await Promise.all([
    watchFeedback({ playerId: mine }),
    watchFeedback({ playerId: other }),
  ]);
  await earn(client, mine);
  const { payout, player } = await spin(client, mine, 10);
  const told = await own.next();
  const [game] = (await whenOnTopic<GameEventData>('game-event', mine, 2)).slice(-1);
  expect(game?.data).toMatchObject({ type: 'SLOT_SPIN', bet: 10, payout });
  expect(told).toMatchObject({ playerId: mine, causedBy: game?.id, occurredAt: game?.data.occurredAt });
  expect(payout > 0 ? ['WIN', 'BIG_WIN'] : ['LOSS', 'NEAR_MISS']).toContain(told.kind);
  expect(told.intensity).toBeGreaterThanOrEqual(1);
  const [analysis] = await whenOnTopic<AnalysisData>('analytics', mine, 1);
  expect(analysis?.data).toMatchObject({
    ...{ kind: 'SPIN', bet: 10, payout, multiple: payout / 10, causedBy: game?.id },
    losingStreak: payout > 0 ? 0 : 1,
  });
  expect(player.spins).toBe(1);
  await others.isQuiet();
  await own.isQuiet();
  own.complete();
  others.complete();
});

test('a capsule brings its reward as feedback and what the player spends as an analysis', async () => {
  const mine = somebody();
  await earn(client, mine);
  const feedback = await watchFeedback({ playerId: mine });
  const { rarity, item } = await openGacha(client, mine);
  const told = await feedback.next();
  expect(told).toMatchObject({ kind: 'GACHA_REWARD', message: expect.stringContaining(item) });
  await openGacha(client, mine);
  const games = await whenOnTopic<GameEventData>('game-event', mine, 3);
  const analyses = await whenOnTopic<AnalysisData>('analytics', mine, 2);
  expect(analyses.map(({ data }) => data)).toMatchObject([
    { kind: 'MONETISATION', rarity, item, gachaSpent: 100, gachaOpens: 1, segment: 'MINNOW' },
    { kind: 'MONETISATION', gachaSpent: 200, gachaOpens: 2 },
  ]);
  expect(analyses.map(({ data }) => data.causedBy)).toEqual(games.slice(1).map(({ id }) => id));
  expect([told.causedBy, (await feedback.next()).causedBy]).toEqual(games.slice(1).map(({ id }) => id));
  await feedback.isQuiet();
  feedback.complete();
});

interface Notified {
  readonly kind: string;
  readonly sourceEventId: string;
  readonly deliveredAt: string | null;
  readonly data: Record<string, unknown>;
}

const whenNotified = (recipientId: string, count: number): Promise<Notified[]> =>
  eventually(async () => {
    const { notifications } = await client.data<{ notifications: { nodes: Notified[] } }>(
      'query ($id: ID!) { notifications(recipientId: $id) { nodes { kind sourceEventId deliveredAt data } } }',
      { id: recipientId },
    );
    expect(notifications.nodes.filter(({ deliveredAt }) => deliveredAt !== null)).toHaveLength(count);
    return notifications.nodes;
  });

const linksOf = (playerId: string) =>
  casino.database.query<{ id: string }>(
    `select ledger_entry_id as id from headquarters_links l join ledger_entries e on e.id = l.ledger_entry_id
     where e.player_id = $1`,
    [playerId],
  );

describe('earned tokens', () => {
  test('are told to headquarters under the id of their ledger entry, linked once, and notified', async () => {
    const mine = somebody();
    const { ledgerEntryId } = await earn(client, mine, 500);
    await spin(client, mine, 10);
    const [notified, ...more] = await whenNotified(mine, 1);
    expect(more).toEqual([]);
    const [earned] = await onTopic<TokenMovement>('cyber-token', mine);
    expect(notified).toMatchObject({
      kind: 'tokens.linked',
      sourceEventId: earned?.id,
      data: { ledgerEntryId, amount: 500, balance: 500, reason: 'gift' },
    });
    expect(await linksOf(mine)).toEqual([{ id: ledgerEntryId }]);
    const [post, ...others] = posted.filter(({ body }) => body.recipientId === mine);
    expect(others).toEqual([]);
    expect(post?.headers['idempotency-key']).toBe(ledgerEntryId);
    expect(post?.body.data).toEqual(earned?.data);
    const [, seconds, signature] =
      /^t=(\d+),v1=(\w+)$/.exec(String(post?.headers['millrace-signature'])) ?? [];
    expect(signature).toBe(createHmac('sha256', secret).update(`${seconds}.${post?.text}`).digest('hex'));
  });

  test('wait while headquarters are away, in their order, and are then told once each under the same ids', async () => {
    const mine = somebody();
    away.add(mine);
    const first = await earn(client, mine, 1);
    await eventually(() => posted.filter(({ body }) => body.recipientId === mine).length >= 2);
    const second = await earn(client, mine, 2);
    expect(await linksOf(mine)).toEqual([]);
    const refused = posted.filter(({ body }) => body.recipientId === mine).length;
    away.delete(mine);
    await whenNotified(mine, 2);
    const keys = posted
      .filter(({ body }) => body.recipientId === mine)
      .map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys.slice(0, refused))).toEqual(new Set([first.ledgerEntryId]));
    expect(keys.slice(-2)).toEqual([first.ledgerEntryId, second.ledgerEntryId]);
    expect(await linksOf(mine)).toHaveLength(2);
  });
});

test('each fact goes to the topic of its kind, with its player as the key', async () => {
  const mine = somebody();
  await earn(client, mine);
  await client.data(
    'mutation ($id: ID!) { verifyAge(playerId: $id, birthDate: "1990-01-01") { ageVerified } }',
    { id: mine },
  );
  const position = await record(
    client,
    { playerId: mine, type: 'LOGIN' },
    { playerId: mine, type: 'BATTLE_PASS_PROGRESS', amount: 1_500 },
    { playerId: mine, type: 'ADULT_CONTENT_VIEW' },
    { playerId: mine, type: 'VIP_EVENT', amount: 5_000 },
    { playerId: mine, type: 'LOGOUT' },
  );
  expect(await readPlayer(client, mine, position)).toMatchObject({
    ...{ battlePassXp: 1_500, battlePassLevel: 2, vipTier: 2, ageVerified: true },
  });
  const typesOn = async (topic: string) =>
    (await onTopic<{ type: string }>(topic, mine)).map(({ key, data }) => [key, data.type]);
  expect(await typesOn('user-action')).toEqual([[mine, 'LOGIN'], [mine, 'LOGOUT']]); // prettier-ignore
  expect(await typesOn('battle-pass')).toEqual([[mine, 'BATTLE_PASS_PROGRESS']]);
  expect(await typesOn('adult-content')).toEqual([[mine, 'ADULT_CONTENT_VIEW']]);
  expect(await typesOn('vip')).toEqual([[mine, 'VIP_EVENT']]);
  const told = await whenOnTopic<Feedback>('feedback', mine, 2);
  expect(told.map(({ data }) => data.kind).toSorted()).toEqual(['LEVEL_UP', 'VIP_UP']);
});

test('a session that lasts brings a reminder, also when the streams are killed before, and one that ended brings none', async () => {
  const [mine, gone] = [somebody(), somebody()];
  await earn(client, mine);
  await earn(client, gone);
  const feedback = await watchFeedback({ playerId: mine });
  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
  const id = randomUUID();
  const position = await record(
    client,
    ...[{ id, playerId: mine, type: 'LOGIN', occurredAt: ago(112_000) }],
    ...[{ playerId: gone, type: 'LOGIN', occurredAt: ago(112_000) }],
    ...[{ playerId: gone, type: 'LOGOUT', occurredAt: ago(1_000) }],
  );
  await readPlayer(client, mine, position);
  await streams.kill9();
  await startStreams();
  expect(await feedback.next()).toMatchObject({
    ...{ kind: 'SESSION_REMINDER', causedBy: id, message: 'You have been playing for 2 minutes.' },
  });
  await feedback.isQuiet();
  feedback.complete();
  expect(await onTopic('feedback', gone)).toEqual([]);
}, 120_000);

test('streams that are killed in the middle of the play leave statistics, players, analyses and feedback exact', async () => {
  const before = await readStats(client);
  const players = Array.from({ length: 6 }, somebody);
  await Promise.all(players.map((id) => earn(client, id)));
  const rounds = 8;
  const actions: string[] = [];
  let position = '';
  const playing = (async () => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(
        players.flatMap((playerId) => [spin(client, playerId, 5), openGacha(client, playerId)]),
      );
      const facts = players.map((playerId) => ({
        ...{ id: randomUUID(), playerId, type: 'BATTLE_PASS_PROGRESS', amount: 300 },
      }));
      actions.push(...facts.map(({ id }) => id));
      await record(client, ...facts);
      // As a client that lost the answer.
      position = await record(client, ...facts);
    }
  })();
  await eventually(async () => (await readStats(client)).actions > before.actions + 20);
  await streams.kill9();
  await startStreams();
  await playing;

  for (const id of players)
    expect(await readPlayer(client, id, position)).toMatchObject({
      ...{ spins: rounds, gachaOpens: rounds, battlePassXp: rounds * 300 },
      battlePassLevel: 1 + Math.floor((rounds * 300) / 1_000),
    });
  const [tokens] = await casino.database.query<{ sum: number }>(
    `select sum(balance)::float8 as sum from ledger_accounts where account = 'player'`,
  );
  const stats = await eventually(
    async () => {
      const now = await readStats(client, position);
      expect(now.actions - before.actions).toBe(players.length * (1 + rounds * 3));
      expect(now.tokensInCirculation).toBe(tokens?.sum);
      return now;
    },
    { timeoutMs: 30_000 },
  );
  expect(stats.players - before.players).toBe(players.length);
  const counted = (name: string): number =>
    [stats, before]
      .map(({ byType }) => byType.find((one) => one.name === name)?.count ?? 0)
      .reduce((a, b) => a - b);
  expect(['SLOT_SPIN', 'GACHA_OPEN', 'BATTLE_PASS_PROGRESS', 'TOKENS_EARNED'].map(counted)).toEqual([
    ...[rounds, rounds, rounds, 1].map((each) => each * players.length),
  ]);

  const [id] = players as [string];
  const games = (await onTopic<GameEventData>('game-event', id)).filter(
    ({ data }) => data.type !== 'PLAYER_REGISTERED',
  );
  const analyses = await whenOnTopic<AnalysisData>('analytics', id, games.length);
  expect(analyses.map(({ data }) => data.causedBy)).toEqual(games.map(({ id: game }) => game));
  expect(analyses.findLast(({ data }) => data.kind === 'MONETISATION')?.data).toMatchObject({
    gachaOpens: rounds,
    gachaSpent: rounds * 100,
  });
  const told = await whenOnTopic<Feedback>('feedback', id, games.length + 2);
  const causes = told.map(({ data }) => data.causedBy);
  expect(new Set(causes).size).toBe(causes.length);
  expect(causes.filter((cause) => !actions.includes(cause)).sort()).toEqual(
    games.map((game) => game.id).sort(),
  );
}, 90_000);

describe('a stranger', () => {
  interface Letter {
    readonly consumer: string;
    readonly error: string;
  }
  const lettersOf = (key: string): Promise<Letter[]> =>
    casino.database.query<Letter>(
      'select consumer, error from dead_letters where key = $1 order by consumer',
      [Buffer.from(key)],
    );
  const aFact = (changed: object = {}) => {
    const data = {
      ...{ id: randomUUID(), playerId: somebody(), type: 'VIP_EVENT', amount: 1_000, metadata: null },
      ...{ occurredAt: new Date().toISOString(), ...changed },
    };
    return { data, headers: eventHeaders({ id: data.id, type: 'casino.vip', time: data.occurredAt }) };
  };

  test.each<[string, object, string]>([
    ['of a player that is not there', {}, 'there is no player with the id playerId'],
    ['of points beyond all measure', { amount: 1e15 }, 'amount'],
    ['with a name that Postgres has not', { playerId: 'a\0b' }, ''],
  ])(
    'who puts a fact %s on its topic makes a dead letter of each stream that reads it',
    async (_, changed, said) => {
      const { data, headers } = aFact(changed);
      const key = randomUUID();
      await writeRaw(`${casino.topicPrefix}casino.vip.v1`, [{ key, value: JSON.stringify(data), headers }]);
      const letters = await eventually(async () => {
        const found = await lettersOf(key);
        return found.length === 2 && found;
      });
      expect(letters.map(({ consumer }) => consumer)).toEqual(['casino-players', 'casino-stats']);
      for (const { error } of letters) expect(error).toContain(said);
    },
  );

  test.each([
    ['game-event', ['casino-analytics', 'casino-feedback', 'casino-stats']],
    ['cyber-token', ['casino-stats', 'headquarters']],
    ['analytics', ['casino-feedback']],
  ])('who writes past the outbox on %s is heard by nobody', async (topic, readers) => {
    const mine = somebody();
    await earn(client, mine);
    const feedback = await watchFeedback({ playerId: mine });
    const occurredAt = new Date().toISOString();
    const data = { type: 'GACHA_OPEN', playerId: mine, cost: 1, rarity: 'EPIC', item: 'x', sinceHighest: 0, occurredAt }; // prettier-ignore
    const headers = eventHeaders({ id: randomUUID(), type: `casino.${topic}`, time: occurredAt });
    const key = randomUUID();
    await writeRaw(`${casino.topicPrefix}casino.${topic}.v1`, [
      { key, value: JSON.stringify(data), headers },
    ]);
    await eventually(async () => {
      expect((await lettersOf(key)).map(({ consumer }) => consumer)).toEqual(readers);
      return true;
    });
    await feedback.isQuiet();
    feedback.complete();
  });
});

describe('subscriptions', () => {
  test('casinoFeedback continues behind the cursor of any event, without gap or repeat', async () => {
    const mine = somebody();
    await earn(client, mine);
    const feedback = await watchFeedback({ playerId: mine });
    for (let n = 0; n < 6; n += 1) await openGacha(client, mine);
    const all = await feedback.take(6);
    for (const seen of [0, 3, 6]) {
      const after = seen === 0 ? feedback.cursor : all[seen - 1]?.cursor;
      const resumed = await watchFeedback({ playerId: mine, after });
      const rest = await resumed.take(6 - seen);
      expect(rest.map(({ id }) => id)).toEqual(all.slice(seen).map(({ id }) => id));
      await resumed.isQuiet();
      resumed.complete();
    }
    feedback.complete();
  });

  test('player is null, then each newer version with what the row alone knows', async () => {
    const mine = somebody();
    const states = client.subscribe<{ player: PlayerAnswer | null }>(playerSubscription, { id: mine });
    expect((await states.next()).data).toEqual({ player: null });
    const { player } = await earn(client, mine, 1_000);
    const until = (matches: (state: PlayerAnswer) => boolean) =>
      states.until(({ data }) => data?.player != null && matches(data.player), 10_000);
    expect((await until(({ version }) => version === player.version)).data).toEqual({ player });
    await client.data('mutation ($id: ID!) { verifyAge(playerId: $id, birthDate: "1990-01-01") { id } }', {
      id: mine,
    });
    await until(({ ageVerified }) => ageVerified);
    const { player: spun } = await spin(client, mine);
    expect((await until(({ spins }) => spins === 1)).data).toEqual({ player: spun });
    await record(client, { playerId: mine, type: 'BATTLE_PASS_PROGRESS', amount: 2_000 });
    await until(({ battlePassLevel, tokens }) => battlePassLevel === 3 && tokens === spun.tokens);
    const versions = states.all.flatMap(({ data }) => data?.player?.version ?? []);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    states.complete();
  });

  test('casinoStats is the state now, then each newer one, as the query answers it', async () => {
    const states = client.subscribe<{ casinoStats: StatsAnswer }>(statsSubscription);
    const first = (await states.next()).data?.casinoStats;
    expect(first).toEqual(await readStats(client));
    const mine = somebody();
    await earn(client, mine, 7);
    const { position } = await earn(client, mine, 4);
    const now = await readStats(client, position);
    expect(now).toMatchObject({
      players: (first?.players ?? 0) + 1,
      tokensInCirculation: (first?.tokensInCirculation ?? 0) + 11,
    });
    const last = await states.until(({ data }) => (data?.casinoStats.version ?? 0) >= now.version, 10_000);
    expect(last.data?.casinoStats).toEqual(now);
    const versions = states.all.flatMap(({ data }) => data?.casinoStats.version ?? []);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    states.complete();
  });
});

describe('refused is', () => {
  const nothing = () => Promise.resolve(undefined);
  const cursors = ['', 'a', '💥', 'x'.repeat(50_000), "' or 1=1 --", 'a\0b'];

  test.each(named(badTexts))('a player of the id %s', async (_, id) => {
    await expectRefused(client, nothing, [playerQuery, { id }], 'BAD_USER_INPUT', 'id');
    await expectEnded(client, [playerSubscription, { id }], 'BAD_USER_INPUT', 'id');
    await expectEnded(client, [feedbackSubscription, { playerId: id }], 'BAD_USER_INPUT', 'playerId');
  });
  test.each(named(cursors))('feedback behind the cursor %s', (_, after) =>
    expectEnded(client, [feedbackSubscription, { after }], 'CURSOR_INVALID', 'after'),
  );
  test.each(named([0, -1, 61, 2_147_483_647]))('a heartbeat of %s seconds', (_, heartbeat) =>
    expectEnded(client, [feedbackSubscription, { heartbeat }], 'BAD_USER_INPUT', 'heartbeat'),
  );
  test.each<[string, object, string]>([
    ['what is no position', { position: 'a' }, 'consistentWith'],
    ['a wait that is too long', { waitMs: 10_001 }, 'waitMs'],
    ['a wait below zero', { waitMs: -1 }, 'waitMs'],
  ])('%s', async (_, variables, field) => {
    for (const query of [statsQuery, playerQuery])
      await expectRefused(client, nothing, [query, { id: 'player', ...variables }], 'BAD_USER_INPUT', field);
  });

  test.each(["'; drop table players; --", '__proto__', 'a'.repeat(200), '%', '\u202e'])(
    'nothing but null for a player that is not there, whatever its name: %j',
    async (id) => {
      expect(await client.data(playerQuery, { id })).toEqual({ player: null });
    },
  );
});
