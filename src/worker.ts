import { parentPort, workerData } from 'node:worker_threads';
import { createBackground, type BackgroundOptions } from './background.js';
import { createLogger, type LogLevel } from './logger.js';
import type { FromWorker, ToWorker } from './thread.js';

/** The thread of the roles beside the gateway. `thread.ts` is its other end. */
const statusEveryMs = 500;

if (parentPort === null) throw new Error('worker.js runs as a thread of main.js');
const port = parentPort;
const send = (message: FromWorker): void => port.postMessage(message);

const { logLevel, ...options } = workerData as Omit<BackgroundOptions, 'logger' | 'onFatal'> & {
  logLevel: LogLevel;
};
const background = createBackground({
  ...options,
  logger: createLogger(logLevel),
  onFatal: (message) => send({ kind: 'fatal', message }),
});
const report = setInterval(() => send({ kind: 'status', status: background.status() }), statusEveryMs);

const stop = async (): Promise<void> => {
  clearInterval(report);
  await background.stop();
  send({ kind: 'stopped' });
  port.close();
};

port.on('message', (message: ToWorker) => {
  if (message === 'wake') background.wake();
  else void stop();
});

try {
  await background.start();
  send({ kind: 'started' });
} catch (error) {
  send({ kind: 'fatal', message: error instanceof Error ? error.message : String(error) });
}
