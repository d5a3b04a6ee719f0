/**
 * Which outbox ids are settled. Ids are given out in order but committed out of order, so behind the highest id seen there may
 * be gaps: rows of transactions that still run, or that were rolled back. A gap is watched until every transaction that could
 * fill it has ended; if a read that began after that does not show it, it never will.
 *
 * Rows of a topic that is held back while it grows are seen and wait. When it is let go they are the backlog, which is asked for some
 * at a time, in order, before anything new is read: a later row of the same key must not be numbered first. What a predecessor left
 * between the rows that it numbered is a backlog, too.
 */
export interface Frontier {
  /** The highest id that was read. */
  readonly high: number;
  /** Ids below `high` that may be there yet. */
  gaps(): readonly number[];
  /**
   * What the next read asks for.
   * @param heldTopic that is held back now
   * @param most of the backlog
   */
  ask(heldTopic: string | undefined, most: number): Asked;
  /**
   * Takes in the answer.
   * @param next number of the reading transaction. A row's transaction has its number before it takes an outbox id, so whoever could
   *   fill a gap that an earlier read saw is older
   * @param oldest transaction that still ran when it read
   */
  read(asked: Asked, found: Found, next: bigint, oldest: bigint): void;
  /** Every id up to this one is numbered or will never be there. */
  settled(): number;
}

export interface Asked {
  /** At or below `high`. */
  readonly ids: readonly number[];
  /** How many of the last `ids` are backlog. While there is one, nothing behind `high` is read. */
  readonly backlog: number;
  /** Topics of which rows wait that are not asked for: what is read of them waits behind those. */
  readonly waiting: readonly string[];
}

export interface Found {
  /** Ids that got their numbers. */
  readonly numbered: readonly number[];
  /** Rows that are there and got none. */
  readonly left: readonly { readonly id: number; readonly topic: string }[];
}

/** `numbered`: ids above `settled` that are numbered already, in order. */
export const createFrontier = (settled: number, numbered: readonly number[]): Frontier => {
  let high = settled;
  /** By id: the first transaction that is surely younger than whoever could fill the gap, once it is known. */
  const gaps = new Map<number, bigint | undefined>();
  /** In order. */
  let backlog: number[] = [];
  /** By topic. */
  const left = new Map<string, number[]>();

  for (const id of numbered) {
    for (let between = high + 1; between < id; between += 1) backlog.push(between);
    high = id;
  }

  const letGo = (heldTopic: string | undefined): void => {
    for (const [topic, ids] of left) {
      if (topic === heldTopic) continue;
      left.delete(topic);
      backlog = inOrder([...backlog, ...ids]);
    }
  };

  const watch = (asked: Asked, shown: ReadonlySet<number>, next: bigint, oldest: bigint): void => {
    const first = asked.ids.length - asked.backlog;
    for (const [n, id] of asked.ids.entries()) {
      const horizon = gaps.get(id);
      if (shown.has(id) || (horizon !== undefined && oldest >= horizon)) gaps.delete(id);
      else if (n >= first || horizon === undefined) gaps.set(id, next);
    }
    backlog.splice(0, asked.backlog);
  };

  /** The ids between are gaps that no read has asked for yet. */
  const raise = (ids: readonly number[]): void => {
    for (const id of ids) {
      for (let gap = high + 1; gap < id; gap += 1) gaps.set(gap, undefined);
      high = Math.max(high, id);
    }
  };

  return {
    get high() {
      return high;
    },
    gaps: () => [...gaps.keys()],
    ask: (heldTopic, most) => {
      letGo(heldTopic);
      const next = backlog.slice(0, most);
      return { ids: [...gaps.keys(), ...next], backlog: next.length, waiting: [...left.keys()] };
    },
    read: (asked, found, next, oldest) => {
      const ids = inOrder([...found.numbered, ...found.left.map(({ id }) => id)]);
      watch(asked, new Set(ids), next, oldest);
      raise(ids);
      for (const { id, topic } of found.left) {
        const own = left.get(topic);
        if (own) own.push(id);
        else left.set(topic, [id]);
      }
    },
    settled: () => {
      let first = Math.min(backlog[0] ?? Number.POSITIVE_INFINITY, high + 1);
      for (const gap of gaps.keys()) first = Math.min(first, gap);
      for (const ids of left.values()) for (const id of ids) first = Math.min(first, id);
      return first - 1;
    },
  };
};

const inOrder = (ids: number[]): number[] => ids.sort((a, b) => a - b);
