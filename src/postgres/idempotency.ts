import type { Queryable, Transaction } from './database.js';

export interface KeyUse {
  readonly caller: string;
  readonly key: string;
  /** Digest of operation and arguments. */
  readonly fingerprint: string;
}

/** What a key was first used for, and the answer. */
export interface StoredUse {
  readonly fingerprint: string;
  readonly answer: unknown;
}

/**
 * Claims the keys that are free, in one order for all callers so that no two wait for each other. A rival that claimed one
 * of them first is waited for.
 * @returns for each use whether it was free
 */
export const claimKeys = async (tx: Transaction, uses: readonly KeyUse[]): Promise<boolean[]> => {
  const rows = await tx.query<{ caller: string; key: string }>(
    `insert into idempotency_keys (caller, key, fingerprint)
     select caller, key, fingerprint from unnest($1::text[], $2::text[], $3::text[]) as u (caller, key, fingerprint)
     order by caller, key
     on conflict do nothing returning caller, key`,
    [
      uses.map(({ caller }) => caller),
      uses.map(({ key }) => key),
      uses.map(({ fingerprint }) => fingerprint),
    ],
  );
  const claimed = new Set(rows.map(keyOf));
  return uses.map((use) => claimed.has(keyOf(use)));
};

const keyOf = ({ caller, key }: { caller: string; key: string }): string => JSON.stringify([caller, key]);

export const findKeyUse = async (
  tx: Transaction,
  { caller, key }: KeyUse,
): Promise<StoredUse | undefined> => {
  const [stored] = await tx.query<StoredUse>(
    'select fingerprint, answer from idempotency_keys where caller = $1 and key = $2',
    [caller, key],
  );
  return stored;
};

export const storeAnswers = async (
  tx: Transaction,
  answers: readonly { readonly use: KeyUse; readonly answer: unknown }[],
): Promise<void> => {
  await tx.query(
    `update idempotency_keys k set answer = u.answer::jsonb
     from unnest($1::text[], $2::text[], $3::text[]) as u (caller, key, answer)
     where k.caller = u.caller and k.key = u.key`,
    [
      answers.map(({ use }) => use.caller),
      answers.map(({ use }) => use.key),
      answers.map(({ answer }) => JSON.stringify(answer)),
    ],
  );
};

/** Gives keys back that this transaction claimed: a refused call does not use its key up. */
export const releaseKeys = async (tx: Transaction, uses: readonly KeyUse[]): Promise<void> => {
  await tx.query(
    `delete from idempotency_keys k using unnest($1::text[], $2::text[]) as u (caller, key)
     where k.caller = u.caller and k.key = u.key`,
    [uses.map(({ caller }) => caller), uses.map(({ key }) => key)],
  );
};

export const deleteOldKeys = async (db: Queryable): Promise<void> => {
  await db.query(`delete from idempotency_keys where created_at < now() - interval '24 hours'`);
};
