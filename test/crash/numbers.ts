import { expect } from '@jest/globals';
import { readTopic } from '../support/log.js';
import type { World } from './world.js';

/** Every record of the entity topic has the partition and the number under which its event was persisted. */
export const verifyNumbers = async ({ database, topicPrefix }: World): Promise<void> => {
  const rows = await database.query<{ place: string; event: string }>(
    `select b.partition || '/' || (b.first_seq + i.n - 1) as place, o.headers->>'ce_id' as event
     from outbox_batches b cross join lateral unnest(b.ids) with ordinality as i (id, n) join outbox o on o.id = i.id
     where b.topic = 'order.events.v1'`,
  );
  const persisted = new Map(rows.map(({ place, event }) => [place, event]));
  expect(persisted.size).toBe(rows.length);
  const records = (await readTopic(`${topicPrefix}order.events.v1`)).flat();
  const strangers = records.filter(
    ({ partition, headers }) => persisted.get(`${partition}/${headers['millrace-seq']}`) !== headers.ce_id,
  );
  expect(strangers).toEqual([]);
};
