import { hashOf } from '../partitioning.js';
import type { Transaction } from './database.js';

/*
 * Which facts were seen, so that one that is sent again counts once. Ids are kept in two halves: new ones go into the current
 * half, and both are asked. Each week the older half is emptied and becomes the current one, so an id is known for a week at least.
 * Who claims holds `facts_half` shared and who rotates holds it alone: no id falls between two halves. Who rotates locks the table: behind
 * that lock those queue who come to claim, while they would pass one who waits for the row, as long as others hold it.
 */

/** UUIDs in lower case. */
type Ids = readonly string[];

/**
 * Those of `ids` that `stream` had not seen on `topic`; from now on it has, once the transaction commits. A rival that claimed one
 * of them first is waited for. A transaction that claims on several topics does so in the order of their names, so that no two
 * wait for each other.
 */
export const claimFacts = async (
  tx: Transaction,
  stream: string,
  topic: string,
  ids: Ids,
): Promise<Set<string>> => {
  // Two statements, sent together: the second sees what rivals committed while the first waited.
  const [, rows] = await Promise.all([
    tx.query('select from facts_half for share'),
    tx.query<{ id: string }>(
      `insert into facts_seen (half, scope, id)
       select current, $1, id from facts_half cross join (select distinct unnest($2::uuid[]) as id) as asked
       where not exists (
         -- The offset keeps the planner from reading all ids of the scope for a join.
         select from facts_seen s where s.half = 1 - current and s.scope = $1 and s.id = asked.id offset 0)
       order by id
       on conflict do nothing
       returning id`,
      [hashOf(`${stream} ${topic}`), ids],
    ),
  ]);
  return new Set(rows.map(({ id }) => id));
};

/** Empties the older half when the current one is a week old. */
export const rotateFacts = async (tx: Transaction): Promise<void> => {
  const isDue = `since < now() - interval '7 days'`;
  const due = await tx.query(`select from facts_half where ${isDue}`);
  if (due.length === 0) return;
  await tx.query('lock table facts_half in exclusive mode');
  const [rotated] = await tx.query<{ current: number }>(
    `update facts_half set current = 1 - current, since = now() where ${isDue}
     returning current`,
  );
  if (rotated) await tx.query(`truncate facts_seen_${rotated.current}`);
};
