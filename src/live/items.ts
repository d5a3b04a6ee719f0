import { UnparseableEvent } from '../events/envelope.js';
import type { LogRecord } from '../kafka/kafka.js';
import type { Cursors, Place } from './cursor.js';
import type { EventKind, LiveEvent } from './live.js';
import { createMemo } from './memo.js';
import type { Entry } from './ring.js';

/** Makes the items of event subscriptions: the same object for all to whom it is the same, so that work on it is shared. */
export interface LiveItems {
  /** Undefined for what is no event of the kind. Parsed once per record. */
  eventOf<E>(kind: EventKind<E>, record: LogRecord): E | undefined;
  /** What an entry of the ring is to all aligned subscribers; undefined for what is no event of the kind. */
  ofEntry<E>(kind: EventKind<E>, entry: Entry): LiveEvent<E> | undefined;
  /**
   * What a record's event is to a subscriber whose places are these behind it. Those who read the log read it in the order of its times, so
   * wherever they began, they soon come to the same places: the last item made is the one that most of them need.
   */
  behind<E>(kind: EventKind<E>, record: LogRecord, event: E, places: readonly Place[]): LiveEvent<E>;
}

interface Last {
  readonly kind: object;
  readonly item: unknown;
  readonly places: readonly Place[];
}

export const createItems = (cursors: Cursors): LiveItems => {
  const memo = createMemo();
  const lastBehind = new WeakMap<LogRecord, Last>();

  const sealed = <E>(event: E, topic: string, behind: readonly Place[]): LiveEvent<E> => {
    let cursor: string | undefined;
    return {
      kind: 'event',
      event,
      // Most subscriptions never ask for it, and sealing costs more than all the rest.
      get cursor() {
        return (cursor ??= cursors.encode(topic, behind));
      },
    };
  };

  return {
    eventOf: (kind, record) => memo(kind.parse, record, () => parsed(kind, record)),
    ofEntry: (kind, { record, places }) =>
      memo(kind, record, () => {
        const event = parsed(kind, record);
        return event === undefined ? undefined : sealed(event, kind.topic, places);
      }),
    behind: <E>(kind: EventKind<E>, record: LogRecord, event: E, places: readonly Place[]) => {
      const last = lastBehind.get(record);
      if (last?.kind === kind && areSame(last.places, places)) return last.item as LiveEvent<E>;
      const item = sealed(event, kind.topic, places);
      lastBehind.set(record, { kind, item, places });
      return item;
    },
  };
};

const parsed = <E>({ parse }: EventKind<E>, record: LogRecord): E | undefined => {
  try {
    return parse(record);
  } catch (error) {
    if (error instanceof UnparseableEvent) return undefined;
    throw error;
  }
};

const areSame = (some: readonly Place[], others: readonly Place[]): boolean =>
  some.length === others.length &&
  some.every(({ nextOffset, sequence }, partition) => {
    const other = others[partition];
    return other?.nextOffset === nextOffset && other.sequence === sequence;
  });
