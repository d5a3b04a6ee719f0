import type { Logger } from 'pino';
import type { Database } from '../postgres/database.js';
import { findGrowing } from '../postgres/growth.js';
import { readRuns } from '../postgres/relay.js';

export interface UnusedOptions {
  readonly database: Database;
  /** Topics that the outbox feeds. */
  readonly topics: readonly string[];
  /** How many partitions Kafka has of a topic. */
  readonly partitionsOf: (topic: string) => number;
  readonly logger: Logger;
}

/**
 * Says so, once for each count, when Kafka has partitions that the relay does not write to, because something else than `millrace
 * topics grow` added them. To write to them would move keys while readers are anywhere, and break the order of those keys.
 */
export const createUnusedNotice = ({
  database,
  topics,
  partitionsOf,
  logger,
}: UnusedOptions): (() => Promise<void>) => {
  const told = new Map<string, number>();
  let counted = '';

  return async () => {
    const counts = topics.map(partitionsOf);
    // Nothing changed, and nothing is left to be told.
    if (counts.join() === counted) return;
    const runs = await readRuns(database);
    const growing = await findGrowing(database);
    for (const [n, topic] of topics.entries()) {
      const inKafka = counts[n] ?? 0;
      const used = runs.filter((run) => run.topic === topic).length;
      if (used === 0 || inKafka <= used || topic === growing || told.get(topic) === inKafka) continue;
      told.set(topic, inKafka);
      logger.error(
        { topic, inKafka, used },
        `Kafka has more partitions of ${topic} than are written to, and not by "millrace topics grow". To write to them could ` +
          'break the order of keys, so they stay empty (what others wrote there is read): take them into use by ' +
          `"millrace topics grow ${topic} --partitions ${inKafka}"`,
      );
    }
    if (growing === undefined) counted = counts.join();
  };
};
