import { Kind, visit, type ExecutionResult, type FieldNode, GraphQLError } from 'graphql';
import type { Principal } from '../resolvers/context.js';
import type { Delivery, Payload, Subscribe } from './delivery.js';
import type { Operation } from './documents.js';
import type { Guard } from './guard.js';
import { rootFieldOf } from './root-field.js';

/**
 * Pushes what the guard's iterator brings to a sink. Until the guard takes sinks itself; then this file goes away.
 */
export const resultsToSink =
  (guard: Guard, createContext: (principal: Principal) => unknown): Subscribe =>
  (operation, principal, sink) => {
    const results = guard.subscribe(withCursor(operation), () => createContext(principal));
    let isStopped = false;
    let wake = (): void => undefined;
    const run = async (): Promise<void> => {
      try {
        while (!isStopped) {
          while (sink.isFull && !isStopped) await new Promise<void>((resolve) => (wake = resolve));
          const result = await results.next();
          if (isStopped) return;
          if (result.done) return sink.end(undefined);
          sink.write([payloadOf(result.value)]);
        }
      } catch (error) {
        if (!isStopped) sink.end(error instanceof GraphQLError ? error : new GraphQLError(String(error)));
      }
      return undefined;
    };
    void run();
    return deliveryOf(
      () => wake(),
      () => {
        isStopped = true;
        wake();
        void results.return();
      },
    );
  };

const deliveryOf = (wake: () => void, stop: () => void): Delivery => ({ wake, stop });

const alias = '_cursorOfEvent';

const withCursor = (operation: Operation): Operation => {
  const root = rootFieldOf(operation);
  const at = operation.document.definitions.indexOf(operation.node);
  const type = operation.type === 'subscription' ? root?.name.value : undefined;
  if (!root || type === undefined || !eventFields.has(type)) return operation;
  const document = visit(operation.document, {
    Field: (node): FieldNode | undefined => (node === root ? changed(node, operation.after) : undefined),
  });
  return { ...operation, document, node: document.definitions[at] as Operation['node'] };
};

const eventFields = new Set([
  ...['orderEvents', 'userEvents', 'postEvents', 'productEvents', 'notifications', 'userActivities'],
  ...['errorLogs', 'casinoFeedback', 'messages'],
]);

const changed = (node: FieldNode, after: string | undefined): FieldNode => ({
  ...node,
  arguments:
    after === undefined
      ? node.arguments
      : [
          ...(node.arguments ?? []).filter(({ name }) => name.value !== 'after'),
          {
            kind: Kind.ARGUMENT,
            name: { kind: Kind.NAME, value: 'after' },
            value: { kind: Kind.STRING, value: after },
          },
        ],
  selectionSet: node.selectionSet && {
    ...node.selectionSet,
    selections: [
      ...node.selectionSet.selections,
      {
        kind: Kind.FIELD,
        alias: { kind: Kind.NAME, value: alias },
        name: { kind: Kind.NAME, value: 'cursor' },
      },
    ],
  },
});

const payloadOf = (result: ExecutionResult): Payload => {
  const [value] = Object.values(result.data ?? {});
  const progress = result.extensions?.cursor;
  let cursor = typeof progress === 'string' ? progress : undefined;
  if (typeof value === 'object' && value !== null && alias in value) {
    cursor = String(value[alias]);
    delete (value as Record<string, unknown>)[alias];
  }
  return { json: Buffer.from(JSON.stringify(result)), cursor };
};
