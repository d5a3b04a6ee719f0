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
  readonly guard: Guard;
  readonly authenticate: Authenticate;
  readonly metrics: Metrics;
  readonly log: { error(details: object, message: string): void };
  readonly limits?: Partial<StreamLimits>;
}

export interface StreamLimits {
  /** What may wait unsent for one client. */
  readonly bufferBytes: number;
  readonly keepAliveMs: number;
  /** Clients come again after half of this to one and a half, so that not all of a gateway that died come at once. */
  readonly retryMs: number;
  /**
   * By then a subscription stands, as a rule: a stream tells its place, and a POST is no longer held back for an error that
   * would become its status.
   */
  readonly standsMs: number;
}

const defaults: StreamLimits = { bufferBytes: 262_144, keepAliveMs: 12_000, retryMs: 1_000, standsMs: 250 };

const offered = new Set(['*/*', 'text/*', 'text/event-stream']);
const transport = 'sse';

export const createStreams = (options: StreamsOptions) => {
  const { guard, authenticate, metrics, log } = options;
  const limits = { ...defaults, ...options.limits };
  const streams = new Set<SubscriptionStream>();
  let stopping = false;

  const createStream: CreateStream = (reply, hooks = noHooks) => {
    const retryMs = Math.round(limits.retryMs * (0.5 + Math.random()));
    return createEventStream(reply, { ...limits, retryMs, ...hooks });
  };

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

  const follow = (request: FastifyRequest, operation: Operation, reply: FastifyReply): void => {
    const stream = streamSubscription({
      guard,
      metrics,
      operation,
      principal: authenticate(request.raw),
      resumeAfter: lastIdOf(request),
      reply,
      createStream,
      holds: request.method === 'POST',
      standsMs: limits.standsMs,
    });
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
    if (prepared.type === 'subscription') return follow(request, prepared, reply);
    return execute(isGet, prepared, authenticate(request.raw), reply);
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

/** A browser sends none, or an empty one, where it has had no id. */
const lastIdOf = ({ headers }: FastifyRequest): string | undefined =>
  String(headers['last-event-id'] ?? '') || undefined;

/** Of a stream that is no subscription. */
const noHooks = { onDrain: () => undefined, place: () => undefined };

const badRequest = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
