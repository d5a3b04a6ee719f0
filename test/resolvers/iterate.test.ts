import { expect, it } from '@jest/globals';
import { leftOut, mapItems } from '../../src/resolvers/iterate.js';

const endless = () => {
  const source = {
    ended: false,
    next: () => new Promise<IteratorResult<number>>(() => undefined),
    return: async () => {
      source.ended = true;
      return { done: true as const, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return source;
};

it('maps items and leaves out what the mapping leaves out', async () => {
  async function* numbers() {
    yield* [1, 2, 3];
  }
  const odd: number[] = [];
  for await (const item of mapItems(numbers(), (n) => (n % 2 === 0 ? leftOut : n * 10))) odd.push(item);
  expect(odd).toEqual([10, 30]);
});

it('a pending next is done as soon as the iterator is ended, and so is the source', async () => {
  const source = endless();
  const mapped = mapItems(source, (n) => n);
  const pending = mapped.next();
  await mapped.return();
  expect(await pending).toEqual({ done: true, value: undefined });
  expect(source.ended).toBe(true);
});

it('a failing mapping ends the source and is told, as mapped', async () => {
  async function* numbers() {
    yield 1;
  }
  const failing = mapItems(
    numbers(),
    () => {
      throw new Error('inside');
    },
    () => new Error('outside'),
  );
  await expect(failing.next()).rejects.toThrow('outside');
  expect(await failing.next()).toEqual({ done: true, value: undefined });
});
