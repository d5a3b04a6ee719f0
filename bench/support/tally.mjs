import { digitsAt, needle, numberDigits, timeModulus } from './mark.mjs';
import { createHistogram } from './histogram.mjs';

/** Missing numbers of one client and key that are remembered; beyond, a hole counts as lost without more ado. */
const mostRemembered = 100_000;

/**
 * Proves, client by client and key by key, that each number came once and in order. A client's first number of a key is where it
 * begins. A number too high leaves a hole; what comes later and fills it was swapped, what comes later and does not was repeated.
 * @param {number} clients
 * @param {number} keys how many there may be
 */
export const createTally = (clients, keys) => {
  /** By client and key: the number that comes next; 0 before the first. */
  const next = new Int32Array(clients * keys);
  const holes = new Map();
  const latency = createHistogram();
  const faults = { lost: 0, repeated: 0, swapped: 0 };
  let deliveries = 0;
  let lastAtUs = 0;

  const takeOutOfOrder = (place, number) => {
    const hole = holes.get(place) ?? new Set();
    if (number < next[place]) {
      if (hole.delete(number)) {
        faults.lost -= 1;
        faults.swapped += 1;
      } else faults.repeated += 1;
      return;
    }
    faults.lost += number - next[place];
    for (let missing = next[place]; missing < number && hole.size < mostRemembered; missing += 1)
      hole.add(missing);
    holes.set(place, hole);
    next[place] = number + 1;
  };

  return {
    /** A mark of `client` begins at `at`; it was read at `us`. */
    take: (client, bytes, at, us) => {
      const keyAt = at + needle.length;
      const numberAt = keyAt + numberDigits.key + 1;
      const place = client * keys + digitsAt(bytes, keyAt, numberDigits.key);
      const number = digitsAt(bytes, numberAt, numberDigits.number);
      if (number === next[place] || next[place] === 0) next[place] = number + 1;
      else takeOutOfOrder(place, number);
      const took =
        (us % timeModulus) - digitsAt(bytes, numberAt + numberDigits.number + 1, numberDigits.time);
      latency.add(took < -timeModulus / 2 ? took + timeModulus : took);
      deliveries += 1;
      lastAtUs = us;
    },
    hasBegun: (client, key) => next[client * keys + key] !== 0,
    /** How many numbers of the key up to `number` the client has yet to get, the holes before them aside. */
    missing: (client, key, number) => Math.max(0, number + 1 - next[client * keys + key]),
    hasHoles: () => faults.lost > 0,
    lastAtUs: () => lastAtUs,
    /** What was counted since the last `clear`. */
    counts: () => ({
      deliveries,
      lastAtUs,
      ...faults,
      p50: latency.percentileMs(0.5),
      p99: latency.percentileMs(0.99),
    }),
    clear: () => {
      latency.clear();
      deliveries = 0;
      holes.clear();
      Object.assign(faults, { lost: 0, repeated: 0, swapped: 0 });
    },
  };
};
