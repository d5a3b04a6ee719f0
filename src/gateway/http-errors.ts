import type { FastifyInstance, FastifyReply } from 'fastify';
import { UnreadableText } from './json.js';

/** What the routes of GraphQL answer to requests that are none. */

export const refuse = (
  reply: FastifyReply,
  status: number,
  message: string,
  code = 'BAD_REQUEST',
): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [{ message, extensions: { code } }] }));

/** Bodies of `app` come as they are, and what goes wrong is told in the form of GraphQL. */
export const speakGraphQL = (
  app: FastifyInstance,
  log: { error(details: object, message: string): void },
): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof UnreadableText) return refuse(reply, error.status, error.message);
    const status = error.statusCode ?? 500;
    if (status === 413) return refuse(reply, 413, 'The body is longer than 1 MB. Send less at once.');
    if (status < 500) return refuse(reply, status, 'The request cannot be read.');
    log.error({ err: error }, 'the HTTP transport failed unexpectedly');
    return refuse(reply, 500, 'Something went wrong inside.', 'INTERNAL_SERVER_ERROR');
  });
};

export const subscriptionsElsewhere =
  'Subscriptions are answered over WebSocket at /graphql (subprotocol graphql-transport-ws) and as server-sent events at /graphql/stream (accept text/event-stream).';
