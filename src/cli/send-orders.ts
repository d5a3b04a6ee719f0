import { asError } from './failure.js';
import type { CreateOrderInput, Millrace } from 'millrace-sdk';

export interface Outcome {
  accepted: number;
  /** Counted within `accepted`. */
  replayed: number;
  rejected: { index: number; code: string; message: string }[];
  /** Of the write that was answered last; null when nothing was accepted. */
  position: string | null;
}

export interface SendOptions {
  readonly millrace: Millrace;
  /** Batches with the place of their first order in the whole. Waited for, where the source paces itself. */
  readonly batches: AsyncIterable<Batch> | Iterable<Batch>;
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

export interface Batch {
  readonly offset: number;
  /** Each with an id, so that the SDK may send it again. */
  readonly inputs: CreateOrderInput[];
}

/**
 * Sends every batch through `createOrders` and adds up the answers. Stops at an abort, when the batches under way are answered.
 * @throws MillraceError of the first request that failed, once those under way are answered
 */
export const sendOrders = async (options: SendOptions, outcome: Outcome): Promise<void> => {
  const { millrace, batches, concurrency, signal, onProgress } = options;
  const underWay = new Set<Promise<void>>();
  let failure: Error | undefined;
  let sent = 0;
  const send = async ({ offset, inputs }: Batch): Promise<void> => {
    try {
      const answer = await millrace.createOrders({ inputs });
      outcome.accepted += answer.accepted;
      outcome.replayed += answer.replayed;
      outcome.position = answer.position ?? outcome.position;
      for (const { index, code, reason, message } of answer.rejected)
        outcome.rejected.push({ index: offset + index, code: reason ?? code, message });
      onProgress((sent += inputs.length));
    } catch (error) {
      failure ??= asError(error);
    }
  };
  for await (const batch of batches) {
    if (signal.aborted || failure !== undefined) break;
    const sending: Promise<void> = send(batch).finally(() => underWay.delete(sending));
    underWay.add(sending);
    if (underWay.size >= concurrency) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure;
};

export const noOutcome = (): Outcome => ({ accepted: 0, replayed: 0, rejected: [], position: null });
