import { createHash } from 'node:crypto';
import { asError, MillraceError } from '../errors.js';
import { claimKeys, findKeyUse, releaseKeys, storeAnswers, type KeyUse } from '../postgres/idempotency.js';
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

interface Call {
  readonly use: KeyUse | undefined;
}
type Outcomes<Item, Answer> = Map<Item, (Answer & { readonly replayed: boolean }) | Error>;

const hasKey = <Item extends Call>(item: Item): item is Item & { use: KeyUse } => item.use !== undefined;

/** Answers those whose key was used before. @returns the others; their keys are claimed */
export const withoutUsedKeys = async <Item extends Call, Answer extends object>(
  tx: Transaction,
  items: readonly Item[],
  outcomes: Outcomes<Item, Answer>,
): Promise<readonly Item[]> => {
  const keyed = items.filter(hasKey);
  if (keyed.length === 0) return items;
  const claimed = await claimKeys(
    tx,
    keyed.map(({ use }) => use),
  );
  await Promise.all(
    keyed.map(async (item, n) => {
      if (claimed[n]) return;
      const first = await firstAnswer<Answer>(tx, item.use).catch(asError);
      outcomes.set(item, first instanceof Error ? first : { ...first, replayed: true });
    }),
  );
  return items.filter((item) => !outcomes.has(item));
};

/** Keeps the outcomes of {@link withoutUsedKeys} with their keys, which who was refused gets back. It is sent at once. */
export const storeKeyedAnswers = async <Item extends Call, Answer extends object>(
  tx: Transaction,
  items: readonly Item[],
  outcomes: Outcomes<Item, Answer>,
): Promise<void> => {
  const answers: { use: KeyUse; answer: object }[] = [];
  const refused: KeyUse[] = [];
  for (const item of items.filter(hasKey)) {
    const outcome = outcomes.get(item);
    if (!outcome || outcome instanceof Error) refused.push(item.use);
    else {
      const { replayed: _, ...answer } = outcome;
      answers.push({ use: item.use, answer });
    }
  }
  await Promise.all([
    answers.length > 0 && storeAnswers(tx, answers),
    refused.length > 0 && releaseKeys(tx, refused),
  ]);
};
