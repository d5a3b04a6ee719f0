import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { closeAtEnd } from './cleanup.js';
import type { Answer } from './graphql.js';
import { createQueue, type Queue } from './queue.js';

export interface StreamEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** What came over a response of server-sent events, read as an EventSource reads it. */
export interface TestStream extends Pick<Queue<StreamEvent>, 'all' | 'next' | 'until'> {
  readonly response: IncomingMessage;
  readonly status: number;
  /** As the browser would send it in `Last-Event-ID`. */
  readonly lastId: () => string;
  readonly retryMs: () => number | undefined;
  readonly comments: () => number;
  /** Resolves when the response is over, with whether it ended as HTTP has it. */
  readonly ended: Promise<boolean>;
  readonly text: () => string;
  /** Cuts the connection. */
  destroy(): void;
}

export interface StreamRequest {
  readonly query?: string;
  readonly variables?: object;
  readonly operationName?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** In place of the JSON of the request. */
  readonly body?: string;
  /** In place of the search that the request makes. */
  readonly search?: string;
}

/** Asks `/graphql/stream`, by GET unless told otherwise. */
export const openStream = async (url: string, ask: StreamRequest): Promise<TestStream> => {
  const { method = 'GET', headers, body } = ask;
  const hasNoBody = !['POST', 'PUT', 'PATCH'].includes(method);
  const sent = request(`${url}/graphql/stream${hasNoBody ? (ask.search ?? searchOf(ask)) : ''}`, {
    method,
    agent: false,
    headers: {
      accept: 'text/event-stream',
      ...(hasNoBody ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  sent.on('error', () => undefined);
  closeAtEnd(() => sent.destroy());
  sent.end(hasNoBody ? undefined : (body ?? JSON.stringify(bodyOf(ask))));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return readStream(response);
};

/** The errors and data of an event that carries a result. */
export const resultOf = <Data>({ data }: StreamEvent): Answer<Data> => JSON.parse(data) as Answer<Data>;

const bodyOf = ({ query, variables, operationName }: StreamRequest) => ({ query, variables, operationName });

const searchOf = (ask: StreamRequest): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(bodyOf(ask)))
    if (value !== undefined) search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return `?${search.toString()}`;
};

const readStream = (response: IncomingMessage): TestStream => {
  const queue = createQueue<StreamEvent>('The event stream');
  let [text, rest, lastId, comments] = ['', '', '', 0];
  let retryMs: number | undefined;
  let [event, id, data]: [string, string | undefined, string | undefined] = ['', undefined, undefined];

  const take = (line: string): void => {
    if (line === '') {
      if (data !== undefined) queue.push({ event, id, data });
      [event, id, data] = ['', undefined, undefined];
      return;
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === '') comments += 1;
    else if (name === 'event') event = value;
    else if (name === 'id') lastId = id = value;
    else if (name === 'data') data = data === undefined ? value : `${data}\n${value}`;
    else if (name === 'retry') retryMs = Number(value);
    else throw new Error(`no line of an event stream: ${line}`);
  };
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    rest += chunk;
    if (!response.headers['content-type']?.startsWith('text/event-stream')) return;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(take);
  });
  response.on('error', () => undefined);
  const ended = new Promise<boolean>((resolve) => {
    response.once('close', () => {
      queue.end(new Error('The event stream is over.'));
      resolve(response.complete);
    });
  });
  return {
    all: queue.all,
    next: queue.next,
    until: queue.until,
    response,
    status: response.statusCode ?? 0,
    lastId: () => lastId,
    retryMs: () => retryMs,
    comments: () => comments,
    ended,
    text: () => text,
    destroy: () => response.destroy(),
  };
};
