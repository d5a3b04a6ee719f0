import type { CreateOrderInput, Millrace } from 'millrace-sdk';
import { sendBatches, type SendBatchesOptions } from './send-batches.js';

export interface Outcome {
  accepted: number;
  /** Counted within `accepted`. */
  replayed: number;
  rejected: { index: number; code: string; message: string }[];
  /** Of the write that was answered last; null when nothing was accepted. */
  position: string | null;
}

export interface SendOptions extends Omit<SendBatchesOptions<Batch>, 'send'> {
  readonly millrace: Millrace;
  readonly onProgress: (sent: number) => void;
}

/** With the place of its first order in the whole. */
export interface Batch {
  readonly offset: number;
  /** Each with an id, so that the SDK may send it again. */
  readonly inputs: CreateOrderInput[];
}

/** Sends every batch through `createOrders` and adds up the answers. Ends and throws as `sendBatches`. */
export const sendOrders = (
  { millrace, onProgress, ...options }: SendOptions,
  outcome: Outcome,
): Promise<void> => {
  let sent = 0;
  const send = async ({ offset, inputs }: Batch): Promise<void> => {
    const answer = await millrace.createOrders({ inputs });
    outcome.accepted += answer.accepted;
    outcome.replayed += answer.replayed;
    outcome.position = answer.position ?? outcome.position;
    for (const { index, code, reason, message } of answer.rejected)
      outcome.rejected.push({ index: offset + index, code: reason ?? code, message });
    onProgress((sent += inputs.length));
  };
  return sendBatches({ ...options, send });
};

export const noOutcome = (): Outcome => ({ accepted: 0, replayed: 0, rejected: [], position: null });
