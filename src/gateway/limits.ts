import {
  GraphQLError,
  Kind,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isUnionType,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/**
 * What one document may ask for. Everything here is counted with fragments expanded, in one walk that stops at the first limit
 * that it meets, and before GraphQL's own rules run: some of those take time quadratic in the document.
 */
export const limits = {
  characters: 100_000,
  tokens: 2_000,
  depth: 10,
  /** The introspection query of the usual tools is 16 deep; graphql-js itself bounds its nested lists. */
  introspectionDepth: 20,
  aliases: 30,
  directives: 50,
  rootFields: 20,
  cost: 5_000,
  selections: 10_000,
  /** Sum over response paths of (fields there)², which is what the rule on overlapping fields compares. */
  overlaps: 50_000,
  errors: 20,
  page: 50,
  longestPage: 500,
} as const;

export const tooComplex = (message: string): GraphQLError =>
  new GraphQLError(`${message} Ask for less, or split the document.`, {
    extensions: { code: 'QUERY_TOO_COMPLEX' },
  });

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );

interface ResponsePath {
  fields: number;
  readonly children: Map<string, ResponsePath>;
}

const newPath = (): ResponsePath => ({ fields: 0, children: new Map() });

/**
 * Refuses documents that are too deep, wide or repetitive, and fragments that contain themselves. Needs no schema.
 * @throws GraphQLError QUERY_TOO_COMPLEX, or GRAPHQL_VALIDATION_FAILED for a circular fragment.
 */
export const checkShape = (document: DocumentNode): void => {
  const fragments = fragmentsOf(document);
  let selections = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION)
      continue;
    const count = { aliases: 0, directives: definition.directives?.length ?? 0, rootFields: 0, overlaps: 0 };
    const spreading = new Set<string>();
    const isOperation = definition.kind === Kind.OPERATION_DEFINITION;

    const walk = (set: SelectionSetNode, path: ResponsePath, depth: number, deepest: number): void => {
      for (const selection of set.selections) {
        refuseAbove(++selections, limits.selections, 'selections');
        count.directives += selection.directives?.length ?? 0;
        refuseAbove(count.directives, limits.directives, 'directives');
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          walk(selection.selectionSet, path, depth, deepest);
        } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value;
          if (spreading.has(name)) throw circular(name);
          const fragment = fragments.get(name);
          if (!fragment) continue;
          spreading.add(name);
          walk(fragment.selectionSet, path, depth, deepest);
          spreading.delete(name);
        } else {
          visit(selection, path, depth, deepest);
        }
      }
    };

    const visit = (field: FieldNode, path: ResponsePath, above: number, deepest: number): void => {
      const depth = above + 1;
      if (field.alias) refuseAbove(++count.aliases, limits.aliases, 'aliases');
      if (depth === 1 && isOperation) refuseAbove(++count.rootFields, limits.rootFields, 'root fields');
      const key = (field.alias ?? field.name).value;
      let here = path.children.get(key);
      if (!here) path.children.set(key, (here = newPath()));
      count.overlaps += 2 * here.fields++ + 1;
      refuseAbove(count.overlaps, limits.overlaps, 'comparisons of fields that repeat');
      const allowed = depth === 1 && field.name.value.startsWith('__') ? limits.introspectionDepth : deepest;
      refuseAbove(depth, allowed, 'levels of fields');
      if (field.selectionSet) walk(field.selectionSet, here, depth, allowed);
    };

    // A fragment by itself may be of an introspection query; it is as deep as the operations that spread it.
    walk(definition.selectionSet, newPath(), 0, isOperation ? limits.depth : limits.introspectionDepth);
  }
};

const refuseAbove = (count: number, limit: number, what: string): void => {
  if (count > limit) throw tooComplex(`The document has more than ${limit} ${what}.`);
};

const circular = (name: string): GraphQLError =>
  new GraphQLError(`Cannot spread fragment "${name}" within itself.`, {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });

/** What an operation may cost at most: objects count 1, scalars 0, and a list as many times its item as may come. */
export interface Cost {
  readonly cost: number;
  /** The same whatever the variables are. */
  readonly fixed: boolean;
}

/** The cost of a validated operation with these variables. A list's length is its own or its connection's `first`, else 50. */
export const costOf = (
  schema: GraphQLSchema,
  fragments: Fragments,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Cost => {
  let fixed = true;

  const numberIn = (value: ValueNode | undefined): number | undefined => {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    fixed = false;
    const given = variables[value.name.value];
    if (typeof given === 'number') return given;
    const definition = operation.variableDefinitions?.find(
      (one) => one.variable.name.value === value.name.value,
    );
    return definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : undefined;
  };

  /** Undefined for a field that takes no length. More than the longest page is refused by the field itself, before any item. */
  const lengthAsked = (node: FieldNode, field: GraphQLField<unknown, unknown>): number | undefined => {
    if (!field.args.some((argument) => argument.name === 'first')) return undefined;
    const argument = node.arguments?.find((one) => one.name.value === 'first');
    const asked = numberIn(argument?.value) ?? limits.page;
    return Math.min(Math.max(asked, 0), limits.longestPage);
  };

  const sum = (set: SelectionSetNode, type: GraphQLCompositeType, page: number | undefined): number => {
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = isUnionType(type) ? undefined : type.getFields()[selection.name.value];
        const item = field && getNamedType(field.type);
        if (!field || !isCompositeType(item) || !selection.selectionSet) continue;
        const asked = lengthAsked(selection, field);
        const isList = isListType(getNullableType(field.type));
        const items = isList ? (asked ?? page ?? limits.page) : 1;
        cost += items * (1 + sum(selection.selectionSet, item, isList ? undefined : asked));
      } else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const condition = fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value);
        if (fragment) cost += sum(fragment.selectionSet, isCompositeType(condition) ? condition : type, page);
      }
    }
    return cost;
  };

  const root = schema.getRootType(operation.operation);
  return { cost: root ? sum(operation.selectionSet, root, undefined) : 0, fixed };
};
