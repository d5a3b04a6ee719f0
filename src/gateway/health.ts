/** One dependency as `/health/ready` shows it. */
export interface DependencyHealth {
  readonly status: 'up' | 'down';
  /** What is wrong, when it is down. */
  readonly reason?: string;
  /** Addresses for tools; shown in development only, as they may hold a password. */
  readonly brokers?: readonly string[] | string;
  readonly url?: string;
}

/** What the process needs, as it is now. Null: not used. */
export interface HealthReport {
  readonly kafka: DependencyHealth | null;
  readonly postgres: DependencyHealth | null;
  readonly redis: DependencyHealth | null;
  /**
   * Overrides the verdict, which else is that all of Kafka and Postgres are up (Redis is a help, not a need): for instance,
   * false while streams catch up.
   */
  readonly ready?: boolean;
}

export interface ReadinessAnswer {
  readonly ready: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ReadinessOptions {
  readonly health: () => Promise<HealthReport>;
  /** Whether addresses are shown. */
  readonly addresses: boolean;
  readonly timeLimitMs?: number;
  readonly keptMs?: number;
}

/** Asks the probes at most twice a second, and answers also when one hangs. */
export const createReadiness = ({
  health,
  addresses,
  timeLimitMs = 1_800,
  keptMs = 500,
}: ReadinessOptions) => {
  let asked: { at: number; answer: Promise<ReadinessAnswer> } | undefined;

  const ask = async (): Promise<ReadinessAnswer> => {
    const report = await within(timeLimitMs, health());
    if (typeof report === 'string') return { ready: false, body: { ready: false, reason: report } };
    const { kafka, postgres, redis } = report;
    const ready = report.ready ?? [kafka, postgres].every((dependency) => dependency?.status !== 'down');
    const shown = (dependency: DependencyHealth | null) =>
      dependency && (addresses ? dependency : withoutAddress(dependency));
    return { ready, body: { ready, kafka: shown(kafka), postgres: shown(postgres), redis: shown(redis) } };
  };

  return (): Promise<ReadinessAnswer> => {
    const now = performance.now();
    if (!asked || now - asked.at > keptMs) asked = { at: now, answer: ask() };
    return asked.answer;
  };
};

const withoutAddress = ({ status, reason }: DependencyHealth): DependencyHealth => ({ status, reason });

/** The report, or why there is none. */
const within = (ms: number, work: Promise<HealthReport>): Promise<HealthReport | string> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`the dependencies did not answer within ${ms} ms`), ms);
    work
      .then(resolve, () => resolve('the dependencies could not be asked'))
      .finally(() => clearTimeout(timer));
  });
