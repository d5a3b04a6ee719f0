import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { validateMessage } from 'graphql-ws';
import { closeAtEnd } from '../support/cleanup.js';
import { createQueue, type Queue } from '../support/queue.js';

/*
 * A client of graphql-transport-ws that reads and writes the frames of RFC 6455 itself. So it sees how the server cuts and
 * measures them, may cut its own as it likes, and may stop reading. Messages wait until they are asked for.
 */

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly headBytes: number;
  readonly payload: Buffer;
}

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface RawSocket {
  /** What the server chose of the sub-protocols offered. */
  readonly protocol: string | undefined;
  /** Its messages. Ends with an error when one breaks the protocol, or the framing does. */
  readonly received: Queue<Message>;
  /** Every frame that came, whatever it carried. */
  readonly frames: Queue<Frame>;
  /** 1006 when the connection ended without a close frame. */
  readonly closed: Promise<{ code: number; reason: string }>;
  send(message: object | string): void;
  /** Bytes as they are, in one write; see {@link frameOf}. */
  write(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  /** Ends the connection without a close frame. */
  cut(): void;
}

export interface RawSocketOptions {
  readonly protocols?: readonly string[];
  /** Whether it answers a ping of WebSocket. */
  readonly pongs?: boolean;
}

/** A frame as a client sends it; the mask is zero, which leaves the payload as it is. */
export const frameOf = (
  opcode: number,
  content: string | Buffer = '',
  { last = true }: { last?: boolean } = {},
): Buffer => {
  const payload = Buffer.from(content);
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (last ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
};

/** @throws when the server does not upgrade; the message has its status */
export const openRawSocket = async (
  websocketUrl: string,
  { protocols = ['graphql-transport-ws'], pongs = true }: RawSocketOptions = {},
): Promise<RawSocket> => {
  const { response, socket, head } = await upgrade(websocketUrl, protocols);
  const received = createQueue<Message>('The socket');
  const frames = createQueue<Frame>('The socket');
  let resolveClosed: (end: { code: number; reason: string }) => void = () => undefined;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => (resolveClosed = resolve));
  const end = (code: number, reason: string): void => {
    received.end(new Error(`The socket closed with ${code} ${reason}`));
    frames.end(new Error(`The socket closed with ${code} ${reason}`));
    resolveClosed({ code, reason });
  };
  const take = (frame: Frame): void => {
    const { opcode, payload } = frame;
    frames.push(frame);
    if (opcode === opcodes.text) received.push(messageOf(payload));
    else if (opcode === opcodes.ping && pongs) socket.write(frameOf(opcodes.pong, payload));
    else if (opcode === opcodes.close) {
      end(payload.length === 0 ? 1005 : payload.readUInt16BE(), textOf(payload.subarray(2)));
      socket.end(frameOf(opcodes.close, payload.subarray(0, 2)));
    }
  };
  let unread = head;
  const read = (chunk: Buffer): void => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    try {
      for (let frame = frameIn(unread); frame; frame = frameIn(unread)) {
        unread = unread.subarray(frame.headBytes + frame.payload.length);
        take(frame);
      }
    } catch (error) {
      received.end(error as Error);
      frames.end(error as Error);
      socket.destroy();
    }
  };
  socket.on('error', () => undefined);
  socket.once('close', () => end(1006, ''));
  socket.on('data', read);
  if (head.length > 0) read(Buffer.alloc(0));
  closeAtEnd(async () => {
    if (socket.closed) return;
    socket.destroy();
    await once(socket, 'close');
  });
  return {
    protocol: response.headers['sec-websocket-protocol'],
    received,
    frames,
    closed,
    send: (message) =>
      socket.write(frameOf(opcodes.text, typeof message === 'string' ? message : JSON.stringify(message))),
    write: (bytes) => socket.write(bytes),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    // A reset behind its own end would leave the handle open.
    cut: () => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy()),
  };
};

const upgrade = (
  websocketUrl: string,
  protocols: readonly string[],
): Promise<{ response: IncomingMessage; socket: Socket; head: Buffer }> =>
  new Promise((resolve, reject) => {
    const asked = request(websocketUrl.replace(/^ws/, 'http'), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.from('the sample nonce').toString('base64'),
        ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(', ') }),
      },
    });
    asked.once('upgrade', (response, socket, head) => {
      socket.setNoDelay(true);
      resolve({ response, socket, head });
    });
    asked.once('response', (response) => {
      response.resume();
      reject(new Error(`The upgrade was answered ${response.statusCode}`));
    });
    asked.once('error', reject);
    asked.end();
  });

/** The first frame, or undefined while it is not all there. A server's is whole, unmasked and as short as it can be. */
const frameIn = (bytes: Buffer): Frame | undefined => {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  if ((first & 0xf0) !== 0x80) throw new Error(`A frame begins with ${first.toString(16)}`);
  if (second & 0x80) throw new Error('A frame of the server is masked');
  const headBytes = second < 126 ? 2 : second === 126 ? 4 : 10;
  if (bytes.length < headBytes) return undefined;
  const length =
    headBytes === 2 ? second : headBytes === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const leastBytes = { 2: 0, 4: 126, 10: 65_536 };
  if (length < leastBytes[headBytes])
    throw new Error(`The head of a frame of ${length} bytes is longer than it must be`);
  if (bytes.length < headBytes + length) return undefined;
  return { opcode: first & 0x0f, headBytes, payload: bytes.subarray(headBytes, headBytes + length) };
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const textOf = (bytes: Buffer): string => utf8.decode(bytes);

const known: Readonly<Record<string, readonly string[]>> = {
  connection_ack: ['type', 'payload'],
  ping: ['type', 'payload'],
  pong: ['type', 'payload'],
  next: ['id', 'type', 'payload'],
  error: ['id', 'type', 'payload'],
  complete: ['id', 'type'],
};

/** A message of the server: valid by graphql-ws's own check, with no other keys than the protocol has. */
const messageOf = (payload: Buffer): Message => {
  const text = textOf(payload);
  const message = validateMessage(JSON.parse(text)) as Message;
  const keys = known[message.type];
  if (!keys || Object.keys(message).some((key) => !keys.includes(key)))
    throw new Error(`The server sent ${text.slice(0, 500)}`);
  return message;
};
