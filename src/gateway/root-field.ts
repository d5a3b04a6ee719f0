import { Kind, type FieldNode, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import type { Operation } from './documents.js';
import { fragmentsOf } from './limits.js';

/** The first root field of an operation, which is the only one of a subscription; through fragments. */
export const rootFieldOf = (operation: Operation): FieldNode | undefined => {
  const fragments = fragmentsOf(operation.document);
  const find = (set: SelectionSetNode): FieldNode | undefined => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) return selection;
      const inside =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const field = inside && find(inside.selectionSet);
      if (field) return field;
    }
    return undefined;
  };
  return find(operation.node.selectionSet);
};

/** Whether the subscription continues behind a cursor, as fields of events do. A state comes anew instead. */
export const takesAfter = (schema: GraphQLSchema, operation: Operation): boolean => {
  const name = rootFieldOf(operation)?.name.value;
  const field = name === undefined ? undefined : schema.getSubscriptionType()?.getFields()[name];
  return field?.args.some((argument) => argument.name === 'after') ?? false;
};
