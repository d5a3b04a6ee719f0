import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type pg from 'pg';
import type { Database } from './database.js';
import { outboxChannel } from './outbox.js';

/**
 * A session that shows that this process lives: it holds an advisory lock on the process's number, which Postgres drops with
 * the connection. So a successor need not wait for a lease of the dead to end. It is a hint only: who is paused keeps it, and
 * then the lease's time decides; what keeps two owners from both writing is the epoch in each write.
 */
export interface Presence {
  /** This process's number, fresh for each start. */
  readonly owner: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface PresenceOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** Called when another process says that it appended to the outbox. */
  readonly onOutbox: () => void;
}

/**
 * Condition on a row with `owner` and `expires_at`: nobody holds it. An owner counts as dead when its lease is over, or at once
 * when the session that holds its lock is gone.
 */
export const abandoned = `(owner is null or expires_at < now() or not exists (
  select from pg_locks where locktype = 'advisory' and classid = (owner >> 32)::int::oid and objid = (owner & 4294967295)::oid
    and database = (select oid from pg_database where datname = current_database())))`;

const retryMs = 500;
/** `randomInt` allows a range below 2^48. */
const owners = 2 ** 47;

export const createPresence = ({ database, logger, onOutbox }: PresenceOptions): Presence => {
  const owner = randomInt(1, owners);
  const stopping = new AbortController();
  let client: pg.Client | undefined;
  let reopening: Promise<void> | undefined;

  const open = async (): Promise<void> => {
    const opened = await database.connect();
    try {
      await opened.query('select pg_advisory_lock($1)', [owner]);
      await opened.query(`listen ${outboxChannel}`);
      // Nobody would end it any more.
      stopping.signal.throwIfAborted();
    } catch (error) {
      // It might hold the lock that the next try waits for.
      await opened.end().catch(() => {});
      throw error;
    }
    opened.on('notification', onOutbox);
    opened.once('end', () => {
      if (!stopping.signal.aborted) reopening = reopen();
    });
    client = opened;
  };

  const reopen = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        return await open();
      } catch (error) {
        logger.debug({ err: error }, 'the presence session is not back yet');
        await sleep(retryMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };

  return {
    owner,
    start: open,
    stop: async () => {
      stopping.abort();
      await client?.end().catch(() => {});
      await reopening;
    },
  };
};
