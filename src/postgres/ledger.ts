import type { TokenMovement } from '../events/casino.js';
import { partitionOf } from '../partitioning.js';
import type { Queryable, Transaction } from './database.js';

/** As many as migration 0009 made of each account of the house. */
const stripes = 64;

/**
 * Adds entries with their lines and moves the balances. The wallets were locked by the caller; the stripes of the house are locked here, last and in
 * their order. It is sent at once: it may be among the transaction's last.
 * The database refuses what does not add up to zero, and balances of players below it.
 */
export const postEntries = async (tx: Transaction, entries: readonly TokenMovement[]): Promise<void> => {
  const lines = entries.flatMap(({ id, playerId, lines: ofEntry }) =>
    ofEntry.map(({ account, amount }, n) => ({
      id,
      n,
      account,
      amount,
      holder: holderOf(account, playerId),
    })),
  );
  await tx.query(
    `with entries as (
       insert into ledger_entries (id, player_id, type, reason, caused_by, occurred_at)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])),
     lines as (
       insert into ledger_lines (entry_id, n, account, holder, amount)
       select * from unnest($7::uuid[], $8::int[], $9::text[], $10::text[], $11::bigint[])
       returning account, holder, amount),
     sums as (select account, holder, sum(amount)::bigint as amount from lines group by account, holder),
     -- An update alone would lock in the order of its plan.
     locked as (
       select a.account, a.holder, sums.amount from ledger_accounts a join sums using (account, holder)
       order by a.account, a.holder for update of a)
     update ledger_accounts a set balance = a.balance + locked.amount
     from locked where a.account = locked.account and a.holder = locked.holder`,
    [
      entries.map(({ id }) => id),
      entries.map(({ playerId }) => playerId),
      entries.map(({ type }) => type),
      entries.map(({ reason }) => reason),
      entries.map(({ causedBy }) => causedBy),
      entries.map(({ occurredAt }) => occurredAt),
      lines.map(({ id }) => id),
      lines.map(({ n }) => n),
      lines.map(({ account }) => account),
      lines.map(({ holder }) => holder),
      lines.map(({ amount }) => amount),
    ],
  );
};

const holderOf = (account: string, playerId: string): string =>
  account === 'player' ? playerId : String(partitionOf(playerId, stripes));

/** Those of the ids that have an entry. */
export const findEntries = async (db: Queryable, ids: readonly string[]): Promise<Set<string>> => {
  const rows = await db.query<{ id: string }>('select id from ledger_entries where id = any($1::uuid[])', [
    ids,
  ]);
  return new Set(rows.map(({ id }) => id));
};
