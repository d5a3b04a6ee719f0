import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from '../kafka/kafka.js';
import type { Database } from '../postgres/database.js';
import { isRelayRunning, readReaders, type ReaderPlace } from '../postgres/growth.js';
import { readRuns } from '../postgres/relay.js';

/** Whether everything up to some number is sent and read, in each partition of a topic that the outbox feeds. */
export interface Drain {
  /** The last number given out, by partition. */
  ends(): Promise<Numbers>;
  /**
   * Looks until nothing is missing, at most for `ms`; what cannot change by itself is not waited for.
   * @param tell of what is waited for, now and then
   * @returns what is missing
   */
  until(
    numbers: Numbers,
    ms: number,
    signal: AbortSignal,
    tell?: (missing: readonly Missing[]) => void,
  ): Promise<readonly Missing[]>;
}

type Numbers = ReadonlyMap<number, number>;

export interface Missing {
  readonly what: string;
  /** Who is not there yet. */
  readonly worker?: string;
  /** It stands still until somebody does something. */
  readonly isStuck?: boolean;
}

export const inWords = (missing: readonly Missing[]): string => {
  const [first, second, ...more] = missing.map(({ what }) => what);
  const rest = more.length > 0 ? `, and ${more.length} more` : '';
  return [first, second].filter((what) => what !== undefined).join('; ') + rest;
};

export interface DrainOptions {
  readonly database: Database;
  readonly kafka: Pick<Kafka, 'watermarks'>;
  readonly topic: string;
  /** Workers that are not waited for. */
  readonly without: readonly string[];
}

const pollMs = 50;
const tellEveryMs = 5_000;

export const createDrain = ({ database, kafka, topic, without }: DrainOptions): Drain => {
  const runsOf = async () => (await readRuns(database)).filter((run) => run.topic === topic);

  const look = async (numbers: Numbers): Promise<Missing[]> => {
    const [runs, isRunning, places] = await Promise.all([
      runsOf(),
      isRelayRunning(database),
      readReaders(database, topic),
    ]);
    const unsent = runs.flatMap(({ partition, ackedSeq }): Missing[] => {
      const count = (numbers.get(partition) ?? 0) - ackedSeq;
      return count > 0 ? [{ what: `the relay has not sent ${count} events of ${topic}/${partition}` }] : [];
    });
    const relay = isRunning ? unsent : [{ what: 'no relay is running' }, ...unsent];
    return [...relay, ...(await readingOf(numbers, places))];
  };

  const readingOf = async (numbers: Numbers, places: readonly ReaderPlace[]): Promise<Missing[]> => {
    const behind = places.filter(
      ({ worker, partition, sequence }) =>
        !without.includes(worker) && sequence < (numbers.get(partition) ?? 0),
    );
    if (behind.length === 0) return [];
    // A place has no number where all records had expired before they were read.
    const marks = await kafka.watermarks(topic);
    return behind
      .filter(({ partition, nextOffset }) => {
        const { earliest = 0, latest = 0 } = marks.get(partition) ?? {};
        return Math.max(nextOffset, earliest) < latest || latest === 0;
      })
      .map((place) => describe(topic, place, numbers));
  };

  return {
    ends: async () => new Map((await runsOf()).map(({ partition, lastSeq }) => [partition, lastSeq])),
    until: async (numbers, ms, signal, tell) => {
      const end = performance.now() + ms;
      for (let tellAt = performance.now() + tellEveryMs / 5; ;) {
        const missing = await look(numbers);
        const isOver = performance.now() > end || missing.some(({ isStuck }) => isStuck);
        if (missing.length === 0 || isOver) return missing;
        if (performance.now() > tellAt) {
          tellAt = performance.now() + tellEveryMs;
          tell?.(missing);
        }
        await pause(pollMs, signal);
      }
    },
  };
};

/** @throws the reason of `signal` */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
};

const describe = (topic: string, place: ReaderPlace, numbers: Numbers): Missing => {
  const { worker, partition, sequence, fault, isRunning } = place;
  const count = (numbers.get(partition) ?? 0) - sequence;
  const how = fault !== null ? `, where it stands still (${fault})` : isRunning ? '' : ', and nobody runs it';
  return {
    worker,
    what: `${worker} is ${count} events behind in ${topic}/${partition}${how}`,
    isStuck: fault !== null,
  };
};
