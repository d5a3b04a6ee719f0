import { expect } from '@jest/globals';

/** Statements on the books; numbers come as numbers or as text. */
export interface Books {
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** What must be nothing in each snapshot, whatever goes on: one statement is one snapshot. */
export const faultsNow = async (books: Books): Promise<Record<string, number>> => {
  const [row] = await books.query<Record<string, number>>(
    `select (select coalesce(sum(balance), 0) from ledger_accounts)::float8 as "sum of all balances",
       (select count(*) from ledger_accounts where account = 'player' and balance < 0)::int as "wallets below zero",
       (select count(*) from (
          select from ledger_accounts a left join ledger_lines l using (account, holder)
          group by account, holder, balance having balance <> coalesce(sum(amount), 0)) as t)::int as "balances that are not the sum of their lines",
       (select count(*) from (
          select from ledger_entries e left join ledger_lines l on l.entry_id = e.id
          group by e.id having count(l.*) < 2 or sum(amount) <> 0) as t)::int as "entries that do not add up"`,
  );
  return row!;
};

export const expectBalanced = async (books: Books): Promise<void> => {
  expect(await faultsNow(books)).toEqual({
    'sum of all balances': 0,
    'wallets below zero': 0,
    'balances that are not the sum of their lines': 0,
    'entries that do not add up': 0,
  });
};

/** Rows of all that a mutation of the casino may write. */
export const countWritten = async (books: Books): Promise<unknown> => {
  const [row] = await books.query(
    `select (select count(*) from players)::int as players, (select sum(version) from players)::int as versions,
       (select count(*) from ledger_entries)::int as entries, (select count(*) from ledger_lines)::int as lines,
       (select coalesce(sum(abs(balance)), 0) from ledger_accounts)::float8 as balances,
       (select count(*) from outbox where topic in ('casino.game-event.v1', 'casino.cyber-token.v1', 'casino.player.v1'))::int as outbox, (select count(*) from idempotency_keys)::int as keys`,
  );
  return row;
};
