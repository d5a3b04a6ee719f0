/** What rises, by name, over the last minute. */
export interface Rates {
  /** Takes a reading. @returns how many a second, to two decimals; null until some seconds were observed */
  observe(name: string, count: number): number | null;
  /** Forgets all other names. */
  keep(names: ReadonlySet<string>): void;
}

interface Reading {
  readonly atMs: number;
  readonly count: number;
}

const windowMs = 60_000;
const spacingMs = 2_000;
const leastMs = 2_000;

export const createRates = (now: () => number): Rates => {
  const readings = new Map<string, Reading[]>();

  return {
    observe: (name, count) => {
      const atMs = now();
      let known = readings.get(name);
      // Fewer than before: another of the same name.
      if (!known || (known.at(-1)?.count ?? 0) > count) readings.set(name, (known = []));
      while (known[1] && known[1].atMs <= atMs - windowMs) known.shift();
      if (atMs - (known.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) >= spacingMs) known.push({ atMs, count });
      const [first] = known;
      const elapsedMs = first ? atMs - first.atMs : 0;
      if (!first || elapsedMs < leastMs) return null;
      return Math.round(((count - first.count) / elapsedMs) * 100_000) / 100;
    },
    keep: (names) => {
      for (const name of readings.keys()) if (!names.has(name)) readings.delete(name);
    },
  };
};
