/** Makes a value once per pair of objects and keeps it as long as both are there. */
export type Memo = <V>(by: object, of: object, make: () => V) => V;

export const createMemo = (): Memo => {
  const values = new WeakMap<object, WeakMap<object, unknown>>();
  return <V>(by: object, of: object, make: () => V): V => {
    let known = values.get(by);
    if (!known) values.set(by, (known = new WeakMap()));
    if (!known.has(of)) known.set(of, make());
    return known.get(of) as V;
  };
};
