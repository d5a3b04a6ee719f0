import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  isObjectType,
  isScalarType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import type { ScalarBehaviour } from '../resolvers/scalars.js';

type FieldResolver = GraphQLFieldResolver<unknown, unknown>;
type SubscriptionField = {
  /** What a slow client gets: every event, from the log, or the newest state. The field's description says the same word. */
  readonly delivery: 'lossless' | 'latest';
  readonly subscribe: FieldResolver;
  readonly resolve: FieldResolver;
};
type TypeResolvers = Readonly<Record<string, FieldResolver | SubscriptionField>>;

const folder = new URL('../../schema/', import.meta.url);

/** The text of `schema/`, the public contract. */
export const readTypeDefinitions = (): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => readFileSync(fileURLToPath(new URL(name, folder)), 'utf8'))
    .join('\n');

/**
 * The schema with what answers it.
 * @throws Error that names a resolver or scalar that the schema does not have, and a scalar without behaviour.
 */
export const createSchema = (
  resolvers: Readonly<Record<string, object>>,
  scalars: Readonly<Record<string, ScalarBehaviour>>,
  typeDefinitions = readTypeDefinitions(),
): GraphQLSchema => {
  const schema = buildSchema(typeDefinitions);
  for (const [name, fields] of Object.entries(resolvers) as [string, TypeResolvers][])
    attach(schema, name, fields);
  for (const [name, type] of Object.entries(schema.getTypeMap())) {
    if (!isScalarType(type) || !type.astNode) continue;
    const behaviour = scalars[name];
    if (!behaviour) throw new Error(`the scalar ${name} has no behaviour`);
    Object.assign(type, behaviour);
  }
  return schema;
};

const attach = (schema: GraphQLSchema, typeName: string, resolvers: TypeResolvers): void => {
  const type = schema.getType(typeName);
  if (!isObjectType(type))
    throw new Error(`resolvers for ${typeName}, which is no object type of the schema`);
  const fields = type.getFields();
  for (const [name, resolver] of Object.entries(resolvers)) {
    const field = fields[name];
    if (!field) throw new Error(`a resolver for ${typeName}.${name}, which the schema does not have`);
    if (typeof resolver === 'function') {
      field.resolve = resolver;
      continue;
    }
    const { delivery, subscribe, resolve } = resolver;
    Object.assign(field, { subscribe, resolve, extensions: { ...field.extensions, delivery } });
  }
};
