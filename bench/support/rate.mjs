import { setTimeout as sleep } from 'node:timers/promises';

/** Calls `act(n, due)` for n = 0, 1, … at `rate` a second; late calls are made up for. `due` is when it should have been, as `performance.now()`. */
export const atRate = async (rate, forSeconds, act) => {
  const start = performance.now();
  let n = 0;
  for (;;) {
    const elapsed = performance.now() - start;
    if (elapsed > forSeconds * 1000) return n;
    for (const due = (elapsed / 1000) * rate; n < due; n += 1) act(n, start + (n / rate) * 1000);
    await sleep(1);
  }
};

/** Runs `clientCount` loops of `act` for a while. @returns calls a second and their latencies in ms */
export const load = async (clientCount, forSeconds, act) => {
  const until = performance.now() + forSeconds * 1000;
  const start = performance.now();
  const latencies = [];
  const loop = async (_, client) => {
    while (performance.now() < until) {
      const sent = performance.now();
      await act(client);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: clientCount }, loop));
  return { rate: latencies.length / ((performance.now() - start) / 1000), latencies };
};
