import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { TestClient } from '../support/graphql.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { insertBehind, insertLetters, page, readLetter, type LetterAnswer, type Page } from './support.js';

/** Letters that nobody redrives. */
let letters: UnderTest;
let client: TestClient;
beforeAll(async () => {
  letters = await startUnderTest({ roles: ['gateway'] });
  ({ client } = letters);
});

const insert = (rows: Parameters<typeof insertLetters>[1]) => insertLetters(letters.database, rows);
const found = async (filter: object): Promise<string[]> =>
  (await page(client, { filter, first: 500 })).nodes.map(({ id }) => id);

describe('a letter', () => {
  test('shows what was filed, with the newest 100 attempts, oldest first', async () => {
    const history = Array.from({ length: 130 }, (_, n) => ({
      at: new Date(Date.UTC(2026, 0, 1) + n).toISOString(),
      by: `worker ${n}`,
      error: n === 129 ? null : `Error: ${n}`,
    }));
    const [id] = await insert([
      {
        key: '열쇠',
        value: '{"a": "값"}',
        headers: { ce_id: 'x', ce_type: 'order.created' },
        errorClass: 'TypeError',
        error: 'no such thing',
        failedAt: '2026-01-31T09:30:00.123Z',
        history,
      },
    ]);
    const letter = await readLetter(client, id!);
    expect(letter).toEqual({
      id,
      topic: 'order.events.v1',
      partition: 0,
      offset: expect.stringMatching(/^\d+$/),
      key: '열쇠',
      value: '{"a": "값"}',
      headers: { ce_id: 'x', ce_type: 'order.created' },
      encoding: 'UTF8',
      consumer: 'tested',
      error: 'TypeError: no such thing',
      attempts: 130,
      state: 'PENDING',
      reason: null,
      behind: 0,
      history: history.slice(30),
      failedAt: '2026-01-31T09:30:00.123Z',
    });
    expect(await readLetter(client, id!.toUpperCase())).toEqual(letter);
    expect(await readLetter(client, randomUUID())).toBeNull();
  });

  const bytes = (text: string) => Buffer.from(text, 'latin1');
  test.each<[string, Buffer | string | null, Buffer | string | null, Partial<LetterAnswer>]>([
    ['text', 'k', 'v', { key: 'k', value: 'v', encoding: 'UTF8' }],
    ['nothing', null, null, { key: null, value: null, encoding: 'UTF8' }],
    ['no bytes', '', '', { key: '', value: '', encoding: 'UTF8' }],
    ['a text with NUL and BOM', 'k\0', '\ufeff{}', { key: 'k\0', value: '\ufeff{}', encoding: 'UTF8' }],
    ['another value', 'k', bytes('\xff'), { key: 'aw==', value: '/w==', encoding: 'BASE64' }],
    ['another key', bytes('\xc3('), 'v', { key: 'wyg=', value: 'dg==', encoding: 'BASE64' }],
    ['a surrogate', null, bytes('\xed\xa0\x80'), { key: null, value: '7aCA', encoding: 'BASE64' }],
  ])('with %s shows both in one encoding, and no byte is lost', async (_, key, value, answer) => {
    const [id] = await insert([{ key, value }]);
    expect(await readLetter(client, id!)).toMatchObject(answer);
  });

  interface Waiting {
    readonly behind: number;
    readonly waiting: readonly object[];
  }
  test('shows how many wait behind it, and the first of them in their order, for many letters at once', async () => {
    const ids = await insert(Array.from({ length: 20 }, () => ({ topic: 'with.waiting' })));
    for (const [n, id] of ids.entries())
      if (n > 0)
        await insertBehind(
          letters.database,
          id,
          Array.from({ length: n }, (__, i) => `${n}/${i}`),
        );
    await insertBehind(letters.database, ids[0]!, [Buffer.from([0xff])]);
    const { deadLetters } = await client.data<{ deadLetters: { nodes: (Waiting & { id: string })[] } }>(
      `{ deadLetters(filter: { topic: "with.waiting" }, first: 20) {
        nodes { id behind waiting(first: 3) { topic partition offset key value headers encoding timestamp cursor } }
      } }`,
    );
    const shown = new Map(deadLetters.nodes.map((node) => [node.id, node]));
    for (const [n, id] of ids.entries()) {
      if (n === 0) continue;
      const { behind, waiting } = shown.get(id)!;
      expect(behind).toBe(n);
      expect(waiting).toEqual(
        Array.from({ length: Math.min(n, 3) }, (_, i) => ({
          topic: 'with.waiting',
          partition: 2,
          offset: String(101 + i),
          key: 'key',
          value: `${n}/${i}`,
          headers: { ce_id: 'waiting' },
          encoding: 'UTF8',
          timestamp: '2026-01-31T09:30:00.000Z',
          cursor: null,
        })),
      );
    }
    expect(shown.get(ids[0]!)?.waiting).toMatchObject([{ key: 'a2V5', value: '/w==', encoding: 'BASE64' }]);
  });
});

