import type { Logger } from 'pino';
import { MillraceError } from '../errors.js';
import { UnparseableEvent } from '../events/envelope.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Feed } from './feed.js';
import type { StateSource } from './live.js';
import type { Pull } from './pull.js';
import { backoffMs, createWaiter, shareNext } from './waiting.js';

/*
 * One cell per source and key holds the newest state for all its subscribers. The order of things makes it exact: first the
 * cell hears of changes, then the row is read (it carries a version), then only what is newer is delivered. A row is
 * committed before its change is published, so a read that begins after a change came contains it.
 *
 *   READING    no state yet; changes are kept until the first row is there
 *   CURRENT    each change is applied as it comes; one that is older changes nothing
 *   REPAIRING  a change did not fit (a hole), or changes may have been missed: the newest state stays, changes are kept, and
 *              the row is read again until they fit
 */

interface Cell<State, Change> {
  /** The newest state; undefined while READING. */
  readonly state: State | undefined;
  change(change: Change): void;
  /** Changes may have been missed. */
  doubt(): void;
  wake(): void;
  /** Reads the row, in a read that begins after this call and is shared. @throws what the read threw */
  refresh(): Promise<void>;
  /** `wake` is called whenever there is a newer state, and when the feed stops. */
  attach(wake: () => void): void;
  detach(wake: () => void): void;
}

const mostKept = 1_000;

interface CellOptions<State extends { readonly version: number }, Change> {
  readonly source: StateSource<State, Change>;
  readonly key: string;
  readonly logger: Logger;
  readonly onUnused: () => void;
}

const createCell = <State extends { readonly version: number }, Change>({
  source,
  key,
  logger,
  onUnused,
}: CellOptions<State, Change>): Cell<State, Change> => {
  const wakes = new Set<() => void>();
  let state: State | undefined;
  /** What came while READING or REPAIRING, in order. */
  let kept: Change[] = [];
  /** Changes were missed, or more came than are kept: only a read that begins after this was set will do. */
  let isDoubtful = false;
  let isRepairing = false;
  const pause = createWaiter();

  const wakeAll = (): void => {
    for (const wake of wakes) wake();
  };

  const adopt = (newer: State): void => {
    if (state !== undefined && newer.version <= state.version) return;
    state = newer;
    wakeAll();
  };

  const keep = (change: Change): void => {
    kept.push(change);
    if (kept.length <= mostKept) return;
    kept = [];
    isDoubtful = true;
  };

  /** Applies what was kept up to the first hole. */
  const applyKept = (): void => {
    let applied = 0;
    for (; applied < kept.length && state !== undefined; applied += 1) {
      const newer = source.apply(state, kept[applied] as Change);
      if (newer === undefined) break;
      adopt(newer);
    }
    kept = kept.slice(applied);
  };

  const refresh = shareNext(async () => {
    const row = await source.read(key);
    adopt(state !== undefined && source.merge ? source.merge(state, row) : row);
    applyKept();
    if (kept.length > 0 || isDoubtful) void repair();
  });

  const repair = async (): Promise<void> => {
    if (isRepairing || state === undefined) return;
    isRepairing = true;
    for (let failures = 0; (kept.length > 0 || isDoubtful) && wakes.size > 0; failures += 1) {
      if (failures > 0) await pause.wait(backoffMs(failures));
      const wasDoubtful = isDoubtful;
      isDoubtful = false;
      try {
        await refresh();
      } catch (error) {
        isDoubtful ||= wasDoubtful;
        logger.warn({ err: error, topic: source.topic, key }, 'a state could not be read again, trying on');
      }
    }
    isRepairing = false;
  };

  return {
    get state() {
      return state;
    },
    change: (change) => {
      keep(change);
      if (isRepairing) return;
      applyKept();
      void repair();
    },
    doubt: () => {
      isDoubtful = true;
      void repair();
    },
    wake: wakeAll,
    refresh,
    attach: (wake) => {
      wakes.add(wake);
    },
    detach: (wake) => {
      wakes.delete(wake);
      if (wakes.size > 0) return;
      pause.wake();
      onUnused();
    },
  };
};

