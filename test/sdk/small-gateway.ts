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
  /** Appends an event whose cursor is its place. */
  publish(event: object): void;
  setState(state: object | null): void;
  /** Resolves when all that was appended or set has come to the clients. */
  delivered(): Promise<void>;
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
  const log: object[] = [];
  const history: (object | null)[] = [null];
  const waiting = new Set<() => void>();
  const streams = new Map<string, WebSocket>();
  const wake = (): void => {
    waiting.forEach((resume) => resume());
    waiting.clear();
  };
  const changed = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));

  async function* events(field: string, variables: Record<string, unknown>): AsyncGenerator<ExecutionResult> {
    let at =
      variables.after === undefined ? log.length : Math.max(0, Number(variables.after) + 1 - gateway.rewind);
    yield {
      data: { [field]: null },
      extensions: { cursor: (at - 1).toString(), upToDate: at === log.length },
    };
    for (;;) {
      while (at < log.length) yield { data: { [field]: log[at++] } };
      await changed();
    }
  }
  async function* states(field: string): AsyncGenerator<ExecutionResult> {
    for (let at = history.length - 1; ;) {
      while (at < history.length) yield { data: { [field]: history[at++] } };
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
      subscribe: (args: ExecutionArgs) => {
        const variables = { ...args.variableValues };
        return variables.heartbeat === undefined
          ? states(rootField(args))
          : events(rootField(args), variables);
      },
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
      for (let n = 0; n < count; n += 1) log.push(eventOf(log.length));
      wake();
    },
    publish: (event) => {
      log.push({ ...event, cursor: log.length.toString() });
      wake();
    },
    setState: (next) => {
      history.push(next);
      wake();
    },
    delivered: async () => {
      while (waiting.size < streams.size) await new Promise(setImmediate);
      // A client answers a ping behind all that came before it.
      await Promise.all(
        [...sockets.clients].map((socket) => {
          const answered = new Promise((resolve) => socket.once('pong', resolve));
          socket.ping();
          return answered;
        }),
      );
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
