/** Pearson's statistic of counts against what was expected of each; also when it is too regular to be chance, it tells. */
export const chiSquare = (counts: readonly number[], expected: readonly number[]): number =>
  counts.reduce((sum, count, n) => sum + (count - expected[n]!) ** 2 / expected[n]!, 0);

/**
 * The statistic as a standard normal: chance lies within ±4 in all but 1 of 16,000 cases. Source: Wilson and Hilferty, The distribution of
 * chi-square, 1931.
 */
export const asNormal = (statistic: number, degrees: number): number =>
  ((statistic / degrees) ** (1 / 3) - (1 - 2 / (9 * degrees))) / Math.sqrt(2 / (9 * degrees));
