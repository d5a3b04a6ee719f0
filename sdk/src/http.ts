import { delayOf, wait, type Backoff } from './backoff.js';
import { stopSignal, type Closing } from './closing.js';
import type { Operation } from './document.js';
import { cancelled, fromGraphQL, MillraceError, property } from './errors.js';
import type { CallOptions } from './options.js';

export type Variables = Readonly<Record<string, unknown>>;

export interface HttpOptions {
  readonly url: string;
  readonly token: () => Promise<string | undefined>;
  readonly fetch: typeof fetch;
  readonly backoff: Backoff;
  readonly timeoutMs: number;
  readonly retryForMs: number;
  readonly closing: Closing;
}

export interface Http {
  /** Answers `data`. @throws MillraceError */
  request(operation: Operation, variables: Variables, options?: CallOptions): Promise<unknown>;
}

/**
 * Queries and mutations as POST. What got no answer is sent again for `retryForMs` where that is safe: a query; a mutation
 * that carries an idempotency key or the ids of all that it creates; anything that never left or that the server refused
 * with UNAVAILABLE. A mutation that may have been written and may not be repeated is OUTCOME_UNKNOWN.
 */
export const createHttp = (http: HttpOptions): Http => ({
  request: async (operation, variables, options = {}) => {
    const stop = stopSignal(http.closing, options.signal);
    const timeoutMs = options.timeoutMs ?? http.timeoutMs;
    const until = Date.now() + (options.retryForMs ?? http.retryForMs);
    const repeatable = operation.kind === 'query' || identities(variables) !== undefined;
    let maybeWritten = false;
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          return await post(http, operation, variables, timeoutMs, stop.signal);
        } catch (error) {
          if (!(error instanceof MillraceError)) throw error;
          maybeWritten ||= operation.kind === 'mutation' && isLost(error);
          const delay = Math.max(delayOf(http.backoff, attempt), retryAfter(error));
          const again = isTransient(error) && (repeatable || !maybeWritten) && Date.now() + delay < until;
          if (!again) throw maybeWritten && isTransient(error) ? outcomeUnknown(variables, error) : error;
          await wait(delay, stop.signal);
        }
      }
    } finally {
      stop.release();
    }
  },
});

const post = async (
  http: HttpOptions,
  operation: Operation,
  variables: Variables,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<unknown> => {
  if (signal.aborted) throw cancelled();
  const token = await http.token();
  const attempt = new AbortController();
  const abort = (): void => attempt.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort);
  let status: number;
  let text: string;
  try {
    const response = await http.fetch(http.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: operation.query, operationName: operation.name, variables }),
      signal: attempt.signal,
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw cancelled();
    const neverSent = notConnected.has(systemCode(error));
    throw new MillraceError('NETWORK', `No answer from ${http.url}.`, {
      extensions: { neverSent },
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
  return readResult(http.url, status, text);
};

const readResult = (url: string, status: number, text: string): unknown => {
  const result = parseObject(text);
  if (Array.isArray(result?.errors) && result.errors.length > 0) throw fromGraphQL(result.errors);
  if (result?.data != null) return result.data;
  // A proxy answers these for a gateway that went away; whether the request had reached it is not known.
  if (status === 502 || status === 503 || status === 504)
    throw new MillraceError('NETWORK', `${url} answered ${status}.`, { extensions: { status } });
  throw new MillraceError('BAD_RESPONSE', `${url} answered ${status} without a GraphQL result.`, {
    extensions: { status },
  });
};

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

/** Codes of Node's sockets for a connection that was never made; a browser names none, so there all counts as sent. */
const notConnected = new Set<unknown>(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

const systemCode = (error: unknown): unknown => property(property(error, 'cause'), 'code');

const isLost = (error: MillraceError): boolean =>
  error.code === 'OUTCOME_UNKNOWN' || (error.code === 'NETWORK' && error.extensions.neverSent !== true);

const isTransient = ({ code }: MillraceError): boolean =>
  code === 'NETWORK' || code === 'UNAVAILABLE' || code === 'RATE_LIMITED' || code === 'OUTCOME_UNKNOWN';

const retryAfter = ({ extensions }: MillraceError): number =>
  typeof extensions.retryAfterMs === 'number' ? extensions.retryAfterMs : 0;

/** What makes a mutation safe to repeat: its idempotency key, or the client's ids of everything that it creates. */
const identities = ({ idempotencyKey, input, inputs }: Variables): string[] | undefined => {
  if (typeof idempotencyKey === 'string') return [idempotencyKey];
  const ids = (Array.isArray(inputs) ? inputs : [input]).map(idOf).filter((id) => id !== undefined);
  return ids.length > 0 && ids.length === (Array.isArray(inputs) ? inputs.length : 1) ? ids : undefined;
};

const idOf = (input: unknown): string | undefined =>
  typeof input === 'object' && input !== null && 'id' in input && typeof input.id === 'string'
    ? input.id
    : undefined;

const outcomeUnknown = (variables: Variables, cause: MillraceError): MillraceError =>
  cause.code === 'OUTCOME_UNKNOWN'
    ? cause
    : new MillraceError(
        'OUTCOME_UNKNOWN',
        'The answer was lost, so it is not known whether this was written. With an idempotency key, or ids that the client chose, the SDK repeats it by itself.',
        { extensions: { ids: identities(variables) ?? [] }, cause },
      );
