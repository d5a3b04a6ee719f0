import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { mapLimited } from '../limited.js';
import { CommitUnknown, isPoison, type Database, type Transaction } from '../postgres/database.js';
import { releaseQueues } from '../postgres/consumer-queues.js';
import { changeOf, claimLetters, settleLetter, type ClaimedLetter } from '../postgres/dead-letters.js';
import { appendEvents, type OutgoingEvent } from '../postgres/outbox.js';

/**
 * Redrives a worker's dead letters that were asked for: each in a transaction of its own, with what it does, so that however many
 * processes and askers there are it happens once. One that fails again is the same letter, pending, with one more attempt.
 */
export interface Redrive {
  start(): void;
  stop(): Promise<void>;
}

export interface RedriveOptions {
  /** The letters' consumer. */
  readonly worker: string;
  readonly database: Database;
  readonly owner: number;
  readonly logger: Logger;
  /** Called after each commit, as a letter's change is appended. */
  readonly onCommitted: () => void;
  /** What leaves the system, before the transaction. @returns an Error for each that failed; @throws when a server is away */
  readonly deliver?: (letters: readonly ClaimedLetter[]) => Promise<readonly (Error | undefined)[]>;
  /** The rows, in the transaction that settles the letter. @throws what makes it fail again */
  readonly apply: (tx: Transaction, letter: ClaimedLetter) => Promise<readonly OutgoingEvent[]>;
}

const pollMs = 250;
const longestPauseMs = 5_000;
const leaseMs = 30_000;
const mostAtOnce = 64;
const settledAtOnce = 4;

/** Somebody else holds or settled the letter meanwhile: what was done for it is void. */
class LetterLost extends Error {}

export const createRedrive = (options: RedriveOptions): Redrive => {
  const { worker, database, owner, logger, onCommitted, deliver, apply } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const settle = async (letter: ClaimedLetter, failure: Error | undefined): Promise<void> => {
    await database.transaction(async (tx) => {
      if (!(await settleLetter(tx, letter, failure))) throw new LetterLost();
      const events = failure ? [] : await apply(tx, letter);
      if (!failure) await releaseQueues(tx, [letter.id]);
      await appendEvents(tx, [...events, changeOf(letter)]);
    });
    onCommitted();
    const { topic, partition, offset } = letter.record;
    logger[failure ? 'warn' : 'info'](
      { letter: letter.id, topic, partition, offset, eventId: letter.record.headers.ce_id, err: failure },
      failure ? 'a dead letter failed again' : 'a dead letter was redriven',
    );
  };

  const settleOrFail = async (letter: ClaimedLetter, failure: Error | undefined): Promise<void> => {
    try {
      await settle(letter, failure);
    } catch (error) {
      // Its lease ends, and then whoever claims it finds out what became of it.
      if (error instanceof LetterLost || error instanceof CommitUnknown) return;
      if (failure || !isPoison(error)) throw error;
      await settleOrFail(letter, error);
    }
  };

  const turn = async (): Promise<boolean> => {
    const letters = await claimLetters(database, worker, owner, leaseMs, mostAtOnce);
    if (letters.length === 0) return false;
    const failures = (await deliver?.(letters)) ?? [];
    await mapLimited(letters, settledAtOnce, (letter) =>
      settleOrFail(letter, failures[letters.indexOf(letter)]),
    );
    return true;
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      let pauseMs = pollMs;
      try {
        if (await turn()) pauseMs = 0;
        failures = 0;
      } catch (error) {
        failures += 1;
        pauseMs = Math.min(longestPauseMs, pollMs * 2 ** failures);
        logger.debug({ err: error }, 'redriving is tried again');
      }
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  return {
    start: () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
