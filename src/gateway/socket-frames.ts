import type { Payload } from './delivery.js';

/**
 * `next` messages of graphql-transport-ws as WebSocket frames (RFC 6455, section 5.2: a server's are not masked). All that
 * subscribers of a result share is made once; what is their own, the id, stands at the end.
 */

const opening = Buffer.from('{"type":"next","payload":');
/** FIN, and a text message. */
const text = 0x81;

/** The end of each message of one subscription. */
export const frameTail = (id: string): Buffer => Buffer.from(`,"id":${JSON.stringify(id)}}`);

const header = (length: number): Buffer => {
  if (length < 126) return Buffer.from([text, length]);
  if (length < 65_536) {
    const bytes = Buffer.from([text, 126, 0, 0]);
    bytes.writeUInt16BE(length, 2);
    return bytes;
  }
  const bytes = Buffer.alloc(10);
  bytes[0] = text;
  bytes[1] = 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
};

/** By the length of the tail, which the header counts: nearly all clients make ids of one length. */
const heads = new WeakMap<Payload, Map<number, Buffer>>();

/** All of a frame but its tail. */
export const frameHead = (payload: Payload, tailLength: number): Buffer => {
  let byLength = heads.get(payload);
  if (!byLength) heads.set(payload, (byLength = new Map()));
  let head = byLength.get(tailLength);
  if (!head) {
    const { json } = payload;
    head = Buffer.concat([header(opening.length + json.length + tailLength), opening, json]);
    byLength.set(tailLength, head);
  }
  return head;
};
