import { asError, conflict, outcomeUnknown } from '../errors.js';
import type { Consistency, Written } from '../postgres/consistency.js';
import { CommitUnknown, isRefusedData, Last, type Database, type Transaction } from '../postgres/database.js';
import { claimKeys, storeAnswers, type KeyUse } from '../postgres/idempotency.js';
import { appendEvents, latestOutboxId, type OutgoingEvent } from '../postgres/outbox.js';
import { firstAnswer } from './idempotency.js';

/** What commands of every domain are made with. */
export interface CommandOptions {
  readonly database: Database;
  readonly consistency: Consistency;
  /** Called after each commit that appended events. */
  readonly onCommitted: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the work of a mutation came to. */
export interface Result<Entity> {
  readonly entity: Entity;
  /** None when nothing changed: then nothing but the key was written. */
  readonly events: readonly OutgoingEvent[];
  /** The same creation was seen before. Default false. */
  readonly replayed?: boolean;
}

export interface Outcome<Entity> {
  readonly entity: Entity;
  readonly position: string;
  readonly replayed: boolean;
}

/** Runs one mutation of an entity. */
export interface Mutate {
  /**
   * Idempotency key, `work` and its events in one transaction, which may run more than once.
   * @param topic of the events, or all of their topics, also when there are none
   * @param ids what OUTCOME_UNKNOWN tells the client
   * @throws MillraceError IDEMPOTENCY_KEY_REUSED, OUTCOME_UNKNOWN, UNAVAILABLE, and what `work` throws: then nothing was written
   */
  <Entity>(
    call: {
      readonly topic: string | readonly string[];
      readonly ids: readonly string[];
      readonly use: KeyUse | undefined;
    },
    work: (tx: Transaction) => Promise<Result<Entity>>,
  ): Promise<Outcome<Entity>>;
}

/** Stored with an idempotency key. */
interface Answer<Entity> {
  readonly entity: Entity;
  readonly written: Written;
}

export const createMutate = ({ database, consistency, onCommitted }: CommandOptions): Mutate => {
  const commit = committing(database, onCommitted);
  return async ({ topic, ids, use }, work) => {
    const { entity, written, replayed } = await naming(
      ids,
      commit(async (tx) => {
        if (use && !(await claimKeys(tx, [use]))[0])
          return { ...(await firstAnswer<Answer<never>>(tx, use)), replayed: true };
        const { entity, events, replayed = false } = await work(tx);
        const written = write(tx, events);
        // Without a key the events are the last, and COMMIT goes out with them.
        if (!use) return new Last(written.then((written) => ({ entity, written, replayed })));
        const answer = { entity, written: await written };
        await storeAnswers(tx, [{ use, answer }]);
        return { ...answer, replayed };
      }),
    );
    return { entity, position: consistency.positionOf(topic, written), replayed };
  };
};

/** Not async: what throws here must keep the transaction from its COMMIT. */
const write = (tx: Transaction, events: readonly OutgoingEvent[]): Promise<Written> =>
  events.length > 0
    ? appendEvents(tx, events).then((ids) => ({ ids }))
    : latestOutboxId(tx).then((upTo) => ({ ids: [], upTo }));

/** Transactions after which the relay is told. */
export const committing =
  (database: Database, onCommitted: () => void) =>
  async <T>(work: (tx: Transaction) => Promise<T | Last<T>>): Promise<T> => {
    const result = await database.transaction(work);
    onCommitted();
    return result;
  };

/** When the outcome of `work` is unknown, the caller is told the ids of its own entities: many may share a transaction. */
export const naming = async <T>(ids: readonly string[], work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw error instanceof CommitUnknown ? outcomeUnknown(ids, error) : error;
  }
};

/** Runs all in one transaction; when the database refuses the data of one, each in its own, so that only that one fails. */
export const together = async <Item, Outcome>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  run: (items: readonly Item[]) => Promise<readonly (Outcome | Error)[]>,
): Promise<readonly (Outcome | Error)[]> => {
  try {
    return await run(items);
  } catch (error) {
    if (!isRefusedData(error) || items.length === 1) throw error;
    const alone = await Promise.allSettled(items.map((item) => naming([idOf(item)], run([item]))));
    return alone.flatMap((result) =>
      result.status === 'fulfilled' ? result.value : [asError(result.reason)],
    );
  }
};

/** @throws MillraceError CONFLICT when a change expects another version than the one now */
export const checkVersion = (expected: number | undefined, version: number): void => {
  if (expected !== undefined && expected !== version)
    throw conflict(
      'VERSION_MISMATCH',
      `expectedVersion: the version is ${version}, not ${expected}. Read it again and decide anew.`,
    );
};
