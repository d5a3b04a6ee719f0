import { GraphQLError, Kind, type ValueNode } from 'graphql';

/**
 * What the scalars of `schema/common.graphql` do. Times, amounts, codes and tokens pass as text: commands and queries check
 * them where they can name the field.
 */
export interface ScalarBehaviour {
  readonly serialize: (value: unknown) => unknown;
  readonly parseValue: (value: unknown) => unknown;
  readonly parseLiteral: (node: ValueNode, variables?: Readonly<Record<string, unknown>> | null) => unknown;
}

// graphql-js tells a client only of GraphQLErrors what a scalar found wrong.
const refuse = (name: string, expected: string, node?: ValueNode): GraphQLError =>
  new GraphQLError(`${name} cannot represent this value: give ${expected}.`, { nodes: node });

const textScalar = (name: string, expected: string): ScalarBehaviour => ({
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'string') return value;
    throw refuse(name, expected);
  },
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING) return node.value;
    throw refuse(name, expected, node);
  },
});

const decimalExpected = 'an int or a plain decimal string such as "12.50"';

const decimal: ScalarBehaviour = {
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'string') return value;
    // A float is refused: JSON's binary fractions are not the amount that was meant.
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    throw refuse('Decimal', decimalExpected);
  },
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING || node.kind === Kind.INT) return node.value;
    throw refuse('Decimal', decimalExpected, node);
  },
};

const longExpected = 'an integer within ±(2^53 − 1)';

const longOf = (value: unknown, node?: ValueNode): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw refuse('Long', longExpected, node);
};

const long: ScalarBehaviour = {
  serialize: (value) => longOf(value),
  parseValue: (value) => longOf(value),
  parseLiteral: (node) => longOf(node.kind === Kind.INT ? Number(node.value) : undefined, node),
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const jsonObjectOf = (value: unknown, node?: ValueNode): Record<string, unknown> => {
  if (isObject(value)) return value;
  throw refuse('JSONObject', 'an object', node);
};

const jsonOf = (node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown => {
  switch (node.kind) {
    case Kind.OBJECT:
      // `fromEntries` defines its keys, so that `__proto__` is one like any other.
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, jsonOf(field.value, variables)]),
      );
    case Kind.LIST:
      return node.values.map((item) => jsonOf(item, variables));
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    default:
      return node.value;
  }
};

const jsonObject: ScalarBehaviour = {
  serialize: (value) => jsonObjectOf(value),
  parseValue: (value) => jsonObjectOf(value),
  parseLiteral: (node, variables) => jsonObjectOf(jsonOf(node, variables ?? {}), node),
};

export const scalars: Readonly<Record<string, ScalarBehaviour>> = {
  DateTime: textScalar('DateTime', 'an RFC 3339 time with zone such as "2026-01-31T09:30:00Z"'),
  Decimal: decimal,
  Currency: textScalar('Currency', 'an ISO 4217 code such as "KRW"'),
  JSONObject: jsonObject,
  Long: long,
  Cursor: textScalar('Cursor', 'a cursor as it was answered'),
  Position: textScalar('Position', 'a position as it was answered'),
};
