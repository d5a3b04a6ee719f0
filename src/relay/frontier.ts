/**
 * Which outbox ids are settled. Ids are given out in order but committed out of order, so behind the highest id seen there may
 * be gaps: rows of transactions that still run, or that were rolled back. A gap is watched until every transaction that could
 * fill it has ended; if a read that began after that does not show it, it never will.
 */
export interface Frontier {
  /** The highest id that was read. */
  readonly high: number;
  /** Ids below `high` that were not there yet. */
  gaps(): readonly number[];
  /**
   * Takes in a read of everything behind `high` and of the gaps.
   * @param ids that it showed
   * @param next number of the reading transaction. A row's transaction has its number before it takes an outbox id, so whoever could
   *   fill a gap that an earlier read saw is older
   * @param oldest transaction that still ran when it read
   */
  read(ids: readonly number[], next: bigint, oldest: bigint): void;
  /** Every id up to this one is numbered or will never be there. */
  settled(): number;
}

/** `numbered`: ids above `settled` that are numbered already, in order. */
export const createFrontier = (settled: number, numbered: readonly number[]): Frontier => {
  let high = settled;
  /** By id: the first transaction that is surely younger than whoever could fill the gap, once it is known. */
  const gaps = new Map<number, bigint | undefined>();

  const take = (ids: readonly number[]): void => {
    for (const id of ids) {
      gaps.delete(id);
      for (let gap = high + 1; gap < id; gap += 1) gaps.set(gap, undefined);
      high = Math.max(high, id);
    }
  };

  take(numbered);
  return {
    get high() {
      return high;
    },
    gaps: () => [...gaps.keys()],
    read: (ids, next, oldest) => {
      const shown = new Set(ids);
      for (const [gap, horizon] of gaps) {
        if (shown.has(gap)) continue;
        if (horizon === undefined) gaps.set(gap, next);
        else if (oldest >= horizon) gaps.delete(gap);
      }
      take(ids);
    },
    settled: () => (gaps.size > 0 ? Math.min(...gaps.keys()) - 1 : high),
  };
};
