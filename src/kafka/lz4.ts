/**
 * Reads an LZ4 frame ("LZ4 Frame Format" 1.6.4 and "LZ4 Block Format"). Its checksums are skipped, as Kafka's own of the whole batch
 * has been compared. A block may refer to those before it: all are written into one buffer.
 */

const frameMagic = 0x184d2204;
const flags = { version: 0xc0, blockChecksum: 0x10, contentSize: 0x08, dictionary: 0x01 } as const;
const knownVersion = 0x40;
/** By the number in the header. */
const longestBlocks = [undefined, undefined, undefined, undefined, 65_536, 262_144, 1_048_576, 4_194_304];
const storedBit = 0x8000_0000;

/** @throws Error when it is damaged, cut off, or would become more than `limit` bytes */
export const decompressLz4 = (frame: Buffer, limit: number): Buffer => {
  const { firstBlock, longestBlock, hasChecksums } = readHeader(frame);
  let output = Buffer.allocUnsafeSlow(Math.min(limit, 4 * frame.length) + longestBlock);
  let written = 0;
  for (let at = firstBlock, word; (word = frame.readUInt32LE(at)) !== 0;) {
    const isStored = word >= storedBit;
    const end = at + 4 + (isStored ? word - storedBit : word);
    if (end > frame.length) throw new Error('a block is cut off');
    const block = frame.subarray(at + 4, end);
    if (written + longestBlock > output.length) {
      const larger = Buffer.allocUnsafeSlow(2 * output.length + longestBlock);
      output.copy(larger, 0, 0, written);
      output = larger;
    }
    const room = output.subarray(0, written + longestBlock);
    written = isStored ? store(block, room, written) : decompressBlock(block, room, written);
    if (written > limit) throw new Error('too many bytes');
    at = end + (hasChecksums ? 4 : 0);
  }
  return output.subarray(0, written);
};

const readHeader = (frame: Buffer) => {
  if (frame.readUInt32LE(0) !== frameMagic) throw new Error('no LZ4 frame');
  const flag = frame.readUInt8(4);
  const longestBlock = longestBlocks[(frame.readUInt8(5) >> 4) & 7];
  if ((flag & flags.version) !== knownVersion || flag & flags.dictionary || longestBlock === undefined)
    throw new Error('an LZ4 frame of an unknown kind');
  return {
    firstBlock: flag & flags.contentSize ? 15 : 7,
    longestBlock,
    hasChecksums: (flag & flags.blockChecksum) !== 0,
  };
};

/** Both answer where they ended. */
const store = (block: Buffer, output: Buffer, at: number): number => {
  if (at + block.length > output.length) throw new Error('a block is too long');
  return at + block.copy(output, at);
};

const shortestMatch = 4;

/**
 * A sequence is a byte with two lengths, literals, and how far back their continuation is found. The last one ends behind its
 * literals.
 */
const decompressBlock = (block: Buffer, output: Buffer, start: number): number => {
  const { length: end } = block;
  let from = 0;
  let at = start;
  const readLength = (first: number): number => {
    let length = first;
    if (first === 15)
      for (let byte = 255; byte === 255; length += byte) {
        if (from === end) throw new Error('a length is cut off');
        byte = block[from++] as number;
      }
    return length;
  };
  while (from < end) {
    const token = block[from++] as number;
    const literals = readLength(token >> 4);
    if (from + literals > end || at + literals > output.length) throw new Error('literals do not fit');
    block.copy(output, at, from, from + literals);
    from += literals;
    at += literals;
    if (from === end) return at;
    if (from + 2 > end) throw new Error('a sequence is cut off');
    const back = block.readUInt16LE(from);
    from += 2;
    const matched = at + shortestMatch + readLength(token & 15);
    if (back === 0 || back > at || matched > output.length) throw new Error('a match does not fit');
    // One byte after the other: a match may go on into what it writes.
    for (; at < matched; at += 1) output[at] = output[at - back] as number;
  }
  throw new Error('a block ends without literals');
};
