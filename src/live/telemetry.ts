import { isSkip, parseEnvelope } from '../events/envelope.js';
import { seriesKey, statsKey, type PipelineStats, type StoredMetric } from '../events/telemetry.js';
import { telemetryChanges } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import { hashOf } from '../partitioning.js';
import type { Database } from '../postgres/database.js';
import { listLatestMetrics, type SeriesFilter } from '../postgres/metric-series.js';
import { readPipelineStats } from '../postgres/telemetry-stats.js';
import type { Live, StateSource } from './live.js';
import { flatPull, iterate, type Items } from './pull.js';

/** States of telemetry that subscriptions watch. */
export interface TelemetryWatches {
  stats(): Items<PipelineStats>;
  /** The latest of each series now, then the newest of each that changes. */
  metrics(filter: SeriesFilter): Items<StoredMetric>;
}

const mostSeries = 10_000;

/** What the stream writes of a series; of one that is too large for a record without value. */
type MetricChange = StoredMetric | (Pick<StoredMetric, 'host' | 'name' | 'version'> & { tooLarge: true });

const parseChange = (record: LogRecord): unknown =>
  isSkip(record) ? undefined : parseEnvelope(record, telemetryChanges.types).data;

const isOfStats = ({ key }: LogRecord): boolean => String(key) === statsKey;

/** Of the filter that a subscription gave; `keyOf` names the filter that a change fits. */
const parseMetric =
  (keyOf: (change: MetricChange) => SeriesFilter) =>
  (record: LogRecord): { key: string; change: MetricChange } | undefined => {
    if (isOfStats(record)) return undefined;
    const change = parseChange(record) as MetricChange | undefined;
    return change && { key: encode(keyOf(change)), change };
  };

const encode = ({ host, name }: SeriesFilter): string => JSON.stringify([host ?? null, name ?? null]);

const decode = (key: string): SeriesFilter => {
  const [host, name] = JSON.parse(key) as (string | null)[];
  return { host: host ?? undefined, name: name ?? undefined };
};

export const createTelemetryWatches = (live: Live, database: Database): TelemetryWatches => {
  const statsSource: StateSource<PipelineStats, PipelineStats> = {
    topic: telemetryChanges.name,
    parse: (record) => {
      if (!isOfStats(record)) return undefined;
      const change = parseChange(record) as PipelineStats | undefined;
      return change && { key: statsKey, change };
    },
    read: () => readPipelineStats(database),
    apply: (state, change) => (change.version > state.version ? change : state),
  };
  const metricsSource = (
    keyOf: (change: MetricChange) => SeriesFilter,
  ): StateSource<LatestMetrics, MetricChange> => ({
    topic: telemetryChanges.name,
    parse: parseMetric(keyOf),
    read: async (key) => newestOfEach(none, await listLatestMetrics(database, decode(key), mostSeries)),
    apply: (state, change) => ('tooLarge' in change ? holding(state, change) : newestOfEach(state, [change])),
    // A read may be newer in one series and older in another.
    merge: (state, row) =>
      newestOfEach(
        state,
        row.shelves.flatMap((shelf) => [...shelf.values()]),
      ),
  });
  const sources = {
    all: metricsSource(() => ({})),
    host: metricsSource(({ host }) => ({ host })),
    name: metricsSource(({ name }) => ({ name })),
    both: metricsSource(({ host, name }) => ({ host, name })),
  };
  const sourceOf = ({ host, name }: SeriesFilter) => {
    if (host === undefined) return name === undefined ? sources.all : sources.name;
    return name === undefined ? sources.host : sources.both;
  };
  return {
    stats: () => live.states(statsSource, statsKey),
    metrics: (filter) => eachChanged(live.states(sourceOf(filter), encode(filter))),
  };
};

/**
 * The latest of each series; `version` is the sum of theirs. Spread over shelves, so that a change copies one shelf and not
 * the whole.
 */
interface LatestMetrics {
  readonly version: number;
  readonly size: number;
  readonly shelves: readonly Shelf[];
}

type Shelf = ReadonlyMap<string, StoredMetric>;

const shelfCount = 128;
const none: LatestMetrics = {
  version: 0,
  size: 0,
  shelves: Array.from({ length: shelfCount }, () => new Map()),
};

/** Series beyond the first `mostSeries` are left out. */
const newestOfEach = (state: LatestMetrics, metrics: Iterable<StoredMetric>): LatestMetrics => {
  let { version, size } = state;
  const copies = new Map<number, Map<string, StoredMetric>>();
  for (const metric of metrics) {
    const key = seriesKey(metric);
    const at = shelfOf(key);
    const known = (copies.get(at) ?? state.shelves[at])?.get(key);
    if (metric.version <= (known?.version ?? 0) || (!known && size >= mostSeries)) continue;
    const copy = copies.get(at) ?? new Map(state.shelves[at]);
    copies.set(at, copy.set(key, metric));
    version += metric.version - (known?.version ?? 0);
    if (!known) size += 1;
  }
  if (copies.size === 0) return state;
  return { version, size, shelves: state.shelves.map((shelf, at) => copies.get(at) ?? shelf) };
};

const shelfOf = (key: string): number => hashOf(key) % shelfCount;

/** The state if it holds the measurement, or never will; else it has to be read again. */
const holding = (
  state: LatestMetrics,
  change: Pick<StoredMetric, 'host' | 'name' | 'version'>,
): LatestMetrics | undefined => {
  const key = seriesKey(change);
  const known = state.shelves[shelfOf(key)]?.get(key);
  const isHeld = known ? known.version >= change.version : state.size >= mostSeries;
  return isHeld ? state : undefined;
};

const eachChanged = (states: Items<LatestMetrics>): Items<StoredMetric> =>
  iterate(flatPull(states.pull, (newest, before = none) => changedSince(before, newest)));

const changedSince = (before: LatestMetrics, now: LatestMetrics): StoredMetric[] =>
  now.shelves.flatMap((shelf, at) => {
    const known = before.shelves[at];
    return shelf === known
      ? []
      : [...shelf].filter(([key, row]) => known?.get(key) !== row).map(([, row]) => row);
  });
