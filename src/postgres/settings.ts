import type { Queryable } from './database.js';

/** The stored value; stores `fresh` first when there is none. Every process gets the same. */
export const getOrCreateSetting = async (db: Queryable, name: string, fresh: string): Promise<string> => {
  await db.query('insert into settings (name, value) values ($1, $2) on conflict do nothing', [name, fresh]);
  const [row] = await db.query<{ value: string }>('select value from settings where name = $1', [name]);
  return row?.value ?? fresh;
};
