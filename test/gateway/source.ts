import { eventually } from '../support/await.js';

/** A source that gives what the test pushes, and knows whether it was ended and how far it was asked ahead. */
export interface Source {
  readonly asked: number;
  readonly ended: boolean;
  readonly iterable: AsyncIterableIterator<unknown>;
  /** Waits until it is asked for. */
  push(value: unknown): void;
  fail(error: unknown): void;
  end(): void;
}

type Step = (answer: (result: IteratorResult<unknown> | Promise<never>) => void) => void;

export const createSource = (): Source => {
  const steps: Step[] = [];
  const waiting: ((result: IteratorResult<unknown> | Promise<never>) => void)[] = [];
  const take = (step: Step): void => {
    const answer = waiting.shift();
    if (answer) step(answer);
    else steps.push(step);
  };
  const source = {
    asked: 0,
    ended: false,
    iterable: {
      next: () => {
        source.asked += 1;
        return new Promise<IteratorResult<unknown>>((resolve) => {
          const step = steps.shift();
          if (step) step(resolve);
          else waiting.push(resolve);
        });
      },
      return: async () => {
        source.ended = true;
        return { done: true as const, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
    push: (value: unknown) => take((answer) => answer({ done: false, value })),
    fail: (error: unknown) => take((answer) => answer(Promise.reject(error))),
    end: () => take((answer) => answer({ done: true, value: undefined })),
  };
  return source;
};

/** The sources that a gateway opened, by the name that the subscription asked for. */
export const createSources = () => {
  const opened = new Map<string, Source[]>();
  const named = (name: string): Source[] => opened.get(name) ?? [];
  return {
    open: (name: string): AsyncIterableIterator<unknown> => {
      const source = createSource();
      opened.set(name, [...named(name), source]);
      return source.iterable;
    },
    /** The `n`th of that name, once the gateway waits for its first item. */
    of: (name: string, n = 0): Promise<Source> =>
      eventually(
        () => {
          const source = named(name)[n];
          return source !== undefined && source.asked > 0 && source;
        },
        { timeoutMs: 5_000, everyMs: 1 },
      ),
    named,
  };
};
