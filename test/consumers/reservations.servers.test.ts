import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createReservations, type Reservations } from '../../src/consumers/reservations.js';
import { createLogger } from '../../src/logger.js';
import { createDatabase, type Database } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import { createRedis, type RedisClient } from '../../src/redis/redis.js';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';
import { startRedis, type OwnRedis } from '../support/redis.js';
import { servers } from '../support/servers.js';

const logger = createLogger('silent');
/** Where there is no redis-server, what needs one is skipped. */
const hasRedis = servers().redisUrl !== undefined;
let server: OwnRedis;
let redis: RedisClient;
let database: Database;

beforeAll(async () => {
  database = createDatabase({
    url: (await createTestDatabase()).url,
    logger,
    poolSize: 2,
    statementTimeoutMs: 5_000,
  });
  closeAtEnd(database.stop);
  await migrate(database);
  if (!hasRedis) return;
  server = await startRedis();
  redis = createRedis(server.url, logger);
  closeAtEnd(redis.stop);
  await eventually(async () => {
    await redis.ping();
    return true;
  });
});

/** Of a consumer that no other test has. */
const reservationsOf = (client: RedisClient | undefined, consumer: string = randomUUID()): Reservations =>
  createReservations({ consumer, redis: client, database, prefix: '', logger });

describe.each(hasRedis ? ['Redis', 'Postgres'] : ['Postgres'])('reservations in %s', (where) => {
  const open = (consumer?: string) => reservationsOf(where === 'Redis' ? redis : undefined, consumer);

  test('are held against a lower claim, and taken over by a higher one at once', async () => {
    const reservations = open();
    expect(await reservations.reserve([{ eventId: 'a', claim: 5 }])).toEqual(new Set());
    expect(await reservations.reserve([{ eventId: 'a', claim: 4 }])).toEqual(new Set(['a']));
    expect(await reservations.reserve([{ eventId: 'a', claim: 6 }])).toEqual(new Set());
    expect(await reservations.reserve([{ eventId: 'a', claim: 5 }])).toEqual(new Set(['a']));
  });

  test('of the same claim are held again, as its batch is tried again', async () => {
    const reservations = open();
    await reservations.reserve([{ eventId: 'a', claim: 5 }]);
    expect(await reservations.reserve([{ eventId: 'a', claim: 5 }])).toEqual(new Set());
  });

  test('tell of a batch which are held, and hold the others', async () => {
    const reservations = open();
    await reservations.reserve([{ eventId: 'b', claim: 9 }]);
    const batch = ['a', 'b', 'c'].map((eventId) => ({ eventId, claim: 5 }));
    expect(await reservations.reserve(batch)).toEqual(new Set(['b']));
    expect(await reservations.reserve([{ eventId: 'c', claim: 4 }])).toEqual(new Set(['c']));
  });

  test('that were released are free, also for a lower claim, but not those of another', async () => {
    const reservations = open();
    await reservations.reserve([
      { eventId: 'a', claim: 5 },
      { eventId: 'b', claim: 7 },
    ]);
    await reservations.release([
      { eventId: 'a', claim: 5 },
      { eventId: 'b', claim: 5 },
    ]);
    expect(
      await reservations.reserve([
        { eventId: 'a', claim: 1 },
        { eventId: 'b', claim: 6 },
      ]),
    ).toEqual(new Set(['b']));
  });

  test('of one consumer are not those of another', async () => {
    await open().reserve([{ eventId: 'a', claim: 5 }]);
    expect(await open().reserve([{ eventId: 'a', claim: 1 }])).toEqual(new Set());
  });

  test('of no event ask nobody', async () => {
    const reservations = open();
    expect(await reservations.reserve([])).toEqual(new Set());
    await reservations.release([]);
  });
});

(hasRedis ? describe : describe.skip)('while Redis is', () => {
  const consumer = randomUUID();
  const claims = [{ eventId: 'a', claim: 5 }];

  test('flushed: a reservation is lost, and nothing fails', async () => {
    const reservations = reservationsOf(redis);
    await reservations.reserve(claims);
    await server.flush();
    expect(await reservations.reserve([{ eventId: 'a', claim: 1 }])).toEqual(new Set());
  });

  test('paused: Postgres answers for it', async () => {
    const reservations = reservationsOf(redis, consumer);
    server.pause();
    try {
      expect(await reservations.reserve(claims)).toEqual(new Set());
      expect(await reservations.reserve([{ eventId: 'a', claim: 4 }])).toEqual(new Set(['a']));
    } finally {
      server.resume();
    }
  });

  test('killed: Postgres answers for it, and Redis again once it is back', async () => {
    const own = randomUUID();
    const reservations = reservationsOf(redis, own);
    await server.kill9();
    expect(await reservations.reserve(claims)).toEqual(new Set());
    await reservations.release(claims);
    expect(await reservations.reserve([{ eventId: 'a', claim: 1 }])).toEqual(new Set());
    await server.restart();
    await eventually(async () => {
      await redis.ping();
      return true;
    });
    await eventually(async () => {
      const eventId = randomUUID();
      await reservations.reserve([{ eventId, claim: 1 }]);
      const stored = await database.query('select from reservations where event_id = $1', [eventId]);
      return stored.length === 0;
    });
  });
});

test('expired reservations in Postgres are free', async () => {
  const reservations = reservationsOf(undefined);
  await reservations.reserve([{ eventId: 'old', claim: 9 }]);
  await database.query(`update reservations set expires_at = now() - interval '1 s'`);
  expect(await reservations.reserve([{ eventId: 'old', claim: 1 }])).toEqual(new Set());
});
