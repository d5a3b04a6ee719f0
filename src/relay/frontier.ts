/**
 * Which outbox ids are settled. Ids are given out in order but committed out of order, so behind the highest id seen there may
 * be gaps: rows of transactions that still run, or that were rolled back. A gap is watched until every transaction that could
 * fill it has ended; if a later read still does not show it, it never will.
 */
export interface Frontier {
  /** The highest id that was read. */
  readonly high: number;
  /** Ids below `high` that were not there yet. */
  gaps(): readonly number[];
  /** Takes in what a read behind `high`, and of the gaps, answered. */
  read(ids: readonly number[]): void;
  /** Takes in the bounds of running transactions, asked for after the last read. */
  bounds(bounds: { readonly next: bigint; readonly oldest: bigint }): void;
  /** Every id up to this one is numbered or will never be there. */
  settled(): number;
}

/** `numbered`: ids above `settled` that are numbered already. */
export const createFrontier = (settled: number, numbered: readonly number[]): Frontier => {
  let high = settled;
  /** By id: the first transaction that is surely younger than whoever could fill the gap, once it is known. */
  const gaps = new Map<number, { horizon: bigint | undefined; ended: boolean }>();

  const read = (ids: readonly number[]): void => {
    for (const [gap, { ended }] of gaps) if (ended) gaps.delete(gap);
    for (const id of ids) {
      if (id > high) {
        for (let gap = high + 1; gap < id; gap += 1) gaps.set(gap, { horizon: undefined, ended: false });
        high = id;
      } else gaps.delete(id);
    }
  };

  read(numbered);
  return {
    get high() {
      return high;
    },
    gaps: () => [...gaps.keys()],
    read,
    bounds: ({ next, oldest }) => {
      for (const gap of gaps.values()) {
        gap.horizon ??= next;
        gap.ended = oldest >= gap.horizon;
      }
    },
    settled: () => (gaps.size > 0 ? Math.min(...gaps.keys()) - 1 : high),
  };
};
