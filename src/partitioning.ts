/**
 * Murmur2 as Kafka's Java client has it (`Utils.murmur2`, with its seed), so that a key has the same partition whoever sends
 * it. A signed 32-bit number.
 */
export const murmur2 = (key: Buffer): number => {
  const { length } = key;
  const view = new DataView(key.buffer, key.byteOffset, length);
  const whole = length & ~3;
  let hash = 0x9747b28c ^ length;
  for (let at = 0; at < whole; at += 4) {
    const mixed = Math.imul(view.getInt32(at, true), multiplier);
    hash = Math.imul(hash, multiplier) ^ Math.imul(mixed ^ (mixed >>> 24), multiplier);
  }
  if (length > whole) {
    for (let at = whole; at < length; at += 1) hash ^= view.getUint8(at) << (8 * (at - whole));
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
};

const multiplier = 0x5bd1e995;

/** The positive hash whose remainder is the partition: Kafka's default for records with a key. */
export const hashOf = (key: Buffer | string): number =>
  murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff;

/** The partition of a key, the same for all who send. */
export const partitionOf = (key: Buffer | string, partitions: number): number => hashOf(key) % partitions;
