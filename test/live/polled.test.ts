import { expect, test } from '@jest/globals';
import { createPolled } from '../../src/live/polled.js';
import { eventually } from '../support/await.js';

/** A state that is read each few milliseconds. */
const polled = () => {
  const source = { state: { n: 1 }, failure: undefined as Error | undefined, reads: 0 };
  const read = () => {
    source.reads += 1;
    return source.failure ? Promise.reject(source.failure) : Promise.resolve({ ...source.state });
  };
  return { source, state: createPolled(read, 5) };
};

test('is read for all watchers together, and delivered to each when it changes', async () => {
  const { source, state } = polled();
  const [one, two] = [state.watch(), state.watch()];
  const first = await one.next();
  expect(first.value).toEqual({ n: 1 });
  expect((await two.next()).value).toBe(first.value);
  const next = one.next();
  const before = source.reads;
  await eventually(() => source.reads >= before + 3);
  source.state = { n: 2 };
  expect((await next).value).toEqual({ n: 2 });
  expect((await two.next()).value).toEqual({ n: 2 });
  await Promise.all([one.return?.(), two.return?.()]);
});

test('is read only while somebody watches, and afresh for who comes later', async () => {
  const { source, state } = polled();
  const one = state.watch();
  await one.next();
  const pending = one.next();
  await one.return?.();
  expect((await pending).done).toBe(true);
  const { reads } = source;
  source.state = { n: 2 };
  const later = state.watch();
  expect((await later.next()).value).toEqual({ n: 2 });
  expect(source.reads).toBe(reads + 1);
  await later.return?.();
});

test('a first read that fails ends the watch; a later one is tried again', async () => {
  const { source, state } = polled();
  const one = state.watch();
  await one.next();
  source.failure = new Error('away');
  const next = one.next();
  const before = source.reads;
  await eventually(() => source.reads >= before + 2);
  const late = state.watch();
  await expect(late.next()).resolves.toMatchObject({ value: { n: 1 } });
  await late.return?.();
  source.failure = undefined;
  source.state = { n: 3 };
  expect((await next).value).toEqual({ n: 3 });
  await one.return?.();

  const failing = createPolled(() => Promise.reject(new Error('away')), 5);
  await expect(failing.watch().next()).rejects.toThrow('away');
});

test('ends with UNAVAILABLE at the stop', async () => {
  const { state } = polled();
  const one = state.watch();
  await one.next();
  const next = one.next();
  state.stop();
  await expect(next).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
