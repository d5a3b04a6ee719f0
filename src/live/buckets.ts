import type { Place } from './cursor.js';
import type { Feed } from './feed.js';
import type { EventKind, EventsOptions, LiveEvent, Only } from './live.js';
import type { Entry } from './ring.js';

/*
 * Who wants what of one topic. Subscribers that ask for the same share a bucket, and an event looks up the buckets that its own
 * values name: what it costs grows with those who receive it, not with those connected.
 *
 * A bucket holds indices of the ring, those of its newest events. It is a shortcut only: who has fallen out of it reads the
 * ring, and who has fallen out of that, the log.
 */

export interface Bucket {
  /** The bucket counts its events; it holds the ring's indices of those from `first` up to, not including, `end`. */
  readonly first: number;
  readonly end: number;
  indexAt(position: number): number;
  /** What the last batch brought begins at position `from`, and the hub stood at `before` before that. */
  readonly lastBatch: { readonly from: number; readonly before: readonly Place[] };
  /** Where the hub stood when it lost its place, after which nothing comes into this bucket. */
  readonly lostAt: readonly Place[] | undefined;
  /** `wake` is called once for all that a batch brought. */
  join(wake: () => void): () => void;
}

export interface Buckets {
  /** The bucket of those who ask for this, made when there is none. It goes with the last who joined it. */
  find<E>(asked: Pick<EventsOptions<E>, 'kind' | 'where' | 'only'>): Bucket;
}

export interface BucketsOptions {
  readonly feed: Feed;
  /** Indices that a bucket holds. Default 512. */
  readonly capacity?: number | undefined;
  readonly itemOf: <E>(kind: EventKind<E>, entry: Entry) => LiveEvent<E> | undefined;
}

type Where = readonly (readonly [key: string, value: string])[];

/** What is asked for, in the order of the keys' names. */
const askedOf = (where: EventsOptions<never>['where'] = {}): Where =>
  Object.entries(where)
    .flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
    .sort(([a], [b]) => (a < b ? -1 : 1));

const valuesOf = <E>(kind: EventKind<E>, key: string, event: E): readonly string[] => {
  const values = kind.keys[key]?.(event);
  if (typeof values === 'string') return [values];
  return values ? [...new Set(values.filter((value) => value != null))] : [];
};

/** Whether an event is wanted: the same answer as the buckets', for who reads it elsewhere. */
export const fits = <E>({
  kind,
  where,
  only,
}: Pick<EventsOptions<E>, 'kind' | 'where' | 'only'>): ((event: E) => boolean) => {
  const asked = askedOf(where);
  return (event) =>
    asked.every(([key, value]) => valuesOf(kind, key, event).includes(value)) && (only?.test(event) ?? true);
};

interface OpenBucket extends Bucket {
  /** A batch that the hub took at `before` has something for it. */
  beginBatch(before: readonly Place[]): void;
  push(index: number): void;
  lose(at: readonly Place[]): void;
  wake(): void;
}

const createBucket = (capacity: number, onUnused: () => void): OpenBucket => {
  const wakes = new Set<() => void>();
  /** A circle. */
  const indices: number[] = [];
  let end = 0;
  let lastBatch: Bucket['lastBatch'] = { from: 0, before: [] };
  let lostAt: readonly Place[] | undefined;
  return {
    get first() {
      return Math.max(0, end - capacity);
    },
    get end() {
      return end;
    },
    get lastBatch() {
      return lastBatch;
    },
    get lostAt() {
      return lostAt;
    },
    beginBatch: (before) => (lastBatch = { from: end, before }),
    indexAt: (position) => indices[position % capacity] ?? -1,
    push: (index) => {
      indices[end % capacity] = index;
      end += 1;
    },
    lose: (at) => (lostAt = at),
    wake: () => {
      for (const wake of wakes) wake();
    },
    join: (wake) => {
      wakes.add(wake);
      return () => {
        if (wakes.delete(wake) && wakes.size === 0) onUnused();
      };
    },
  };
};

/** Buckets of one kind whose subscribers ask for values of the same keys. */
interface Shape<E> {
  readonly keys: readonly string[];
  /** By the values asked for, then by the name of the other filter. */
  readonly buckets: Map<
    string,
    Map<string, { readonly bucket: OpenBucket; readonly only: Only<E> | undefined }>
  >;
}

