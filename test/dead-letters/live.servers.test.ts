import { beforeAll, expect, test } from '@jest/globals';
import { createTestClient, type TestClient, type TestSubscription } from '../support/graphql.js';
import { overSocket } from '../support/refusals.js';
import { startMillrace } from '../support/process.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import {
  discard,
  insertBehind,
  insertLetters,
  lettersSubscription,
  readLetter,
  redrive,
  type LetterAnswer,
} from './support.js';

/** Letters change here by what two gateways are asked; of the workers only the relay is there, for its own. */
let letters: UnderTest;
let client: TestClient;
let other: TestClient;
beforeAll(async () => {
  letters = await startUnderTest({ roles: ['gateway', 'relay'] });
  ({ client } = letters);
  other = createTestClient((await startMillrace({ env: letters.env, roles: ['gateway'] })).url);
});

const insert = (rows: Parameters<typeof insertLetters>[1]) => insertLetters(letters.database, rows);

interface Changes {
  readonly deadLetters: LetterAnswer;
}

/** A subscription that is live already: what was sent behind it on its socket is answered. */
const watch = async (filter: object): Promise<TestSubscription<Changes>> => {
  const changes = client.subscribe<Changes>(lettersSubscription, { filter });
  await overSocket(client, ['{ deadLetters(first: 1) { totalCount } }', {}]);
  return changes;
};
const next = async (changes: TestSubscription<Changes>): Promise<LetterAnswer | undefined> =>
  (await changes.next()).data?.deadLetters;
const isQuiet = (changes: TestSubscription<Changes>) =>
  expect(changes.next(300)).rejects.toThrow(/brought nothing more/);

test('each change of each letter that matches comes with the letter as it is then', async () => {
  const topic = 'watched';
  const [first, second, foreign, elsewhere] = await insert([
    { topic, key: 'k', value: 'seoul' },
    { topic, key: 'k', value: 'busan' },
    { topic, consumer: 'another', key: 'k', value: 'seoul' },
    { topic: 'watched.too', key: 'k', value: 'seoul' },
  ]);
  await insertBehind(letters.database, first!, ['1', '2']);
  const all = await watch({ topic });
  const some = await watch({ topic, consumer: 'tested', key: 'k', text: 'seoul' });
  const pending = await watch({ topic, state: 'PENDING' });
  for (const id of [elsewhere!, foreign!, second!, first!])
    expect(await discard(id === second ? other : client, [id], `why ${id}`)).toBe(1);

  const reasons = [await next(all), await next(all), await next(all)].map((letter) => letter?.reason);
  expect(reasons.toSorted()).toEqual([foreign, second, first].map((id) => `why ${id}`).toSorted());
  const change = await next(some);
  expect(change).toMatchObject({ id: first, state: 'DISCARDED', behind: 0 });
  expect(change).toEqual(await readLetter(client, first!));
  for (const changes of [all, some, pending]) {
    await isQuiet(changes);
    changes.complete();
  }
});

test('a redrive that is asked for changes nothing to see but is told of, and so is its end', async () => {
  const value = '{}';
  const headers = { ce_id: 'x', ce_type: 'product.created' };
  const topic = 'product.events.v1';
  const [id] = await insert([{ consumer: 'relay', topic, key: 'k', value, headers }]);
  const changes = await watch({ consumer: 'relay' });
  expect(await redrive(other, { ids: [id] })).toEqual({ matched: 1, redriven: 1, dryRun: false });
  for (;;) {
    const letter = await next(changes);
    expect(letter?.id).toBe(id);
    if (letter?.state === 'REDRIVEN') break;
  }
  expect(await readLetter(client, id!)).toMatchObject({
    state: 'REDRIVEN',
    history: [{ by: 'anonymous', error: null }],
  });
  changes.complete();
});

test('what is no event on the topic is left out, and a letter that is gone as well', async () => {
  const topic = 'gone';
  const [gone, there] = await insert([{ topic }, { topic }]);
  const changes = await watch({ topic });
  await letters.database.query(
    `insert into outbox (topic, key, hash, value, headers) values ('dead-letter.v1', $1, 0, 'nonsense', '{"ce_id": "x"}')`,
    [Buffer.from(there!)],
  );
  await letters.database.query(
    `insert into outbox (topic, key, hash, value, headers)
     values ('dead-letter.v1', $1, 0, $2, '{"ce_id": "y", "ce_type": "dead-letter.changed", "ce_time": "2026-01-01T00:00:00.000Z", "ce_specversion": "1.0"}')`,
    [Buffer.from(gone!), Buffer.from(JSON.stringify({ id: gone, topic, consumer: 'tested' }))],
  );
  await letters.database.query('delete from dead_letters where id = $1', [gone]);
  await discard(client, [there!], 'tested');
  expect(await next(changes)).toMatchObject({ id: there, state: 'DISCARDED' });
  await isQuiet(changes);
  changes.complete();
});
