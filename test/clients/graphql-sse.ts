import { NetworkError, createClient } from 'graphql-sse';
import {
  errorsInArray,
  firstOf,
  retryWait,
  type ClientKind,
  type GraphQLFailure,
  type Result,
} from './client.js';

/** graphql-sse in its default mode, a connection for each operation. */
export const graphqlSse: ClientKind = {
  name: 'graphql-sse',
  transport: 'sse',
  create: ({ url, retryAttempts }) => {
    const client = createClient({ url: `${url}/graphql/stream`, retryAttempts, retry: retryWait });
    return {
      query: (query, variables) => firstOf(client.iterate({ query, variables })),
      mutate: (query, variables) => firstOf(client.iterate({ query, variables })),
      subscribe: (query, variables, observer) =>
        client.subscribe(
          { query, variables },
          {
            ...observer,
            next: ({ errors, ...result }) =>
              errors ? observer.error(errors) : observer.next(result as Result),
          },
        ),
      errorsIn: async (error) => {
        if (!(error instanceof NetworkError)) return errorsInArray(error);
        const response = error.response as Response | undefined;
        return ((await response?.json()) as { errors?: GraphQLFailure[] } | undefined)?.errors ?? [];
      },
      stop: () => client.dispose(),
    };
  },
};
