/** Codes of `errors[].extensions.code` that are ours; GraphQL's and Apollo's own stay as they are. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'RATE_LIMITED'
  | 'QUERY_TOO_COMPLEX'
  | 'POSITION_TIMEOUT'
  | 'CURSOR_EXPIRED'
  | 'CURSOR_INVALID'
  | 'GAP'
  | 'UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'INTERNAL_SERVER_ERROR';

export type ConflictReason =
  | 'INVALID_TRANSITION'
  | 'VERSION_MISMATCH'
  | 'ALREADY_EXISTS'
  | 'EMAIL_TAKEN'
  | 'INSUFFICIENT'
  | 'LIMIT_REACHED'
  | 'AGE_UNVERIFIED';

/**
 * An error whose message a client may read: what was wrong and what to do.
 * `details` become further `extensions`; `retryable` means that the same call may succeed later.
 */
export class MillraceError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'MillraceError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

export const badInput = (field: string, message: string): MillraceError =>
  new MillraceError('BAD_USER_INPUT', `${field}: ${message}`, { details: { field } });

export const notFound = (message: string): MillraceError => new MillraceError('NOT_FOUND', message);

export const conflict = (reason: ConflictReason, message: string): MillraceError =>
  new MillraceError('CONFLICT', message, { details: { reason } });

export const unavailable = (message: string, cause?: unknown): MillraceError =>
  new MillraceError('UNAVAILABLE', message, { retryable: true, cause });

/** The answer to a write was lost. `ids` are what it would have written; repeating with the same key or ids is safe. */
export const outcomeUnknown = (ids: readonly string[], cause?: unknown): MillraceError =>
  new MillraceError(
    'OUTCOME_UNKNOWN',
    'The answer was lost, so it is not known whether this was written. Repeat it with the same idempotency key or ids: it then counts once.',
    { details: { ids }, retryable: true, cause },
  );

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Whether `error` is a system error of the given codes, such as `ECONNREFUSED`. */
export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  // Not by `instanceof`: the errors of another realm, such as a test's, are not of our Error.
  typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
