import { isSkip, parseEnvelope } from '../events/envelope.js';
import { departmentStatsChanges } from '../events/topics.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Database } from '../postgres/database.js';
import {
  listDepartmentStats,
  readDepartmentStats,
  type DepartmentStats,
} from '../postgres/department-stats.js';
import type { Live, StateSource } from './live.js';
import { flatPull, iterate, type Items } from './pull.js';

/** Statistics that department subscriptions watch. */
export interface DepartmentWatches {
  one(department: string): Items<DepartmentStats>;
  /** Each department now, by name, then the newest of each that changes. */
  all(): Items<DepartmentStats>;
}

/** Every department; `version` is the sum of theirs. */
interface AllStats {
  readonly version: number;
  readonly departments: ReadonlyMap<string, DepartmentStats>;
}

/** What the stream writes: the whole state, so there are no holes. */
const parseChange = (record: LogRecord): DepartmentStats | undefined =>
  isSkip(record)
    ? undefined
    : (parseEnvelope(record, departmentStatsChanges.types).data as unknown as DepartmentStats);

const keyed =
  (keyOf: (change: DepartmentStats) => string) =>
  (record: LogRecord): { key: string; change: DepartmentStats } | undefined => {
    const change = parseChange(record);
    return change && { key: keyOf(change), change };
  };

export const createDepartmentWatches = (live: Live, database: Database): DepartmentWatches => {
  const oneSource: StateSource<DepartmentStats, DepartmentStats> = {
    topic: departmentStatsChanges.name,
    parse: keyed(({ department }) => department),
    read: (department) => readDepartmentStats(database, department),
    apply: (state, change) => (change.version > state.version ? change : state),
  };
  const allSource: StateSource<AllStats, DepartmentStats> = {
    topic: departmentStatsChanges.name,
    parse: keyed(() => 'all'),
    read: async () => newestOfEach(none, await listDepartmentStats(database)),
    apply: (state, change) => newestOfEach(state, [change]),
    // A read may be newer in one department and older in another.
    merge: (state, row) => newestOfEach(state, row.departments.values()),
  };
  return {
    one: (department) => live.states(oneSource, department),
    all: () => eachChanged(live.states(allSource, 'all')),
  };
};

const none: AllStats = { version: 0, departments: new Map() };

const newestOfEach = (state: AllStats, rows: Iterable<DepartmentStats>): AllStats => {
  const departments = new Map(state.departments);
  let { version } = state;
  for (const row of rows) {
    const known = departments.get(row.department)?.version ?? 0;
    if (row.version <= known) continue;
    departments.set(row.department, row);
    version += row.version - known;
  }
  return version > state.version ? { version, departments } : state;
};

const eachChanged = (states: Items<AllStats>): Items<DepartmentStats> =>
  iterate(
    flatPull(states.pull, ({ departments }, before = none) =>
      [...departments.values()].filter((row) => before.departments.get(row.department) !== row),
    ),
  );
