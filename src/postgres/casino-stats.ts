import type { CasinoStats } from '../events/casino.js';
import type { Queryable, Transaction } from './database.js';

const select = `select players, actions, tokens_in_circulation as "tokensInCirculation", by_type as "byType", version from casino_stats`;

export const readCasinoStats = async (db: Queryable): Promise<CasinoStats> =>
  oneRow(await db.query<CasinoStats>(select));

/** Locked until the transaction ends. */
export const lockCasinoStats = async (tx: Transaction): Promise<CasinoStats> =>
  oneRow(await tx.query<CasinoStats>(`${select} for update`));

const oneRow = ([stats]: readonly CasinoStats[]): CasinoStats => {
  if (!stats) throw new Error('the row of casino_stats is missing');
  return stats;
};

/** The row is locked by the caller. */
export const updateCasinoStats = async (
  tx: Transaction,
  { players, actions, tokensInCirculation, byType, version }: CasinoStats,
): Promise<void> => {
  await tx.query(
    'update casino_stats set players = $1, actions = $2, tokens_in_circulation = $3, by_type = $4, version = $5',
    [players, actions, tokensInCirculation, JSON.stringify(byType), version],
  );
};

/** Clients may also have read versions that were lost before they were published; so many surely were not. */
const mostUnpublished = 1_000_000;

/** After a version that was published, so that those to come are higher than any that a client has seen. */
export const raiseCasinoStatsVersion = async (tx: Transaction, version: number): Promise<void> => {
  await tx.query('update casino_stats set version = greatest(version, $1)', [version + mostUnpublished]);
};
