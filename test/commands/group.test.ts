import { expect, test } from '@jest/globals';
import { createGroup } from '../../src/commands/group.js';

interface Item {
  readonly name: string;
  readonly marks?: readonly string[];
}

/** A group whose runs wait until they are told to go on. */
const createHeld = (concurrency = 1, most = 10) => {
  const runs: { names: string[]; finish: (fail?: Error) => void }[] = [];
  const group = createGroup<Item, string>({
    most,
    concurrency,
    marksOf: ({ marks = [] }) => marks,
    run: (items) =>
      new Promise((resolve, reject) => {
        const names = items.map(({ name }) => name);
        const answers = names.map((name) => (name === 'bad' ? new Error('refused') : `done ${name}`));
        runs.push({ names, finish: (fail) => (fail ? reject(fail) : resolve(answers)) });
      }),
  });
  return { group, runs };
};

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('items that come together run together, and those that come meanwhile run next', async () => {
  const { group, runs } = createHeld();
  const first = [group.add({ name: 'a' }), group.add({ name: 'b' })];
  await turn();
  const second = group.add({ name: 'c' });
  await turn();
  expect(runs.map(({ names }) => names)).toEqual([['a', 'b']]);
  runs[0]?.finish();
  expect(await Promise.all(first)).toEqual(['done a', 'done b']);
  runs[1]?.finish();
  expect(await second).toBe('done c');
});

test('an item that is refused fails alone; a run that fails fails all of its items', async () => {
  const { group, runs } = createHeld();
  const outcomes = Promise.allSettled([group.add({ name: 'good' }), group.add({ name: 'bad' })]);
  await turn();
  runs[0]?.finish();
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  const failing = Promise.allSettled([group.add({ name: 'x' }), group.add({ name: 'y' })]);
  await turn();
  runs[1]?.finish(new Error('the database is away'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('items that share a mark never run together, and keep their order', async () => {
  const { group, runs } = createHeld(2);
  const all = ['1', '2', '3'].map((name) => group.add({ name, marks: ['same'] }));
  const other = group.add({ name: 'other', marks: ['else'] });
  await turn();
  expect(runs.map(({ names }) => names)).toEqual([['1', 'other']]);
  runs[0]?.finish();
  await turn();
  runs[1]?.finish();
  await turn();
  runs[2]?.finish();
  await Promise.all([...all, other]);
  expect(runs.map(({ names }) => names)).toEqual([['1', 'other'], ['2'], ['3']]);
});

test('no run has more items than allowed', async () => {
  const { group, runs } = createHeld(1, 2);
  const all = ['a', 'b', 'c'].map((name) => group.add({ name }));
  await turn();
  runs[0]?.finish();
  await turn();
  runs[1]?.finish();
  await Promise.all(all);
  expect(runs.map(({ names }) => names)).toEqual([['a', 'b'], ['c']]);
});
