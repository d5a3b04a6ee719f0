/** Times from telling to seeing, in ms. */
export interface Latency {
  readonly note: (id: string) => void;
  /** Of those noted since the last call. */
  take(): LatencyFigures;
}

export interface LatencyFigures {
  readonly n: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export const createLatency = (toldAt: ReadonlyMap<string, number>): Latency => {
  let times: number[] = [];
  return {
    note: (id) => {
      const at = toldAt.get(id);
      if (at !== undefined) times.push(performance.now() - at);
    },
    take: () => {
      const sorted = Float64Array.from(times).sort();
      times = [];
      const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
      return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
    },
  };
};
