import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
  gql,
} from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { WebSocket } from 'ws';
import { socketClient, type ClientKind, type Result } from './client.js';

// Its link asks the global for a constant, which Node has from 22 on.
Object.assign(globalThis, { WebSocket });

/** Apollo Client with its cache: subscriptions by GraphQLWsLink, the rest by HTTP. */
export const apollo: ClientKind = {
  name: 'Apollo Client',
  transport: 'websocket',
  create: (options) => {
    const socket = socketClient(options);
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(socket),
        new HttpLink({ uri: `${options.url}/graphql` }),
      ),
    });
    return {
      query: async (query, variables) =>
        (await client.query({ query: gql(query), variables, fetchPolicy: 'network-only' })) as Result,
      mutate: async (query, variables) =>
        (await client.mutate({ mutation: gql(query), variables })) as Result,
      subscribe: (query, variables, observer) => {
        const subscription = client.subscribe({ query: gql(query), variables }).subscribe({
          ...observer,
          next: ({ error, ...result }) => (error ? observer.error(error) : observer.next(result as Result)),
        });
        return () => subscription.unsubscribe();
      },
      errorsIn: async (error) => (CombinedGraphQLErrors.is(error) ? error.errors : []),
      stop: async () => {
        client.stop();
        await socket.dispose();
      },
    };
  },
};
