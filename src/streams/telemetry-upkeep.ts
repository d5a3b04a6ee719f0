import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../postgres/database.js';
import { rotateFacts } from '../postgres/facts.js';
import { dropPartitions, makePartitions } from '../postgres/telemetry-partitions.js';

/** Makes partitions ahead, drops old ones, forgets old ids of facts: at its start and each hour. Any number may run. */
export interface TelemetryUpkeep {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface TelemetryUpkeepOptions {
  readonly database: Database;
  readonly retentionDays: number;
  readonly logger: Logger;
}

const everyMs = 3_600_000;
const againMs = 10_000;

export const createTelemetryUpkeep = (options: TelemetryUpkeepOptions): TelemetryUpkeep => {
  const { database, retentionDays, logger } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  /** @returns whether all was done; a partition is busy for a moment, or another process does the same just now */
  const keepUp = async (): Promise<boolean> => {
    try {
      await makePartitions(database);
      await dropPartitions(database, retentionDays);
      await database.transaction(rotateFacts);
      return true;
    } catch (error) {
      logger.debug({ err: error }, 'the upkeep of telemetry is tried again');
      return false;
    }
  };

  const keepOn = async (isDone: boolean): Promise<void> => {
    for (let done = isDone; !stopping.signal.aborted; done = await keepUp())
      await sleep(done ? everyMs : againMs, undefined, { signal: stopping.signal }).catch(() => {});
  };

  return {
    start: async () => {
      // Before anything is stored.
      running = keepOn(await keepUp());
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
