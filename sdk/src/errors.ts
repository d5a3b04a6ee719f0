/**
 * `code` is one of the server's `errors[].extensions.code`, or one of the SDK's own: `NETWORK` (no answer, and nothing was
 * written), `OUTCOME_UNKNOWN` (a mutation may have been written; repeat it with an idempotency key or client ids),
 * `BAD_RESPONSE` (what answered is no GraphQL server), `CANCELLED` (by a signal or by `dispose`).
 * `extensions` are the server's, such as `field`, `reason`, `cursor`, `retryAfterMs`.
 */
export class MillraceError extends Error {
  readonly code: string;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { extensions?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'MillraceError';
    this.code = code;
    this.extensions = options.extensions ?? {};
  }
}

interface FormattedError {
  readonly message: string;
  readonly extensions?: Record<string, unknown>;
}

/** The first of a result's errors; the others are in `cause`. */
export const fromGraphQL = (errors: readonly FormattedError[]): MillraceError => {
  const [first] = errors;
  const code = first?.extensions?.code;
  return new MillraceError(
    typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
    first?.message ?? 'The server answered with an error that it did not name.',
    { extensions: first?.extensions, cause: errors },
  );
};

export const cancelled = (): MillraceError => new MillraceError('CANCELLED', 'The call was cancelled.');

/** The server's text cursor, where a result or an error carries one. */
export const cursorOf = (extensions: Readonly<Record<string, unknown>> | undefined): string | undefined =>
  typeof extensions?.cursor === 'string' ? extensions.cursor : undefined;

/** A property of anything, as errors of sockets have many shapes. */
export const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
