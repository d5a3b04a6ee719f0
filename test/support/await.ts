import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** Between two tries. */
  readonly everyMs?: number;
}

/**
 * Calls `attempt` until it neither throws nor answers false or undefined, and returns its answer. For assertions:
 * `await eventually(async () => { expect(await count()).toBe(3); return true; })`.
 *
 * @throws the last failure, once the time is over
 */
export const eventually = async <T>(
  attempt: () => Promise<T | false | undefined> | T | false | undefined,
  { timeoutMs = 30_000, everyMs = 25 }: WaitOptions = {},
): Promise<T> => {
  const giveUp = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown = new Error('the condition was never met');
    try {
      const answer = await attempt();
      if (answer !== false && answer !== undefined) return answer;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > giveUp)
      throw new Error(`Not within ${timeoutMs} ms: ${String(failure)}`, { cause: failure });
    await sleep(everyMs);
  }
};

/** `promise`, or an error that says `what` was not there in time. */
export const within = async <T>(promise: Promise<T>, timeoutMs: number, what: () => string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${timeoutMs} ms: ${what()}`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
