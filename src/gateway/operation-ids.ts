/**
 * graphql-ws knows an operation by the client's id, and takes the id to be free as soon as the client completes it: what still
 * runs would be taken for its next user's. So every operation has an id of its own inside, and is known by the client's outside.
 */
export interface OperationIds {
  /** An id for what the client calls `name`; undefined while it calls another operation so. */
  begin(name: string): string | undefined;
  /** The client is done with it. @returns its id, if there is one */
  end(name: string): string | undefined;
  nameOf(id: string): string;
  /** A message of graphql-ws as the client gets it; undefined when the client is done with what it is about. */
  outgoing(text: string): string | undefined;
}

/** graphql-ws writes the id first. */
const about = /^\{"id":"(\d+)","type":"(\w+)"/;

export const createOperationIds = (): OperationIds => {
  const ids = new Map<string, string>();
  const names = new Map<string, string>();
  let count = 0;

  const end = (name: string): string | undefined => {
    const id = ids.get(name);
    ids.delete(name);
    if (id !== undefined) names.delete(id);
    return id;
  };

  return {
    begin: (name) => {
      if (ids.has(name)) return undefined;
      const id = String((count += 1));
      ids.set(name, id);
      names.set(id, name);
      return id;
    },
    end,
    nameOf: (id) => names.get(id) ?? '',
    outgoing: (text) => {
      const [start, id, type] = about.exec(text) ?? [];
      if (start === undefined || id === undefined) return text;
      const name = names.get(id);
      if (name === undefined) return undefined;
      if (type !== 'next') end(name);
      return `{"id":${JSON.stringify(name)},"type":"${type}"${text.slice(start.length)}`;
    },
  };
};
