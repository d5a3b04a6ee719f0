import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Kafka } from './kafka.js';

/** How many partitions topics have, looked at again and again: anybody may add some at any time. */
export interface PartitionWatch {
  /** As it last looked. 0: not known. */
  of(topic: string): number;
  /** Looks at once, and then every two seconds. */
  start(): void;
  stop(): Promise<void>;
}

export interface PartitionWatchOptions {
  readonly kafka: Pick<Kafka, 'partitionCounts'>;
  /** The topics, and how many each had. */
  readonly known: Readonly<Record<string, number>>;
  /** After each look. */
  readonly onLooked?: (() => Promise<void>) | undefined;
  readonly logger: Logger;
}

const everyMs = 2_000;

export const createPartitionWatch = ({
  kafka,
  known,
  onLooked,
  logger,
}: PartitionWatchOptions): PartitionWatch => {
  const counts = new Map(Object.entries(known));
  const topics = [...counts.keys()];
  const stopping = new AbortController();
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    for (const [topic, count] of await kafka.partitionCounts(topics)) counts.set(topic, count);
    await onLooked?.();
  };

  const lookOn = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) =>
        logger.debug({ err: error }, 'the partitions of the topics could not be counted'),
      );
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  return {
    of: (topic) => counts.get(topic) ?? 0,
    start: () => {
      looking = lookOn();
    },
    stop: async () => {
      stopping.abort();
      await looking;
    },
  };
};
