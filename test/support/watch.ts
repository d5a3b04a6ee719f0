import { expect } from '@jest/globals';
import type { TestClient } from './graphql.js';

/** A subscription to events that is live already. */
export interface Watched<Event> {
  /** Of the greeting: in front of all that was delivered. */
  readonly cursor: string;
  next(): Promise<Event>;
  take(count: number): Promise<Event[]>;
  /** Fails when anything more was delivered, or comes soon. */
  isQuiet(): Promise<void>;
  complete(): void;
}

/** Subscribes to `field` and waits for the greeting; `query` takes a variable `heartbeat`. */
export const watch = async <Event>(
  client: TestClient,
  field: string,
  query: string,
  variables: object = {},
): Promise<Watched<Event>> => {
  const events = client.subscribe<Record<string, Event | null>>(query, { heartbeat: 60, ...variables });
  const { data, extensions } = await events.next();
  expect(data).toEqual({ [field]: null });
  const next = async (): Promise<Event> => {
    const answer = await events.next();
    const event = answer.data?.[field];
    if (!event) throw new Error(`no event: ${JSON.stringify(answer)}`);
    return event;
  };
  return {
    cursor: String(extensions?.cursor),
    next,
    take: async (count) => {
      const taken: Event[] = [];
      while (taken.length < count) taken.push(await next());
      return taken;
    },
    isQuiet: () => expect(events.next(200)).rejects.toThrow(/brought nothing more/),
    complete: events.complete,
  };
};
