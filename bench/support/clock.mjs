/** Between both readings the process may have to wait for a core, so the least wait of many is taken. */
const offsets = Array.from(
  { length: 100 },
  () => Number(process.hrtime.bigint()) / 1_000 - performance.now() * 1_000,
);
const base = Math.max(...offsets);

/** Microseconds on the machine's monotonic clock: the same in every process. */
export const nowUs = () => base + performance.now() * 1_000;

/** What `nowUs()` will be, or was, when `performance.now()` is `ms`. */
export const usAt = (ms) => base + ms * 1_000;
