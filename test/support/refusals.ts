import { expect } from '@jest/globals';
import { SubscriptionFailed, type Answer, type GraphQLFailure, type TestClient } from './graphql.js';

/** The one error of an answer that must be refused. */
export const refusal = ({ data, errors }: Answer<unknown>): GraphQLFailure => {
  const [error] = errors ?? [];
  if (!error || errors?.length !== 1) throw new Error(`not one error: ${JSON.stringify({ data, errors })}`);
  return error;
};

export type Call = readonly [query: string, variables: Record<string, unknown>];

/** What no client is told. */
export const internals =
  /\bpg\b|postgres|sql|select |insert |relation|constraint|column|syntax|kafka|node_modules|src\/|dist\/|127\.0\.0\.1|localhost|\.js\b|\n\s+at /i;

/** Its code, the field at fault, and a message without internals. */
export const expectRefusal = (failure: GraphQLFailure, code: string, field: string | undefined): void => {
  expect([failure.extensions.code, failure.extensions.field]).toEqual([code, field]);
  expect(failure.message).not.toMatch(internals);
  expect(failure.message.length).toBeLessThan(500);
  expect(Object.keys(failure.extensions)).not.toContain('stacktrace');
};

/** What a query or mutation is answered over the WebSocket. */
export const overSocket = async (client: TestClient, [query, variables]: Call): Promise<Answer<unknown>> => {
  const operation = client.subscribe(query, variables);
  try {
    return await operation.next();
  } catch (error) {
    if (error instanceof SubscriptionFailed) return { errors: error.errors };
    throw error;
  } finally {
    operation.complete();
  }
};

/** Refused over HTTP and over WebSocket; `written` answers the same before and after. */
export const expectRefused = async (
  client: TestClient,
  written: () => Promise<unknown>,
  call: Call,
  code: string,
  field?: string,
): Promise<void> => {
  const before = await written();
  expectRefusal(refusal(await client.post(...call)), code, field);
  expectRefusal(refusal(await overSocket(client, call)), code, field);
  expect(await written()).toEqual(before);
};

/** A subscription that ends before anything is delivered. */
export const expectEnded = async (
  client: TestClient,
  [query, variables]: Call,
  code: string,
  field?: string,
): Promise<void> => {
  const failure = await client.subscribe(query, variables).next().then(
    (answer) => Promise.reject(new Error(`delivered ${JSON.stringify(answer)}`)),
    (error: unknown) => error,
  ); // prettier-ignore
  if (!(failure instanceof SubscriptionFailed)) throw failure;
  expectRefusal(refusal({ errors: failure.errors }), code, field);
};

/** Rows of a table of tests, each with a short name. */
export const named = (values: readonly unknown[]): [string, unknown][] =>
  values.map((value) => [(JSON.stringify(value) ?? 'undefined').slice(0, 40), value]);

/** Text that no field of at most 200 characters takes. */
export const badTexts = ['', '  ', 'a\0b', '\0', 'x'.repeat(201), 'x'.repeat(50_000)];
