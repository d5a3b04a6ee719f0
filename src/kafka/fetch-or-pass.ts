import { UnreadableRecords } from './decode.js';
import type { FetchedBatch, Kafka } from './kafka.js';

export interface Fetched extends Pick<FetchedBatch, 'records' | 'nextOffset'> {
  /** Why there are no records before `nextOffset`, where nobody can read what is there. */
  readonly fault?: Error;
}

/** Like {@link Kafka.fetch}, but passes over a batch that cannot be read. */
export const fetchOrPass = async (
  kafka: Pick<Kafka, 'fetch'>,
  ...at: Parameters<Kafka['fetch']>
): Promise<Fetched> => {
  try {
    return await kafka.fetch(...at);
  } catch (error) {
    if (!(error instanceof UnreadableRecords)) throw error;
    return { records: [], nextOffset: error.nextOffset, fault: error };
  }
};
