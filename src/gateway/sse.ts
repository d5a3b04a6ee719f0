import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Principal } from '../resolvers/context.js';
import type { Authenticate } from './authenticate.js';
import type { Operation } from './documents.js';
import type { Guard } from './guard.js';
import { refuse, speakGraphQL } from './http-errors.js';
import { accepts, operationRequest, readBody, readSearch } from './http-request.js';
import { UnreadableText } from './json.js';
import { outcomeOf, type Metrics } from './metrics.js';
import { spreadOver } from './spread.js';
import { endId, failure, single } from './sse-frames.js';
import { createEventStream } from './sse-stream.js';
import { streamSubscription, type CreateStream, type SubscriptionStream } from './sse-subscription.js';

/*
 * GraphQL over server-sent events at /graphql/stream: an operation is a response, its results are events, and the id of an
 * event is its cursor. So a native EventSource, which brings the last id when it connects again, resumes by itself.
 *
 * An EventSource can read no status but 200: a GET is told of every error by an event, and kept from coming again by the id of
 * `complete`. A POST gets a status for what is wrong with it.
 *
 * Pages of other sites: a GET needs no preflight, so they may open a stream; but it runs no mutation, and without CORS headers the
 * browser lets them read nothing of it. A POST is refused unless it is JSON, which a browser sends elsewhere only after a
 * preflight, and that gets no consent here.
 */
export interface StreamsOptions {
  readonly guard: Pick<Guard, 'prepare' | 'execute' | 'subscribe'>;
  readonly authenticate: Authenticate;
  /** Bytes that may be unsent for one client. */
  readonly bufferBytes: number;
  readonly metrics: Metrics;
  readonly log: { error(details: object, message: string): void };
  readonly limits?: Partial<StreamLimits>;
}

export interface StreamLimits {
  /** Between pings. */
  readonly keepAliveMs: number;
  /** Clients come again after half of this to one and a half, so that not all of a gateway that died come at once. */
  readonly retryMs: number;
  /** How long a POST is held back for its first result, or for an error that then becomes its status. */
  readonly settleMs: number;
}

const defaults: StreamLimits = { keepAliveMs: 12_000, retryMs: 1_000, settleMs: 250 };

const offered = new Set(['*/*', 'text/*', 'text/event-stream']);
const transport = 'sse';

export const createStreams = (options: StreamsOptions) => {
  const { guard, authenticate, bufferBytes, metrics, log } = options;
  const { keepAliveMs, retryMs, settleMs } = { ...defaults, ...options.limits };
  const streams = new Set<SubscriptionStream>();
  let stopping = false;

  const createStream: CreateStream = (reply, { onDrain, place } = alone) =>
    createEventStream(reply, {
      bufferBytes,
      keepAliveMs,
      retryMs: Math.round(retryMs * (0.5 + Math.random())),
      onDrain,
      place,
    });

  const prepare = (request: FastifyRequest): Operation | readonly GraphQLError[] => {
    const isGet = request.method === 'GET';
    try {
      const prepared = guard.prepare(operationRequest(isGet ? readSearch(request.url) : readBody(request)));
      if (isGet && 'document' in prepared && prepared.type === 'mutation')
        return [badRequest('A GET changes nothing: send the mutation by POST.')];
      return prepared;
    } catch (error) {
      if (isGet && error instanceof UnreadableText) return [badRequest(error.message)];
      throw error;
    }
  };

  const refuseOperation = (isGet: boolean, errors: readonly GraphQLError[], reply: FastifyReply): void => {
    metrics.operations.inc({ transport, kind: 'none', outcome: outcomeOf(errors) });
    const stream = createStream(reply);
    if (isGet) stream.end(failure(errors));
    else stream.refuse(400, { errors });
  };

  const execute = async (
    isGet: boolean,
    operation: Operation,
    principal: Principal,
    reply: FastifyReply,
  ): Promise<void> => {
    const began = performance.now();
    const stream = createStream(reply);
    if (isGet) stream.open();
    const result = await guard.execute(operation, principal);
    const kind = operation.type;
    metrics.operations.inc({ transport, kind, outcome: outcomeOf(result.errors) });
    metrics.seconds.observe({ transport, kind }, (performance.now() - began) / 1_000);
    if (!isGet && !('data' in result)) stream.refuse(400, result);
    else stream.end(single(result));
  };

  const follow = (
    operation: Operation,
    principal: Principal,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => {
    const holds = request.method === 'POST';
    const resumeAfter = lastIdOf(request);
    const mine = { operation, principal, resumeAfter, createStream, reply, holds, settleMs };
    const stream = streamSubscription({ guard, metrics, ...mine });
    streams.add(stream);
    void stream.closed.then(() => streams.delete(stream));
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { method, headers } = request;
    const isGet = method === 'GET';
    if (!isGet && method !== 'POST')
      return refuse(reply.header('allow', 'GET, POST'), 405, 'Open a stream of events with GET or POST.');
    if (!accepts(headers.accept, offered))
      return refuse(reply, 406, 'Answers are text/event-stream: accept that.');
    if (lastIdOf(request) === endId) return reply.code(204).header('cache-control', 'no-store').send();
    // To an EventSource any status but 200 would be the end.
    if (stopping && isGet) return createStream(reply).end();
    if (stopping) return refuse(reply, 503, 'This gateway is stopping: ask another.', 'UNAVAILABLE');
    const prepared = prepare(request);
    if (!('document' in prepared)) return refuseOperation(isGet, prepared, reply);
    const principal = authenticate(request.raw);
    if (prepared.type !== 'subscription') return execute(isGet, prepared, principal, reply);
    return follow(prepared, principal, request, reply);
  };

  return {
    /** Adds the route. */
    plugin: async (app: FastifyInstance): Promise<void> => {
      speakGraphQL(app, log);
      app.all('/graphql/stream', { exposeHeadRoute: false }, answer);
    },
    /**
     * Ends every subscription, evenly spread over `spreadMs`, without `complete`: its client comes again with its cursor. What is
     * open after `deadlineMs` is cut.
     */
    stop: async (deadlineMs: number, spreadMs = 0): Promise<void> => {
      stopping = true;
      const open = [...streams];
      const late = setTimeout(() => open.forEach((stream) => stream.destroy()), deadlineMs);
      await spreadOver(open, Math.min(spreadMs, deadlineMs), (stream) => stream.sendAway());
      await Promise.all(open.map((stream) => stream.closed));
      clearTimeout(late);
    },
  };
};

/** Of a stream that is no subscription. */
const alone = { onDrain: () => undefined, place: () => undefined };

/** What an EventSource that connects again brings: a cursor, or that it is over. */
const lastIdOf = ({ headers }: FastifyRequest): string | undefined => {
  const id = headers['last-event-id'];
  return id === undefined || id === '' ? undefined : String(id);
};

const badRequest = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
