import { addressOf, type CommonOptions } from './connect.js';
import { exitCodes, nobodyAnswers } from './failure.js';
import { printJson, printLine, type Terminal } from './terminal.js';

/** `millrace status`. Answers the exit code: 69 when the Millrace is not ready. */
export const showStatus = async (terminal: Terminal, options: CommonOptions): Promise<number> => {
  const url = addressOf(options);
  const { ready, report } = await readHealth(url);
  if (options.json === true) printJson(terminal, report);
  else {
    printLine(terminal.out, `${url} is ${ready ? 'ready' : 'not ready'}.`);
    for (const [name, value] of Object.entries(report))
      printLine(terminal.out, `${name.padEnd(10)} ${describe(value)}`);
  }
  return ready ? exitCodes.ok : exitCodes.unavailable;
};

const readHealth = async (url: string): Promise<{ ready: boolean; report: Record<string, unknown> }> => {
  try {
    const response = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(10_000) });
    const report: unknown = await response.json();
    if (typeof report === 'object' && report !== null) return { ready: response.ok, report: { ...report } };
  } catch {
    // What answers with something else is no Millrace either.
  }
  throw nobodyAnswers(url);
};

const describe = (value: unknown): string => {
  if (value === null) return 'not used';
  if (typeof value !== 'object') return JSON.stringify(value).replaceAll('"', '');
  return Object.values(value).flat().join(' ');
};
