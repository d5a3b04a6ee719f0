import type { Player } from '../events/casino.js';
import type { Queryable, Transaction } from './database.js';

/*
 * Who moves tokens locks in this order, so that no two wait for each other: idempotency keys, players that are new, players with their
 * wallets, stripes of the house; several of a kind in the order of their ids.
 */

const fields = `spins, gacha_opens, gacha_pity, battle_pass_xp, battle_pass_level, vip_points, vip_tier, spent_on, spent,
  spend_limit, next_spend_limit, next_spend_limit_from, birth_date, verified_at, version, created_at, updated_at`;
const names = `id, ${fields}`;

/** Of the rows that are given. */
const qualified = (list: string): string => list.replaceAll(/\w+/g, 'g.$&');

const columns = `p.id, wallet.balance as tokens, p.spins, p.gacha_opens as "gachaOpens", p.gacha_pity as "gachaPity",
  p.battle_pass_xp as "battlePassXp", p.battle_pass_level as "battlePassLevel", p.vip_points as "vipPoints", p.vip_tier as "vipTier",
  p.spent_on::text as "spentOn", p.spent, p.spend_limit as "spendLimit",
  case when p.next_spend_limit_from is not null
    then json_build_object('limit', p.next_spend_limit, 'from', p.next_spend_limit_from) end as "nextSpendLimit",
  p.birth_date::text as "birthDate", p.verified_at as "verifiedAt", p.version, p.created_at as "createdAt", p.updated_at as "updatedAt"`;

const withWallets = `players p join ledger_accounts wallet on wallet.account = 'player' and wallet.holder = p.id`;

/** Rows of {@link playerArrays}, with the columns of `names`. */
const given = `unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[], $5::bigint[], $6::int[], $7::bigint[], $8::int[], $9::date[],
  $10::bigint[], $11::bigint[], $12::bigint[], $13::date[], $14::date[], $15::timestamptz[], $16::bigint[], $17::timestamptz[],
  $18::timestamptz[])`;

/** One array for each column, for `unnest`. */
const playerArrays = (players: readonly Player[]): unknown[][] => [
  players.map(({ id }) => id),
  players.map(({ spins }) => spins),
  players.map(({ gachaOpens }) => gachaOpens),
  players.map(({ gachaPity }) => gachaPity),
  players.map(({ battlePassXp }) => battlePassXp),
  players.map(({ battlePassLevel }) => battlePassLevel),
  players.map(({ vipPoints }) => vipPoints),
  players.map(({ vipTier }) => vipTier),
  players.map(({ spentOn }) => spentOn),
  players.map(({ spent }) => spent),
  players.map(({ spendLimit }) => spendLimit),
  players.map(({ nextSpendLimit }) => nextSpendLimit?.limit),
  players.map(({ nextSpendLimit }) => nextSpendLimit?.from),
  players.map(({ birthDate }) => birthDate),
  players.map(({ verifiedAt }) => verifiedAt),
  players.map(({ version }) => version),
  players.map(({ createdAt }) => createdAt),
  players.map(({ updatedAt }) => updatedAt),
];

/** In no particular order; ids without a player are left out. */
export const findPlayers = (db: Queryable, ids: readonly string[]): Promise<Player[]> =>
  db.query<Player>(`select ${columns} from ${withWallets} where p.id = any($1::text[])`, [ids]);

/** Players and their wallets, locked in the order of their ids until the transaction ends. */
export const lockPlayers = (tx: Transaction, ids: readonly string[]): Promise<Player[]> =>
  // Both rows: of one that is not locked Postgres would answer what it was before the wait for the other.
  tx.query<Player>(
    `select ${columns} from ${withWallets} where p.id = any($1::text[]) order by p.id for update of p, wallet`,
    [ids],
  );

/** Adds players that are not there, with empty wallets. @returns the ids of those that are new */
export const insertPlayers = async (tx: Transaction, players: readonly Player[]): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `with added as (
       insert into players (${names}, stated_birth_date)
       select g.*, g.birth_date from ${given} as g (${names}) order by id
       on conflict do nothing returning id)
     insert into ledger_accounts (account, holder) select 'player', id from added returning holder as id`,
    playerArrays(players),
  );
  return rows.map(({ id }) => id);
};

/** Everything but the tokens, which move by ledger entries only. The rows are locked by the caller. */
export const updatePlayers = async (tx: Transaction, players: readonly Player[]): Promise<void> => {
  await tx.query(
    `update players p set (${fields}) = (${qualified(fields)}) from ${given} as g (${names}) where p.id = g.id`,
    playerArrays(players),
  );
};

/** What a player was registered with; null where it said nothing. */
export const findStatedBirthDate = async (tx: Transaction, id: string): Promise<string | null> => {
  const [row] = await tx.query<{ date: string | null }>(
    'select stated_birth_date::text as date from players where id = $1',
    [id],
  );
  return row?.date ?? null;
};

export const recordStatedBirthDate = async (tx: Transaction, id: string, date: string): Promise<void> => {
  await tx.query('update players set stated_birth_date = $2 where id = $1', [id, date]);
};

/** Clients may also have read versions that were lost before they were published; so many surely were not. */
const mostUnpublished = 1_000_000;

/** Versions that were published, so that those to come are higher than any that a client has seen. */
export const raisePlayerVersions = async (
  tx: Transaction,
  versions: ReadonlyMap<string, number>,
): Promise<void> => {
  await tx.query(
    `update players p set version = greatest(p.version, v.version)
     from unnest($1::text[], $2::bigint[]) as v (id, version) where p.id = v.id`,
    [[...versions.keys()], [...versions.values()].map((version) => version + mostUnpublished)],
  );
};

/** What mutations change, which nothing else brings back: the facts are folded again, and the log does not have birth dates. */
const restored = `spins, gacha_opens, gacha_pity, spent_on, spent, spend_limit, next_spend_limit, next_spend_limit_from, version,
  created_at, updated_at`;

/** Writes players as the log has them, where the row is of an earlier version; where it is missing, with all that is given but the tokens. */
export const restorePlayers = async (tx: Transaction, players: readonly Player[]): Promise<void> => {
  await insertPlayers(tx, players);
  await tx.query(
    `update players p set (${restored}) = (${qualified(restored)}) from ${given} as g (${names})
     where p.id = g.id and p.version < g.version`,
    playerArrays(players),
  );
};