describe('deadLetters', () => {
  test('come newest first in pages without gap or repeat, also of one moment and finer than it is answered', async () => {
    const topic = 'paged';
    const failedAt = (n: number) => `2026-02-01T00:00:00.00${n % 3}${n % 7}00Z`;
    await insert(Array.from({ length: 40 }, (_, n) => ({ topic, failedAt: failedAt(n) })));
    const seen: Page['nodes'][number][] = [];
    for (let after: string | null = null; ;) {
      const got: Page = await page(client, { filter: { topic }, first: 7, after });
      expect(got.edges.map(({ node }) => node.id)).toEqual(got.nodes.map(({ id }) => id));
      expect(got.totalCount).toBe(40);
      seen.push(...got.nodes);
      if (!got.pageInfo.hasNextPage) break;
      after = got.pageInfo.endCursor;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(40);
    const keys = seen.map((letter) => `${letter.failedAt} ${letter.id}`);
    expect(keys).toEqual(keys.toSorted().reverse());
  });

  test('are those for which all of the filter holds', async () => {
    const topic = 'filtered';
    const [plain, settled, discarded, foreign, other] = await insert([
      { topic, key: 'k' },
      { topic, key: 'k', state: 'REDRIVEN' },
      { topic, key: 'kk', state: 'DISCARDED' },
      { topic, key: 'k', consumer: "o'brien" },
      { topic: 'filtered.too', key: 'k' },
    ]);
    const table: [object, (string | undefined)[]][] = [
      [{ topic }, [plain, settled, discarded, foreign]],
      [{ topic, state: 'PENDING' }, [plain, foreign]],
      [{ topic, state: 'REDRIVEN' }, [settled]],
      [{ topic, state: 'DISCARDED', key: 'kk' }, [discarded]],
      [{ consumer: "o'brien" }, [foreign]],
      [{ topic, consumer: 'tested', key: 'k', state: 'PENDING', text: 'K: '.toLowerCase() }, []],
      [{ topic, consumer: 'tested', key: 'k', state: 'PENDING', text: 'ERROR: BROKEN' }, [plain]],
      [{ topic: 'filtered.too', state: null, key: null, text: null, consumer: null }, [other]],
      [{ topic: 'filtered%' }, []],
      [{ topic: `${topic}' or 1=1 --` }, []],
      [{ topic: '?' }, []],
    ];
    for (const [filter, expected] of table)
      expect([filter, (await found(filter)).toSorted()]).toEqual([filter, expected.toSorted()]);
  });

  test('are found by text anywhere in key, value or error, and by the whole key', async () => {
    const topic = 'searched';
    const binary = Buffer.concat([Buffer.from([0, 255, 192]), Buffer.from('서울 50%_x'), Buffer.from([254])]);
    const [inKey, inValue, inError, decomposed, empty, without] = await insert([
      { topic, key: 'order-서울', value: '{}' },
      { topic, key: 'a', value: binary },
      { topic, key: 'b', error: 'In 서울 NOTHING is found', errorClass: 'UnparseableEvent' },
      { topic, key: '서울'.normalize('NFD') },
      { topic, key: '' },
      { topic, key: null, value: null },
    ]);
    const table: [object, (string | undefined)[]][] = [
      [{ text: '서울' }, [inKey, inValue, inError]],
      [{ text: '서울'.normalize('NFD') }, [decomposed]],
      [{ text: 'ORDER' }, []],
      [{ text: 'nothing IS' }, [inError]],
      [{ text: 'unparseableevent: in' }, [inError]],
      [{ text: '50%_x' }, [inValue]],
      [{ text: '5%x' }, []],
      [{ text: ' ' }, [inKey, inValue, inError, decomposed, empty, without]],
      [{ text: "' or true --" }, []],
      [{ key: 'order-서울' }, [inKey]],
      [{ key: 'order' }, []],
      [{ key: '서울'.normalize('NFD') }, [decomposed]],
      [{ key: '' }, [empty]],
      [{ key: 'a', text: '서울' }, [inValue]],
    ];
    for (const [filter, expected] of table)
      expect([filter, (await found({ topic, ...filter })).toSorted()]).toEqual([filter, expected.toSorted()]);
  });
});

test('a page of letters that are too large together is refused where their contents are asked for, and only there', async () => {
  const consumer = randomUUID();
  await insert(Array.from({ length: 35 }, () => ({ consumer, value: Buffer.alloc(1_000_000, 'x') })));
  const query = (fields: string, first: number) =>
    client.post<{ deadLetters: { nodes: object[] } }>(
      `query ($filter: DeadLetterFilter, $first: Int) { deadLetters(filter: $filter, first: $first) { nodes { ${fields} } } }`,
      { filter: { consumer }, first },
    );
  expect((await query('id error behind', 100)).data?.deadLetters.nodes).toHaveLength(35);
  expect((await query('value', 10)).data?.deadLetters.nodes).toHaveLength(10);
  expect((await query('value', 100)).errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    field: 'first',
  });
});
