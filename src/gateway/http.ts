import {
  ApolloServer,
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestListener,
  type GraphQLResponse,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, Kind, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Principal } from '../resolvers/context.js';
import type { Authenticate } from './authenticate.js';
import type { Operation } from './documents.js';
import type { Guard } from './guard.js';
import { refuse, speakGraphQL, subscriptionsElsewhere } from './http-errors.js';
import {
  accepts,
  checkSearch,
  headerMap,
  operationRequest,
  readBody,
  readSearch,
  searchOf,
} from './http-request.js';
import { UnreadableText } from './json.js';
import { outcomeOf, type Metrics } from './metrics.js';

/**
 * GraphQL over HTTP. Apollo Server speaks the protocol (methods, media types, cross-site requests); what runs is the guard's:
 * its hooks bring the document that the guard has checked, so that Apollo neither parses nor validates again, and take the
 * guard's result in place of an execution.
 */
export interface HttpOptions {
  readonly schema: GraphQLSchema;
  readonly guard: Guard;
  readonly authenticate: Authenticate;
  readonly metrics: Metrics;
  readonly introspection: boolean;
  readonly log: { error(details: object, message: string): void };
}

/** Apollo's context: what the hooks of one request share. */
interface Request {
  readonly principal: Principal;
  readonly began: number;
  prepared: Operation | readonly GraphQLError[];
}

const offered = new Set(['*/*', 'application/*', 'application/json', 'application/graphql-response+json']);

const noDocument: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

export const createHttp = (options: HttpOptions) => {
  const { authenticate, log } = options;
  let started = false;
  const apollo = new ApolloServer<Request>({
    schema: options.schema,
    plugins: [
      guardPlugin(options),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
    introspection: options.introspection,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: null,
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => {
      if (formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR' || formatted.extensions.id) return formatted;
      log.error({ err: error }, 'the HTTP transport failed unexpectedly');
      return { message: 'Something went wrong inside.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    },
    logger: {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (message: unknown) => log.error({}, String(message)),
    },
  });

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { method, headers } = request;
    if (method !== 'POST' && method !== 'GET') {
      return refuse(reply.header('allow', 'GET, POST'), 405, 'Send GraphQL with POST, or a query with GET.');
    }
    // Apollo looks at `Accept` after it has run the operation, which for a mutation is too late.
    if (!accepts(headers.accept, offered)) {
      return refuse(
        reply,
        406,
        `Answers are application/json or application/graphql-response+json: accept one of them. ${subscriptionsElsewhere}`,
      );
    }
    const body = method === 'POST' ? readBody(request) : undefined;
    if (method === 'GET') {
      checkSearch(request.url);
      if (isSubscription(options.guard, request.url)) return refuse(reply, 400, subscriptionsElsewhere);
    }
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headerMap(headers), search: searchOf(request.url), body },
      context: async () => ({ principal: authenticate(request.raw), began: performance.now(), prepared: [] }),
    });
    if (response.status !== undefined) reply.code(response.status);
    for (const [name, value] of response.headers) reply.header(name, value);
    if (response.body.kind === 'chunked') throw new Error('incremental delivery is not offered');
    return reply.send(response.body.string);
  };

  return {
    start: async (): Promise<void> => {
      await apollo.start();
      started = true;
    },
    stop: async (): Promise<void> => {
      // Apollo refuses to stop what did not start.
      if (started) await apollo.stop();
      started = false;
    },
    /** Adds the route, with its own reading of bodies and its own form of errors. */
    plugin: async (app: FastifyInstance): Promise<void> => {
      speakGraphQL(app, log);
      app.all('/graphql', { exposeHeadRoute: false }, answer);
    },
  };
};

const guardPlugin = ({ guard, metrics }: HttpOptions): ApolloServerPlugin<Request> => {
  const run = async (prepared: Request['prepared'], principal: Principal): Promise<ExecutionResult> => {
    if (!('document' in prepared)) return { errors: prepared };
    if (prepared.type === 'subscription') return { errors: [subscriptionByHttp()] };
    return guard.execute(prepared, principal);
  };

  // One listener for all requests: what belongs to one of them is in its context.
  const listener = Promise.resolve<GraphQLRequestListener<Request>>({
    didResolveSource: async (context) => {
      const { request, contextValue, source } = context;
      const { operationName, variables } = request;
      contextValue.prepared = guard.prepare({ query: source, operationName, variables });
      const document = 'document' in contextValue.prepared ? contextValue.prepared.document : noDocument;
      // Hooks are meant to look only; but a document that is there already is what makes Apollo skip its own parsing.
      Object.assign(context, { document });
    },
    responseForOperation: async ({ contextValue }) => {
      const { prepared, principal, began } = contextValue;
      const result = await run(prepared, principal);
      const kind = 'document' in prepared ? prepared.type : 'none';
      metrics.operations.inc({ transport: 'http', kind, outcome: outcomeOf(result.errors) });
      metrics.seconds.observe({ transport: 'http', kind }, (performance.now() - began) / 1_000);
      return httpAnswer(result);
    },
    willSendResponse: async ({ response, errors }) => {
      // Apollo says 200 to a persisted query, which is not offered here.
      if (errors?.[0]?.extensions.code === 'PERSISTED_QUERY_NOT_SUPPORTED') response.http.status = 400;
    },
  });
  return { requestDidStart: () => listener };
};

/** 400 where nothing ran, else 200, as the specification of GraphQL over HTTP has it. */
const httpAnswer = (result: ExecutionResult): GraphQLResponse => ({
  http: { status: 'data' in result ? 200 : 400, headers: new HeaderMap() },
  body: {
    kind: 'single',
    singleResult: { ...result, errors: result.errors?.map((error) => error.toJSON()) },
  },
});

const subscriptionByHttp = (): GraphQLError =>
  new GraphQLError(subscriptionsElsewhere, { extensions: { code: 'BAD_REQUEST' } });

/** Whether a GET asks for a subscription; Apollo would say of it only that a GET takes queries. */
const isSubscription = (guard: Guard, url: string): boolean => {
  try {
    const prepared = guard.prepare(operationRequest(readSearch(url)));
    return 'document' in prepared && prepared.type === 'subscription';
  } catch (error) {
    if (error instanceof UnreadableText) return false;
    throw error;
  }
};

const nothing = (): void => undefined;
