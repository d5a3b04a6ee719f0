/**
 * What the generated code makes of each operation. It is a String object, typed as the string that its requester asks
 * for (typescript-generic-sdk writes `new` but declares `string`); `toString()` gives the text.
 */
export const TypedDocumentString = String as unknown as new (text: string, meta?: unknown) => string;

/** What the runtime needs to know of an operation. */
export interface Operation {
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly query: string;
  /** A subscription that takes `heartbeat` is an event field, which resumes by cursor; the others are state fields. */
  readonly events: boolean;
}

const header = /^\s*(query|mutation|subscription)\s+(\w+)/;

/**
 * Reads kind and name from the text of an operation, which must come first in it.
 * @throws TypeError when the text begins with no named operation.
 */
export const describeOperation = (document: string): Operation => {
  const query = document.toString().trim();
  const [, kind, name] = header.exec(query) ?? [];
  if (name === undefined || (kind !== 'query' && kind !== 'mutation' && kind !== 'subscription'))
    throw new TypeError('A document must begin with a named query, mutation or subscription.');
  return { name, kind, query, events: kind === 'subscription' && /\$heartbeat\b/.test(query) };
};
