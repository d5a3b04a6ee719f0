/** Something that has its turn when it was woken. */
export interface Turn {
  isQueued: boolean;
  /** Never throws. */
  run(): void;
  /** Records that have come since its place. */
  behind(): number;
  /** The fewest that it was behind. */
  leastBehind: number;
  /** Its client is too slow. */
  giveUp(): void;
}

/** Gives turns to subscriptions, in slices, so that a thousand deliveries never hold up a request. */
export interface Scheduler {
  wake(turn: Turn): void;
  /** Called behind the slice, once however often it was asked for: what is to be written together is written then. */
  afterSlice(work: () => void): void;
  /** Its client takes nothing now. */
  block(turn: Turn): void;
  unblock(turn: Turn): void;
  stop(): void;
}

export interface SchedulerOptions {
  /** How many records a client may fall back from the best place that it has had: one that resumes begins far behind. */
  readonly mostBehind: number;
}

const sliceMs = 8;
/** Turns between looks at the clock. */
const stretch = 16;
const sweepMs = 1_000;

export const createScheduler = ({ mostBehind }: SchedulerOptions): Scheduler => {
  let queue: Turn[] = [];
  let isScheduled = false;
  const afterwards = new Set<() => void>();
  const blocked = new Set<Turn>();
  let sweeping: NodeJS.Timeout | undefined;

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    // After all that this pass of the event loop has read, so that it is delivered together.
    setImmediate(slice);
  };

  const slice = (): void => {
    const until = performance.now() + sliceMs;
    const turns = queue;
    queue = [];
    let taken = 0;
    for (const turn of turns) {
      taken += 1;
      turn.isQueued = false;
      turn.run();
      if (taken % stretch === 0 && performance.now() > until) break;
    }
    for (const work of afterwards) work();
    afterwards.clear();
    if (taken < turns.length) queue = [...turns.slice(taken), ...queue];
    // Only now: what is asked for within a slice is done in it, or is in the queue.
    isScheduled = false;
    if (queue.length > 0) schedule();
  };

  const sweep = (): void => {
    for (const turn of blocked) {
      const behind = turn.behind();
      turn.leastBehind = Math.min(turn.leastBehind, behind);
      if (behind - turn.leastBehind > mostBehind) turn.giveUp();
    }
    if (blocked.size > 0) return;
    clearInterval(sweeping);
    sweeping = undefined;
  };

  return {
    wake: (turn) => {
      if (turn.isQueued) return;
      turn.isQueued = true;
      queue.push(turn);
      schedule();
    },
    afterSlice: (work) => {
      afterwards.add(work);
      schedule();
    },
    block: (turn) => {
      blocked.add(turn);
      sweeping ??= setInterval(sweep, sweepMs);
    },
    unblock: (turn) => void blocked.delete(turn),
    stop: () => clearInterval(sweeping),
  };
};
