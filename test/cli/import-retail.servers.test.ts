import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';
import { createTestClient } from '../support/graphql.js';
import { startMillrace } from '../support/process.js';
import { uniquePrefix } from '../support/topics.js';

/** The README's second example: a real shop's invoices, beside an answer that was computed without Millrace. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const file = join(root, 'examples/data/online-retail-50k.csv.gz');

interface Expected {
  readonly invoices: number;
  readonly accepted: number;
  readonly totalAmount: string;
  readonly rejected: Record<string, number>;
  readonly regions: Record<string, { count: number; totalAmount: string }>;
}

interface Stats {
  readonly version: number;
  readonly total: { readonly count: number; readonly totalAmount: string };
  readonly regions: readonly {
    readonly region: string;
    readonly aggregate: { readonly count: number; readonly totalAmount: string };
  }[];
}

const fields = `version total { count totalAmount averageAmount minAmount maxAmount }
  regions { region aggregate { count totalAmount averageAmount minAmount maxAmount } }`;

test('the invoices of a real shop give its known answer to the penny, live and stored, and a second import changes nothing', async () => {
  const expected = JSON.parse(
    readFileSync(join(root, 'examples/data/online-retail-50k.expected.json'), 'utf8'),
  ) as Expected;
  const folder = mkdtempSync(join(tmpdir(), 'retail-'));
  closeAtEnd(() => rmSync(folder, { recursive: true }));
  const database = await createTestDatabase();
  const { url } = await startMillrace({ env: { DATABASE_URL: database.url, TOPIC_PREFIX: uniquePrefix() } });
  const client = createTestClient(url);
  const watched = client.subscribe<{ orderStats: Stats }>(
    `subscription { orderStats(currency: "GBP") { ${fields} } }`,
  );
  expect((await watched.next()).data?.orderStats).toMatchObject({
    version: 0,
    total: { count: 0 },
    regions: [],
  });

  const importFile = async () => {
    const rejects = join(folder, 'rejects.jsonl');
    const args = ['dist/cli/main.js', 'import', 'retail', file, '--url', url, '--rejects', rejects, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const lines = readFileSync(rejects, 'utf8').trim().split('\n');
    return {
      summary: JSON.parse(stdout) as Record<string, unknown>,
      rejects: lines.map((line) => JSON.parse(line) as { reason: string; line: number }),
    };
  };
  const query = async (): Promise<Stats> =>
    (await client.data<{ orderStats: Stats }>(`{ orderStats(currency: "GBP") { ${fields} } }`)).orderStats;

  const first = await importFile();
  expect(first.summary).toMatchObject({
    invoices: expected.invoices,
    accepted: expected.accepted,
    replayed: 0,
  });
  expect(countReasons(first.rejects)).toEqual(expected.rejected);
  expect(first.rejects.every(({ line }) => line > 1)).toBe(true);

  const stored = await eventually(
    async () => {
      const stats = await query();
      expect(stats.total.count).toBe(expected.accepted);
      return stats;
    },
    { timeoutMs: 30_000 },
  );
  expect(stored.total.totalAmount).toBe(expected.totalAmount);
  const regions = stored.regions.map(({ region, aggregate: { count, totalAmount } }) => [
    region,
    { count, totalAmount },
  ]);
  expect(Object.fromEntries(regions)).toEqual(expected.regions);
  const last = await watched.until(({ data }) => data?.orderStats.version === stored.version);
  expect(last.data?.orderStats).toEqual(stored);
  const versions = watched.all.map(({ data }) => data?.orderStats.version ?? -1);
  expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));

  const second = await importFile();
  expect(second.summary).toMatchObject({ accepted: expected.accepted, replayed: expected.accepted });
  expect(await query()).toEqual(stored);
});

const countReasons = (rejects: readonly { reason: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { reason } of rejects) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};
