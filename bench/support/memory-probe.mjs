import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/* Imported into a process that a benchmark starts: tells its memory after a collection of garbage, and ends it with its parent. */
if (isMainThread && process.send) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const tell = async () => {
    for (let round = 0; round < 4; round += 1) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    process.send(process.memoryUsage());
  };
  process.on('message', () => void tell());
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
