import { TestEnvironment } from 'jest-environment-node';

/** What a test file must close: sockets, listening sockets, child processes, workers. Files and timers are Jest's own too. */
const watched = ['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap', 'MessagePort'];
const graceMs = 5_000;

// A worker whose Jest was killed would go on against servers that are gone.
process.once('disconnect', () => process.exit(1));

const openNow = () => {
  const counts = new Map(watched.map((kind) => [kind, 0]));
  for (const kind of process.getActiveResourcesInfo())
    if (counts.has(kind)) counts.set(kind, counts.get(kind) + 1);
  return counts;
};

/** Node's environment that fails a test file when, some seconds after its end, it holds more open than at its start. */
export default class LeakCheckedEnvironment extends TestEnvironment {
  /** @override */
  async setup() {
    await super.setup();
    this.before = openNow();
  }

  /** @override */
  async teardown() {
    const leaks = await this.leaks();
    await super.teardown();
    if (leaks.length > 0) throw new Error(`This test file left open: ${leaks.join(', ')}.`);
  }

  async leaks() {
    const giveUp = Date.now() + graceMs;
    for (;;) {
      const now = openNow();
      const left = watched.filter((kind) => now.get(kind) > this.before.get(kind));
      if (left.length === 0) return [];
      if (Date.now() > giveUp) return left.map((kind) => `${now.get(kind) - this.before.get(kind)} ${kind}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
