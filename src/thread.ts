import { Worker } from 'node:worker_threads';
import type { Background, BackgroundOptions, BackgroundStatus } from './background.js';
import type { LogLevel } from './logger.js';

export type ToWorker = 'wake' | 'stop';
export type FromWorker =
  | { readonly kind: 'started' }
  | { readonly kind: 'status'; readonly status: BackgroundStatus }
  | { readonly kind: 'fatal'; readonly message: string }
  | { readonly kind: 'stopped' };

export interface ThreadOptions extends Omit<BackgroundOptions, 'logger'> {
  readonly logLevel: LogLevel;
}

/** Background roles in a thread of their own. */
export const createThread = ({ onFatal, ...options }: ThreadOptions): Background => {
  let worker: Worker | undefined;
  let status: BackgroundStatus = { relay: undefined, owned: [] };
  let waking = false;

  return {
    start: () =>
      new Promise((resolve, reject) => {
        const started = new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
        worker = started;
        let isStarted = false;
        const fail = (message: string): void => {
          if (isStarted) onFatal(message);
          else reject(new Error(message));
        };
        started.on('error', (error) => fail(`A background thread ended: ${error.message}`));
        started.on('message', (message: FromWorker) => {
          if (message.kind === 'status') status = message.status;
          else if (message.kind === 'fatal') fail(message.message);
          else if (message.kind === 'started') {
            isStarted = true;
            resolve();
          }
        });
      }),
    wake: () => {
      if (waking) return;
      waking = true;
      // One message for all commits of this turn of the event loop.
      setImmediate(() => {
        waking = false;
        worker?.postMessage('wake' satisfies ToWorker);
      });
    },
    status: () => status,
    stop: async () => {
      const last = worker;
      worker = undefined;
      if (!last) return;
      const stopped = new Promise<void>((resolve) => {
        last.once('exit', resolve);
        last.on('message', ({ kind }: FromWorker) => kind === 'stopped' && resolve());
      });
      last.postMessage('stop' satisfies ToWorker);
      await stopped;
      await last.terminate();
    },
  };
};
