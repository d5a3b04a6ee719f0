import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';

const schema = buildSchema(
  readdirSync('schema')
    .map((file) => readFileSync(`schema/${file}`, 'utf8'))
    .join('\n'),
);

export interface SmallEvent {
  readonly id: string;
  readonly cursor: string;
}

export interface SmallGateway {
  readonly url: string;
  /** Variables of each subscription that came, oldest first. */
  readonly subscriptions: Record<string, unknown>[];
  readonly sockets: Set<WebSocket>;
  /** Appends `count` events to the log. */
  append(count: number): void;
  setState(state: object | null): void;
  /** How many events a resumed stream goes back by mistake. */
  rewind: number;
  /** Ends every stream with an `error` message; the sockets stay. */
  fail(code: string, extensions?: Record<string, unknown>): void;
  /** Answers POSTs. */
  answer: (request: { query: string; variables: Record<string, unknown> }, response: ServerResponse) => void;
  readonly requests: { query: string; variables: Record<string, unknown> }[];
  stop(): Promise<void>;
}

export const eventOf = (index: number): SmallEvent => ({ id: `event-${index}`, cursor: index.toString() });

/** A gateway of one event log and one state, on graphql-ws and the real schema, that fails as it is told to. */
export const startSmallGateway = async (port = 0): Promise<SmallGateway> => {
  let length = 0;
  let state: object | null = null;
  const waiting = new Set<() => void>();
  const streams = new Map<string, WebSocket>();
  const wake = (): void => {
    waiting.forEach((resume) => resume());
    waiting.clear();
  };
  const changed = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));

  async function* events(variables: Record<string, unknown>): AsyncGenerator<ExecutionResult> {
    let at =
      variables.after === undefined ? length : Math.max(0, Number(variables.after) + 1 - gateway.rewind);
    if (variables.heartbeat !== undefined)
      yield {
        data: { orderEvents: null },
        extensions: { cursor: (at - 1).toString(), upToDate: at === length },
      };
    for (;;) {
      while (at < length) yield { data: { orderEvents: eventOf(at++) } };
      await changed();
    }
  }
  async function* states(field: string): AsyncGenerator<ExecutionResult> {
    for (;;) {
      yield { data: { [field]: state } };
      await changed();
    }
  }

  const http = createServer((request, response) => void receive(request, response));
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as SmallGateway['requests'][number];
    gateway.requests.push(body);
    gateway.answer(body, response);
  };
  const sockets = new WebSocketServer({ server: http, path: '/graphql' });
  const disposable = useServer(
    {
      schema,
      onSubscribe: ({ extra }, id, payload) => {
        const document = parse(payload.query);
        const errors = validate(schema, document);
        if (errors.length > 0) return errors;
        const variables = { ...payload.variables };
        gateway.subscriptions.push(variables);
        streams.set(id, (extra as unknown as { socket: WebSocket }).socket);
        return { schema, document, variableValues: variables };
      },
      subscribe: (args: ExecutionArgs) =>
        rootField(args) === 'orderEvents' ? events({ ...args.variableValues }) : states(rootField(args)),
      onComplete: (_, id) => void streams.delete(id),
    },
    sockets,
  );
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  const address = http.address();
  const gateway: SmallGateway = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`,
    subscriptions: [],
    requests: [],
    sockets: sockets.clients,
    rewind: 0,
    append: (count) => {
      length += count;
      wake();
    },
    setState: (next) => {
      state = next;
      wake();
    },
    fail: (code, extensions = {}) => {
      for (const [id, socket] of streams)
        socket.send(
          JSON.stringify({
            id,
            type: 'error',
            payload: [{ message: `failed with ${code}`, extensions: { code, ...extensions } }],
          }),
        );
      streams.clear();
    },
    answer: (_, response) => response.end('{}'),
    stop: () => (stopping ??= stop()),
  };
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    wake();
    await disposable.dispose();
    for (const socket of sockets.clients) socket.terminate();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  return gateway;
};

const rootField = ({ document }: ExecutionArgs): string => {
  const [definition] = document.definitions;
  const selection =
    definition?.kind === 'OperationDefinition' ? definition.selectionSet.selections[0] : undefined;
  return selection?.kind === 'Field' ? selection.name.value : '';
};
