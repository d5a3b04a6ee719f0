import type { CodegenConfig } from '@graphql-codegen/cli';

const shared = {
  scalars: {
    ID: 'string',
    DateTime: 'string',
    Decimal: 'string',
    Currency: 'string',
    Cursor: 'string',
    Position: 'string',
    Long: 'number',
    JSONObject: 'Record<string, unknown>',
  },
  strictScalars: true,
  enumsAsTypes: true,
  skipTypename: true,
  useTypeImports: true,
};

const config: CodegenConfig = {
  schema: 'schema/*.graphql',
  generates: {
    // Types for src/resolvers. A domain type that a resolver answers in place of the GraphQL type is a mapper.
    'src/generated/resolvers.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        ...shared,
        contextType: '../resolvers/context.js#Context',
        mappers: { Order: '../events/orders.js#Order as DomainOrder' },
        immutableTypes: true,
        maybeValue: 'T | null | undefined',
      },
    },
    // The SDK: one typed function per operation, with the query as text, so that no GraphQL parser or printer is shipped.
    'sdk/src/generated/operations.ts': {
      documents: 'sdk/operations/*.graphql',
      plugins: [
        { add: { content: "import { TypedDocumentString } from '../document.js';" } },
        'typescript-operations',
        'typescript-generic-sdk',
      ],
      config: { ...shared, documentMode: 'string', dedupeFragments: true },
    },
  },
};

export default config;
