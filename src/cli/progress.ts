import type { Stream } from './terminal.js';

export interface Progress {
  /** So much of the total is done now. */
  update(done: number): void;
  end(): void;
}

const barWidth = 30;
const redrawMs = 100;
const lineMs = 5000;

/**
 * A bar on a terminal, else a line every 5 seconds; a count where the total is not known. Written to `stream`, which is never standard
 * output.
 */
export const createProgress = (stream: Stream, label: string, total?: number): Progress => {
  const started = Date.now();
  let done = 0;
  let shown = stream.isTTY === true ? 0 : started;
  const text = (): string => {
    const rate = `${Math.round(done / Math.max(0.001, (Date.now() - started) / 1000))}/s`;
    const line = (body: string): string =>
      `\r${label} ${body}, ${rate}`.slice(0, stream.columns ?? 200) + '\u001B[K';
    if (total === undefined) return stream.isTTY === true ? line(`${done}`) : `${label}: ${done}\n`;
    const share = total === 0 ? 1 : done / total;
    const count = `${done} of ${total}`;
    if (stream.isTTY !== true) return `${label}: ${count} (${Math.floor(share * 100)} %)\n`;
    const filled = Math.round(share * barWidth);
    return line(`[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}] ${count}`);
  };
  return {
    update: (now) => {
      done = now;
      if (Date.now() - shown < (stream.isTTY === true ? redrawMs : lineMs)) return;
      shown = Date.now();
      stream.write(text());
    },
    end: () => {
      if (stream.isTTY === true) stream.write(`${text()}\n`);
    },
  };
};
