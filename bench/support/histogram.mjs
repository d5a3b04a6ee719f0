/** Microseconds, counted in buckets of 1/32 of their size: percentiles of any number of samples, each within 3%. */
export const createHistogram = () => {
  const buckets = new Uint32Array(32 * 32);
  let count = 0;
  return {
    add: (us) => {
      const value = us < 0 ? 0 : us | 0;
      const exponent = 31 - Math.clz32(value);
      buckets[value < 32 ? value : ((exponent - 4) << 5) + ((value >>> (exponent - 5)) & 31)] += 1;
      count += 1;
    },
    /** The `p`-th part of the samples is at most this, in ms. NaN without samples. */
    percentileMs: (p) => {
      let left = Math.ceil(count * p);
      if (left === 0) return Number.NaN;
      for (let index = 0; index < buckets.length; index += 1) {
        left -= buckets[index];
        if (left <= 0) return middleOf(index) / 1_000;
      }
      return Number.NaN;
    },
    clear: () => {
      buckets.fill(0);
      count = 0;
    },
  };
};

const middleOf = (index) => {
  if (index < 32) return index;
  const width = 2 ** ((index >> 5) - 1);
  return (32 + (index & 31)) * width + width / 2;
};
