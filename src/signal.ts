/** Something that may have happened since it was last waited for. */
export interface Signal {
  raise(): void;
  /** Resolves when it was raised since the last wait, at the latest after `timeoutMs`. One waiter at a time. */
  wait(timeoutMs?: number): Promise<void>;
}

export const createSignal = (): Signal => {
  let raised = false;
  let resume: (() => void) | undefined;
  return {
    raise: () => {
      raised = true;
      resume?.();
    },
    wait: async (timeoutMs) => {
      if (!raised) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          resume = resolve;
          if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs);
        });
        clearTimeout(timer);
        resume = undefined;
      }
      raised = false;
    },
  };
};