const parseChange = <State extends { readonly version: number }, Change>(
  source: StateSource<State, Change>,
  record: LogRecord,
): { key: string; change: Change } | undefined => {
  try {
    return source.parse(record);
  } catch (error) {
    if (error instanceof UnparseableEvent) return undefined;
    throw error;
  }
};

/** The cells of one source that are in use, by key, and their ear at the hub. */
interface Cells<State extends { readonly version: number }, Change> {
  cellOf(key: string): Cell<State, Change>;
  readonly size: number;
}

const createCells = <State extends { readonly version: number }, Change>(
  feed: Feed,
  source: StateSource<State, Change>,
  logger: Logger,
  onUnused: () => void,
): Cells<State, Change> => {
  const cells = new Map<string, Cell<State, Change>>();
  const stopListening = feed.attach({
    onMoved: (entries) => {
      for (const { record } of entries) {
        const parsed = parseChange(source, record);
        if (parsed) cells.get(parsed.key)?.change(parsed.change);
      }
    },
    onHole: () => {
      for (const cell of cells.values())
        if (feed.isStopped) cell.wake();
        else cell.doubt();
    },
  });

  const remove = (key: string): void => {
    cells.delete(key);
    if (cells.size > 0) return;
    stopListening();
    onUnused();
  };

  return {
    get size() {
      return cells.size;
    },
    cellOf: (key) => {
      let cell = cells.get(key);
      if (!cell) cells.set(key, (cell = createCell({ source, key, logger, onUnused: () => remove(key) })));
      return cell;
    },
  };
};

export interface States {
  pull<State extends { readonly version: number }, Change>(
    feed: Feed,
    source: StateSource<State, Change>,
    key: string,
  ): Pull<State>;
  /** Cells in use. */
  count(): number;
}

export const createStates = (logger: Logger): States => {
  /** By identity of the source. What is stored under a source has its types. */
  const bySource = new Map<object, { readonly size: number }>();

  const cellsOf = <State extends { readonly version: number }, Change>(
    feed: Feed,
    source: StateSource<State, Change>,
  ): Cells<State, Change> => {
    const known = bySource.get(source) as Cells<State, Change> | undefined;
    if (known) return known;
    const cells = createCells(feed, source, logger, () => bySource.delete(source));
    bySource.set(source, cells);
    return cells;
  };

  return {
    pull: (feed, source, key) => pullStates(feed, () => cellsOf(feed, source).cellOf(key)),
    count: () => [...bySource.values()].reduce((sum, { size }) => sum + size, 0),
  };
};

/** The state now, then whatever is newest when the next is taken. */
const pullStates = <State extends { readonly version: number }, Change>(
  feed: Feed,
  findCell: () => Cell<State, Change>,
): Pull<State> => {
  let wake = (): void => {};
  let leave = (): void => {};
  let phase: 'new' | 'reading' | 'open' | 'closed' = 'new';
  let cell: Cell<State, Change> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let delivered = Number.NEGATIVE_INFINITY;

  /** Waits for a state that is read after the subscriber came. */
  const begin = (): void => {
    phase = 'reading';
    const found = findCell();
    const listener = (): void => wake();
    found.attach(listener);
    leave = () => found.detach(listener);
    found
      .refresh()
      .catch((error: unknown) => (failure = { error }))
      .finally(() => {
        if (phase === 'reading') phase = 'open';
        wake();
      });
    cell = found;
  };

  const close = (): void => {
    phase = 'closed';
    leave();
    leave = () => {};
  };

  const throwIfOver = (): void => {
    if (feed.isStopped)
      throw new MillraceError('UNAVAILABLE', 'This gateway is stopping: reconnect for the state of then.', {
        retryable: true,
      });
    if (failure) throw failure.error;
  };

  return {
    take: () => {
      if (phase === 'closed') return undefined;
      try {
        throwIfOver();
      } catch (error) {
        close();
        throw error;
      }
      if (phase === 'new') begin();
      const state = cell?.state;
      if (phase !== 'open' || state === undefined || state.version <= delivered) return undefined;
      delivered = state.version;
      return state;
    },
    onReady: (ready) => (wake = ready),
    close,
  };
};
