import { connect } from 'node:net';
import { nowUs } from './clock.mjs';
import { createFrameReader } from './frames.mjs';

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 };

/** All sockets read into the same memory: what is in it is used up before the next read. */
const shared = Buffer.allocUnsafeSlow(256 * 1024);

/** A frame of a client, under a mask of zeros, which changes nothing. */
const frame = (opcode, payload) => {
  const { length } = payload;
  const header = Buffer.alloc((length < 126 ? 2 : 4) + 4);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | Math.min(length, 126);
  if (length >= 126) header.writeUInt16BE(length, 2);
  return Buffer.concat([header, payload]);
};

/**
 * A WebSocket that costs next to nothing for each message: `onText(bytes, start, end, us)` gets the payload where it was read, with the
 * time of the read, and must be done with it when it returns. Answers pings. Not for other use: it trusts the server.
 * @param {{ port: number, path: string, onText: (bytes: Buffer, start: number, end: number, us: number) => void, onClosed: (reason: string) => void }} options
 * @returns {Promise<{ send: (text: string) => void, close: () => void }>} when the server has taken the upgrade
 */
export const openSocket = ({ port, path, onText, onClosed }) =>
  new Promise((resolve, reject) => {
    let isOpen = false;
    let reason = 'the connection was closed';
    let head = '';
    let readAtUs = 0;
    const onFrame = (bytes, opcode, start, end) => {
      if (opcode === opcodes.text) onText(bytes, start, end, readAtUs);
      else if (opcode === opcodes.ping)
        socket.write(frame(opcodes.pong, Buffer.from(bytes.subarray(start, end))));
      else if (opcode === opcodes.close) {
        reason =
          end - start < 2
            ? 'closed'
            : `${bytes.readUInt16BE(start)} ${bytes.toString('utf8', start + 2, end)}`;
        socket.end(frame(opcodes.close, Buffer.from(bytes.subarray(start, Math.min(end, start + 2)))));
      } else if (opcode !== opcodes.pong)
        socket.destroy(new Error(`frames of opcode ${opcode} are not understood`));
    };
    const read = createFrameReader(onFrame);

    const readHead = (chunk, length) => {
      const before = head.length;
      head += chunk.toString('latin1', 0, length);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!head.startsWith('HTTP/1.1 101')) {
        socket.destroy(new Error(`the upgrade was answered ${head.split('\r\n', 1)[0]}`));
        return;
      }
      isOpen = true;
      resolve({
        send: (text) => socket.write(frame(opcodes.text, Buffer.from(text))),
        close: () => socket.end(frame(opcodes.close, Buffer.from([0x03, 0xe8]))),
      });
      const used = end + 4 - before;
      if (used < length) read(Buffer.from(chunk.subarray(used, length)), length - used);
    };

    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length, chunk) => {
          readAtUs = nowUs();
          if (isOpen) read(chunk, length);
          else readHead(chunk, length);
          return true;
        },
      },
    });
    socket.once('connect', () =>
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: YmVuY2gtZmFub3V0LWtleQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
      ),
    );
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.once('close', () => {
      if (isOpen) onClosed(reason);
      else reject(new Error(reason));
    });
  });
