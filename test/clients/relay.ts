import {
  Network,
  Observable,
  type GraphQLResponse,
  type RequestParameters,
  type Variables,
} from 'relay-runtime';
import {
  AnsweredWithErrors,
  errorsInArray,
  socketClient,
  type ClientKind,
  type GraphQLFailure,
  type Result,
} from './client.js';

/** Relay's network layer on graphql-ws, for every kind of operation; the texts are what its compiler would put into the parameters. */
export const relay: ClientKind = {
  name: 'Relay',
  transport: 'websocket',
  create: (options) => {
    const socket = socketClient(options);
    const observe = ({ text, name }: RequestParameters, variables: Variables) =>
      Observable.create<GraphQLResponse>((sink) =>
        socket.subscribe({ query: text ?? '', operationName: name, variables }, sink as never),
      );
    const network = Network.create(observe, observe);
    const execute = (operationKind: Kind, text: string, variables: Record<string, unknown> = {}) =>
      network.execute(parametersOf(operationKind, text), variables, { force: true });
    const first = async (kind: Kind, text: string, variables?: Record<string, unknown>): Promise<Result> => {
      const { data, errors } = (await execute(kind, text, variables).toPromise()) as Result & {
        errors?: readonly GraphQLFailure[];
      };
      if (errors) throw new AnsweredWithErrors(errors);
      return { data };
    };
    return {
      query: (text, variables) => first('query', text, variables),
      mutate: (text, variables) => first('mutation', text, variables),
      subscribe: (text, variables, observer) => {
        const subscription = execute('subscription', text, variables).subscribe({
          next: (result) => observer.next(result as Result),
          error: (error: unknown) => observer.error(error),
          complete: () => observer.complete(),
        });
        return () => subscription.unsubscribe();
      },
      errorsIn: async (error) => errorsInArray(error),
      stop: () => socket.dispose(),
    };
  },
};

type Kind = RequestParameters['operationKind'];

const parametersOf = (operationKind: Kind, text: string): RequestParameters => {
  const name = /^\w+ (\w+)/.exec(text)?.[1];
  if (name === undefined) throw new Error(`Relay names its operations: ${text}`);
  return { operationKind, name, text, id: null, cacheID: name, metadata: {} };
};
