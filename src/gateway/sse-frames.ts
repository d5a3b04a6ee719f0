import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Payload } from './delivery.js';

/** The text of an event stream. JSON has no raw newline, so the data of an event is one line. */

/** What a client brings back as `Last-Event-ID` from a stream that is over. No cursor is so short. */
export const endId = 'end';

/**
 * A comment: tells the network, and whoever watches it, that the stream lives. With a cursor, which is a line by itself, an
 * EventSource moves its place without an event. What a client made up and would break the line is no cursor.
 */
export const ping = (cursor: unknown): Buffer =>
  Buffer.from(typeof cursor === 'string' && /^[!-~]+$/.test(cursor) ? `:\nid: ${cursor}\n\n` : ':\n\n');

/** The end for good. An EventSource comes back once, with the id, and is then told to stay away. */
export const complete = Buffer.from(`event: complete\nid: ${endId}\ndata:\n\n`);

/** How long an EventSource waits before it connects again. */
export const retry = (ms: number): Buffer => Buffer.from(`retry: ${ms}\n\n`);

export const single = (result: ExecutionResult): Buffer =>
  Buffer.concat([next({ json: Buffer.from(JSON.stringify(result)), cursor: undefined }), complete]);

export const failure = (errors: readonly GraphQLError[]): Buffer => single({ errors });

const head = Buffer.from('event: next\n');
const data = Buffer.from('data: ');
const end = Buffer.from('\n\n');

const next = ({ json, cursor }: Payload): Buffer =>
  cursor === undefined
    ? Buffer.concat([head, data, json, end])
    : Buffer.concat([head, Buffer.from(`id: ${cursor}\n`), data, json, end]);

const made = new WeakMap<Payload, Buffer>();

/** The events of results that go out together. The text of each is made once for all clients that get it. */
export const events = (payloads: readonly Payload[]): Buffer => {
  const [first] = payloads;
  return first && payloads.length === 1 ? eventOf(first) : Buffer.concat(payloads.map(eventOf));
};

const eventOf = (payload: Payload): Buffer => {
  const known = made.get(payload);
  if (known) return known;
  const event = next(payload);
  made.set(payload, event);
  return event;
};
