import { errorsInArray, firstOf, socketClient, type ClientKind, type Result } from './client.js';

/** https://the-guild.dev/graphql/ws/get-started: everything over the socket. */
export const graphqlWs: ClientKind = {
  name: 'graphql-ws',
  transport: 'websocket',
  create: (options) => {
    const client = socketClient(options);
    return {
      query: (query, variables) => firstOf(client.iterate({ query, variables })),
      mutate: (query, variables) => firstOf(client.iterate({ query, variables })),
      subscribe: (query, variables, observer) =>
        client.subscribe(
          { query, variables },
          { ...observer, next: (result) => observer.next(result as Result) },
        ),
      errorsIn: async (error) => errorsInArray(error),
      stop: () => client.dispose(),
    };
  },
};
