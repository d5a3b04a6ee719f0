import { badInput, MillraceError } from '../errors.js';

/** What mutations of many items share: each is checked by itself, and those at fault are named. */

export interface Rejection {
  readonly index: number;
  readonly code: string;
  readonly reason?: string;
  readonly field?: string;
  readonly message: string;
}

export interface BatchOutcome {
  readonly accepted: number;
  readonly replayed: number;
  readonly rejected: Rejection[];
  /** Null when nothing was accepted. */
  readonly position: string | null;
}

const mostInputs = 1_000;

/** @throws MillraceError BAD_USER_INPUT */
export const checkLength = (inputs: readonly unknown[]): void => {
  if (inputs.length > mostInputs) throw badInput('inputs', `must have at most ${mostInputs} items`);
};

/** @throws what is no fault of the item */
export const rejection = (index: number, error: unknown): Rejection => {
  if (!(error instanceof MillraceError)) throw error;
  const { field, reason } = error.details;
  return {
    index,
    code: error.code,
    message: error.message,
    ...(typeof field === 'string' && { field }),
    ...(typeof reason === 'string' && { reason }),
  };
};
