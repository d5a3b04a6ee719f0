const base = Number(process.hrtime.bigint() / 1_000n) - performance.now() * 1_000;

/** Microseconds on the machine's monotonic clock: the same in every process. */
export const nowUs = () => base + performance.now() * 1_000;

/** What `nowUs()` will be, or was, when `performance.now()` is `ms`. */
export const usAt = (ms) => base + ms * 1_000;
