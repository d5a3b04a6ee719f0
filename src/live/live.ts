import type { LogRecord } from '../kafka/kafka.js';
import type { Items } from './pull.js';

/**
 * An event of a lossless subscription, with the cursor that continues behind it (sealed when it is first read).
 * Subscribers to one kind that stand at the same place get the same object, so work on it can be shared.
 */
export interface LiveEvent<E> {
  readonly kind: 'event';
  readonly event: E;
  readonly cursor: string;
}

/** What `heartbeat` asked for: nothing new, and this is the place. `upToDate`: all that the log holds, asked afresh, is before it. */
export interface Progress {
  readonly kind: 'progress';
  readonly cursor: string;
  readonly upToDate: boolean;
}

type Values = string | null | undefined | readonly (string | null | undefined)[];

/** The events of one topic. A constant of its module: subscribers that give the same one share parsing and index. */
export interface EventKind<E, Key extends string = string> {
  readonly topic: string;
  /** Undefined, or an UnparseableEvent thrown, for what is no event of this kind. Called once per record for all subscribers. */
  readonly parse: (record: LogRecord) => E | undefined;
  /** What subscribers may ask to be equal; several values where an event has several, such as the department left and the one entered. */
  readonly keys: Readonly<Record<Key, (event: E) => Values>>;
}

/** Filters of one kind with the same name are the same. */
export interface Only<E> {
  readonly name: string;
  readonly test: (event: E) => boolean;
}

export interface EventsOptions<E, Key extends string = string> {
  readonly kind: EventKind<E, Key>;
  /** All of these equal; an event is offered to those only who ask for its values. Undefined asks for nothing. */
  readonly where?: Readonly<Partial<Record<Key, string | undefined>>>;
  /** What `where` cannot say; tried on every event that fits `where`. */
  readonly only?: Only<E> | undefined;
  readonly after?: string | null | undefined;
  /** Above 0. Asks for {@link Progress}: at once, and whenever nothing was delivered for so long. */
  readonly heartbeatSeconds?: number | null | undefined;
}

/**
 * A keyed state that rises in versions: what `read` answers now, then each newer one that the changes topic brings.
 * `State` is immutable. `apply` answers the state itself for a change that is not newer, and undefined at a hole, after
 * which the state is read again. Sources are known by identity: subscribers share what they hold of the same source and key.
 */
export interface StateSource<State extends { readonly version: number }, Change> {
  readonly topic: string;
  readonly parse: (record: LogRecord) => { key: string; change: Change } | undefined;
  readonly read: (key: string) => Promise<State>;
  readonly apply: (state: State, change: Change) => State | undefined;
  /** For a state whose parts are not versioned together: what a read adds to it. Default: the newer of the two. */
  readonly merge?: (state: State, row: State) => State;
}

export interface Live {
  /**
   * `lossless`: every event once, in order per partition. Bounded: a slow consumer is not pushed to, it continues from the log.
   * "From now" is from the call on. Thrown are MillraceErrors: CURSOR_INVALID, CURSOR_EXPIRED (with
   * `details.earliest`) and UNAVAILABLE before the first item; GAP, CURSOR_EXPIRED and UNAVAILABLE later, with `details.cursor`.
   */
  events<E, Key extends string>(options: EventsOptions<E, Key>): Items<LiveEvent<E> | Progress>;
  /**
   * The cursor of now: everything that the log holds at this moment is before it, or, where this gateway lags by more than
   * a second, an earlier one. So what a read after this call does not contain comes behind it.
   * @throws MillraceError UNAVAILABLE while this gateway has not yet reached the log
   */
  asOf(topic: string): Promise<string>;
  /**
   * `latest`: the state, read after the first `next` or `take`, then each newer one; who is slow gets the newest only.
   * Thrown are: what the first read threw, and UNAVAILABLE when the gateway stops.
   */
  states<State extends { readonly version: number }, Change>(
    source: StateSource<State, Change>,
    key: string,
  ): Items<State>;
}
