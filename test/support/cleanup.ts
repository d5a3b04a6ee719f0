import { afterAll } from '@jest/globals';

type Close = () => unknown;

const stack: Close[] = [];

/**
 * Has `close` called at the end of this test file, last in, first out. The helpers of this folder close what they open
 * with it. It runs before the file's own `afterAll` hooks, so a test that opens something uses this too.
 */
export const closeAtEnd = (close: Close): void => {
  stack.push(close);
};

afterAll(async () => {
  const failures: unknown[] = [];
  for (let close = stack.pop(); close; close = stack.pop()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `Closing failed: ${failures.map(String).join('; ')}`);
});
