import { existsSync } from 'node:fs';
import { ask, connect, post, type GraphQLAnswer, type Running } from './support.js';

export interface Request {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

/** What an operation is answered, however it was asked. */
export type Answer = Pick<GraphQLAnswer, 'data' | 'errors' | 'extensions'>;

export interface Transport {
  readonly name: string;
  /** Absent: any request. */
  takes?(request: Request): boolean;
  ask(running: Running, request: Request): Promise<Answer>;
}

const searchOf = ({ query, variables, operationName }: Request): string => {
  const search = new URLSearchParams({ query });
  if (variables) search.set('variables', JSON.stringify(variables));
  if (operationName) search.set('operationName', operationName);
  return `?${search.toString()}`;
};

/** No mutations by GET, and Node takes 16 KB of headers with the URL. */
const fitsGet = (request: Request): boolean =>
  !request.query.startsWith('mutation') && searchOf(request).length < 12_000;

const httpPost: Transport = {
  name: 'HTTP POST',
  ask: async (running, request) => {
    const { data, errors, extensions } = await post(running.url, request);
    return { data, errors, extensions };
  },
};

const httpGet: Transport = {
  name: 'HTTP GET',
  takes: fitsGet,
  ask: async (running, request) => {
    const response = await fetch(`${running.url}/graphql${searchOf(request)}`, {
      headers: { 'apollo-require-preflight': 'yes' },
    });
    return (await response.json()) as Answer;
  },
};

const webSocket: Transport = {
  name: 'WebSocket',
  ask: async (running, request) => {
    const client = connect(running.websocketUrl);
    try {
      return await ask(client, request);
    } finally {
      await client.dispose();
    }
  },
};

/** The only result of a stream that is over. */
const resultIn = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return JSON.parse(text) as Answer;
  const data = /^event: ?next$[^]*?^data: ?(.*)$/m.exec(text)?.[1];
  if (data === undefined) throw new Error(`The stream brought no result: ${text}`);
  return JSON.parse(data) as Answer;
};

const accept = 'text/event-stream';

const eventsByGet: Transport = {
  name: 'server-sent events by GET',
  takes: fitsGet,
  ask: async (running, request) =>
    resultIn(await fetch(`${running.url}/graphql/stream${searchOf(request)}`, { headers: { accept } })),
};

const eventsByPost: Transport = {
  name: 'server-sent events by POST',
  ask: async (running, request) =>
    resultIn(
      await fetch(`${running.url}/graphql/stream`, {
        method: 'POST',
        headers: { accept, 'content-type': 'application/json' },
        body: JSON.stringify(request),
      }),
    ),
};

// TODO: without the condition once the gateway has /graphql/stream.
const hasStreams = existsSync(new URL('../../src/gateway/sse.ts', import.meta.url));

/** Every way to the guarded execution: a row each. The first is what the others are compared with. */
export const transports: readonly Transport[] = [
  httpPost,
  httpGet,
  webSocket,
  ...(hasStreams ? [eventsByGet, eventsByPost] : []),
];
