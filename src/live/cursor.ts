import { MillraceError } from '../errors.js';
import type { Tokens } from '../tokens.js';

/** How far a reader has come in one partition. */
export interface Place {
  readonly partition: number;
  /** Offset of the first record that it has not gone through. */
  readonly nextOffset: number;
  /** The highest `millrace-seq` that it has gone through; 0 when it knows of none. */
  readonly sequence: number;
}

/** Cursors are opaque to clients, sealed, and open only for the topic that they were made for. */
export interface Cursors {
  encode(topic: string, places: Iterable<Place>): string;
  /**
   * Places by partition.
   * @throws MillraceError CURSOR_INVALID
   */
  decode(topic: string, text: string): ReadonlyMap<number, Place>;
}

/** Sealed is a flat list: partition, next offset, sequence, and so on. The topic is bound in as the kind of token. */
export const createCursors = (tokens: Tokens): Cursors => ({
  encode: (topic, places) => {
    const numbers: number[] = [];
    for (const { partition, nextOffset, sequence } of places) numbers.push(partition, nextOffset, sequence);
    return tokens.seal(kindFor(topic), numbers);
  },
  decode: (topic, text) => {
    const places = parsePlaces(tokens.open(kindFor(topic), text));
    if (!places) throw cursorInvalid(`This is no cursor of ${topic}.`);
    return places;
  },
});

const kindFor = (topic: string): string => `cursor ${topic}`;

const parsePlaces = (payload: unknown): ReadonlyMap<number, Place> | undefined => {
  if (!Array.isArray(payload) || payload.length % 3 !== 0 || !payload.every(isCount)) return undefined;
  const places = new Map<number, Place>();
  for (let i = 0; i < payload.length; i += 3) {
    const [partition, nextOffset, sequence] = payload.slice(i, i + 3) as [number, number, number];
    places.set(partition, { partition, nextOffset, sequence });
  }
  return places;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

export const cursorInvalid = (what: string): MillraceError =>
  new MillraceError(
    'CURSOR_INVALID',
    `after: ${what} Give back a cursor exactly as this field delivered it, or leave \`after\` out to start from now.`,
    { details: { field: 'after' } },
  );
