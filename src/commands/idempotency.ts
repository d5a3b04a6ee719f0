import { createHash } from 'node:crypto';
import { MillraceError } from '../errors.js';
import { findKeyUse, type KeyUse } from '../postgres/idempotency.js';
import type { Transaction } from '../postgres/database.js';
import { parseIdempotencyKey } from './inputs.js';

/** What a key is bound to: the caller, the operation and its arguments as they were given. */
export const keyUse = (
  caller: string,
  key: string | null | undefined,
  operation: string,
  args: unknown,
): KeyUse | undefined =>
  key === null || key === undefined
    ? undefined
    : {
        caller,
        key: parseIdempotencyKey(key),
        fingerprint: createHash('sha256')
          .update(JSON.stringify([operation, args], sorted))
          .digest('base64url'),
      };

/** The order in which an object's members were written makes no difference; absent and null are the same. */
const sorted = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== null && member !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      )
    : value;

/** The first answer to a key that was used before. @throws MillraceError IDEMPOTENCY_KEY_REUSED */
export const firstAnswer = async <Answer>(tx: Transaction, use: KeyUse): Promise<Answer> => {
  const stored = await findKeyUse(tx, use);
  if (stored?.fingerprint !== use.fingerprint)
    throw new MillraceError(
      'IDEMPOTENCY_KEY_REUSED',
      'idempotencyKey: was used before with other arguments. Take a new key for a new call.',
      { details: { field: 'idempotencyKey' } },
    );
  return stored.answer as Answer;
};
