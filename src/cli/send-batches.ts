import { asError } from './failure.js';

export interface SendBatchesOptions<Batch> {
  /** Waited for, where the source paces itself. */
  readonly batches: AsyncIterable<Batch> | Iterable<Batch>;
  readonly send: (batch: Batch) => Promise<void>;
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/**
 * Sends every batch. Stops at an abort, when those under way are answered.
 * @throws what the source or the first request that failed threw, once those under way are answered
 */
export const sendBatches = async <Batch>(options: SendBatchesOptions<Batch>): Promise<void> => {
  const { batches, send, concurrency, signal } = options;
  const underWay = new Set<Promise<void>>();
  let failure: Error | undefined;
  const fail = (error: unknown): void => void (failure ??= asError(error));
  try {
    for await (const batch of batches) {
      if (signal.aborted || failure !== undefined) break;
      const sending: Promise<void> = send(batch)
        .catch(fail)
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
      if (underWay.size >= concurrency) await Promise.race(underWay);
    }
  } catch (error) {
    fail(error);
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure;
};
