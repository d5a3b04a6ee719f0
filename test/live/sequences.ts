/** An event as a topic tells it. */
export interface Told {
  readonly id: string;
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Holds what one subscriber saw against all that it was to see: every event once, those of a key in order, and nothing else.
 * `expected` has the events of each key in the order of the log.
 *
 * @returns the violations, in words
 */
export const checkSequence = (expected: readonly Told[], seen: readonly string[]): string[] => {
  const violations: string[] = [];
  const places = new Map(expected.map(({ id, key }, place) => [id, { key, place }]));
  const came = new Set<string>();
  const lastOfKey = new Map<string, number>();
  for (const id of seen) {
    const told = places.get(id);
    if (!told) violations.push(`${id} came and was not asked for`);
    else if (came.has(id)) violations.push(`${id} came twice`);
    else if (told.place < (lastOfKey.get(told.key) ?? -1))
      violations.push(`${id} of ${told.key} came behind a later one`);
    else lastOfKey.set(told.key, told.place);
    came.add(id);
  }
  for (const id of places.keys()) if (!came.has(id)) violations.push(`${id} never came`);
  return violations;
};
