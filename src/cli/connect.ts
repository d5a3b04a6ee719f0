import { createMillrace, MillraceError, type Millrace, type MillraceOptions } from 'millrace-sdk';
import { WebSocket } from 'ws';
import { readConfig } from '../config.js';
import { nobodyAnswers } from './failure.js';

/** What every command that talks to a Millrace takes. */
export interface CommonOptions {
  readonly url?: string;
  readonly json?: boolean;
}

/** The address to talk to, without a path: the option, else that of a Millrace of this environment. */
export const addressOf = ({ url }: CommonOptions): string => {
  if (url !== undefined) return url;
  const { host, port } = readConfig();
  const name = ['0.0.0.0', '127.0.0.1', '::', '::1'].includes(host) ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
};

/** Lends a client to `work`. Where nothing answers, the failure says how to start or name a Millrace. */
export const withMillrace = async <T>(
  options: CommonOptions,
  work: (millrace: Millrace) => Promise<T>,
  clientOptions: Partial<MillraceOptions> = {},
): Promise<T> => {
  const url = addressOf(options);
  // Node 20 has no WebSocket of its own.
  const millrace = createMillrace({ url, webSocketImpl: WebSocket, retryForMs: 0, ...clientOptions });
  try {
    return await work(millrace);
  } catch (error) {
    throw error instanceof MillraceError && error.code === 'NETWORK' ? nobodyAnswers(url) : error;
  } finally {
    millrace.dispose();
  }
};
