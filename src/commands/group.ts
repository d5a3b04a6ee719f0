/** Runs items that come at the same time together, as one transaction shares its commit among many mutations. */
export interface Group<Item, Result> {
  /** @throws what `run` answered for this item, or threw for all */
  add(item: Item): Promise<Result>;
}

export interface GroupOptions<Item, Result> {
  /** One result for each item, in their order; an Error refuses that item alone. */
  readonly run: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
  /** Items that share a mark never run together, but in the order in which they came. */
  readonly marksOf: (item: Item) => readonly string[];
  readonly most: number;
  /** Runs under way at a time. */
  readonly concurrency: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly marks: readonly string[];
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** The first item runs at once; those that come meanwhile wait for the next run, so that groups form only under load. */
export const createGroup = <Item, Result>(options: GroupOptions<Item, Result>): Group<Item, Result> => {
  const { run, marksOf, most, concurrency } = options;
  let queue: Waiting<Item, Result>[] = [];
  const busyMarks = new Set<string>();
  let running = 0;
  let scheduled = false;

  const take = (): Waiting<Item, Result>[] => {
    const taken: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    // A mark that is passed over stays blocked, or a later item would overtake an earlier one.
    const blocked = new Set(busyMarks);
    for (const waiting of queue) {
      const free = taken.length < most && waiting.marks.every((mark) => !blocked.has(mark));
      (free ? taken : left).push(waiting);
      for (const mark of waiting.marks) blocked.add(mark);
    }
    queue = left;
    return taken;
  };

  const runOne = async (taken: readonly Waiting<Item, Result>[]): Promise<void> => {
    running += 1;
    for (const { marks } of taken) for (const mark of marks) busyMarks.add(mark);
    try {
      const results = await run(taken.map(({ item }) => item));
      taken.forEach(({ resolve, reject }, n) => {
        const result = results[n];
        if (result instanceof Error) reject(result);
        else resolve(result as Result);
      });
    } catch (error) {
      for (const { reject } of taken) reject(error);
    } finally {
      for (const { marks } of taken) for (const mark of marks) busyMarks.delete(mark);
      running -= 1;
      start();
    }
  };

  const start = (): void => {
    while (running < concurrency && queue.length > 0) {
      const taken = take();
      if (taken.length === 0) return;
      void runOne(taken);
    }
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, marks: marksOf(item), resolve, reject });
        if (scheduled) return;
        scheduled = true;
        // Requests that were read from their sockets together are in one group.
        setImmediate(() => {
          scheduled = false;
          start();
        });
      }),
  };
};