/** Lengths keep ["a", "b"] apart from ["a,b"] whatever the values are. */
const join = (values: readonly string[]): string =>
  values.length === 1 ? (values[0] ?? '') : values.map((value) => `${value.length}:${value}`).join();

/** Every choice of one value for each key. */
const choices = <E>(kind: EventKind<E>, keys: readonly string[], event: E): readonly (readonly string[])[] =>
  keys.reduce<readonly (readonly string[])[]>(
    (chosen, key) => {
      const values = valuesOf(kind, key, event);
      return chosen.flatMap((before) => values.map((value) => [...before, value]));
    },
    [[]],
  );

export const createBuckets = ({ feed, itemOf, capacity = 512 }: BucketsOptions): Buckets => {
  /** By kind, then by the keys asked for. What is stored under a kind has its type. */
  let shapes = new Map<EventKind<unknown>, Map<string, Shape<unknown>>>();
  let generation = feed.generation;
  let stopListening: (() => void) | undefined;

  const all = (): OpenBucket[] =>
    [...shapes.values()].flatMap((ofKind) =>
      [...ofKind.values()].flatMap(({ buckets }) =>
        [...buckets.values()].flatMap((byName) => [...byName.values()].map(({ bucket }) => bucket)),
      ),
    );

  /** Puts the entry into the buckets that want it. */
  const offer = (entry: Entry, index: number, before: readonly Place[], touched: Set<OpenBucket>): void => {
    for (const [kind, ofKind] of shapes) {
      const item = itemOf(kind, entry);
      if (!item) continue;
      for (const { keys, buckets } of ofKind.values())
        for (const values of choices(kind, keys, item.event))
          for (const { bucket, only } of buckets.get(join(values))?.values() ?? []) {
            if (only && !only.test(item.event)) continue;
            if (!touched.has(bucket)) bucket.beginBatch(before);
            touched.add(bucket);
            bucket.push(index);
          }
    }
  };

  /** Subscribers learn of it at their next `take`. They may be slow, so where the hub stood is kept for them. */
  const lose = (): void => {
    const lost = all();
    for (const bucket of lost) bucket.lose(feed.places);
    shapes = new Map();
    for (const bucket of lost) bucket.wake();
  };

  const onMoved = (entries: readonly Entry[], before: readonly Place[]): void => {
    const touched = new Set<OpenBucket>();
    const from = feed.ring.end - entries.length;
    try {
      for (const [at, entry] of entries.entries()) offer(entry, from + at, before, touched);
    } catch (error) {
      // A filter failed, which none should: better a gap that is told than events that are missing.
      lose();
      throw error;
    }
    for (const bucket of touched) bucket.wake();
  };

  const onHole = (): void => {
    if (feed.generation !== generation) lose();
    ({ generation } = feed);
    for (const bucket of all()) bucket.wake();
  };

  return {
    find: ({ kind, where, only }) => {
      if (!stopListening) {
        ({ generation } = feed);
        stopListening = feed.attach({ onMoved, onHole });
      }
      const asked = askedOf(where);
      const keys = asked.map(([key]) => key);
      const ofKind = entryOf(shapes, kind as EventKind<unknown>, () => new Map<string, Shape<unknown>>());
      const shape = entryOf(ofKind, join(keys), () => ({ keys, buckets: new Map() }));
      const values = join(asked.map(([, value]) => value));
      const byName = entryOf(shape.buckets, values, () => new Map());
      const close = (): void => {
        byName.delete(only?.name ?? '');
        if (byName.size === 0) shape.buckets.delete(values);
        if (shape.buckets.size === 0) ofKind.delete(join(keys));
        // After a loss these may be the maps of before.
        if (ofKind.size === 0 && shapes.get(kind as EventKind<unknown>) === ofKind)
          shapes.delete(kind as EventKind<unknown>);
        if (shapes.size > 0) return;
        stopListening?.();
        stopListening = undefined;
      };
      return entryOf(byName, only?.name ?? '', () => ({
        bucket: createBucket(capacity, close),
        only: only as Only<unknown> | undefined,
      })).bucket;
    },
  };
};

const entryOf = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};
