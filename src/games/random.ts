import { createCipheriv, createHash } from 'node:crypto';

export interface Random {
  /** A whole number from 0 to `n - 1`, each as likely; `n` is at most 2^32. */
  below(n: number): number;
}

const blockBytes = 4_096;
const values = 2 ** 32;

/**
 * Numbers that follow from `seed` alone: the key stream of AES-256 in counter mode, whose key is the SHA-256 of the seed. Nobody who does not
 * know the seed can tell it from chance. Source: NIST SP 800-38A, section 6.5.
 */
export const createRandom = (seed: string | Buffer): Random => {
  const stream = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16));
  const zeros = Buffer.alloc(blockBytes);
  let block = zeros;
  let at = blockBytes;

  const next = (): number => {
    if (at === blockBytes) {
      block = stream.update(zeros);
      at = 0;
    }
    at += 4;
    return block.readUInt32LE(at - 4);
  };

  return {
    below: (n) => {
      // What is left over behind the last whole multiple of n would make small numbers more likely.
      const end = values - (values % n);
      for (;;) {
        const value = next();
        if (value < end) return value % n;
      }
    },
  };
};

/** The entry that `at` falls on when each takes as many numbers, from 0 on, as its weight. */
export const entryAt = <Entry extends { readonly weight: number }>(
  entries: readonly Entry[],
  at: number,
): Entry => {
  let end = 0;
  for (const entry of entries) if (at < (end += entry.weight)) return entry;
  throw new RangeError(`there is no entry at ${at}: the weights are ${end} together`);
};
