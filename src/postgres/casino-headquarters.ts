import type { Queryable, Transaction } from './database.js';

/** Of these ledger entries those that headquarters were told of. */
export const findLinked = async (db: Queryable, entryIds: readonly string[]): Promise<Set<string>> => {
  const rows = await db.query<{ id: string }>(
    'select ledger_entry_id as id from headquarters_links where ledger_entry_id = any($1::uuid[])',
    [entryIds],
  );
  return new Set(rows.map(({ id }) => id));
};

/** Of entries that the ledger has. @returns the ids of those that are new */
export const insertLinks = async (tx: Transaction, entryIds: readonly string[]): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(
    `insert into headquarters_links (ledger_entry_id)
     select id from ledger_entries where id = any($1::uuid[]) order by id
     on conflict do nothing returning ledger_entry_id as id`,
    [entryIds],
  );
  return new Set(rows.map(({ id }) => id));
};
