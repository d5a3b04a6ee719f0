import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { MillraceError } from '../errors.js';
import { clip, withCode } from './documents.js';

export interface ErrorLog {
  error(details: object, message: string): void;
}

/** Any error as the GraphQL error that a client may see, the same on every transport. */
export type Mask = (error: unknown) => GraphQLError;

export interface MaskOptions {
  readonly log: ErrorLog;
  /** Whether a misspelt name is answered with those that the schema has. */
  readonly suggestions: boolean;
}

/**
 * Ours keep code, message and details; GraphQL's own keep theirs; whatever else went wrong becomes INTERNAL_SERVER_ERROR with
 * an id, under which the log has it.
 */
export const createMask =
  ({ log, suggestions }: MaskOptions): Mask =>
  (error) => {
    const place = error instanceof GraphQLError ? error : undefined;
    const cause = rootCause(error);
    if (cause instanceof MillraceError)
      return located(place, cause.message, { ...cause.details, code: cause.code });
    if (cause instanceof GraphQLError) {
      const shown = place ?? cause;
      return withCode(
        suggestions ? shown : withoutSuggestion(shown),
        'BAD_USER_INPUT',
        fieldOfVariable(shown),
      );
    }
    const id = randomUUID();
    log.error({ err: cause, id, path: place?.path?.join('.') }, 'an operation failed unexpectedly');
    return located(place, `Something went wrong inside. The log has it under the id ${id}.`, {
      code: 'INTERNAL_SERVER_ERROR',
      id,
    });
  };

/** What a resolver threw, out of the errors in which graphql-js wraps it; GraphQL's own have none inside. */
const rootCause = (error: unknown): unknown => {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
};

const located = (
  place: GraphQLError | undefined,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError =>
  new GraphQLError(clip(message), {
    nodes: place?.nodes,
    source: place?.source,
    positions: place?.positions,
    path: place?.path,
    extensions,
  });

/** Which part of which variable graphql-js refused; it says so in its message only. */
const fieldOfVariable = ({ message }: GraphQLError): Record<string, unknown> => {
  const variable = /^Variable "\$(\w+)"/.exec(message)?.[1];
  if (variable === undefined) return {};
  const [, path] = / at "(\w+(?:\.\w+|\[\d+\])*)"[;.]/.exec(message) ?? [];
  return { field: path ?? variable };
};

/** What graphql-js appends to a misspelt name; for validation it has an option, for the values of variables none. */
const suggestion = / Did you mean .*\?$/s;

const withoutSuggestion = (error: GraphQLError): GraphQLError =>
  located(error, error.message.replace(suggestion, ''), error.extensions);
