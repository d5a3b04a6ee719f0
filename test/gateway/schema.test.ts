import { expect, it } from '@jest/globals';
import { createSchema } from '../../src/gateway/schema.js';
import { resolvers } from '../../src/resolvers/index.js';
import { scalars } from '../../src/resolvers/scalars.js';

const fields = Object.values(createSchema(resolvers, scalars).getSubscriptionType()!.getFields());

it.each(fields.map((field) => [field.name, field] as const))(
  '%s says what a slow client gets, in its description as in the code',
  (_, { description, extensions, args }) => {
    const words = ['lossless', 'latest'].filter((word) => description?.includes(`\`${word}\``));
    expect(words).toEqual([extensions.delivery]);
    // What can be resumed is lossless, and nothing else is.
    expect(args.some(({ name }) => name === 'after')).toBe(extensions.delivery === 'lossless');
  },
);
