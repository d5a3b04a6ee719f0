/**
 * WebSocket frames of a server, read where they lie: no copy, no text. Only a frame that is cut by the end of a chunk is put together
 * elsewhere. `onFrame(bytes, opcode, start, end)` must be done with the bytes when it returns.
 */
export const createFrameReader = (onFrame) => {
  let rest = Buffer.allocUnsafe(512);
  let restLength = 0;

  const keep = (chunk, from, to) => {
    const needed = restLength + to - from;
    if (needed > rest.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      rest.copy(larger, 0, 0, restLength);
      rest = larger;
    }
    restLength += chunk.copy(rest, restLength, from, to);
  };

  const emit = (bytes, start, headerLength, end) =>
    onFrame(bytes, bytes[start] & 15, start + headerLength, end);

  /** @returns how much of the chunk belonged to the frame that was cut */
  const completeRest = (chunk, end) => {
    let at = 0;
    for (;;) {
      const headerLength = headerLengthAt(rest, 0, restLength);
      if (headerLength > 0) {
        const missing = headerLength + payloadLengthAt(rest, 0) - restLength;
        const taken = Math.min(missing, end - at);
        keep(chunk, at, at + taken);
        at += taken;
        if (taken < missing) return at;
        const length = restLength;
        restLength = 0;
        emit(rest, 0, headerLength, length);
        return at;
      }
      if (at === end) return at;
      keep(chunk, at, at + 1);
      at += 1;
    }
  };

  return (chunk, end) => {
    let at = restLength > 0 ? completeRest(chunk, end) : 0;
    while (at < end) {
      const headerLength = headerLengthAt(chunk, at, end);
      const next = at + headerLength + (headerLength > 0 ? payloadLengthAt(chunk, at) : 0);
      if (headerLength === 0 || next > end) return keep(chunk, at, end);
      emit(chunk, at, headerLength, next);
      at = next;
    }
    return undefined;
  };
};

/** 0 while the header is not all there. A server does not mask. */
const headerLengthAt = (bytes, at, end) => {
  if (end - at < 2) return 0;
  const length = bytes[at + 1] & 127;
  const header = length < 126 ? 2 : length === 126 ? 4 : 10;
  return end - at < header ? 0 : header;
};

const payloadLengthAt = (bytes, at) => {
  const length = bytes[at + 1] & 127;
  if (length < 126) return length;
  return length === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6);
};
