import TestSequencer from '@jest/test-sequencer';

// Its types are those of its CommonJS half.
const Sequencer = /** @type {typeof TestSequencer.default} */ (/** @type {unknown} */ (TestSequencer));

/**
 * The files that take longest on two cores, the longest first, so that no worker is left with one of them at the end. A fresh clone
 * has no times of its own yet. The rest follows as Jest has it.
 */
const longest = [
  'crash/streams',
  'crash/relay',
  'crash/poison',
  'streams/user-posts',
  'crash/user-posts',
  'consumers/run-consumer',
  'crash/restored',
  'gateway/playground',
  'kafka/codecs',
  'orders/mutations',
  'users/mutations',
  'crash/consumers',
  'orders/faults',
  'crash/whole',
  'notifications/slow',
  'orders/live',
  'dead-letters/commands',
  'crash/commit-order',
  'embedded/embedded',
  'orders/queries',
  'consumers/order',
  'crash/paused-stream',
];

/** @param {{ path: string }} test */
const placeOf = ({ path }) => {
  const place = longest.findIndex((name) => path.includes(`/test/${name}.`));
  return place < 0 ? longest.length : place;
};

export default class LongestFirst extends Sequencer {
  /** @override */
  async sort(tests) {
    const sorted = await super.sort(tests);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
