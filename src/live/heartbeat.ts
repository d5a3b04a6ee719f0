import type { Watermarks } from '../kafka/kafka.js';

/** Where the log ends, asked because nothing came for a while; undefined when it did not answer. */
interface Answer {
  readonly watermarks: ReadonlyMap<number, Watermarks> | undefined;
}

/** Tells when a subscription owes a word of progress: at once, and whenever nothing was delivered for so long. */
export interface Heartbeat {
  start(): void;
  /** The first word has not been taken; nothing goes before it. */
  readonly owesGreeting: boolean;
  /** What the log answered, when a word is due and it has answered. */
  take(): Answer | undefined;
  /** Something else was delivered. */
  reset(): void;
  stop(): void;
}

export interface HeartbeatOptions {
  readonly everyMs: number;
  readonly ask: (isGreeting: boolean) => Promise<Answer['watermarks']>;
  readonly wake: () => void;
}

export const createHeartbeat = ({ everyMs, ask, wake }: HeartbeatOptions): Heartbeat => {
  let timer: NodeJS.Timeout | undefined;
  let isStarted = false;
  let isStopped = false;
  let owesGreeting = true;
  let lastAt = 0;
  let answer: Answer | undefined;

  const leftMs = (): number => lastAt + everyMs - performance.now();

  const wait = (): void => {
    timer = setTimeout(
      () => {
        if (leftMs() > 0) wait();
        else inquire();
      },
      Math.max(1, leftMs()),
    );
  };

  const inquire = (): void => {
    void ask(owesGreeting).then((watermarks) => {
      if (isStopped) return;
      // Something was delivered meanwhile.
      if (!owesGreeting && leftMs() > 0) return wait();
      answer = { watermarks };
      wake();
    });
  };

  return {
    start: () => {
      if (isStarted) return;
      isStarted = true;
      inquire();
    },
    get owesGreeting() {
      return owesGreeting;
    },
    take: () => {
      const taken = answer;
      if (!taken) return undefined;
      answer = undefined;
      owesGreeting = false;
      lastAt = performance.now();
      wait();
      return taken;
    },
    reset: () => {
      lastAt = performance.now();
      if (!answer) return;
      answer = undefined;
      wait();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};
