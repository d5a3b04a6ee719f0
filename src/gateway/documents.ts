import {
  BREAK,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  visit,
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import { checkShape, costOf, fragmentsOf, limits, tooComplex } from './limits.js';

/** Apollo's words, so that all transports have the same. */
export const emptyDocument =
  'GraphQL operations must contain a non-empty `query` or a `persistedQuery` extension.';

/** An operation that may be run: parsed, within the limits, valid. */
export interface Operation {
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** The first of its fields. */
  readonly root: FieldNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

interface Validated {
  readonly document: DocumentNode;
  readonly fragments: ReturnType<typeof fragmentsOf>;
  /** Costs that no variable changes, by operation. */
  readonly costs: Map<OperationDefinitionNode, number>;
}

export interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  /** Whether clients may look into the schema: introspection and "Did you mean". */
  readonly introspection: boolean;
  /** Documents remembered, the least recently used forgotten first. */
  readonly remembered?: number;
}

/** Longer documents are parsed each time, so that the memory of the cache is bounded. */
const longestRemembered = 20_000;

/** Parses and checks what clients send, each document once. */
export const createDocuments = ({ schema, introspection, remembered = 1_000 }: DocumentsOptions) => {
  const known = new Map<string, Validated>();
  const rules: readonly ValidationRule[] = [
    ...specifiedRules,
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];

  const check = (source: string): Validated | readonly GraphQLError[] => {
    const document = parseWithin(source);
    checkShape(document);
    const errors = validate(schema, document, rules, {
      maxErrors: limits.errors,
      hideSuggestions: !introspection,
    });
    if (errors.length > 0)
      return errors.slice(0, limits.errors).map((error) => validationError(document, error));
    return { document, fragments: fragmentsOf(document), costs: new Map() };
  };

  const validated = (source: string): Validated | readonly GraphQLError[] => {
    const found = known.get(source);
    if (found) {
      known.delete(source);
      known.set(source, found);
      return found;
    }
    const checked = check(source);
    if (!('document' in checked) || source.length > longestRemembered) return checked;
    known.set(source, checked);
    const oldest = known.keys().next();
    if (known.size > remembered && !oldest.done) known.delete(oldest.value);
    return checked;
  };

  return {
    /** The operation, or why it may not run: 1 to 20 errors, each with its code. Never throws. */
    prepare: (request: OperationRequest): Operation | readonly GraphQLError[] => {
      try {
        const checked = validated(request.query);
        if (!('document' in checked)) return checked;
        const node = chooseOperation(checked.document, request.operationName);
        const variables = request.variables ?? {};
        const priced = checked.costs.get(node);
        const { cost, fixed } =
          priced === undefined
            ? costOf(schema, checked.fragments, node, variables)
            : { cost: priced, fixed: true };
        if (fixed) checked.costs.set(node, cost);
        if (cost > limits.cost)
          throw tooComplex(
            `The operation may answer ${cost} objects, more than the limit of ${limits.cost}.`,
          );
        const root = rootOf(checked, node);
        return { document: checked.document, node, type: node.operation, root, variables };
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      }
    },
  };
};

const rootOf = ({ fragments }: Validated, node: OperationDefinitionNode): FieldNode => {
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
  const root = find(node.selectionSet);
  // GraphQL's own rules have seen to it.
  if (!root) throw new Error('an operation without a field');
  return root;
};

export type Documents = ReturnType<typeof createDocuments>;

const parseWithin = (source: string): DocumentNode => {
  // Over HTTP Apollo refuses it, so it does not come this far.
  if (source === '') throw new GraphQLError(emptyDocument, { extensions: { code: 'BAD_REQUEST' } });
  if (source.length > limits.characters)
    throw tooComplex(`The document has more than ${limits.characters} characters.`);
  try {
    return parse(source, { maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.startsWith('Syntax Error: Document contains more tha'))
      throw tooComplex(`The document has more than ${limits.tokens} tokens.`);
    throw withCode(error, 'GRAPHQL_PARSE_FAILED');
  }
};

const chooseOperation = (
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode => {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const named = name ? operations.filter((operation) => operation.name?.value === name) : operations;
  const [operation] = named;
  if (operation && named.length === 1) return operation;
  const message = name
    ? `There is no operation named "${clip(name)}" in the document.`
    : 'Give operationName: the document does not have exactly one operation.';
  throw new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
};

/** GraphQL's own error; a literal that its scalar refuses is named as it is in a variable: BAD_USER_INPUT, with the path of the argument. */
const validationError = (document: DocumentNode, error: GraphQLError): GraphQLError => {
  const place = error.nodes?.[0];
  if (!place || !/ cannot represent /.test(error.message))
    return withCode(error, 'GRAPHQL_VALIDATION_FAILED');
  const field = argumentPath(document, place);
  return withCode(error, 'BAD_USER_INPUT', field === '' ? {} : { field });
};

/** `input.totalAmount` for the value of that argument's field; empty where it is in no argument. */
const argumentPath = (document: DocumentNode, place: ASTNode): string => {
  const path: string[] = [];
  let found = '';
  const named = (node: ASTNode) => node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD;
  visit(document, {
    enter: (node) => {
      if (named(node) && 'name' in node && node.name) path.push(node.name.value);
      if (node !== place) return undefined;
      found = path.join('.');
      return BREAK;
    },
    leave: (node) => {
      if (named(node)) path.pop();
    },
  });
  return found;
};

const longestMessage = 500;

/** Texts of clients come back in messages; a megabyte of them must not. */
export const clip = (text: string): string =>
  text.length > longestMessage ? `${text.slice(0, longestMessage).toWellFormed()}…` : text;

/** The same error with `code` unless it has one, and of bounded length. */
export const withCode = (
  error: GraphQLError,
  code: string,
  details: Record<string, unknown> = {},
): GraphQLError =>
  new GraphQLError(clip(error.message), {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    extensions: { code, ...details, ...error.extensions },
  });
