import { CombinedError, Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { socketClient, type ClientKind, type Result } from './client.js';

/** urql with its cache: subscriptions by graphql-ws, the rest by HTTP. */
export const urql: ClientKind = {
  name: 'urql',
  transport: 'websocket',
  create: (options) => {
    const socket = socketClient(options);
    const client = new Client({
      url: `${options.url}/graphql`,
      preferGetMethod: false,
      exchanges: [
        cacheExchange,
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query = '', variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: socket.subscribe({ query, variables: { ...variables } }, sink as never),
            }),
          }),
        }),
      ],
    });
    const orThrow = ({ error, data, extensions }: { error?: CombinedError } & Result): Result => {
      if (error) throw error;
      return { data, extensions };
    };
    return {
      query: async (query, variables) => orThrow(await client.query(query, variables).toPromise()),
      mutate: async (query, variables) => orThrow(await client.mutation(query, variables ?? {}).toPromise()),
      subscribe: (query, variables, observer) => {
        const subscription = client
          .subscription(query, variables)
          .subscribe(({ error, data, extensions }) =>
            error ? observer.error(error) : observer.next({ data, extensions }),
          );
        return () => subscription.unsubscribe();
      },
      errorsIn: async (error) => (error instanceof CombinedError ? error.graphQLErrors : []),
      stop: () => socket.dispose(),
    };
  },
};
