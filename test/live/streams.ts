import { get, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Answer, GraphQLFailure } from '../support/graphql.js';

/** One subscription over one connection, with little work for each message: for hundreds of clients in one process. */
export type Transport = 'websocket' | 'sse';

export interface Subscription {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Result = Answer<Readonly<Record<string, unknown>>>;

/** `closed`: the connection, with the close code of the WebSocket or the status of HTTP where there was one. */
export type Ending =
  | { readonly kind: 'error'; readonly errors: readonly GraphQLFailure[] }
  | { readonly kind: 'complete' }
  | { readonly kind: 'closed'; readonly code: number | undefined };

export interface StreamListener {
  /** `id` is that of the server-sent event, which is its cursor. */
  onNext(result: Result, id?: string): void;
  /** Called once; nothing comes behind it. */
  onEnd(ending: Ending): void;
}

export interface Stream {
  /** Without a word to the other end. */
  cut(): void;
  /** Nothing is read any more, so that the other end cannot write for ever. */
  pause(): void;
  resume(): void;
}

export interface StreamOptions extends Subscription, StreamListener {
  /** `http://…` */
  readonly url: string;
  readonly transport: Transport;
  /** What an EventSource sends when it comes back. */
  readonly lastEventId?: string | undefined;
}

export const openStream = (options: StreamOptions): Stream => {
  if (options.transport === 'sse') return openEventSource(options);
  const socket = openSocket(options.url);
  socket.subscribe(options, options);
  return socket;
};

/** Those that the gateway has. */
export const transportsOf = async (url: string): Promise<readonly Transport[]> => {
  const { status } = await fetch(`${url}/graphql/stream`, { headers: { connection: 'close' } });
  return status === 404 ? ['websocket'] : ['websocket', 'sse'];
};

/** A WebSocket that any number of subscriptions may follow one another on. */
export interface LiveSocket extends Stream {
  readonly isOpen: boolean;
  subscribe(subscription: Subscription, listener: StreamListener): void;
}

interface ServerMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export const openSocket = (url: string): LiveSocket => {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  const listeners = new Map<string, StreamListener>();
  let waiting: string[] | undefined = [];
  let lastId = 0;

  const take = ({ type, id = '', payload }: ServerMessage): void => {
    if (type === 'connection_ack') {
      for (const message of waiting ?? []) socket.send(message);
      waiting = undefined;
    } else if (type === 'ping') socket.send('{"type":"pong"}');
    const listener = listeners.get(id);
    if (type === 'next') return listener?.onNext(payload as Result);
    if (type !== 'error' && type !== 'complete') return undefined;
    listeners.delete(id);
    return listener?.onEnd(
      type === 'error' ? { kind: 'error', errors: payload as GraphQLFailure[] } : { kind: 'complete' },
    );
  };

  // What goes wrong closes it.
  socket.on('error', () => undefined);
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (bytes: Buffer) => take(JSON.parse(bytes.toString()) as ServerMessage));
  socket.once('close', (code) => {
    for (const listener of listeners.values()) listener.onEnd({ kind: 'closed', code });
    listeners.clear();
  });

  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    subscribe: ({ query, variables }, listener) => {
      const id = String((lastId += 1));
      listeners.set(id, listener);
      const message = JSON.stringify({ id, type: 'subscribe', payload: { query, variables } });
      if (waiting) waiting.push(message);
      else socket.send(message);
    },
    cut: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
};

/** As a native EventSource asks, but for coming back by itself. */
const openEventSource = ({ url, query, variables, lastEventId, onNext, onEnd }: StreamOptions): Stream => {
  const address = new URL(`${url}/graphql/stream`);
  address.searchParams.set('query', query);
  address.searchParams.set('variables', JSON.stringify(variables));
  let response: IncomingMessage | undefined;
  let isOver = false;
  const end = (ending: Ending): void => {
    if (isOver) return;
    isOver = true;
    onEnd(ending);
    request.destroy();
  };

  const take = ({ event, data, id }: ServerSentEvent): void => {
    if (isOver) return;
    if (event === 'complete') return end({ kind: 'complete' });
    if (event !== 'next') return undefined;
    const result = JSON.parse(data) as Result;
    const isEnd = result.errors && result.errors.length > 0 && !Object.values(result.data ?? {})[0];
    return isEnd ? end({ kind: 'error', errors: result.errors ?? [] }) : onNext(result, id);
  };

  const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) };
  const request = get(address, { headers, agent: false }, (answer) => {
    response = answer;
    const code = answer.statusCode;
    answer.on('error', () => undefined);
    answer.once('close', () => end({ kind: 'closed', code: code === 200 ? undefined : code }));
    if (code !== 200) return void answer.resume();
    answer.setEncoding('utf8');
    const read = readServerSentEvents(take);
    answer.on('data', read);
  });
  request.on('error', () => end({ kind: 'closed', code: undefined }));

  return {
    cut: () => void request.destroy(),
    pause: () => void response?.pause(),
    resume: () => void response?.resume(),
  };
};

interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** Takes text as it comes and calls `take` with each event of it; comments are left out. */
const readServerSentEvents = (take: (event: ServerSentEvent) => void): ((text: string) => void) => {
  let rest = '';
  return (text) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields: { event: string; data: string; id: string | undefined } = {
        event: 'message',
        data: '',
        id: undefined,
      };
      for (const line of block.split('\n')) {
        const [, name, value] = /^(event|data|id): ?(.*)$/s.exec(line) ?? [];
        if (name === 'event' || name === 'id') fields[name] = value ?? '';
        else if (name === 'data') fields.data += value;
      }
      if (fields.data !== '' || fields.event !== 'message') take(fields);
    }
  };
};
