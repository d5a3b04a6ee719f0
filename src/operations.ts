import { effectFailed } from './consumers/halt.js';
import { recoveries, versionRecoveries } from './commands/recoveries.js';
import { recordAction } from './postgres/audit.js';
import { readPositions, resumePosition } from './postgres/positions.js';
import { recoverFromLog, type Recovered } from './relay/recover.js';
import { openServers, type Servers, type ServersOptions } from './servers.js';

/** What operators do while no Millrace runs on the database: each opens the servers, works, and ends them again. */
export type OperationOptions = Omit<ServersOptions, 'signal' | 'onStop'>;

/** Ends the state in which a start is refused because the database is an earlier copy. @returns what came back; empty when nothing was wrong */
export const recover = (options: OperationOptions, way: 'from-log' | 'accept-loss'): Promise<Recovered[]> =>
  withServers(options, async (servers) => {
    const { database, kafka } = servers;
    const ahead = await servers.findLogAhead();
    return recoverFromLog({
      database,
      kafka,
      ahead,
      recoveries: way === 'from-log' ? recoveries : versionRecoveries,
      action: `recover --${way}`,
    });
  });

export interface Resumed {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Lets partitions of a stream or consumer go on that stand still because records were lost. */
export const resumeStream = (options: OperationOptions, name: string): Promise<Resumed[]> =>
  withServers(options, async ({ database, kafka }) => {
    const resumed: Resumed[] = [];
    for (const { topic, partition, nextOffset, fault } of await readPositions(database, name)) {
      if (fault === null) continue;
      const earliest = (await kafka.watermarks(topic)).get(partition)?.earliest ?? 0;
      // A hole in the numbers is passed where it is, a failed effect is tried again; else what is there is read from its start.
      const isInPlace = fault.startsWith('SEQUENCE_HOLE') || fault.startsWith(effectFailed);
      const to = isInPlace ? nextOffset : earliest;
      await database.transaction(async (tx) => {
        await resumePosition(tx, name, topic, partition, to);
        await recordAction(tx, 'streams resume --accept-loss', {
          name,
          topic,
          partition,
          fault,
          from: nextOffset,
          to,
        });
      });
      resumed.push({ topic, partition, from: nextOffset, to });
    }
    return resumed;
  });

const withServers = async <T>(
  options: OperationOptions,
  work: (servers: Servers) => Promise<T>,
): Promise<T> => {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    return await work(
      await openServers({
        ...options,
        signal: new AbortController().signal,
        onStop: (stop) => void stops.push(stop),
      }),
    );
  } finally {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop().catch(() => {});
  }
};
