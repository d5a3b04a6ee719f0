import type { Queryable } from './database.js';

export const recordAction = async (db: Queryable, action: string, details: object): Promise<void> => {
  await db.query('insert into audit (action, details) values ($1, $2::jsonb)', [
    action,
    JSON.stringify(details),
  ]);
};
